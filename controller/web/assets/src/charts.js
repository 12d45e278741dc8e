// A machine's charts, for its page only.
import uPlot from "uplot";
import { now } from "./parts/times.js";

const EVERY_MS = 10000;
const SPAN_S = 3600;
const LEAST_S = 300;
const folder = document.getElementById("charts");
const language = document.documentElement.lang;
const plots = new Map();

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const COLOURS = ["--v-bar-calm", "--v-bar-soon"];
const STEPS = Array.from({ length: 36 }, (unused, power) => 2 ** power); // so that marks are whole KiB and MiB
const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });

function rate(value) {
  let amount = value;
  const units = ["B/s", "KiB/s", "MiB/s", "GiB/s"];
  let unit = 0;
  while (Math.abs(amount) >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${number.format(amount)} ${units[unit]}`;
}

const shown = {
  ratio: (value) => `${number.format(value * 100)} %`,
  rate,
};

function options(chart, width) {
  const say = (value) => (value == null ? folder.dataset.unknown : shown[chart.kind](value));
  const hour = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const quiet = { stroke: colour("--v-ink-soft"), font: "11px Inter Variable", ticks: { show: false } };
  const grid = { stroke: colour("--v-line"), width: 1 };
  return {
    width,
    height: 150,
    cursor: { points: { size: 6 }, drag: { x: false, y: false } },
    legend: { show: chart.lines.length > 1, live: false, markers: { width: 0, fill: (self, index) => colour(COLOURS[index - 1]) } },
    scales: { x: { time: true }, y: { range: (self, low, high) => [0, chart.kind === "ratio" ? 1 : Math.max(high * 1.15, 1024)] } },
    axes: [
      { ...quiet, grid: { show: false }, space: 60, size: 26, values: (self, splits) => splits.map((at) => hour.format(at * 1000)) },
      { ...quiet, grid, size: chart.kind === "ratio" ? 52 : 78, space: 38, incrs: chart.kind === "ratio" ? [0.25, 0.5] : STEPS, values: (self, splits) => splits.map((value) => shown[chart.kind](value)) },
    ],
    series: [
      {},
      ...chart.lines.map((line, index) => ({
        label: line.label,
        stroke: colour(COLOURS[index]),
        width: 1.8,
        fill: chart.lines.length === 1 ? `${colour(COLOURS[index])}1f` : undefined,
        points: { show: false },
        spanGaps: false,
        value: (self, value) => say(value),
      })),
    ],
  };
}

function draw(charts) {
  for (const chart of charts) {
    const place = folder.querySelector(`[data-chart="${chart.name}"]`);
    const latest = folder.querySelector(`[data-now-of="${chart.name}"]`);
    if (!place) continue;
    if (latest) latest.textContent = chart.latest;
    const data = [chart.times, ...chart.lines.map((line) => line.values)];
    const old = plots.get(chart.name);
    if (old) {
      old.setData(data);
    } else {
      place.replaceChildren();
      plots.set(chart.name, new uPlot(options(chart, place.clientWidth), data, place));
    }
    // A machine that came a moment ago fills its chart too.
    const since = Math.min(chart.times[0] ?? 0, now() / 1000 - LEAST_S);
    plots.get(chart.name).setScale("x", { min: Math.max(since, now() / 1000 - SPAN_S), max: now() / 1000 });
  }
}

function forget() {
  for (const plot of plots.values()) plot.destroy();
  plots.clear();
}

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(folder.dataset.series, { headers: { Accept: "application/json" } });
    if (answer.ok) draw((await answer.json()).charts);
  } catch {
    // The page's own mark already says that it is not live.
  }
}

if (folder) {
  look();
  setInterval(look, EVERY_MS);
  document.addEventListener("visibilitychange", look);
  new ResizeObserver(() => {
    for (const [name, plot] of plots) {
      const place = folder.querySelector(`[data-chart="${name}"]`);
      plot.setSize({ width: place.clientWidth, height: 150 });
    }
  }).observe(folder);
  // Colours are drawn, not styled: another theme is another drawing.
  new MutationObserver(() => {
    forget();
    look();
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
}
