"""From which pages a browser may come."""

import pytest

from bot.origins import may_come

HERE = "desk.example:8004"


@pytest.mark.parametrize(
    ("origin", "allowed", "comes"),
    [
        (None, (), True),
        ("http://desk.example:8004", (), True),
        ("https://desk.example:8004", (), True),
        ("https://desk.example", (), False),
        ("https://elsewhere.example:8004", (), False),
        ("https://desk.example.elsewhere.example:8004", (), False),
        ("null", (), False),
        ("", (), False),
        ("https://[::1", (), False),
        ("https://pages.example", ("https://pages.example",), True),
        ("https://pages.example:443", ("https://pages.example",), True),
        ("http://pages.example", ("https://pages.example",), False),
        ("https://pages.example:8443", ("https://pages.example",), False),
        ("https://elsewhere.example", ("https://pages.example", "*"), True),
    ],
)
def test_a_page_may_come_from_here_or_from_the_list(
    origin: str | None, allowed: tuple[str, ...], comes: bool
):
    """A program sends no origin; a page of the same host and port is our own."""
    assert may_come(origin, HERE, allowed) is comes


@pytest.mark.parametrize(
    ("name", "comes"),
    [("localhost:8004", True), ("127.0.0.1:8004", True), ("[::1]:8004", True), (HERE, False)],
)
def test_a_name_made_to_point_at_this_machine_is_not_ours(name: str, comes: bool):
    """Where nobody is asked for a key because only this machine can come."""
    assert may_come(f"http://{name}", name, (), loopback_only=True) is comes
