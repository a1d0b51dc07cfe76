"""`runner.py index …`."""

import json
from pathlib import Path

import typer

from bot.commands.progress import shown
from bot.settings import CannotStart, read_settings
from rag_index.answer import Answerer
from rag_index.build import build as build_index
from rag_index.exported import export_if_new, open_encoder
from rag_index.index import load
from rag_index.search import Searcher


def build(paths: list[Path]) -> None:
    """Indexes `paths`, or the help desk's documents."""
    settings = read_settings()
    sources = paths or [settings.knowledge / "documents"]
    if missing := [p for p in sources if not p.exists()]:
        raise CannotStart([f"{p} does not exist: name files or folders." for p in missing])
    if export_if_new(settings.encoder, settings.encoders):
        typer.echo(f"The encoder {settings.encoder} was exported.")
    encoder = open_encoder(settings.encoder, settings.encoders, threads=2)
    with shown() as told:
        report = build_index(sources, settings.index, encoder, progress=told)
    what = "is up to date" if not report.changed else "was built"
    typer.echo(
        f"The index {what}: {report.files} documents, {report.passages} passages, "
        f"{report.seconds:.1f} s ({report.encoded} texts encoded, {report.reused} kept)."
    )
    for name, reason in report.unreadable:
        typer.echo(f"  not read: {name}: {reason}", err=True)


def search(question: str, *, where: list[str], as_json: bool) -> None:
    """Prints passages and answer. where: what a document must have, each as "key=value"."""
    settings = read_settings()
    wanted = _pairs(where)
    encoder = open_encoder(settings.encoder, settings.encoders)
    embedding = encoder.encode([question])[0]
    searcher = Searcher(load(settings.index, encoder.name), encoder)
    hits = searcher.search(question, embedding, where=wanted)
    answer = Answerer(encoder).answer(question, embedding, hits)
    if as_json:
        passages = [
            {"document": h.passage.document, "title": h.passage.title,
             "headings": h.passage.headings, "page": h.passage.page,
             "metadata": dict(h.passage.metadata), "score": round(float(h.score), 4),
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
    unsure = f"(perhaps) {answer.text}" if answer.text else "(not answered by the documents)"
    typer.echo(
        f"{answer.text if answer.answered else unsure}\n  confidence {answer.confidence:.2f}"
    )
    for hit in hits:
        heading = " › ".join([hit.passage.document, *hit.passage.headings])
        typer.echo(f"{hit.score:6.3f}  {heading}\n        {hit.passage.text[:160]}")


def _pairs(where: list[str]) -> dict[str, str]:
    wanted = {key.strip(): value.strip() for key, _, value in (w.partition("=") for w in where)}
    if wrong := [w for w in where if not w.partition("=")[1] or not w.partition("=")[0].strip()]:
        raise CannotStart([f"--where {w}: write key=value, such as campus=north." for w in wrong])
    return wanted


def info(*, as_json: bool) -> None:
    """Prints what the index holds."""
    settings = read_settings()
    encoder = open_encoder(settings.encoder, settings.encoders)
    index = load(settings.index, encoder.name)
    facts = {
        "folder": str(settings.index),
        "version": index.version,
        "encoder": encoder.name,
        "passages": len(index),
    }
    if as_json:
        typer.echo(json.dumps(facts))
        return
    for name, value in facts.items():
        typer.echo(f"{name}: {value}")
