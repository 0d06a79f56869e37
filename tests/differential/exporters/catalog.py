"""Every asset that is made: a model, and what its exporter is asked to do with the weights."""
from . import hybrids, others, special, text
from .modules import PalettizeModule, PruneModule, QuantizeModule
from .passes import Palettize, Quantize, Sparsify

INTEGERS = ("int2", "int4", "int8", "uint2", "uint4", "uint8")
GRANULARITIES = ("per_tensor", "per_channel", "per_block")

MODELS = {
    "toy": text.toy,
    "dense": lambda: text.decoder(step=False, normed=True),
    "dense_step": lambda: text.decoder(step=True, bias=True, tied=True),
    "dense_static": text.static,
    "experts": lambda: text.decoder(step=False, experts=True),
    "vision_text": text.embedded,
    "vision_table": text.table,
    "vision_tower": others.vision,
    "granite": hybrids.granite,
    "granite_experts": hybrids.granite_experts,
    "nemotron": hybrids.nemotron,
    "qwen35": hybrids.qwen35,
    "lfm2": hybrids.lfm2,
    "rwkv": hybrids.rwkv,
    "encoder": others.encoder,
    "segmentation": others.segmentation,
    "speech": others.speech,
    "diffusion": others.diffusion,
    "odd": special.odd,
    "equal": special.equal,
    "branch": special.branch,
    "loop": special.loop,
    "called": special.called,
    "called_public": special.called_public,
    "sizes": special.sizes,
}

