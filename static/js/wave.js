// [data-player]: the waveform is the seek bar of its sound; without this script the browser's own controls stay.
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

function begin(player) {
  const audio = player.querySelector("audio");
  const range = player.querySelector("input");
  const button = player.querySelector("button");
  const use = button.querySelector("use");
  const show = () => {
    const total = Number.isFinite(audio.duration) ? audio.duration : Number(range.max);
    range.value = audio.currentTime;
    range.setAttribute("aria-valuetext", `${clock(audio.currentTime)} of ${clock(total)}`);
    player.querySelector("[data-now]").textContent = clock(audio.currentTime);
    player.style.setProperty("--played", `${(100 * audio.currentTime) / total || 0}%`);
    button.setAttribute("aria-label", audio.paused ? "Play" : "Pause");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, audio.paused ? "#play" : "#pause"));
  };
  let frame = 0;
  const follow = () => {
    show();
    frame = audio.paused ? 0 : requestAnimationFrame(follow);
  };
  audio.controls = false;
  player.dataset.player = "ready";
  range.addEventListener("input", () => {
    audio.currentTime = Number(range.value);
    show();
  });
  button.addEventListener("click", () => (audio.paused ? audio.play().catch(() => {}) : audio.pause()));
  for (const change of ["play", "pause", "ended", "seeked", "loadedmetadata"]) {
    audio.addEventListener(change, () => frame || follow());
  }
  show();
}

const beginAll = (root) => root.querySelectorAll('[data-player=""]').forEach(begin);
beginAll(document);
document.addEventListener("htmx:load", (event) => beginAll(event.target));
