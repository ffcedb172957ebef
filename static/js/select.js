// Boxes of cards: Shift takes a range, X the card in hand, Escape lets go; a choice outlives a swap of its card.
const picked = new Set();
const boxes = () => [...document.querySelectorAll("#results .pick")];
let [last, inHand] = [null, null]; // the box of the last click, the card pointed at or stepped on

function show() {
  const status = document.querySelector("[data-picked]");
  if (!status) return;
  status.textContent = picked.size ? `${picked.size} selected` : "Nothing selected";
  const compare = document.querySelector("[data-compare-picked]");
  compare.disabled = picked.size < 2 || picked.size > 6;
  compare.title = compare.disabled ? "2 to 6 assets can be compared" : "";
}

function pick(some, on) {
  for (const box of some) {
    box.checked = on;
    picked[on ? "add" : "delete"](box.value);
  }
  show();
}

// After a swap: what went is not chosen any more, what came in its place still is.
function restore() {
  const there = boxes();
  const ids = new Set(there.map(({ value }) => value));
  for (const id of picked) if (!ids.has(id)) picked.delete(id);
  for (const box of there) box.checked = picked.has(box.value);
  show();
}

function between(box) {
  const all = boxes();
  const ends = [all.findIndex(({ value }) => value === last), all.indexOf(box)].sort((a, b) => a - b);
  return ends[0] < 0 ? [box] : all.slice(ends[0], ends[1] + 1);
}

document.addEventListener("click", ({ target, shiftKey }) => {
  if (target.matches(".pick")) {
    pick(shiftKey ? between(target) : [target], target.checked);
    last = target.value;
  } else if (target.closest("[data-pick-all]")) pick(boxes(), true);
  else if (target.closest("[data-pick-none]")) pick(boxes(), false);
});

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "x" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not(.pick), select, textarea, dialog")) return;
  inHand?.querySelector(".pick")?.click();
});
for (const reach of ["pointerover", "focusin"]) {
  document.addEventListener(reach, ({ target }) => (inHand = target.closest("#results :is(.card, tr)") ?? inHand));
}

for (const change of ["htmx:afterSettle", "htmx:oobAfterSwap"]) document.addEventListener(change, restore);
// A page that the browser goes back to may come with its boxes checked.
addEventListener("pageshow", () => pick(boxes().filter(({ checked }) => checked), true));
