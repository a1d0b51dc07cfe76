"""Each format becomes text with its title, headings and pages."""

import itertools
import json
from pathlib import Path

import pytest

from rag_index.chunks import LARGEST, cut
from rag_index.documents import Document, read
from rag_index.passages import Passage
from tests.rag_index.files import docx, pdf, pptx, xlsx


def documents(path: Path) -> list[Document]:
    return list(read(path, path.name))


def only(path: Path) -> Document:
    (document,) = documents(path)
    return document


def passages(path: Path) -> list[Passage]:
    return [passage for document in documents(path) for passage in cut(document)]


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_markdown_with_front_matter(tmp_path: Path):
    """The front matter is metadata, the first heading the title unless it names another."""
    file = written(tmp_path / "a.md", "---\ncampus: north\n---\n# Fees\n\nThe fee is $75.\n")
    document = only(file)
    assert (document.title, document.metadata) == ("Fees", {"campus": "north"})
    assert "campus" not in document.text
    titled = written(
        tmp_path / "b.md", "---\ntitle: What it costs\n---\n# Fees\n\nThe fee is $75.\n"
    )
    assert only(titled).title == "What it costs"


def test_front_matter_that_is_none_is_text(tmp_path: Path):
    """A ruled line is no front matter, and neither is YAML that cannot be read."""
    assert "[: :" in only(written(tmp_path / "a.md", "---\n[: :\n---\nThe fee is $75.\n")).text


def test_passages_know_their_headings_and_place(tmp_path: Path):
    """What is cited is found again: headings from the outermost, and the characters in the text."""
    file = written(
        tmp_path / "a.md",
        "# Fees\n\n## Undergraduates\n\n### Late\n\nThe late fee is $75.\n\n"
        "## Graduates\n\nThe fee is $90.\n",
    )
    document = only(file)
    late, graduates = passages(file)
    assert late.headings[-2:] == ("Undergraduates", "Late")
    assert graduates.headings[-1] == "Graduates"
    assert document.text[late.start : late.end].strip() == late.text.strip()
    assert late.sentences == ("The late fee is $75.",)


def test_text_in_any_usual_encoding(tmp_path: Path):
    """UTF-8 with and without its mark, UTF-16 as Windows writes it, cp1252."""
    for number, encoding in enumerate(("utf-8", "utf-8-sig", "utf-16", "cp1252")):
        file = written(tmp_path / f"{number}.txt", "Das Café öffnet um 9.".encode(encoding))
        assert only(file).text == "Das Café öffnet um 9.", encoding


def test_html(tmp_path: Path):
    """Scripts and styles are no text; headings and lists stay."""
    file = written(
        tmp_path / "a.html",
        "<html><head><title>x</title><style>p{color:red}</style><script>alert(1)</script></head>"
        "<body><h1>Opening hours</h1><p>We open at <b>9 am</b>.</p></body></html>",
    )
    document = only(file)
    assert document.title == "Opening hours"
    assert "9 am" in document.text
    assert "alert" not in document.text
    assert "color" not in document.text


def test_pdf_pages(tmp_path: Path):
    """A passage of a PDF knows its page, from 1."""
    file = pdf(tmp_path / "a.pdf", "Parking costs 4 dollars a day.", "The gate closes at 10 pm.")
    first, second = passages(file)
    assert (first.page, second.page) == (1, 2)
    assert "4 dollars" in first.text
    assert "10 pm" in second.text


def test_word(tmp_path: Path):
    """Word's heading styles are headings."""
    file = docx(
        tmp_path / "a.docx", ("Heading1", "Parking"), ("", "Parking costs 4 dollars a day.")
    )
    (passage,) = passages(file)
    assert passage.title == "Parking"
    assert passage.sentences == ("Parking costs 4 dollars a day.",)


def test_slides(tmp_path: Path):
    """A slide is a page."""
    file = pptx(
        tmp_path / "a.pptx", ("Parking", "Costs 4 dollars a day."), ("Gate", "Closes at ten.")
    )
    found = passages(file)
    assert [p.page for p in found] == [1, 2]
    assert [p.headings[-1] for p in found] == ["Parking", "Gate"]
    assert "ten" in found[1].text


def test_a_sheet_of_questions_and_answers(tmp_path: Path):
    """The question is the heading, the answer what is said."""
    rows: list[list[object]] = [
        ["Question", "Answer"],
        ["What does parking cost?", "It costs 4 dollars."],
    ]
    for file in (
        xlsx(tmp_path / "a.xlsx", FAQ=rows),
        written(
            tmp_path / "a.csv", "Question;Answer\nWhat does parking cost?;It costs 4 dollars.\n"
        ),
    ):
        (passage,) = passages(file)
        assert passage.headings[-1] == "What does parking cost?"
        assert passage.sentences == ("It costs 4 dollars.",)


