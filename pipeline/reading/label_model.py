"""The weights of the label reader: where they are, whether they are the right ones."""

from __future__ import annotations

import hashlib
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import MissingDependencyError
from pipeline.resources import models_dir

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

VERSION = "2026.11.23"
SHA256 = "73d2491cd36951e8d8dcbe32224b910d4127002478133f492877a300fc545851"
"""Hash of the weights that this version was measured with."""

REMEDY = "Reinstall the package, or restore models/label_reader from the repository"


def weights_file() -> Path:
    """Where the weights are kept."""
    return models_dir() / "label_reader" / "label_reader.onnx"


def load_weights() -> bytes:
    """The weights, if they are those that are expected.

    Raises:
        MissingDependencyError: they are absent, cannot be read, or are others.
    """
    path = weights_file()
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise MissingDependencyError(path, "the weights are not there", REMEDY) from error
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise MissingDependencyError(path, f"cannot be read ({cause})", REMEDY) from error
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise MissingDependencyError(
            path, "the weights are damaged or of another version (SHA-256 differs)", REMEDY
        )
    return data


def open_session() -> InferenceSession:
    """The network, ready to run on one thread.

    Raises:
        MissingDependencyError: onnxruntime or the weights are absent, or the weights are
            not those that are expected.
    """
    data = load_weights()
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


def version() -> str:
    """Versions that decide what the network reads."""
    return f"{VERSION} (onnxruntime {metadata.version('onnxruntime')})"
