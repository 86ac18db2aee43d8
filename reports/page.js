"use strict";
// Adds comfort only: charts to explore, copy buttons, search, filters, sorting. The page says everything without it.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const island = document.getElementById("figures");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const { templates, figures } = island ? JSON.parse(island.textContent) : { templates: {}, figures: {} };
  const drawn = new Set();

  const layoutOf = (id) => ({ ...figures[id].layout, template: templates[dark.matches ? "dark" : "light"] });

  // The chart library is compiled when the first chart comes into sight: the first screen does without it. The policy
  // names its hash.
  let compiled = false;
  function library() {
    if (compiled) return;
    compiled = true;
    const script = document.createElement("script");
    script.textContent = document.getElementById("library").textContent;
    document.head.append(script);
  }

  function draw(box) {
    const figure = figures[box.id];
    if (!figure || drawn.has(box.id)) return;
    drawn.add(box.id);
    library();
    box.replaceChildren();
    box.classList.add("drawn");
    box.setAttribute("role", "group"); // a picture no longer: it has buttons
    const config = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"] };
    Plotly.newPlot(box, figure.data, layoutOf(box.id), config);
  }

  if (island) {
    const seen = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) { seen.unobserve(entry.target); draw(entry.target); }
    }, { rootMargin: "200px" });
    for (const box of all(".chart")) { box.hidden = false; seen.observe(box); }
    dark.addEventListener("change", () => { for (const id of drawn) Plotly.react(id, figures[id].data, layoutOf(id)); });
  }

  function addCopyButton(block) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy: ${block.getAttribute("aria-label")}`);
    button.addEventListener("click", async () => {
      const text = block.querySelector("code").textContent;
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(block.querySelector("code"));
        button.textContent = "Selected: press Ctrl+C";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    const frame = document.createElement("div");
    frame.className = "copyable";
    block.replaceWith(frame);
    frame.append(block, button);
  }
  all("pre.command").forEach(addCopyButton);

  // A link to something inside a closed fold opens the fold.
  function unfold() {
    let place = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
    const target = place;
    for (; place; place = place.parentElement) if (place.tagName === "DETAILS") place.open = true;
    if (target) target.scrollIntoView();
  }
  addEventListener("hashchange", unfold);
  unfold();

  // The index marks the part that is read.
  const links = new Map(all("#index a").map((link) => [link.hash.slice(1), link]));
  const parts = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  function follow() {
    let current = parts[0];
    for (const part of parts) if (part.checkVisibility() && part.getBoundingClientRect().top < innerHeight / 3) current = part;
    for (const [id, link] of links) {
      if (id === current.id) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    }
  }
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; follow(); });
  }, { passive: true });
  follow();

  // Expand all, and back to what was open before.
  const expand = document.getElementById("expand");
  function expandAll(open) {
    expand.setAttribute("aria-pressed", String(open));
    expand.textContent = open ? "Fold all" : "Expand all";
    for (const each of all("main details")) each.open = open;
  }
  expand.addEventListener("click", () => expandAll(expand.getAttribute("aria-pressed") === "false"));

  // Filters: findings by severity and subsystem, series by environment, metric and parameters.
  const off = {};
  const filtered = all("[data-severity], .toggled");
  function filter() {
    for (const each of filtered) {
      each.classList.toggle("gone", Object.entries(off).some(([name, values]) => values.has(each.dataset[name])));
    }
  }
  for (const button of all("[data-filter]")) {
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") === "false";
      button.setAttribute("aria-pressed", String(on));
      (off[button.dataset.filter] ??= new Set())[on ? "delete" : "add"](button.value);
      filter();
    });
  }

  // Search: what holds all words is shown, in opened folds; the rest steps aside.
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const UNITS = ".overview > li, .finding, .doubt, tbody > tr, dl.facts > div, ul.rules > li, .pcie li, .result, .tile, .note";
  let texts = null;
  let opened = [];
  const textOf = (unit) => [unit.textContent, ...all("[title]", unit).map((each) => each.title), unit.title || ""].join(" ").toLowerCase();
  function reset() {
    for (const each of all(".aside-by-search")) each.classList.remove("aside-by-search", "gone");
    for (const each of opened) each.open = false;
    opened = [];
    filter();
  }
  function show(unit) {
    for (let place = unit.parentElement; place; place = place.parentElement) {
      if (place.tagName === "DETAILS" && !place.open) { place.open = true; opened.push(place); }
    }
  }
  function run() {
    reset();
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    found.textContent = "";
    if (!words.length) return;
    texts ??= all(UNITS, document.querySelector("main")).map((unit) => [unit, textOf(unit)]);
    const hits = new Set(texts.filter(([, text]) => words.every((word) => text.includes(word))).map(([unit]) => unit));
    const leaves = [...hits].filter((unit) => !all(UNITS, unit).some((inner) => hits.has(inner)));
    for (const [unit] of texts) {
      const kept = hits.has(unit) || leaves.some((hit) => hit.contains(unit));
      if (!kept) unit.classList.add("gone", "aside-by-search");
    }
    leaves.forEach(show);
    found.textContent = leaves.length === 1 ? "1 place" : `${leaves.length} places`;
    leaves[0]?.scrollIntoView({ block: "center" });
  }
  let timer = 0;
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(run, 150); });

  // Tables that a click on a heading sorts. Rows of class "more" stay with the row above them.
  const valueOf = (row, column) => {
    const cell = row.cells[column];
    const data = cell?.querySelector("data");
    const text = (data ? data.value : cell?.textContent ?? "").trim();
    const number = Number(text.replaceAll(",", "").replace("−", "-").replace(/[^\d.eE+-].*$/, ""));
    return text === "" || text === "–" ? null : Number.isFinite(number) && /^[-+−]?\d/.test(text) ? number : text;
  };
  function sort(table, column, heading) {
    const down = heading.getAttribute("aria-sort") === "ascending";
    for (const each of all("thead th", table)) each.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const groups = [];
    for (const row of body.rows) if (row.classList.contains("more") && groups.length) groups.at(-1).push(row); else groups.push([row]);
    const order = new Intl.Collator(undefined, { numeric: true });
    groups.sort(([a], [b]) => {
      const [x, y] = [valueOf(a, column), valueOf(b, column)];
      if (x === null || y === null) return (x === null) - (y === null);
      if (typeof x !== typeof y) return typeof x === "number" ? -1 : 1;
      const way = typeof x === "number" ? x - y : order.compare(x, y);
      return down ? -way : way;
    });
    body.append(...groups.flat());
  }
  for (const table of all("table.results, table.devices, table.inventory, table.irqs, table.latency, table.order, table.differs")) {
    if (table.tBodies.length !== 1) continue;
    all("thead th", table).forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      const edges = heading.querySelector(".edges");
      button.append(...[...heading.childNodes].filter((node) => node !== edges));
      heading.prepend(button);
      button.addEventListener("click", () => sort(table, column, heading));
    });
  }

  // Keys: / searches, e expands, j and k go from finding to finding, Escape ends a search.
  let stop = null;
  function step(by) {
    const stops = all(".finding, .doubt").filter((each) => each.checkVisibility());
    const here = stops.indexOf(stop);
    stop = stops[here < 0 ? 0 : Math.min(stops.length - 1, Math.max(0, here + by))] ?? null;
    stop?.scrollIntoView();
  }
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === search) {
      if (event.key === "Escape") { search.value = ""; run(); search.blur(); }
      return;
    }
    const acts = { "/": () => search.focus(), e: () => expand.click(), j: () => step(1), k: () => step(-1) };
    const act = acts[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  for (const each of all(".tools, .filters")) each.hidden = false;
})();
