// How the page and the server find each other: offers and candidates over HTTP.

import { ask, byKey, byToken } from "/web/access.js";

const ANSWER_MS = 60000; // a server that has just started loads its models first

/** The STUN and TURN servers by which both ends are found; a login to them is good for an hour. */
export async function iceServers() {
  const response = await ask("/api/ice", { headers: byKey(), signal: AbortSignal.timeout(ANSWER_MS) });
  return (await response.json()).iceServers;
}

/** The offers and late candidates of one connection. token: of a session that goes on. */
export class Signalling {
  #call = null; // the server's id of it, once it has answered
  #token;
  #offered = false;
  #late = [];

  constructor(token) {
    this.#token = token;
  }

  /** Sends the offer, or a new one for the same call; gives the answer. */
  async offer({ type, sdp }) {
    this.#offered = true; // what was gathered until now is in the offer
    const who = this.#call || this.#token ? byKey() : await byToken();
    const about = this.#call ? { pc_id: this.#call } : this.#token && { request_data: { resume_token: this.#token } };
    const response = await send("POST", { type, sdp, ...about }, who);
    const answer = await response.json();
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
    send("PATCH", { pc_id: this.#call, candidates }, byKey()).catch(() => {}); // the call may well do without them
  }
}

function send(method, body, headers) {
  return ask("/api/offer", {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
}
