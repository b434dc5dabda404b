"""Render labels into shards on disk, a little ahead of the training that consumes them.

    python shards.py --fonts DIR --out DIR [--captions DIR] [--count N] [--ahead N]

Each shard is one .npz file: ``pixels`` (all crops flat, uint8), ``widths`` and ``texts``.
Shard number n depends on n and the seed alone, so an interrupted run goes on where it
stopped, and several runs make the same shards.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
import yaml
from fonts import Fonts
from render import Renderer
from scene import Pixels
from words import Labels

SIZE = 2048
"""Labels per shard."""

MODELS = Path(__file__).resolve().parents[2] / "models"


def shard_path(folder: Path, number: int) -> Path:
    """Where shard ``number`` is kept."""
    return folder / f"{number:05}.npz"


def captions(folder: Path | None) -> list[str]:
    """Captions and titles of the records (FIGID.md) in a folder, as running text."""
    texts = []
    for path in sorted(folder.glob("*.md")) if folder else []:
        fields = yaml.load(path.read_text("utf-8").split("---")[1], Loader=yaml.CSafeLoader)
        texts += [str(fields.get(key) or "") for key in ("caption", "papertitle")]
    return texts


def renderer(fonts: Path, caption_folder: Path | None) -> Renderer:
    """The renderer that training and tests share."""
    return Renderer(Fonts(fonts), Labels(MODELS, captions(caption_folder)).draw)


def save_shard(path: Path, samples: list[tuple[Pixels, str]]) -> None:
    """Write one shard, complete or not at all."""
    partial = path.with_suffix(".tmp.npz")
    np.savez(
        partial,
        pixels=np.concatenate([crop.reshape(-1) for crop, _ in samples]),
        widths=np.array([crop.shape[1] for crop, _ in samples], dtype=np.int32),
        texts=np.array([text for _, text in samples]),
    )
    partial.replace(path)


def load_shard(path: Path) -> list[tuple[Pixels, str]]:
    """Read one shard back.

    Returns:
        Crops, uint8, shape (32, width, 3), and their texts.
    """
    with np.load(path) as data:
        pixels, widths, texts = data["pixels"], data["widths"], data["texts"]
    ends = np.cumsum(widths.astype(np.int64) * 96)
    starts = ends - widths * 96
    return [
        (pixels[a:b].reshape(32, int(w), 3), str(t))
        for a, b, w, t in zip(starts, ends, widths, texts, strict=True)
    ]


def main() -> None:
    """Render until ``--count`` shards are made, at most ``--ahead`` unread ones at a time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fonts", type=Path, required=True, help="folder of unpacked fonts")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--captions", type=Path, help="folder of records FIGID.md")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--ahead", type=int, default=10_000, help="shards kept at most")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    draw = renderer(args.fonts, args.captions)
    for number in range(args.first, args.first + args.count):
        path = shard_path(args.out, number)
        if path.exists() or path.with_suffix(".used").exists():
            continue
        while len(list(args.out.glob("?????.npz"))) >= args.ahead:
            time.sleep(2)
        start = (args.seed << 40) + number * SIZE
        save_shard(path, [draw.sample(start + i) for i in range(SIZE)])


if __name__ == "__main__":
    main()
