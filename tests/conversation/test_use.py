"""What a turn has used, and what that costs."""

from conversation.ledger import Ledger, Ledgers, Try
from conversation.use import Price, Prices, Unit, Used, total

PRICES = Prices(
    by={
        ("groq", "big", Unit.TOKENS_IN): Price(0.15, 1_000_000),
        ("groq", "", Unit.SECONDS): Price(0.04, 3600),
    }
)


def used(unit: Unit, amount: float, model: str = "big", provider: str = "groq") -> Used:
    return Used("llm", provider, model, unit, amount)


def test_a_model_has_its_own_price_or_its_providers():
    """What has none costs an unknown sum, not nothing."""
    assert PRICES.priced(used(Unit.TOKENS_IN, 1000)).cost == 0.00015
    assert PRICES.priced(used(Unit.SECONDS, 90, model="any")).cost == 0.001
    assert PRICES.priced(used(Unit.TOKENS_OUT, 1000)).cost is None


def test_a_session_costs_the_sum_of_its_turns():
    """By provider, model and unit; `complete` tells whether the sum is all of it."""
    told = [PRICES.priced(used(Unit.TOKENS_IN, n)).told() for n in (1000, 3000)]
    assert total(told) == {
        "by": [{**told[0], "amount": 4000.0, "cost": 0.0006}],
        "cost": 0.0006,
        "complete": True,
    }
    assert total([*told, used(Unit.TOKENS_OUT, 5).told()])["complete"] is False
    assert total([]) == {"by": [], "cost": 0, "complete": True}


def test_what_comes_after_the_turn_is_the_next_ones():
    """Usage that a provider tells late, and the greeting's, are lost to no account."""
    ledgers = Ledgers()
    ledgers.book(0, used(Unit.CHARACTERS, 5))
    ledgers.forget()  # a cough
    ledgers.begin(1, ledgers.take())
    ledgers.book(1, used(Unit.TOKENS_IN, 7))
    assert [one.amount for one in ledgers.end(1).used] == [5, 7]
    ledgers.book(1, used(Unit.TOKENS_IN, 9))
    assert [one.amount for one in ledgers.take().used] == [9]


def test_who_served_is_whoever_came_to_the_end():
    """A row for each that did not, with the time that it cost."""
    ledger = Ledger(marks={"speech_ended": 10.0})
    lost, rival, won = (Try("llm", name, 10.0 + at) for at, name in enumerate("abc"))
    ledger.tries += [lost, rival, won]
    lost.over(now=11.2, failed="timeout")
    rival.first = 11.5
    rival.over(now=11.6, failed="stalled")
    won.first = 12.1
    won.over(now=12.5)
    rows = ledger.rows()
    assert [(r.provider, r.failed, r.start_ms, r.end_ms) for r in rows if not r.critical] == [
        ("a", "timeout", 0.0, 1200.0),
        ("b", "stalled", 1000.0, 1600.0),
    ]
    assert [r.provider for r in rows if r.stage == "llm" and r.critical] == ["c"]
