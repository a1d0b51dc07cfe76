"""An index is built again for what changed, whole or not at all."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag_index.build import build
from rag_index.index import IndexEncoderMismatch, load
from rag_index.layout import IndexBusy, IndexCorrupt, current_version
from tests.rag_index.letters import Letters, texts

ROOT = Path(__file__).parents[2]


def test_a_second_build_encodes_what_changed(folder: Path, tmp_path: Path):
    """Only changed passages are encoded; what is deleted goes."""
    encoder = Letters()
    build([folder], tmp_path / "index", encoder)
    again = build([folder], tmp_path / "index", encoder)
    assert (again.changed, again.encoded) == (False, 0)
    encoder.encoded.clear()
    (folder / "parking.md").write_text(
        "# Parking\n\nParking costs $5.\n\n## Night\n\nIt is free at night.\n"
    )
    changed = build([folder], tmp_path / "index", encoder)
    assert changed.changed
    assert encoder.encoded
    assert all("$5" in text for text in encoder.encoded)
    (folder / "fees.md").unlink()
    build([folder], tmp_path / "index", encoder)
    assert not any("$75" in text for text in texts(tmp_path / "index"))


def test_a_build_in_steps_is_the_build_at_once(folder: Path, tmp_path: Path):
    """What is kept from before is what would be made anew."""
    build([folder], tmp_path / "steps", Letters())
    (folder / "more.md").write_text("The gate closes at ten.\n")
    build([folder], tmp_path / "steps", Letters())
    build([folder], tmp_path / "once", Letters())
    steps, once = (load(tmp_path / name, Letters.name) for name in ("steps", "once"))
    assert np.array_equal(steps.vectors, once.vectors)
    assert texts(tmp_path / "steps") == texts(tmp_path / "once")


_HALTING_BUILD = """
import sys
from pathlib import Path
from rag_index.build import build
from tests.rag_index.letters import Letters

def told(stage, done, total):
    if [stage, str(done)] == sys.argv[3:]:
        print("halted", flush=True)
        sys.stdin.read()

build([Path(sys.argv[1])], Path(sys.argv[2]), Letters(), progress=told)
"""


@pytest.mark.parametrize(("stage", "done"), [("encoding", "0"), ("writing", "0"), ("writing", "1")])
def test_a_build_that_is_killed_leaves_the_old_index(
    folder: Path, tmp_path: Path, stage: str, done: str
):
    """SIGKILL wherever it is: the old index is whole, and the next build succeeds."""
    index = tmp_path / "index"
    build([folder], index, Letters())
    before = texts(index)
    (folder / "fees.md").write_text("# Fees\n\nThe application fee is $90.\n")
    command = [sys.executable, "-c", _HALTING_BUILD, str(folder), str(index), stage, done]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as building:
        assert building.stdout
        assert building.stdout.readline() == "halted\n"
        with pytest.raises(IndexBusy, match="Another build"):
            build([folder], index, Letters())
        building.send_signal(signal.SIGKILL)
    assert texts(index) == before
    build([folder], index, Letters())
    assert any("$90" in text for text in texts(index))
    assert not (index / "versions" / "unfinished").exists()


def test_an_index_of_another_encoder_is_refused(folder: Path, tmp_path: Path):
    """Vectors of two models are never compared; the message says what rebuilds it."""
    build([folder], tmp_path / "index", Letters())
    with pytest.raises(IndexEncoderMismatch, match=r"letters.*index build"):
        load(tmp_path / "index", "another")


def test_a_damaged_index_says_so(folder: Path, tmp_path: Path):
    """A file that was cut short is noticed when the index is loaded, not in a call."""
    build([folder], tmp_path / "index", Letters())
    version = current_version(tmp_path / "index")
    file = tmp_path / "index" / "versions" / str(version) / "vectors.npy"
    file.write_bytes(file.read_bytes()[:-8])
    with pytest.raises(IndexCorrupt, match=r"vectors\.npy.*index build"):
        load(tmp_path / "index", Letters.name)


def test_every_file_cut_short_is_noticed(folder: Path, tmp_path: Path):
    """Whichever file it is, the index is refused in one line with the command that builds it."""
    build([folder], tmp_path / "index", Letters())
    version = tmp_path / "index" / "versions" / str(current_version(tmp_path / "index"))
    files = [p for p in version.rglob("*") if p.is_file() and p.stat().st_size]
    assert len(files) > 8
    for file in files:
        whole = file.read_bytes()
        file.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(IndexCorrupt, match=r"^[^\n]*index build[^\n]*$"):
            load(tmp_path / "index", Letters.name)
        file.write_bytes(whole)
    assert len(load(tmp_path / "index", Letters.name)) == 3


def test_a_damaged_index_is_built_anew(folder: Path, tmp_path: Path):
    """What the message says to do helps."""
    build([folder], tmp_path / "index", Letters())
    version = tmp_path / "index" / "versions" / str(current_version(tmp_path / "index"))
    (version / "vectors.npy").write_bytes(b"")
    assert build([folder], tmp_path / "index", Letters()).changed
    assert len(texts(tmp_path / "index")) == 3


def test_the_same_document_twice_counts_once(folder: Path, tmp_path: Path):
    """The second is told, and takes the first one's place when that goes."""
    first, second = folder / "a.jsonl", folder / "b.jsonl"
    first.write_text('{"id": "gate", "text": "The gate closes at ten."}\n')
    second.write_text('{"id": "gate", "text": "The gate closes at nine."}\n')
    report = build([folder, folder / "fees.md"], tmp_path / "index", Letters())
    assert "another document gate" in dict(report.unreadable)["b.jsonl"]
    assert [t for t in texts(tmp_path / "index") if "gate" in t] == ["The gate closes at ten."]
    assert len(texts(tmp_path / "index")) == 4
    first.unlink()
    build([folder], tmp_path / "index", Letters())
    assert [t for t in texts(tmp_path / "index") if "gate" in t] == ["The gate closes at nine."]
