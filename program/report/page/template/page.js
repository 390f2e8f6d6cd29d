"use strict";
const search = document.getElementById("search");
const problems = document.getElementById("problems");
const told = document.getElementById("told");
const rows = [...document.querySelectorAll("[data-row]")].map((row) => ({
  row, text: row.textContent.toLowerCase(), wrong: row.dataset.row === "wrong",
}));
function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const { row, text, wrong } of rows) {
    const fits = (!problems.checked || wrong) && words.every((word) => text.includes(word));
    row.hidden = !fits;
    shown += fits ? 1 : 0;
  }
  told.textContent = `${shown} of ${rows.length} entries shown`;
}
search.addEventListener("input", filter);
problems.addEventListener("change", filter);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== search) { event.preventDefault(); search.focus(); }
  if (event.key === "Escape" && document.activeElement === search) { search.value = ""; filter(); }
});
filter();
