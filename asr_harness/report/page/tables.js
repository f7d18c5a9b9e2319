const SHOWN = 400;
let showsAll = false;

const scaled = (value, steps) => {
  const [limit, unit] = steps.find(([least]) => Math.abs(value) >= least) || steps[steps.length - 1];
  return `${Number((value / limit).toPrecision(3))} ${unit}`;
};
const FORMATS = {
  text: (value) => value,
  number: (value) => String(Number(value.toPrecision(3))),
  seconds: (value) => scaled(value, [[1, "s"], [1e-3, "ms"], [1e-6, "µs"]]),
  percent: (value) => `${(100 * value).toFixed(1)} %`,
  bytes: (value) => scaled(value, [[2 ** 30, "GiB"], [2 ** 20, "MiB"]]),
  joules: (value) => scaled(value, [[1e3, "kJ"], [1, "J"], [1e-3, "mJ"]]),
};
const written = (value, kind) => (value === null ? "–" : FORMATS[kind](value));

const spanned = (low, high) => {
  const [number, unit] = low.split(" ");
  return `${unit && high.endsWith(` ${unit}`) ? number : low}–${high}`;
};

function cell(tag, content, kind) {
  const made = document.createElement(tag);
  made.textContent = content;
  if (kind !== "text") made.className = "number";
  return made;
}

function sorted(table, rows, valueOf) {
  const order = state.sort[table];
  if (!order) return rows;
  const sign = order.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [valueOf(a, order.place), valueOf(b, order.place)];
    if (x === null || y === null) return (x === null) - (y === null);
    return sign * (typeof x === "number" ? x - y : x.localeCompare(y, "en", { numeric: true }));
  });
}

function header(table, fill) {
  const head = document.createElement("tr");
  const order = state.sort[table];
  report[table].columns.forEach(({ title, kind }, place) => {
    const made = cell("th", "", kind);
    made.scope = "col";
    const isSorted = order && order.place === place;
    if (isSorted) made.setAttribute("aria-sort", order.descending ? "descending" : "ascending");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title + (isSorted ? (order.descending ? " ▾" : " ▴") : "");
    button.onclick = () => {
      const again = state.sort[table];
      state.sort[table] = { place, descending: Boolean(again && again.place === place && !again.descending) };
      keepState();
      fill();
      document.querySelectorAll(`#${table.slice(0, -1)}-table th button`)[place].focus();
    };
    made.append(button);
    head.append(made);
  });
  const top = document.createElement("thead");
  top.append(head);
  return top;
}

function nameOf([model, device, bucket, batch, variant, outcome]) {
  return `-${model}-${device}-${bucket}-b${batch}-${variant}-${outcome}-`.toLowerCase();
}

function chosenCases() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const tests = words.map((word) => {
    const starts = new RegExp(`-${word.replace(/[^\p{L}\p{N}_-]/gu, "\\$&")}(?!(?<=\\d)\\d)`);
    const isWhole = (row) => nameOf(row).includes(`-${word}-`);
    return report.cases.rows.some(isWhole) ? isWhole : (row) => starts.test(nameOf(row));
  });
  const rows = report.cases.rows.filter((row) => !state.hidden.has(row[0]) && tests.every((test) => test(row)));
  return sorted("cases", rows, (row, place) => row[place]);
}

function fillCases() {
  const rows = chosenCases();
  const body = document.createElement("tbody");
  for (const row of rows.slice(0, showsAll ? undefined : SHOWN)) {
    const line = document.createElement("tr");
    row.forEach((value, place) => {
      const { kind } = report.cases.columns[place];
      line.append(cell("td", written(value, kind), kind));
    });
    body.append(line);
  }
  document.getElementById("case-table").replaceChildren(header("cases", fillCases), body);
  const shown = document.getElementById("shown");
  shown.textContent = `${rows.length} of ${report.cases.rows.length} cases`;
  if (rows.length <= SHOWN || showsAll) return;
  const more = document.createElement("button");
  more.textContent = `the first ${SHOWN} are shown: show all`;
  more.onclick = () => { showsAll = true; fillCases(); };
  shown.append(" ", more);
}

// A row holds bucket and batch size, then each column's value, and the ends of its interval where it has one.
const modelPlaces = (() => {
  let next = 2;
  return report.models.columns.map(({ ends }) => { const place = next; next += ends ? 3 : 1; return place; });
})();

function fillModels() {
  const [bucket, batch] = [chosen("bucket"), chosen("batch_size")];
  document.getElementById("models-of").textContent = `${bucket}, ${batch}`;
  const rows = report.models.rows.filter((row) => row[0] === bucket && row[1] === batch && !state.hidden.has(row[2]));
  const body = document.createElement("tbody");
  for (const row of sorted("models", rows, (each, place) => each[modelPlaces[place]])) {
    const line = document.createElement("tr");
    report.models.columns.forEach(({ kind, ends }, place) => {
      const at = modelPlaces[place];
      const made = cell("td", written(row[at], kind), kind);
      if (ends && row[at] !== null && row[at + 1] !== null) {
        const span = document.createElement("span");
        span.className = "ends";
        span.textContent = `(${spanned(written(row[at + 1], kind), written(row[at + 2], kind))})`;
        made.append(" ", span);
      }
      line.append(made);
    });
    body.append(line);
  }
  document.getElementById("model-table").replaceChildren(header("models", fillModels), body);
}
