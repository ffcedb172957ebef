// [data-copy="#id"] copies what that element shows, [data-copy-text] its own value; [data-copy-now] at once.
async function copy(button) {
  const { copy: named } = button.dataset;
  const source = named ? document.querySelector(named) : button.previousElementSibling;
  const text = button.dataset.copyText ?? source.value ?? source.textContent;
  const label = (button.dataset.label ??= button.textContent);
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = copySelected(source) ? "Copied" : "Press Ctrl+C";
  }
  setTimeout(() => (button.textContent = label), 2000);
}

// Where a page came without HTTPS there is no navigator.clipboard; what is selected can be copied still.
function copySelected(source) {
  if (source?.select) source.select();
  else if (source) getSelection().selectAllChildren(source);
  return Boolean(source) && document.execCommand("copy");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-copy-text]");
  if (button) copy(button);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const button = event.target.querySelector?.("[data-copy-now]");
  if (button) copy(button);
});
