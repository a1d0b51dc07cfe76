// Which state the conversation is in, how it got there, and when.

import { Diagram } from "/web/diagram.js";
import { make } from "/web/make.js";

const EARLIER = 3;
const CLOCK = new Intl.DateTimeFormat([], {
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 1, hourCycle: "h23",
});

/** What each state means for whoever calls. */
export const MEANING = {
  IDLE: "Ready. Ask when you like.",
  LISTENING: "Listening to you.",
  THINKING: "Looking it up.",
  SPEAKING: "Answering. Speak to interrupt.",
  INTERRUPT: "You broke in.",
};

export class States {
  state = "IDLE";
  #last = null;

  /** places: {machine, move, moves}, the elements for the diagram, the last move and the earlier ones. */
  constructor(places) {
    this.places = places;
    this.diagram = new Diagram(places.machine);
    this.diagram.show(this.state);
  }

  /** Shows a state_change message. */
  changed({ from, to, timestamp, latency_ms: latency }) {
    this.#enter(to, `${from}>${to}`);
    const { move, moves } = this.places;
    if (this.#last) moves.prepend(make("li", {}, ...described(this.#last)));
    while (moves.children.length > EARLIER) moves.lastChild.remove();
    this.#last = { from, to, latency, at: timestamp ? new Date(timestamp * 1000) : new Date() };
    move.classList.remove("quiet");
    move.replaceChildren(...described(this.#last));
  }

  /** The call began in `state`, or ended: nothing moved, as far as anybody was told. */
  enter(state) {
    if (state in MEANING) this.#enter(state);
  }

  #enter(state, move) {
    this.state = state;
    document.body.dataset.state = state;
    this.diagram.show(state, move);
  }
}

function described({ from, to, latency, at }) {
  const took = latency >= 1 ? `, ${Math.round(latency)} ms` : "";
  return [`${from} → ${to}`, make("small", {}, `${CLOCK.format(at)}${took}`)];
}
