// The live preview of the template editor: follows the typing, a fifth of a second behind.
// Without it the button "Preview" does the same by loading the page.
// A chip puts its text where the cursor is; without it the text beside the chip can be copied.
// What is typed and not saved is asked about before the page is left; the form's own buttons
// carry it along.

const form = document.querySelector("[data-preview]");
const target = document.querySelector("[data-preview-here]");
let timer;
let running;
let typed = form?.querySelector("textarea:last-of-type");
let unsaved = form?.hasAttribute("data-unsaved") ?? false;

if (form && target) {
  typed = form.querySelector("#markdown, #sms, #mjml") ?? typed;
  form.addEventListener("input", (event) => {
    if (event.target.matches("textarea")) unsaved = true;
    clearTimeout(timer);
    timer = setTimeout(show, 200);
  });
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea")) typed = event.target;
  });
  for (const chip of form.querySelectorAll("[data-insert]")) {
    chip.hidden = false;
    chip.addEventListener("click", () => insert(chip.dataset.insert));
  }
  form.addEventListener("submit", () => {
    unsaved = false;
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
}

function insert(text) {
  if (!typed) return;
  typed.setRangeText(text, typed.selectionStart, typed.selectionEnd, "end");
  typed.focus();
  typed.dispatchEvent(new Event("input", { bubbles: true }));
}

async function show() {
  running?.abort();
  running = new AbortController();
  try {
    const answer = await fetch(form.dataset.preview, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      signal: running.signal,
    });
    if (answer.ok) target.innerHTML = await answer.text();
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}
