// The conversation as it grows: partial words grey, what an interruption cut off struck through.

export class Transcript {
  constructor(list) {
    this.list = list;
    this.current = { user: null, agent: null };
  }

  /** Shows a transcript message. Agent text comes piece by piece, then once as a whole. */
  said({ role, text, final }) {
    const item = this.current[role] ?? this.#begin(role);
    const before = item.dataset.text;
    item.dataset.text = role === "agent" && !final && before ? `${before} ${text}` : text;
    item.textContent = item.dataset.text;
    item.dataset.final = String(final);
    if (final) this.current[role] = null;
    this.#scroll();
  }

  /** The reply was cut: `heard` is what the caller had heard of it. */
  cut(heard) {
    const item = this.current.agent;
    this.current.agent = null;
    if (!item) return;
    const rest = item.dataset.text.startsWith(heard) ? item.dataset.text.slice(heard.length) : "";
    const struck = document.createElement("s");
    struck.textContent = rest;
    item.replaceChildren(heard, struck);
    item.dataset.final = "true";
  }

  #begin(role) {
    const item = document.createElement("li");
    Object.assign(item.dataset, { role, who: role === "user" ? "You" : "Turnwise", text: "", final: "false" });
    this.list.append(item);
    return (this.current[role] = item);
  }

  #scroll() {
    this.list.scrollTop = this.list.scrollHeight;
  }
}
