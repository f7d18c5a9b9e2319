"use strict";
const report = JSON.parse(document.getElementById("report-data").textContent);
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const state = { hidden: new Set(), sort: null, descending: false, all: false };
const views = [];
const SHOWN = 400;
const ERRORS = 1;

function theme(byModel) {
  const [ink, soft, line] = dark.matches ? ["#e4e8ee", "#9aa6b5", "#333b47"] : ["#1d2430", "#5b6675", "#d9dee5"];
  return {
    background: null, font: "system-ui, sans-serif", view: { stroke: line },
    axis: { labelColor: soft, titleColor: soft, gridColor: line, domainColor: line, tickColor: line, gridOpacity: 0.7,
      titleFontWeight: "normal", labelOverlap: true, labelSeparation: 8 },
    legend: { labelColor: ink, titleColor: soft, orient: "bottom", disable: byModel },
    title: { color: ink }, text: { color: ink }, rule: { color: ink },
  };
}

async function draw() {
  while (views.length) views.pop().view.finalize();
  for (const chart of report.charts) {
    const place = document.getElementById(chart.id);
    try {
      const made = await vegaEmbed(place, { ...chart.spec, autosize: { type: "fit-x", contains: "padding" } },
        { actions: false, renderer: "svg", logLevel: ERRORS, config: theme(chart.byModel) });
      const names = new Set((chart.spec.params || []).map((parameter) => parameter.name));
      views.push({ view: made.view, names });
    } catch (error) {
      place.textContent = `cannot draw: ${error.message}`;
      console.error(chart.id, error);
    }
  }
  await update();
  document.documentElement.dataset.drawn = views.length;
}

async function update() {
  const chosen = [...document.querySelectorAll("select[data-column]")].map((select) => {
    const { column } = select.dataset;
    return [`chosen_${column}`, column === "batch_size" ? Number(select.value) : select.value];
  });
  for (const { view, names } of views) {
    for (const [name, value] of [["hidden", [...state.hidden]], ...chosen]) {
      if (names.has(name)) view.signal(name, value);
    }
    await view.runAsync();
  }
}

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

function nameOf([model, device, bucket, batch, variant, outcome]) {
  return `-${model}-${device}-${bucket}-b${batch}-${variant}-${outcome}-`.toLowerCase();
}

function chosenRows() {
  const words = document.getElementById("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const tests = words.map((word) => {
    const starts = new RegExp(`-${word.replace(/[^\p{L}\p{N}_-]/gu, "\\$&")}(?!(?<=\\d)\\d)`);
    const isWhole = (row) => nameOf(row).includes(`-${word}-`);
    return report.cases.rows.some(isWhole) ? isWhole : (row) => starts.test(nameOf(row));
  });
  const rows = report.cases.rows.filter((row) => !state.hidden.has(row[0]) && tests.every((test) => test(row)));
  if (state.sort === null) return rows;
  const sign = state.descending ? -1 : 1;
  return rows.sort((a, b) => {
    const [x, y] = [a[state.sort], b[state.sort]];
    if (x === null || y === null) return (x === null) - (y === null);
    return sign * (typeof x === "number" ? x - y : x.localeCompare(y, "en", { numeric: true }));
  });
}

function cell(tag, content, kind) {
  const made = document.createElement(tag);
  made.textContent = content;
  if (kind !== "text") made.className = "number";
  return made;
}

function fill() {
  const { columns } = report.cases;
  const rows = chosenRows();
  const head = document.createElement("tr");
  columns.forEach(({ title, kind }, place) => {
    const made = cell("th", title, kind);
    if (place === state.sort) made.setAttribute("aria-sort", state.descending ? "descending" : "ascending");
    made.append(place === state.sort ? (state.descending ? " ▾" : " ▴") : "");
    made.onclick = () => {
      state.descending = state.sort === place && !state.descending;
      state.sort = place;
      fill();
    };
    head.append(made);
  });
  const body = document.createElement("tbody");
  for (const row of rows.slice(0, state.all ? undefined : SHOWN)) {
    const line = document.createElement("tr");
    row.forEach((value, place) => {
      const { kind } = columns[place];
      line.append(cell("td", value === null ? "–" : FORMATS[kind](value), kind));
    });
    body.append(line);
  }
  const top = document.createElement("thead");
  top.append(head);
  document.getElementById("case-table").replaceChildren(top, body);
  const shown = document.getElementById("shown");
  shown.textContent = `${rows.length} of ${report.cases.rows.length} cases`;
  if (rows.length <= SHOWN || state.all) return;
  const more = document.createElement("button");
  more.textContent = `the first ${SHOWN} are shown: show all`;
  more.onclick = () => { state.all = true; fill(); };
  shown.append(" ", more);
}

for (const chip of document.querySelectorAll(".chip")) {
  chip.onclick = () => {
    const { model } = chip.dataset;
    if (!state.hidden.delete(model)) state.hidden.add(model);
    chip.setAttribute("aria-pressed", String(!state.hidden.has(model)));
    fill();
    update();
  };
}
for (const select of document.querySelectorAll("select[data-column]")) select.onchange = update;
document.getElementById("filter").oninput = fill;
dark.onchange = draw;
fill();
draw();
