// What is heard, and how loud things are.

/** Measures a stream: returns a function that gives its level now (RMS, 0 to 1). */
export function loudness(context, stream) {
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return () => {
    analyser.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
  };
}

/** Speech's RMS as a share of a meter, 0 to 1, even to the ear: -50 dB is nothing, -10 dB is full. */
export function meterShare(rms) {
  return Math.min(1, Math.max(0, (20 * Math.log10(rms || 1e-6) + 50) / 40));
}
