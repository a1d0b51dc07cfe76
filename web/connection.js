// One call to the server: SmallWebRTC for the sound, a data channel for the protocol's messages.

const PING_MS = 1000; // the server takes a client for gone after 3 s without one
const CONNECT_MS = 15000;

export class CallProblem extends Error {}

export class Connection {
  /** on: {message(object), voice(MediaStream), closed(reason)} */
  constructor(on) {
    this.on = on;
    this.peer = null;
    this.open = false;
  }

  /** Offers the microphone's sound to the server; resolves once both can talk. */
  async connect(microphone) {
    const peer = (this.peer = new RTCPeerConnection());
    peer.addTransceiver(microphone.getAudioTracks()[0], { direction: "sendrecv", streams: [microphone] });
    peer.ontrack = ({ track, streams }) => this.on.voice(streams[0] ?? new MediaStream([track]));
    const opened = this.#openChannel(peer);
    await peer.setLocalDescription(await peer.createOffer());
    await gathered(peer);
    await peer.setRemoteDescription(await this.#answer(peer.localDescription));
    await Promise.race([opened, after(CONNECT_MS)]);
    this.open = true;
    peer.onconnectionstatechange = () => {
      if (["failed", "disconnected", "closed"].includes(peer.connectionState)) this.#lost();
    };
  }

  /** Hangs up. */
  close() {
    this.open = false;
    clearInterval(this.pings);
    this.peer?.close();
    this.peer = null;
  }

  #openChannel(peer) {
    const channel = peer.createDataChannel("messages", { ordered: true });
    channel.onmessage = ({ data }) => this.#received(data);
    channel.onclose = () => this.#lost();
    return new Promise((resolve) => {
      channel.onopen = () => {
        const ping = () => channel.readyState === "open" && channel.send(`ping: ${Date.now()}`);
        ping();
        this.pings = setInterval(ping, PING_MS);
        resolve();
      };
    });
  }

  #received(data) {
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return; // keep-alives are no JSON
    }
    if (message.type === "signalling") return void (message.message?.type === "peerLeft" && this.#lost());
    if (!message.label) this.on.message(message); // a label marks Pipecat's RTVI messages
  }

  #lost() {
    if (!this.open) return;
    this.close();
    this.on.closed("The connection was lost. Press Talk to call again.");
  }

  async #answer(offer) {
    let response;
    try {
      response = await fetch("/api/offer", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ sdp: offer.sdp, type: offer.type }),
      });
    } catch {
      throw new CallProblem("The server can't be reached. Check that it runs, then press Talk again.");
    }
    if (response.ok) return response.json();
    const told = await response.json().catch(() => ({}));
    throw new CallProblem(
      { 503: "All lines are busy. Try again in a moment.", 401: "This server asks for a key that this page doesn't have." }[
        response.status
      ] ?? `The server refused the call: ${told.detail ?? response.status}`,
    );
  }
}

function gathered(peer) {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    peer.addEventListener("icegatheringstatechange", () => peer.iceGatheringState === "complete" && resolve());
    setTimeout(resolve, 2000);
  });
}

function after(ms) {
  return new Promise((_, reject) =>
    setTimeout(() => reject(new CallProblem("No sound path to the server was found. Check the network's firewall.")), ms),
  );
}
