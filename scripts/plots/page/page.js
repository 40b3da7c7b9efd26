"use strict";
// What every page shares: elements, numbers, figures in the colours of the paper, and how a page begins.
// All text comes in as text, never as HTML: names in files are others'.

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on"))
      made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false)
      made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

const section = (heading, ...children) => element("section", {}, element("h2", {}, heading), ...children);
const facts = (list) => element(
    "dl", {class: "facts"},
    list.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))));

/// Buttons of which one is pressed: of each [value, name].
function choiceOf(choices, first, chosen) {
  const buttons = choices.map(
      ([value, name]) => element(
          "button", {
            type: "button",
            "data-choice": value,
            "aria-pressed": String(value === first),
            onclick: () => {
              buttons.forEach((each) => each.setAttribute("aria-pressed", String(each.dataset.choice === value)));
              chosen(value);
            }
          },
          name));
  return buttons;
}

const known = (value) => value !== null && value !== undefined && Number.isFinite(value);
const withCommas = (value) => value.toLocaleString("en-US");
const significant = (value, digits = 4) =>
    !known(value) ? "–" : String(Number(value.toPrecision(digits))).replace("-", "−");
const score = (value) => !known(value) ? "undefined" : value.toFixed(4).replace("-", "−");
const plural = (count, noun) => `${withCommas(count)} ${noun}${count === 1 ? "" : "s"}`;

const numbersOf = ({step, whole}) => Float64Array.from(whole, (value) => value === null ? NaN : value * step);

// What plotly takes for text of its own kind of HTML.
const asText = (name) => name.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const dark = matchMedia("(prefers-color-scheme: dark)");
const figures = [];  // what draws each again, when the paper turns dark or light
dark.addEventListener("change", () => figures.forEach((draw) => draw()));

function axis(title, more = {}) {
  return {
    title: {text: title, font: {size: 12, color: colour("soft")}, standoff: 6},
    color: colour("soft"),
    gridcolor: colour("rule"),
    linecolor: colour("rule"),
    zeroline: false,
    automargin: true,
    ticks: "outside",
    ticklen: 4,
    tickcolor: colour("rule"),
    tickfont: {size: 11},
    ...more
  };
}

function layoutOf(more) {
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    margin: {l: 56, r: 12, t: 8, b: 40},
    font: {family: getComputedStyle(document.body).fontFamily, size: 12, color: colour("ink")},
    hovermode: "closest",
    hoverlabel: {bgcolor: colour("paper"), bordercolor: colour("rule"), font: {color: colour("ink")}, namelength: -1},
    legend: {orientation: "h", y: -0.24, x: 0, font: {size: 11}},
    ...more
  };
}

/// Draws what `content()` returns as [traces, layout], and again when asked to.
function figure(place, content) {
  const draw = () => {
    const [traces, layout] = content();
    return Plotly.react(place, traces, layoutOf(layout), {displayModeBar: false, responsive: true});
  };
  figures.push(draw);
  draw();
  return draw;
}

async function unpacked(id) {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
}

/// Unpacks library and data, and has the page drawn (drawPage, of the scripts after this).
async function draw() {
  const page = document.getElementById("page");
  const library = document.createElement("script");
  library.textContent = await unpacked("library");
  document.head.append(library);
  const data = JSON.parse(await unpacked("data"));
  page.replaceChildren();
  drawPage(page, data);
  page.append(element(
      "footer", {},
      `Written by scripts/plot.py of gsrgnn. Drawn by plotly.js ${Plotly.version} ` +
          "(MIT licence), which this file holds; it loads nothing from the network."));
  document.documentElement.dataset.drawn = "yes";
}

function start() {
  const page = document.getElementById("page");
  if (!window.DecompressionStream) {
    page.textContent = "This browser is too old for this page: the first that can show it are Chrome and Edge 111, " +
        "Firefox 113 and Safari 16.4.";
    return;
  }
  draw().catch((error) => {
    page.textContent = `This page cannot be drawn: ${error.message}`;
    throw error;
  });
}
