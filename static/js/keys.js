// The keys that the dialog behind "?" lists. Nothing happens while one types or plays.
const typing = (target) => target.closest("input:not([type=checkbox]), select, textarea, audio, video, dialog[open]");
const press = (selector) => {
  const target = document.querySelector(selector);
  target?.click();
  return Boolean(target);
};

function act(event) {
  if (event.key === "/") {
    document.querySelector("[data-search]")?.focus();
    return Boolean(document.querySelector("[data-search]"));
  }
  if (event.key === "?") return document.getElementById("keys")?.showModal() ?? true;
  if (event.key === "ArrowLeft") return press('a[rel="prev"]');
  if (event.key === "ArrowRight") return press('a[rel="next"]');
  if (event.key === "Escape" && closeMenu()) return true;
  return press(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
}

function closeMenu() {
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return false;
  menu.open = false;
  menu.querySelector("summary").focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (act(event)) event.preventDefault();
});
