"""Layers that the small models share; weights are random, all in float16 unless a model says otherwise."""
import torch
from torch import nn
from torch.nn import functional as F


def linear(inputs, outputs, bias=False):
    return nn.Linear(inputs, outputs, bias=bias)


class RMSNorm(nn.Module):
    """Root mean square normalization with a learned scale."""

    def __init__(self, size, eps=1e-5):
        super().__init__()
        # Not called a weight: the tools that compress modules would take it for one.
        self.scale = nn.Parameter(torch.rand(size) + 0.5)
        self.eps = eps

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        wide = x.float()
        wide = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)
        return wide.to(x.dtype) * self.scale


class SwiGLU(nn.Module):
    """A gated feed-forward layer."""

    def __init__(self, size, hidden):
        super().__init__()
        self.gate, self.up, self.down = linear(size, hidden), linear(size, hidden), linear(hidden, size)

    def forward(self, x):
        return self.down(F.silu(self.gate(x)) * self.up(x))


class ReLU2(nn.Module):
    """A feed-forward layer with squared rectification."""

    def __init__(self, size, hidden):
        super().__init__()
        self.up, self.down = linear(size, hidden), linear(hidden, size)

    def forward(self, x):
        return self.down(F.relu(self.up(x)).square())


class Experts(nn.Module):
    """A layer of experts of which each token uses the best few; the weights of all lie in one tensor."""

    def __init__(self, size, hidden, experts=4, active=2):
        super().__init__()
        self.active = active
        self.router = linear(size, experts)
        self.gate_up = nn.Parameter(torch.randn(experts, size, 2 * hidden) / size**0.5)
        self.down = nn.Parameter(torch.randn(experts, hidden, size) / hidden**0.5)

    def forward(self, x):
        scores, chosen = torch.topk(torch.softmax(self.router(x).float(), -1), self.active, -1)
        scores = (scores / scores.sum(-1, keepdim=True)).to(x.dtype)
        tokens = x.reshape(-1, 1, x.shape[-1])
        total = torch.zeros_like(tokens)
        for place in range(self.active):
            index = chosen[..., place].reshape(-1)
            gate, up = torch.bmm(tokens, self.gate_up[index]).chunk(2, -1)
            total = total + torch.bmm(F.silu(gate) * up, self.down[index]) * scores[..., place].reshape(-1, 1, 1)
        return total.reshape(x.shape)


def rotary(positions, size):
    """Cosines and sines for positions `[1, n]`, each `[1, 1, n, size]`."""
    rates = 1.0 / 10000 ** (torch.arange(0, size, 2, dtype=torch.float32) / size)
    angles = positions[:, None, :, None].float() * rates
    angles = torch.cat((angles, angles), -1)
    return angles.cos(), angles.sin()


def rotate(x, cos, sin):
    half = x.shape[-1] // 2
    turned = torch.cat((-x[..., half:], x[..., :half]), -1)
    return (x * cos + turned * sin).to(x.dtype)


class Attention(nn.Module):
    """Grouped-query attention; with caches `[layers, 1, heads, capacity, size]` it writes and reads its own layer's slice."""

    def __init__(self, size, heads=4, groups=2, head=16, layer=0, turns=True, normed=False, bias=False):
        super().__init__()
        self.heads, self.groups, self.head, self.layer, self.turns = heads, groups, head, layer, turns
        self.q, self.k, self.v = (linear(size, n * head, bias) for n in (heads, groups, groups))
        self.o = linear(heads * head, size)
        self.q_norm, self.k_norm = (RMSNorm(head), RMSNorm(head)) if normed else (nn.Identity(), nn.Identity())

    def split(self, x, heads):
        return x.reshape(1, -1, heads, self.head).transpose(1, 2)

    def forward(self, x, positions=None, keys=None, values=None, end=None, mask=None):
        q, k, v = self.split(self.q(x), self.heads), self.split(self.k(x), self.groups), self.split(self.v(x), self.groups)
        q, k = self.q_norm(q), self.k_norm(k)
        if self.turns and positions is not None:
            cos, sin = rotary(positions, self.head)
            q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        if keys is not None:
            begin = end - x.shape[1]
            keys[self.layer : self.layer + 1, :, :, begin:end] = k[None]
            values[self.layer : self.layer + 1, :, :, begin:end] = v[None]
            k, v = keys[self.layer, :, :, :end], values[self.layer, :, :, :end]
        k, v = (t.repeat_interleave(self.heads // self.groups, 1) for t in (k, v))
        scores = torch.matmul(q, k.transpose(-1, -2)) * self.head**-0.5
        if mask is not None:
            scores = scores + mask
        out = torch.matmul(torch.softmax(scores.float(), -1).to(v.dtype), v)
        return self.o(out.transpose(1, 2).reshape(1, -1, self.heads * self.head))


def causal(positions, length):
    """What is added to the scores of tokens at `positions` `[1, n]` over `length` keys."""
    seen = torch.arange(length)[None, :] <= positions.reshape(-1, 1)
    return torch.where(seen, 0.0, -30000.0).to(torch.float16)
