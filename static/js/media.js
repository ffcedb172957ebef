// Posters of videos load when they come into view; media that does not load says so.
const WORDS = { IMG: "shown", VIDEO: "played", AUDIO: "played" };
const sentence = (media) => `This file cannot be ${WORDS[media.tagName]}. Storage may not answer, or this browser does not know its format; its record is safe, and it can be downloaded.`;

const nearby = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    nearby.unobserve(target);
    target.preload = "metadata";
    target.src = target.dataset.src;
  }
}, { rootMargin: "200px" });

const observe = (root) => root.querySelectorAll?.("video[data-src]").forEach((video) => nearby.observe(video));
observe(document);
document.addEventListener("htmx:load", (event) => observe(event.target));

function failed(media) {
  const note = Object.assign(document.createElement("p"), { className: "failed", textContent: sentence(media) });
  for (const part of media.parentElement.querySelectorAll(".listen, input, .time")) part.remove();
  media.replaceWith(note);
}

document.addEventListener("error", (event) => {
  if (event.target.matches?.("[data-media]")) failed(event.target);
}, true);
// Errors that came before this module ran; an image that has not begun to load is not complete.
for (const image of document.querySelectorAll("img[data-media]")) {
  if (image.complete && image.src && !image.naturalWidth) failed(image);
}
