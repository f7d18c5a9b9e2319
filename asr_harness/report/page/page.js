function fill() {
  fillCases();
  fillModels();
}

for (const chip of chips) {
  chip.onclick = () => {
    const { model } = chip.dataset;
    if (!state.hidden.delete(model)) state.hidden.add(model);
    chip.setAttribute("aria-pressed", String(!state.hidden.has(model)));
    keepState();
    fill();
    update();
  };
}
for (const select of selects) {
  select.onchange = () => {
    keepState();
    fillModels();
    update();
  };
}
filter.oninput = () => {
  keepState();
  fillCases();
};
dark.onchange = draw;
readState();
fill();
draw();
