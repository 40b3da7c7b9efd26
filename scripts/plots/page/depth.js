// Figures of runs: a score, memory and seconds an epoch against depth and against k.

const kDepths = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];
const kFigures = ["layers", "k"].flatMap(
    (x) =>
        [{x, key: null, name: null, axis: null, unit: ""},  // of the score that is chosen
         {x, key: "megabytes", name: "Memory", axis: "memory for training (MB)", unit: " MB"},
         {x, key: "seconds_total", name: "Seconds an epoch", axis: "seconds an epoch", unit: " s"}]);

const unique = (values) => [...new Set(values)];
const meanOf = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/// Mean and sample standard deviation over the rows of each x, and how many they are. Undefined counts as 0.
function pointsOf(rows, x, y) {
  return unique(rows.map((row) => row[x])).sort((a, b) => a - b).map((at) => {
    const values = rows.filter((row) => row[x] === at).map((row) => known(row[y]) ? row[y] : 0);
    const mean = meanOf(values), squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return {at, mean, spread: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0, count: values.length};
  });
}

/// Of what there is without a model, the best on average over these runs: {name, mean}, or null.
function bestWithout(baselines, rows, score) {
  let best = null;
  for (const [name, heading] of Object.entries(baselines)) {
    const values = rows.map((row) => row[`${name}_${score}`]).filter(known);
    const mean = values.length ? meanOf(values) : -Infinity;
    if (mean > (best ? best.mean : -Infinity)) best = {name: heading, mean};
  }
  return best;
}

function traceOf(name, points, {colour: own, dash, symbol}, unit) {
  const spread = points.map((point) => point.spread);
  return {
    type: "scatter",
    mode: "lines+markers",
    name: asText(name),
    x: points.map((point) => point.at),
    y: points.map((point) => point.mean),
    error_y: {type: "data", array: spread, visible: Math.max(...spread) > 0, thickness: 1, width: 4, color: `${own}99`},
    line: {color: own, width: 1.8, dash},
    marker: {color: own, symbol, size: 7},
    customdata: points.map((point) => [significant(point.spread, 3), plural(point.count, "run")]),
    hovertemplate: `%{x}: %{y:.5~g}${unit} ± %{customdata[0]}, %{customdata[1]}<extra>%{fullData.name}</extra>`
  };
}

