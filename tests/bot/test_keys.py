"""Which keys are known."""

import hashlib

import pytest

from bot.keys import Keys, usable

HASHED = "sha256:" + hashlib.sha256(b"second").hexdigest()


@pytest.mark.parametrize("listed", [HASHED, HASHED.upper().replace("SHA256", "sha256")])
def test_a_key_can_be_known_by_its_hash_alone(listed: str):
    """Beside others that are written out; the hash itself opens nothing."""
    keys = Keys.of(["first", listed])
    assert keys.owner(b"second") == Keys.of(["second"]).owner(b"second")
    assert keys.owner(listed.encode()) is None
    assert keys.owner(listed.removeprefix("sha256:").encode()) is None


def test_each_key_is_an_owner_of_its_own_whose_name_tells_nothing():
    """The name is neither the key nor its hash."""
    keys = Keys.of(["first", HASHED])
    names = {str(keys.owner(b"first")), str(keys.owner(b"second"))}
    assert names == keys.owners
    assert len(names) == 2
    assert not any(name in HASHED or name in "first" for name in names)


def test_no_keys_know_nobody():
    """Not even who gives none."""
    assert not Keys.of([])
    assert Keys.of([]).owner(b"") is None


@pytest.mark.parametrize(
    ("item", "can"),
    [("plain", True), (HASHED, True), ("sha256:", False), ("sha256:xyz", False),
     (HASHED + "0", False), ("SHA256:abc", True)],
)  # fmt: skip
def test_a_hash_is_whole_or_no_key(item: str, can: bool):
    """Half a hash would lock everybody out."""
    assert usable(item) is can
