"""Many passages: found through a graph, and read from one copy by all workers of a machine."""

import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import numpy as np
import pytest

from rag_index import graph
from rag_index.build import build
from rag_index.layout import version_folder
from tests.rag_index.letters import Letters, texts

ROOT = Path(__file__).parents[2]


def made_vectors(count: int) -> np.ndarray:
    """Of unit length, in loose clusters, as those of texts are."""
    rng = np.random.default_rng(1)
    centres = rng.normal(size=(count // 75, 384))
    vectors = centres[rng.integers(len(centres), size=count)] + rng.normal(size=(count, 384))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_the_graph_finds_what_comparing_finds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Of the ten nearest at least 97 in 100 are the true ones."""
    monkeypatch.setattr(graph, "FLAT_UP_TO", 1000)
    vectors, file = made_vectors(6000), tmp_path / "graph.faiss"
    graph.write(vectors, file)
    assert file.exists()
    through_graph, compared = graph.Nearest(vectors, file), graph.Nearest(vectors, tmp_path / "no")
    found = 0
    for query in made_vectors(7500)[:100]:
        true = compared.rows(query, 10)
        assert list(true) == np.argsort(-(vectors @ query), kind="stable")[:10].tolist()
        found += len(set(true) & set(through_graph.rows(query, 10)))
    assert found >= 970


@pytest.mark.parametrize(("most", "has_graph"), [(3, False), (2, True)])
def test_the_size_decides(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, has_graph: bool
):
    """Up to 50,000 passages, here two or three, no graph is made; beyond, one is."""
    assert graph.FLAT_UP_TO == 50_000
    monkeypatch.setattr(graph, "FLAT_UP_TO", most)
    report = build([folder], tmp_path / "index", Letters())
    assert (
        version_folder(tmp_path / "index", report.version) / "graph.faiss"
    ).exists() is has_graph
    assert len(texts(tmp_path / "index")) == 3


_WORKER = """
import sys
from pathlib import Path
from rag_index.index import load
from tests.rag_index.letters import Letters

index = load(Path(sys.argv[1]), Letters.name)
index.nearest.rows(index.vectors[0], 3)
print(Path("/proc/self/maps").read_text(), end="", flush=True)
print("END", flush=True)
sys.stdin.read()
"""
_SHARED = "vectors.npy sentences.npy passages.npy passages.jsonl weights.npy graph.faiss".split()


def test_workers_share_the_index(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Two processes map the same files, none may write to them, and neither copies them."""
    monkeypatch.setattr(graph, "FLAT_UP_TO", 2)
    build([folder], tmp_path / "index", Letters())
    command = [sys.executable, "-c", _WORKER, str(tmp_path / "index")]
    seen = [_mapped(command), _mapped(command)]
    assert seen[0] == seen[1]
    assert {name for name, _, _ in seen[0]} >= set(_SHARED)
    assert {may for name, may, _ in seen[0] if name in _SHARED} == {"r--s"}


def _mapped(command: list[str]) -> set[tuple[str, str, str]]:
    """Name, permissions and inode of the index's files that a worker has mapped."""
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout
        lines = takewhile("END\n".__ne__, iter(worker.stdout.readline, ""))
        rows = [line.split() for line in lines]
        worker.communicate()
    return {(Path(r[5]).name, r[1], r[4]) for r in rows if len(r) == 6 and "/versions/" in r[5]}
