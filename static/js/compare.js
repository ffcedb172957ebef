// Pictures side by side share one zoom and one place: three numbers that CSS gives to all of them.
const root = document.querySelector("[data-compare]");
const tools = root.querySelector("[data-zoom-tools]");
const MOST = 8;
let [scale, x, y, held] = [1, 0, 0, null]; // x and y: how far the middle has moved, in widths and heights of a pane

function show() {
  const room = (scale - 1) / 2;
  [x, y] = [x, y].map((shift) => Math.min(room, Math.max(-room, shift)));
  for (const [name, value] of Object.entries({ "--scale": scale, "--x": `${x * 100}%`, "--y": `${y * 100}%` })) root.style.setProperty(name, value);
  root.toggleAttribute("data-near", scale > 1);
  tools.querySelector("[data-scale]").value = Math.log2(scale);
  tools.querySelector("[data-scale]").setAttribute("aria-valuetext", `${scale.toFixed(1)} times`);
  tools.querySelector("[data-times]").textContent = `${scale.toFixed(1)}×`;
}

// What lies at (left, top) of a pane, as parts of it from its middle, stays there.
function zoom(to, left = 0, top = 0) {
  const next = Math.min(MOST, Math.max(1, to));
  [x, y] = [left - ((left - x) * next) / scale, top - ((top - y) * next) / scale];
  scale = next;
  show();
}

function place({ currentTarget, clientX, clientY }) {
  const box = currentTarget.getBoundingClientRect();
  return [(clientX - box.left) / box.width - 0.5, (clientY - box.top) / box.height - 0.5];
}

if (tools) {
  tools.hidden = false;
  tools.addEventListener("input", ({ target }) => zoom(2 ** Number(target.value)));
  tools.addEventListener("click", ({ target }) => {
    if (target.closest("[data-fit]")) zoom(1);
    const nearer = target.closest("[data-nearer]");
    if (nearer) zoom(scale * 2 ** (Number(nearer.dataset.nearer) / 2));
  });
  for (const pane of root.querySelectorAll("[data-pane]")) {
    pane.addEventListener("click", (event) => {
      if (!held?.moved) zoom(scale > 1 ? 1 : 3, ...(event.detail ? place(event) : [])); // no detail: a key's click
    });
    pane.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey && scale === 1) return; // the page scrolls until one has zoomed in
      event.preventDefault();
      zoom(scale * 2 ** (-event.deltaY / 300), ...place(event));
    }, { passive: false });
    pane.addEventListener("pointerdown", ({ clientX, clientY }) => (held = { clientX, clientY, x, y, moved: false }));
    pane.addEventListener("pointermove", ({ buttons, clientX, clientY, pointerId }) => {
      if (!held || !buttons || scale === 1) return;
      if (Math.hypot(clientX - held.clientX, clientY - held.clientY) > 4) held.moved = true;
      if (held.moved) pane.setPointerCapture(pointerId);
      [x, y] = [held.x + (clientX - held.clientX) / pane.clientWidth, held.y + (clientY - held.clientY) / pane.clientHeight];
      show();
    });
    pane.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: [0.1, 0], ArrowRight: [-0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[event.key];
      if (!by || scale === 1) return;
      event.preventDefault();
      [x, y] = [x + by[0], y + by[1]];
      show();
    });
  }
  show();
}
