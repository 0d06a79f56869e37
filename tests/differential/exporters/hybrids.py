"""Small decode steps of hybrid language models: recurrent layers beside attention, one token at a time.

Only what the reader sees is modelled: which weights there are, which states, and how they are written.
"""
import torch
from torch import nn
from torch.nn import functional as F

from .layers import Attention, Experts, ReLU2, RMSNorm, SwiGLU, linear
from .model import Model, half, zeros
from .text import GROUPS, GROWING, HEAD, SIZE, VOCABULARY, caches, ids, positions


class Convolution(nn.Module):
    """A causal depthwise convolution over the last few steps, kept in its own slice of `convState`."""

    def __init__(self, channels, width, layer):
        super().__init__()
        self.taps = nn.Parameter(torch.randn(channels, width) / width)
        self.bias = nn.Parameter(torch.randn(channels) / 8)
        self.layer = layer

    def forward(self, x, state):
        window = torch.cat((state[self.layer], x.transpose(1, 2)), -1)
        state[self.layer] = window[..., 1:]
        return F.silu((window * self.taps).sum(-1) + self.bias)[:, None]


class StateSpace(nn.Module):
    """A state-space layer: a convolution, then a decaying outer-product state in `recState`."""

    def __init__(self, layer, heads=4, head=16, state=16, width=4, size=SIZE):
        super().__init__()
        self.layer, self.heads, self.head, self.state = layer, heads, head, state
        inner = heads * head
        self.into = linear(size, 2 * inner + 2 * state + heads)
        self.convolution = Convolution(inner + 2 * state, width, layer)
        self.decay, self.skip = nn.Parameter(torch.rand(heads)), nn.Parameter(torch.rand(heads))
        self.norm, self.out = RMSNorm(inner), linear(inner, size)

    def forward(self, x, convolved, recurrent):
        inner = self.heads * self.head
        gate, mixed, step = self.into(x).split((inner, inner + 2 * self.state, self.heads), -1)
        x, b, c = self.convolution(mixed, convolved).split((inner, self.state, self.state), -1)
        step = F.softplus(step.reshape(1, self.heads, 1, 1))
        x = x.reshape(1, self.heads, self.head, 1)
        update = recurrent[self.layer] * torch.exp(-step * self.decay[:, None, None]) + step * x * b.reshape(1, 1, 1, -1)
        recurrent[self.layer] = update
        y = torch.matmul(update, c.reshape(1, 1, -1, 1)) + x * self.skip[:, None, None]
        return self.out(self.norm(y.reshape(1, 1, inner) * F.silu(gate)))


class DeltaRule(nn.Module):
    """A gated delta-rule layer: what the state recalls for a key is corrected before it is read."""

    def __init__(self, layer, heads=2, head=16, width=4):
        super().__init__()
        self.layer, self.heads, self.head = layer, heads, head
        inner = heads * head
        self.qkv, self.gate = linear(SIZE, 3 * inner), linear(SIZE, inner)
        self.beta, self.alpha = linear(SIZE, heads), linear(SIZE, heads)
        self.convolution = Convolution(3 * inner, width, layer)
        self.norm, self.out = RMSNorm(head), linear(inner, SIZE)

    def forward(self, x, convolved, recurrent):
        q, k, v = (t.reshape(1, self.heads, self.head, 1) for t in self.convolution(self.qkv(x), convolved).chunk(3, -1))
        beta, alpha = (torch.sigmoid(f(x)).reshape(1, self.heads, 1, 1) for f in (self.beta, self.alpha))
        kept = recurrent[self.layer] * alpha
        error = v - torch.matmul(kept, k)
        update = kept + beta * error * k.transpose(-1, -2)
        recurrent[self.layer] = update
        read = self.norm(torch.matmul(update, q)[..., 0]).reshape(1, 1, -1)
        return self.out(read * F.silu(self.gate(x)))


class ShortConvolution(nn.Module):
    """A gated short convolution; its state is the last two steps."""

    def __init__(self, layer):
        super().__init__()
        self.into, self.out = linear(SIZE, 3 * SIZE), linear(SIZE, SIZE)
        self.convolution = Convolution(SIZE, 3, layer)

    def forward(self, x, convolved, _recurrent):
        b, c, x = self.into(x).chunk(3, -1)
        return self.out(c * self.convolution(b * x, convolved))


class Mixed(nn.Module):
    """Recurrent layers (as many as there are names in `recurrent`), one attention layer, a head tied or not."""

    def __init__(self, layers, feed, tied, scale=1.0):
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, SIZE)
        self.layers, self.feed = nn.ModuleList(layers), nn.ModuleList(feed() for _ in range(len(layers) + 1))
        self.attention = Attention(SIZE, 4, GROUPS, HEAD, turns=False)
        self.norms = nn.ModuleList(RMSNorm(SIZE) for _ in range(2 * len(layers) + 3))
        self.head, self.scale = linear(SIZE, VOCABULARY), scale
        if tied:
            self.head.weight = self.embed.weight

    def run(self, input_ids, position_ids, keys, values, convolved, recurrent):
        x = self.embed(input_ids) * self.scale
        norms = iter(self.norms)
        for layer, feed in zip(self.layers, self.feed):
            x = x + layer(next(norms)(x), convolved, recurrent)
            x = x + feed(next(norms)(x))
        end = position_ids.shape[1]
        x = x + self.attention(next(norms)(x), None, keys, values, end)
        x = x + self.feed[-1](next(norms)(x))
        return self.head(next(norms)(x)) / self.scale


