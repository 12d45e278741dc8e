// Instants in the reader's own zone, and countdowns that count. The server's clock decides what "now" is.
const page = document.documentElement;
const language = page.lang || "es";
const words = {
  es: { now: "ahora mismo", ago: (span) => `hace ${span}`, late: (span) => `${span} tarde` },
  en: { now: "just now", ago: (span) => `${span} ago`, late: (span) => `${span} late` },
}[language];

const offsetMs = Date.parse(document.body.dataset.now) - Date.now();
export const now = () => Date.now() + offsetMs;

const hour = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const second = new Intl.DateTimeFormat(language, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(language, { weekday: "short", day: "numeric", month: "short" });
const whole = new Intl.DateTimeFormat(language, {
  day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
  hourCycle: "h23",
});
const zoned = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" });

// The two largest units, as controller/words/formats.py writes them.
export function span(milliseconds) {
  let left = Math.round(Math.abs(milliseconds) / 1000);
  const parts = [];
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]]) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count) parts.push(`${count} ${unit}`);
    if (parts.length === 2 || (parts.length && !count)) break;
  }
  return parts.join(" ") || "0 s";
}

// Under an hour every second counts: 12:07. Above it the two largest units are calmer.
function left(milliseconds) {
  if (milliseconds >= 3600000) return span(Math.floor(milliseconds / 60000) * 60000);
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function showInstants(root) {
  for (const element of root.querySelectorAll("time[data-when]")) {
    const at = new Date(element.dateTime);
    const how = element.dataset.when;
    element.title = zoned.format(at);
    if (how === "ago") {
      const past = now() - at;
      element.textContent = past < 60000 ? words.now : words.ago(span(Math.floor(past / 60000) * 60000));
    } else if (how === "near") {
      const same = at.toDateString() === new Date(now()).toDateString();
      element.textContent = same ? hour.format(at) : `${day.format(at)}, ${hour.format(at)}`;
    } else if (how === "second") {
      element.textContent = second.format(at);
    } else {
      element.textContent = whole.format(at);
    }
  }
}

function tick() {
  let fell = false;
  for (const clock of document.querySelectorAll("[data-clock]")) {
    const due = Date.parse(clock.dataset.due);
    const from = Date.parse(clock.dataset.from);
    const remaining = due - now();
    const text = clock.querySelector("[data-left]");
    const bar = clock.querySelector("progress");
    if (text) text.textContent = remaining >= 0 ? left(remaining) : words.late(span(remaining));
    if (bar) bar.value = Math.min(bar.max, Math.max(0, (now() - from) / 1000));
    if (remaining < 0 && clock.dataset.tone !== "late") {
      clock.dataset.tone = "late";
      fell = true;
    }
  }
  if (fell) setTimeout(() => document.body.dispatchEvent(new Event("vigia:look")), 1500);
}

export function showTimes() {
  showInstants(document);
  tick();
  setInterval(tick, 1000);
  setInterval(() => showInstants(document), 30000);
  document.body.addEventListener("vigia:swapped", () => {
    showInstants(document);
    tick();
  });
  const zone = document.querySelector("[data-zone-words]");
  if (zone) {
    zone.textContent = `${zone.dataset.zoneWords} ${Intl.DateTimeFormat().resolvedOptions().timeZone}`;
  }
}
