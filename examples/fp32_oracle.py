#!/usr/bin/env python3
"""Make the transcript of a full-precision oracle: what a model says greedily in float32, with its margin at each token.

    pip install torch transformers          # Python 3.11 or later
    python fp32_oracle.py MODEL 'The capital of France is' --bundle granite-4.0-h-1b --output oracle.json
    granite-bundle gate exports/granite-4.0-h-1b --transcript oracle.json

MODEL is a folder with the original weights, or the model's name on the hub. The whole sequence is computed anew for each
token, without a cache: slow, and nothing that a cache could get wrong. Weights are read as float32 whatever they are stored
as; the 1b needs 6 GB of memory.
"""
import argparse
import json
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def generated(model, prompt, count, ends):
    """The ids that are most likely, one after the other, and by how much each one's logit exceeds the second's."""
    ids, margins = list(prompt), []
    with torch.no_grad():
        while len(margins) < count:
            logits = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1].float()
            first, second = torch.topk(logits, 2).values.tolist()
            ids.append(int(logits.argmax()))
            margins.append(first - second)
            print(f"{len(margins)}/{count} {ids[-1]} margin {margins[-1]:.3f}", file=sys.stderr)
            if ids[-1] in ends:
                break
    return ids[len(prompt):], margins


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="folder or name of the original model")
    prompt = parser.add_mutually_exclusive_group(required=True)
    prompt.add_argument("text", nargs="?", help="what the model goes on from")
    prompt.add_argument("--ids", help="the same as token ids, with commas; no tokenizer is needed")
    parser.add_argument("-n", type=int, default=16, help="tokens to make")
    parser.add_argument("--bundle", default="", help="name of the bundle that is to be held to it")
    parser.add_argument("--output", type=Path, required=True, help="the transcript")
    arguments = parser.parse_args()

    model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype=torch.float32).eval()
    tokenizer = None if arguments.ids else AutoTokenizer.from_pretrained(arguments.model)
    ids = [int(part) for part in arguments.ids.split(",")] if arguments.ids else tokenizer(arguments.text).input_ids
    ends = model.generation_config.eos_token_id
    ends = {ends} if isinstance(ends, int) else set(ends or ())
    made, margins = generated(model, ids, arguments.n, ends)
    arguments.output.write_text(json.dumps({
        "schema": "coreai-gate-transcript/1",
        "bundle": arguments.bundle,
        "prompt": arguments.text,
        "input_ids": ids,
        "protocol": {"max_new_tokens": arguments.n, "greedy": True},
        "oracle": {
            "source": f"transformers, float32: {arguments.model}",
            "gen_ids": made,
            "gen_text": tokenizer.decode(made) if tokenizer else "",
            "top2_margins": margins,
        },
    }, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
