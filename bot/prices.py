"""Reads what providers charge, from a file that the operator can edit."""

from pathlib import Path
from typing import Any

import yaml

from bot.settings import Settings
from conversation.use import Price, Prices, Unit

OURS = Path(__file__).with_name("prices.yaml")


class PricesFileError(ValueError):
    """The file of prices can't be used; the message names the file and the row."""


def load_prices(settings: Settings) -> Prices:
    """From TURNWISE_PRICES, else `prices.yaml` of the help desk, else ours.

    Raises PricesFileError.
    """
    own = settings.knowledge / "prices.yaml"
    return read_prices(settings.prices or (own if own.exists() else OURS))


def read_prices(path: Path) -> Prices:
    """The prices in `path`. Raises PricesFileError with all that is wrong."""
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PricesFileError(f"{path} cannot be read: {error}.") from None
    rows = found.get("prices") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise PricesFileError(f"{path}: write `prices:` and a list of rows.")
    wrong = [n for n, row in enumerate(rows, 1) if _price(row) is None]
    if wrong:
        raise PricesFileError(
            f"{path}: row {', '.join(map(str, wrong))} of the prices cannot be used: give "
            f"provider, unit ({', '.join(Unit)}), price (0 or more) and per (more than 0)."
        )
    return Prices(str(found.get("currency", "USD")), dict(filter(None, map(_price, rows))))


def _price(row: Any) -> tuple[tuple[str, str, Unit], Price] | None:
    try:
        price = Price(float(row["price"]), float(row["per"]))
        key = str(row["provider"]), str(row.get("model", "")), Unit(row["unit"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return (key, price) if price.price >= 0 and price.per > 0 else None
