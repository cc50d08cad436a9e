// Keys for people who work in the queue all day, and counts that stay fresh. Never takes a key from a field somebody types in, and never
// says a count aloud: whoever wants to know looks.
const desk = document.querySelector("[data-desk]");
const dialog = document.getElementById("keys");
const MINUTES = 60_000;
/** Between two looks at the counts. */
const EVERY = 20_000;
/** A page that nobody touches for so long asks no more: it must not keep its session open. */
const PATIENCE = 10 * MINUTES;
/** `g` waits so long for the key that follows it. */
const SECOND_KEY = 1_500;

const types = target =>
  target instanceof Element && target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
const rows = () => [...document.querySelectorAll("main .table tbody tr")].filter(row => row.querySelector("a.number"));
const rowOf = target => (target instanceof Element ? target.closest("main .table tbody tr") : null);
const current = () => rowOf(document.activeElement);

function move(step) {
  const all = rows();
  if (all.length === 0) return;
  const at = all.indexOf(current());
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step));
  all[next].querySelector("a.number").focus();
  all[next].scrollIntoView({ block: "nearest" });
}

/** The form of a verb: in the row one is at, or on the page of a request. */
const claim = () => (current() ?? document.querySelector("main .decide"))?.querySelector(`form[action="${desk.dataset.claim}"]`);

const keys = {
  j: () => move(1),
  k: () => move(-1),
  x: () => current()?.querySelector(".pick")?.click(),
  c: () => claim()?.requestSubmit(),
  n: () => document.getElementById("next")?.requestSubmit(),
  "/": () => document.getElementById("find")?.focus(),
  "?": () => (dialog.open ? dialog.close() : dialog.showModal()),
};

let gPressed = 0;
function pressed(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || types(event.target)) return;
  if (dialog.open && event.key !== "?") return;
  // Enter on a box would send the form of several: it opens the request instead.
  if (event.key === "Enter" && event.target.matches?.(".pick")) {
    event.preventDefault();
    rowOf(event.target).querySelector("a.number").click();
    return;
  }
  if (desk.dataset.keys !== "on") return;
  const second = event.timeStamp - gPressed < SECOND_KEY;
  gPressed = event.key === "g" ? event.timeStamp : -SECOND_KEY;
  if (event.key === "q" && second) {
    location.assign(desk.dataset.queue);
    return;
  }
  // Arrows scroll the page until one is in the list.
  const arrow = { ArrowDown: "j", ArrowUp: "k" }[event.key];
  const act = keys[arrow ? current() && arrow : event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

let touched = Date.now();
async function refresh() {
  if (document.hidden || Date.now() - touched > PATIENCE) return;
  const answer = await fetch(desk.dataset.counts, { headers: { accept: "application/json" }, redirect: "error" }).catch(() => null);
  if (!answer?.ok) return;
  const counts = await answer.json();
  for (const element of document.querySelectorAll("[data-count]")) {
    const count = counts[element.dataset.count];
    if (count !== undefined && element.textContent !== String(count)) element.textContent = String(count);
  }
}

if (desk && dialog) {
  document.addEventListener("keydown", pressed);
  for (const kind of ["keydown", "pointerdown", "scroll"]) {
    document.addEventListener(kind, () => { touched = Date.now(); }, { passive: true, capture: true });
  }
  for (const button of document.querySelectorAll("[data-opens=keys]")) {
    button.hidden = false;
    button.addEventListener("click", () => dialog.showModal());
  }
  if (desk.dataset.counts) setInterval(refresh, EVERY);
  document.documentElement.dataset.desk = "live";
}
