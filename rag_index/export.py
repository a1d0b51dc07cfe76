"""A sentence-transformers model to ONNX: `python export.py NAME FOLDER`, with the extra `encoders`.

The whole of it, pooling and all, so that nothing but onnxruntime is needed to use it. Imports nothing
of ours. What goes wrong is the last line of stderr.
"""

# pyright: basic, reportMissingImports=false

import contextlib
import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

NEEDS = "it needs two packages. Run `.venv/bin/pip install sentence-transformers onnxscript`."
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def export(name: str, place: Path) -> None:
    """Writes model.onnx, tokenizer.json and encoder.json; the folder appears when all are there."""
    import torch
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(name, device="cpu").eval()
    tokenizer = getattr(model.tokenizer, "backend_tokenizer", None)
    if tokenizer is None:
        raise SystemExit("its tokenizer has no fast form. Choose another model.")
    example = model.tokenizer(["When is the deadline?", "How much is it now?"], padding=True)
    inputs = [i for i in INPUTS if i in example]
    free = torch.export.Dim.DYNAMIC
    work = place.with_name(f"{place.name}.{os.getpid()}")
    work.mkdir(parents=True)
    try:
        torch.onnx.export(
            _Whole(model, inputs).eval(),
            tuple(torch.tensor(example[i]) for i in inputs),
            str(work / "model.onnx"),
            input_names=inputs,
            output_names=["vectors"],
            dynamic_shapes={"given": tuple({0: free, 1: free} for _ in inputs)},
            dynamo=True,
        )
        tokenizer.save(str(work / "tokenizer.json"))
        digest = hashlib.sha256()
        for file in sorted(work.iterdir()):
            digest.update(file.read_bytes())
        facts = {
            "name": name,
            "inputs": inputs,
            "dimensions": model.encode(["a"]).shape[1],
            "max_tokens": min(model.max_seq_length or 256, 512),
            "prompt": model.prompts.get(model.default_prompt_name or "", ""),
            "sha256": digest.hexdigest(),
        }
        (work / "encoder.json").write_text(json.dumps(facts))
        shutil.rmtree(place, ignore_errors=True)
        work.rename(place)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _Whole(model, inputs):
    import torch

    class Whole(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = model

        def forward(self, *given):
            return self.layers(dict(zip(inputs, given, strict=True)))["sentence_embedding"]

    return Whole()


def main() -> None:
    """One line on stderr for whatever goes wrong."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            export(sys.argv[1], Path(sys.argv[2]))
    except ModuleNotFoundError as error:
        sys.exit(f"{NEEDS} ({error.name} is missing)")
    except Exception as error:  # a library's own: whatever it is, there is no encoder
        sys.exit(" ".join(f"{type(error).__name__}: {error}".split())[:500])


if __name__ == "__main__":
    main()
