"""Asks help desks that nothing here was trained on or tuned to, and judges the answers.

python -m benchmarks.unseen_desks

A reply is right if it holds the sentence below which the question stands.
"""

import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.judge.desks import FOLDER, HELD_OUT, Asked, Desk, read_desk
from rag_index.answer import Answerer
from rag_index.build import build
from rag_index.encoder import MiniLMEncoder
from rag_index.facts import canonical
from rag_index.index import load
from rag_index.quoting import GroundedAnswer
from rag_index.search import Searcher


def ask(desk: Desk, encoder: MiniLMEncoder, answerer: Answerer) -> Counter[tuple[bool, str]]:
    """How often what happened, by whether the desk answers the question."""
    found: Counter[tuple[bool, str]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        documents, index = Path(folder) / "documents", Path(folder) / "index"
        documents.mkdir()
        desk.write(documents)
        build([documents], index, encoder)
        searcher = Searcher(load(index, encoder.name), encoder)
        for asked in desk.asked:
            vector = encoder.encode([asked.text])[0]
            answer = answerer.answer(asked.text, vector, searcher.search(asked.text, vector))
            found[asked.answered, verdict(desk, asked, answer)] += 1
    return found


def verdict(desk: Desk, asked: Asked, answer: GroundedAnswer) -> str:
    """right, unsure (right, but said as what may be the answer), wrong, near (another sentence is
    said as that), or refused.
    """
    holds = canonical(desk.sentences[asked.at].text).strip() in canonical(answer.text)
    right = asked.answered and holds
    if answer.answered:
        return "right" if right else "wrong"
    if not answer.text:
        return "refused"
    return "unsure" if right else "near"


def main() -> None:
    """The command."""
    encoder = MiniLMEncoder(threads=2)
    answerer = Answerer(encoder)
    print(
        "| desk | answered by it: right | unsure | another as unsure | refused | wrong "
        "| not answered by it: refused | another as unsure | wrong |\n" + "|---" * 9 + "|"
    )
    for name in HELD_OUT:
        n = ask(read_desk(FOLDER / f"{name}.txt"), encoder, answerer)
        cells = [n[True, what] for what in ("right", "unsure", "near", "refused", "wrong")]
        cells += [n[False, what] for what in ("refused", "near", "wrong")]
        print(f"| {name} | {' | '.join(map(str, cells))} |")


if __name__ == "__main__":
    main()
