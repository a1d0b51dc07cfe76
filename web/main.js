// The page: one button, and everything the server says about the call shown as it happens.

import { showCitations, showLatency } from "/web/answers.js";
import { CallProblem, Connection } from "/web/connection.js";
import { loudness, openMicrophone } from "/web/microphone.js";
import { StateMachine } from "/web/states.js";
import { Transcript } from "/web/transcript.js";

const KEPT = 500; // messages, for whoever looks from the console or a test
const at = (id) => document.getElementById(id);
const button = at("talk");
const machine = new StateMachine(at("machine"), at("move"), at("status"));
const transcript = new Transcript(at("transcript"));
const call = { connection: null, microphone: null, sound: null };

window.turnwise = {
  events: [],
  level: () => 0,
  get state() {
    return machine.state;
  },
  get connection() {
    return call.connection;
  },
};

const SHOW = {
  state_change: (m) => machine.changed(m),
  transcript: (m) => transcript.said(m),
  response_ready: (m) => m.segment === 0 && showCitations(at("citations"), m.citations),
  clear: (m) => transcript.cut(m.spoken_text),
  turn_complete: (m) => showLatency(at("latency"), m.latency_breakdown),
  error: (m) => problem(m.message),
  session_ended: () => hangUp("The call has ended. Press Talk to call again."),
};

function received(message) {
  window.turnwise.events.push(message);
  window.turnwise.events.splice(0, window.turnwise.events.length - KEPT);
  SHOW[message.type]?.(message);
}

async function start() {
  show("opening", "Connecting …");
  problem("");
  try {
    call.microphone = await openMicrophone();
    call.sound = new AudioContext();
    call.connection = new Connection({ message: received, voice: play, closed: hangUp });
    await call.connection.connect(call.microphone);
    show("open");
    watchLevel(loudness(call.sound, call.microphone));
  } catch (error) {
    if (!(error instanceof CallProblem)) console.error(error);
    hangUp("The call did not come about.");
    problem(error.message);
  }
}

function hangUp(reason = "Press Talk and ask a question.") {
  call.connection?.close();
  call.microphone?.getTracks().forEach((track) => track.stop());
  call.sound?.close();
  Object.assign(call, { connection: null, microphone: null, sound: null });
  if (machine.state !== "IDLE") machine.changed({ from: machine.state, to: "IDLE", latency_ms: 0 });
  show("none", reason);
}

function play(stream) {
  at("voice").srcObject = stream; // Chrome decodes a remote track only for an element
  window.turnwise.level = loudness(call.sound, stream);
}

function watchLevel(level) {
  if (!call.sound) return;
  at("level").value = Math.min(1, level() * 4);
  requestAnimationFrame(() => watchLevel(level));
}

function show(state, words) {
  document.body.dataset.call = state;
  button.disabled = state === "opening";
  button.setAttribute("aria-pressed", String(state === "open"));
  at("talk-label").textContent = state === "open" ? "Hang up" : "Talk";
  if (words) at("status").textContent = words;
  if (state === "none") at("level").value = 0;
}

function problem(words) {
  at("problem").textContent = words;
  at("problem").hidden = !words;
}

button.addEventListener("click", () => (call.connection ? hangUp() : start()));
window.addEventListener("pagehide", () => call.connection?.close());
