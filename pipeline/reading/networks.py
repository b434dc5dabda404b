"""The project's own networks: where their weights are, whether they are the right ones."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import MissingDependencyError
from pipeline.resources import models_dir

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

REMEDY = "Reinstall the package, or restore models/ from the repository"


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of one network.

    Attributes:
        name: folder in ``models`` and stem of the file.
        version: date of the training.
        sha256: hash of the file that this version was measured with.
    """

    name: str
    version: str
    sha256: str

    @property
    def path(self) -> Path:
        """Where the file is kept."""
        return models_dir() / self.name / f"{self.name}.onnx"


LABEL_READER = Weights(
    "label_reader",
    "2026.11.23",
    "985ddafbf868213c580d9d64c88f40b2f63de437f33e6ce5b4bd61eca71c248e",
)
LINE_DETECTOR = Weights(
    "line_detector",
    "2026.11.23",
    "4be96ede2341237f535da0838b6b17faa7cd29a26e5eb4399db31bf2172c9c06",
)


def load(weights: Weights) -> bytes:
    """The weights, if they are those that are expected.

    Raises:
        MissingDependencyError: they are absent, cannot be read, or are others.
    """
    path = weights.path
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise MissingDependencyError(path, "the weights are not there", REMEDY) from error
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise MissingDependencyError(path, f"cannot be read ({cause})", REMEDY) from error
    if hashlib.sha256(data).hexdigest() != weights.sha256:
        raise MissingDependencyError(
            path, "the weights are damaged or of another version (SHA-256 differs)", REMEDY
        )
    return data


def open_session(weights: Weights) -> InferenceSession:
    """A network, ready to run on one thread.

    Raises:
        MissingDependencyError: onnxruntime or the weights are absent, or the weights are
            not those that are expected.
    """
    data = load(weights)
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingDependencyError(
            "onnxruntime",
            f"cannot be imported ({error})",
            "Install it with: pip install onnxruntime",
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(
        data, sess_options=options, providers=["CPUExecutionProvider"]
    )


def version(weights: Weights) -> str:
    """Versions that decide what a network answers."""
    return f"{weights.version} (onnxruntime {metadata.version('onnxruntime')})"
