// A row of the tray that is told "upload:start" sends its file: an intent, the bytes straight to storage, the asset.
const tray = document.getElementById("uploads");
const types = JSON.parse(document.getElementById("upload-types").textContent); // by the ending of a name
const tell = (row, name, detail) => row.dispatchEvent(new CustomEvent(`upload:${name}`, { bubbles: true, detail }));
const away = "The server cannot be reached. Check the connection, then try again.";
const blocked = "Storage did not take the file: the connection broke, or storage takes no uploads from this page.";

async function ask(path, body, signal) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": tray.dataset.token, "X-Workspace-ID": tray.dataset.workspace };
  const request = { method: "POST", headers, signal, body: JSON.stringify(body) };
  const answer = await fetch(tray.dataset.api + path, request).catch((error) => {
    throw signal.aborted ? error : new Error(away);
  });
  const { data, error } = await answer.json().catch(() => ({ error: { message: `The server answered ${answer.status}.` } }));
  if (error) throw Object.assign(new Error(error.message), { status: answer.status, details: error.details });
  return data;
}

function put({ upload_url: url, headers }, file, row, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => tell(row, "progress", loaded / file.size);
    request.onload = () => (request.status < 300 ? resolve() : reject(new Error(`Storage refused the file (${request.status}).`)));
    request.onerror = () => reject(new Error(blocked));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

// Bytes that arrived are not sent again when the last step is tried again; it answers the same twice.
async function send(row, file, type, signal) {
  if (!file.size) throw new Error("The file is empty.");
  if (!row.arrived) {
    const upload = await ask("", { file_name: file.name, file_size: file.size, content_type: type }, signal);
    await put(upload, file, row, signal);
    row.arrived = upload.id;
  }
  tell(row, "progress", 1);
  try {
    return await ask(`/${row.arrived}/complete`, {}, signal);
  } catch (error) {
    if (error.status && error.status < 500) row.arrived = null;
    const real = error.status === 415 && error.details?.content_type; // the name's ending had been wrong
    if (real && real !== type) return send(row, file, real, signal);
    throw error;
  }
}

document.addEventListener("upload:start", async ({ target: row, detail: { file, abort: { signal } } }) => {
  const type = file.type || types[file.name.slice(file.name.lastIndexOf(".")).toLowerCase()] || "application/octet-stream";
  try {
    tell(row, "done", await send(row, file, type, signal));
  } catch (error) {
    if (!signal.aborted) tell(row, "failed", error.message);
  }
});
