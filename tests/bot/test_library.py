"""A server answers from the documents as they are now."""

from pathlib import Path

import numpy as np
import pytest

from bot.library import LOOK_SECONDS, Library
from rag_index.build import build
from rag_index.encoder import MiniLMEncoder
from rag_index.layout import IndexProblem


@pytest.fixture(scope="module")
def encoder() -> MiniLMEncoder:
    return MiniLMEncoder()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def write(folder: Path, fee: str) -> Path:
    documents = folder / "documents"
    documents.mkdir(exist_ok=True)
    (documents / "fees.md").write_text(f"# Fees\n\nThe application fee is {fee}.\n")
    return documents


def answer(library: Library, encoder: MiniLMEncoder) -> str:
    question = "how much is the application fee"
    return library(question, encoder.encode([question])[0], None)[0].passage.text


def test_a_new_index_is_taken_up_while_calls_go_on(tmp_path: Path, encoder: MiniLMEncoder):
    """Built again, the index is in use within a second, without a restart."""
    clock = Clock()
    documents = write(tmp_path, "$75")
    build([documents], tmp_path / "index", encoder)
    library = Library(tmp_path / "index", encoder, clock)
    assert "$75" in answer(library, encoder)
    build([write(tmp_path, "$90")], tmp_path / "index", encoder)
    assert "$75" in answer(library, encoder)  # looked for a newer one a moment ago
    clock.now += LOOK_SECONDS
    assert "$90" in answer(library, encoder)


def test_an_index_that_cannot_be_used_leaves_the_old_one(tmp_path: Path, encoder: MiniLMEncoder):
    """A damaged newcomer costs nobody an answer."""
    clock = Clock()
    build([write(tmp_path, "$75")], tmp_path / "index", encoder)
    library = Library(tmp_path / "index", encoder, clock)
    build([write(tmp_path, "$90")], tmp_path / "index", encoder)
    for file in (tmp_path / "index" / "versions").rglob("manifest.json"):
        file.write_text("{")
    clock.now += LOOK_SECONDS
    assert "$75" in answer(library, encoder)


def test_no_index_at_all_is_said_at_the_start(tmp_path: Path, encoder: MiniLMEncoder):
    """With the command that builds one."""
    with pytest.raises(IndexProblem, match="index build"):
        Library(tmp_path / "index", encoder)


def test_the_same_question_is_embedded_once(encoder: MiniLMEncoder):
    """Intent and retrieval share one embedding of a transcript."""
    import asyncio

    from bot.engine import SharedEmbedder

    class Counting:
        name, asked = "counting", 0

        def encode(self, texts: list[str]) -> np.ndarray:
            self.asked += 1
            return np.zeros((len(texts), 384), dtype=np.float32)

    async def both() -> None:
        embed = SharedEmbedder(counting)
        await asyncio.gather(embed("a question"), embed("a question"))

    counting = Counting()
    asyncio.run(both())
    assert counting.asked == 1
