// Keeps the marked regions of a page up to date, and "/" leads to the search field.
// Without it every page shows the same and stands still.

const STANDING = document.body.dataset.standing; // in the reader's language
const page = document.querySelector("[data-live]");
if (page) follow(page.dataset.live);

// A stream that ends or breaks is opened again by the browser; one that is refused (the session is
// over, the daemon cannot answer) is opened again here. A page that stands still for longer than
// that takes must say so.
function follow(address) {
  const standing = page.insertBefore(document.createElement("p"), page.firstChild);
  standing.className = "fault";
  standing.setAttribute("role", "alert");
  let source, again, silence;
  const listen = () => {
    source = new EventSource(address);
    for (const region of document.querySelectorAll("[data-region]")) {
      source.addEventListener(region.dataset.region, (event) => swap(region, event.data));
    }
    source.addEventListener("open", () => {
      clearTimeout(silence);
      silence = undefined;
      standing.textContent = "";
    });
    source.addEventListener("error", () => {
      silence ??= setTimeout(() => { standing.textContent = STANDING; }, 5000);
      if (source.readyState === EventSource.CLOSED) again = setTimeout(listen, 3000);
    });
  };
  listen();
  addEventListener("pagehide", () => {
    clearTimeout(again);
    clearTimeout(silence);
    silence = undefined;
    source.close();
  });
  // The browser kept the page and shows it again as it was.
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
}

// The focus stays on the link it was on; an open disclosure is not closed under the reader.
function swap(region, html) {
  if (region.querySelector("details[open]")) return;
  const focused = region.contains(document.activeElement) ? document.activeElement : null;
  const href = focused?.getAttribute("href");
  region.innerHTML = html;
  if (href) region.querySelector(`a[href="${CSS.escape(href)}"]`)?.focus();
}

addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  document.querySelector("[data-search]")?.focus();
});

// On a telephone the rail is wider than the screen: the place you are in is shown.
document.querySelector(".rail [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// Menus close on Escape and on a click elsewhere.
const menus = [...document.querySelectorAll(".person, .health")];
addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of menus) menu.open = false;
});
addEventListener("click", (event) => {
  for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
});
