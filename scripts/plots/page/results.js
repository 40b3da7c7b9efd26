// The page of a results file: a table of runs, and figures of those that it shows. A run that the address names
// (#run=NAME) shows its deck.

const kSettings = ["circuit", "kind", "k", "layers", "hidden", "seed"];

function columnsOf(data, rows) {
  const setting = (key) => {
    const words = rows.some((row) => typeof row[key] === "string");
    return {key, name: key.replace(/_/g, " "), words, text: words ? null : (value) => significant(value, 6)};
  };
  const link = (name) => element("a", {href: `#run=${encodeURIComponent(name)}`, title: name}, name);
  const ahead = (value) => known(value) ?
      element("span", {class: value > 0 ? "better" : "worse"}, (value > 0 ? "+" : "") + score(value)) :
      "–";
  return [
    {key: "name", name: "run", words: true, text: link}, ...[...kSettings, ...data.varied].map(setting),
    ...Object.entries(data.scores).map(([key, name]) => ({key, name, text: score, down: true})), {
      key: "without",
      name: "best simple",
      down: true,
      text: (value, {without_name: name}) => element("span", {title: name}, known(value) ? score(value) : "–")
    },
    {key: "ahead", name: "ahead by", down: true, text: ahead}, {key: "seconds_total", name: "s an epoch"},
    {key: "megabytes", name: "MB"}
  ];
}

function drawPage(page, data) {
  const {rows} = data;
  for (const row of rows) {
    const best = bestWithout(data.baselines, [row], "pearson");
    row.megabytes = row.memory_allocated / 1e6;
    row.without = best ? best.mean : null;
    row.without_name = best && (best.name === data.baselines.best_map ? `${best.name} (${row.map})` : best.name);
    row.ahead = best ? (known(row.pearson) ? row.pearson : 0) - best.mean : null;
  }
  let chosen = null;
  const columns = columnsOf(data, rows), ofRuns = figuresOfRuns(data);
  const table = sortedTable(columns, rows, {mark: (row) => row.name === chosen ? "chosen" : "", most: 500});
  const keys = unique([...columns.map((column) => column.key), "protocol", "execution_space", "threads"]);
  const count = element("span", {class: "count", id: "count"});
  const filter = element("input", {
    type: "search",
    id: "filter",
    placeholder: "words, layers>=8, kind=gsr",
    "aria-label": "filter",
    oninput: () => show(rows.filter(filterOf(filter.value, keys)))
  });
  function show(some) {
    table.show(some);
    ofRuns.show(some);
    count.textContent =
        (some.length < rows.length ? `${withCommas(some.length)} of ` : "") + plural(rows.length, "run");
  }

  const details = element("div", {id: "details"});
  function choose() {
    const row = rows.find(({name}) => location.hash === `#run=${encodeURIComponent(name)}`);
    chosen = row ? row.name : null;
    table.draw();
    details.replaceChildren();
    if (!row) return;
    const told =
        `${row.circuit}; ${row.protocol}; ${plural(row.epochs_trained, "epoch")} trained; gsrgnn ${row.revision}`;
    details.append(section(row.name, element("p", {class: "note"}, told), element("pre", {}, row.deck)));
    details.scrollIntoView({block: "nearest"});
  }
  addEventListener("hashchange", choose);

  const failed =
      data.failed ? `; ${plural(data.failed, "run")} failed and ${data.failed > 1 ? "are" : "is"} left out` : "";
  const protocols = unique(rows.map((row) => row.protocol)).join("; or ");
  const told = `Scores are of test cells, at the epoch with the best validation Pearson; ${protocols}. Best simple: ` +
      "Pearson of the best of map, linear fit and neighbours on the same cells; ahead by: Pearson less that.";
  page.append(
      element(
          "header", {}, element("h1", {}, plural(rows.length, "run")),
          element("p", {class: "lead"}, data.file + failed)),
      section("Figures", ...ofRuns.parts),
      section(
          "Runs",
          element(
              "div", {class: "bar"}, filter, count,
              element("span", {class: "note"}, "The figures are of the runs that the table shows.")),
          table.place, element("p", {class: "note"}, told)),
      details);
  show(rows);
  choose();
}
