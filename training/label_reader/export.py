"""Turn a training state into the ONNX file that the pipeline loads.

    python export.py --state DIR/state.pt --check DIR --out models/label_reader/label_reader.onnx

The running mean of the weights is exported, with softmax, and with everything that a
reader needs to know in the file's metadata. The confidence is calibrated on the
held-out shards: the chance that the whole text is right, from its least sure character
and the mean over its characters.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from alphabet import ALPHABET
from model import STEPS, STRIDE, LabelNet
from numpy.typing import NDArray
from shards import load_shard
from torch import Tensor, nn
from train import Sample, batches, greedy, stack

FORMAT = "1"


class _WithChances(nn.Module):
    def __init__(self, net: LabelNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x).softmax(2)


def write_network(state: Path, out: Path) -> dict[str, object]:
    """Write the network without metadata; returns the progress of its training."""
    saved = torch.load(state, weights_only=True)
    net = LabelNet()
    net.load_state_dict(saved["average"])
    whole = _WithChances(net).eval()
    torch.onnx.export(
        whole,
        (torch.zeros(2, 3, 32, 64),),
        str(out),
        input_names=["crops"],
        output_names=["chances"],
        dynamic_axes={"crops": {0: "n", 3: "width"}, "chances": {0: "n", 1: "steps"}},
        opset_version=17,
        dynamo=False,
    )
    progress: dict[str, object] = saved["progress"]
    return progress


def certainty(rows: NDArray[np.float32]) -> tuple[float, float] | None:
    """Log chance of the least sure character, and the mean over all; None without any."""
    best = rows.argmax(1)
    peaks: list[float] = []
    for step, index in enumerate(best):
        if index == 0:
            continue
        if step and index == best[step - 1]:
            peaks[-1] = max(peaks[-1], float(rows[step, index]))
        else:
            peaks.append(float(rows[step, index]))
    if not peaks:
        return None
    logs = np.log(np.maximum(peaks, 1e-4))
    return float(logs.min()), float(logs.mean())


def calibrate(facts: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic regression by Newton's method, with a little shrinkage.

    Returns:
        Weights of the constant and of each column of ``facts``.
    """
    x = np.column_stack([np.ones(len(facts)), facts])
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (right - chance) - 1e-3 * weights
        bend = (x * (chance * (1 - chance))[:, None]).T @ x + 1e-3 * np.eye(len(weights))
        weights = weights + np.linalg.solve(bend, slope)
    return weights


def measure(path: Path, samples: list[Sample]) -> tuple[float, float, NDArray[np.float64]]:
    """Exact share, the same without regard to case, and the calibration, on samples."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    facts, right = [], []
    exact = folded = 0
    for group in batches(samples, None):
        crops = [c.astype(np.float32).transpose(2, 0, 1) / 127.5 - 1.0 for c, _ in group]
        values, steps = stack(crops)
        (chances,) = session.run(None, {"crops": np.ascontiguousarray(values.numpy())})
        for rows, n, (_, text) in zip(chances, steps.tolist(), group, strict=True):
            read = greedy(rows[:n].argmax(1))
            exact += read == text
            folded += read.casefold() == text.casefold()
            if (sure := certainty(rows[:n])) is not None:
                facts.append(sure)
                right.append(float(read == text))
    weights = calibrate(np.array(facts), np.array(right))
    return exact / len(samples), folded / len(samples), weights


def main() -> None:
    """Export, measure, and print the file's SHA-256."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--check", type=Path, required=True, help="folder of held-out shards")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    progress = write_network(args.state, args.out)
    samples = [s for p in sorted(args.check.glob("*.npz")) for s in load_shard(p)]
    exact, folded, weights = measure(args.out, samples)
    model = onnx.load(args.out)
    facts = {
        "format": FORMAT,
        "version": datetime.now(UTC).strftime("%Y.%m.%d"),
        "alphabet": ALPHABET,
        "height": "32",
        "step": str(STRIDE // STEPS),
        "calibration": " ".join(f"{w:.4f}" for w in weights),
        "samples_seen": str(progress["samples"]),
        "held_out_exact": f"{exact:.4f}",
    }
    onnx.helper.set_model_props(model, facts)
    onnx.save(model, str(args.out))
    facts.pop("alphabet")
    facts["held_out_folded"] = f"{folded:.4f}"
    facts["bytes"] = str(args.out.stat().st_size)
    facts["sha256"] = hashlib.sha256(args.out.read_bytes()).hexdigest()
    print(json.dumps(facts, indent=1))


if __name__ == "__main__":
    main()
