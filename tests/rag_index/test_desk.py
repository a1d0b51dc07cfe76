"""Documents in, answers out: what a help desk's owner relies on."""

from pathlib import Path

import numpy as np
import pytest

from rag_index.answer import Answerer
from rag_index.build import build
from rag_index.encoder import MiniLMEncoder
from rag_index.index import load
from rag_index.intents import Intent, IntentClassifier, IntentsFileError, read_intents_file
from rag_index.layout import IndexCorrupt, IndexEncoderMismatch, IndexMissing
from rag_index.remembering import RememberingEncoder
from rag_index.search import Searcher
from rag_index.speakable import speakable

DOCUMENTS = {
    "bread.md": "# Bread\n\n## Prices\n\nA loaf of rye bread costs $4. A roll costs 60 cents.\n",
    "hours.txt": "The bakery opens at 6 a.m. on weekdays. On Sundays the bakery is closed.\n",
    "cakes.jsonl": '{"id": "cakes", "title": "Cakes", "text": "A wedding cake is ordered four weeks ahead."}\n',  # noqa: E501
    "faq.csv": "question,answer\nDo you deliver?,We deliver within the city for $3.\n",
    "oven.html": "<h1>Oven</h1><p>The oven was built in 1921 by Karl Brandt.</p>",
}


@pytest.fixture(scope="module")
def encoder() -> MiniLMEncoder:
    return MiniLMEncoder()


