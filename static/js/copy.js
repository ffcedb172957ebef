// [data-copy="#id"] copies what that element shows, [data-copy-text] its own value; [data-copy-now] at once.
async function copy(button) {
  const source = button.dataset.copy && document.querySelector(button.dataset.copy);
  const text = button.dataset.copyText ?? source.value ?? source.textContent;
  const label = (button.dataset.label ??= button.textContent);
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    source?.select?.();
    button.textContent = "Press Ctrl+C";
  }
  setTimeout(() => (button.textContent = label), 2000);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-copy-text]");
  if (button) copy(button);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const button = event.target.querySelector?.("[data-copy-now]");
  if (button) copy(button);
});
