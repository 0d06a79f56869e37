#!/usr/bin/env python3
"""Export assets of the shapes of Granite 4.0-H, with random weights, through `coreai-torch` and `coreai-opt`.

    pip install -r tests/differential/requirements.txt         # Python 3.11 or later
    python benches/granite.py FOLDER [--only 350m_fp16 1b_int8lin]

Every layer is what a decode step of the model computes: state-space layers with their convolution and recurrence,
attention without positions, gated feed-forward, a tied head. `benches/decode.py` times them.
"""
import argparse
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "differential"))

import torch

from export_assets import SEED, export
from exporters.granite import Sizes, model
from exporters.modules import QuantizeModule

SIZES = {
    "350m": Sizes(768, 32, (10, 13, 17, 27), 48, 32, 2048, 64),
    "1b": Sizes(1536, 40, (5, 15, 25, 35), 48, 64, 4096, 128),
}
FORMS = {"fp16": None, "int8lin": QuantizeModule("int8", skip=("embed", "head"))}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    names = ["350m_fp16", "1b_int8lin"]
    parser.add_argument("--only", nargs="+", default=names, help="SIZE_FORM, of " + ", ".join(
        f"{size}_{form}" for size in SIZES for form in FORMS))
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for name in arguments.only:
        size, form = name.split("_")
        torch.manual_seed(SEED)
        asset = model(SIZES[size])
        ask = FORMS[form]
        program = export([asset], ask.apply(asset) if ask else None)
        path = arguments.folder / f"granite_{name}.aimodel"
        shutil.rmtree(path, ignore_errors=True)
        program.save_asset(path)
        print(path)


if __name__ == "__main__":
    main()
