"""What an exporter is given: a module, example inputs, names, and which sizes are dynamic."""
from dataclasses import dataclass, field

import torch
from torch import nn


@dataclass
class Model:
    """A module and how it is called; states are arguments that it writes to, after the inputs."""

    module: nn.Module
    inputs: dict
    outputs: list
    states: dict = field(default_factory=dict)
    # By argument: axis to `Dim`.
    dynamic: dict = field(default_factory=dict)
    # Parameters that no function uses.
    unused: list = field(default_factory=list)
    entry: str = "main"
    # Class of the modules that become graphs of their own; name and attributes of the composite operation they define.
    outside: tuple = None

    def arguments(self):
        return (*self.inputs.values(), *self.states.values())

    def dynamic_shapes(self):
        return {name: self.dynamic.get(name, {}) for name in (*self.inputs, *self.states)}

    def signature(self):
        """What the function must say of itself, in the spelling of `inspect --json`; of its outputs, the names."""
        def spell(values):
            return [{"name": key, "dtype": str(value.dtype).removeprefix("torch."),
                     "shape": [None if axis in self.dynamic.get(key, {}) else size
                               for axis, size in enumerate(value.shape)]} for key, value in values.items()]
        return {"name": self.entry, "inputs": spell(self.inputs), "outputs": self.outputs, "states": spell(self.states)}


def half(module):
    return module.half().eval()


def zeros(*shape):
    return torch.zeros(shape, dtype=torch.float16)
