"""A turn's ledger as lines of a terminal."""

from bot.commands.waterfall import waterfall


def row(stage: str, start: float, end: float, **more: object) -> dict[str, object]:
    return {"stage": stage, "start_ms": start, "end_ms": end, "critical": True, **more}


def test_rows_stand_where_they_ran():
    """In order, end to end; what nobody waited for is lighter, and began before."""
    lines = waterfall(
        [
            row("endpointing", 0, 300),
            row("tts", 300, 400, provider="hibari"),
            row("retrieval", -80, 60, critical=False),
            row("intent", 10, 10.2, critical=False),
        ]
    )
    names = [line.split()[0] for line in lines]
    assert names == ["retrieval", "endpointing", "tts"]
    retrieval, waiting, speaking = lines
    assert "░" in retrieval
    assert "█" not in retrieval
    assert retrieval.index("░") < waiting.index("█")
    assert waiting.rindex("█") + 1 == speaking.index("█")
    assert waiting.count("█") == 3 * speaking.count("█")
    assert waiting.endswith("300 ms")
    assert "(hibari)" in speaking


def test_what_took_no_time_and_who_failed_are_shown():
    """A milestone that cost nothing is a stroke; a provider that was given up says why."""
    instant, lost = waterfall([row("stt", 0, 0), row("llm", 0, 90, failed="timeout")])
    assert "│" in instant
    assert lost.endswith("90 ms, timeout")


def test_a_turn_without_a_ledger_draws_nothing():
    """Nothing was heard."""
    assert waterfall([]) == []
