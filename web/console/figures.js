// Latency and load, a point a minute, as two small pictures.

import { draw, make } from "/web/make.js";

const WIDE = 460, HIGH = 120, LEFT = 44, RIGHT = 6, TOP = 8, BOTTOM = 18;
const CLOCK = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** rows: {at, calls, answers, median_ms, p95_ms}, the oldest first. */
export function showFigures(place, rows) {
  const answers = rows.reduce((sum, row) => sum + row.answers, 0);
  const now = rows.at(-1)?.calls ?? 0;
  place.replaceChildren(
    title("Calls at once", `${now} now, ${Math.max(0, ...rows.map((row) => row.calls))} at most`),
    plot(rows, Math.max(4, ...rows.map((row) => row.calls)), "", bars(rows)),
    title("From the caller's last word to the answer", `median, and dotted the 95th of 100; ${answers} answers`),
    plot(rows, Math.max(500, ...rows.map((row) => row.p95_ms ?? 0)), " ms", (x, y) => [
      ...line(rows, "p95_ms", "high", x, y), ...line(rows, "median_ms", "", x, y),
    ]),
  );
}

function title(name, told) {
  return make("p", { class: "plot-title" }, name, make("small", {}, told));
}

function plot(rows, most, unit, shapes) {
  const x = (i) => LEFT + ((i + 0.5) / rows.length) * (WIDE - LEFT - RIGHT);
  const y = (value) => HIGH - BOTTOM - (value / most) * (HIGH - TOP - BOTTOM);
  const levels = [0, most / 2, most].map((level) => [
    draw("line", { class: "grid", x1: LEFT, x2: WIDE - RIGHT, y1: y(level), y2: y(level) }),
    draw("text", { x: LEFT - 6, y: y(level) + 4, "text-anchor": "end" }, `${Math.round(level)}${level === most ? unit : ""}`),
  ]);
  const times = [0, 20, 40, 59].filter((i) => rows[i]).map((i) =>
    draw("text", { x: x(i), y: HIGH - 4, "text-anchor": i === 59 ? "end" : i ? "middle" : "start" }, CLOCK.format(new Date(rows[i].at * 1000))));
  const label = `The last ${rows.length} minutes, up to ${Math.round(most)}${unit}.`;
  return draw("svg", { class: "plot", viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": label }, ...levels.flat(), ...times, ...shapes(x, y));
}

function bars(rows) {
  return (x, y) => rows.flatMap((row, i) => {
    if (!row.calls) return [];
    const shape = { class: "bar", x: x(i) - 2.6, y: y(row.calls), width: 5.2, height: y(0) - y(row.calls) };
    return [draw("rect", shape, draw("title", {}, `${CLOCK.format(new Date(row.at * 1000))}: ${row.calls} calls`))];
  });
}

/** Through the minutes that have a value; one that stands alone is a dot. */
function line(rows, name, kind, x, y) {
  const parts = [];
  let points = [];
  rows.forEach((row, i) => {
    if (row[name] !== null) points.push(`${x(i).toFixed(1)},${y(row[name]).toFixed(1)}`);
    if ((row[name] === null || i === rows.length - 1) && points.length) {
      parts.push(points);
      points = [];
    }
  });
  return parts.map((part) => {
    if (part.length > 1) return draw("polyline", { class: `line ${kind}`, points: part.join(" ") });
    const [cx, cy] = part[0].split(",");
    return draw("circle", { class: `dot ${kind}`, cx, cy, r: 3 });
  });
}
