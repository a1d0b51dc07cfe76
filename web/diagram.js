// The state machine as a picture: one box a state, one arrow a move (conversation/states.py has the table).

import { draw } from "/web/make.js";

const HALF = { x: 60, y: 22 };
const PLACES = { LISTENING: [62, 26], THINKING: [378, 26], INTERRUPT: [220, 118], IDLE: [62, 210], SPEAKING: [378, 210] };

// [path, tip x, tip y, the tip's direction in degrees]
const USUAL = {
  "IDLE>LISTENING": ["M50 188V56", 50, 50, 270],
  "LISTENING>IDLE": ["M74 48V180", 74, 186, 90],
  "LISTENING>THINKING": ["M122 26H310", 316, 26, 0],
  "THINKING>SPEAKING": ["M378 48V180", 378, 186, 90],
  "SPEAKING>IDLE": ["M318 204H130", 124, 204, 180],
  "SPEAKING>INTERRUPT": ["M335 188L277 148", 271, 144, 214.5],
  "THINKING>INTERRUPT": ["M335 48L277 88", 271, 92, 145.5],
  "INTERRUPT>LISTENING": ["M169 96L111 55", 105, 51, 214.5],
};
const RARE = {
  "LISTENING>SPEAKING": ["M122 40C240 44 352 86 358 181", 358.5, 186, 87],
  "IDLE>SPEAKING": ["M122 216H310", 316, 216, 0],
  "THINKING>IDLE": ["M318 40C200 44 100 86 89 181", 88.5, 186, 94],
  "INTERRUPT>IDLE": ["M169 140L117 180", 112, 184, 142],
};

export class Diagram {
  constructor(place) {
    this.boxes = mapped(PLACES, box);
    this.arrows = { ...mapped(USUAL, arrow), ...mapped(RARE, arrow) };
    Object.keys(RARE).forEach((name) => this.arrows[name].classList.add("rare"));
    const parts = [...Object.values(this.arrows), ...Object.values(this.boxes)];
    this.picture = draw("svg", { viewBox: "-4 -2 448 240", role: "img" }, ...parts);
    place.append(this.picture);
  }

  /** Lights the state that the conversation is in, and the move that led there, if one did. */
  show(state, move) {
    for (const [name, box] of Object.entries(this.boxes)) box.classList.toggle("now", name === state);
    for (const [name, arrow] of Object.entries(this.arrows)) arrow.classList.toggle("last", name === move);
    this.picture.setAttribute("aria-label", `The five states of a conversation; now ${state}.`);
  }
}

function box([x, y], name) {
  const shape = { x: x - HALF.x, y: y - HALF.y, width: 2 * HALF.x, height: 2 * HALF.y, rx: HALF.y };
  const group = draw("g", { class: "state" });
  group.style.setProperty("--c", `var(--${name})`);
  group.append(draw("rect", { ...shape, class: "halo" }), draw("rect", { ...shape, class: "box" }), draw("text", { x, y }, name));
  return group;
}

function arrow([path, x, y, turned]) {
  const tip = { points: "0,0 -8.5,-4.2 -8.5,4.2", transform: `translate(${x} ${y}) rotate(${turned})` };
  return draw("g", { class: "arrow" }, draw("path", { d: path }), draw("polygon", tip));
}

function mapped(rows, make) {
  return Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, make(row, name)]));
}
