// Addresses carry only what is set: empty fields and the default order stay out of them.
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.closest?.("[data-tidy]")) return;
  const parameters = event.detail.parameters;
  for (const [name, value] of Object.entries(parameters)) {
    if (value === "" || (name === "sort" && value === "-created_at")) delete parameters[name];
  }
});
