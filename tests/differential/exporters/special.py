"""Small models for what the others do not show: odd sizes, equal scales, control flow, calls, several functions."""
import torch
from torch import nn

from .layers import RMSNorm, linear
from .model import Model, half, zeros
from .text import VOCABULARY, Toy, ids


class Odd(nn.Module):
    """A layer of 65 by 33: no count of its elements is a multiple of anything."""

    def __init__(self):
        super().__init__()
        self.layer = linear(65, 33)

    def forward(self, x):
        return self.layer(x)


def odd():
    return Model(half(Odd()), {"x": zeros(1, 65)}, ["y"])


def equal():
    """The toy model with weights of one magnitude, so that all scales are equal: one value of many shapes."""
    module = Toy()
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.dim() > 1:
                parameter.copy_(torch.sign(parameter) / 8)
    return Model(half(module), {"input_ids": ids(1)}, ["logits"])


class Branch(nn.Module):
    """A branch on what is in the data."""

    def __init__(self):
        super().__init__()
        self.one, self.other = linear(64, 64), linear(64, 64)

    def forward(self, x):
        return torch.cond(x.sum() > 0, lambda x: self.one(x), lambda x: self.other(x) * 2.0, (x,))


def branch():
    return Model(Branch().eval(), {"x": torch.zeros(1, 64)}, ["y"])


class Loop(nn.Module):
    """A loop of a fixed number of steps."""

    def forward(self, x):
        def more(step, _x):
            return step < 5

        def body(step, x):
            return step + 1, x * 0.5 + 1.0

        return torch._higher_order_ops.while_loop(more, body, (torch.zeros((), dtype=torch.int64), x))[1]


def loop():
    return Model(Loop().eval(), {"x": torch.zeros(1, 64)}, ["y"])


class Called(nn.Module):
    """Two layers with a normalization that becomes a graph of its own."""

    def __init__(self):
        super().__init__()
        self.embed, self.norm = nn.Embedding(VOCABULARY, 64), RMSNorm(64)
        self.mix, self.last, self.head = linear(64, 64), RMSNorm(64), linear(64, VOCABULARY)

    def forward(self, input_ids):
        x = self.embed(input_ids)
        return self.head(self.last(x + self.mix(self.norm(x))))


def called():
    return Model(half(Called()), {"input_ids": ids(3)}, ["logits"], outside=(RMSNorm, "rms_norm", ["eps"]))


def called_public():
    """The same without a composite declaration: the graphs are functions that anyone may call."""
    return Model(half(Called()), {"input_ids": ids(3)}, ["logits"], outside=(RMSNorm, None, None))


def sizes():
    """One model as three functions, each for a prompt of another length."""
    module = half(Called())
    return [Model(module, {"input_ids": ids(length)}, ["logits"], entry=entry)
            for entry, length in (("main", 1), ("extend_8", 8), ("extend_16", 16))]
