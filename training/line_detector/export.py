"""Write the trained line detector as an ONNX file.

    python export.py --state run/state.pt --out models/line_detector/line_detector.onnx

Prints the file's metadata and SHA-256.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import onnx
import torch
from model import DEEPEST, LineNet

FORMAT = "pfcurate line detector 1"


def main() -> None:
    """Export, and print what was written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    state = torch.load(args.state, weights_only=True)
    net = LineNet()
    net.load_state_dict(state["mean"])
    net.eval()
    sides = {2: "rows", 3: "columns"}
    torch.onnx.export(
        net,
        (torch.zeros(1, 3, 4 * DEEPEST, 4 * DEEPEST),),
        str(args.out),
        input_names=["figure"],
        output_names=["maps"],
        dynamic_axes={"figure": sides, "maps": sides},
        opset_version=17,
        dynamo=False,
    )
    model = onnx.load(args.out)
    facts = {
        "format": FORMAT,
        "version": datetime.now(UTC).strftime("%Y.%m.%d"),
        "stride": str(DEEPEST),
        "training": json.dumps(state["log"]),
    }
    onnx.helper.set_model_props(model, facts)
    onnx.save(model, str(args.out))
    facts["parameters"] = str(sum(p.numel() for p in net.parameters()))
    facts["bytes"] = str(args.out.stat().st_size)
    facts["sha256"] = hashlib.sha256(args.out.read_bytes()).hexdigest()
    print(json.dumps(facts, indent=1))


if __name__ == "__main__":
    main()
