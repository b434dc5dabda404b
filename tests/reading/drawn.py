"""Figures drawn for tests, with the places of their labels."""

from __future__ import annotations

import cv2
import numpy as np

INK, GROUND = (20, 20, 20), (255, 255, 255)


def canvas(
    width: int = 400, height: int = 240, ground: tuple[int, int, int] = GROUND
) -> np.ndarray:
    return np.full((height, width, 3), ground, dtype=np.uint8)


def write(
    picture: np.ndarray,
    text: str,
    left: int,
    baseline: int,
    ink: tuple[int, int, int] = INK,
    size: float = 0.6,
) -> tuple[int, int, int, int]:
    """Write a label and give its box: left, top, right, bottom."""
    font = cv2.FONT_HERSHEY_SIMPLEX
    (width, height), below = cv2.getTextSize(text, font, size, 1)
    cv2.putText(picture, text, (left, baseline), font, size, ink, 1, cv2.LINE_AA)
    return left, baseline - height, left + width, baseline + below // 2
