"use strict";
// Adds comfort only: interactive charts and copy buttons. The page says everything without it.
(() => {
  const island = document.getElementById("figures");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const { templates, figures } = island ? JSON.parse(island.textContent) : { templates: {}, figures: {} };
  const drawn = new Set();

  const layoutOf = (id) => ({ ...figures[id].layout, template: templates[dark.matches ? "dark" : "light"] });

  function draw(box) {
    const figure = figures[box.id];
    if (!figure || drawn.has(box.id)) return;
    drawn.add(box.id);
    box.replaceChildren();
    box.classList.add("drawn");
    const config = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"] };
    Plotly.newPlot(box, figure.data, layoutOf(box.id), config);
  }

  if (island) {
    const seen = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) { seen.unobserve(entry.target); draw(entry.target); }
    }, { rootMargin: "200px" });
    for (const box of document.querySelectorAll(".chart")) { box.hidden = false; seen.observe(box); }
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
  document.querySelectorAll("pre.command").forEach(addCopyButton);

  // A link to something inside a closed fold opens the fold.
  function unfold() {
    let place = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
    const target = place;
    for (; place; place = place.parentElement) if (place.tagName === "DETAILS") place.open = true;
    if (target) target.scrollIntoView();
  }
  addEventListener("hashchange", unfold);
  unfold();
})();
