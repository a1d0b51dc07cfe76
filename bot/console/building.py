"""A process of its own that reads a new document and brings the index up to date.

stdin: JSON, as `Order`. stdout: {"problem": …} or {"passages": …}. What a hostile file does to a
reader, it does here.
"""

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rag_index.build import build
from rag_index.documents import Unreadable, read
from rag_index.exported import open_encoder
from rag_index.layout import IndexBusy

NICER = 10  # calls go first
TRIES, BETWEEN_SECONDS = 30, 2.0  # while somebody else builds
Told = dict[str, str | int]


@dataclass(frozen=True)
class Order:
    """new: the document as it came; name: what it is to be called in `documents`."""

    new: str
    name: str
    documents: str
    index: str
    encoder: str
    encoders: str


def obey(order: Order) -> Told:
    """What came of it. A document that can't be read takes no other's place."""
    new, documents = Path(order.new), Path(order.documents)
    try:
        if not any(document.text.strip() for document in read(new, order.name)):
            return {"problem": "holds no text"}
    except Unreadable as error:
        return {"problem": str(error)}
    new.replace(documents / order.name)
    encoder = open_encoder(order.encoder, Path(order.encoders), threads=1)
    for left in reversed(range(TRIES)):
        try:
            report = build([documents], Path(order.index), encoder)
        except IndexBusy:
            if not left:
                raise
            time.sleep(BETWEEN_SECONDS)
            continue
        problem = dict(report.unreadable).get(order.name)
        return {"problem": problem} if problem else {"passages": report.passages}
    raise AssertionError


def main() -> None:
    """Prints what came of the order; the exit code is 1 if it can't be said."""
    os.nice(NICER)
    print(json.dumps(obey(Order(**json.load(sys.stdin)))))


if __name__ == "__main__":
    main()
