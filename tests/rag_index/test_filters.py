"""A search can be kept to documents with certain metadata."""

from pathlib import Path

from rag_index.build import build
from rag_index.encoder import MiniLMEncoder
from rag_index.index import load
from rag_index.metadata import matches, plain_values
from rag_index.search import Searcher


def test_a_filter_keeps_documents_with_that_metadata(folder: Path, tmp_path: Path):
    """Only what has the metadata competes."""
    (folder / "north.md").write_text("---\ncampus: north\n---\nParking costs $9 in the north.\n")
    encoder = MiniLMEncoder()
    build([folder], tmp_path / "index", encoder)
    searcher = Searcher(load(tmp_path / "index", encoder.name), encoder)
    question = "What does parking cost?"
    assert {h.passage.document for h in searcher.search(question)} > {"north.md"}
    filtered = searcher.search(question, where={"campus": "north"})
    assert [h.passage.document for h in filtered] == ["north.md"]
    assert searcher.search(question, where={"campus": "south"}) == []


def test_values_are_compared_as_they_are_written():
    """From a command line all values are texts; among a list one is enough."""
    known = plain_values({"year": 2026, "open": True, "tags": ["fees", "visa"], 7: "x"})
    assert matches(known, {"year": "2026", "open": "true", "tags": "visa"})
    assert matches(known, {"year": 2026, "7": "x"})
    assert not matches(known, {"year": "2027"})
    assert not matches(known, {"tags": "housing"})
    assert not matches(known, {"campus": "None"})
