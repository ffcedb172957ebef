// What htmx puts into #dialog is shown as a modal; [data-cancel] closes it. Messages stay until dismissed.
const dialog = document.getElementById("dialog");

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target !== dialog) return;
  dialog.showModal();
  dialog.querySelector("[data-cancel]")?.focus();
});

// What was refused says why on a page of its own.
document.addEventListener("htmx:responseError", (event) => {
  const { elt, target } = event.detail;
  if (target === dialog) elt.form?.requestSubmit(elt);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-cancel]") && dialog?.open) {
    event.preventDefault();
    dialog.close();
  }
  event.target.closest("[data-dismiss]")?.parentElement.remove();
});

// A menu closes when one clicks or tabs elsewhere.
const closeMenus = (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
};
document.addEventListener("click", closeMenus);
document.addEventListener("focusin", closeMenus);
