"""A small help desk."""

from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Documents: two texts, three passages."""
    place = tmp_path / "documents"
    place.mkdir()
    (place / "fees.md").write_text("# Fees\n\nThe application fee is $75.\n")
    (place / "parking.md").write_text(
        "# Parking\n\nParking costs $4.\n\n## Night\n\nIt is free at night.\n"
    )
    return place
