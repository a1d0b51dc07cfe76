// The conversation as it grows: partial words grey, the reply marked as it is heard, what was cut off struck.

import { make } from "/web/make.js";
import { Reply } from "/web/reply.js";

const WHO = { user: "You", agent: "Turnwise" };

export class Transcript {
  #user = null; // the caller's words that are not final: {item, base}, `base` being what they go on from
  #asked = null; // the caller's last final item
  #agent = null; // the reply that is heard: {item, reply}
  #cut = null; // the last one, if it was cut and may still go on
  #goesOn = false; // the line was lost in the middle of a reply, which may go on with its last piece

  /** told: where finished words are announced to screen readers. */
  constructor(list, told) {
    Object.assign(this, { list, told });
  }

  /** Shows a transcript message. */
  said({ role, text, final }) {
    const follows = this.#atEnd();
    if (role === "user") this.#heard(text, final);
    else if (final) this.#finished(text);
    else this.#speaking().reply.piece(text, "transcript");
    if (follows) this.#scroll();
  }

  /** Shows a response_ready message: a piece of the reply and how long it is. */
  piece({ text, segment, duration_ms: ms }) {
    const follows = this.#atEnd();
    if (segment === 0 && !this.#goesOn) this.#agent = null;
    this.#goesOn = false;
    this.#speaking().reply.piece(text, "response", ms);
    if (follows) this.#scroll();
  }

  /** The reply was cut: `heard` is what the caller had heard of it. */
  cut(heard) {
    if (!this.#agent) return;
    const { item, reply } = (this.#cut = this.#agent);
    this.#agent = null;
    reply.cut(heard);
    item.dataset.final = "true";
    note(item, "you broke in");
  }

  /** The conversation moved; some moves change what was said before. */
  moved({ from, to }) {
    const move = `${from}>${to}`;
    if (move === "THINKING>INTERRUPT" && this.#asked) {
      this.#user = { item: this.#asked, base: textOf(this.#asked).textContent };
    }
    if (move === "LISTENING>SPEAKING" || move === "LISTENING>IDLE") this.#nothingSaid();
    if (move === "LISTENING>SPEAKING" && this.#cut) this.#resume();
  }

  /** The line was lost in the middle of whatever was said. */
  lost() {
    this.#nothingSaid();
    this.#goesOn = Boolean(this.#agent);
    this.#agent?.reply.lost();
  }

  /** The same call goes on, in `state`. */
  resumed(state) {
    this.#goesOn &&= state === "SPEAKING" || state === "THINKING";
    if (!this.#goesOn) this.#close();
  }

  /** A line between calls. */
  newCall() {
    this.stop();
    if (this.list.children.length) this.list.append(make("li", { class: "break" }, "New call"));
  }

  /** The call ended in the middle of whatever was said. */
  stop() {
    this.#close();
    this.#nothingSaid();
    this.#cut = this.#asked = null;
    this.#goesOn = false;
  }

  #close() {
    this.#agent?.reply.finish(this.#agent.reply.text);
    this.#agent = null;
  }

  #heard(text, final) {
    this.#user ??= { item: this.#add("user"), base: "" };
    const { item, base } = this.#user;
    textOf(item).textContent = !base || text.startsWith(base) ? text : `${base} ${text}`;
    item.dataset.final = String(final);
    if (!final) return;
    this.#asked = item;
    this.#user = this.#cut = this.#agent = null;
    this.#tell(item);
  }

  #finished(text) {
    if (!this.#agent && this.#cut && this.#cut.heard === text) return;
    const { item, reply } = this.#speaking();
    reply.finish(text);
    item.dataset.final = "true";
    this.#agent = null;
    this.#tell(item);
  }

  #speaking() {
    if (this.#agent) return this.#agent;
    const item = this.#add("agent");
    this.#cut = null;
    return (this.#agent = { item, reply: new Reply(textOf(item)) });
  }

  #resume() {
    this.#agent = this.#cut;
    this.#cut = null;
    this.#agent.item.dataset.final = "false";
    note(this.#agent.item, "");
    this.#agent.reply.resume();
  }

  /** A sound that was no turn: its words, if any, stay but count for nothing. */
  #nothingSaid() {
    if (!this.#user) return;
    const { item, base } = this.#user;
    this.#user = null;
    if (base) Object.assign(textOf(item), { textContent: base });
    else note(item, "not taken as a question");
    item.classList.toggle("dropped", !base);
  }

  #add(role) {
    const item = make("li", { "data-role": role, "data-final": "false" }, make("span", { class: "who" }, WHO[role]), " ", make("span", { class: "text" }));
    this.list.append(item);
    return item;
  }

  #tell(item) {
    this.told.textContent = `${WHO[item.dataset.role]}: ${textOf(item).textContent}`;
  }

  /** Whoever scrolled back to read is left there. */
  #atEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.list;
    return scrollTop + clientHeight > scrollHeight - 80;
  }

  #scroll() {
    this.list.scrollTop = this.list.scrollHeight;
  }
}

function textOf(item) {
  return item.querySelector(".text");
}

function note(item, words) {
  item.querySelector(".who").replaceChildren(WHO[item.dataset.role], ...(words ? [make("span", { class: "note" }, ` · ${words}`)] : []));
}