def test_another_sheet(tmp_path: Path):
    """A row is read as column: cell; whole numbers stay whole, dates have no midnight."""
    rows: list[list[object]] = [["Room", "Price"], ["Double", 7280.0], ["Single", 8100]]
    documents_ = documents(xlsx(tmp_path / "rooms.xlsx", Halls=rows, Empty=[]))
    assert [d.title for d in documents_] == ["rooms, Halls"]
    assert "Room: Double, Price: 7280." in documents_[0].text


def test_jsonl(tmp_path: Path):
    """A row is a document: id, title and text; the rest is metadata."""
    rows = [
        {"id": "a", "title": "Fees", "text": "The fee is $75.", "lang": "en"},
        {"text": "No more."},
    ]
    file = written(tmp_path / "a.jsonl", "\n".join(json.dumps(row) for row in rows) + "\n\n")
    first, second = documents(file)
    assert (first.name, first.title, first.metadata) == ("a", "Fees", {"lang": "en"})
    assert (second.name, second.text) == ("a.jsonl#2", "No more.")


def test_every_passage_is_found_where_it_says(tmp_path: Path):
    """Across formats, a passage's character range in the document holds its words."""
    files = [
        written(tmp_path / "a.txt", "The gate closes at ten. It opens at six.\n\nDogs may come.\n"),
        written(tmp_path / "a.csv", "question,answer\nWhen?,At ten.\nWhere?,At the gate.\n"),
        written(
            tmp_path / "a.html", "<h1>Gate</h1><p>It closes at ten.</p><h2>Dogs</h2><p>No.</p>"
        ),
        docx(tmp_path / "a.docx", ("Heading1", "Gate"), ("", "It closes at ten.")),
        pdf(tmp_path / "a.pdf", "The gate closes at ten.", "Dogs may come."),
        xlsx(tmp_path / "a.xlsx", Gate=[["Day", "Closes"], ["Monday", "ten"]]),
    ]
    for file in files:
        for document in documents(file):
            found = list(cut(document))
            assert found, file.name
            for passage in found:
                place = document.text[passage.start : passage.end]
                assert [s for s in passage.sentences if s not in place] == [], file.name


def test_a_long_section_is_cut_between_sentences(tmp_path: Path):
    """No passage is longer than the encoder reads, and nothing is lost or said twice."""
    sentences = [f"Room number {n} is on the upper floor of the hall." for n in range(200)]
    found = passages(written(tmp_path / "a.txt", " ".join(sentences)))
    assert len(found) > 5
    assert max(len(p.text) for p in found) <= LARGEST
    assert [s for p in found for s in p.sentences] == sentences


def test_a_text_without_full_stops_is_cut_between_words(tmp_path: Path):
    """Nobody is read a sentence of ten thousand words."""
    words = [f"word{n}" for n in range(10_000)]
    found = passages(written(tmp_path / "a.txt", " ".join(words)))
    assert max(len(p.text) for p in found) <= LARGEST
    assert " ".join(p.text for p in found).split() == words


def test_metadata_are_plain_values(tmp_path: Path):
    """Dates are texts, lists stay, and what refers to itself a million times over is left out."""
    laughs = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n"
        for a, b in itertools.pairwise("abcdefghijklmnop")
    )
    front = f"valid: 2026-01-31\ntags: [fees, 7]\nnested: {{x: 1}}\n{laughs}"
    document = only(written(tmp_path / "a.md", f"---\n{front}---\nThe fee is $75.\n"))
    known = document.metadata
    assert (known["valid"], known["tags"], known["a"]) == ("2026-01-31", ["fees", 7], ["x", "x"])
    assert "nested" not in known
    assert len(json.dumps(known)) < 1000


@pytest.mark.parametrize(
    "text",
    [
        "<!--" * 50_000,
        "[" * 200_000 + "](x)",
        "<" + "@." * 100_000,
        "[a](" + "(x" * 100_000,
        "| a " * 50_000,
        "(a. A " * 50_000,
        "* _a " * 50_000,
        "# " * 100_000,
        "\\" * 200_000,
    ],
    ids=lambda text: text[:6],
)
@pytest.mark.timeout(60)
def test_no_text_takes_for_ever(tmp_path: Path, text: str):
    """A text made to be slow to read is read: what takes the square of its length never ends."""
    assert (
        max((len(p.text) for p in passages(written(tmp_path / "a.md", text))), default=0) <= LARGEST
    )
