// One call: its transcript, its state machine and where its time goes, from the session's event stream.

import { Latency } from "/web/latency.js";
import { make } from "/web/make.js";
import { States } from "/web/states.js";

const WHO = { transcript: "Caller", answer: "Turnwise" };
const ROLE = { transcript: "user", answer: "agent" };
const NOT_KEPT = "(words are not kept)";
const CLOCK = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

const NOTES = {
  begun: (e) => (e.turn ? "The line came back" : "The call began"),
  barge_in: () => "The caller broke in",
  failure: () => "The answer could not be made",
  unanswered: () => "The documents don't answer this",
  transfer: (e) => `Transfer${e.reason ? `: ${e.reason}` : ""}`,
  collected: (e) => `A form was filled in: ${e.intent}`,
  gap: (e) => `${e.dropped} events are missing here`,
};

export class Opened {
  #said = new Map(); // "turn role" -> item

  /** places: {transcript, machine, move, moves, latency}; cleared for the call. */
  constructor(places) {
    this.places = places;
    for (const place of Object.values(places)) place.replaceChildren();
    this.states = new States(places);
    this.latency = new Latency(places.latency, "the caller's");
  }

  /** Shows entries of the stream, the next ones. */
  show(entries) {
    const { transcript } = this.places;
    const follows = transcript.scrollTop + transcript.clientHeight > transcript.scrollHeight - 80;
    for (const entry of entries) this.#entry(entry);
    if (follows) transcript.scrollTop = transcript.scrollHeight;
  }

  #entry(entry) {
    if (entry.kind in WHO) this.#words(entry);
    else if (entry.kind in NOTES) this.#note(NOTES[entry.kind](entry), entry.at);
    if (entry.kind === "begun") this.states.enter(entry.state);
    if (entry.kind === "transition") {
      this.states.changed({ from: this.states.state, to: entry.to, timestamp: entry.at, latency_ms: 0 });
    }
    if (entry.kind === "ledger") this.latency.turn({ latency_breakdown: entry });
  }

  /** The words of a turn; those of a reply that went on come again, whole. */
  #words({ kind, turn, text, at }) {
    const key = `${turn} ${kind}`;
    let item = kind === "answer" ? this.#said.get(key) : undefined;
    if (!item) {
      item = make("li", { "data-role": ROLE[kind], "data-final": "true" }, make("span", { class: "who" }, WHO[kind], time(at)), make("span", { class: "text" }));
      this.#said.set(key, item);
      this.places.transcript.append(item);
    }
    item.querySelector(".text").textContent = text ?? NOT_KEPT;
  }

  #note(words, at) {
    this.places.transcript.append(make("li", { "data-role": "note" }, words, time(at)));
  }
}

function time(at) {
  return make("span", { class: "clock" }, at ? CLOCK.format(new Date(at * 1000)) : "");
}
