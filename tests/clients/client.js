// What an application made with Pipecat's packages is: one client, its callbacks, what it played.
// Bundled by esbuild; the tests call `window.call` and read what came of it.

import { PipecatClient } from "@pipecat-ai/client-js";
import { SmallWebRTCTransport } from "@pipecat-ai/small-webrtc-transport";
import { WavMediaManager, WebSocketTransport } from "@pipecat-ai/websocket-transport";

const told = (window.told = []); // every callback, in order: {event, data}
const heard = (window.heard = { loudest: 0, samples: 0 });

/** Notes how loud the bot is: RMS of full scale 1. */
function listen(samples, full) {
  const power = samples.reduce((sum, sample) => sum + (sample / full) ** 2, 0) / samples.length;
  heard.loudest = Math.max(heard.loudest, Math.sqrt(power));
  heard.samples += samples.length;
}

// The microphone is a line into which `speak` plays, when a test says so: machines differ in speed.
const line = new AudioContext();
const microphone = line.createMediaStreamDestination();
navigator.mediaDevices.getUserMedia = async () => microphone.stream.clone();

/** Says a recording of this folder into the microphone. */
window.speak = async (name) => {
  const recording = await fetch(name).then((response) => response.arrayBuffer());
  const source = new AudioBufferSourceNode(line, { buffer: await line.decodeAudioData(recording) });
  source.connect(microphone);
  source.start();
};

/** The packages' own microphone and player; the usual one asks Daily's servers for code. */
function media() {
  const manager = new WavMediaManager(512, 16000);
  const play = manager.bufferBotAudio.bind(manager);
  manager.bufferBotAudio = (audio, id) => {
    listen(audio, 32768);
    return play(audio, id);
  };
  return manager;
}

function hear(track) {
  const element = Object.assign(new Audio(), { srcObject: new MediaStream([track]) });
  element.play();
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(element.srcObject).connect(analyser);
  const wave = new Float32Array(analyser.fftSize);
  setInterval(() => {
    analyser.getFloatTimeDomainData(wave);
    listen(wave, 1);
  }, 50);
}

const CALLBACKS = [
  "onConnected", "onDisconnected", "onBotReady", "onError", "onMessageError", "onServerMessage", "onMetrics",
  "onUserStartedSpeaking", "onUserStoppedSpeaking", "onBotStartedSpeaking", "onBotStoppedSpeaking",
  "onUserTranscript", "onBotTranscript", "onBotOutput", "onBotLlmText", "onBotTtsText",
];

const TRANSPORTS = {
  websocket: () => new WebSocketTransport({ mediaManager: media() }),
  webrtc: () => new SmallWebRTCTransport({ mediaManager: media() }),
};

function client(kind) {
  const callbacks = Object.fromEntries(
    CALLBACKS.map((event) => [event, (data) => told.push({ event, data: data ?? null })]),
  );
  const { onServerMessage } = callbacks;
  callbacks.onServerMessage = (message) => {
    onServerMessage(message);
    if (message.type === "state_change") window.state = message.to;
  };
  callbacks.onTrackStarted = (track, participant) => participant?.local || track.kind !== "audio" || hear(track);
  return (window.client = new PipecatClient({ transport: TRANSPORTS[kind](), enableMic: true, callbacks }));
}

/** A POST as `startBotAndConnect` and the WebRTC transport make it. */
function asking(endpoint, key, requestData = {}) {
  return { endpoint, headers: new Headers({ Authorization: `Bearer ${key}` }), requestData };
}

/** Resolves with what bot-ready said, or with the words of the refusal. */
window.call = (kind, how, ...request) => {
  const params = how === "connect" && request.length === 1 ? request[0] : asking(...request);
  const wanted = kind === "webrtc" && how === "connect" ? { webrtcRequestParams: params } : params;
  return client(kind)[how](wanted).then(
    (ready) => ({ ready }),
    (error) => ({ refused: String(error.message ?? error), status: error.status ?? null }),
  );
};
