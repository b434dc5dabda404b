"""The line detector's network: a small pyramid of convolutions over the whole figure."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

DEEPEST = 32
"""Sides of the input are multiples of this."""


def _block(into: int, out: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(into, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU(inplace=True)
    )


class _Residual(nn.Module):
    """Two convolutions added to their input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _block(channels, channels)
        self.second = nn.Sequential(
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels)
        )

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.second(self.first(x)))


class LineNet(nn.Module):
    """Finds the cores of text lines and the height of their capitals.

    Args:
        channels: channels at a quarter, an eighth, a sixteenth and a thirty-second.
        merged: channels of the merged levels.
    """

    def __init__(
        self, channels: tuple[int, int, int, int] = (32, 56, 80, 80), merged: int = 40
    ) -> None:
        super().__init__()
        a, b, c, d = channels
        self.stem = nn.Sequential(_block(3, 16, 2), _block(16, a, 2))
        self.levels = nn.ModuleList(
            [
                _Residual(a),
                nn.Sequential(_block(a, b, 2), _Residual(b)),
                nn.Sequential(_block(b, c, 2), _Residual(c)),
                nn.Sequential(_block(c, d, 2), _Residual(d)),
            ]
        )
        self.across = nn.ModuleList([nn.Conv2d(n, merged, 1) for n in channels])
        self.head = nn.Sequential(_block(merged, merged), nn.Conv2d(merged, 8, 1))
        self.spread = nn.PixelShuffle(2)

    def forward(self, x: Tensor) -> Tensor:
        """Maps at half the size of the input.

        Args:
            x: figure, -1 to 1, shape (n, 3, rows, columns), sides multiples of 32.

        Returns:
            Shape (n, 2, rows / 2, columns / 2): log odds of a core; logarithm of the
            height of capitals in pixels of the input, less log 16.
        """
        x = self.stem(x)
        seen = []
        for level in self.levels:
            x = level(x)
            seen.append(x)
        top = self.across[3](seen[3])
        for i in (2, 1, 0):
            top = self.across[i](seen[i]) + functional.interpolate(
                top, scale_factor=2.0, mode="nearest"
            )
        found: Tensor = self.spread(self.head(top))
        return found
