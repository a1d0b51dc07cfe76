"""Writes trained weights as the 8-bit ONNX file that is served, and says what to pin.

python -m benchmarks.judge.pack judge.pt
"""

import argparse
import hashlib
import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from benchmarks.judge.network import Network
from rag_index.judge import MODEL

INPUTS = ("input_ids", "token_type_ids", "attention_mask")


def export(network: Network, path: Path) -> None:
    """As ONNX, its weights by the network's own names."""
    example = torch.ones(2, 20, dtype=torch.long)
    axes = {name: {0: "texts", 1: "tokens"} for name in INPUTS} | {"logit": {0: "texts"}}
    torch.onnx.export(
        network.eval(), (example, torch.zeros_like(example), example), str(path),
        input_names=list(INPUTS), output_names=["logit"],
        dynamic_axes=axes, opset_version=17, dynamo=False,
    )  # fmt: skip
    model = onnx.load(path)
    names = {
        node.input[1]: node.name.strip("/").removesuffix("/MatMul").replace("/", ".") + ".weight"
        for node in model.graph.node
        if node.op_type == "MatMul" and node.input[1].startswith("onnx::")
    }
    for stored in model.graph.initializer:
        stored.name = names.get(stored.name, stored.name)
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
    onnx.save(model, path)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--out", type=Path, default=MODEL)
    given = parser.parse_args()
    network = Network()
    network.load_state_dict(torch.load(given.weights))
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        export(network, whole)
        # reduced range: processors without VNNI add pairs of products in 16 bits
        quantize_dynamic(
            whole, given.out, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
        )
    print(f'MODEL_SHA256 = "{hashlib.sha256(given.out.read_bytes()).hexdigest()}"')


if __name__ == "__main__":
    main()
