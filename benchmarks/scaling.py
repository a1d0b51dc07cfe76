"""How much a thousand calls at once take, and a hundred thousand: worked out from measured inputs.

python -m benchmarks.scaling            writes the tables into docs/scaling.md
python -m benchmarks.scaling --calls N  prints the table for N calls

The inputs are benchmarks/scaling.yaml, prices bot/prices.yaml.
"""

import argparse
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
INPUTS = Path(__file__).with_suffix(".yaml")
PRICES = ROOT / "bot" / "prices.yaml"
PAGE = ROOT / "docs" / "scaling.md"
CALLS = (1_000, 100_000)
DOORS = ("text", "audio", "webrtc")


def inputs(path: Path = INPUTS) -> Any:
    """`inputs().redis.ttl_hours` is a number."""
    groups = yaml.safe_load(path.read_text(encoding="utf-8"))
    return SimpleNamespace(
        **{
            group: SimpleNamespace(**{name: row[0] for name, row in rows.items()})
            for group, rows in groups.items()
        }
    )


@dataclass(frozen=True)
class Price:
    """USD for one unit of a service."""

    rows: tuple[dict[str, Any], ...]

    @classmethod
    def read(cls, path: Path = PRICES) -> "Price":
        return cls(tuple(yaml.safe_load(path.read_text(encoding="utf-8"))["prices"]))

    def of(self, provider: str, model: str, unit: str) -> float:
        """Raises LookupError: it has no price."""
        for row in self.rows:
            if row["provider"] == provider and row["unit"] == unit:
                if row.get("model", model) != model:
                    continue
                return row["price"] / row["per"]
        raise LookupError(f"{provider} {model} has no price for {unit}")


def turns_a_second(given: Any, calls: int) -> float:
    """Of all calls together."""
    return calls * given.calls.turns_a_minute / 60


def cores(given: Any, calls: int, door: str) -> int:
    """With the headroom."""
    busy = calls * getattr(given.workers, f"cpu_ms_{door}") / 1000
    return math.ceil(busy / (1 - given.workers.headroom))


def memory_gb(given: Any, calls: int, door: str) -> float:
    """Of as many workers as cores."""
    workers = cores(given, calls, door)
    return (workers * given.workers.process_mb + calls * given.workers.call_mb) / 1024


def redis_writes(given: Any, calls: int) -> float:
    """Scripts a second."""
    return turns_a_second(given, calls) * given.redis.writes_a_turn


def redis_thread(given: Any, calls: int) -> float:
    """Of one core."""
    return redis_writes(given, calls) * given.redis.script_us / 1e6


def redis_shards(given: Any, calls: int) -> int:
    """Masters, so that none has too much to do."""
    return math.ceil(redis_thread(given, calls) / given.redis.most_cpu)


def redis_mbit(given: Any, calls: int) -> float:
    """Into the masters, and from them to the replicas."""
    bits = turns_a_second(given, calls) * given.redis.bytes_a_turn * 8
    return bits * (1 + given.redis.replicas) / 1e6


def redis_gb(given: Any, calls: int) -> float:
    """Kept at once: those of the last hours, not those under way."""
    a_day = calls * given.calls.busy * 24 * 60 / given.calls.minutes
    kept = max(calls, a_day * given.redis.ttl_hours / 24)
    turns = given.calls.turns_a_minute * given.calls.minutes
    return kept * turns * given.redis.kb_a_turn / 1024**2


def audio_mbit(given: Any, calls: int, kind: str) -> float:
    """In and out; over WebRTC silence is sent, too."""
    if kind == "webrtc":
        return calls * (given.network.webrtc_in_kbit + given.network.webrtc_out_kbit) / 1000
    return calls * getattr(given.network, f"{kind}_kbit") * (1 + given.calls.bot_talks) / 1000


def turn_mbit(given: Any, calls: int) -> float:
    """In and out at the TURN servers: each packet comes and goes."""
    return 2 * audio_mbit(given, calls, "webrtc") * given.network.relayed


def tokens_a_minute(given: Any, calls: int) -> float:
    """Millions, to and from the language model."""
    a_turn = given.services.tokens_in + given.services.tokens_out
    return 60 * turns_a_second(given, calls) * a_turn / 1e6


def spoken_streams(given: Any, calls: int) -> float:
    """Voices that stream at once."""
    return turns_a_second(given, calls) * given.services.tts_seconds