class FourStates(Mixed):
    def forward(self, input_ids, position_ids, keyCache, valueCache, convState, recState):
        return self.run(input_ids, position_ids, keyCache, valueCache, convState, recState)


class ThreeStates(Mixed):
    def forward(self, input_ids, position_ids, keyCache, valueCache, convState):
        return self.run(input_ids, position_ids, keyCache, valueCache, convState, None)


def step(module, **states):
    return Model(half(module), {"input_ids": ids(1), "position_ids": positions(7)}, ["logits"],
                 states={**caches(1), **states}, dynamic=GROWING)


def granite():
    """State-space layers, a tied head, embeddings and logits scaled."""
    layers = [StateSpace(layer) for layer in range(2)]
    return step(FourStates(layers, lambda: SwiGLU(SIZE, 96), True, scale=6.0),
                convState=zeros(2, 1, 96, 3), recState=zeros(2, 1, 4, 16, 16))


def granite_experts():
    """The same with experts and a head of its own."""
    layers = [StateSpace(layer) for layer in range(2)]
    return step(FourStates(layers, lambda: Experts(SIZE, 32), False),
                convState=zeros(2, 1, 96, 3), recState=zeros(2, 1, 4, 16, 16))


def nemotron():
    """State-space layers, squared rectification, a head of its own."""
    layers = [StateSpace(layer, heads=8, head=8) for layer in range(3)]
    return step(FourStates(layers, lambda: ReLU2(SIZE, 96), False),
                convState=zeros(3, 1, 96, 3), recState=zeros(3, 1, 8, 8, 16))


def qwen35():
    """Delta-rule layers."""
    layers = [DeltaRule(layer) for layer in range(3)]
    return step(FourStates(layers, lambda: SwiGLU(SIZE, 96), True),
                convState=zeros(3, 1, 96, 3), recState=zeros(3, 1, 2, 16, 16))


def lfm2():
    """Short convolutions: three states."""
    layers = [ShortConvolution(layer) for layer in range(2)]
    return step(ThreeStates(layers, lambda: SwiGLU(SIZE, 96), True), convState=zeros(2, 1, SIZE, 2))


class Shifted(nn.Module):
    """A recurrent model without attention: two states of fixed size that are no keys and values."""

    def __init__(self, layers=2, heads=4, head=16):
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, SIZE)
        self.heads, self.head_size = heads, head
        self.mixes = nn.ParameterList(nn.Parameter(torch.rand(2, SIZE)) for _ in range(layers))
        self.rkvg = nn.ModuleList(nn.ModuleList(linear(SIZE, SIZE) for _ in range(4)) for _ in range(layers))
        self.decay = nn.ParameterList(nn.Parameter(torch.rand(heads, head, 1)) for _ in range(layers))
        self.out = nn.ModuleList(linear(SIZE, SIZE) for _ in range(layers))
        self.mlp = nn.ModuleList(ReLU2(SIZE, 96) for _ in range(layers))
        self.norms = nn.ModuleList(RMSNorm(SIZE) for _ in range(2 * layers + 1))
        self.head = linear(SIZE, VOCABULARY)

    def shift(self, x, state, layer, place):
        before = state[layer, :, place]
        mixed = x + (before[:, None] - x) * self.mixes[layer][place]
        state[layer, :, place] = x[:, 0]
        return mixed

    def forward(self, input_ids, position_ids, recState, shiftState):
        # Positions are of no use to such a model, but it is handed them.
        x = self.embed(input_ids) + 0 * position_ids[..., None].to(torch.float16)
        for layer, (rkvg, out, mlp) in enumerate(zip(self.rkvg, self.out, self.mlp)):
            mixed = self.shift(self.norms[2 * layer](x), shiftState, layer, 0)
            r, k, v, g = (f(mixed).reshape(1, self.heads, self.head_size, 1) for f in rkvg)
            update = recState[layer] * torch.exp(-torch.exp(-self.decay[layer])) + v * k.transpose(-1, -2)
            recState[layer] = update
            y = torch.matmul(update, r) * torch.sigmoid(g)
            x = x + out(y.reshape(1, 1, -1))
            x = x + mlp(self.shift(self.norms[2 * layer + 1](x), shiftState, layer, 1))
        return self.head(self.norms[-1](x))


def rwkv():
    return Model(half(Shifted()), {"input_ids": ids(1), "position_ids": positions(1)}, ["logits"],
                 states={"recState": zeros(2, 1, 4, 16, 16), "shiftState": zeros(2, 1, 2, SIZE)})
