// The page: one button, and everything the server says about the call shown as it happens.

import { useKey } from "/web/access.js";
import { Call } from "/web/call.js";
import { Citations } from "/web/citations.js";
import { KeyForm } from "/web/key_form.js";
import { Latency } from "/web/latency.js";
import { unfit } from "/web/microphone.js";
import { showProblem } from "/web/problem.js";
import { meterShare } from "/web/sound.js";
import { MEANING, States } from "/web/states.js";
import { Transcript } from "/web/transcript.js";
import { Working } from "/web/working.js";

const KEPT = 500; // messages, for whoever looks from the console or a test
const LABELS = { none: "Talk", opening: "Cancel", open: "Hang up" };
const at = (id) => document.getElementById(id);

const states = new States({ machine: at("machine"), move: at("move"), moves: at("moves") });
const transcript = new Transcript(at("transcript"), at("told"));
const citations = new Citations(at("citations"));
const latency = new Latency(at("latency"));
const working = new Working(at("working"));
const keyForm = new KeyForm(at("key-form"), (key) => {
  useKey(key);
  start();
});
let call = null;
let watching = false; // the microphone's level

window.turnwise = {
  events: [],
  level: () => call?.voiceLevel() ?? 0,
  get state() {
    return states.state;
  },
  get connection() {
    return call?.connection ?? null;
  },
};

const SHOW = {
  session_started: (m) => {
    states.enter(m.state);
    if (m.resumed) transcript.resumed(m.state);
  },
  state_change: moved,
  processing: (m) => working.stage(m),
  transcript: said,
  response_ready: (m) => {
    transcript.piece(m);
    citations.answered(m);
  },
  clear: (m) => transcript.cut(m.spoken_text ?? ""),
  turn_complete: (m) => latency.turn(m),
  error: (m) => showProblem(at("problem"), { title: "Something went wrong.", advice: m.message }),
};

function received(message) {
  const { events } = window.turnwise;
  events.push(message);
  if (events.length > KEPT) events.splice(0, events.length - KEPT);
  SHOW[message.type]?.(message);
}

function moved(message) {
  states.changed(message);
  transcript.moved(message);
  if (message.to === "THINKING") working.clear();
  tell(MEANING[message.to]);
}

function said(message) {
  if (message.role === "user") showProblem(at("problem"), null);
  if (message.role === "user" && message.final) citations.asked();
  transcript.said(message);
}

function start() {
  at("talk").focus(); // a button of the problem that is about to go may have it
  showProblem(at("problem"), null);
  keyForm.show(null);
  transcript.newCall();
  working.clear();
  show("opening");
  tell("Connecting …");
  call = new Call(at("voice"), { opened, message: received, unsteady, lost, ended });
  call.start();
}

function opened() {
  show("open");
  tell(states.state === "IDLE" ? "Connected." : MEANING[states.state]);
  if (!watching) watchLevel();
}

function lost() {
  show("opening");
  transcript.lost();
  tell("Connection lost, reconnecting …");
}

function unsteady(is) {
  tell(is ? "The line is unsteady …" : MEANING[states.state]);
}

function ended(words, problem) {
  call = null;
  states.enter("IDLE");
  transcript.stop();
  show("none");
  tell(words || "Press Talk and ask a question.");
  showProblem(at("problem"), problem, start);
  keyForm.show(problem);
}

function show(stage) {
  document.body.dataset.call = stage;
  at("talk").setAttribute("aria-pressed", String(stage === "open"));
  at("talk-label").textContent = LABELS[stage];
}

function tell(words) {
  if (words && at("status").textContent !== words) at("status").textContent = words;
}

function watchLevel() {
  const share = call ? meterShare(call.microphoneLevel()) : 0;
  at("level").value = share;
  document.body.style.setProperty("--level", share.toFixed(2));
  watching = Boolean(call);
  if (watching) requestAnimationFrame(watchLevel);
}

at("talk").addEventListener("click", () => (call ? call.hangUp() : start()));
window.addEventListener("pagehide", () => call?.hangUp());
showProblem(at("problem"), unfit());
