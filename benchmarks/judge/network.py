"""The judge as a torch network: MiniLM (6 layers, 384 wide), a linear head on its first token."""

import re
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional

HEADS, WIDTH, INNER = 12, 384, 1536
PARTS = {  # ours: BERT's
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "o": "attention.output.dense",
    "ln1": "attention.output.LayerNorm",
    "i": "intermediate.dense",
    "u": "output.dense",
    "ln2": "output.LayerNorm",
}
EMBEDDINGS = {"w": "word", "t": "token_type", "pos": "position"}


class Layer(nn.Module):
    """One of BERT's."""

    def __init__(self) -> None:
        super().__init__()
        for name in "qkvo":
            setattr(self, name, nn.Linear(WIDTH, WIDTH))
        self.i, self.u = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.ln1, self.ln2 = (nn.LayerNorm(WIDTH, eps=1e-12) for _ in range(2))

    def forward(self, x: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        texts, tokens, _ = x.shape
        q, k, v = (
            part(x).view(texts, tokens, HEADS, WIDTH // HEADS).transpose(1, 2)
            for part in (self.q, self.k, self.v)
        )
        weights = (q @ k.transpose(-1, -2)) * (WIDTH // HEADS) ** -0.5 + bias
        seen = (weights.softmax(-1) @ v).transpose(1, 2).reshape(texts, tokens, WIDTH)
        x = self.ln1(x + functional.dropout(self.o(seen), 0.1, self.training))
        inner = self.u(functional.gelu(self.i(x)))
        return self.ln2(x + functional.dropout(inner, 0.1, self.training))


class Network(nn.Module):
    """Token ids, types and mask, each (texts, tokens) -> log-odds, (texts,)."""

    def __init__(self) -> None:
        super().__init__()
        self.w, self.t, self.pos = (nn.Embedding(n, WIDTH) for n in (30522, 2, 512))
        self.ln = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(6))
        self.head = nn.Linear(WIDTH, 1)

    def forward(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        x = self.ln(self.w(ids) + self.t(types) + self.pos.weight[: ids.shape[1]])
        bias = ((1 - mask.to(x.dtype)) * -1e4)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, bias.to(x.dtype))
        return self.head(x[:, 0].float()).squeeze(-1)


def read_weights(path: Path) -> dict[str, torch.Tensor]:
    """The 8-bit weights that `pack.py` writes, as Network's parameters."""
    graph = onnx.load(path).graph
    stored = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    return {
        re.sub(r"(_Transposed)?(_quantized)?$", "", name): torch.tensor(_whole(name, value, stored))
        for name, value in stored.items()
        if not name.endswith(("_scale", "_zero_point"))
        and name.split(".")[0] in {"w", "t", "pos", "ln", "layers", "head"}
    }


def _whole(name: str, value: np.ndarray, stored: dict[str, np.ndarray]) -> np.ndarray:
    if not name.endswith("_quantized"):
        return value.copy()
    stem = name.removesuffix("_quantized")
    whole = (value.astype(np.float32) - stored[f"{stem}_zero_point"]) * stored[f"{stem}_scale"]
    return whole if stem in ("w.weight", "t.weight", "pos.weight") else whole.T.copy()
