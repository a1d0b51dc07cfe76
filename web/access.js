// Who we are to the server: a key if it asks for one, and a token of that key for each call.
//
//   401 ─► CallProblem that wants a key ─► useKey ─► POST /api/sessions ─► a token ─► one call

import { CallProblem } from "/web/problem.js";

const WANTED = ["This server asks for a key.", "Enter the one that whoever runs the server gave you. This page keeps it until you close it."];
const UNKNOWN = ["This key is not known here.", "Check it for a missing or an extra character, or ask whoever runs the server for another."];
let key = ""; // in memory only

/** Takes the key for all calls from now on. */
export function useKey(text) {
  key = text.trim();
}

/** Resolves if we may call. Throws CallProblem, with `wantsKey` if a key would help. */
export async function mayCall() {
  await ask("/status", { headers: byKey() });
}

/** The headers that open one call. Throws CallProblem. */
export async function byToken() {
  if (!key) return {};
  const response = await ask("/api/sessions", { method: "POST", headers: byKey() });
  return { Authorization: `Bearer ${(await response.json()).token}` };
}

/** The headers of whatever concerns a call that is under way. */
export function byKey() {
  if (!key) return {};
  const bytes = String.fromCharCode(...new TextEncoder().encode(key)); // headers are bytes
  return { Authorization: `Bearer ${bytes}` };
}

/** The response, if it is a good one. Throws CallProblem with what to do. */
export async function ask(path, how) {
  const response = await fetch(path, how).catch(() => {
    throw new CallProblem("The server can't be reached.", "Check that it is running and that you are online, then try again.");
  });
  if (response.ok) return response;
  const { detail } = await response.json().catch(() => ({}));
  throw Object.assign(refusal(response, typeof detail === "string" ? detail : ""), { status: response.status });
}

function refusal(response, detail) {
  const seconds = Number(response.headers.get("Retry-After"));
  if (response.status === 401) return Object.assign(new CallProblem(...(key ? UNKNOWN : WANTED), ""), { wantsKey: true });
  if (response.status === 403) return new CallProblem("This page may not call here.", detail, "");
  if (response.status === 503) {
    return new CallProblem("All lines are busy.", `Try again in ${seconds > 1 ? `${seconds} seconds` : "a moment"}.`);
  }
  if (response.status >= 500) {
    return new CallProblem("The server could not take the call.", detail || `It answered with error ${response.status}. Try again in a moment.`);
  }
  return new CallProblem("The server refused the call.", detail || `It answered with error ${response.status}.`);
}
