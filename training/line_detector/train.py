"""Train the line detector on drawn patches.

    python train.py --patches DIR --out DIR --minutes 40 [--uses 3]

Takes shards as they are made, each ``--uses`` times in other colours and directions, then
deletes them. One cosine cycle of the learning rate over the time given. The state is
saved every two minutes; the exported weights are the running mean.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
from model import LineNet
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

BATCH = 8


def rate(share: float, peak: float) -> float:
    """Learning rate after a share of the time: a short rise, then a cosine to nothing."""
    if share < 0.03:
        return peak * (0.05 + 0.95 * share / 0.03)
    return peak * (0.005 + 0.995 * 0.5 * (1 + math.cos(math.pi * (share - 0.03) / 0.97)))


def varied(
    r: random.Random, pixels: NDArray[np.uint8], core: NDArray[np.uint8], height: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """A patch in other colours, upside down or not; its core 0 to 1, its heights in pixels."""
    values = pixels.astype(np.float32) / 127.5 - 1.0
    if r.random() < 0.5:
        order = [0, 1, 2]
        r.shuffle(order)
        values = values[:, :, order]
    if r.random() < 0.15:
        values = -values
    if r.random() < 0.3:
        values = np.clip(values * r.uniform(0.6, 1.2) + r.uniform(-0.25, 0.25), -1, 1)
    found = core.astype(np.float32) / 255, height.astype(np.float32) / 6
    if r.random() < 0.2:
        return (
            values[::-1, ::-1].transpose(2, 0, 1).copy(),
            found[0][::-1, ::-1].copy(),
            found[1][::-1, ::-1].copy(),
        )
    return values.transpose(2, 0, 1), *found


def loss_of(maps: Tensor, core: Tensor, height: Tensor) -> Tensor:
    """Cross entropy and Dice of the cores, and the error of the heights within them."""
    odds, logs = maps[:, 0].float(), maps[:, 1].float()
    entropy = functional.binary_cross_entropy_with_logits(odds, core, pos_weight=torch.tensor(3.0))
    chance = odds.sigmoid()
    dice = 1 - (2 * (chance * core).sum() + 1) / (chance.sum() + core.sum() + 1)
    inside = core > 0.5
    wanted = (height.clamp(min=3.0) / 16).log()
    error = ((logs - wanted).abs() * inside).sum() / (inside.sum() + 1)
    return entropy + dice + 0.3 * error


@torch.no_grad()
def measured(net: nn.Module, path: Path) -> dict[str, float]:
    """Overlap of found and true cores, and the error of the heights, on held-out patches."""
    net.eval()
    both = either = error = count = 0.0
    with np.load(path) as data:
        pixels, cores, heights = data["pixels"], data["cores"], data["heights"]
    for i in range(0, len(pixels), BATCH):
        values = torch.from_numpy(pixels[i : i + BATCH].astype(np.float32) / 127.5 - 1.0)
        maps = net(values.permute(0, 3, 1, 2).contiguous())
        found, true = maps[:, 0].numpy() > 0, cores[i : i + BATCH] > 127
        both += float((found & true).sum())
        either += float((found | true).sum())
        wanted = np.log(np.maximum(heights[i : i + BATCH] / 6, 3.0) / 16)
        error += float((np.abs(maps[:, 1].numpy() - wanted) * true).sum())
        count += float(true.sum())
    net.train()
    return {"overlap": round(both / either, 4), "height": round(error / count, 4)}


def main() -> None:
    """Train until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patches", type=Path, required=True)
    parser.add_argument("--check", type=Path, required=True, help="a held-out shard (.npz)")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--uses", type=int, default=3)
    parser.add_argument("--peak", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    net = LineNet().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    mean = {k: v.detach().clone() for k, v in net.state_dict().items()}
    optimizer = torch.optim.AdamW(net.parameters(), lr=args.peak, weight_decay=0.01)
    begin = saved = time.monotonic()
    end = begin + 60 * args.minutes
    uses: dict[str, int] = {}
    steps, running = 0, 1.0
    while time.monotonic() < end:
        paths = sorted(args.patches.glob("?????.npz"))
        for path in [p for p in paths if uses.get(p.name, 0) >= args.uses]:
            path.unlink()
            paths.remove(path)
        if not paths:
            time.sleep(1)
            continue
        path = min(paths, key=lambda p: (uses.get(p.name, 0), p.name))
        uses[path.name] = uses.get(path.name, 0) + 1
        r = random.Random(f"{args.seed} {path.name} {uses[path.name]}")
        with np.load(path) as data:
            pixels, cores, heights = data["pixels"], data["cores"], data["heights"]
        order = list(range(len(pixels)))
        r.shuffle(order)
        for i in range(0, len(order), BATCH):
            now = time.monotonic()
            for group in optimizer.param_groups:
                group["lr"] = rate(min(1.0, (now - begin) / (end - begin)), args.peak)
            parts = [varied(r, pixels[k], cores[k], heights[k]) for k in order[i : i + BATCH]]
            values, core, height = (
                torch.from_numpy(np.stack([part[k] for part in parts])) for k in (0, 1, 2)
            )
            with torch.autocast("cpu", dtype=torch.bfloat16):
                maps = net(values.contiguous(memory_format=torch.channels_last))
            loss = loss_of(maps, core, height)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), 3.0)
            optimizer.step()
            steps += 1
            running += 0.01 * (loss.item() - running)
            keep = min(0.998, (1 + steps) / (10 + steps))
            for key, value in net.state_dict().items():
                if value.dtype.is_floating_point:
                    mean[key].lerp_(value, 1 - keep)
                else:
                    mean[key].copy_(value)
        if time.monotonic() - saved > 120 or time.monotonic() >= end:
            saved = time.monotonic()
            judged = LineNet()
            judged.load_state_dict(mean)
            row = {
                "minutes": round((saved - begin) / 60, 1),
                "steps": steps,
                "loss": round(running, 4),
                **measured(judged, args.check),
            }
            print(json.dumps(row), flush=True)
            torch.save({"mean": mean, "log": row}, args.out / "state.pt")


if __name__ == "__main__":
    main()
