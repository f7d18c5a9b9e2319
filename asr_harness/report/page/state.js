"use strict";
const report = JSON.parse(document.getElementById("report-data").textContent);
const filter = document.getElementById("filter");
const selects = [...document.querySelectorAll("select[data-column]")];
const chips = [...document.querySelectorAll(".chip")];
const state = { hidden: new Set(), sort: {} };

// What a reader chose stands in the address, after the question mark: a link shows what its sender sees.
function readState() {
  const given = new URLSearchParams(location.search);
  const models = new Set(chips.map((chip) => chip.dataset.model));
  for (const model of given.getAll("hide")) if (models.has(model)) state.hidden.add(model);
  for (const select of selects) {
    const wanted = given.get(select.dataset.column);
    if ([...select.options].some((option) => option.value === wanted)) select.value = wanted;
  }
  filter.value = given.get("filter") || "";
  for (const table of ["cases", "models"]) {
    const [, place, order] = /^(\d+)(d?)$/.exec(given.get(`sort_${table}`) || "") || [];
    if (place !== undefined && Number(place) < report[table].columns.length) {
      state.sort[table] = { place: Number(place), descending: order === "d" };
    }
  }
  for (const chip of chips) chip.setAttribute("aria-pressed", String(!state.hidden.has(chip.dataset.model)));
}

function keepState() {
  const kept = new URLSearchParams();
  for (const model of state.hidden) kept.append("hide", model);
  for (const select of selects) {
    const first = [...select.options].find((option) => option.defaultSelected);
    if (!first || first.value !== select.value) kept.set(select.dataset.column, select.value);
  }
  if (filter.value) kept.set("filter", filter.value);
  for (const [table, { place, descending }] of Object.entries(state.sort)) {
    kept.set(`sort_${table}`, `${place}${descending ? "d" : ""}`);
  }
  const query = kept.toString();
  try {
    history.replaceState(null, "", `${query ? `?${query}` : location.pathname}${location.hash}`);
  } catch {
    // A page inside another one may not change its address.
  }
}

function chosen(column) {
  const select = selects.find((each) => each.dataset.column === column);
  return select && (column === "batch_size" ? Number(select.value) : select.value);
}
