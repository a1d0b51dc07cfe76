"""Questions about one thing are one group, by the real encoder."""

import pytest

from bot.console.questions import MOST_DISTINCT, Grouping
from bot.store.overview import Unanswered
from rag_index.encoder import MiniLMEncoder

ASKED = [
    "Where can I park my car on campus?",
    "Is there parking for visitors?",
    "where can i park my car on campus",
    "Do you have a parking lot for cars?",
    "Can I bring my dog to the dormitory?",
    "Are pets allowed in the dorms?",
    "What is the meaning of life?",
]


@pytest.fixture(scope="module")
def grouping() -> Grouping:
    return Grouping(MiniLMEncoder(threads=1).encode)


def asked(texts: list[str]) -> list[Unanswered]:
    return [Unanswered("s", i, 100.0 + i, "", text) for i, text in enumerate(texts)]


async def test_what_is_missing_is_seen_at_a_glance(grouping: Grouping):
    """The most asked first, other wordings beside it, with when it was asked last."""
    groups = await grouping(asked(ASKED))
    assert [g["count"] for g in groups] == [4, 2, 1]
    parking, pets, life = groups
    assert "park" in parking["question"]
    assert len(parking["others"]) == 3 or len(parking["others"]) == 2
    assert parking["newest"] == 103.0
    assert {pets["question"], *pets["others"]} == set(ASKED[4:6])
    assert life["others"] == []


async def test_nothing_asked_is_no_group(grouping: Grouping):
    """Nor are words that are none."""
    assert await grouping([]) == []
    assert await grouping(asked(["…", "?!"])) == []


async def test_a_text_is_read_once(grouping: Grouping):
    """However often the page is looked at, and only the newest of very many."""
    read: list[str] = []

    def encode(texts: list[str]):
        read.extend(texts)
        return grouping.encode(texts)

    counted = Grouping(encode)
    for _ in range(2):
        await counted(asked(ASKED))
    assert len(read) == 6  # two are the same words
    many = Grouping(lambda texts: grouping.encode(["same"] * len(texts)))
    (all_,) = await many(asked([f"question {i}" for i in range(MOST_DISTINCT + 5)]))
    assert all_["count"] == MOST_DISTINCT
