"""What is written beside the sessions, so that an operator need not look through all of them.

    session::live        sessions by the time until which a worker has them: who may be on a call
    session::load        for each minute and worker, how many calls it held
    session::turns       voice-to-voice of the answers of the last hour; not whose
    session::unanswered  questions that the documents don't answer, by time

No session has such a name: a colon in an ID is percent-encoded. All are sorted sets, bounded and
expiring. They are hints: whether a call is under way is for its own record to say.
"""

import json
from collections.abc import Sequence
from urllib.parse import quote

from bot.store.backlog import FORGET, OPENED, RELEASED, RENEWED, Write
from bot.store.keeping import Keeping
from bot.store.script import Command
from bot.store.sealing import Sealing

LIVE, LOAD = "session::live", "session::load"
TURNS, UNANSWERED = "session::turns", "session::unanswered"
SEALED_AS = "unanswered"
MINUTE, HOUR, DAY = 60, 3600, 86_400
MOST_TURNS, MOST_UNANSWERED = 5_000, 2_000
LONGEST_QUESTION = 500  # characters

# Removes what is kept of one session's questions.
FORGET_QUESTIONS = (
    "for _, one in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do "
    "if string.sub(one, 1, #ARGV[1]) == ARGV[1] then redis.call('ZREM', KEYS[1], one) end end"
)


def beside(
    groups: Sequence[Sequence[Write]],
    sealing: Sealing,
    keeping: Keeping,
    *,
    worker: str,
    now: float,
) -> list[Command]:
    """The commands that go with these groups. now: Unix seconds.

    Repeated, they change nothing: what is sent again has the same number.
    """
    commands = _who_is_live(groups, keeping.lease_seconds, worker, now)
    for write in (write for group in groups for write in group):
        if write.kind == "ledger" and "latency_ms" in write.fields:
            member = f"{worker}|{write.number}|{write.fields['latency_ms']}"
            commands += _add(TURNS, now, member, oldest=now - HOUR, most=MOST_TURNS, kept=HOUR)
        elif write.kind == "unanswered" and keeping.unanswered_days:
            commands += _question(write, sealing, keeping.unanswered_days * DAY, now)
        elif write.kind == FORGET:
            commands.append(["EVAL", FORGET_QUESTIONS, 1, UNANSWERED, prefix(write.session_id)])
    return commands


def prefix(session_id: str) -> str:
    """What the members of a session in `UNANSWERED` begin with."""
    return f"{quote(session_id, safe='', errors='surrogatepass')}|"


def _who_is_live(
    groups: Sequence[Sequence[Write]], lease: int, worker: str, now: float
) -> list[Command]:
    kinds = {group[0].session_id: {write.kind for write in group} for group in groups}
    gone = [name for name, found in kinds.items() if found & {RELEASED, FORGET}]
    renewed = [name for name, found in kinds.items() if RENEWED in found]
    here = [name for name, found in kinds.items() if found & {OPENED, RENEWED}]
    here = [name for name in here if name not in gone]
    commands: list[Command] = []
    if here:
        until = f"{now + lease:.3f}"
        commands.append(["ZADD", LIVE, *(part for name in here for part in (until, name))])
        commands.append(["EXPIRE", LIVE, HOUR + lease])
    if gone:
        commands.append(["ZREM", LIVE, *gone])
    if renewed:  # all that the worker holds
        minute = int(now // MINUTE)
        member = f"{minute}|{worker}|{len(renewed)}"
        commands.append(["ZREMRANGEBYSCORE", LIVE, "-inf", f"{now - MINUTE:.3f}"])
        commands += _add(LOAD, minute, member, oldest=minute - 60, most=MOST_TURNS, kept=HOUR)
    return commands


def _question(write: Write, sealing: Sealing, kept: int, now: float) -> list[Command]:
    entry = json.loads(write.entry)
    text = str(entry.get("text", ""))[:LONGEST_QUESTION]
    if not text:  # words are not kept
        return []
    sealed = sealing.seal(write.session_id, SEALED_AS, text)
    member = f"{prefix(write.session_id)}{entry['turn']}|{entry.get('owner', '')}|{sealed}"
    at = float(entry["at"])
    return _add(UNANSWERED, at, member, oldest=now - kept, most=MOST_UNANSWERED, kept=kept)


def _add(
    key: str, score: float, member: str, *, oldest: float, most: int, kept: int
) -> list[Command]:
    return [
        ["ZADD", key, repr(score), member],
        ["ZREMRANGEBYSCORE", key, "-inf", repr(oldest)],
        ["ZREMRANGEBYRANK", key, 0, -most - 1],
        ["EXPIRE", key, kept],
    ]