function figuresOfRuns(data) {
  let shown = [];
  const draw = () => drawAll();
  const select = (key, name) => element("select", {id: key, "aria-label": name, onchange: draw});
  const circuit = select("circuit", "circuit"), width = select("width", "width"), score = select("score", "score");
  score.append(...Object.entries(data.scores).map(([key, name]) => element("option", {value: key}, name)));
  const protocol = element("p", {class: "note", id: "protocol"}), note = element("p", {class: "note"});
  const drawn = kFigures.map((one) => {
    const heading = element("h3"), div = element("div", {class: "figure"});
    return {...one, heading, div, place: element("div", {}, heading, div)};
  });
  const chosen = () => shown.filter((row) => row.circuit === circuit.value && String(row.hidden) === width.value);

  function offer(list, values) {
    const before = list.value;
    list.replaceChildren(...values.map((value) => element("option", {value}, String(value))));
    if (values.map(String).includes(before)) list.value = before;
  }

  /// Against depth a line for each model; against k one for each depth of each model that has a k.
  function tracesOf({x, key, unit}, rows) {
    const y = key || score.value;
    if (x === "layers") {
      return data.lines.flatMap((look, number) => {
        const own = rows.filter((row) => row.line === number), dash = look.dash ? "dash" : "solid";
        const style = {colour: dark.matches ? look.dark : look.light, dash, symbol: look.symbol};
        return own.length ? [traceOf(look.label, pointsOf(own, x, y), style, unit)] : [];
      });
    }
    const of = rows.filter((row) => row.k > 0);
    const nameOf = (row) => `${data.lines[row.line].label.replace(/, k = \d+/, "")}, ${plural(row.layers, "layer")}`;
    const depths = unique(of.map((row) => row.layers)).sort((a, b) => a - b);
    return unique(of.map(nameOf)).map((name) => {
      const own = of.filter((row) => nameOf(row) === name), {symbol} = data.lines[own[0].line];
      const style = {colour: kDepths[depths.indexOf(own[0].layers) % kDepths.length], dash: "solid", symbol};
      return traceOf(name, pointsOf(own, x, y), style, unit);
    });
  }

  function contentOf(one) {
    const rows = chosen(), traces = tracesOf(one, rows), isScore = one.key === null;
    const places = unique(traces.flatMap((trace) => trace.x)).sort((a, b) => a - b);
    const logarithmic = places[0] > 0 && places[places.length - 1] / places[0] >= 8;
    const few = places.length <= 10 ? {tickmode: "array", tickvals: places, ticktext: places.map(String)} : {};
    const hopeless = Math.min(...traces.flatMap((trace) => trace.y)) < -1;  // must not squeeze all others into a line
    const range = isScore ? (hopeless ? {range: [-1, 1.02]} : {}) : {rangemode: "tozero"};
    const best = isScore ? bestWithout(data.baselines, rows, score.value) : null;
    const soft = colour("soft"), across = {xref: "paper", x0: 0, x1: 1};
    const told = best && `without a model: ${best.name} ${best.mean.toFixed(4)}`;
    const at = {xref: "paper", x: 0, xanchor: "left", yanchor: "bottom", showarrow: false};
    return [
      traces, {
        xaxis: axis(one.x === "k" ? "k, values kept a row" : "layers", {type: logarithmic ? "log" : "linear", ...few}),
        yaxis: axis(isScore ? `${data.scores[score.value]} of the test cells` : one.axis, range),
        showlegend: true,
        shapes: best ?
            [{type: "line", y0: best.mean, y1: best.mean, line: {color: soft, width: 1.2, dash: "dot"}, ...across}] :
            [],
        annotations: best ? [{text: told, y: best.mean, font: {size: 11, color: soft}, ...at}] : []
      }
    ];
  }

  function drawAll() {
    const rows = chosen(), various = (key) => unique(rows.map((row) => row[key]));
    for (const one of drawn) {
      const of = one.x === "layers" ? rows : rows.filter((row) => row.k > 0);
      one.place.hidden = unique(of.map((row) => row[one.x])).length < 2;
      const name = one.name || data.scores[score.value];
      one.heading.textContent = `${name} against ${one.x === "layers" ? "depth" : "k"}`;
      if (one.place.hidden) continue;
      if (one.draw)
        one.draw();
      else
        one.draw = figure(one.div, () => contentOf(one));
    }
    note.textContent = drawn.every((one) => one.place.hidden) ?
        "No figures: these runs have one depth and one k." :
        "Mean over seeds; bars: one sample standard deviation. Dotted: the best of map, linear fit and neighbours, " +
            "on the same cells.";
    const zero = rows.some((row) => !known(row[score.value])) ? " An undefined score counts as 0." : "";
    const threads = various("threads"), of = `thread${threads.join() === "1" ? "" : "s"}`;
    protocol.textContent = rows.length === 0 ?
        "" :
        `Scores are of test cells, at the epoch with the best validation Pearson; ${
            various("protocol").join("; or ")}.` +
            `${zero} Measured on ${various("execution_space").join(", ")}, ${threads.join(" or ")} ${of}.`;
  }

  function show(rows) {
    shown = rows;
    offer(circuit, unique(shown.map((row) => row.circuit)).sort());
    offer(width, unique(shown.map((row) => row.hidden)).sort((a, b) => a - b));
    drawAll();
  }
  const named = (name, select) => element("label", {}, name, select);
  return {
    parts: [
      element("div", {class: "bar"}, named("circuit ", circuit), named("width ", width), named("score ", score)),
      element("div", {class: "figures"}, drawn.map((one) => one.place)), note, protocol
    ],
    show
  };
}
