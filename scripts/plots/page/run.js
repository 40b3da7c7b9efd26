// The page of a run.

const kScores = ["Pearson", "Spearman", "Kendall", "R²"];
// On light and on dark paper.
const kLines = {
  training: ["#0072B2", "#56B4E9"],
  validation: ["#D55E00", "#F0814A"],
  rate: ["#009E73", "#35C79A"]
};

function curvesOf({curves, best_epoch: best, loss}) {
  const epochs = curves.loss.map((_, epoch) => epoch);
  const line = (name, y) => ({
    type: "scatter",
    mode: epochs.length > 1 ? "lines" : "markers",
    name,
    x: epochs,
    y,
    line: {color: kLines[name][dark.matches ? 1 : 0], width: 1.8},
    hovertemplate: `epoch %{x}: %{y:.5~g}<extra>${name}</extra>`
  });
  const losses = () => [line("training", curves.loss), line("validation", curves.validation_loss)];
  const several = [
    ["Loss", `${asText(loss)}<br>of the standardised label`, losses, {rangemode: "tozero"}],
    ["Validation Pearson", "Pearson", () => [line("validation", curves.validation_pearson)], {}],
    ["Learning rate", "rate", () => [line("rate", curves.rate)], {rangemode: "tozero", exponentformat: "power"}]
  ];
  const legend = {orientation: "h", x: 1, xanchor: "right", y: 1.02, yanchor: "top", bgcolor: "rgba(0,0,0,0)"};
  const place = element("div", {class: "figures"}), begin = [];
  for (const [heading, title, traces, more] of several) {
    const div = element("div", {class: "figure"}), scales = () => ({xaxis: axis("epoch"), yaxis: axis(title, more)});
    const atBest = () => ({line: {color: colour("soft"), width: 1, dash: "dot"}, x0: best, x1: best});
    place.append(element("div", {}, element("h3", {}, heading), div));
    begin.push(() => figure(div, () => [traces(), {
                                   ...scales(),
                                   shapes: [{type: "line", yref: "paper", y0: 0, y1: 1, ...atBest()}],
                                   showlegend: heading === "Loss",
                                   margin: {l: 64, r: 12, t: 10, b: 40},
                                   legend
                                 }]));
  }
  return {place, draw: () => begin.forEach((draw) => draw())};
}

/// By how much the model is better than the best of what there is without it, or that it is not.
function verdictOf(own, others) {
  if (others.length === 0) return null;
  const best = others.reduce((most, row) => row.Pearson > most.Pearson ? row : most);
  const ahead = (known(own.Pearson) ? own.Pearson : 0) - best.Pearson;  // a constant prediction is worth nothing
  const better = `The model is ${ahead.toFixed(4)} better in Pearson than the best of what there is without it: ` +
      `${best.what}.`;
  const worse = `The model is not better: in Pearson, ${best.what} is ${(-ahead).toFixed(4)} ahead.`;
  return element("p", {class: `verdict ${ahead > 0 ? "better" : "worse"}`}, ahead > 0 ? better : worse);
}

function scoresOf(data) {
  const of = (over) => data.scores.filter(([, each]) => each === over).map(([what, , scores]) => ({what, ...scores}));
  const rows = of("cells"), [overGcells] = of("GCells"), own = rows[0];
  const table = (names, some) => sortedTable(
      [{key: "what", name: "", words: true}, ...names.map((key) => ({key, name: key, text: score, down: true}))], some,
      {mark: ({what}) => what === own.what ? "own" : "", whole: true});
  const names = Object.keys(overGcells).filter((name) => known(overGcells[name]));
  const mean = data.designs.length ? "mean over the test designs, " : "", unit = data.unit ? ` (${data.unit})` : "";
  const protocol =
      `Test cells: ${mean}${data.protocol}; at epoch ${data.best_epoch} of ${data.epochs}, that of the best ` +
      `validation Pearson. Label: ${data.label.join(" and ")}${
          unit}. The others are made from the same training cells ` +
      "and scored on the same test cells. Over GCells: means of their test cells.";
  return [
    verdictOf(own, rows.slice(1).filter((row) => known(row.Pearson))), element("h3", {}, "Over test cells"),
    table(kScores, rows).place,
    ...names.length ? [element("h3", {}, "Over their GCells"), table(names, [overGcells]).place] : [],
    element("p", {class: "note"}, protocol)
  ];
}

function tableOfDesigns(designs) {
  const held = (value, {part}) => part === "training" ? "–" : score(value);
  const ofScore = (key, name) => ({key, name, text: held, down: true});
  const columns = [
    {key: "design", name: "design", words: true}, {key: "part", name: "part", words: true},
    {key: "cells", name: "cells", text: withCommas}, {key: "edges", name: "edges", text: withCommas},
    ...["pearson", "spearman", "kendall", "r2"].map((key, number) => ofScore(key, kScores[number])),
    ofScore("best_map", "best map, Pearson"), ofScore("linear_fit", "linear fit, Pearson")
  ];
  return sortedTable(columns, designs, {whole: true}).place;
}

function drawPage(page, data) {
  const curves = curvesOf(data), dotted = `Dotted: epoch ${data.best_epoch}, of which the scores are.`;
  const lead = element("p", {class: "lead"}, data.model);
  page.append(
      element("header", {}, element("h1", {}, data.circuit), lead, facts(data.facts)),
      section("Scores", ...scoresOf(data)),
      ...data.designs.length ? [section("Designs", tableOfDesigns(data.designs))] : [],
      section("Learning curves", curves.place, element("p", {class: "note"}, dotted)),
      section("Deck", element("pre", {id: "deck"}, data.deck)));
  curves.draw();
}
