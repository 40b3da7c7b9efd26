// Lists of hot spots, and of the cells of the GCell that is chosen; each leads to the other and to the maps.

function hotSpots(design) {
  const {chosen, data} = design;
  const kinds = [["hottest", "Hottest by prediction"], ["missed", "Missed by prediction"]];
  const place = element("div", {id: "spots"}), note = element("p", {class: "note"});
  const hotOf = () => data.labels[chosen.label].hot;
  const withLabels = hotOf().missed !== undefined;
  let which = "hottest", table = null;

  function toldOf(hot) {
    const those = `The ${hot.hottest.length} hottest of ${plural(hot.with_cells, "GCell")} with cells, by prediction`;
    if (!withLabels) return `${those}.`;
    if (which === "hottest") {
      return `${those}; hot by label: in the hottest tenth, ${significant(hot.true_limit)} or more.`;
    }
    return `${plural(hot.hot, "GCell")} are in the hottest tenth by their label (${significant(hot.true_limit)} or ` +
        `more), ${withCommas(hot.all_missed)} of them not by prediction (${significant(hot.limit)} or more)` +
        `${hot.all_missed > hot.missed.length ? `; the ${hot.missed.length} worst` : ""}.`;
  }

  function draw() {
    const hot = hotOf();
    const list = hot[which].map((spot, number) => ({
                                  ...spot,
                                  rank: number + 1,
                                  x: design.x[design.columnOf(spot.gcell)],
                                  y: design.y[design.rowOf(spot.gcell)],
                                  error: withLabels ? spot.value - spot.label : null,
                                  is_hot: withLabels && which === "hottest" ? (hot.is_hot[number] ? "yes" : "no") : ""
                                }));
    const link = (rank, {gcell}) => element("a", {href: design.address(gcell), title: "show it in the maps"}, rank);
    table = sortedTable(
        [
          {key: "rank", name: "#", text: (rank, spot) => link(String(rank), spot)},
          {key: "x", name: `x (${design.length})`, text: (_, {gcell}) => design.span(design.x, design.columnOf(gcell))},
          {key: "y", name: `y (${design.length})`, text: (_, {gcell}) => design.span(design.y, design.rowOf(gcell))},
          design.column("value", "predicted"),
          ...withLabels ? [design.column("label", "true"), design.column("error", "error")] : [],
          ...list.some((spot) => known(spot.spread)) ? [design.column("spread", "spread")] : [],
          {key: "cells", name: "cells", down: true, text: withCommas},
          ...withLabels && which === "hottest" ? [{key: "is_hot", name: "hot by label", words: true}] : []
        ],
        list, {mark: (spot) => spot.gcell === chosen.gcell ? "chosen" : ""});
    table.place.addEventListener("click", (event) => {
      const first = event.target.closest("tbody tr")?.querySelector("a");
      if (first && event.target !== first) first.click();
    });
    place.replaceChildren(table.place);
    note.textContent = toldOf(hot);
  }

  const buttons = withLabels ? choiceOf(kinds, which, (list) => show(list)) : [];
  function show(list) {
    which = list;
    buttons.forEach((button) => button.setAttribute("aria-pressed", button.dataset.choice === which));
    draw();
  }
  /// Links to where a GCell stands in the lists.
  function linksTo(gcell) {
    return kinds.filter(([list]) => hotOf()[list] !== undefined).flatMap(([list]) => {
      const number = hotOf()[list].findIndex((spot) => spot.gcell === gcell);
      const back = () => {
        show(list);
        place.querySelector("tr.chosen")?.scrollIntoView({block: "nearest"});
      };
      const name = `${list === "hottest" ? "hot spot" : "missed"} ${number + 1}`;
      return number < 0 ? [] : [element("a", {href: design.address(gcell), class: "back", onclick: back}, name)];
    });
  }
  return {place, note, buttons, draw, linksTo, mark: () => table.draw()};
}

function cellsOfGcell(design, linksTo, zoomToGcell) {
  const {chosen, data} = design;
  const place = element("div", {id: "gcell"});

  function tableOfCells(gcell) {
    const list = design.cellsIn(gcell), has = design.values[chosen.label];
    if (list.length === 0) {
      const why = design.counts[gcell] ? "Its cells are not named here: of so many, only those of hot spots are." :
                                         "No cell is in it.";
      return element("p", {class: "note"}, why);
    }
    const link = (name, {cell}) => element("a", {href: design.cellAddress(cell), title: name}, name);
    const micrometres = (key) => ({key, name: `${key} (${design.length})`, text: (value) => significant(value, 7)});
    const columns = [
      {key: "name", name: design.named ? "instance" : "cell", words: true, text: link}, micrometres("x"),
      micrometres("y"), design.column("value", "predicted"), ...has.label ? [design.column("label", "true")] : [],
      ...has.spread ? [design.column("spread", "spread")] : []
    ];
    return sortedTable(columns, list, {mark: ({cell}) => cell === chosen.cell ? "chosen" : ""}).place;
  }

  function draw() {
    const {gcell} = chosen;
    if (gcell === null) {
      const how = "Choose a hot spot, click on a map, or find an instance by its name.";
      place.replaceChildren(element("p", {class: "note"}, how));
      return;
    }
    const zoom = element("button", {type: "button", id: "zoom-to", onclick: () => zoomToGcell(gcell)}, "Zoom to it");
    const clear = element("button", {type: "button", onclick: () => location.hash = "#"}, "Clear");
    const values = design.maps().map((map) => [map.what, design.valueAt(map, gcell)]);
    place.replaceChildren(
        element("p", {}, element("b", {}, design.titleOf(gcell)), ` ${design.placeOf(gcell)}`),
        element("div", {class: "bar"}, zoom, clear, linksTo(gcell)),
        facts([...values, ["cells", withCommas(design.counts[gcell])]]), tableOfCells(gcell));
  }

  const matches = element("span", {class: "bar"});
  function offer() {
    const wanted = find.value.trim(), found = design.cellsNamed(wanted, 6);
    const links = found.map((cell) => element("a", {href: design.cellAddress(cell)}, design.nameOf(cell)));
    matches.replaceChildren(...links);
    if (wanted && !found.length) matches.append(element("span", {class: "count"}, "none of that name"));
  }
  const find = element("input", {
    type: "search",
    id: "find",
    placeholder: design.named ? "find an instance" : "find a cell by its number",
    "aria-label": "find a cell",
    oninput: offer,
    onkeydown: (event) => event.key === "Enter" && matches.querySelector("a")?.click()
  });
  const few = design.allNamed ? "" : `Of ${withCommas(data.all_cells)} cells only those of hot spots are named.`;
  return {place, tools: [find, matches], note: element("p", {class: "note"}, few), draw};
}
