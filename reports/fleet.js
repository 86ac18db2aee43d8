"use strict";
// The table of hosts: one page of the data at a time, in text nodes only.
(() => {
  const SIZE = 50;
  const { cohorts, rows } = JSON.parse(document.getElementById("data").textContent);
  const body = document.getElementById("rows"), place = document.getElementById("place");
  const search = document.getElementById("search");
  const before = document.getElementById("before"), after = document.getElementById("after");
  let start = 0, shown = rows;

  function row([host, cohort, findings, worst, outliers, odd, page]) {
    const line = document.createElement("tr");
    const words = [host, cohort < 0 ? "not judged" : cohorts[cohort], findings, worst, outliers, odd];
    words.forEach((word, i) => {
      const cell = document.createElement(i ? "td" : "th");
      if (!i) cell.scope = "row";
      const inner = !i && page ? cell.appendChild(document.createElement("a")) : cell;
      if (inner !== cell) inner.href = page;
      inner.textContent = word;
      line.append(cell);
    });
    return line;
  }

  function draw() {
    body.replaceChildren(...shown.slice(start, start + SIZE).map(row));
    const last = Math.min(start + SIZE, shown.length);
    place.textContent = shown.length ? `${start + 1} to ${last} of ${shown.length}` : "no host of that name";
    before.disabled = start === 0;
    after.disabled = last >= shown.length;
  }

  search.addEventListener("input", () => {
    const wanted = search.value.toLowerCase();
    shown = wanted ? rows.filter((one) => one[0].toLowerCase().includes(wanted)) : rows;
    start = 0;
    draw();
  });
  before.addEventListener("click", () => { start = Math.max(0, start - SIZE); draw(); });
  after.addEventListener("click", () => { start += SIZE; draw(); });
  draw();
})();
