// One line to the server: sound both ways, and a data channel for the protocol's messages.
//
//   microphone ─► peer ─► server ─► on.voice(MediaStream)
//                 channel ◄──────── messages ─► on.message(object)

import { CallProblem } from "/web/problem.js";
import { iceServers, Signalling } from "/web/signalling.js";

const PING_MS = 1000; // the server takes a client for gone after 3 s without one
const GATHER_MS = 500; // later candidates follow the offer
const OPEN_MS = 15000;
const GRACE_MS = 3000; // a line that wavers often comes back

const NO_PATH = ["No sound path to the server was found.", "A firewall or VPN may block it: WebRTC needs UDP between here and the server."];
const LOST = ["The connection was lost.", "Check the network, then call again."];

export class Connection {
  #peer = null;
  #signalling;
  #open = false;
  #timers = {};

  /** on: {message(object), voice(MediaStream), unsteady(bool), lost(CallProblem)}. token: of a session that goes on. */
  constructor(on, token = null) {
    this.on = on;
    this.#signalling = new Signalling(token);
  }

  /** RTCPeerConnection's word for how it is. */
  get state() {
    return this.#peer?.connectionState ?? "closed";
  }

  /** Offers the microphone's sound; resolves once both can talk. Throws CallProblem. */
  async connect(microphone) {
    const peer = (this.#peer = new RTCPeerConnection());
    // Audio first: the server knows transceivers by their order.
    peer.addTransceiver(microphone.getAudioTracks()[0], { direction: "sendrecv", streams: [microphone] });
    peer.ontrack = ({ track, streams }) => this.on.voice(streams[0] ?? new MediaStream([track]));
    peer.onicecandidate = ({ candidate }) => candidate && this.#signalling.candidate(candidate);
    const opened = this.#opened(peer);
    opened.catch(() => {}); // it is awaited below, maybe after it failed
    await this.#negotiate();
    await inTime(opened);
    this.#open = true;
  }

  /** Hangs up. */
  close() {
    this.#open = false;
    clearInterval(this.#timers.ping);
    clearTimeout(this.#timers.grace);
    this.#peer?.close();
    this.#peer = null;
  }

  async #negotiate() {
    const peer = this.#peer;
    peer.setConfiguration({ iceServers: await iceServers() });
    await peer.setLocalDescription();
    await gathered(peer);
    await peer.setRemoteDescription(await this.#signalling.offer(peer.localDescription));
  }

  /** Resolves once messages can flow; the server wants the channel to be made here. */
  #opened(peer) {
    const channel = peer.createDataChannel("messages", { ordered: true });
    channel.onmessage = ({ data }) => this.#received(data);
    channel.onclose = () => this.#lost();
    return new Promise((resolve, reject) => {
      const failed = () => reject(new CallProblem(...NO_PATH));
      channel.onopen = () => {
        this.#keepAlive(channel);
        resolve();
      };
      peer.onconnectionstatechange = () => this.#changed(peer.connectionState, failed);
    });
  }

  #changed(state, failed) {
    clearTimeout(this.#timers.grace);
    if (state === "failed") failed();
    if (state === "failed" || state === "closed") this.#lost();
    if (!this.#open) return;
    if (state === "disconnected") this.#timers.grace = setTimeout(() => this.#lost(), GRACE_MS);
    this.on.unsteady(state === "disconnected");
  }

  #keepAlive(channel) {
    const ping = () => channel.readyState === "open" && channel.send(`ping: ${Date.now()}`);
    ping();
    this.#timers.ping = setInterval(ping, PING_MS);
  }

  #received(data) {
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return; // keep-alives are no JSON
    }
    if (message?.type === "signalling") this.#signalled(message.message?.type);
    else if (message?.type === "server-message") this.on.message(message.data); // as RTVI carries ours
  }

  #signalled(what) {
    if (what === "peerLeft") this.#lost();
    if (what === "renegotiate") this.#negotiate().catch(() => this.#lost());
  }

  #lost() {
    if (!this.#open) return;
    this.close();
    this.on.lost(new CallProblem(...LOST));
  }
}

function gathered(peer) {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    peer.addEventListener("icegatheringstatechange", () => peer.iceGatheringState === "complete" && resolve());
    setTimeout(resolve, GATHER_MS);
  });
}

function inTime(opened) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new CallProblem(...NO_PATH)), OPEN_MS);
  });
  return Promise.race([opened, late]).finally(() => clearTimeout(timer));
}
