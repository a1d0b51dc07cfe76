"""How far a build is, in a terminal and in a pipe."""

import io

from rich.console import Console

from bot.commands.progress import Lines, shown


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_pipe_gets_a_line_now_and_then():
    """With rate and time left, and none for a stage that is over at once."""
    lines: list[str] = []
    clock = Clock()
    told = Lines(lines.append, clock)
    told("reading", 0, 3)
    told("reading", 3, 3)
    for done in range(0, 1001, 10):
        told("encoding", done, 1000)
        clock.now += 1.0
    assert len(lines) == 20
    assert lines[0] == "encoding 50 of 1000, 10/s, 1:35 left"
    assert lines[-1] == "encoding 1000 of 1000, 10/s, 0:00 left"


def test_a_terminal_gets_a_bar_with_rate_and_time_left():
    """What is done, of how much, how fast, and how long it will take."""
    screen = io.StringIO()
    clock = Clock()
    console = Console(file=screen, force_terminal=True, width=100, get_time=clock)
    with shown(console) as told:
        for done in range(0, 101, 10):
            told("encoding", done, 200)
            clock.now += 1.0
    drawn = screen.getvalue()
    assert "encoding" in drawn
    assert "100/200" in drawn
    assert "10/s" in drawn
    assert "0:00:10" in drawn


def test_a_pipe_gets_no_bar():
    """No control characters in a log."""
    screen = io.StringIO()
    with shown(Console(file=screen, force_terminal=False)) as told:
        told("encoding", 1, 2)
    assert screen.getvalue() == ""
