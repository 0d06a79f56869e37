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
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "differential"))

import torch
from torch import nn

from export_assets import SEED, export
from exporters.hybrids import StateSpace
from exporters.layers import Attention, RMSNorm, SwiGLU, linear
from exporters.model import Model, half, zeros
from exporters.modules import QuantizeModule
from exporters.text import GROWING, ids, positions


@dataclass
class Sizes:
    """Of the published configuration."""

    hidden: int
    layers: int
    # Which of the layers are attention.
    attention: tuple
    heads: int
    head: int
    mlp: int
    attention_head: int
    state: int = 128
    query_heads: int = 12
    groups: int = 4
    vocabulary: int = 100_352
    # Factors of the embeddings, of what a layer adds, and of the logits.
    embedding: float = 12.0
    residual: float = 0.246
    logits: float = 3.0

    def channels(self):
        return self.heads * self.head + 2 * self.state


SIZES = {
    "350m": Sizes(768, 32, (10, 13, 17, 27), 48, 32, 2048, 64),
    "1b": Sizes(1536, 40, (5, 15, 25, 35), 48, 64, 4096, 128),
}
FORMS = {"fp16": None, "int8lin": QuantizeModule("int8", skip=("embed", "head"))}


class Granite(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.sizes = sizes
        self.embed = nn.Embedding(sizes.vocabulary, sizes.hidden)
        mixers, recurrent, attending = [], 0, 0
        for layer in range(sizes.layers):
            if layer in sizes.attention:
                mixers.append(Attention(
                    sizes.hidden, sizes.query_heads, sizes.groups, sizes.attention_head, attending, turns=False))
                attending += 1
            else:
                mixers.append(StateSpace(recurrent, sizes.heads, sizes.head, sizes.state, size=sizes.hidden))
                recurrent += 1
        self.mixers = nn.ModuleList(mixers)
        self.mlps = nn.ModuleList(SwiGLU(sizes.hidden, sizes.mlp) for _ in mixers)
        self.norms = nn.ModuleList(RMSNorm(sizes.hidden) for _ in range(2 * len(mixers) + 1))
        self.head = linear(sizes.hidden, sizes.vocabulary)
        self.head.weight = self.embed.weight

    def forward(self, input_ids, position_ids, keyCache, valueCache, convState, recState):
        sizes, norms = self.sizes, iter(self.norms)
        x = self.embed(input_ids) * sizes.embedding
        for layer, (mixer, mlp) in enumerate(zip(self.mixers, self.mlps)):
            y = next(norms)(x)
            if layer in sizes.attention:
                mixed = mixer(y, None, keyCache, valueCache, position_ids.shape[1])
            else:
                mixed = mixer(y, convState, recState)
            x = x + mixed * sizes.residual
            x = x + mlp(next(norms)(x)) * sizes.residual
        return self.head(next(norms)(x)) / sizes.logits


def model(sizes):
    recurrent = sizes.layers - len(sizes.attention)
    caches = {name: zeros(len(sizes.attention), 1, sizes.groups, 32, sizes.attention_head)
              for name in ("keyCache", "valueCache")}
    return Model(
        half(Granite(sizes)), {"input_ids": ids(1), "position_ids": positions(7)}, ["logits"],
        states={**caches, "convState": zeros(recurrent, 1, sizes.channels(), 3),
                "recState": zeros(recurrent, 1, sizes.heads, sizes.head, sizes.state)},
        dynamic=GROWING)


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
