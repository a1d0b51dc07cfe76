// Tries to get a lost call back, less and less often, and not for ever.

import { CallProblem } from "/web/problem.js";

const FIRST_MS = 250;
const LONGEST_MS = 5000;
const GIVE_UP_MS = 60000;
const FINAL = [400, 401, 403, 404]; // the server's answer will not be another one next time
const FAILED = ["Could not reconnect.", "What was said so far stays on this page. Check the network, then press Talk for a new call.", ""];

export class Reconnecting {
  #over = false;
  #timer = null;
  #wake = null;

  /** connect: resolves if it has come about. `done` resolves with null then, or with the CallProblem. */
  constructor(connect) {
    this.done = this.#run(connect);
  }

  /** Nobody wants it any more. */
  giveUp() {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#wake?.();
  }

  async #run(connect) {
    const until = performance.now() + GIVE_UP_MS;
    for (let pause = FIRST_MS; !this.#over && performance.now() < until; pause = Math.min(2 * pause, LONGEST_MS)) {
      await this.#wait(pause * (0.5 + Math.random() / 2));
      if (this.#over) break;
      const problem = await connect().catch((error) => error);
      if (!problem) return null;
      if (FINAL.includes(problem.status)) break;
    }
    return new CallProblem(...FAILED);
  }

  #wait(ms) {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#timer = setTimeout(resolve, ms);
    });
  }
}
