// [data-play] plays the audio beside it, in place; one medium sounds at a time.
function show(audio) {
  const frame = audio.parentElement;
  const button = frame.querySelector("[data-play]");
  const progress = frame.querySelector("progress");
  if (!button) return;
  button.setAttribute("aria-pressed", !audio.paused);
  const use = button.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, audio.paused ? "#play" : "#pause"));
  progress.hidden = audio.paused && !audio.currentTime;
  progress.value = audio.duration ? audio.currentTime / audio.duration : 0;
  frame.querySelector(".wave")?.style.setProperty("--played", `${progress.value * 100}%`);
}

document.addEventListener("click", async (event) => {
  const audio = event.target.closest("[data-play]")?.parentElement.querySelector("audio");
  if (!audio) return;
  if (!audio.paused) return audio.pause();
  try {
    await audio.play();
  } catch (error) {
    if (error.name !== "AbortError") event.target.closest("[data-play]").title = "This file cannot be played.";
  }
});

document.addEventListener("play", (event) => {
  for (const other of document.querySelectorAll("audio, video")) {
    const together = "together" in other.dataset && "together" in event.target.dataset;
    if (other !== event.target && !together && !other.paused) other.pause();
  }
}, true);
for (const change of ["play", "pause", "ended", "timeupdate"]) {
  document.addEventListener(change, (event) => event.target.matches?.(".card audio") && show(event.target), true);
}