def service_cost(given: Any, price: Price) -> dict[str, float]:
    """USD a minute of one call."""
    one, a_minute = given.services, given.calls.turns_a_minute
    llm = one.tokens_in * price.of(one.llm, one.llm_model, "tokens_in")
    llm += one.tokens_out * price.of(one.llm, one.llm_model, "tokens_out")
    heard = 60 * given.calls.caller_talks * price.of(one.stt, one.stt_model, "seconds")
    spoken = one.characters * price.of(one.tts, one.tts_model, "characters")
    return {"hearing": heard, "answering": a_minute * llm, "speaking": a_minute * spoken}


def machine_cost(given: Any) -> dict[str, float]:
    """USD a minute of one call with raw audio."""
    per_call = cores(given, 1000, "audio") / 1000 / given.calls.busy
    out = given.network.pcm_kbit * given.calls.bot_talks * 60 / 8 / 1e6
    return {
        "machines": per_call * given.machines.core_hour / 60,
        "traffic": out * given.machines.gigabyte_out,
    }


Row = tuple[str, Callable[[Any, int], float], str]
ROWS: tuple[Row, ...] = (
    ("turns a second", turns_a_second, ".0f"),
    ("cores, transcription by the client", lambda g, n: cores(g, n, "text"), ",.0f"),
    ("cores, raw audio", lambda g, n: cores(g, n, "audio"), ",.0f"),
    ("cores, WebRTC", lambda g, n: cores(g, n, "webrtc"), ",.0f"),
    ("memory of the workers with raw audio, GB", lambda g, n: memory_gb(g, n, "audio"), ",.0f"),
    ("Redis: scripts a second", redis_writes, ",.0f"),
    ("Redis: cores busy with them", redis_thread, ".2f"),
    ("Redis: masters (shards)", redis_shards, ",.0f"),
    ("Redis: Mbit/s, replicas included", redis_mbit, ",.0f"),
    ("Redis: memory, GB", redis_gb, ",.0f"),
    ("raw audio, Mbit/s in and out", lambda g, n: audio_mbit(g, n, "pcm"), ",.0f"),
    ("Twilio, Mbit/s in and out", lambda g, n: audio_mbit(g, n, "twilio"), ",.0f"),
    ("WebRTC, Mbit/s in and out", lambda g, n: audio_mbit(g, n, "webrtc"), ",.0f"),
    ("TURN, Mbit/s in and out", turn_mbit, ",.0f"),
    ("language model: requests a minute", lambda g, n: 60 * turns_a_second(g, n), ",.0f"),
    (
        "language model: million tokens a minute",
        tokens_a_minute,
        ",.1f",
    ),
    ("hearing: hours of audio an hour", lambda g, n: n * g.calls.caller_talks, ",.0f"),
    ("speaking: streams at once", spoken_streams, ",.0f"),
    (
        "speaking: million characters an hour",
        lambda g, n: 3600 * turns_a_second(g, n) * g.services.characters / 1e6,
        ",.1f",
    ),
)  # fmt: skip


def table(given: Any, *calls: int) -> str:
    """What so many calls at once take."""
    lines = [
        "| calls at once | " + " | ".join(f"{n:,}" for n in calls) + " |",
        "|---|" + "---|" * len(calls),
    ]
    for name, found, shown in ROWS:
        cells = (format(found(given, n), shown) for n in calls)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def costs(given: Any, price: Price) -> str:
    """What a minute of one call costs."""
    rows = {**service_cost(given, price), **machine_cost(given)}
    total = sum(rows.values())
    lines = ["| a minute of a call | USD |", "|---|---|"]
    lines += [f"| {name} | {usd:.5f} |" for name, usd in rows.items()]
    lines += [f"| all | {total:.4f} |"]
    return "\n".join([*lines, f"| by telephone besides | {given.machines.phone_minute:.4f} |"])


def assumptions(path: Path = INPUTS) -> str:
    """The inputs as a table."""
    groups = yaml.safe_load(path.read_text(encoding="utf-8"))
    rows = [
        f"| {name.replace('_', ' ')} | {row[0]} | {row[1]} | {row[2]} |"
        for group in groups.values()
        for name, row in group.items()
    ]
    return "\n".join(["| input | value | | from |", "|---|---|---|---|", *rows])


def written(page: str) -> str:
    """The page with its tables made anew: each stands between two comments that name it."""
    given, price = inputs(), Price.read()
    made = {"needs": table(given, *CALLS), "costs": costs(given, price), "inputs": assumptions()}
    for name, text in made.items():
        mark = f"<!-- {name} -->"
        page = re.sub(
            f"{mark}.*?{mark}", lambda _, t=text, m=mark: f"{m}\n{t}\n{m}", page, flags=re.S
        )
    return page


def main() -> None:
    """As the first lines say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, nargs="+")
    given = parser.parse_args()
    if given.calls:
        print(table(inputs(), *given.calls))
    else:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
