"""The PP-OCRv6 networks, run on onnxruntime alone.

The ``rapidocr`` wheel carries the weights and is needed for nothing else: its own
wrapper resizes images without saying so, pads every short crop to 320 pixels, keeps one
character where the network offers several, and downloads what it does not find. Here
the files are used where the wheel put them, or the reader is reported as missing.
"""

from __future__ import annotations

from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import MissingDependencyError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

DETECTOR = "PP-OCRv6_det_small.onnx"
RECOGNISER = "PP-OCRv6_rec_small.onnx"
REMEDY = "Install them with: pip install 'rapidocr>=3.10,<3.11' onnxruntime"


def model_file(name: str) -> Path:
    """Where the wheel keeps one network.

    Raises:
        MissingDependencyError: the package or the file is absent.
    """
    spec = util.find_spec("rapidocr")
    if spec is None or not spec.submodule_search_locations:
        raise MissingDependencyError("rapidocr", "the package is not installed", REMEDY)
    path = Path(spec.submodule_search_locations[0]) / "models" / name
    if not path.is_file():
        raise MissingDependencyError(
            path, "the weights are not there, other versions of rapidocr fetch them", REMEDY
        )
    return path


def open_session(name: str) -> InferenceSession:
    """One network, ready to run on one thread.

    Raises:
        MissingDependencyError: onnxruntime, the package or the weights are absent, or
            the weights are damaged.
    """
    path = model_file(name)
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingDependencyError("onnxruntime", f"cannot be imported ({error})", REMEDY) from (
            error
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(
            str(path), sess_options=options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime raises many kinds, all meaning bad weights
        cause = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise MissingDependencyError(path, f"the weights cannot be loaded ({cause})", REMEDY) from (
            error
        )


def version() -> str:
    """Versions that decide what these networks read."""
    return (
        f"PP-OCRv6 small (rapidocr {metadata.version('rapidocr')}, "
        f"onnxruntime {metadata.version('onnxruntime')})"
    )
