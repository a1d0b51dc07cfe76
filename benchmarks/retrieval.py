"""How fast and how large retrieval is, on one thread: `runner.py bench retrieval`.

Times are processor time of the thread at work, which is what a free core would take, with the
time by the clock beside it. The passages, and the vectors that are searched, are made
(benchmarks/made_passages.py); the default encoder is measured on the same texts.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import faiss
import numpy as np

from benchmarks.made_passages import WordsEncoder, Writer, write_rows
from rag_index.build import build
from rag_index.chunks import cut
from rag_index.documents import read
from rag_index.encoder import MiniLMEncoder
from rag_index.index import Index, load
from rag_index.intents import IntentClassifier, read_intents_file
from rag_index.search import Searcher
from rag_index.vectors import passage_text

MANY, BUILT = 100_000, 10_000
ROOT = Path(__file__).parent.parent
Told = Callable[[str, int, int], None]


class Row(NamedTuple):
    """A figure, what it may be at most, and the same by the clock where that was taken."""

    name: str
    value: float
    unit: str
    most: float | None = None
    wall: float | None = None


class Times:
    """Milliseconds of processor and wall, a row a run."""

    def __init__(self, work: Callable[[Any], object], given: Sequence[Any]) -> None:
        rows: list[tuple[float, float]] = []
        for one in given:
            cpu, wall = time.thread_time(), time.perf_counter()
            work(one)
            rows.append((time.thread_time() - cpu, time.perf_counter() - wall))
        self._ms = np.array(rows) * 1000

    def row(self, name: str, most: float | None, percent: float = 50) -> Row:
        """That percentile."""
        cpu, wall = np.percentile(self._ms, percent, axis=0)
        return Row(name, float(cpu), "ms", most, float(wall))


def measure(folder: Path, told: Told, *, many: int = MANY, built: int = BUILT) -> list[Row]:
    """All figures. folder: keeps the index of made passages, which takes minutes to build."""
    writer = Writer(ROOT / "knowledge" / "documents")
    passages = list(writer.rows(many))
    questions = writer.questions(passages, 300)
    folder.mkdir(parents=True, exist_ok=True)
    source = write_rows(folder / "passages.jsonl", passages)
    words = WordsEncoder()
    build([source], folder / "index", words, progress=told)
    return [
        *_encoder(questions),
        *_search(folder / "index", words, questions),
        *_worker(folder / "index"),
        *_intent(questions),
        *_build(passages[:built], told),
    ]


def _encoder(questions: Sequence[str]) -> list[Row]:
    encoder = MiniLMEncoder(threads=1)
    encoder.encode(questions[:20])
    times = Times(lambda q: encoder.encode([q]), questions[:100])
    return [times.row("query embedding, median", 8)]


def _search(folder: Path, words: WordsEncoder, questions: Sequence[str]) -> list[Row]:
    loading = Times(lambda _: load(folder, words.name), range(5))
    index = load(folder, words.name)
    searcher = Searcher(index, words)
    asked = list(zip(questions, words.encode(questions), strict=True))
    Times(lambda a: searcher.search(*a), asked)  # the pages come into memory
    times = Times(lambda a: searcher.search(*a), asked)
    vectors = [v for _, v in asked[:50]]
    compared = Times(lambda v: _exact(index, v), vectors)
    found = sum(len(set(_exact(index, v)) & set(index.nearest.rows(v, 48)[:10])) for v in vectors)
    return [
        times.row(f"search of {len(index):,}, median", 5),
        times.row(f"search of {len(index):,}, 99th percentile", None, 99),
        compared.row("the same vectors compared one by one, median", None),
        Row("ten nearest that the graph finds", 10 * found / len(vectors), "%"),
        loading.row("loading the index, slowest of 5", 1000, 100),
    ]


def _exact(index: Index, vector: np.ndarray) -> np.ndarray:
    asked = vector.reshape(1, -1)
    return faiss.knn(asked, index.vectors, 10, metric=faiss.METRIC_INNER_PRODUCT)[1][0]


_WORKER = """
import sys
from pathlib import Path
from benchmarks.made_passages import WordsEncoder
from rag_index.encoder import MiniLMEncoder
from rag_index.index import load
from rag_index.search import Searcher

def private():
    rows = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(r.split()[1]) for r in rows if r.startswith("Private_Dirty"))

MiniLMEncoder().encode(["When is the deadline?"])
without_words = private()
words = WordsEncoder()
before = private()
searcher = Searcher(load(Path(sys.argv[1]), words.name), words)
for row in range(0, len(searcher.index), max(1, len(searcher.index) // 300)):
    searcher.search(searcher.index.passage(row).text[:60])
print(private() - before, private() - (before - without_words))
"""


def _worker(folder: Path) -> list[Row]:
    """Memory that each further process takes: what it wrote. The index's pages are there once."""
    command = [sys.executable, "-c", _WORKER, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    index, whole = (int(n) / 1000 for n in done.stdout.split())
    return [
        Row("a further worker's memory for the index", index, "MB", 100),
        Row("… with Python, libraries and encoder", whole, "MB"),
    ]


def _intent(questions: Sequence[str]) -> list[Row]:
    encoder = MiniLMEncoder(threads=1)
    file = read_intents_file(ROOT / "knowledge" / "intents.yaml")
    classifier = IntentClassifier(file.intents, encoder, file.out_of_scope)
    asked = list(zip(questions[:100], encoder.encode(questions[:100]), strict=True))
    times = Times(lambda a: classifier.match_patterns(a[0]) or classifier.classify(*a), asked)
    return [times.row("intent after the embedding, median", 1)]


def _build(passages: Sequence[dict[str, str]], told: Told) -> list[Row]:
    """The encoder alone, on every fifth of the texts that the build encodes; and the build."""
    with tempfile.TemporaryDirectory() as name:
        source = write_rows(Path(name) / "passages.jsonl", passages)
        cuts = [p for document in read(source, source.name) for p in cut(document)]
        texts = [passage_text(p) for p in cuts] + [s for p in cuts for s in p.sentences]
        ordered = sorted(dict.fromkeys(texts), key=len)
        encoder = MiniLMEncoder(threads=1)
        began = time.process_time()
        encoder.encode(ordered[::5])
        alone = len(ordered[::5]) / (time.process_time() - began)
        began, wall = time.process_time(), time.perf_counter()
        report = build([source], Path(name) / "index", encoder, progress=told)
        seconds, wall = time.process_time() - began, time.perf_counter() - wall
    rate = report.encoded / seconds
    return [
        Row("texts encoded by the encoder alone", alone, "/s"),
        Row(
            f"texts encoded by a build of {report.passages:,} passages",
            rate,
            "/s",
            None,
            report.encoded / wall,
        ),
        Row("the build is slower by", 100 * (1 - rate / alone), "%", 20),
    ]
