"""`runner.py index …`."""

import json
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from bot.settings import CannotStart, read_settings
from rag_index.answer import Answerer
from rag_index.build import build as build_index
from rag_index.encoder import MiniLMEncoder
from rag_index.index import load
from rag_index.search import Searcher


def build(paths: list[Path]) -> None:
    """Indexes `paths`, or the help desk's documents."""
    settings = read_settings()
    sources = paths or [settings.knowledge / "documents"]
    if missing := [p for p in sources if not p.exists()]:
        raise CannotStart([f"{p} does not exist: name files or folders." for p in missing])
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        tasks: dict[str, TaskID] = {}

        def told(stage: str, done: int, total: int) -> None:
            task = tasks.setdefault(stage, shown.add_task(stage, total=total, rate=""))
            speed = shown.tasks[task].speed
            rate = f"{speed:.0f}/s" if speed else ""
            shown.update(task, completed=done, total=total, rate=rate)

        report = build_index(sources, settings.index, MiniLMEncoder(threads=2), progress=told)
    what = "is up to date" if not report.changed else "was built"
    typer.echo(
        f"The index {what}: {report.files} documents, {report.passages} passages, "
        f"{report.seconds:.1f} s ({report.encoded} texts encoded, {report.reused} kept)."
    )
    for name, reason in report.unreadable:
        typer.echo(f"  not read: {name}: {reason}", err=True)


def search(question: str, *, as_json: bool) -> None:
    """Prints passages and answer."""
    settings = read_settings()
    encoder = MiniLMEncoder()
    embedding = encoder.encode([question])[0]
    hits = Searcher(load(settings.index, encoder.name), encoder).search(question, embedding)
    answer = Answerer(encoder).answer(question, embedding, hits)
    if as_json:
        passages = [
            {"document": h.passage.document, "title": h.passage.title,
             "headings": h.passage.headings, "score": round(float(h.score), 4),
             "text": h.passage.text}
            for h in hits
        ]  # fmt: skip
        result = {
            "question": question,
            "answered": answer.answered,
            "answer": answer.text,
            "confidence": round(float(answer.confidence), 4),
            "passages": passages,
        }
        typer.echo(json.dumps(result, ensure_ascii=False))
        return
    verdict = answer.text if answer.answered else "(not answered by the documents)"
    typer.echo(f"{verdict}\n  confidence {answer.confidence:.2f}")
    for hit in hits:
        heading = " › ".join([hit.passage.document, *hit.passage.headings])
        typer.echo(f"{hit.score:6.3f}  {heading}\n        {hit.passage.text[:160]}")


def info(*, as_json: bool) -> None:
    """Prints what the index holds."""
    settings = read_settings()
    index = load(settings.index, MiniLMEncoder.name)
    facts = {
        "folder": str(settings.index),
        "version": index.version,
        "encoder": MiniLMEncoder.name,
        "passages": len(index),
    }
    if as_json:
        typer.echo(json.dumps(facts))
        return
    for name, value in facts.items():
        typer.echo(f"{name}: {value}")
