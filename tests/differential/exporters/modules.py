"""Compressions by `coreai-opt` of a module before it is exported, and what each makes of a weight."""
from dataclasses import dataclass

from coreai_opt import ExportBackend
from coreai_opt.palettization import KMeansPalettizer, KMeansPalettizerConfig
from coreai_opt.pruning import MagnitudePruner, MagnitudePrunerConfig
from coreai_opt.quantization import Quantizer, QuantizerConfig

from .weights import floating, form, palette, scale

# The layers whose weights these tools compress: all, and those that may have palettes or zeros.
COMPRESSED = ("linear", "embedding", "convolution", "transposed")
PRODUCTS = ("linear", "convolution", "transposed")
SPELLED = {"float4_e2m1fn_x2": "float4_e2m1fn"}


def configured(kind, weight, inputs=None, **options):
    """A configuration of one specification for every weight; of none for activations, unless `inputs` is one."""
    each = {"op_state_spec": {"weight": weight}}
    if kind is QuantizerConfig:
        each.update(op_input_spec=inputs and {"*": inputs}, op_output_spec=None)
    if kind is KMeansPalettizerConfig:
        # Rounding the weights first is refused for vectors.
        each["enable_fast_kmeans_mode"] = False
    return kind.model_validate({"global_config": each, **options})


@dataclass
class QuantizeModule:
    """Weights of `dtype`, per tensor, per output (`per_channel`) or in blocks of `block` inputs.

    `scheme` is symmetric, symmetric_with_clipping or asymmetric; `formula` is zp (a zero point) or minval (a minimum);
    `activations` quantizes what goes into each operation as well; `scale` is the type of the scales.
    """

    dtype: str
    granularity: str = "per_block"
    block: int = 32
    scheme: str = "symmetric"
    formula: str = "zp"
    scale: str = None
    activations: str = None
    mode: str = "eager"
    # Names of modules that are left alone.
    skip: tuple = ()

    def name(self):
        block = self.block if self.granularity == "per_block" else ""
        parts = [f"module_{self.dtype.removesuffix('_x2')}_{self.granularity}{block}",
                 "without_" * bool(self.skip) + "_".join(self.skip),
                 self.scheme * (self.scheme != "symmetric"), self.formula * (self.formula != "zp"),
                 self.scale or "", f"activations_{self.activations}" * bool(self.activations), self.mode * (self.mode != "eager")]
        return "_".join(part for part in parts if part)

    def apply(self, model):
        granularity = {"type": self.granularity}
        if self.granularity == "per_channel":
            granularity["axis"] = 0
        if self.granularity == "per_block":
            granularity.update(axis=1, block_size=self.block)
        weight = {"dtype": self.dtype, "qscheme": self.scheme, "qformulation": self.formula, "granularity": granularity}
        if self.scale:
            weight["scale_dtype"] = self.scale
        inputs = self.activations and {
            "dtype": self.activations, "qscheme": "symmetric", "granularity": {"type": "per_tensor"}}
        config = configured(
            QuantizerConfig, weight, inputs, execution_mode=self.mode,
            module_name_configs={name: None for name in self.skip})
        quantizer = Quantizer(model.module, config)
        prepared = quantizer.prepare(model.arguments())
        if inputs:
            with quantizer.calibration_mode():
                prepared(*model.arguments())
        return quantizer.finalize(backend=ExportBackend.CoreAI)

    def describe(self, weight):
        block = {"per_tensor": weight.shape, "per_channel": [1, *weight.shape[1:]],
                 "per_block": [1, self.block, *weight.shape[2:]]}[self.granularity]
        if weight.kind not in COMPRESSED or weight.path.removesuffix(".weight") in self.skip:
            return floating(weight)
        # A minimum comes with the least number as a zero point, stored even where it is zero.
        shifted = self.formula == "minval" or self.scheme == "asymmetric" or self.dtype.startswith("u")
        dtype = SPELLED.get(self.dtype, self.dtype)
        minimum = weight.dtype if self.formula == "minval" else None
        return form(dtype, scale(self.scale or weight.dtype, block, dtype if shifted else None, minimum))


@dataclass
class PalettizeModule:
    """Palettes by k-means: as `Palettize`."""

    bits: int
    group: int = None
    vector: int = 1
    table: str = None
    scaled: bool = False

    def name(self):
        parts = [f"module_palette{self.bits}", f"group{self.group}" if self.group else "",
                 f"vector{self.vector}" * (self.vector > 1), f"table_{self.table}" if self.table else "", "scaled" * self.scaled]
        return "_".join(part for part in parts if part)

    def apply(self, model):
        granularity = {"type": "per_tensor"}
        if self.group:
            granularity = {"type": "per_grouped_channel", "axis": 0, "group_size": self.group}
        table = self.table and {"dtype": self.table, "qscheme": "symmetric", "granularity": {"type": "per_tensor"}}
        weight = {"n_bits": self.bits, "granularity": granularity, "cluster_dim": self.vector, "lut_qspec": table,
                  "enable_per_channel_scale": self.scaled}
        palettizer = KMeansPalettizer(model.module, configured(KMeansPalettizerConfig, weight))
        palettizer.prepare(model.arguments())
        return palettizer.finalize(backend=ExportBackend.CoreAI)

    def describe(self, weight):
        if weight.kind not in PRODUCTS:
            return floating(weight)
        rows = self.group or weight.shape[0]
        scales = scale(weight.dtype, [1, *weight.shape[1:]]) if self.scaled else None
        if self.table:
            # The scales of tables are in float32; those of outputs, if any, are multiplied into them.
            block = [1, *weight.shape[1:]] if self.scaled else weight.shape
            scales = scale("float32", block, self.table if self.table == "uint8" else None)
        tables = palette(weight, self.table or weight.dtype, self.bits, rows, self.vector)
        return form(f"uint{self.bits}", scales, tables)


@dataclass
class PruneModule:
    """Zeros where the weights are smallest, left out."""

    share: float

    def name(self):
        return f"module_sparse{round(self.share * 100)}"

    def apply(self, model):
        pruner = MagnitudePruner(model.module, configured(MagnitudePrunerConfig, {"target_sparsity": self.share}))
        pruner.prepare(model.arguments())
        return pruner.finalize(backend=ExportBackend.CoreAI)

    def describe(self, weight):
        if weight.kind not in PRODUCTS:
            return floating(weight)
        return form(weight.dtype, sparse={"stored": round(weight.elements() * (1 - self.share))})
