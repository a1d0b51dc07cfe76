"""Trains the answerer's judge further on the help desks of this folder, from the weights it has.

    pip install torch onnx          (into an environment with our packages, not the one that serves)
    python -m benchmarks.judge.train --passes 2 --squad train-v2.0.json --out judge.pt
    python -m benchmarks.judge.pack judge.pt

A question's sentences and "none of them" are the choices of one softmax; besides, each sentence is
right or wrong by itself. HELD_OUT and FITTED desks are left out, and so are the sample help desk
and XQuAD.
"""

import argparse
import random
import re
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional

from benchmarks.judge.desks import FITTED, HELD_OUT, read_desks
from benchmarks.judge.groups import Group, asking_nothing, groups, read_squad
from benchmarks.judge.network import Network, read_weights
from rag_index.encoder import MiniLMEncoder, tokenizer_bytes
from rag_index.judge import MODEL

ASK_NOTHING = Path(__file__).parent / "ask_nothing.txt"  # what callers say, a line each
BATCH, SHUFFLED, WRONG = 16, 640, 3
RATE, WARM_UP = 1.2e-4, 40
OPENED = 0.2  # of the questions: something that asks nothing comes first, as people speak
OPENERS = (
    "okay", "so", "well", "um", "right", "great, thanks", "thank you", "sorry", "stop", "wait",
    "hi", "hello there", "good morning", "yes please", "no, something else", "one more thing",
    "okay, in English", "hang on a second", "can I ask you something", "I have a question",
    "let me think", "never mind that", "oh, and another question", "excuse me", "I see", "sure",
    "hi, I'm calling for my daughter", "hm, okay",
)  # fmt: skip
STILL = 2  # layers that keep what they know, below those that learn


def plain(question: str) -> str:
    """As a recogniser writes it."""
    return re.sub(r"[^\w\s'$%:.-]", "", question.lower()).rstrip(".")


def chosen(group: Group, rng: random.Random) -> tuple[str, list[str]]:
    """A question and its sentences for this time, the right one first."""
    near = list(group.wrong[:8])
    weights = 0.75 ** np.arange(len(near))
    rows = np.random.default_rng(rng.getrandbits(32)).choice(
        len(near), min(WRONG, len(near)), replace=False, p=weights / weights.sum()
    )
    texts = [near[i] for i in rows]
    if group.right is None and near[0] not in texts:
        texts[0] = near[0]
    if len(group.wrong) > 8 and rng.random() < 0.3:
        texts[-1] = rng.choice(group.wrong[8:])
    question = group.question
    if rng.random() < OPENED:
        opener = rng.choice(OPENERS)
        question = f"{opener[0].upper()}{opener[1:]}{rng.choice(('', ',', '.'))} {question}"
    if rng.random() > 0.65:
        question = plain(question)
    return question, [group.right, *texts] if group.right else texts


def batches(found: Sequence[Group], rng: random.Random) -> Iterator[list[Group]]:
    """All of them once, at random, neighbours of like length together."""
    found = rng.sample(found, len(found))
    for first in range(0, len(found), SHUFFLED):
        part = sorted(found[first : first + SHUFFLED], key=lambda g: sum(map(len, g.wrong)))
        cut = [part[i : i + BATCH] for i in range(0, len(part), BATCH)]
        yield from rng.sample(cut, len(cut))


def encoded(tokenizer: Tokenizer, pairs: Sequence[tuple[str, str]]) -> list[torch.Tensor]:
    """Ids, types and mask."""
    rows = tokenizer.encode_batch(list(pairs))
    return [
        torch.tensor([getattr(r, f) for r in rows]) for f in ("ids", "type_ids", "attention_mask")
    ]


def loss(scores: torch.Tensor, sizes: Sequence[int], answered: Sequence[bool]) -> torch.Tensor:
    """scores: of all groups' sentences, in order; of an answered group, the right one first."""
    by_choice = torch.zeros(())
    truth = torch.zeros_like(scores)
    for part, of, is_answered in zip(
        scores.split(list(sizes)), truth.split(list(sizes)), answered, strict=True
    ):
        with_none = torch.cat([part.new_zeros(1), part])
        by_choice = by_choice + functional.cross_entropy(
            with_none[None], torch.tensor([int(is_answered)])
        )
        of[0] = float(is_answered)
    alone = functional.binary_cross_entropy_with_logits(scores, truth)
    return by_choice / len(sizes) + 0.5 * alone


def train(network: Network, found: Sequence[Group], passes: int, rng: random.Random) -> None:
    """Over all groups `passes` times, each time beside other wrong sentences."""
    tokenizer = Tokenizer.from_buffer(tokenizer_bytes())
    tokenizer.enable_truncation(72, strategy="longest_first")
    tokenizer.enable_padding()
    still = [network.w, network.t, network.pos, network.ln, *network.layers[:STILL]]
    for part in still:
        part.requires_grad_(False)
    learning = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=RATE, betas=(0.9, 0.98))
    steps = passes * len(found) / BATCH
    network.train()
    lately: deque[float] = deque(maxlen=100)
    every = (batch for _ in range(passes) for batch in batches(found, rng))
    for step, batch in enumerate(every):
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / WARM_UP) * max(0.02, 1 - step / steps)
        asked = [chosen(g, rng) for g in batch]
        pairs = [(question, text) for question, texts in asked for text in texts]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores = network(*encoded(tokenizer, pairs))
        now = loss(scores.float(), [len(t) for _, t in asked], [g.right is not None for g in batch])
        optimizer.zero_grad()
        now.backward()
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        optimizer.step()
        lately.append(now.item())
        if step % 50 == 0:
            print(f"{step} of {steps:.0f} steps, loss {np.mean(lately):.3f}", flush=True)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passes", type=int, default=2)
    parser.add_argument("--squad", type=Path, help="articles to mix in, in SQuAD 2's format")
    parser.add_argument("--squad-questions", type=int, default=3000)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    network = Network()
    network.load_state_dict(read_weights(MODEL))
    rng, encoder = random.Random(0), MiniLMEncoder(threads=2)
    desks = [desk for desk in read_desks() if desk.name not in (*HELD_OUT, *FITTED)]
    found = [g for desk in desks for g in groups(desk, encoder, rng)]
    said = ASK_NOTHING.read_text(encoding="utf-8").splitlines()
    found += asking_nothing(said, desks, encoder, rng)
    if given.squad:
        articles = [g for a in read_squad(given.squad) for g in groups(a, encoder, rng)]
        found += rng.sample(articles, min(given.squad_questions, len(articles)))
    train(network, found, given.passes, rng)
    torch.save(network.state_dict(), given.out)


if __name__ == "__main__":
    main()
