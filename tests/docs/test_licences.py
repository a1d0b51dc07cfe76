"""Whoever passes Turnwise on knows what they pass on."""

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution

import pytest

from tests.docs.commands import ROOT

PAGE = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
PERMISSIVE = re.compile(
    r"\b(MIT|0?BSD|Apache|ISC|PSF|PSFL|Python Software Foundation|Unlicense|Zlib|CC0|CNRI)\b"
)
BINDING = re.compile(r"\b\w?GPL|GNU|\bMPL|Mozilla|\bEPL|CDDL|SSPL|BUSL|-NC\b|Proprietary", re.I)


def locked(name: str) -> list[str]:
    """The packages of a lock."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", text, re.MULTILINE)


def licence(package: Distribution) -> str:
    """What it says of itself."""
    metadata = package.metadata
    kinds = [c for c in metadata.get_all("Classifier") or [] if c.startswith("License ::")]
    told = metadata.get("License-Expression") or " AND ".join(kinds)
    return told or (metadata.get("License") or "").partition("\n")[0]


def is_permissive(told: str) -> bool:
    """Whether it asks for no more than a notice."""
    return bool(PERMISSIVE.search(told)) and not BINDING.search(told)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-providers.lock"])
def test_every_package_is_permissive_or_named_on_the_page(lock: str):
    """By its own metadata."""
    packages = locked(lock)
    assert len(packages) > 50
    unnamed = {}
    for name in packages:
        try:
            told = licence(distribution(name))
        except PackageNotFoundError:
            told = "not installed"  # so its licence can't be known
        if not is_permissive(told) and f"`{name}`" not in PAGE:
            unnamed[name] = told
    assert unnamed == {}


def test_piper_is_in_no_lock_that_an_image_is_made_of():
    """GPL-3.0: an extra, for who wants it."""
    assert "piper-tts" not in locked("requirements.lock") + locked("requirements-providers.lock")
    assert BINDING.search(licence(distribution("piper-tts")))
    assert "`piper-tts` is **GPL-3.0-or-later**" in PAGE


@pytest.mark.parametrize(
    ("told", "permissive"),
    [
        ("MIT", True),
        ("BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0", True),
        ("License :: OSI Approved :: Apache Software License", True),
        ("LGPL-2.1-or-later", False),
        ("MPL-2.0 AND MIT", False),
        ("GNU Library or Lesser General Public License (LGPL)", False),
        ("CC-BY-NC-4.0", False),
        ("", False),
    ],
)
def test_a_licence_that_binds_is_told_from_one_that_does_not(told: str, permissive: bool):
    """The test above can fail."""
    assert is_permissive(told) is permissive
