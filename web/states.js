// The five states and the moves between them, drawn; the current one lit.

const SVG = "http://www.w3.org/2000/svg";
const PLACES = { IDLE: [80, 40], LISTENING: [270, 40], THINKING: [460, 40], SPEAKING: [460, 150], INTERRUPT: [270, 150] };
const ARROWS = {
  "IDLE>LISTENING": "M132 34 H216",
  "LISTENING>IDLE": "M216 48 H134",
  "LISTENING>THINKING": "M324 34 H406",
  "THINKING>SPEAKING": "M468 60 V128",
  "SPEAKING>INTERRUPT": "M406 150 H326",
  "THINKING>INTERRUPT": "M420 60 L318 128",
  "INTERRUPT>LISTENING": "M262 130 V62",
  "LISTENING>SPEAKING": "M312 60 L412 128",
  "SPEAKING>IDLE": "M440 172 V188 H70 V62",
  "THINKING>IDLE": "M452 20 V8 H80 V18",
  "IDLE>SPEAKING": "M96 62 V180 H450 V172",
};
const SAID = {
  IDLE: "Ready: ask when you like.",
  LISTENING: "Listening to you.",
  THINKING: "Looking it up.",
  SPEAKING: "Answering. Speak to interrupt.",
  INTERRUPT: "You broke in.",
};

export class StateMachine {
  constructor(place, move, status) {
    Object.assign(this, { move, status, boxes: {}, arrows: {}, state: "IDLE" });
    place.append(this.#draw());
    this.#light();
  }

  /** Shows a state_change message. */
  changed({ from, to, latency_ms: latency }) {
    this.state = to;
    document.body.dataset.state = to;
    Object.values(this.arrows).forEach((arrow) => arrow.classList.remove("last"));
    this.arrows[`${from}>${to}`]?.classList.add("last");
    const time = new Date().toLocaleTimeString([], { hour12: false });
    this.move.textContent = `${from} → ${to} at ${time}${latency >= 1 ? `, ${latency.toFixed(0)} ms` : ""}`;
    this.status.textContent = SAID[to];
    this.#light();
  }

  #light() {
    for (const [name, box] of Object.entries(this.boxes)) box.classList.toggle("now", name === this.state);
    this.picture.setAttribute("aria-label", `State machine; now ${this.state}`);
  }

  #draw() {
    const picture = (this.picture = make("svg", { viewBox: "0 0 540 200", role: "img" }));
    const head = make("marker", { id: "arrow-head", viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 6, markerHeight: 6, orient: "auto" });
    head.append(make("path", { d: "M0 0 L8 4 L0 8 z" }));
    picture.append(head);
    for (const [name, d] of Object.entries(ARROWS)) {
      picture.append((this.arrows[name] = make("path", { d, class: "arrow", "marker-end": "url(#arrow-head)" })));
    }
    for (const [name, [x, y]] of Object.entries(PLACES)) {
      const box = (this.boxes[name] = make("g", { class: "state" }));
      box.style.setProperty("--c", `var(--${name})`);
      const label = make("text", { x, y });
      label.textContent = name;
      box.append(make("rect", { x: x - 54, y: y - 20, width: 108, height: 40, rx: 12 }), label);
      picture.append(box);
    }
    return picture;
  }
}

function make(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
