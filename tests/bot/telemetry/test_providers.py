"""What Prometheus reads of the providers."""

from bot.services.failover.switchboard import Switchboard
from bot.telemetry.metrics import Metrics
from bot.telemetry.providers import ProviderMetrics
from conversation.faults import Fault, Faulty
from conversation.use import Price, Prices, Unit


def told(board: Switchboard | None, now: float = 0.0) -> set[str]:
    metrics = Metrics(ProviderMetrics(lambda: board, lambda: now))
    lines = metrics.text().decode().splitlines()
    return {line for line in lines if line.startswith("turnwise_provider") and "{" in line}


def test_requests_failures_and_breakers_are_counted():
    """By kind and name of the settings, and one of a few faults."""
    board = Switchboard(prices=Prices(by={("groq", "", Unit.TOKENS_IN): Price(1, 10)}))
    groq = ("llm", "groq")
    board.asked(groq)
    board.asked(("llm", "grounded"))
    board.failed(groq, Faulty(Fault.LIMITED, 30.0), now=0.0)
    board.moved_on("llm", "groq", "grounded")
    board.worked(("llm", "grounded"))
    board.used("llm", "groq", "big", Unit.TOKENS_IN, 25)
    assert told(board) == {
        'turnwise_provider_requests_total{kind="llm",provider="groq"} 1.0',
        'turnwise_provider_requests_total{kind="llm",provider="grounded"} 1.0',
        'turnwise_provider_errors_total{fault="limited",kind="llm",provider="groq"} 1.0',
        'turnwise_provider_failovers_total{kind="llm",source="groq",target="grounded"} 1.0',
        'turnwise_provider_used_total{kind="llm",provider="groq",unit="tokens_in"} 25.0',
        'turnwise_provider_cost_usd_total{kind="llm",provider="groq"} 2.5',
        'turnwise_provider_breaker{kind="llm",provider="groq"} 2.0',
        'turnwise_provider_breaker{kind="llm",provider="grounded"} 0.0',
    }
    assert 'turnwise_provider_breaker{kind="llm",provider="groq"} 1.0' in told(board, now=30.0)


def test_nothing_is_told_before_the_models_are_there():
    """And nothing goes wrong."""
    assert told(None) == set()
