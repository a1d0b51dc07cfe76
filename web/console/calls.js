// The calls under way, as a table whose rows stay where they are while their cells change.

import { make } from "/web/make.js";

const SHORT = 10; // characters of an id
const DOORS = { browser: "Browser", orchestrate: "Program", telephone: "Telephone", pipecat: "Pipecat" };

export class Calls {
  #rows = new Map(); // id -> {row, cells, call}
  #ahead = 0; // ms that the server's clock is ahead of ours
  #wanted = "";

  /** places: {body, none, counts}; open(id): somebody wants to see a call. */
  constructor(places, open) {
    Object.assign(this, { places, open });
    setInterval(() => this.#tick(), 1000);
  }

  /** Shows a `calls` event. */
  show({ now, calls }) {
    this.#ahead = now * 1000 - Date.now();
    const ids = new Set(calls.map((call) => call.id));
    for (const [id, { row }] of this.#rows) {
      if (ids.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    for (const call of calls) this.#shown(call);
    this.places.none.hidden = calls.length > 0;
    this.places.counts.textContent = counted(calls);
    this.#tick();
  }

  /** The call with this id, if it is under way. */
  get(id) {
    return this.#rows.get(id)?.call;
  }

  /** Marks the one that is opened. */
  mark(id) {
    for (const [each, { row }] of this.#rows) row.setAttribute("aria-current", String(each === id));
  }

  /** Only rows with these letters are shown. */
  find(text) {
    this.#wanted = text.trim().toLowerCase();
    for (const one of this.#rows.values()) this.#sift(one);
  }

  #shown(call) {
    const known = this.#rows.get(call.id) ?? this.#added(call.id);
    known.call = call;
    const { state, door, turn, latency, worker } = known.cells;
    put(state.firstChild, call.state);
    state.firstChild.dataset.is = call.state;
    put(door, DOORS[call.door] ?? call.door);
    put(turn, call.turn);
    put(latency, call.latency_ms ? `${Math.round(call.latency_ms)} ms` : "–");
    put(worker, call.worker.split("-").at(-1)); // its name ends with what no other has
    worker.title = call.worker;
    this.#sift(known);
  }

  #added(id) {
    const button = make("button", { type: "button", class: "open", title: id }, id.slice(0, SHORT));
    const cells = {
      state: make("td", {}, make("span", { class: "pill" })), door: make("td"), since: make("td", { class: "number" }),
      turn: make("td", { class: "number" }), latency: make("td", { class: "number" }), worker: make("td", { class: "worker" }),
    };
    const row = make("tr", { "data-id": id }, make("td", {}, button), ...Object.values(cells));
    row.addEventListener("click", () => this.open(id));
    this.places.body.append(row);
    const added = { row, cells };
    this.#rows.set(id, added);
    return added;
  }

  #sift({ row, call }) {
    const told = `${call.id} ${call.state} ${DOORS[call.door] ?? call.door} ${call.worker}`.toLowerCase();
    row.hidden = !told.includes(this.#wanted);
  }

  #tick() {
    const now = Date.now() + this.#ahead;
    for (const { cells, call } of this.#rows.values()) put(cells.since, lasted(now - call.since * 1000));
  }
}

/** 3:07, or 1:03:07. */
export function lasted(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

function counted(calls) {
  const of = {};
  for (const { state } of calls) of[state] = (of[state] ?? 0) + 1;
  const parts = Object.entries(of).sort().map(([state, count]) => `${count} ${state.toLowerCase()}`);
  return `${calls.length}${parts.length ? `: ${parts.join(", ")}` : ""}`;
}

function put(element, text) {
  if (element.textContent !== String(text)) element.textContent = text;
}
