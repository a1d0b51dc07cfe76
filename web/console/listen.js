// A call that is recorded, heard while it goes on: the caller left, the bot right.

import { request } from "/web/console/server.js";

const RATE = 16000;
const EVERY_MS = 500;
const CUSHION = 0.4; // seconds of sound ahead of the ear

export class Listener {
  #context = null;
  #next = 0; // when the next piece begins, on the context's clock
  #stop = null;
  heard = 0; // seconds that were played so far

  /** button: starts and stops; told: where a problem is said. */
  constructor(button, told) {
    Object.assign(this, { button, told });
    button.addEventListener("click", () => (this.#stop ? this.stop() : this.#start()));
  }

  /** The call that is meant from now on; `can`: whether it is recorded. */
  of(id, can) {
    this.stop();
    this.id = id;
    this.button.hidden = !can;
  }

  stop() {
    this.#stop?.abort();
    this.#stop = null;
    this.#context?.close();
    this.#context = null;
    this.button.setAttribute("aria-pressed", "false");
    this.button.textContent = "Listen";
  }

  async #start() {
    const { signal } = (this.#stop = new AbortController());
    this.#context = new AudioContext({ sampleRate: RATE });
    this.#next = 0;
    this.heard = 0;
    this.button.setAttribute("aria-pressed", "true");
    this.button.textContent = "Stop listening";
    const path = `/api/console/calls/${encodeURIComponent(this.id)}/sound`;
    let where = "";
    try {
      while (!signal.aborted) {
        const response = await request(path + where, { signal });
        this.#play(new Int16Array(await response.arrayBuffer()));
        where = `?part=${response.headers.get("X-Part")}&after=${response.headers.get("X-After")}`;
        await new Promise((done) => setTimeout(done, EVERY_MS));
      }
    } catch (problem) {
      if (signal.aborted) return;
      this.stop();
      this.told.textContent = problem.advice ?? String(problem);
    }
  }

  #play(samples) {
    const length = samples.length / 2;
    if (!length || !this.#context) return;
    const buffer = this.#context.createBuffer(2, length, RATE);
    for (const side of [0, 1]) {
      const channel = buffer.getChannelData(side);
      for (let i = 0; i < length; i++) channel[i] = samples[2 * i + side] / 32768;
    }
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#context.destination);
    const now = this.#context.currentTime;
    if (this.#next < now) this.#next = now + CUSHION;
    source.start(this.#next);
    this.#next += buffer.duration;
    this.heard += buffer.duration;
  }
}
