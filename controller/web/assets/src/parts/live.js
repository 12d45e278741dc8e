// Open pages look again when something they show has changed; without the stream, each 30 seconds.
const LOST_AFTER_MS = 35000; // two beats and a little
const FALL_BACK_MS = 30000;
const CALM_MS = 400; // several changes at once are one look

const body = document.body;
const topics = (body.dataset.topics || "").split(" ").filter(Boolean);
const state = document.getElementById("live-state");

let stream = null;
let lastHeard = 0;
let wasLost = false;
let looking = false;
let waiting = null;
let wanted = false;

function show(what) {
  if (!state) return;
  state.hidden = false;
  if (state.dataset.state === what) return;
  state.dataset.state = what;
  state.firstElementChild.textContent = what === "live" ? state.dataset.live : state.dataset.lost;
}

const concerns = (changed) =>
  topics.some((mine) => changed.some((one) => one === mine || (mine.endsWith("*") && one.startsWith(mine.slice(0, -1)))));

// Only the parts marked data-refresh are exchanged: what somebody is typing stays.
async function look() {
  if (document.hidden) return; // it looks again when it comes to the front
  if (looking) {
    wanted = true;
    return;
  }
  wanted = false;
  looking = true;
  try {
    const answer = await fetch(body.dataset.path, {
      headers: { Accept: "text/html" }, credentials: "same-origin", redirect: "manual",
    });
    if (answer.type === "opaqueredirect") {
      // Signed out meanwhile. The door says so, unless that would take away what somebody is typing.
      if ([...document.querySelectorAll("textarea")].some((field) => field.value)) show("lost");
      else location.assign(body.dataset.path);
      return;
    }
    if (!answer.ok) return;
    exchange(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    show("lost");
    wasLost = true;
  } finally {
    looking = false;
    if (wanted) soon();
  }
}

function exchange(fresh) {
  for (const part of document.querySelectorAll("[data-refresh][id]")) {
    const other = fresh.getElementById(part.id);
    if (!other || other.outerHTML === part.dataset.was) continue;
    const was = other.outerHTML;
    const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    const open = [...part.querySelectorAll("details[open][id]")].map((one) => one.id);
    part.replaceWith(other);
    other.dataset.was = was;
    for (const id of open) other.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }
  body.dispatchEvent(new Event("vigia:swapped"));
}

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(look, CALM_MS);
}

function connect() {
  stream?.close();
  stream = new EventSource("/live");
  const heard = () => {
    lastHeard = Date.now();
    show("live");
    if (wasLost) {
      wasLost = false;
      soon();
    }
  };
  stream.addEventListener("hello", heard);
  stream.addEventListener("beat", heard);
  stream.addEventListener("changed", (event) => {
    heard();
    const changed = JSON.parse(event.data);
    if (concerns(changed)) soon();
    body.dispatchEvent(new CustomEvent("vigia:changed", { detail: changed }));
  });
  stream.addEventListener("error", () => {
    wasLost = true;
    setTimeout(() => wasLost && show("lost"), 4000);
  });
}

export function watchLive() {
  body.addEventListener("vigia:look", soon);
  if (!topics.length) return;
  connect();
  setInterval(() => {
    if (document.hidden) return;
    const dead = stream.readyState === EventSource.CLOSED || Date.now() - lastHeard > LOST_AFTER_MS;
    if (dead) {
      wasLost = true;
      show("lost");
      connect();
    }
    if (wasLost) look();
  }, FALL_BACK_MS);
  const every = Number(body.dataset.every);
  if (every) setInterval(() => document.hidden || look(), every * 1000);
  // A browser keeps six connections to a host: pages in the background give theirs back.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      stream.close();
    } else {
      connect();
      soon();
    }
  });
  addEventListener("pagehide", () => stream?.close());
  addEventListener("pageshow", (event) => event.persisted && (connect(), soon()));
}
