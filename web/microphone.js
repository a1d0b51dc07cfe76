// The microphone, and how loud things are.

import { CallProblem } from "/web/connection.js";

const WHAT_TO_DO = {
  NotAllowedError: "The microphone was refused. Allow it for this page (the icon beside the address), then press Talk again.",
  NotFoundError: "No microphone was found. Connect one, then press Talk again.",
  NotReadableError: "Another program is using the microphone. Close it, then press Talk again.",
};

/** The microphone's sound, cleaned of the loudspeaker's echo. Throws CallProblem with what to do. */
export async function openMicrophone() {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new CallProblem("Browsers only allow the microphone on https pages and on localhost. Open this page there.");
  }
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
  } catch (error) {
    throw new CallProblem(WHAT_TO_DO[error.name] ?? `The microphone can't be used: ${error.message}`);
  }
}

/** Measures a stream: returns a function that gives its level now (RMS, 0 to 1). */
export function loudness(context, stream) {
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return () => {
    analyser.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
  };
}
