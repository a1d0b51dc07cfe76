// Where the time of a turn went: the total, one bar of what was waited for, a waterfall of every stage.
//
//        0 = the caller's last word        total = the answer's first sound
//   ─────┼─────────────────────────────────┼─────
//   done ahead (negative)

import { make } from "/web/make.js";

const NAMES = {
  endpointing: "End of turn", stt: "Speech to text", intent: "Intent", retrieval: "Documents", retrieval_ahead: "Documents, ahead", merge: "Merge",
  thinking: "Thinking", llm: "Answer", tts: "Voice", transport: "Sending",
  lead_in: "First sound",
};
const SMALL_MS = 0.5;

export class Latency {
  #totals = [];

  /** whose: last word it is, in the words of the page. */
  constructor(place, whose = "your") {
    Object.assign(this, { place, whose });
  }

  /** Shows a turn_complete message; a turn in which nobody waited for an answer changes nothing. */
  turn({ latency_breakdown: breakdown }) {
    const total = breakdown?.total_ms;
    if (!total) return;
    this.#totals.push(total);
    const rows = (breakdown.ledger?.length ? breakdown.ledger : parts(breakdown)).filter(worthShowing);
    const beside = rows.some((row) => !row.critical);
    const key = beside ? [make("p", { class: "quiet key" }, "Outlined: ran alongside; nobody waited for it.")] : [];
    this.place.replaceChildren(this.#heading(total), whole(rows, total), waterfall(rows, total), ...key);
  }

  #heading(total) {
    const sorted = [...this.#totals].sort((a, b) => a - b);
    const median = sorted[Math.floor((sorted.length - 1) / 2)];
    const usual = sorted.length > 1 ? `; ${ms(median)} at the median of ${sorted.length} turns` : "";
    return make("p", { class: "total" }, ms(total), make("small", {}, ` from ${this.whose} last word to the answer${usual}`));
  }
}

/** The three parts as rows, for a server that keeps no ledger. */
function parts({ stt_ms: stt = 0, thinking_ms: thinking = 0, tts_ms: tts = 0 }) {
  return [
    { stage: "stt", start_ms: 0, end_ms: stt, critical: true },
    { stage: "thinking", start_ms: stt, end_ms: stt + thinking, critical: true },
    { stage: "tts", start_ms: stt + thinking, end_ms: stt + thinking + tts, critical: true },
  ];
}

function worthShowing({ start_ms: start, end_ms: end, critical }) {
  return critical || end - start >= SMALL_MS;
}

/** What was waited for, in one bar. */
function whole(rows, total) {
  const bar = make("div", { class: "whole", "aria-hidden": "true" });
  for (const { stage, start_ms: start, end_ms: end, critical } of rows) {
    if (!critical || end - start < SMALL_MS) continue;
    const part = make("span", { "data-stage": stage, title: `${named(stage)}: ${ms(end - start)}` });
    part.style.flex = `${(end - start) / total} 1 0`;
    bar.append(part);
  }
  return bar;
}

function waterfall(rows, total) {
  const first = Math.min(0, ...rows.map((row) => row.start_ms));
  const span = Math.max(total, ...rows.map((row) => row.end_ms)) - first;
  const inOrder = [...rows].sort((a, b) => a.start_ms - b.start_ms || a.end_ms - b.end_ms);
  return make("ol", { class: "stages", "aria-label": "Stages" }, ...inOrder.map((row) => stageRow(row, first, span)));
}

function stageRow({ stage, start_ms: start, end_ms: end, critical }, first, span) {
  const filled = make("span");
  filled.style.left = `${((start - first) / span) * 100}%`;
  filled.style.width = `${((end - start) / span) * 100}%`;
  const track = make("span", { class: "track", "aria-hidden": "true" }, filled);
  const kind = critical ? {} : { class: "beside" };
  return make("li", { "data-stage": stage, ...kind }, make("span", {}, named(stage)), track, make("span", { class: "time-of" }, ms(end - start)));
}

function named(stage) {
  return NAMES[stage] ?? stage;
}

function ms(time) {
  return `${Math.round(time)} ms`;
}
