"""Averages weights of judges that were trained from one another: what one learned, the other keeps.

python -m benchmarks.judge.average 0.5:rag_index/weights/judge.onnx 0.5:judge.pt --out both.pt
"""

import argparse
from pathlib import Path

import torch

from benchmarks.judge.network import read_weights


def _part(text: str) -> tuple[float, dict[str, torch.Tensor]]:
    share, _, name = text.partition(":")
    path = Path(name)
    return float(share), torch.load(path) if path.suffix == ".pt" else read_weights(path)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="+", metavar="SHARE:FILE", help="a .pt, or a packed .onnx")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    parts = [_part(text) for text in given.parts]
    torch.save(
        {name: sum(share * w[name] for share, w in parts) for name in parts[0][1]}, given.out
    )


if __name__ == "__main__":
    main()
