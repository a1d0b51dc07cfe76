"""The command line of Turnwise."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.benches import bench_app

app = typer.Typer(
    help="Turnwise: a voice help desk that takes turns well.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
index_app = typer.Typer(help="The documents.", no_args_is_help=True)
app.add_typer(index_app, name="index")
eval_app = typer.Typer(help="Measure on your own data.", no_args_is_help=True)
app.add_typer(eval_app, name="eval")
app.add_typer(bench_app, name="bench")

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Default: TURNWISE_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Default: TURNWISE_PORT.")] = None,
    tls_cert: Annotated[
        Path | None, typer.Option(help="PEM file; default: TURNWISE_TLS_CERT.")
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(help="PEM file; default: TURNWISE_TLS_KEY.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes; default: TURNWISE_WORKERS, else one.")
    ] = None,
) -> None:
    """Serve the page and the doors."""
    from bot.commands.serve import run

    run(host=host, port=port, tls_cert=tls_cert, tls_key=tls_key, workers=workers)


@app.command(hidden=True)
def worker(told: Annotated[str, typer.Argument(help="From `serve --workers`.")]) -> None:
    """One of several workers."""
    from bot.commands.serve import run_worker

    run_worker(told)


@app.command()
def talk(
    recordings: Annotated[list[Path], typer.Argument(help="WAV files, in the order of the call.")],
    interrupt_after: Annotated[
        int | None,
        typer.Option(help="Milliseconds into an answer after which the next recording starts."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Keep what the caller hears as WAV.")] = None,
    as_json: Json = False,
    greeting: Annotated[bool, typer.Option(help="Whether the bot greets first.")] = True,
) -> None:
    """Play recordings as the caller, in real time, through the whole pipeline."""
    from bot.commands.talk import run

    run(recordings, interrupt_after=interrupt_after, out=out, as_json=as_json, greeting=greeting)


@app.command()
def chat(as_json: Json = False) -> None:
    """The same conversation in text; end with Ctrl-D."""
    from bot.commands.chat import run

    run(as_json=as_json)


@app.command()
def mic() -> None:
    """The same conversation with this machine's microphone and loudspeaker."""
    from bot.commands.mic import run

    run()


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check every setting, service and part: what works, and what to do about what doesn't."""
    from bot.commands.doctor import run

    run(as_json=as_json)


@app.command()
def call(
    to: Annotated[str, typer.Option("--to", help="Whom to call, such as +15550100200.")],
    sender: Annotated[
        str | None, typer.Option("--from", help="Default: TURNWISE_TWILIO_NUMBER.")
    ] = None,
    greeting: Annotated[
        str | None, typer.Option(help="What to say first; default: as persona.yaml has it.")
    ] = None,
    detect_machines: Annotated[
        bool, typer.Option("--detect-machines", help="Have Twilio tell voicemail, too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Call somebody by telephone."""
    from bot.commands.call import run

    run(to=to, sender=sender, greeting=greeting, detect_machines=detect_machines, as_json=as_json)


@app.command()
def replay(
    session_id: Annotated[str, typer.Argument(help="As its client, or the log, names it.")],
    audio: Annotated[
        bool, typer.Option("--audio", help="Its sound, or that in a folder, in real time.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run a recorded conversation through the state machine again; a difference is an error."""
    if audio:
        from bot.commands.replay_audio import run as run_audio

        run_audio(session_id, as_json=as_json)
        return
    from bot.commands.replay import run

    run(session_id, as_json=as_json)


@index_app.command("build")
def index_build(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders; default: the help desk's.")
    ] = None,
) -> None:
    """Bring the index up to date with the documents."""
    from bot.commands.index import build

    build(paths or [])


@index_app.command("search")
def index_search(
    question: Annotated[str, typer.Argument(help="What a caller would ask.")],
    where: Annotated[
        list[str] | None, typer.Option(help="key=value that the document's metadata has.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the passages found for a question, and the answer made of them."""
    from bot.commands.index import search

    search(question, where=where or [], as_json=as_json)


@index_app.command("info")
def index_info(as_json: Json = False) -> None:
    """Say what is in the index."""
    from bot.commands.index import info

    info(as_json=as_json)


@eval_app.command("intents")
def eval_intents(
    train: Annotated[Path, typer.Option(help="JSONL rows {text, intent}.")],
    test: Annotated[Path, typer.Option(help="The same; intent null is out of scope.")],
    as_json: Json = False,
) -> None:
    """Train the intent classifier on one file and measure it on another."""
    from bot.commands.evaluate import intents

    intents(train, test, as_json=as_json)


@eval_app.command("retrieval")
def eval_retrieval(
    passages: Annotated[Path, typer.Option(help="JSONL rows {id, title, text}.")],
    questions: Annotated[Path, typer.Option(help="JSONL rows {question, document, answers}.")],
    as_json: Json = False,
) -> None:
    """Index passages and measure what questions find and what is answered."""
    from bot.commands.evaluate import retrieval

    retrieval(passages, questions, as_json=as_json)


@eval_app.command("calls")
def eval_calls(
    paths: Annotated[
        list[Path], typer.Argument(help="Scripts (YAML, Pipecat's format), or folders of them.")
    ],
    only: Annotated[str, typer.Option(help="Only calls whose name holds this.")] = "",
    at_once: Annotated[int, typer.Option(min=1, help="How many calls at a time.")] = 2,
    report: Annotated[Path | None, typer.Option(help="Write a page (HTML) about them.")] = None,
    record: Annotated[
        Path | None, typer.Option(help="A folder for the sound of spoken calls.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Hold scripted calls; exit code 1 if one goes otherwise than its script says."""
    from bot.commands.calls import run

    run(paths, only=only, at_once=at_once, report=report, record=record, as_json=as_json)


def main() -> None:
    """Runs a command. What the user can mend is said in a line, with exit code 2."""
    from bot.commands.problems import in_a_line

    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        line = in_a_line(error)
        if line is None:
            raise
        print(line, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
