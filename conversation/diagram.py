"""Draws the state machine: `python -m conversation.diagram > docs/state-machine.md`."""

from conversation.states import IGNORED, INVALID, TRANSITIONS, Event, State

_EXPLAINED = {
    Event.CONNECTED: "a session begins or is taken up again",
    Event.USER_STARTED: "the caller took the floor",
    Event.END_OF_TURN: "the caller's turn is over and its words are known",
    Event.NOTHING_HEARD: "there was a sound, but no words came",
    Event.SPEECH_STARTED: "the first audio of a reply left",
    Event.SPEECH_FINISHED: "the last audio of a reply was heard",
    Event.FALSE_INTERRUPTION: "nobody took the turn after all",
    Event.TURN_FAILED: "no answer could be made or spoken",
    Event.BUFFERS_RESET: "what was queued is gone and what was heard is known",
    Event.DISCONNECTED: "the caller's connection ended",
}


def mermaid() -> str:
    """The transitions as a Mermaid state diagram, in the order of the table."""
    lines = ["stateDiagram-v2", "    [*] --> IDLE"]
    lines += [f"    {a} --> {b}: {event}" for (a, event), b in TRANSITIONS.items()]
    return "\n".join(lines)


def table() -> str:
    """Every (state, event) pair as a Markdown table: the next state, `ignored` or `invalid`."""
    head = "| event | means | " + " | ".join(State) + " |"
    rule = "|---" * (len(State) + 2) + "|"
    rows = [
        f"| `{event}` | {_EXPLAINED[event]} | "
        + " | ".join(_cell(state, event) for state in State)
        + " |"
        for event in Event
    ]
    return "\n".join([head, rule, *rows])


def _cell(state: State, event: Event) -> str:
    if target := TRANSITIONS.get((state, event)):
        return f"**{target}**"
    return "ignored" if (state, event) in IGNORED else "invalid"


def page() -> str:
    """`docs/state-machine.md` as it must be."""
    return (
        "# The state machine\n\n"
        "Made from `conversation/states.py` by `python -m conversation.diagram`; a test fails if "
        "they differ.\n\n"
        f"```mermaid\n{mermaid()}\n```\n\n"
        f"{table()}\n\n"
        f"{len(TRANSITIONS)} pairs move the conversation, {len(IGNORED)} are ignored on purpose "
        f"(late events are normal in speech), {len(INVALID)} are invalid: logged with session and "
        "turn, counted, and without effect on the call.\n"
    )


if __name__ == "__main__":
    print(page(), end="")
