// Small pieces of the page.

export const byId = (id) => document.getElementById(id);

export function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.append(text);
  if (className) made.className = className;
  return made;
}

/** Columns are names, or { text, className }; cells are texts or nodes. */
export function table(target, columns, rows) {
  const head = document.createElement('thead'), body = document.createElement('tbody');
  const titles = columns.map((column) => column.text || column);
  const classes = columns.map((column) => column.className || '');
  const top = document.createElement('tr');
  titles.forEach((title, at) => {
    const cell = element('th', title, classes[at]);
    cell.scope = 'col';
    top.append(cell);
  });
  head.append(top);
  for (const cells of rows) {
    const row = document.createElement('tr');
    cells.forEach((cell, at) => {
      const made = element('td', cell, classes[at]);
      made.dataset.label = titles[at];
      row.append(made);
    });
    body.append(row);
  }
  target.replaceChildren(...(rows.length ? [head, body] : []));
}

/** A column of numbers. */
export const number = (text) => ({ text, className: 'number' });

/** A column of words that are not broken. */
export const short = (text) => ({ text, className: 'short' });

export function facts(target, pairs) {
  target.replaceChildren(...pairs.flatMap(([name, value]) => [element('dt', name), element('dd', value)]));
}

export function linkButton(text, action) {
  const made = element('button', text, 'link');
  made.type = 'button';
  made.onclick = action;
  return made;
}

export function bytes(count) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = Number(count), unit = 0;
  while (size >= 1024 && unit < units.length - 1) { size /= 1024; unit++; }
  return (unit ? size.toFixed(1) : size) + ' ' + units[unit];
}

export const hexId = (decimal) => BigInt(decimal || 0).toString(16);

export const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, '\u202f');

export function duration(seconds) {
  if (seconds === Infinity) return 'more';
  if (seconds < 0.001) return +(seconds * 1e6).toFixed(0) + ' µs';
  return seconds < 1 ? +(seconds * 1000).toFixed(1) + ' ms' : +seconds.toFixed(1) + ' s';
}
