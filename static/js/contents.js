// The contents say where one is: the last heading that has gone past the upper third of the window.
const links = [...document.querySelectorAll(".contents a")];
const headings = [...new Set(links.map((link) => document.getElementById(link.hash.slice(1))))];

function mark() {
  const past = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3);
  const here = past.at(-1);
  for (const link of links) {
    if (here && link.hash === `#${here.id}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

let waiting = false;
const markSoon = () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    mark();
  });
};
addEventListener("scroll", markSoon, { passive: true });
mark();

// On a phone they are a menu, which closes when one has chosen.
document.querySelector(".contents.menu")?.addEventListener("click", (event) => {
  if (event.target.closest("a")) event.currentTarget.open = false;
});
