// One reply of the bot: the words that were heard, those still to come, those cut off.

import { make } from "/web/make.js";

const TICK_MS = 80;
const MS_A_WORD = 360; // 165 words a minute, where the length of a piece is not known

export class Reply {
  #pieces = []; // {text, ms, at, by}: `by` names the messages that have told of it
  #timer = null;
  #shown = "";
  #again = false;

  constructor(place) {
    this.place = place;
  }

  /** All the words so far. */
  get text() {
    return this.#pieces.map((piece) => piece.text).join(" ");
  }

  /** A piece begins to be heard. Two kinds of message (`by`) tell of each; it counts once. */
  piece(text, by, ms) {
    if (this.#again && this.#pieces.at(-1)?.text === text) this.#pieces.pop();
    this.#again = false;
    const known = this.#pieces.find((piece) => piece.text === text && !piece.by.includes(by));
    if (known) {
      known.by.push(by);
      if (ms) known.ms = ms;
    } else {
      this.#pieces.push({ text, by: [by], ms: ms || words(text).length * MS_A_WORD, at: performance.now() });
    }
    this.#run();
  }

  /** The line was lost: if the reply goes on, it does with its last piece again. */
  lost() {
    this.#stop();
    this.#again = true;
  }

  /** The reply was heard to its end. */
  finish(text) {
    this.#stop();
    this.place.replaceChildren(text);
  }

  /** The reply was cut; `heard` is what the caller had heard of it. */
  cut(heard) {
    this.#stop();
    const rest = words(this.text).slice(words(heard).length).join(" ");
    const struck = rest ? [" ", make("s", {}, rest)] : [];
    this.place.replaceChildren(heard, ...struck);
    this.heard = words(heard).length;
  }

  /** The cut was a false alarm: the last piece goes on where it was. */
  resume() {
    const last = this.#pieces.at(-1);
    if (!last) return;
    const before = words(this.text).length - words(last.text).length;
    const share = Math.max(0, this.heard - before) / Math.max(1, words(last.text).length);
    last.at = performance.now() - share * last.ms;
    this.#run();
  }

  #run() {
    this.#timer ??= setInterval(() => this.#show(), TICK_MS);
    this.#show();
  }

  #stop() {
    clearInterval(this.#timer);
    this.#timer = null;
    this.#shown = "";
  }

  #show() {
    const last = this.#pieces.at(-1);
    const earlier = this.#pieces.slice(0, -1).map((piece) => piece.text);
    const [said, coming] = split(last.text, (performance.now() - last.at) / last.ms);
    const heard = [...earlier, said].filter(Boolean).join(" ");
    if (this.#shown === heard + coming) return;
    this.#shown = heard + coming;
    const gap = heard && coming ? " " : "";
    this.place.replaceChildren(make("span", { class: "heard" }, heard), gap, make("span", { class: "coming" }, coming));
    if (!coming) this.#stop();
  }
}

/** `text` in two: the words that have begun after `share` of its time, and the others. */
function split(text, share) {
  const all = words(text);
  let end = 0;
  let count = 0;
  while (count < all.length && end <= share * text.length) end += all[count++].length + 1;
  return [all.slice(0, count).join(" "), all.slice(count).join(" ")];
}

function words(text) {
  return text.split(/\s+/).filter(Boolean);
}
