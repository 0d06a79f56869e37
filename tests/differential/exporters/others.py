"""Small models that are no language models, and the parts of a vision-language model that take no tokens."""
import torch
from torch import nn
from torch.nn import functional as F

from .layers import Attention, RMSNorm, SwiGLU, linear
from .model import Model, half, zeros
from .text import SIZE, VOCABULARY, ids


class Layers(nn.Module):
    """Bidirectional attention and feed-forward layers."""

    def __init__(self, layers=2):
        super().__init__()
        self.attention = nn.ModuleList(Attention(SIZE, 4, 4, 16, turns=False) for _ in range(layers))
        self.mlp = nn.ModuleList(SwiGLU(SIZE, 96) for _ in range(layers))
        self.norms = nn.ModuleList(RMSNorm(SIZE) for _ in range(2 * layers))

    def forward(self, x):
        for layer, (attention, mlp) in enumerate(zip(self.attention, self.mlp)):
            x = x + attention(self.norms[2 * layer](x))
            x = x + mlp(self.norms[2 * layer + 1](x))
        return x


class Encoder(nn.Module):
    """A text encoder: mean of the last layer."""

    def __init__(self):
        super().__init__()
        self.embed, self.place = nn.Embedding(VOCABULARY, SIZE), nn.Parameter(torch.randn(1, 16, SIZE) / 8)
        self.layers, self.out = Layers(), linear(SIZE, 32)

    def forward(self, input_ids, attention_mask):
        x = self.layers(self.embed(input_ids) + self.place)
        shown = attention_mask[..., None].to(x.dtype)
        return self.out((x * shown).sum(1) / shown.sum(1))


def encoder():
    return Model(half(Encoder()), {"input_ids": ids(16), "attention_mask": torch.ones(1, 16, dtype=torch.int32)},
                 ["embedding"])


class Vision(nn.Module):
    """The vision tower: patches, layers, and a projection to the text model's size."""

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, SIZE, 8, 8)
        self.layers, self.project = Layers(1), linear(SIZE, SIZE)

    def forward(self, pixel_values):
        x = self.patch(pixel_values.to(torch.float16))
        return self.project(self.layers(x.flatten(2).transpose(1, 2).contiguous()))


def vision():
    return Model(half(Vision()), {"pixel_values": torch.zeros(1, 3, 32, 32)}, ["image_features"])


class Segmentation(nn.Module):
    """A residual network that halves the size and restores it."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 32, 3, padding=1), nn.Conv2d(32, 64, 3, 2, padding=1)
        self.depthwise, self.point = nn.Conv2d(64, 64, 3, padding=1, groups=64), nn.Conv2d(64, 64, 1)
        self.up, self.last = nn.ConvTranspose2d(64, 32, 2, 2), nn.Conv2d(32, 4, 1)

    def forward(self, image):
        early = F.relu(self.first(image))
        x = F.relu(self.second(early))
        x = x + F.relu(self.point(self.depthwise(x)))
        return self.last(self.up(x) + early)


def segmentation():
    return Model(Segmentation().eval(), {"image": torch.zeros(1, 3, 32, 32)}, ["mask"])


class Speech(nn.Module):
    """A speech encoder: convolutions over the spectrum, then layers, then scores for each frame."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv1d(40, SIZE, 3, padding=1), nn.Conv1d(SIZE, SIZE, 3, 2, padding=1)
        self.layers, self.scores = Layers(1), linear(SIZE, 32)

    def forward(self, features):
        x = F.gelu(self.second(F.gelu(self.first(features))))
        return torch.log_softmax(self.scores(self.layers(x.transpose(1, 2).contiguous())).float(), -1)


def speech():
    return Model(half(Speech()), {"features": zeros(1, 40, 32)}, ["log_probs"])


class Diffusion(nn.Module):
    """A block that removes noise: time conditions a convolution, and text is attended to."""

    def __init__(self):
        super().__init__()
        self.time = nn.Sequential(linear(32, SIZE, True), nn.SiLU(), linear(SIZE, SIZE, True))
        self.enter, self.leave = nn.Conv2d(4, SIZE, 3, padding=1), nn.Conv2d(SIZE, 4, 3, padding=1)
        self.norm = nn.GroupNorm(8, SIZE)
        self.q, self.k, self.v, self.o = (linear(SIZE, SIZE) for _ in range(4))

    def forward(self, sample, timestep, encoder_hidden_states):
        rates = torch.exp(-torch.arange(16, dtype=torch.float32) / 16 * 9.0)
        angles = timestep.float()[:, None] * rates
        time = self.time(torch.cat((angles.sin(), angles.cos()), -1).to(torch.float16))
        x = self.enter(sample) + time[:, :, None, None]
        tokens = F.silu(self.norm(x)).flatten(2).transpose(1, 2).contiguous()
        scores = torch.matmul(self.q(tokens), self.k(encoder_hidden_states).transpose(1, 2)) * SIZE**-0.5
        tokens = tokens + self.o(torch.matmul(torch.softmax(scores, -1), self.v(encoder_hidden_states)))
        return self.leave(tokens.transpose(1, 2).reshape(x.shape))


def diffusion():
    return Model(half(Diffusion()),
                 {"sample": zeros(1, 4, 8, 8), "timestep": zeros(1), "encoder_hidden_states": zeros(1, 5, SIZE)},
                 ["noise"])
