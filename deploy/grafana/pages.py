"""What the dashboards show: a row a plot. `dashboards.py` makes Grafana's JSON of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

DOOR = 'door=~"$door"'
OVER = "[$__rate_interval]"


@dataclass(frozen=True)
class Plot:
    """queries: by legend. says: what to make of it. width: of 24."""

    title: str
    unit: str
    queries: Mapping[str, str]
    says: str = ""
    width: int = 12


@dataclass(frozen=True)
class Page:
    """One dashboard."""

    title: str
    plots: Sequence[Plot] = field(default=())
    by_door: bool = False

    @property
    def uid(self) -> str:
        """Of its address in Grafana, and of its file."""
        return f"turnwise-{self.title.lower()}"


def rate(metric: str, *by: str, where: str = "") -> str:
    """A second, summed."""
    selected = f"{metric}{{{where}}}" if where else metric
    grouped = f" by ({', '.join(by)})" if by else ""
    return f"sum{grouped} (rate({selected}{OVER}))"


def quantile(share: float, metric: str, *by: str, where: str = "") -> str:
    """Of a histogram."""
    return f"histogram_quantile({share}, {rate(f'{metric}_bucket', 'le', *by, where=where)})"


def quantiles(metric: str, where: str = "") -> dict[str, str]:
    """Those that the design promises something of."""
    shares = {"median": 0.5, "95th": 0.95, "99th": 0.99}
    return {name: quantile(share, metric, where=where) for name, share in shares.items()}


V2V, STAGE = "turnwise_voice_to_voice_seconds", "turnwise_stage_seconds"
CRITICAL = f'{DOOR}, stage!~"intent|retrieval"'
AWAY = 'turnwise_turned_away_total{reason!="key_full"}'
STARTED = "turnwise_sessions_started_total"

PAGES = (
    Page(
        "Calls",
        (
            Plot("Calls now", "short", {"{{door}}": f"sum by (door) (turnwise_door_sessions{{{DOOR}}})"}),
            Plot(
                "Calls a minute", "short",
                {
                    "{{door}}": f"60 * {rate(STARTED, 'door', where=DOOR)}",
                    "turned away: {{reason}}": f"60 * {rate('turnwise_turned_away_total', 'reason')}",
                },
            ),
            Plot(
                "Calls answered, of all", "percentunit",
                {"answered": f"1 - sum(rate({AWAY}{OVER})) / (sum(rate({AWAY}{OVER})) + {rate(STARTED)})"},
                "Promised: 99.5 %. See the runbook calls-not-answered.",
            ),
            Plot("How calls end", "short", {"{{reason}}": f"60 * {rate('turnwise_sessions_ended_total', 'reason', where=DOOR)}"}, "A minute."),
            Plot("How long calls are", "s", quantiles("turnwise_session_duration_seconds", DOOR)),
            Plot("Turns a minute", "short", {"{{outcome}}": f"60 * {rate('turnwise_turns_total', 'outcome', where=DOOR)}"}),
            Plot(
                "Failed turns, of all", "percentunit",
                {"failed": f"""{rate('turnwise_turns_total', where=f'{DOOR}, outcome="failed"')} / {rate('turnwise_turns_total', where=DOOR)}"""},
                "Promised: less than 0.1 %. See the runbook turns-fail.",
            ),
            Plot(
                "Sounds over the bot a minute", "short",
                {"meant to break in: {{verdict}}": f"60 * {rate('turnwise_barge_ins_total', 'verdict')}"},
                "`false`: a cough, a hum, somebody else; the reply went on.",
            ),
            Plot("Moves of the state machine a minute", "short", {"{{source}} › {{target}}": f"60 * {rate('turnwise_transitions_total', 'source', 'target')}"}),
        ),
        by_door=True,
    ),
    Page(
        "Latency",
        (
            Plot(
                "Voice to voice", "s", quantiles(V2V, DOOR),
                "From the end of the caller's speech to the first audio. Promised: 95 % within 0.8 s.", 24,
            ),
            Plot("Voice to voice, median by door", "s", {"{{door}}": quantile(0.5, V2V, "door", where=DOOR)}, width=8),
            Plot("Voice to voice, 95th by door", "s", {"{{door}}": quantile(0.95, V2V, "door", where=DOOR)}, width=8),
            Plot("Voice to voice, 99th by door", "s", {"{{door}}": quantile(0.99, V2V, "door", where=DOOR)}, width=8),
            Plot("Stages that were waited for, median", "s", {"{{stage}}": quantile(0.5, STAGE, "stage", where=CRITICAL)}, width=8),
            Plot("Stages that were waited for, 95th", "s", {"{{stage}}": quantile(0.95, STAGE, "stage", where=CRITICAL)}, width=8),
            Plot("Stages that were waited for, 99th", "s", {"{{stage}}": quantile(0.99, STAGE, "stage", where=CRITICAL)}, width=8),
            Plot("Intent and retrieval, 95th", "s", {"{{stage}}": quantile(0.95, STAGE, "stage", where=f'{DOOR}, stage=~"intent|retrieval"')}),
            Plot(
                "Searches that were done while the caller spoke, of all", "percentunit",
                {"ahead": f"""{rate('turnwise_retrieval_ahead_total', where='outcome="hit"')} / {rate('turnwise_retrieval_ahead_total')}"""},
            ),
        ),
        by_door=True,
    ),
    Page(
        "Providers",
        (
            Plot("Requests a minute", "short", {"{{kind}} {{provider}}": f"60 * {rate('turnwise_provider_requests_total', 'kind', 'provider')}"}),
            Plot("Errors a minute", "short", {"{{kind}} {{provider}}: {{fault}}": f"60 * {rate('turnwise_provider_errors_total', 'kind', 'provider', 'fault')}"}),
            Plot("Turns that went on with another, a minute", "short", {"{{kind}}: {{source}} › {{target}}": f"60 * {rate('turnwise_provider_failovers_total', 'kind', 'source', 'target')}"}),
            Plot("Breakers", "short", {"{{kind}} {{provider}}": "max by (kind, provider) (turnwise_provider_breaker)"}, "0 closed, 1 half open, 2 open: it is left alone. See the runbook provider-out."),
            Plot("Used a minute", "short", {"{{provider}} {{unit}}": f"60 * {rate('turnwise_provider_used_total', 'provider', 'unit')}"}, "Tokens, characters, seconds."),
            Plot("Cost an hour", "currencyUSD", {"{{kind}} {{provider}}": f"3600 * {rate('turnwise_provider_cost_usd_total', 'kind', 'provider')}"}),
        ),
    ),
    Page(
        "Knowledge",
        (
            Plot("Questions a minute", "short", {"{{outcome}}": f"60 * {rate('turnwise_answers_total', 'outcome')}"}, "`unanswered`: no document supports an answer. `unsure`: the grounded answerer's confidence was below 0.6."),
            Plot(
                "Unanswered, of all", "percentunit",
                {"unanswered": f"""{rate('turnwise_answers_total', where='outcome="unanswered"')} / {rate('turnwise_answers_total')}"""},
                "Which questions these are: the console.",
            ),
            Plot(
                "Answered with low confidence, of all", "percentunit",
                {"unsure": f"""{rate('turnwise_answers_total', where='outcome="unsure"')} / {rate('turnwise_answers_total')}"""},
            ),
            Plot("Search of the documents", "s", {name: quantile(share, STAGE, where='stage="retrieval"') for name, share in (("median", 0.5), ("99th", 0.99))}),
        ),
    ),
    Page(
        "Capacity",
        (
            Plot("Calls, and places for them", "short", {"calls": "sum(turnwise_sessions)", "places": "sum(turnwise_session_places)", "workers that drain": "sum(turnwise_draining)"}),
            Plot("Places taken, of all", "percentunit", {"taken": "sum(turnwise_sessions) / sum(turnwise_session_places)"}, "See the runbook no-places."),
            Plot("Turned away a minute", "short", {"{{reason}}": f"60 * {rate('turnwise_turned_away_total', 'reason')}"}),
            Plot("Requests refused a minute", "short", {"{{status}}": f"60 * {rate('turnwise_refused_total', 'status')}"}),
            Plot("How late the event loop is", "s", quantiles("turnwise_event_loop_lag_seconds"), "Audio leaves every 20 ms: more than that is heard."),
            Plot("Processor time, of one core", "percentunit", {"{{instance}}": f"sum by (instance) (rate(process_cpu_seconds_total{OVER}))"}, "Of single workers; several that share a folder don't tell it."),
            Plot("Memory", "bytes", {"{{instance}}": "sum by (instance) (process_resident_memory_bytes)"}, "As above."),
            Plot("Round trips to Redis a second", "short", {"{{operation}}: {{outcome}}": rate("turnwise_store_operations_total", "operation", "outcome")}),
            Plot("Time of a round trip", "s", {"{{operation}}": f"{rate('turnwise_store_operation_seconds_total', 'operation')} / {rate('turnwise_store_operations_total', 'operation')}"}),
            Plot("Writes that wait for Redis", "short", {"waiting": "sum(turnwise_store_waiting)"}, "See the runbook store-away."),
            Plot("Entries that were never written, a minute", "short", {"{{why}}": f"60 * {rate('turnwise_store_lost_total', 'why')}"}),
            Plot("Redis answers", "short", {"{{instance}}": "min by (instance) (turnwise_store_up)"}),
        ),
    ),
)  # fmt: skip
