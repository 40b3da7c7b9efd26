// The page of a prediction. What is chosen stands in the address (#gcell=COLUMN,ROW or #cell=NAME), so that every link
// is one, and the way back is the browser's.

function scoresOf(scores) {
  if (!scores.length) {
    const none = "The design has no labels: nothing says here how good this prediction is.";
    return [element("p", {class: "note"}, none)];
  }
  const all = [...new Set(scores.flatMap(([, , each]) => Object.keys(each)))];
  const names = all.filter((name) => scores.some(([, , each]) => known(each[name])));
  const columns = [
    {key: "what", name: "", words: true}, {key: "over", name: "over", words: true},
    ...names.map((key) => ({key, name: key, down: true, text: (value) => known(value) ? score(value) : ""}))
  ];
  const rows = scores.map(([what, over, each]) => ({what, over, ...each}));
  const protocol =
      "Against the design's own labels, all of its cells; over GCells: means of their cells. Whether the " +
      "model was trained on this design, its run file tells: if it was, these are not scores of a design never seen.";
  return [
    sortedTable(columns, rows, {mark: ({what}) => what === "prediction" ? "own" : "", whole: true}).place,
    element("p", {class: "note"}, protocol)
  ];
}

function drawPage(page, data) {
  const chosen = {label: 0, gcell: null, cell: null};
  const design = designOf(data, chosen), maps = linkedMaps(design), spots = hotSpots(design);
  const cells = cellsOfGcell(design, spots.linksTo, maps.zoomToGcell), scores = element("div");

  function redraw() {
    maps.draw();
    spots.draw();
    cells.draw();
    scores.replaceChildren(...scoresOf(data.labels[chosen.label].scores));
  }
  function choose() {
    Object.assign(chosen, design.addressed(location.hash));
    maps.mark();
    spots.mark();
    cells.draw();
  }
  const labels =
      data.labels.length < 2 ? [] : choiceOf(data.labels.map(({name}) => [name, name]), data.labels[0].name, (name) => {
        chosen.label = data.labels.findIndex((one) => one.name === name);
        redraw();
      });

  const unit = data.unit ? ` (${data.unit})` : "", {block} = data;
  const told =
      "Each GCell: the mean over its cells; grey where there is none. Colours end at the 1st and 99th percentile." +
      (data.labels[0].scores.length ?
           " True, RUDY and predicted share one scale; RUDY is drawn by the line that is closest to the truth." :
           "") +
      (block > 1 ?
           ` There are too many GCells to draw one by one: each place of a map is the mean over ${block} × ${block}.` :
           "");
  page.append(
      element(
          "header", {}, element("h1", {}, data.circuit),
          element("p", {class: "lead"}, `Predicted congestion${unit}, by ${data.model}`), facts(data.facts),
          data.warnings.map((line) => element("p", {class: "warning"}, line))),
      section(
          "Maps", element("div", {class: "bar"}, labels, maps.tools), maps.readout, maps.place,
          element("p", {class: "note"}, told)),
      element(
          "div", {class: "columns"},
          section("Hot spots", element("div", {class: "bar"}, spots.buttons), spots.place, spots.note),
          section("Cells of a GCell", element("div", {class: "bar"}, cells.tools), cells.place, cells.note)),
      section("Scores", scores));
  addEventListener("hashchange", choose);
  redraw();
  choose();
}
