// Files are dropped anywhere on the page, or chosen; a folder is taken for the files in it.
const veil = document.getElementById("drop-veil");
const picker = document.getElementById("upload-files");
const take = (files) => document.dispatchEvent(new CustomEvent("upload:files", { detail: files }));
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files") && !document.querySelector("dialog[open]");

const read = (reader) => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
async function filesOf(entry) {
  if (!entry) return [];
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const found = [];
  for (let some = await read(reader); some.length; some = await read(reader)) {
    for (const inner of some) found.push(...(await filesOf(inner)));
  }
  return found.filter(({ name }) => !name.startsWith("."));
}

addEventListener("dragenter", (event) => {
  if (carriesFiles(event)) veil.hidden = false;
});
addEventListener("dragover", (event) => {
  if (carriesFiles(event)) event.preventDefault();
});
addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) veil.hidden = true;
});
addEventListener("drop", async (event) => {
  veil.hidden = true;
  if (!carriesFiles(event)) return;
  event.preventDefault();
  const { files } = event.dataTransfer;
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()); // gone after an await
  const folders = entries.some((entry) => entry?.isDirectory);
  take(folders ? (await Promise.all(entries.map(filesOf))).flat() : files);
});
picker.addEventListener("change", () => {
  take([...picker.files]);
  picker.value = ""; // so that the same file can be chosen again
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-upload]")) picker.click();
});
