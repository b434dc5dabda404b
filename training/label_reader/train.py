"""Train the label reader on rendered shards.

    python train.py --shards DIR --check DIR --out DIR --minutes 60 [--uses 3] [--workers 2]

Takes shards as they are made, each ``--uses`` times with other colours and framing, then
deletes them. The learning rate runs one cosine cycle over the time given. The state is
saved every few minutes; a new call with the same ``--out`` goes on from there, with a
new cycle over the remaining time. With several workers each takes its own shards and
all change the same weights without waiting for each other (Recht et al. 2011,
"Hogwild!"); on a shared machine this is nearly twice as fast as two threads in one
worker, and like the time limit it makes runs differ a little.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from alphabet import ALPHABET
from model import STEPS, STRIDE, LabelNet
from numpy.typing import NDArray
from shards import load_shard
from torch import nn

Sample = tuple[NDArray[np.uint8], str]
INDEX = {c: i + 1 for i, c in enumerate(ALPHABET)}
COLUMNS = 5120
"""Columns of all crops of a batch together."""


@dataclass
class Progress:
    """What a run has seen so far; saved with its state."""

    samples: int = 0
    steps: int = 0
    seconds: float = 0.0
    uses: dict[str, int] = field(default_factory=dict)


def varied(crop: NDArray[np.uint8], r: random.Random) -> NDArray[np.float32]:
    """A crop as the network takes it, in other colours, shifted or stretched a little.

    Returns:
        Shape (3, 32, width), -1 to 1.
    """
    values = crop.astype(np.float32) / 127.5 - 1.0
    if r.random() < 0.5:
        order = [0, 1, 2]
        r.shuffle(order)
        values = values[:, :, order]
    if r.random() < 0.25:
        values = -values
    if r.random() < 0.4:
        values = np.clip(values * r.uniform(0.6, 1.2) + r.uniform(-0.25, 0.25), -1, 1)
    if r.random() < 0.5:
        cut = r.randint(0, 2)
        values = values[:, cut:]
    return values.transpose(2, 0, 1)


def batches(samples: list[Sample], r: random.Random | None) -> Iterator[list[Sample]]:
    """Samples of like width together, in random order if ``r`` is given."""
    order = sorted(range(len(samples)), key=lambda i: samples[i][0].shape[1])
    groups: list[list[int]] = [[]]
    for i in order:
        width = samples[i][0].shape[1]
        if groups[-1] and (len(groups[-1]) + 1) * width > COLUMNS:
            groups.append([])
        groups[-1].append(i)
    if r:
        r.shuffle(groups)
    for group in groups:
        yield [samples[i] for i in group]


def stack(crops: list[NDArray[np.float32]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Crops padded to one width, and the CTC steps that each fills."""
    widths = [crop.shape[2] for crop in crops]
    width = -(-max(widths) // 8) * 8
    values = np.zeros((len(crops), 3, 32, width), dtype=np.float32)
    for row, crop in zip(values, crops, strict=True):
        row[:, :, : crop.shape[2]] = crop
    steps = torch.tensor([-(-w // STRIDE) * STEPS for w in widths])
    return torch.from_numpy(values).to(memory_format=torch.channels_last), steps


def greedy(rows: NDArray[np.int64]) -> str:
    """The text of the best class of each step."""
    kept = [k for i, k in enumerate(rows) if k and (i == 0 or k != rows[i - 1])]
    return "".join(ALPHABET[k - 1] for k in kept)


@torch.no_grad()
def exact(net: nn.Module, samples: list[Sample]) -> float:
    """Share of samples that are read without a fault."""
    net.eval()
    right = 0
    for group in batches(samples, None):
        crops = [c.astype(np.float32).transpose(2, 0, 1) / 127.5 - 1.0 for c, _ in group]
        values, steps = stack(crops)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            best = net(values).float().argmax(2).numpy()
        right += sum(
            greedy(row[:n]) == text
            for row, n, (_, text) in zip(best, steps.tolist(), group, strict=True)
        )
    net.train()
    return right / len(samples)


class Average:
    """Running mean of the weights (EMA), which reads better than the last weights."""

    def __init__(self, net: nn.Module, decay: float = 0.998) -> None:
        self.decay = decay
        self.values = {k: v.detach().clone() for k, v in net.state_dict().items()}
        self.count = 0

    def update(self, net: nn.Module) -> None:
        """Take in the weights after a step."""
        self.count += 1
        keep = min(self.decay, (1 + self.count) / (10 + self.count))
        for key, value in net.state_dict().items():
            if value.dtype.is_floating_point:
                self.values[key].lerp_(value, 1 - keep)
            else:
                self.values[key].copy_(value)


def next_shard(plan: Plan, rank: int, uses: dict[str, int]) -> Path | None:
    """The worker's shard that it used least; None after a wait, if all are used up."""
    found = [p for p in sorted(plan.shards.glob("?????.npz")) if int(p.stem) % plan.workers == rank]
    for path in [p for p in found if uses.get(p.name, 0) >= plan.uses]:
        path.with_suffix(".used").touch()
        path.unlink()
        found.remove(path)
    if not found:
        time.sleep(1)
        return None
    path = min(found, key=lambda p: (uses.get(p.name, 0), p.name))
    uses[path.name] = uses.get(path.name, 0) + 1
    return path


def rate(share: float, peak: float) -> float:
    """Learning rate after a share of the time: a short rise, then a cosine to nothing."""
    if share < 0.04:
        return peak * (0.05 + 0.95 * share / 0.04)
    return peak * (0.002 + 0.998 * 0.5 * (1 + math.cos(math.pi * (share - 0.04) / 0.96)))


def optimizer_of(net: nn.Module, peak: float) -> torch.optim.Optimizer:
    """AdamW; weight decay on matrices and filters alone."""
    decayed = [p for p in net.parameters() if p.ndim > 1]
    others = [p for p in net.parameters() if p.ndim <= 1]
    return torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}],
        lr=peak,
        betas=(0.9, 0.98),
    )


@dataclass
class Plan:
    """What every worker needs to know.

    Attributes:
        shards: folder that shards are taken from.
        uses: how often each is used.
        peak: highest learning rate.
        seed: seed of the variations.
        workers: how many there are.
        begin: start on the monotonic clock, seconds.
        end: end on the same clock.
    """

    shards: Path
    uses: int
    peak: float
    seed: int
    workers: int
    begin: float
    end: float


def learn(
    net: nn.Module,
    optimizer: torch.optim.Optimizer,
    plan: Plan,
    rank: int,
    uses: dict[str, int],
) -> Iterator[tuple[int, float]]:
    """Train until the plan's end; gives the batch size and the loss after every step."""
    loss_of = nn.CTCLoss(zero_infinity=True)
    net.train()
    while time.monotonic() < plan.end:
        path = next_shard(plan, rank, uses)
        if path is None:
            continue
        r = random.Random(f"{plan.seed} {path.name} {uses[path.name]}")
        for group in batches(load_shard(path), r):
            now = time.monotonic()
            if now >= plan.end:
                return
            for part in optimizer.param_groups:
                part["lr"] = rate((now - plan.begin) / (plan.end - plan.begin), plan.peak)
            values, steps = stack([varied(crop, r) for crop, _ in group])
            wanted = [torch.tensor([INDEX[c] for c in text]).long() for _, text in group]
            lengths = torch.tensor([len(w) for w in wanted])
            with torch.autocast("cpu", dtype=torch.bfloat16):
                scores = net(values)
            chances = scores.float().log_softmax(2).transpose(0, 1)
            loss = loss_of(chances, torch.cat(wanted), steps, lengths)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 3.0)
            optimizer.step()
            yield len(group), loss.item()


