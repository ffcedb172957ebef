// What was awaited takes its place: nothing moves for it, no sound stops for it, and the focus stays.
const PARTS = [".name", ".act", ".look", ".pick", ".listen"];
const AGAIN = 5000; // milliseconds
let held = null; // the part of a card that had the focus

const begun = (media) => !media.paused || media.currentTime > 0;

// Moved within one task, a medium plays on (HTML, "media element is removed from a document").
function keepSound(old, made) {
  const audio = old.querySelector("audio");
  if (audio && begun(audio)) made.querySelector("audio")?.replaceWith(audio);
}

// The frame of the placeholder stays until the page is opened anew; the picture fits into it.
function keepShape(old, made) {
  if (!old.dataset.width) for (const side of ["width", "height"]) delete made.dataset[side];
}

document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  const { target: old, fragment } = detail;
  if (old.id === "stage") {
    const media = old.querySelector("audio, video");
    detail.shouldSwap = !(media && begun(media)) && !old.querySelector("[aria-pressed=true]");
  }
  const made = fragment.querySelector(`[id="${old.id}"]`);
  held = old.contains(document.activeElement) ? PARTS.find((part) => document.activeElement.matches(part)) : null;
  if (!made || !old.matches(".card")) return;
  keepSound(old, made);
  keepShape(old, made);
});
document.addEventListener("htmx:oobAfterSwap", ({ detail: { target } }) => {
  const card = held && document.getElementById(target.id);
  (card?.querySelector(held) ?? card?.querySelector(".name"))?.focus({ preventScroll: true });
  held = null;
});

// A server that is away for a moment, as while it is updated, is asked again.
for (const fault of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(fault, ({ detail: { elt, xhr } }) => {
    const passes = xhr.status === 0 || xhr.status === 429 || xhr.status >= 500;
    if (passes && elt.id.startsWith("awaited")) setTimeout(() => htmx.trigger(elt, "again"), AGAIN);
  });
}
