// One call, from the press of the button to its end: microphone, line and loudspeaker together.

import { Connection } from "/web/connection.js";
import { openMicrophone } from "/web/microphone.js";
import { CallProblem } from "/web/problem.js";
import { loudness } from "/web/sound.js";

const SILENT = () => 0;
const ENDED = "The call has ended. Press Talk to call again.";

export class Call {
  connection = null;
  microphoneLevel = SILENT;
  voiceLevel = SILENT;
  #over = false;
  #microphone = null;
  #sound = new AudioContext(); // within the click that started the call, or Safari keeps it silent

  /** speaker: the <audio> to play through. on: {opened(), message(object), unsteady(bool), ended(words, problem?)} */
  constructor(speaker, on) {
    Object.assign(this, { speaker, on });
  }

  /** Calls; `on.opened` or `on.ended` follows. */
  async start() {
    try {
      this.#microphone = await openMicrophone((problem) => this.#end("", problem));
      if (this.#over) return this.#release();
      this.connection = new Connection({
        message: (message) => this.#received(message),
        voice: (stream) => this.#play(stream),
        unsteady: (is) => this.on.unsteady(is),
        lost: (problem) => this.#end("", problem),
      });
      await this.connection.connect(this.#microphone);
      this.microphoneLevel = loudness(this.#sound, this.#microphone);
      this.on.opened();
    } catch (error) {
      if (!this.#over && !(error instanceof CallProblem)) console.error(error);
      this.#end("", error instanceof CallProblem ? error : new CallProblem("The call did not come about.", String(error.message ?? error)));
    }
  }

  /** Hangs up, also while it still rings. */
  hangUp() {
    this.#end(ENDED);
  }

  #received(message) {
    this.on.message(message);
    if (message.type === "session_ended") this.#end(ENDED);
    if (message.type === "error" && message.fatal) this.#end("", new CallProblem("The call had to end.", message.message, "Call again"));
  }

  #play(stream) {
    this.speaker.srcObject = stream; // Chrome decodes a remote track only for an element
    this.speaker.play().catch(() => {}); // "autoplay" tries again by itself once it may
    this.voiceLevel = loudness(this.#sound, stream);
  }

  #end(words, problem = null) {
    if (this.#over) return;
    this.#over = true;
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
