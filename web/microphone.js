// The microphone, and what to do when the browser withholds it.

import { CallProblem } from "/web/problem.js";

const CLEANED = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const IN_USE = new CallProblem(
  "The microphone is busy.",
  "Another program or tab is using it. Close that one, or choose another microphone in the browser's settings.",
);
const PROBLEMS = {
  NotFoundError: new CallProblem("No microphone was found.", "Connect one, or switch it on in the system's sound settings."),
  NotReadableError: IN_USE,
  AbortError: IN_USE,
  SecurityError: new CallProblem("This page may not use the microphone.", "The browser's or the server's policy forbids it.", ""),
};

/** Why no call can be made from this page at all, or null. */
export function unfit() {
  if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) {
    const here = `http://localhost:${location.port || 80}/`;
    return new CallProblem(
      "The microphone only works over https.",
      `Browsers allow it on https pages and on localhost. Open this page with https, or as ${here} on the machine that serves it.`,
      "",
    );
  }
  if (!window.RTCPeerConnection) {
    return new CallProblem("This browser can't place calls.", "It has no WebRTC, or WebRTC is switched off.", "");
  }
  return null;
}

/** The microphone's sound, cleaned of the loudspeaker's echo. Throws CallProblem with what to do. */
export async function openMicrophone(onLost) {
  const problem = unfit();
  if (problem) throw problem;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: CLEANED });
    stream.getAudioTracks()[0].addEventListener("ended", () => onLost(lost()));
    return stream;
  } catch (error) {
    if (error.name === "NotAllowedError") throw await refused(error);
    throw PROBLEMS[error.name] ?? new CallProblem("The microphone can't be used.", error.message);
  }
}

async function refused(error) {
  if (/system/i.test(error.message)) {
    return new CallProblem(
      "The system keeps the microphone from the browser.",
      "Allow this browser to use it in the system's privacy settings, then try again.",
    );
  }
  const state = await navigator.permissions?.query({ name: "microphone" }).then((p) => p.state, () => "denied");
  if (state === "prompt") {
    return new CallProblem("The microphone was not allowed yet.", "Try again, and choose Allow when the browser asks.");
  }
  return new CallProblem(
    "The microphone was refused.",
    "Open the site settings with the icon beside the address, set Microphone to Allow, then try again.",
  );
}

function lost() {
  return new CallProblem("The microphone is gone.", "It was disconnected or its permission was taken back.", "Call again");
}
