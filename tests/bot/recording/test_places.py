"""Where recordings are, and when they go."""

import json
import os
from pathlib import Path

import pytest

from bot.recording.places import DAY, folder_of, owner_of, remove, sweep


def keep(root: Path, session_id: str, *, owner: str = "key", at: float = 0.0) -> Path:
    folder = folder_of(root, session_id)
    folder.mkdir(parents=True)
    for name in ("1.wav", "1.jsonl"):
        path = folder / name
        path.write_text(json.dumps({"kind": "recording", "owner": owner}) + "\n")
        os.utime(path, (at, at))
    return folder


@pytest.mark.parametrize(
    "session_id", ["..", ".", "../../etc", "a/b", "/etc", "a%2Fb", "x" * 128, "!" * 128, "~"]
)
def test_no_id_leads_out_of_the_folder(tmp_path: Path, session_id: str):
    """Each has a folder of its own, which can be made."""
    folder = folder_of(tmp_path, session_id)
    assert folder.parent == tmp_path
    keep(tmp_path, session_id)
    assert folder.resolve().parent == tmp_path.resolve()
    remove(tmp_path, session_id)
    assert list(tmp_path.iterdir()) == []


def test_long_ids_that_begin_alike_are_kept_apart(tmp_path: Path):
    """Though file systems take short names only."""
    folders = {folder_of(tmp_path, "!" * 120 + end) for end in "abc"}
    assert len(folders) == 3


def test_recordings_go_when_their_days_are_over(tmp_path: Path):
    """Counted from what was written last."""
    old, new = keep(tmp_path, "old", at=1000.0), keep(tmp_path, "new", at=1000.0)
    os.utime(new / "1.jsonl", (1000.0 + DAY, 1000.0 + DAY))
    sweep(tmp_path, 1, now=1000.0 + 1.5 * DAY)
    assert not old.exists()
    assert new.exists()
    sweep(tmp_path / "never made", 1)


def test_whose_a_recording_is_can_be_told_from_it(tmp_path: Path):
    """Also when its record has expired; None if there is none, or it is damaged."""
    keep(tmp_path, "s", owner="somebody")
    assert owner_of(tmp_path, "s") == "somebody"
    assert owner_of(tmp_path, "nobody") is None
    (folder_of(tmp_path, "s") / "1.jsonl").write_text("{")
    assert owner_of(tmp_path, "s") is None
