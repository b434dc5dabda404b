"""Draw patches into shards on disk, a little ahead of the training that consumes them.

    python patches.py --fonts DIR --out DIR [--first N] [--count N] [--ahead N]

Each shard is one .npz file: ``pixels`` (n, 256, 256, 3), ``cores`` and ``heights``
(n, 128, 128), all uint8, as :meth:`draw.Drawer.sample` gives them.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "label_reader"))

from draw import Drawer
from fonts import Fonts
from words import Labels

SIZE = 128
"""Patches per shard."""

MODELS = Path(__file__).resolve().parents[2] / "models"


def main() -> None:
    """Draw until ``--count`` shards are made, at most ``--ahead`` unread ones at a time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fonts", type=Path, required=True, help="folder of unpacked fonts")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--ahead", type=int, default=10_000, help="shards kept at most")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    drawer = Drawer(Fonts(args.fonts), Labels(MODELS).draw)
    for number in range(args.first, args.first + args.count):
        path = args.out / f"{number:05}.npz"
        while len(list(args.out.glob("?????.npz"))) >= args.ahead:
            time.sleep(2)
        pixels, cores, heights = zip(
            *(drawer.sample(number * SIZE + i) for i in range(SIZE)), strict=True
        )
        partial = path.with_suffix(".tmp.npz")
        np.savez(partial, pixels=np.stack(pixels), cores=np.stack(cores), heights=np.stack(heights))
        partial.replace(path)


if __name__ == "__main__":
    main()