# What the toy model is put through: every option of the passes and of the tools for modules.
PASSES = [
    *(Quantize(dtype, granularity, asymmetric=asymmetric)
      for dtype in INTEGERS for granularity in GRANULARITIES for asymmetric in (False, True)),
    Quantize("int4", block=16), Quantize("int8", block=64), Quantize("fp4_e2m1fn"),
    *(Quantize(dtype, granularity) for dtype in ("fp8_e4m3fn", "fp8_e5m2") for granularity in GRANULARITIES),
    *(Quantize(dtype, scale="fp8_e8m0fnu") for dtype in ("fp8_e4m3fn", "fp8_e5m2")),
    *(Palettize(bits) for bits in (1, 2, 4, 6, 8)),
    *(Palettize(bits, "per_grouped_channel") for bits in (1, 2, 4, 6, 8)),
    Palettize(4, "per_channel"), Palettize(2, "per_grouped_channel", 4),
    Palettize(4, scaled=True), Palettize(6, "per_grouped_channel", scaled=True),
    *(Palettize(bits, vector=vector) for bits, vector in ((4, 2), (6, 4), (8, 2), (8, 4))),
    Palettize(4, "per_grouped_channel", vector=2),
    *(Palettize(bits, table=table)
      for bits, table in ((4, "int8"), (8, "int8"), (4, "uint8"), (4, "fp8_e4m3fn"), (6, "fp8_e5m2"))),
    Palettize(4, table="int8", scaled=True), Palettize(8, "per_grouped_channel", table="int8"),
    *(Sparsify(share) for share in (0.25, 0.5, 0.9)), *(Sparsify(ratio=ratio) for ratio in ((1, 4), (2, 4), (3, 8))),
    Sparsify(0.5, block=4),
    *(Sparsify(0.5, dtype=dtype) for dtype in ("int8", "uint8", "fp8_e4m3fn")), Sparsify(0.75, dtype="fp8_e5m2"),
    *(Sparsify(0.5, bits=bits) for bits in (1, 2, 4, 6)), Sparsify(0.75, bits=8),
    Sparsify(ratio=(2, 4), dtype="int8"), Sparsify(ratio=(2, 4), bits=4),
]
TOOLS = [
    *(QuantizeModule(dtype, granularity) for dtype in INTEGERS for granularity in GRANULARITIES),
    *(QuantizeModule(dtype, granularity, scheme="asymmetric")
      for dtype, granularity in (("int4", "per_block"), ("int8", "per_channel"), ("uint8", "per_tensor"), ("uint4", "per_block"))),
    QuantizeModule("int8", "per_channel", scheme="symmetric_with_clipping"),
    *(QuantizeModule(dtype, granularity, scheme="asymmetric", formula="minval")
      for dtype, granularity in (("int4", "per_block"), ("int8", "per_channel"), ("uint4", "per_block"))),
    QuantizeModule("float8_e4m3fn", "per_channel"), QuantizeModule("float8_e5m2", "per_tensor"),
    QuantizeModule("float8_e4m3fn", scale="float8_e8m0fnu"), QuantizeModule("float4_e2m1fn_x2", scale="float8_e8m0fnu"),
    QuantizeModule("int8", "per_channel", activations="int8"), QuantizeModule("int4", activations="uint8"),
    QuantizeModule("int8", "per_channel", mode="graph"),
    *(PalettizeModule(bits) for bits in (1, 2, 4, 6, 8)), *(PalettizeModule(bits, group=16) for bits in (2, 4, 6, 8)),
    PalettizeModule(4, vector=2), PalettizeModule(8, vector=4), PalettizeModule(4, group=16, vector=2),
    *(PalettizeModule(bits, table=table) for bits, table in ((4, "int8"), (6, "uint8"), (4, "float8_e4m3fn"))),
    PalettizeModule(4, scaled=True), PalettizeModule(4, group=16, table="int8", scaled=True),
    PruneModule(0.5), PruneModule(0.75),
]
# What every other model is put through, and what only some are.
EVERY = [Quantize("int8"), Quantize("int4", "per_channel"), Palettize(4, "per_grouped_channel")]
SOME = {
    "granite": [QuantizeModule("int8", skip=("embed", "head")), QuantizeModule("int8", skip=("embed",)),
                QuantizeModule("int4", skip=("embed", "head")), Quantize("int8", "per_tensor")],
    "nemotron": [QuantizeModule("int8", skip=("embed", "head")), QuantizeModule("int8", skip=("embed",))],
    "qwen35": [QuantizeModule("int8", skip=("embed",))],
    "dense": [QuantizeModule("int4", skip=("embed",)), Sparsify(0.5, dtype="int8"), Palettize(8, vector=4)],
    "odd": [*(Quantize(dtype, granularity) for dtype in ("int2", "int4") for granularity in ("per_tensor", "per_channel")),
            *(Palettize(bits) for bits in (1, 2, 4, 6)), Sparsify(0.5)],
    "equal": [*(Quantize(dtype, granularity) for dtype in ("int4", "int8") for granularity in GRANULARITIES)],
    "called_public": [Quantize("int4", "per_channel")],
}
PLAIN = ("branch", "loop", "called_public")

# The small selection that is committed to the repository.
FIXED = (
    "odd_pass_int2_per_channel", "odd_pass_int4_per_tensor", *(f"odd_pass_palette{bits}_per_tensor" for bits in (1, 2, 4, 6)),
    "odd_pass_sparse50", "loop_plain", "called_pass_palette4_per_grouped_channel16", "called_public_pass_int4_per_channel",
    "equal_pass_int4_per_block32", "toy_pass_int2_per_block32_asymmetric", "toy_pass_palette4_per_tensor_vector2",
    "toy_pass_palette4_per_tensor_scaled", "toy_pass_palette4_per_tensor_table_uint8", "toy_pass_sparse50_palette4",
    "toy_pass_sparse2of4_int8", "toy_module_palette4_group16_table_int8_scaled",
    "toy_module_float4_e2m1fn_per_block32_float8_e8m0fnu", "toy_module_int4_per_block32_asymmetric_minval",
    "toy_module_int4_per_block32_activations_uint8",
)


def cases():
    """Names to pairs of a model's name and an ask, which is None for weights as they are."""
    asked = {name: [None, *(EVERY if name not in ("toy", "odd", "equal", *PLAIN) else []), *SOME.get(name, [])]
             for name in MODELS}
    asked["toy"] += PASSES + TOOLS
    return {f"{model}_{ask.name() if ask else 'plain'}": (model, ask) for model, asks in asked.items() for ask in asks}
