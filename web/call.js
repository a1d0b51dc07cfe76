// One call, from the press of the button to its end: microphone, line and loudspeaker together.
//
//   start ─► opened ─┬─► ended
//                    └─► lost ─► Reconnecting ─► opened again, or ended

import { mayCall } from "/web/access.js";
import { Connection } from "/web/connection.js";
import { openMicrophone } from "/web/microphone.js";
import { CallProblem } from "/web/problem.js";
import { Reconnecting } from "/web/reconnecting.js";
import { loudness } from "/web/sound.js";

const SILENT = () => 0;
const ENDED = {
  idle: "The call has ended: nobody spoke for a while. Press Talk to call again.",
  time_up: "The call has ended: it was as long as a call may be. Press Talk to call again.",
  taken_over: "The call goes on elsewhere. Press Talk for another one.",
};
const HUNG_UP = "The call has ended. Press Talk to call again.";
const GOES_ON = ["draining", "stopping", "lost"]; // the server's reasons to end a connection and not the call

export class Call {
  connection = null;
  microphoneLevel = SILENT;
  voiceLevel = SILENT;
  #over = false;
  #microphone = null;
  #token = null; // takes the session up again
  #reconnecting = null;
  #sound = new AudioContext(); // within the click that started the call, or Safari keeps it silent

  /** speaker: the <audio> to play through. on: {opened(), message(object), unsteady(bool), lost(), ended(words, problem?)} */
  constructor(speaker, on) {
    Object.assign(this, { speaker, on });
  }

  /** Calls; `on.opened` or `on.ended` follows. */
  async start() {
    try {
      await mayCall(); // nobody is asked for a microphone who has no key
      if (this.#over) return;
      this.#microphone = await openMicrophone((problem) => this.#end("", problem));
      if (this.#over) return this.#release();
      await this.#connect();
      this.microphoneLevel = loudness(this.#sound, this.#microphone);
      this.on.opened();
    } catch (error) {
      if (!this.#over && !(error instanceof CallProblem)) console.error(error);
      this.#end("", error instanceof CallProblem ? error : new CallProblem("The call did not come about.", String(error.message ?? error)));
    }
  }

  /** Hangs up, also while it still rings. */
  hangUp() {
    this.#end(HUNG_UP);
  }

  async #connect() {
    const line = new Connection(
      {
        message: (message) => line === this.connection && this.#received(message),
        voice: (stream) => this.#play(stream),
        unsteady: (is) => this.on.unsteady(is),
        lost: (problem) => line === this.connection && this.#lost(problem),
      },
      this.#token,
    );
    this.connection = line;
    try {
      await line.connect(this.#microphone);
    } catch (error) {
      line.close();
      throw error;
    }
  }

  #received(message) {
    if (message.resume_token) this.#token = message.resume_token;
    if (message.type === "session_ended" && GOES_ON.includes(message.reason)) return this.#lost();
    this.on.message(message);
    if (message.type === "session_ended") this.#end(ENDED[message.reason] ?? HUNG_UP);
    if (message.type === "error" && message.fatal) this.#end("", new CallProblem("The call had to end.", message.message, "Call again"));
  }

  async #lost(problem) {
    if (this.#over || this.#reconnecting) return;
    this.connection?.close();
    if (!this.#token) return this.#end("", problem);
    this.on.lost();
    this.#reconnecting = new Reconnecting(() => this.#connect());
    const failed = await this.#reconnecting.done;
    this.#reconnecting = null;
    if (failed) return this.#end("", failed);
    if (this.#over) return;
    this.on.opened();
    if (this.connection.state === "closed") this.#lost(); // and lost again meanwhile
  }

  #play(stream) {
    this.speaker.srcObject = stream; // Chrome decodes a remote track only for an element
    this.speaker.play().catch(() => {}); // "autoplay" tries again by itself once it may
    this.voiceLevel = loudness(this.#sound, stream);
  }

  #end(words, problem = null) {
    if (this.#over) return;
    this.#over = true;
    this.#reconnecting?.giveUp();
    this.#release();
    this.on.ended(words, problem);
  }

  #release() {
    this.connection?.close();
    this.#microphone?.getTracks().forEach((track) => track.stop());
    if (this.#sound.state !== "closed") this.#sound.close();
    this.speaker.srcObject = null;
    Object.assign(this, { connection: null, microphoneLevel: SILENT, voiceLevel: SILENT });
  }
}
