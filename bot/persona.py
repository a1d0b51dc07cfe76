"""Reads `persona.yaml`, if the help desk has one."""

from dataclasses import fields
from pathlib import Path

import yaml

from conversation.replying import Persona


class PersonaFileError(ValueError):
    """`persona.yaml` can't be used; the message names file, line and column where known."""


def load_persona(path: Path) -> Persona:
    """The persona in `path`; the default one where there is no such file."""
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except FileNotFoundError:
        return Persona()
    except (OSError, UnicodeDecodeError) as error:
        raise PersonaFileError(f"{path} cannot be read: {error}.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise PersonaFileError(f"{path}{place}: {problem}; correct it there.") from None
    if found is None:
        return Persona()
    if not isinstance(found, dict):
        raise PersonaFileError(f"{path}:1:1: write `name: value` lines, such as `name: Robin`.")
    transfer = found.get("transfer")
    if isinstance(transfer, dict) and "number" in transfer:
        found = {**found, "transfer_number": transfer["number"]}
    return Persona(**{f.name: _words(found[f.name]) for f in fields(Persona) if f.name in found})


def _words(value: object) -> str:
    if isinstance(value, dict):  # transfer: {reply, number}
        value = value.get("reply", "")
    return str(value).strip()
