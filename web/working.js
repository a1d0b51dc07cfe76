// What the machine made of the question, while it works: intent, passages, what was missing.

import { make } from "/web/make.js";

const TOLD = {
  intent_classification: ({ intent, confidence, level }) => [
    "Intent",
    [intent?.replaceAll("_", " ") ?? "not told apart", level, percent(confidence)].filter(Boolean).join(" · "),
  ],
  retrieval: ({ passages = [] }) => ["Passages", passages.length ? `${passages.length}, best: ${passages[0].document}` : "none"],
  merge: ({ missing = [] }) => (missing.length ? ["Went on without", missing.join(", ")] : null),
};

export class Working {
  #rows = new Map();

  constructor(place) {
    this.place = place;
  }

  /** Shows a processing message. */
  stage({ stage, details }) {
    const row = TOLD[stage]?.(details ?? {});
    if (!row) return;
    this.#rows.set(...row);
    this.place.replaceChildren(...[...this.#rows].flatMap(([term, told]) => [make("dt", {}, term), make("dd", {}, told)]));
  }

  /** A new question. */
  clear() {
    this.#rows.clear();
    this.place.replaceChildren();
  }
}

function percent(share) {
  return typeof share === "number" ? `${Math.round(share * 100)} %` : "";
}
