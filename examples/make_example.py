#!/usr/bin/env python3
"""Make the asset and the manifest of the sample bundle beside this script.

    pip install coreai-core==1.0.0b3        # Python 3.11 or later
    python examples/make_example.py

The tokenizer, the chat template and the license file are kept by hand.
"""
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "differential"))

from make_assets import decode_step, write  # noqa: E402

NAME = "granite-4.0-h-1b-signature"
BUNDLE = HERE / NAME
MODEL = "ibm-granite/granite-4.0-h-1b"
MANIFEST = {
    "metadata_version": "0.2",
    "kind": "llm",
    "name": NAME,
    "assets": {"main": f"{NAME}.aimodel"},
    "language": {
        "tokenizer": MODEL,
        "vocab_size": 100352,
        "max_context_length": 4096,
        "embedded_tokenizer": True,
        "function_map": {"main": ["main"]},
    },
    "source": {"model_definition": "torch", "hf_model_id": MODEL},
    "compression": None,
    "compilation": {"date": "2026-11-01T12:00:00+00:00", "targets": []},
}


def build(program):
    program.metadata = {
        "author": "granite-bundle contributors",
        "license": "Apache-2.0",
        "model_description": "The decode step's signature of Granite 4.0-H 1b without its weights",
    }
    decode_step(program)


def main():
    write(BUNDLE / f"{NAME}.aimodel", build)
    (BUNDLE / "metadata.json").write_text(json.dumps(MANIFEST, indent=2) + "\n")
    print(f"wrote {BUNDLE.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main()
