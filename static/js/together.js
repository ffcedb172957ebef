// Films side by side play as one: the longest leads, the others keep to its time; one of them is heard.
const films = [...document.querySelectorAll("video[data-together]")];
const tools = document.querySelector("[data-play-tools]");
const APART = 0.15; // seconds that two films may be apart
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const part = (name) => tools.querySelector(`[data-${name}]`);
const long = ({ duration }) => (Number.isFinite(duration) ? duration : 0);
const lead = () => films.reduce((longest, film) => (long(film) > long(longest) ? film : longest));
let playing = false;

function show() {
  const { currentTime } = lead();
  part("seek").max = long(lead()) || 1;
  part("seek").value = currentTime;
  part("seek").setAttribute("aria-valuetext", `${clock(currentTime)} of ${clock(long(lead()))}`);
  part("clock").textContent = `${clock(currentTime)} / ${clock(long(lead()))}`;
  part("start").setAttribute("aria-label", playing ? "Pause all" : "Play all");
  const use = part("start").querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, playing ? "#pause" : "#play"));
}

function seek(to) {
  for (const film of films) film.currentTime = Math.min(to, long(film) || to);
  show();
}

function play(on) {
  playing = on;
  if (on && lead().ended) seek(0);
  for (const film of films) {
    if (!on) film.pause();
    else if (film.currentTime < long(film)) film.play().catch(() => {});
  }
  show();
}

// One that lags behind, because its bytes were late, is put where the longest is.
function follow() {
  if (lead().ended) playing = false;
  for (const film of films) {
    const to = Math.min(lead().currentTime, long(film));
    if (playing && film !== lead() && !film.seeking && Math.abs(film.currentTime - to) > APART) film.currentTime = to;
    if (playing && film.paused && to < long(film)) film.play().catch(() => {});
  }
  show();
}

function hear(button) {
  for (const other of document.querySelectorAll("[data-hear]")) {
    other.setAttribute("aria-pressed", other === button);
    const film = other.closest("th").querySelector("video"); // none where it could not be played
    if (film) film.muted = other !== button;
  }
}

if (tools) {
  tools.hidden = false;
  for (const film of films) {
    film.controls = false;
    film.addEventListener("timeupdate", follow);
    film.addEventListener("loadedmetadata", show);
    film.addEventListener("ended", follow);
    film.addEventListener("click", () => play(!playing));
  }
  part("start").addEventListener("click", () => play(!playing));
  part("seek").addEventListener("input", ({ target }) => seek(Number(target.value)));
  const buttons = [...document.querySelectorAll("[data-hear]")];
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => hear(button));
  }
  hear(buttons[0]);
  show();
}
