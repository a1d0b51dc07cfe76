// How the page and the server find each other: offers and candidates over HTTP.

import { CallProblem } from "/web/problem.js";

const ANSWER_MS = 60000; // a server that has just started loads its models first

/** The offers and late candidates of one call. */
export class Signalling {
  #call = null; // the server's id of it, once it has answered
  #offered = false;
  #late = [];

  /** Sends the offer, or a new one for the same call; gives the answer. */
  async offer({ type, sdp }) {
    this.#offered = true; // what was gathered until now is in the offer
    const answer = await post({ type, sdp, ...(this.#call && { pc_id: this.#call }) });
    this.#call = answer.pc_id;
    this.#flush();
    return { type: answer.type, sdp: answer.sdp };
  }

  /** Sends an RTCIceCandidate that was found after the offer was made. */
  candidate({ candidate, sdpMid, sdpMLineIndex }) {
    if (!this.#offered || !candidate) return;
    this.#late.push({ candidate, sdp_mid: sdpMid, sdp_mline_index: sdpMLineIndex });
    this.#flush();
  }

  #flush() {
    if (!this.#call || !this.#late.length) return;
    const candidates = this.#late.splice(0);
    send("PATCH", { pc_id: this.#call, candidates }).catch(() => {}); // the call may well do without them
  }
}

function send(method, body) {
  return fetch("/api/offer", {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
}

async function post(offer) {
  const response = await send("POST", offer).catch(() => {
    throw new CallProblem("The server can't be reached.", "Check that it is running and that you are online, then try again.");
  });
  if (response.ok) return response.json();
  const { detail } = await response.json().catch(() => ({}));
  throw refusal(response, typeof detail === "string" ? detail : "");
}

function refusal(response, detail) {
  const seconds = Number(response.headers.get("Retry-After"));
  if (response.status === 503) {
    return new CallProblem("All lines are busy.", `Try again in ${seconds > 1 ? `${seconds} seconds` : "a moment"}.`);
  }
  if (response.status === 401 || response.status === 403) {
    return new CallProblem("This server asks for a key.", "The page has none. Ask whoever runs the server how to get in.", "");
  }
  if (response.status >= 500) {
    return new CallProblem("The server could not take the call.", detail || `It answered with error ${response.status}. Try again in a moment.`);
  }
  return new CallProblem("The server refused the call.", detail || `It answered with error ${response.status}.`);
}
