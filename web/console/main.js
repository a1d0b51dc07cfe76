// The operator's page: who is on a call, one of them in full, what is missing, what is there.

import { useKey } from "/web/access.js";
import { Calls } from "/web/console/calls.js";
import { Documents } from "/web/console/documents.js";
import { showFigures } from "/web/console/figures.js";
import { Listener } from "/web/console/listen.js";
import { Opened } from "/web/console/opened.js";
import { Orders } from "/web/console/orders.js";
import { showQuestions } from "/web/console/questions.js";
import { follow, request } from "/web/console/server.js";
import { KeyForm } from "/web/key_form.js";
import { showProblem } from "/web/problem.js";

const KEPT_AS = "turnwise-operator-key"; // in this tab, until it is closed
const FIGURES_MS = 15_000;
const at = (id) => document.getElementById(id);

const keyForm = new KeyForm(at("key-form"), (key) => {
  sessionStorage.setItem(KEPT_AS, key);
  start();
});
let attempt = 0; // an answer to an earlier key decides nothing about a later one
const calls = new Calls({ body: at("calls"), none: at("no-calls"), counts: at("counts") }, open);
const orders = new Orders({ say: at("say-form"), transfer: at("transfer-form"), end: at("end"), told: at("ordered") });
const listener = new Listener(at("listen"), at("ordered"));
const documents = new Documents({
  ask: at("ask-form"), answer: at("answer"), upload: at("upload-form"), none: at("no-uploads"),
  uploads: at("uploads"), count: at("document-count"), list: at("documents"),
});
const places = {
  transcript: at("transcript"), machine: at("machine"), move: at("move"), moves: at("moves"), latency: at("latency"),
};
let about = {};
let opened = { id: "", stop: new AbortController() };

window.turnwise = { told: 0, listener }; // for whoever looks from the browser's own console, or a test

async function start() {
  const mine = ++attempt;
  useKey(sessionStorage.getItem(KEPT_AS) ?? "");
  try {
    about = await (await request("/api/console/about")).json();
    if (mine !== attempt) return;
  } catch (problem) {
    if (mine !== attempt) return;
    at("status").textContent = "Not connected.";
    showProblem(at("problem"), problem, start);
    keyForm.show(problem);
    if (problem.wantsKey) sessionStorage.removeItem(KEPT_AS);
    return;
  }
  showProblem(at("problem"));
  keyForm.show();
  at("console").hidden = false;
  watch();
  look();
  setInterval(figures, FIGURES_MS);
  if (location.hash.length > 1) open(decodeURIComponent(location.hash.slice(1)));
}

function watch() {
  const say = (words) => () => (at("status").textContent = words);
  const on = {
    found: say("Connected."),
    lost: say("The server can't be reached; trying again."),
    away: say("The store of the conversations does not answer."),
    calls: (told) => {
      window.turnwise.told += 1;
      say("Live.")();
      calls.show(told);
      current();
    },
  };
  follow("/api/console/calls", on, new AbortController().signal).catch((problem) => showProblem(at("problem"), problem));
}

function look() {
  for (const part of [figures, questions, () => documents.show()]) part().catch((problem) => showProblem(at("problem"), problem));
}

async function figures() {
  showFigures(at("figures"), await (await request("/api/console/figures")).json());
}

async function questions() {
  const groups = await (await request(`/api/console/unanswered?days=${at("days").value}`)).json();
  showQuestions(at("missing"), groups, about.transcripts && about.unanswered_days > 0);
}

/** Shows a call from its beginning on. */
function open(id) {
  opened.stop.abort();
  opened = { id, stop: new AbortController() };
  history.replaceState(null, "", `#${encodeURIComponent(id)}`);
  at("opened-title").textContent = `Call ${id.slice(0, 10)}`;
  at("opened-body").hidden = false;
  let shown;
  orders.of(id);
  listener.of(id, about.recording);
  current();
  const note = (words) => () => (at("ordered").textContent = words);
  const on = {
    found: () => (shown = new Opened(places)), // from its beginning, each time
    entries: (entries) => shown.show(entries),
    gone: note("The call was forgotten."),
    sealed: () => {
      note("What is kept of this call was encrypted with a key that this server lacks.")();
      opened.stop.abort();
    },
  };
  follow(`/api/console/calls/${encodeURIComponent(id)}`, on, opened.stop.signal).catch((problem) => note(problem.advice)());
}

/** What the list says of the call that is opened. */
function current() {
  calls.mark(opened.id);
  if (!opened.id) return;
  const call = calls.get(opened.id);
  orders.may(Boolean(call));
  document.body.dataset.call = call ? "open" : "none";
  at("opened-about").textContent = call ? `${call.door}, turn ${call.turn}` : "not under way any more";
}

at("find").addEventListener("input", () => calls.find(at("find").value));
at("days").addEventListener("change", () => questions());
at("look-again").addEventListener("click", () => questions());
start();
