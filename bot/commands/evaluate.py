"""`runner.py eval …`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from bot.settings import CannotStart, read_settings
from rag_index.encoder import Encoder
from rag_index.evaluation import evaluate_intents, evaluate_retrieval
from rag_index.exported import export_if_new, open_encoder


def intents(train: Path, test: Path, *, as_json: bool) -> None:
    """Prints the measures of DESIGN section 7."""
    _must_exist(train, test)
    _print(evaluate_intents(train, test, _encoder()), as_json=as_json)


def retrieval(passages: Path, questions: Path, *, as_json: bool) -> None:
    """Prints the measures of DESIGN section 7."""
    _must_exist(passages, questions)
    _print(evaluate_retrieval(passages, questions, _encoder()), as_json=as_json)


def _encoder() -> Encoder:
    settings = read_settings()
    export_if_new(settings.encoder, settings.encoders)
    return open_encoder(settings.encoder, settings.encoders, threads=2)


def _must_exist(*paths: Path) -> None:
    if missing := [p for p in paths if not p.is_file()]:
        raise CannotStart([f"{p} is no file: name a JSONL file." for p in missing])


def _print(measures: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(dict(measures)))
        return
    for name, value in measures.items():
        typer.echo(f"{name}: {value}")
