"""What providers charge is read from a file that the operator can edit."""

from pathlib import Path

import pytest

from bot.prices import OURS, PricesFileError, load_prices, read_prices
from bot.services.choices import CHOICES
from bot.settings import Settings
from conversation.use import Price, Unit

ROW = "{provider: groq, model: big, unit: tokens_in, price: 0.15, per: 1000000}"


def written(folder: Path, *rows: str, name: str = "prices.yaml") -> Path:
    path = folder / name
    path.write_text("currency: EUR\nprices:\n" + "".join(f"  - {row}\n" for row in rows))
    return path


def settings(knowledge: Path, **more: object) -> Settings:
    return Settings(_env_file=None, knowledge=knowledge, **more)  # type: ignore[call-arg, arg-type]


def test_ours_has_every_provider_but_your_own_server():
    """Whose price only you know."""
    priced = {provider for provider, _, _ in read_prices(OURS).by}
    known = {choice.name for choices in CHOICES.values() for choice in choices}
    assert known - priced == {"openai", "grounded"}


def test_the_help_desks_own_file_goes_before_ours_and_the_settings_before_both(tmp_path: Path):
    """Ours, where there is no other."""
    assert load_prices(settings(tmp_path)).currency == "USD"
    written(tmp_path, ROW)
    prices = load_prices(settings(tmp_path))
    assert prices.currency == "EUR"
    assert prices.by == {("groq", "big", Unit.TOKENS_IN): Price(0.15, 1_000_000)}
    other = written(tmp_path, "{provider: x, unit: seconds, price: 1, per: 1}", name="other.yaml")
    assert load_prices(settings(tmp_path, prices=other)).by == {
        ("x", "", Unit.SECONDS): Price(1, 1)
    }


@pytest.mark.parametrize(
    "row",
    [
        "{provider: groq, unit: tokens_in, price: 0.15}",
        "{provider: groq, unit: miles, price: 0.15, per: 1}",
        "{provider: groq, unit: seconds, price: -1, per: 1}",
        "{provider: groq, unit: seconds, price: 1, per: 0}",
        "{unit: seconds, price: 1, per: 1}",
        "free",
    ],
)
def test_a_row_that_cannot_be_used_is_named(tmp_path: Path, row: str):
    """With what a row needs."""
    with pytest.raises(PricesFileError, match=r"row 2 .*give provider, unit"):
        read_prices(written(tmp_path, ROW, row))


@pytest.mark.parametrize("text", ["prices: 5", "nothing", "prices: [", ""])
def test_a_file_without_prices_says_what_to_write(tmp_path: Path, text: str):
    """Or what is no YAML."""
    path = tmp_path / "prices.yaml"
    path.write_text(text)
    with pytest.raises(PricesFileError, match=r"prices\.yaml"):
        read_prices(path)
    with pytest.raises(PricesFileError, match="cannot be read"):
        read_prices(tmp_path / "none.yaml")
