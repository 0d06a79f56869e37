"""The weights of a model as it declares them."""
import math
from dataclasses import dataclass

from torch import nn


@dataclass
class Weight:
    """A parameter: its path in the module, its sizes, and what it is for."""

    path: str
    shape: list
    dtype: str
    kind: str

    def elements(self):
        return math.prod(self.shape)


def form(data, scale=None, palette=None, sparse=None):
    """How a weight is stored: type of the stored numbers, and how they become the weight's."""
    return {"data": data, "scale": scale, "palette": palette, "sparse": sparse}


def scale(dtype, block, zero_point=None, minimum=None):
    """Scales of a type, one for each block; types of what is subtracted before, and added after, where that is not zero."""
    return {"dtype": dtype, "block": list(block), "zero_point": zero_point, "minimum": minimum}


def palette(weight, table, bits, rows, vector):
    """Tables of `2**bits` values, one for so many rows; each value is `vector` elements along axis 0."""
    return {"table": table, "entries": 2**bits, "tables": weight.shape[0] // rows, "vector": vector,
            "axis": 0 if vector > 1 else None, "block": [rows, *weight.shape[1:]]}


def floating(weight):
    """The form of a weight that no exporter compresses."""
    return form(weight.dtype)


def weights(model):
    """Each distinct parameter that a function uses; a tied one has the path and kind of its first use."""
    kinds = {}
    for path, module in model.module.named_modules():
        kind = {nn.Linear: "linear", nn.Embedding: "embedding", nn.Conv1d: "convolution", nn.Conv2d: "convolution",
                nn.ConvTranspose2d: "transposed"}.get(type(module))
        if kind:
            kinds.setdefault(f"{path}.weight" if path else "weight", kind)
        if type(module).__name__ == "Experts":
            kinds.update({f"{path}.gate_up": "experts", f"{path}.down": "experts"})
    found = [Weight(path, list(parameter.shape), str(parameter.dtype).removeprefix("torch."), kinds.get(path, "other"))
             for path, parameter in model.module.named_parameters() if path not in model.unused]
    for weight in found:
        # The exporter makes convolutions of two dimensions of those of one.
        if weight.kind == "convolution" and len(weight.shape) == 3:
            weight.shape.insert(2, 1)
    return found