def help_out(net: nn.Module, plan: Plan, rank: int, seen: Any) -> None:
    """What a worker beside the first does: learn and count."""
    torch.set_num_threads(1)
    torch.manual_seed(plan.seed + rank)
    for count, _ in learn(net, optimizer_of(net, plan.peak), plan, rank, {}):
        with seen.get_lock():
            seen.value += count


def main() -> None:
    """Train for the time given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--check", type=Path, required=True, help="folder of held-out shards")
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--uses", type=int, default=3)
    parser.add_argument("--peak", type=float, default=2.5e-3)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    net = LabelNet().to(memory_format=torch.channels_last)
    average = Average(net)
    optimizer = optimizer_of(net, args.peak)
    progress = Progress()
    state_path = args.out / "state.pt"
    if state_path.exists():
        state = torch.load(state_path, weights_only=True)
        net.load_state_dict(state["net"])
        average.values, average.count = state["average"], state["count"]
        optimizer.load_state_dict(state["optimizer"])
        progress = Progress(**state["progress"])
    held_out = [s for p in sorted(args.check.glob("*.npz")) for s in load_shard(p)]
    checker = LabelNet().to(memory_format=torch.channels_last)
    begin, before = time.monotonic(), progress.seconds
    plan = Plan(
        args.shards, args.uses, args.peak, args.seed, args.workers, begin, begin + args.minutes * 60
    )
    net.share_memory()
    start_method = torch.multiprocessing.get_context("spawn")
    seen = start_method.Value("q", 0)
    helpers = [
        start_method.Process(target=help_out, args=(net, plan, rank, seen), daemon=True)
        for rank in range(1, args.workers)
    ]
    for helper in helpers:
        helper.start()
    saved, mean_loss = begin, 0.0

    def save() -> None:
        with seen.get_lock():
            progress.samples, seen.value = progress.samples + seen.value, 0
        progress.seconds = before + time.monotonic() - begin
        partial = state_path.with_suffix(".tmp")
        torch.save(
            {
                "net": net.state_dict(),
                "average": average.values,
                "count": average.count,
                "optimizer": optimizer.state_dict(),
                "progress": vars(progress),
            },
            partial,
        )
        partial.replace(state_path)
        checker.load_state_dict(average.values)
        line = {
            "minutes": round(progress.seconds / 60, 1),
            "samples": progress.samples,
            "steps": progress.steps,
            "loss": round(mean_loss, 4),
            "exact": round(exact(checker, held_out), 4),
        }
        print(json.dumps(line), flush=True)
        with (args.out / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")

    for count, loss in learn(net, optimizer, plan, 0, progress.uses):
        average.update(net)
        progress.samples += count
        progress.steps += 1
        mean_loss += (loss - mean_loss) * (0.01 if mean_loss else 1.0)
        if time.monotonic() - saved > 150:
            saved = time.monotonic()
            save()
    for helper in helpers:
        helper.join()
    save()


if __name__ == "__main__":
    main()
