"""The backlog alone: order, bounds and gaps, whatever is taken, fails and comes back."""

from hypothesis import given
from hypothesis import strategies as st

from bot.store.backlog import FORGET, Backlog, Write

CALLS = st.sampled_from("abc")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), CALLS),
        st.tuples(st.just("forget"), CALLS),
        st.tuples(st.just("send"), st.sets(CALLS)),
    ),
    max_size=60,
)


@given(STEPS)
def test_each_session_is_delivered_in_order_and_whole(steps: list[tuple[str, set[str] | str]]):
    """Whichever sessions' groups fail, and how often, what arrives is what was added, in order."""
    backlog = Backlog(limit=1000)
    expected: dict[str, list[str]] = {call: [] for call in "abc"}
    arrived: dict[str, list[str]] = {call: [] for call in "abc"}
    numbers: list[int] = []

    def send(failing: set[str]) -> None:
        failed: list[Write] = []
        for group in backlog.take(7):
            call = group[0].session_id
            if call in failing:
                failed += group
            elif group[0].kind == FORGET:
                assert len(group) == 1
                arrived[call].clear()
            else:
                numbers.extend(write.number for write in group)
                arrived[call] += [write.entry for write in group]
        backlog.settle(failed)

    for position, (step, subject) in enumerate(steps):
        match step, subject:
            case "add", str(call):
                assert backlog.add(call, {"kind": "x", "position": position})
                expected[call].append(f'{{"kind":"x","position":{position}}}')
            case "forget", str(call):
                backlog.forget(call)
                expected[call].clear()
            case _, failing:
                send(set(failing))
    while len(backlog):
        send(set())
    assert arrived == expected
    assert len(numbers) == len(set(numbers))
    assert backlog.oldest is None


def test_a_full_backlog_refuses_entries_but_never_to_forget():
    """The bound holds for entries; a promise to forget is always kept."""
    backlog = Backlog(limit=2)
    assert [backlog.add("a", {"turn": turn}) for turn in range(4)] == [True, True, False, False]
    backlog.forget("a")
    assert [[write.kind for write in group] for group in backlog.take(10)] == [[FORGET]]


def test_the_first_entry_after_a_full_backlog_says_how_many_are_missing():
    """A reader of the stream sees the gap where it is, and only in the session that has it."""
    backlog = Backlog(limit=1)
    for turn in range(3):
        backlog.add("a", {"turn": turn})
    backlog.take(10)
    backlog.settle()
    backlog.add("b", {"turn": 0})
    backlog.take(10)
    backlog.settle()
    backlog.add("a", {"turn": 3})
    (group,) = backlog.take(10)
    assert [write.entry for write in group] == [
        '{"kind":"gap","dropped":2,"turn":3}',
        '{"turn":3}',
    ]


def test_what_is_in_flight_counts_as_not_delivered():
    """flush waits for the round trip, not only for the queue."""
    backlog = Backlog(limit=10)
    backlog.add("a", {})
    backlog.take(10)
    assert (len(backlog), backlog.oldest) == (1, 1)
    backlog.settle()
    assert (len(backlog), backlog.oldest) == (0, None)