@pytest.fixture
def bakery(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, content in DOCUMENTS.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def ask(folder: Path, encoder: MiniLMEncoder, question: str, about: str | None = None):
    """The best passage's document, and the answer."""
    embedding = encoder.encode([question])[0]
    hits = Searcher(load(folder, encoder.name), encoder).search(question, embedding, about=about)
    return hits, Answerer(encoder).answer(question, embedding, hits, about=about)


@pytest.mark.parametrize(
    ("question", "document", "fact"),
    [
        ("how much is a loaf of rye bread", "bread.md", "$4"),
        ("When does the bakery open on weekdays?", "hours.txt", "6 a.m."),
        ("how long ahead do I have to order a wedding cake", "cakes", "four weeks"),
        ("how much do you charge for delivery", "faq.csv", "$3"),
        ("who built the oven", "oven.html", "Karl Brandt"),
    ],
)
def test_a_fact_is_found_whatever_its_document_is(
    bakery: Path, tmp_path: Path, encoder: MiniLMEncoder, question: str, document: str, fact: str
):
    """Markdown, text, JSONL, CSV, HTML: the passage comes first and its sentence is the answer."""
    build([bakery], tmp_path / "index", encoder)
    hits, answer = ask(tmp_path / "index", encoder, question)
    assert hits[0].passage.document == document
    assert answer.answered
    assert fact in answer.text
    assert answer.citations[0].document == document


@pytest.mark.parametrize(
    "question",
    [
        "who won the football match",
        "how do I reset my bank password",
        "what is the capital of Peru",
    ],
)
def test_what_no_document_says_is_not_answered(
    bakery: Path, tmp_path: Path, encoder: MiniLMEncoder, question: str
):
    """Nothing is made up: no text, no citation."""
    build([bakery], tmp_path / "index", encoder)
    _, answer = ask(tmp_path / "index", encoder, question)
    assert not answer.answered
    assert answer.text == ""
    assert answer.citations == ()


def test_only_what_changed_is_encoded_again(bakery: Path, tmp_path: Path, encoder: MiniLMEncoder):
    """A second build costs nothing, a changed file itself, and a deleted one goes."""
    index = tmp_path / "index"
    first = build([bakery], index, encoder)
    assert not build([bakery], index, encoder).changed
    (bakery / "bread.md").write_text("# Bread\n\nA loaf of rye bread costs $5.\n")
    (bakery / "oven.html").unlink()
    second = build([bakery], index, encoder)
    assert 0 < second.encoded < first.encoded
    _, answer = ask(index, encoder, "how much is a loaf of rye bread")
    assert "$5" in answer.text
    hits, _ = ask(index, encoder, "who built the oven")
    assert "oven.html" not in {hit.passage.document for hit in hits}


def test_a_build_that_dies_leaves_the_old_index_whole(
    bakery: Path, tmp_path: Path, encoder: MiniLMEncoder
):
    """Killed half-way, nothing is half there."""
    index = tmp_path / "index"
    build([bakery], index, encoder)
    (bakery / "bread.md").write_text("# Bread\n\nA loaf of rye bread costs $9.\n")

    class Dies(MiniLMEncoder):
        def encode(self, texts):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build([bakery], index, Dies())
    _, answer = ask(index, encoder, "how much is a loaf of rye bread")
    assert "$4" in answer.text


def test_files_that_cannot_be_read_are_reported_and_the_rest_is_built(
    bakery: Path, tmp_path: Path, encoder: MiniLMEncoder
):
    """A broken PDF costs itself."""
    (bakery / "broken.pdf").write_bytes(b"%PDF-1.4 nothing more")
    (bakery / "not.docx").write_bytes(b"PK\x03\x04 no document")
    report = build([bakery], tmp_path / "index", encoder)
    assert {name for name, _ in report.unreadable} == {"broken.pdf", "not.docx"}
    assert report.passages >= len(DOCUMENTS)


def test_links_out_of_the_folder_are_not_followed(
    bakery: Path, tmp_path: Path, encoder: MiniLMEncoder
):
    """What lies elsewhere on the machine is nobody's help desk."""
    secret = tmp_path / "secret.txt"
    secret.write_text("The password of the safe is swordfish.\n")
    (bakery / "link.txt").symlink_to(secret)
    build([bakery], tmp_path / "index", encoder)
    hits, _ = ask(tmp_path / "index", encoder, "what is the password of the safe")
    assert "swordfish" not in " ".join(hit.passage.text for hit in hits)


def test_an_index_says_what_is_wrong_with_it(bakery: Path, tmp_path: Path, encoder: MiniLMEncoder):
    """Missing, of another encoder, damaged: each with the command that builds it."""
    index = tmp_path / "index"
    with pytest.raises(IndexMissing, match="index build"):
        load(index, encoder.name)
    build([bakery], index, encoder)
    with pytest.raises(IndexEncoderMismatch, match="index build"):
        load(index, "another-encoder")
    for file in index.rglob("*.npy"):
        file.write_bytes(file.read_bytes()[:50])
    with pytest.raises(IndexCorrupt, match="index build"):
        load(index, encoder.name)


INTENTS = [
    Intent(
        name="bye", action="hang_up", reply="Bye.", patterns=(r"\bgood ?bye\b",), examples=("bye",)
    ),
    Intent(name="bread", examples=("how much is bread", "price of a loaf", "what do rolls cost")),
    Intent(name="cake", examples=("I need a wedding cake", "order a cake", "a cake for a party")),
]
STRANGERS = ("what is the weather", "play some music", "tell me a joke", "book me a flight")


def test_a_pattern_decides_before_any_model(encoder: MiniLMEncoder):
    """L1: certain, whatever the case."""
    found = IntentClassifier(INTENTS, encoder, STRANGERS).match_patterns("Okay, GOODBYE then")
    assert found is not None
    assert (found.intent, found.level, found.action) == ("bye", "L1", "hang_up")


def test_other_words_for_the_same_thing_are_classified(encoder: MiniLMEncoder):
    """L2: by what they mean, with a confidence; what belongs to none has no intent."""
    classifier = IntentClassifier(INTENTS, encoder, STRANGERS)
    found = classifier.classify(
        "cost of a loaf of bread", encoder.encode(["cost of a loaf of bread"])[0]
    )
    assert (found.intent, found.level) == ("bread", "L2")
    assert 0 < found.confidence <= 1
    strange = "sing me a song about the moon"
    assert classifier.classify(strange, encoder.encode([strange])[0]).intent is None


def test_a_broken_intents_file_names_its_place(tmp_path: Path):
    """File, line and column, in one line."""
    path = tmp_path / "intents.yaml"
    path.write_text("intents:\n  - name: a\n    action: dance\n    examples: [x]\n")
    with pytest.raises(IntentsFileError) as error:
        read_intents_file(path)
    assert "intents.yaml:3:" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("It costs $75.", "seventy-five dollars"),
        ("by January 15", "January fifteenth"),
        ("call 555-0142", "five five five"),
        ("at 5:30 p.m.", "five thirty"),
        ("about 12% of them", "twelve percent"),
    ],
)
def test_text_is_said_as_one_says_it(written: str, spoken: str):
    """Money, dates, telephone numbers, times and shares become words."""
    assert spoken in speakable(written)


def test_remembered_vectors_are_those_of_the_encoder(tmp_path: Path, encoder: MiniLMEncoder):
    """Known texts are not encoded again, and a damaged memory is made anew."""

    class Counting:
        name, asked = encoder.name, 0

        def encode(self, texts):
            Counting.asked += len(texts)
            return encoder.encode(texts)

    path = tmp_path / "memory.npz"
    texts = ["how much is bread", "order a cake"]
    expected = encoder.encode(texts)
    np.testing.assert_allclose(RememberingEncoder(Counting(), path).encode(texts), expected)
    np.testing.assert_allclose(RememberingEncoder(Counting(), path).encode(texts), expected)
    assert Counting.asked == 2
    path.write_bytes(b"damaged")
    np.testing.assert_allclose(RememberingEncoder(Counting(), path).encode(texts), expected)
    assert Counting.asked == 4
