"""Small language models whose states are keys and values alone."""
import torch
from torch import nn
from torch.export import Dim

from .layers import Attention, Experts, RMSNorm, SwiGLU, causal, linear
from .model import Model, half, zeros

VOCABULARY, SIZE, LAYERS, GROUPS, HEAD, CAPACITY = 128, 64, 2, 2, 16, 32


class Toy(nn.Module):
    """An embedding, two layers and a head: the least that has a weight of every class."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, SIZE)
        self.norm = RMSNorm(SIZE)
        self.mix = linear(SIZE, SIZE)
        self.mlp = SwiGLU(SIZE, 96)
        self.head = linear(SIZE, VOCABULARY)
        with torch.no_grad():
            # Off centre, so that what is asymmetric has a zero point that is not zero.
            for parameter in self.parameters():
                parameter.add_(0.4 * parameter.std())

    def forward(self, input_ids):
        x = self.embed(input_ids)
        x = x + self.mix(self.norm(x))
        return self.head(x + self.mlp(self.norm(x)))


def toy():
    return Model(half(Toy()), {"input_ids": ids(1)}, ["logits"])


class Decoder(nn.Module):
    """A stack of attention and feed-forward layers over growing caches."""

    def __init__(self, normed=False, bias=False, tied=False, experts=False, window=None):
        super().__init__()
        self.window = window
        self.embed = nn.Embedding(VOCABULARY, SIZE)
        layers = range(LAYERS)
        self.attention = nn.ModuleList(
            Attention(SIZE, 4, GROUPS, HEAD, layer, normed=normed, bias=bias) for layer in layers)
        self.mlp = nn.ModuleList(Experts(SIZE, 32) if experts else SwiGLU(SIZE, 96) for _ in layers)
        self.norms = nn.ModuleList(RMSNorm(SIZE) for _ in range(2 * LAYERS + 1))
        self.head = linear(SIZE, VOCABULARY)
        if tied:
            self.head.weight = self.embed.weight

    def body(self, x, positions, keys, values, end, mask):
        for layer, (attention, mlp) in enumerate(zip(self.attention, self.mlp)):
            x = x + attention(self.norms[2 * layer](x), positions, keys, values, end, mask)
            x = x + mlp(self.norms[2 * layer + 1](x))
        return self.head(self.norms[-1](x))

    def forward(self, input_ids, position_ids, keyCache, valueCache):
        end = position_ids.shape[1]
        positions = position_ids[:, end - input_ids.shape[1] :]
        return self.body(self.embed(input_ids), positions, keyCache, valueCache, end, causal(positions, end))


def ids(length):
    return torch.zeros(1, length, dtype=torch.int32)


def positions(length):
    return torch.arange(length, dtype=torch.int32)[None]


def caches(layers=LAYERS):
    return {name: zeros(layers, 1, GROUPS, CAPACITY, HEAD) for name in ("keyCache", "valueCache")}


# Bounds under which the exporter takes the caches' growing axis and the prompt's length as dynamic.
GROWING = {"position_ids": {1: Dim("context", min=4, max=4096)},
           **{name: {3: Dim("capacity", min=4)} for name in ("keyCache", "valueCache")}}
PROMPT = {"input_ids": {1: Dim("prompt", min=1, max=32)}}


def decoder(step, **options):
    """A decoder that takes one token at a time (`step`) or a prompt of any length."""
    return Model(
        half(Decoder(**options)), {"input_ids": ids(1 if step else 3), "position_ids": positions(7)}, ["logits"],
        states=caches(), dynamic=GROWING if step else {**GROWING, **PROMPT})


class Static(Decoder):
    """A decoder of which every shape is fixed: the caches have their full size, a mask hides what is not yet written."""

    def forward(self, input_ids, position_ids, in_step, causal_mask, key_cache, value_cache):
        # A step that is data cannot be a slice's bound, so the caches are written by a mask.
        here = (torch.arange(CAPACITY) == in_step).to(torch.float16)[:, None]
        x = self.embed(input_ids) + 0 * position_ids[..., None].to(torch.float16)
        for layer, (attention, mlp) in enumerate(zip(self.attention, self.mlp)):
            y = self.norms[2 * layer](x)
            for cache, project in ((key_cache, attention.k), (value_cache, attention.v)):
                new = attention.split(project(y), GROUPS)
                cache[layer] = cache[layer] * (1 - here) + new * here
            q = attention.split(attention.q(y), 4)
            k, v = (cache[layer].repeat_interleave(2, 1) for cache in (key_cache, value_cache))
            scores = torch.softmax(torch.matmul(q, k.transpose(-1, -2)) * HEAD**-0.5 + causal_mask, -1)
            x = x + attention.o(torch.matmul(scores, v).transpose(1, 2).reshape(1, -1, SIZE))
            x = x + mlp(self.norms[2 * layer + 1](x))
        return self.head(self.norms[-1](x))


def static():
    names = ("key_cache", "value_cache")
    return Model(
        half(Static()),
        {"input_ids": ids(1), "position_ids": positions(1), "in_step": torch.zeros(1, dtype=torch.int32),
         "causal_mask": zeros(1, 1, 1, CAPACITY)},
        ["logits"], states={name: zeros(LAYERS, 1, GROUPS, CAPACITY, HEAD) for name in names})


class Embedded(Decoder):
    """The text part of a vision-language model: it takes embeddings, not token ids."""

    def forward(self, inputs_embeds, position_ids, keyCache, valueCache):
        end = position_ids.shape[1]
        positions = position_ids[:, end - inputs_embeds.shape[1] :]
        return self.body(inputs_embeds, positions, keyCache, valueCache, end, causal(positions, end))


def embedded():
    return Model(
        half(Embedded()), {"inputs_embeds": zeros(1, 3, SIZE), "position_ids": positions(7)}, ["logits"],
        states=caches(), dynamic={**GROWING, "inputs_embeds": {1: Dim("prompt", min=1, max=32)}}, unused=["embed.weight"])


class Table(nn.Module):
    """The embedding table of a bundle that keeps it in a program of its own."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, SIZE)

    def forward(self, input_ids):
        return self.embed(input_ids) * 1.5


def table():
    return Model(half(Table()), {"input_ids": ids(3)}, ["embeddings"], dynamic=PROMPT)
