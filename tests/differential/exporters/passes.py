"""Compressions by the passes of `coreai-opt` over a converted program, and what each makes of a weight.

The passes take the constants that only products, convolutions and gathers use, of more than 1024 elements. Axis 0 of each is
that of its outputs (or its rows), axis 1 that of its inputs. What `describe` says follows from what was asked alone.
"""
from dataclasses import dataclass, field

from coreai_opt.coreai_utils.common import CompressionGranularity, DType, QScheme
from coreai_opt.coreai_utils.passes.weight_palettization import palettize_weights
from coreai_opt.coreai_utils.passes.weight_quantization import quantize_weights
from coreai_opt.coreai_utils.passes.weight_sparsification import sparsify_weights

from .weights import Weight, floating, form, palette, scale

SPELLED = {"fp4_e2m1fn": "float4_e2m1fn", "fp8_e4m3fn": "float8_e4m3fn", "fp8_e5m2": "float8_e5m2"}
# The passes leave smaller constants alone.
LEAST = 1024
COMPRESSED = ("linear", "embedding", "convolution", "experts")


def spelled(dtype):
    return SPELLED.get(str(dtype), str(dtype))


def taken(weight):
    """True if the passes compress a weight at all."""
    return weight.kind in COMPRESSED and weight.elements() > LEAST


@dataclass
class Quantize:
    """Numbers of `dtype` with scales: one for all, for each output, or for each `block` inputs of an output."""

    dtype: str
    granularity: str = "per_block"
    block: int = 32
    asymmetric: bool = False
    scale: str = None

    def name(self):
        block = self.block if self.granularity == "per_block" else ""
        scale = f"_{self.scale}" if self.scale else ""
        return f"pass_{self.dtype}_{self.granularity}{block}{'_asymmetric' * self.asymmetric}{scale}"

    def apply(self, program):
        return quantize_weights(
            program, DType(self.dtype), QScheme.ASYMMETRIC if self.asymmetric else QScheme.SYMMETRIC,
            CompressionGranularity(self.granularity), self.block, scale_dtype=self.scale and DType(self.scale))

    def describe(self, weight: Weight):
        block = {"per_tensor": weight.shape, "per_channel": [1, *weight.shape[1:]],
                 "per_block": [1, self.block, *weight.shape[2:]]}[self.granularity]
        if not taken(weight) or any(size % step for size, step in zip(weight.shape, block)):
            return floating(weight)
        # What is symmetric has its zero in the middle of the numbers: unsigned ones have a zero point.
        shifted = self.asymmetric or self.dtype.startswith("u")
        scales = "float8_e8m0fnu" if self.scale or self.dtype.startswith("fp4") else weight.dtype
        return form(spelled(self.dtype), scale(scales, block, self.dtype if shifted else None))


@dataclass
class Palettize:
    """Indices of `bits` bits into tables: one for all, for each output, or for each `group` outputs.

    `vector` outputs side by side share an index; `table` is the type of tables that are quantized themselves, then scaled;
    `scaled` divides by the largest of the outputs first, which makes a scale for each input. Of both kinds of scales the
    pass keeps one number alone.
    """

    bits: int
    granularity: str = "per_tensor"
    group: int = 16
    vector: int = 1
    table: str = None
    scaled: bool = False

    def name(self):
        group = self.group if self.granularity == "per_grouped_channel" else ""
        parts = [f"pass_palette{self.bits}_{self.granularity}{group}", f"vector{self.vector}" * (self.vector > 1),
                 f"table_{self.table}" if self.table else "", "scaled" * self.scaled]
        return "_".join(part for part in parts if part)

    def apply(self, program):
        return palettize_weights(
            program, self.table and DType(self.table), self.bits, CompressionGranularity(self.granularity), self.group,
            self.vector, self.scaled, num_kmeans_workers=1)

    def describe(self, weight: Weight):
        rows = {"per_tensor": weight.shape[0], "per_channel": 1, "per_grouped_channel": self.group}[self.granularity]
        if not taken(weight) or weight.shape[0] % rows or rows % self.vector:
            return floating(weight)
        scales = scale(weight.dtype, [weight.shape[0], *[1] * (len(weight.shape) - 1)]) if self.scaled else None
        if self.table:
            # The middle of unsigned tables is no zero.
            scales = scale(weight.dtype, weight.shape, weight.dtype if self.table == "uint8" else None)
        tables = palette(weight, spelled(self.table or weight.dtype), self.bits, rows, self.vector)
        return form(f"uint{self.bits}", scales, tables)


@dataclass
class Sparsify:
    """Zeros where the weights are smallest: a share of all, or `n` of each `m` inputs; the others may be compressed too."""

    share: float = None
    ratio: tuple = None
    dtype: str = None
    bits: int = None
    block: int = None

    def name(self):
        kept = "{}of{}".format(*self.ratio) if self.ratio else f"{round(self.share * 100)}"
        block = f"_block{self.block}" if self.block else ""
        joint = self.dtype or (f"palette{self.bits}" if self.bits else "")
        return f"pass_sparse{kept}{block}{'_' * bool(joint)}{joint}"

    def apply(self, program):
        return sparsify_weights(program, self.share, self.block, self.ratio, self.dtype and DType(self.dtype), self.bits)

    def describe(self, weight: Weight):
        if not taken(weight):
            return floating(weight)
        share = self.ratio[0] / self.ratio[1] if self.ratio else self.share
        stored = {"stored": round(weight.elements() * (1 - share))}
        if self.bits:
            return form(f"uint{self.bits}", None, palette(weight, weight.dtype, self.bits, weight.shape[0], 1), stored)
        if self.dtype:
            shifted = self.dtype if self.dtype.startswith("u") else None
            return form(spelled(self.dtype), scale(weight.dtype, weight.shape, shifted), None, stored)
        return form(weight.dtype, sparse=stored)
