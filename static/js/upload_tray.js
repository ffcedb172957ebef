// Files that are dropped on the list, or chosen, stand in the tray; three of them are on their way at a time.
const tray = document.getElementById("uploads");
const rows = new Map(); // row: { file, state, abort }
const count = (...states) => [...rows.values()].filter(({ state }) => states.includes(state)).length;
const left = () => count("waiting", "sending");

function add(files) {
  for (const file of files) {
    const row = document.getElementById("upload-row").content.firstElementChild.cloneNode(true);
    row.querySelector(".name").textContent = file.name;
    row.querySelector("progress").setAttribute("aria-label", file.name);
    tray.querySelector("ul").append(row);
    rows.set(row, { file });
    show(row, "waiting", "Waiting", "Cancel");
  }
  go();
}

function show(row, state, text, action) {
  const button = row.querySelector("button");
  rows.get(row).state = row.dataset.state = state;
  row.querySelector(".state").textContent = text;
  button.textContent = action;
  button.setAttribute("aria-label", `${action}: ${rows.get(row).file.name}`);
}

function go() {
  for (const [row, one] of rows) {
    if (one.state !== "waiting" || count("sending") === 3) continue;
    one.abort = new AbortController();
    show(row, "sending", "Starting", "Cancel");
    row.dispatchEvent(new CustomEvent("upload:start", { bubbles: true, detail: one }));
  }
  const ended = ["done", "failed"].filter((state) => count(state)).map((state) => `${count(state)} ${state === "done" ? "uploaded" : state}`);
  tray.hidden = rows.size === 0;
  tray.querySelector("[data-close]").hidden = left() > 0;
  tray.querySelector("[role=status]").textContent = left() ? `Uploading, ${left()} to go` : ended.join(", ");
}

function end(...outcome) {
  show(...outcome);
  go();
  if (!left() && count("done")) window.htmx.ajax("GET", location.href, { target: "#results", swap: "innerHTML" });
}

document.addEventListener("upload:files", ({ detail: files }) => add(files));
document.addEventListener("upload:progress", ({ target: row, detail: part }) => {
  row.querySelector("progress").value = part;
  row.querySelector(".state").textContent = part < 1 ? `${Math.floor(part * 100)} %` : "Checking";
});
document.addEventListener("upload:done", ({ target: row, detail: asset }) => {
  row.querySelector(".name").href = `${tray.dataset.list}${asset.id}/`;
  end(row, "done", "Uploaded", "Hide");
});
document.addEventListener("upload:failed", ({ target: row, detail: sentence }) => end(row, "failed", sentence, "Try again"));
addEventListener("beforeunload", (event) => left() && event.preventDefault());
tray.addEventListener("click", ({ target }) => {
  const row = target.closest("button")?.closest("li");
  if (row?.dataset.state === "failed") show(row, "waiting", "Waiting", "Cancel");
  else for (const gone of target.closest("[data-close]") ? rows.keys() : [row].filter(Boolean)) {
    rows.get(gone).abort?.abort();
    rows.delete(gone);
    gone.remove();
  }
  go();
});
