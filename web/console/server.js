// What the console asks of the server, and the events that it is told.

import { byKey } from "/web/access.js";
import { CallProblem } from "/web/problem.js";

const AGAIN_MS = 1000;
const NO_KEY = ["The console asks for a key.", "Enter the operator's key. This tab keeps it until you close it."];
const AWAY = ["The server can't be reached.", "Check that it is running and that you are online."];

/** The response, if it is a good one. Throws CallProblem: `wantsKey` if a key would help. */
export async function request(path, { headers = {}, ...how } = {}) {
  const response = await fetch(path, { ...how, headers: { ...headers, ...byKey() } }).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new CallProblem(...AWAY);
  });
  if (response.ok) return response;
  const { detail } = await response.json().catch(() => ({}));
  const advice = typeof detail === "string" ? detail : `It answered with error ${response.status}.`;
  const problem = response.status === 401 ? new CallProblem(...NO_KEY, "") : new CallProblem("The server refused.", advice, "");
  throw Object.assign(problem, { status: response.status, wantsKey: response.status === 401 });
}

/** A JSON body, sent with POST. */
export function post(path, told) {
  return request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(told) });
}

/** Calls on[name](data) for each event; connects again until `signal` aborts or the server refuses. on.lost: no line. */
export async function follow(path, on, signal) {
  while (!signal.aborted) {
    try {
      const response = await request(path, { signal });
      on.found?.();
      for await (const { name, data } of events(response.body)) on[name]?.(data);
    } catch (problem) {
      if (signal.aborted) return;
      if (problem.status && problem.status !== 503) throw problem;
    }
    on.lost?.();
    await new Promise((done) => setTimeout(done, AGAIN_MS));
  }
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    while (true) {
      const { value, done } = await reader.read();
      if (done) return;
      const parts = (rest + value).split("\n\n");
      rest = parts.pop();
      for (const part of parts) {
        const found = /^event: (\w+)\ndata: (.*)$/.exec(part);
        if (found) yield { name: found[1], data: JSON.parse(found[2]) };
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
