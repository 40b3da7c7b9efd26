// The design of a prediction: its GCells and cells, how they are named in the address, and numbers with their digits.

/// `chosen` is what the page shows: {label, gcell, cell}; the last two may be null.
function designOf(data, chosen) {
  const {x, y, length, block, cells} = data;
  const columns = x.length - 1, rows = y.length - 1;
  const counts = data.count;
  const columnOf = (gcell) => gcell % columns, rowOf = (gcell) => Math.floor(gcell / columns);
  const span = (line, number) => `${significant(line[number], 6)}–${significant(line[number + 1], 6)}`;
  const placeOf = (gcell) => `x ${span(x, columnOf(gcell))} ${length}, y ${span(y, rowOf(gcell))} ${length}`;
  const boxOf = (gcell) => [x[columnOf(gcell)], x[columnOf(gcell) + 1], y[rowOf(gcell)], y[rowOf(gcell) + 1]];
  const titleOf = (gcell) => `GCell (${columnOf(gcell)}, ${rowOf(gcell)})`;
  const address = (gcell) => `#gcell=${columnOf(gcell)},${rowOf(gcell)}`;

  // Maps, which are of blocks of GCells where there are too many.
  const border = [x, y].map((line) => line.filter((_, number) => number % block === 0 || number === line.length - 1));
  const across = border[0].length - 1, up = border[1].length - 1;
  const blockOf = (gcell) => Math.floor(rowOf(gcell) / block) * across + Math.floor(columnOf(gcell) / block);
  for (const {maps} of data.labels) {
    for (const map of maps) {
      map.numbers = numbersOf(map.values);
      map.grid = Array.from({length: up}, (_, row) => map.numbers.subarray(row * across, (row + 1) * across));
      map.decimals = Math.min(Math.max(3 - Math.floor(Math.log10(map.high - map.low)), 0), 8);
    }
  }
  const maps = () => data.labels[chosen.label].maps;
  const shown = (value, map) => known(value) ? value.toFixed(map.decimals).replace("-", "−") : "–";
  const valueAt = (map, gcell) => shown(map.numbers[blockOf(gcell)], map);

  /// A column of a table with values of a map's kind.
  function column(key, what) {
    const map = maps().find((one) => one.what === what);
    return {key, name: what, down: true, text: (value) => shown(value, map)};
  }

  // Cells, which come by GCell.
  const nameOf = (cell) => cells.name ? cells.name[cell] : String(cells.number[cell]);
  const cellAddress = (cell) => `#cell=${encodeURIComponent(nameOf(cell))}`;
  const firstCell = new Map(), cellOfName = new Map();
  cells.gcell.forEach((gcell, cell) => {
    if (!firstCell.has(gcell)) firstCell.set(gcell, cell);
    cellOfName.set(nameOf(cell), cell);
  });
  const ofCells = cells.values.map(
      (each) => Object.fromEntries(Object.entries(each).map(([name, packed]) => [name, numbersOf(packed)])));
  function cellsIn(gcell) {
    const found = [];
    for (let cell = firstCell.get(gcell); cell !== undefined && cells.gcell[cell] === gcell; ++cell) {
      const row = {cell, name: nameOf(cell), x: cells.x[cell], y: cells.y[cell]};
      for (const [name, values] of Object.entries(ofCells[chosen.label])) row[name] = values[cell];
      found.push(row);
    }
    return found;
  }
  /// Cells whose names hold the text, that of this very name first.
  function cellsNamed(text, most) {
    const found = cellOfName.has(text) ? [cellOfName.get(text)] : [];
    for (let cell = 0; text && cell < cells.gcell.length && found.length < most; ++cell) {
      if (nameOf(cell) !== text && nameOf(cell).includes(text)) found.push(cell);
    }
    return found;
  }

  /// What an address names: {gcell, cell}.
  function addressed(hash) {
    const [, column, row] = hash.match(/^#gcell=(\d+),(\d+)$/) || [];
    if (column !== undefined && Number(column) < columns && Number(row) < rows) {
      return {gcell: Number(row) * columns + Number(column), cell: null};
    }
    const [, name] = hash.match(/^#cell=(.+)$/) || [];
    let cell;
    try {
      cell = cellOfName.get(decodeURIComponent(name));
    } catch {
      // no name that this page has written
    }
    return cell === undefined ? {gcell: null, cell: null} : {gcell: cells.gcell[cell], cell};
  }

  return {
    data,
    chosen,
    x,
    y,
    length,
    block,
    columns,
    rows,
    border,
    counts,
    columnOf,
    rowOf,
    span,
    placeOf,
    boxOf,
    titleOf,
    address,
    maps,
    valueAt,
    column,
    nameOf,
    cellAddress,
    cellsIn,
    cellsNamed,
    addressed,
    gcellOfBlock: (row, column) => row * block * columns + column * block,
    placeOfCell: (cell) => [cells.x[cell], cells.y[cell]],
    named: Boolean(cells.name),
    values: ofCells,
    allNamed: cells.gcell.length === data.all_cells
  };
}
