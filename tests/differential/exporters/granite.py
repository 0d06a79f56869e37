"""Granite 4.0-H: state-space layers with a few of attention among them, each with a gated feed-forward layer."""
from dataclasses import dataclass

from torch import nn

from .hybrids import StateSpace
from .layers import Attention, RMSNorm, SwiGLU, linear
from .model import Model, half, zeros
from .text import GROWING, ids, positions


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


class Granite(nn.Module):
    """A decode step, one token at a time."""

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
