const dark = window.matchMedia("(prefers-color-scheme: dark)");
const views = [];
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

async function drawOne(chart) {
  const place = document.getElementById(chart.id);
  try {
    const made = await vegaEmbed(place, { ...chart.spec, autosize: { type: "fit-x", contains: "padding" } },
      { actions: false, renderer: "svg", logLevel: ERRORS, config: theme(chart.byModel) });
    const names = new Set((chart.spec.params || []).map((parameter) => parameter.name));
    const drawn = { id: chart.id, view: made.view, names };
    views.push(drawn);
    tapped(made.view);
    await updateOne(drawn);
  } catch (error) {
    place.textContent = `cannot draw: ${error.message}`;
    console.error(chart.id, error);
  }
}

// A finger does not hover: a tap on a mark shows what hovering would.
function tapped(view) {
  view.addEventListener("click", (event, item) => {
    const show = view.tooltip();
    const words = item && item.tooltip;
    setTimeout(() => show.call(view, view, event, item, words), 0);
  });
}

// The page answers between any two figures, and those at its top come first.
const breathe = () => new Promise((resolve) => setTimeout(resolve, 0));
let drawing = 0;

async function draw() {
  const turn = ++drawing;
  while (views.length) views.pop().view.finalize();
  delete document.documentElement.dataset.drawn;
  for (const chart of report.charts) {
    if (turn !== drawing) return;
    await drawOne(chart);
    document.documentElement.dataset.first ||= String(Math.round(performance.now()));
    await breathe();
  }
  document.documentElement.dataset.drawn = views.length;
}

async function updateOne({ id, view, names }) {
  const values = [["hidden", [...state.hidden]], ...selects.map(({ dataset: { column } }) => [`chosen_${column}`, chosen(column)])];
  for (const [name, value] of values) if (names.has(name)) view.signal(name, value);
  await view.runAsync();
  // One picture with one text: what is inside of it has no names of its own.
  const place = document.getElementById(id);
  const svg = place.querySelector("svg");
  for (const inner of svg.querySelectorAll("[role], [aria-label]")) {
    for (const name of ["role", "aria-roledescription", "aria-label"]) inner.removeAttribute(name);
  }
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", place.dataset.says);
  const figure = place.closest("figure");
  const legend = figure.querySelector(".legend");
  if (legend) legend.replaceChildren(...shownModels());
  const settings = figure.querySelector(".settings");
  const said = selects.filter(({ dataset }) => names.has(`chosen_${dataset.column}`))
    .map((select) => `${select.dataset.title} ${select.value}`);
  if (names.has("hidden") && state.hidden.size) said.push(`without ${[...state.hidden].join(", ")}`);
  settings.textContent = said.length ? `Shown: ${said.join(", ")}.` : "";
}

function shownModels() {
  return chips.filter((chip) => !state.hidden.has(chip.dataset.model)).map((chip) => {
    const entry = document.createElement("span");
    entry.append(...[...chip.childNodes].map((node) => node.cloneNode(true)));
    return entry;
  });
}

async function update() {
  for (const drawn of views) await updateOne(drawn);
}
