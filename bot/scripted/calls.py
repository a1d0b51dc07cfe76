"""Holds scripted calls, several at once, and keeps what became of them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipecat.evals.judge import EvalJudge
from pipecat.evals.results import EvalScriptResult
from pipecat.evals.scenario import EvalScenarioFile, is_scenario_file
from pipecat.evals.script import EvalScriptScenario
from pipecat.evals.script_session import EvalScriptSession
from pipecat.evals.session import EvalSessionParams

from bot.engine import Engine
from bot.scripted.door import served
from bot.scripted.errors import NoScripts
from bot.scripted.judge import FactsJudge
from bot.scripted.services import judging_model
from bot.settings import Settings

TYPED_WITHIN_MS, SPOKEN_WITHIN_MS = 10_000, 40_000  # for what is expected without saying by when


@dataclass(frozen=True)
class Held:
    """A call that was held. unjudged: criteria in words that no language model was there for."""

    scenario: EvalScriptScenario
    result: EvalScriptResult
    unjudged: Sequence[str] = field(default=())

    @property
    def spoken(self) -> bool:
        """Whether it was held by voice."""
        return self.scenario.user_audio or self.scenario.bot_audio

    @property
    def answered_ms(self) -> list[float]:
        """Of each turn that the bot answered: from the end of the caller's speech to its own."""
        turns = [e["args"] for e in self.result.events_seen if e.get("name") == "turn"]
        return [t["total_ms"] for t in turns if t["total_ms"] and not t["interrupted"]]


def read_scripts(paths: Sequence[Path], only: str = "") -> list[EvalScriptScenario]:
    """All scenarios of the files and folders whose name holds `only`, in order.

    Raises NoScripts for what can't be read, and where there are none.
    """
    found: list[EvalScriptScenario] = []
    for file in [file for path in paths for file in _files(path)]:
        try:
            scenarios = EvalScenarioFile.load(file)
        except (ValueError, OSError) as error:
            raise NoScripts(f"{error}".replace("\n", " ")) from None
        for scenario in scenarios:
            if not isinstance(scenario, EvalScriptScenario):
                raise NoScripts(f"{file}: {scenario.name} is a simulation: `turns:` are wanted.")
            found.append(scenario)
    if chosen := [scenario for scenario in found if only in scenario.name]:
        return chosen
    named = ", ".join(str(path) for path in paths)
    raise NoScripts(f"No scripted calls{f' named {only}' if only else ''} in {named}.")


async def hold(
    engine: Engine,
    settings: Settings,
    scenarios: Sequence[EvalScriptScenario],
    *,
    at_once: int = 1,
    record: Path | None = None,
    on_held: Callable[[Held], Any] = lambda _: None,
) -> list[Held]:
    """All of them, in the order given. record: a folder for the sound of those that are spoken."""
    room = asyncio.Semaphore(at_once)
    model = judging_model(engine)

    async def one(scenario: EvalScriptScenario, url: str) -> Held:
        async with room:
            judge = FactsJudge(model)
            params = EvalSessionParams(
                default_timeout_ms=_patience(scenario),
                cache_dir=str(settings.data / "callers"),
                record_path=str(record / f"{scenario.name}.wav") if record else None,
            )
            session = _session(scenario, url, judge, params)
            held = Held(scenario, await session.run(), tuple(judge.unjudged))
            on_held(held)
            return held

    async with served(engine, settings) as url:
        return list(await asyncio.gather(*(one(scenario, url) for scenario in scenarios)))


def _patience(scenario: EvalScriptScenario) -> int:
    return SPOKEN_WITHIN_MS if scenario.user_audio or scenario.bot_audio else TYPED_WITHIN_MS


def _session(
    scenario: EvalScriptScenario, url: str, judge: EvalJudge, params: EvalSessionParams
) -> EvalScriptSession:
    return EvalScriptSession.from_scenario(scenario, url, params=params, judge=judge)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(file for file in path.iterdir() if file.suffix in (".yaml", ".yml"))
        return [file for file in found if is_scenario_file(file)]
    return [path]
