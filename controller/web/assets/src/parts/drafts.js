// What is being written on an incident's page is kept on the controller: a few seconds after the last key, before
// another form takes the place of this one, and when the page is left.
const CALM_MS = 3000;
let waiting = null;
let kept = "";
let sending = null;

const form = () => document.querySelector("form[data-draft]");

function said(sheet) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(sheet)) if (typeof value === "string") fields.append(name, value);
  return fields;
}

function tell(sheet, what) {
  const place = sheet.querySelector("#draft-state");
  if (place) place.textContent = place.dataset[what] ?? "";
}

async function keep() {
  clearTimeout(waiting);
  waiting = null;
  const sheet = form();
  if (!sheet) return;
  const fields = said(sheet);
  const now = fields.toString();
  if (now === kept) return;
  sending = new AbortController();
  try {
    const answer = await fetch(sheet.dataset.draft, {
      method: "POST", body: fields, headers: { Accept: "application/json" }, keepalive: now.length < 60000,
      signal: sending.signal,
    });
    if (answer.ok) kept = now;
    tell(sheet, answer.ok ? "kept" : "lost");
  } catch (error) {
    if (error.name !== "AbortError") tell(sheet, "lost");
  } finally {
    sending = null;
  }
}

export function watchDrafts() {
  if (!form()) return;
  kept = said(form()).toString();
  document.addEventListener("input", (event) => {
    if (event.target.form !== form()) return;
    tell(event.target.form, "none");
    clearTimeout(waiting);
    waiting = setTimeout(keep, CALM_MS);
  });
  // Another form of the page: first what stands in this one is kept, and the new one shows it.
  document.body.addEventListener("htmx:confirm", (event) => {
    if (!event.target.closest(".v-acts") || !waiting) return;
    event.preventDefault();
    keep().finally(() => event.detail.issueRequest(true));
  });
  document.body.addEventListener("htmx:afterSwap", () => {
    const sheet = form();
    if (sheet) kept = said(sheet).toString();
  });
  // What is sent is no draft any more, also the one that was on its way.
  document.addEventListener("submit", (event) => {
    if (event.target !== form()) return;
    clearTimeout(waiting);
    waiting = null;
    sending?.abort();
  });
  addEventListener("pagehide", () => waiting && keep());
}
