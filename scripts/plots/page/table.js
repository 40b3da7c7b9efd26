// A table that sorts by a click on a column's head, and shows of its rows those that a filter lets through.

/// columns: {key, name, words (left, as text), text (of value and row: what is shown, or an element), title}. The first
/// click on a head sorts up, or down where the column says so (`down`); rows without a value come last either way.
function sortedTable(columns, rows, {most = 1000, mark = () => "", sort = null, whole = false} = {}) {
  let shown = rows, sorted = sort;
  const head = element("tr"), body = element("tbody"), rest = element("p", {class: "note"});
  const heads = new Map();
  for (const column of columns) {
    const cell = element(
        "th", {class: column.words ? "words" : "", title: column.title, scope: "col"},
        element("button", {type: "button", onclick: () => sortBy(column)}, column.name));
    heads.set(column.key, cell);
    head.append(cell);
  }

  function compared(a, b, {key, words}) {
    const missing = (value) => words ? value === null || value === "" : !known(value);
    if (missing(a[key]) || missing(b[key])) return missing(a[key]) - missing(b[key]);
    const order = words ? String(a[key]).localeCompare(String(b[key]), "en", {numeric: true}) : a[key] - b[key];
    return sorted.up ? order : -order;
  }

  function sortBy(column) {
    sorted = {key: column.key, up: sorted && sorted.key === column.key ? !sorted.up : !column.down};
    draw();
  }

  function cellOf(column, row) {
    const value = row[column.key];
    const text = column.text ? column.text(value, row) : column.words ? String(value ?? "") : significant(value);
    return element(
        "td", {class: column.words ? "words" : "", title: column.words && typeof text === "string" ? text : null},
        text);
  }

  function draw() {
    for (const [key, cell] of heads) {
      if (sorted && sorted.key === key)
        cell.setAttribute("aria-sort", sorted.up ? "ascending" : "descending");
      else
        cell.removeAttribute("aria-sort");
    }
    const column = sorted && columns.find((one) => one.key === sorted.key);
    const order = column ? [...shown].sort((a, b) => compared(a, b, column)) : shown;
    body.replaceChildren(...order.slice(0, most).map(
        (row) => element("tr", {class: mark(row)}, columns.map((each) => cellOf(each, row)))));
    rest.textContent = order.length > most ?
        `The first ${withCommas(most)} of ${withCommas(order.length)}; filter or sort to see others.` :
        "";
  }

  draw();
  const place = element(
      "div", {},
      element(
          "div", {class: whole ? "scroll whole" : "scroll"}, element("table", {}, element("thead", {}, head), body)),
      rest);
  return {
    place,
    draw,
    show: (some) => {
      shown = some;
      draw();
    }
  };
}

/// What a filter's text asks for: words that must occur somewhere in a row, and comparisons such as layers>=8 or
/// kind=gsr.
function filterOf(text, keys) {
  const tests = text.trim().split(/\s+/).filter(Boolean).map((word) => {
    const [, key, sign, wanted] = word.match(/^([A-Za-z_0-9]+)(<=|>=|=|<|>)(.+)$/) || [];
    if (key === undefined || !keys.includes(key)) {
      const part = word.toLowerCase();
      return (row) => keys.some((each) => String(row[each] ?? "").toLowerCase().includes(part));
    }
    if (sign === "=") return (row) => String(row[key] ?? "").toLowerCase() === wanted.toLowerCase();
    const limit = Number(wanted);
    return (row) => known(row[key]) &&
        (sign === "<"      ? row[key] < limit :
             sign === ">"  ? row[key] > limit :
             sign === "<=" ? row[key] <= limit :
                             row[key] >= limit);
  });
  return (row) => tests.every((test) => test(row));
}
