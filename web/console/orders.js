// What the operator tells a call: say, transfer, end.

import { post } from "/web/console/server.js";

export class Orders {
  #id = "";

  /** places: {say, transfer, end, told}: two forms, a button, and where the outcome is said. */
  constructor(places) {
    this.places = places;
    places.say.addEventListener("submit", (event) => this.#form(event, "say", "text"));
    places.transfer.addEventListener("submit", (event) => this.#form(event, "transfer", "reason"));
    places.end.addEventListener("click", () => this.#tell({ type: "end", reason: "ended by the operator" }));
  }

  /** The call that is meant from now on. */
  of(id) {
    this.#id = id;
    this.places.told.textContent = "";
  }

  /** Whether the call is under way. */
  may(can) {
    const { say, transfer, end } = this.places;
    for (const button of [say.querySelector("button"), transfer.querySelector("button"), end]) button.disabled = !can;
  }

  async #form(event, type, name) {
    event.preventDefault();
    const field = event.target.elements.namedItem(name);
    const text = field.value.trim();
    if (text && (await this.#tell({ type, [name]: text }))) field.value = "";
  }

  async #tell(order) {
    const { told } = this.places;
    try {
      const response = await post(`/api/sessions/${encodeURIComponent(this.#id)}/control`, order);
      const { receivers } = await response.json();
      told.textContent = receivers ? `Told: ${order.type}.` : "Nobody holds the call now.";
      return receivers > 0;
    } catch (problem) {
      told.textContent = problem.advice ?? String(problem);
      return false;
    }
  }
}
