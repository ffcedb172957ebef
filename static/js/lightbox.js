// [data-look] shows the medium of its card large; arrow keys walk to those of the same page.
const box = document.getElementById("lightbox");
const part = (name) => box.querySelector(`[data-${name}]`);
let shown = null;

const looks = () => [...document.querySelectorAll("#results [data-look]")];
function medium(look) {
  if (look.closest(".video")) {
    return Object.assign(document.createElement("video"), { src: look.dataset.look, controls: true, autoplay: true, playsInline: true, poster: look.closest(".card").querySelector("img")?.src ?? "" });
  }
  return Object.assign(document.createElement("img"), { src: look.dataset.look });
}

function show(look) {
  const card = look.closest(".card");
  const link = card.querySelector("a.name");
  const all = looks();
  shown = card.id;
  const made = medium(look);
  made.dataset.media = "";
  made.setAttribute(made.tagName === "IMG" ? "alt" : "aria-label", link.textContent);
  part("stage").replaceChildren(made);
  part("title").textContent = link.textContent;
  part("title").href = link.href;
  part("place").textContent = `${all.indexOf(look) + 1} of ${all.length}`;
  part("download").href = card.querySelector("a.act").href;
  part("back").disabled = look === all[0];
  part("on").disabled = look === all.at(-1);
  if (!box.contains(document.activeElement) || document.activeElement.disabled) part("close").focus(); // keys are heard inside
}

function step(by) {
  const all = looks();
  const next = all[all.findIndex((look) => look.closest(".card").id === shown) + by];
  if (next) show(next);
}

document.addEventListener("click", ({ target }) => {
  const look = target.closest("[data-look]");
  if (!look || !box) return;
  show(look);
  box.showModal();
});
box?.addEventListener("click", ({ target }) => {
  if (target.closest("[data-back]")) step(-1);
  else if (target.closest("[data-on]")) step(1);
  else if (target.closest("[data-close]") || target.matches("[data-stage]")) box.close();
});
box?.addEventListener("keydown", (event) => {
  if (!["ArrowLeft", "ArrowRight"].includes(event.key) || event.target.tagName === "VIDEO") return;
  event.preventDefault();
  step(event.key === "ArrowLeft" ? -1 : 1);
});
box?.addEventListener("close", () => {
  part("stage").replaceChildren();
  document.getElementById(shown)?.querySelector("[data-look]")?.focus();
});
