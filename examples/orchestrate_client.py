"""A client of /orchestrate: asks in text or aloud, and keeps the reply.

python examples/orchestrate_client.py "How much is the application fee?" --out reply.wav
python examples/orchestrate_client.py question.wav --out reply.wav --trace

Needs `websockets` only. A WAV file must be 16-bit mono; the server transcribes it.
"""

import argparse
import asyncio
import json
import time
import wave
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

RATE = 24000  # Hz, of the reply
CHUNK_SECONDS = 0.02


class Client:
    """One session on one connection."""

    def __init__(self, line: ClientConnection, *, trace: bool = False) -> None:
        self._line, self._trace = line, trace
        self.session_id = ""
        self.said: list[str] = []
        self.audio = bytearray()

    async def start(self, **how: Any) -> None:
        """Opens the session and waits until it is there."""
        await self.send("session_start", output_sample_rate=RATE, greeting=False, **how)
        started = await self.until("session_started")
        self.session_id = started["session_id"]

    async def ask(self, text: str) -> None:
        """The caller's words, as a recogniser of one's own would send them."""
        await self.send("stt_fragment", text=text, is_final=True, timestamp=time.time())
        await self.send("vad_end", confidence=1.0)

    async def speak(self, recording: Path) -> None:
        """The caller's audio, in real time, and a quiet line after it."""
        with wave.open(str(recording)) as file:
            samples = int(file.getframerate() * CHUNK_SECONDS)
            while chunk := file.readframes(samples):
                await self._line.send(chunk)
                await asyncio.sleep(len(chunk) / 2 / file.getframerate())
        for _ in range(100):  # nobody hangs up the moment they have asked
            await self._line.send(bytes(2 * samples))
            await asyncio.sleep(CHUNK_SECONDS)

    async def send(self, kind: str, **fields: Any) -> None:
        """One message."""
        named = {"session_id": self.session_id} if self.session_id else {}
        message = {"type": kind, **named, **fields}
        self._show("→", message)
        await self._line.send(json.dumps(message))

    async def until(self, kind: str) -> dict[str, Any]:
        """The next message of a kind; the reply is collected on the way."""
        async for frame in self._line:
            if isinstance(frame, bytes):
                self.audio += frame
                continue
            message = json.loads(frame)
            self._show("←", message)
            if message["type"] == "response_ready":
                self.said.append(message["text"])
            if message["type"] == "error":
                print(f"{message['code']}: {message['message']}")
            if message["type"] == kind:
                return message
        raise ConnectionError(f"The server ended the session before {kind}.")

    def _show(self, way: str, message: dict[str, Any]) -> None:
        if self._trace:
            print(way, json.dumps(message))


async def run(question: str, url: str, key: str | None, out: Path | None, *, trace: bool) -> None:
    """One question, one reply."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with connect(url, additional_headers=headers, max_size=None) as line:
        client = Client(line, trace=trace)
        recording = Path(question)
        if recording.suffix == ".wav":
            with wave.open(question) as file:
                rate = file.getframerate()
            await client.start(transcription="server", sample_rate=rate)
            speaking = asyncio.create_task(client.speak(recording))
        else:
            await client.start()
            speaking = asyncio.create_task(client.ask(question))
        done = await client.until("turn_complete")
        speaking.cancel()
        await client.send("session_end")
        await client.until("session_ended")
    print(" ".join(client.said))
    print(f"first audio after {done['latency_breakdown']['total_ms']} ms")
    if out:
        with wave.open(str(out), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(bytes(client.audio))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("question", help="words, or a WAV file")
    parser.add_argument("--url", default="ws://127.0.0.1:8004/orchestrate")
    parser.add_argument("--key")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--trace", action="store_true", help="print every message")
    given = parser.parse_args()
    asyncio.run(run(given.question, given.url, given.key, given.out, trace=given.trace))


if __name__ == "__main__":
    main()
