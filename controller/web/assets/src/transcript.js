// Plays a transcript (asciicast 2, as the controller has checked it) as text in the page. Written for our policy:
// no inline style, no eval, no WebAssembly; every sign goes through textContent.
import { Terminal } from "./parts/terminal.js";

const LONGEST_PAUSE_S = 2;
const MOST_ROWS = 50;
const player = document.getElementById("player");
const part = (name) => player.querySelector(`[data-${name}]`);

// [seconds, kind, text] -> the same with long pauses cut, so that nobody waits for a program that waited.
function hurried(events) {
  let before = 0;
  let at = 0;
  return events.map(([when, kind, text]) => {
    at += Math.min(Math.max(0, when - before), LONGEST_PAUSE_S);
    before = when;
    return { at, kind, text };
  });
}

function classes(style) {
  const [ink, ground] = style.inverse ? [style.ground, style.ink] : [style.ink, style.ground];
  const names = [];
  if (style.inverse && style.ground < 0) names.push("v-t-i");
  if (style.inverse && style.ink < 0) names.push("v-t-o");
  if (ink >= 0) names.push(`v-t-${ink}`);
  if (ground >= 0) names.push(`v-t-g${ground}`);
  for (const name of ["bold", "faint", "italic", "line"]) if (style[name]) names.push(`v-t-${name}`);
  return names.join(" ");
}

class Player {
  constructor(shown) {
    this.events = hurried(shown.events);
    this.length_s = this.events.at(-1)?.at ?? 0;
    this.terminal = new Terminal(shown.width, Math.min(shown.height, MOST_ROWS));
    this.speed = 1;
    this.running = false;
    this.rows = this.prepare();
    this.bind();
    this.seek(this.length_s);
  }

  // As many rows as the transcript ever fills, so that the page does not jump while it plays.
  prepare() {
    for (const event of this.events) if (event.kind === "o") this.terminal.write(event.text);
    const screen = player.querySelector(".v-screen");
    const rows = Array.from({ length: Math.max(this.terminal.used, 3) }, () => {
      const row = document.createElement("div");
      screen.append(row);
      return { row, said: "" };
    });
    return rows;
  }

  bind() {
    part("toggle").addEventListener("click", () => (this.running ? this.stop() : this.start()));
    part("speed").addEventListener("change", (event) => (this.speed = Number(event.target.value)));
    part("seek").max = String(this.length_s || 1);
    part("seek").addEventListener("input", (event) => {
      this.stop();
      this.seek(Number(event.target.value));
    });
    for (const event of this.events.filter(({ kind }) => kind === "m")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "v-button v-button-quiet";
      button.textContent = event.text.slice(0, 60);
      button.addEventListener("click", () => {
        this.stop();
        this.seek(event.at);
        this.start();
      });
      const item = document.createElement("li");
      item.append(button);
      part("marks").append(item);
    }
  }

  start() {
    if (this.at_s >= this.length_s) this.seek(0);
    this.running = true;
    this.before = undefined;
    part("toggle").textContent = player.dataset.pause;
    requestAnimationFrame((now) => this.frame(now));
  }

  stop() {
    this.running = false;
    part("toggle").textContent = player.dataset.play;
  }

  frame(now) {
    if (!this.running) return;
    const gone_s = this.before === undefined ? 0 : Math.min((now - this.before) / 1000, 0.5);
    this.before = now;
    this.advance(this.at_s + gone_s * this.speed);
    if (this.at_s >= this.length_s) this.stop();
    else requestAnimationFrame((next) => this.frame(next));
  }

  seek(at_s) {
    this.terminal.reset();
    this.next = 0;
    this.advance(at_s);
  }

  advance(at_s) {
    this.at_s = Math.min(at_s, this.length_s);
    while (this.next < this.events.length && this.events[this.next].at <= this.at_s) {
      const event = this.events[this.next];
      if (event.kind === "o") this.terminal.write(event.text);
      this.next += 1;
    }
    this.draw();
  }

  draw() {
    const drawn = this.terminal.drawn();
    this.rows.forEach((kept, number) => {
      const pieces = drawn[number] ?? [];
      const said = JSON.stringify(pieces);
      if (said === kept.said) return;
      kept.said = said;
      kept.row.replaceChildren(
        ...pieces.map(({ text, style }) => {
          const piece = document.createElement("span");
          piece.className = classes(style);
          piece.textContent = text;
          return piece;
        }),
      );
    });
    part("seek").value = String(this.at_s);
    const whole = Math.floor(this.at_s);
    part("time").textContent = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  }
}

async function begin() {
  const answer = await fetch(player.dataset.events, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  new Player(await answer.json());
  player.hidden = false;
  document.getElementById("transcript-text").open = false;
}

if (player) begin().catch(() => (player.hidden = true)); // The text stands there already.
