// [data-zoom] shows its image in full size, where it was clicked; then it is dragged, or scrolled.
let held = null;

document.addEventListener("click", (event) => {
  const zoom = event.target.closest("[data-zoom]");
  if (!zoom || held?.moved) return (held = null);
  const full = zoom.getAttribute("aria-pressed") !== "true";
  const stage = zoom.parentElement;
  const before = zoom.getBoundingClientRect();
  const at = [event.clientX ? (event.clientX - before.left) / before.width : 0.5, event.clientY ? (event.clientY - before.top) / before.height : 0.5];
  zoom.setAttribute("aria-pressed", full);
  zoom.setAttribute("aria-label", full ? "Fit into the page; the arrow keys move it" : "Show in full size");
  stage.scrollTo(at[0] * zoom.offsetWidth - stage.clientWidth / 2, at[1] * zoom.offsetHeight - stage.clientHeight / 2);
});

document.addEventListener("pointerdown", (event) => {
  const zoom = event.target.closest("[data-zoom][aria-pressed=true]");
  if (!zoom || event.button || event.pointerType === "touch") return; // fingers scroll by themselves
  event.preventDefault();
  const stage = zoom.parentElement;
  held = { stage, x: event.clientX + stage.scrollLeft, y: event.clientY + stage.scrollTop, moved: false };
});
document.addEventListener("pointermove", (event) => {
  if (!held?.stage || !event.buttons) return;
  held.moved ||= Math.abs(held.x - event.clientX - held.stage.scrollLeft) + Math.abs(held.y - event.clientY - held.stage.scrollTop) > 4;
  held.stage.scrollTo(held.x - event.clientX, held.y - event.clientY);
});
document.addEventListener("pointerup", () => {
  if (held && !held.moved) held = null;
  else if (held) held.stage = null; // the click that follows only ends the drag
});
// Before the keys of the page, which would go to another asset.
document.addEventListener("keydown", (event) => {
  const zoom = event.target.closest("[data-zoom][aria-pressed=true]");
  const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!zoom || event.ctrlKey || event.metaKey || event.altKey || !(by || event.key === "Escape")) return;
  event.preventDefault();
  by ? zoom.parentElement.scrollBy(by[0] * 80, by[1] * 80) : zoom.click();
}, true);
