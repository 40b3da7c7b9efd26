// Maps side by side: one zoom for all of them, and the values of all under the pointer.

const kGap = 26, kEdge = 8, kFoot = 44;  // pixels between groups, right of a map, below it
const kReach = 10;                       // GCells on either side of the one that is zoomed to

function linkedMaps(design) {
  const {chosen, x, y, columns, rows, length, border, block} = design;
  const place = element("div", {class: "maps"}), readout = element("p", {class: "readout", id: "readout"});
  let panels = [], drag = "zoom", following = false;

  const whole = () => [[x[0], x[columns]], [y[0], y[rows]]];
  const rangesOf = (div) => [div._fullLayout.xaxis.range.slice(), div._fullLayout.yaxis.range.slice()];

  function zoomTo(ranges, but = null) {
    following = true;
    const others = panels.filter(({div}) => div !== but);
    const to = () => ({"xaxis.range": ranges[0].slice(), "yaxis.range": ranges[1].slice()});
    return Promise.all(others.map(({div}) => Plotly.relayout(div, to()))).then(() => following = false);
  }
  function zoomToGcell(gcell) {
    const [x0, x1, y0, y1] = design.boxOf(gcell);
    const reach = kReach * Math.max(x1 - x0, y1 - y0), high = reach * (y[rows] - y[0]) / (x[columns] - x[0]);
    const [atX, atY] = [(x0 + x1) / 2, (y0 + y1) / 2];
    zoomTo([[atX - reach, atX + reach], [atY - high, atY + high]]);
  }

  /// Of the GCell that is chosen, a box and lines through it; of the cell, a dot.
  function marks() {
    const mark = colour("mark"), found = [];
    if (chosen.gcell !== null) {
      const [x0, x1, y0, y1] = design.boxOf(chosen.gcell), [atX, atY] = [(x0 + x1) / 2, (y0 + y1) / 2];
      const thin = {color: mark, width: 1, dash: "dot"};
      found.push(
          {type: "rect", x0, x1, y0, y1, line: {color: mark, width: 2}},
          {type: "line", x0: atX, x1: atX, yref: "paper", y0: 0, y1: 1, line: thin},
          {type: "line", xref: "paper", x0: 0, x1: 1, y0: atY, y1: atY, line: thin});
    }
    if (chosen.cell !== null) {
      const [xanchor, yanchor] = design.placeOfCell(chosen.cell), line = {color: colour("paper"), width: 1.5};
      const inPixels = {xsizemode: "pixel", ysizemode: "pixel", x0: -4, x1: 4, y0: -4, y1: 4};
      found.push({type: "circle", xanchor, yanchor, ...inPixels, fillcolor: mark, line});
    }
    return found;
  }

  /// Where a block of GCells is in the picture, in pixels: left, top, width, height.
  function pixels(div, gcell) {
    const {xaxis, yaxis} = div._fullLayout;
    const at = (axis, line, number) => Math.min(Math.max(axis.l2p(line[number]), 0), axis._length);
    const column = Math.floor(design.columnOf(gcell) / block), row = Math.floor(design.rowOf(gcell) / block);
    const [left, right] = [column, column + 1].map((number) => at(xaxis, border[0], number));
    const [low, top] = [row, row + 1].map((number) => at(yaxis, border[1], number));
    return [xaxis._offset + left, yaxis._offset + top, Math.max(right - left, 3), Math.max(low - top, 3)];
  }

  /// The values of a GCell in all maps; without one, of that which is chosen.
  function point(gcell = null) {
    const of = gcell === null ? chosen.gcell : gcell;
    for (const {map, div, box, value} of panels) {
      value.textContent = of === null ? "" : design.valueAt(map, of);
      box.style.display = gcell === null ? "none" : "block";
      if (gcell === null) continue;
      const [left, top, width, height] = pixels(div, gcell).map((number) => `${number}px`);
      Object.assign(box.style, {left, top, width, height});
    }
    if (of === null) {
      readout.textContent =
          "Point at a map for its values; click on a GCell for its cells; drag to zoom, double-click for all.";
      return;
    }
    const blocks = block > 1 ? `  ·  maps show means over ${block} × ${block} GCells` : "";
    readout.replaceChildren(
        element("b", {}, design.titleOf(of)),
        `  ${design.placeOf(of)}  ·  ${plural(design.counts[of], "cell")}${blocks}`);
  }

  /// As large as fits: all beside each other where there is room, those after the first without numbers at their left.
  function sizes(maps) {
    const space = place.clientWidth, count = maps.length;
    const beside = space >= 1000 ? count : space >= 640 ? Math.min(3, count) : 1;
    const named = beside === count ? 1 : beside;
    const aspect = Math.min(Math.max((y[rows] - y[0]) / (x[columns] - x[0]), 0.4), 2.5);
    const left = (number) => number < named || beside < count ? 56 : 10;
    const gaps = beside === count ? maps.filter((map) => map.closed).length - 1 : beside - 1;
    const taken = kGap * gaps + named * (56 + kEdge) + (beside - named) * (10 + kEdge);
    const wide = Math.floor(Math.min((space - taken) / beside, Math.max(innerHeight * 0.68, 260) / aspect, 620));
    return {wide, high: Math.floor(wide * aspect), left};
  }

  function layoutOfMap({wide, high}, left, [rangeX, rangeY]) {
    const bare = {showgrid: false, automargin: false}, named = left > 10;
    return {
      width: wide + left + kEdge,
      height: high + kFoot,
      margin: {l: left, r: kEdge, t: 2, b: kFoot - 2},
      plot_bgcolor: colour("no-cell"),
      dragmode: drag,
      shapes: marks(),
      xaxis: axis(`x (${length})`, {range: rangeX, nticks: 5, ...bare}),
      yaxis: axis(
          named ? `y (${length})` : "",
          {range: rangeY, nticks: 7, scaleanchor: "x", showticklabels: named, ticks: named ? "outside" : "", ...bare})
    };
  }

  function makePanel(map, size, left, ranges) {
    const div = element("div", {class: "map"}), box = element("div", {class: "pointed"}), value = element("output");
    const caption = element(
        "figcaption", {}, element("span", {class: "what"}, map.what), value,
        element("span", {class: "note"}, map.note));
    const look = `width:${size.wide + left + kEdge}px; --left:${left}px`;
    const colours = design.data.colours[map.colours];
    const trace = {
      type: "heatmap",
      z: map.grid,
      x: border[0],
      y: border[1],
      zmin: map.low,
      zmax: map.high,
      zauto: false,
      colorscale: colours.map((one, number) => [number / (colours.length - 1), one]),
      showscale: false,
      hoverinfo: "none",
      hoverongaps: true,
      zsmooth: false
    };
    const draw = (at) =>
        Plotly.react(div, [trace], layoutOf(layoutOfMap(size, left, at)), {displayModeBar: false, doubleClick: false});
    const begin = () => draw(ranges).then(() => {
      const under = ({points: [{pointNumber: [row, column]}]}) => design.gcellOfBlock(row, column);
      div.append(box);
      div.on("plotly_hover", (event) => point(under(event)));
      div.on("plotly_unhover", () => point());
      div.on("plotly_click", (event) => location.hash = design.address(under(event)));
      div.on("plotly_doubleclick", () => void zoomTo(whole()));
      div.on("plotly_relayout", () => {
        if (following) return;
        point();
        zoomTo(rangesOf(div), div);
      });
    });
    return {map, div, box, value, begin, draw, figure: element("figure", {class: "panel", style: look}, caption, div)};
  }

  function colourBar(map, left, width) {
    const {name} = design.data.labels[chosen.label], {unit, colours} = design.data;
    const caption = {
      error: "error: predicted − true",
      spread: "spread: standard deviation over flips and models, mean over cells",
      RUDY: "RUDY"
    }[map.what] ||
        name + (unit ? ` (${unit})` : "");
    const ends = [map.low, (map.low + map.high) / 2, map.high];
    const gradient = `background:linear-gradient(to right, ${colours[map.colours].join(", ")})`;
    return element(
        "div", {class: "scale", style: `width:${width}px; margin-left:${left}px`},
        element("div", {class: "colours", style: gradient}),
        element("div", {class: "ends"}, ends.map((value) => element("span", {}, significant(value, 3)))),
        element("div", {}, caption));
  }

  /// All anew, at the zoom there was.
  function draw() {
    const ranges = panels.length ? rangesOf(panels[0].div) : whole(), all = design.maps(), size = sizes(all);
    panels.forEach(({div}) => Plotly.purge(div));
    place.replaceChildren();
    panels = all.map((map, number) => makePanel(map, size, size.left(number), ranges));
    let first = 0;
    for (const [number, map] of all.entries()) {
      if (!map.closed) continue;  // the next has the same scale
      const lefts = all.slice(first, number + 1).map((_, of) => size.left(first + of));
      const width = lefts.reduce((sum, left) => sum + size.wide + left + kEdge, -lefts[0] - kEdge);
      const bar = colourBar(map, lefts[0], Math.min(width, place.clientWidth - lefts[0] - kEdge));
      const group = panels.slice(first, number + 1).map((panel) => panel.figure);
      place.append(element("div", {class: "group"}, element("div", {class: "panels"}, group), bar));
      first = number + 1;
    }
    return Promise.all(panels.map(({begin}) => begin())).then(() => point());
  }
  figures.push(() => panels.forEach(({div, draw: again}) => again(rangesOf(div))));

  let waiting = null, wideBefore = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === wideBefore) return;
    wideBefore = innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(draw, 200);
  });

  const modes = choiceOf([["zoom", "Drag zooms"], ["pan", "Drag moves"]], drag, (mode) => {
    drag = mode;
    panels.forEach(({div}) => Plotly.relayout(div, {dragmode: drag}));
  });
  const all = element("button", {type: "button", id: "all", onclick: () => void zoomTo(whole())}, "Whole die");
  return {
    place,
    readout,
    tools: [...modes, all],
    draw,
    zoomToGcell,
    mark: () => {
      for (const {div} of panels)
        if (div._fullLayout) Plotly.relayout(div, {shapes: marks()});
      point();
    }
  };
}
