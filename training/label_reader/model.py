"""The label reader's network: convolutions, one two-way GRU, two CTC steps per column."""

from __future__ import annotations

import torch
from alphabet import ALPHABET
from torch import Tensor, nn

CLASSES = len(ALPHABET) + 1
STRIDE = 4
"""Columns of the crop per column of the recurrent layer."""

STEPS = 2
"""CTC steps per such column: narrow letters side by side need a step between them."""


def _block(into: int, out: int, stride: int | tuple[int, int] = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(into, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU(inplace=True)
    )


class _Residual(nn.Module):
    """One convolution added to its input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.block = _block(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.block(x)


class LabelNet(nn.Module):
    """Reads crops of one line of text, 32 rows high.

    Args:
        channels: channels after the first, second and third halving of the height.
        features: features per column that the recurrent layer takes.
        hidden: units of the recurrent layer in each direction.
    """

    def __init__(
        self,
        channels: tuple[int, int, int] = (32, 64, 128),
        features: int = 256,
        hidden: int = 128,
    ) -> None:
        super().__init__()
        a, b, c = channels
        self.columns = nn.Sequential(
            _block(3, a, 2),
            _block(a, b, 2),
            _Residual(b),
            _block(b, c, (2, 1)),
            _Residual(c),
            nn.Conv2d(c, features, (4, 1), bias=False),
            nn.BatchNorm2d(features),
            nn.ReLU(inplace=True),
        )
        self.context = nn.GRU(features, hidden, bidirectional=True, batch_first=True)
        self.head = nn.Linear(2 * hidden + features, STEPS * CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        """Scores of every class at every step.

        Args:
            x: crops, -1 to 1, shape (n, 3, 32, width), width a multiple of 4.

        Returns:
            Shape (n, width / 2, classes), before softmax; class 0 is no character.
        """
        columns = self.columns(x).squeeze(2).transpose(1, 2)
        context, _ = self.context(columns)
        scores = self.head(torch.cat([context, columns], 2))
        return scores.reshape(x.shape[0], -1, CLASSES)
