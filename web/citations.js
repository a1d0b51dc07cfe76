// What an answer was taken from: document, title, and the words themselves.

import { make } from "/web/make.js";

export class Citations {
  #asked = false;
  #shown = [];

  constructor(place) {
    this.place = place;
  }

  /** The caller has asked something: the next answer without citations has none on purpose. */
  asked() {
    this.#asked = true;
  }

  /** Shows a response_ready message's citations; the first piece of a reply replaces the last reply's. */
  answered({ segment, citations = [] }) {
    if (!segment && !citations.length && !this.#asked) return; // a greeting
    const before = segment ? this.#shown : [];
    if (segment && !citations.length) return;
    this.#shown = [...before, ...citations.map(lenient).filter((c) => !before.some((b) => same(b, c)))];
    const none = make("p", { class: "quiet" }, "This answer quotes no document.");
    this.place.replaceChildren(...(this.#shown.length ? this.#shown.map(details) : [none]));
  }
}

function lenient(citation) {
  const { document: file = "", title = "", headings = [], text = "" } = typeof citation === "string" ? { title: citation } : citation;
  const below = [headings].flat().filter((heading) => heading && heading !== title);
  return { title: title || file || "A document", where: [title ? file : "", ...below].filter(Boolean).join(" › "), text };
}

function details({ title, where, text }) {
  const name = make("span", {}, make("b", {}, title), make("small", {}, where));
  const quote = make("blockquote", {}, text || "The server sent no quote.");
  return make("details", {}, make("summary", {}, name), quote);
}

function same(one, other) {
  return one.title === other.title && one.where === other.where && one.text === other.text;
}
