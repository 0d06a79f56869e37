#!/usr/bin/env python3
"""Make varied `.aimodel` assets and record what Apple's reader says about each.

    pip install coreai-core==1.0.0b3        # Python 3.11 or later
    python make_assets.py OUT_DIR [--only NAME ...] [--fixed] [--keep]

Every asset gets an entry in `OUT_DIR/expected.json`:

    declared   the graphs this script asked for: names, visibility, inputs, outputs, states
    apple      what `AIModelAsset.summary` reports for the file that was written

Assets that something else put into OUT_DIR beforehand must pass Apple's verifier and get an entry without `declared`.

`--fixed` keeps to the smaller selection that is committed to the repository.
"""
import argparse
import json
import random
import re
import sys
from contextlib import contextmanager
from pathlib import Path

import ml_dtypes
import numpy as np

import coreai.authoring as ca
from coreai._compiler._mlir_libs._coreaiIR._bindings.mlir.dialects.coreai import (
    FourCC,
    HandleType,
    TokenType,
)
from coreai._compiler.dialects import coreai as ops
from coreai._compiler.dialects.coreai.constant import constant
from coreai._compiler.ir import Attribute, DenseResourceElementsAttr, Type
from coreai.authoring import (
    AIProgram,
    AllocationType,
    ContainerType,
    CustomMetalKernel,
    HardwareConstraints,
    ImageConstraints,
    ImageType,
    MetalParameter,
    Module,
    TensorType,
)
from coreai.authoring.graph_builder import GraphOp

# Contract spelling of an element type, its spelling in the program text, and its array type if there is one.
DTYPES = {
    "bool": ("i1", np.bool_),
    "int2": ("si2", ml_dtypes.int2),
    "int4": ("si4", ml_dtypes.int4),
    "int8": ("si8", np.int8),
    "int16": ("si16", np.int16),
    "int32": ("si32", np.int32),
    "int64": ("si64", np.int64),
    "uint1": ("ui1", None),
    "uint2": ("ui2", ml_dtypes.uint2),
    "uint3": ("ui3", None),
    "uint4": ("ui4", ml_dtypes.uint4),
    "uint6": ("ui6", None),
    "uint8": ("ui8", np.uint8),
    "uint16": ("ui16", np.uint16),
    "uint32": ("ui32", np.uint32),
    "uint64": ("ui64", np.uint64),
    "float16": ("f16", np.float16),
    "bfloat16": ("bf16", ml_dtypes.bfloat16),
    "float32": ("f32", np.float32),
    "float64": ("f64", np.float64),
    "float8_e4m3fn": ("f8E4M3FN", ml_dtypes.float8_e4m3fn),
    "float8_e5m2": ("f8E5M2", ml_dtypes.float8_e5m2),
    "float8_e8m0fnu": ("f8E8M0FNU", ml_dtypes.float8_e8m0fnu),
    "float4_e2m1fn": ("f4E2M1FN", ml_dtypes.float4_e2m1fn),
    "complex64": ("complex<f32>", np.complex64),
    "complex128": ("complex<f64>", np.complex128),
    "complexfloat16": ("complex<f16>", None),
    "complexbfloat16": ("complex<bf16>", None),
    "complexfloat8e5m2": ("complex<f8E5M2>", None),
    "complexfloat8e4m3fn": ("complex<f8E4M3FN>", None),
}
ARRAY_DTYPES = [name for name, (_, array) in DTYPES.items() if array is not None]
FLOATS = ["float16", "float32", "bfloat16"]
FOURCC = {
    "RGB24": FourCC.RGB24,
    "ARGB32": FourCC.ARGB32,
    "BGRA32": FourCC.BGRA32,
    "420YpCbCr8Planar": FourCC.YpCbCr8420Planar,
}
I32 = np.int32


class T:
    """A tensor type; a dimension of None is dynamic."""

    def __init__(self, dtype, *shape, constraints=None):
        self.dtype, self.shape, self.constraints = dtype, list(shape), constraints

    @staticmethod
    def parse(type):
        """The tensor that a type of the program is."""
        spelling = {text: name for name, (text, _) in DTYPES.items()}
        dims, element = re.fullmatch(r"tensor<((?:(?:\d+|\?)x)*)(.+)>", str(type)).groups()
        return T(spelling[element], *[None if d == "?" else int(d) for d in dims.split("x")[:-1]])

    def mlir(self):
        dims = "".join(("?" if d is None else str(d)) + "x" for d in self.shape)
        tail = f", {self.constraints._assembly()}" if self.constraints else ""
        return Type.parse(f"tensor<{dims}{DTYPES[self.dtype][0]}{tail}>")

    def declared(self, name):
        return {"name": name, "dtype": self.dtype, "shape": self.shape}


class Image:
    """An image type."""

    def __init__(self, format, height, width, constraints=None):
        self.format, self.height, self.width, self.constraints = format, height, width, constraints

    def mlir(self):
        return ImageType(FOURCC[self.format], self.height, self.width, None, self.constraints)._to_mlir()

    def declared(self, name):
        return {"name": name, "dtype": "image", "shape": [self.height, self.width], "format": self.format}


class Program:
    """A module under construction, and what was declared of it."""

    def __init__(self):
        self.module = Module.create()
        self.functions = []
        self.metadata = {}

    @contextmanager
    def graph(self, name, inputs=(), outputs=(), states=(), named=True, **options):
        inputs, outputs, states = list(inputs), list(outputs), list(states)
        arguments, results = inputs + states, states + outputs
        types = [t.mlir() for _, t in inputs] + [HandleType.get(t.mlir()) for _, t in states]
        made = [TokenType.get() for _ in states] + [t.mlir() for _, t in outputs]
        graph = GraphOp(
            name, types, made,
            [n for n, _ in arguments] if named else None,
            [n for n, _ in results] if named else None,
            **options)
        spell = lambda ports: [t.declared(n if named else "") for n, t in ports]
        self.functions.append({
            "name": name,
            "visibility": "private" if options.get("private") else "public",
            "inputs": spell(inputs), "outputs": spell(outputs), "states": spell(states),
        })
        with graph.block:
            yield graph, list(graph.arguments)

    def identity(self, name, inputs, **options):
        """A graph that returns its inputs."""
        with self.graph(name, inputs, [(n + "_out", t) for n, t in inputs], **options) as (graph, args):
            ops.output(args)
        return graph


def values(dtype, shape, seed=0):
    """An array of that type without a single repeated value throughout, where the type has two."""
    rng = np.random.default_rng(seed)
    array = DTYPES[dtype][1]
    count = int(np.prod(shape))
    raw = rng.integers(0, 2, count) if dtype in ("bool", "uint1") else rng.integers(0, 4, count)
    if raw.size > 1:
        raw[0], raw[-1] = 0, 1
    if dtype in ("int2",):
        raw = raw % 2
    return raw.astype(np.float32).astype(array).reshape(shape) if dtype not in ("complex64", "complex128") \
        else (raw + 1j * raw).astype(array).reshape(shape)


def filled(dtype, shape, value=1):
    return np.full(shape, value, np.float32).astype(DTYPES[dtype][1])


def touch(handle, state):
    """Reads a state, overwrites its first slice where it has one, writes it; the token."""
    value, token = ops.read_handle(handle, ops.create_token())
    rank = len(state.shape)
    if rank and state.dtype in FLOATS + ["int32", "int8", "uint8"]:
        first = [1] + [1 if d is None else d for d in state.shape[1:]]
        value = ops.slice_update(
            value, constant(np.zeros(rank, I32)), constant(np.array(first, I32)),
            constant(np.ones(rank, I32)), constant(filled(state.dtype, first)))
    return ops.write_handle(handle, value, token)


CASES = {}
FIXED = set()


def case(name, fixed=False):
    """Registers a function that fills a Program."""

    def register(build):
        if name in CASES:
            raise ValueError(f"two cases are named {name}")
        CASES[name] = build
        if fixed:
            FIXED.add(name)
        return build

    return register


# Element types, ranks, dynamic dimensions

RANKED = [(), (3,), (2, 3), (1, 2, 3), (2, 1, 2, 3), (1, 2, 1, 2, 3), (1, 2, 1, 2, 1, 3)]

for position, dtype in enumerate(DTYPES):
    for rank, shape in enumerate(RANKED):
        if rank not in (position % 7, (position + 3) % 7):
            continue

        @case(f"type_{dtype}_rank{rank}", fixed=rank == position % 7)
        def _(p, dtype=dtype, shape=shape):
            p.identity("main", [("x", T(dtype, *shape))])

    @case(f"type_{dtype}_dynamic", fixed=position % 6 == 0)
    def _(p, dtype=dtype):
        p.identity("main", [("x", T(dtype, None, 4, None)), ("y", T(dtype, None))])

for rank in range(7):
    @case(f"dynamic_rank{rank}", fixed=rank == 6)
    def _(p, rank=rank):
        p.identity("main", [(f"x{axis}", T("float16", *[None if d == axis else d + 1 for d in range(rank)]))
                            for axis in range(max(rank, 1))])


@case("extreme_dimensions", fixed=True)
def _(p):
    p.identity("main", [("empty", T("float32", 0, 4)), ("huge", T("float16", 1 << 40, 3)),
                        ("long", T("int8", 2**31, 2)), ("all_dynamic", T("int32", None, None, None, None))])


# Constants

for position, dtype in enumerate(ARRAY_DTYPES):
    shapes = {"scalar": (), "few": (3, 5), "many": (16, 20), "edge": (255,), "edge_over": (256,)}
    for kind, shape in shapes.items():
        if kind.startswith("edge") and dtype not in ("float16", "int8", "float64"):
            continue

        @case(f"constant_{dtype}_{kind}", fixed=kind == "many" and position % 5 == 0 or kind == "few" and position % 4 == 0)
        def _(p, dtype=dtype, shape=shape):
            with p.graph("main", [], [("y", T(dtype, *shape))]):
                ops.output([constant(values(dtype, shape))])

    @case(f"constant_{dtype}_splat", fixed=position % 4 == 1 or dtype == "bool")
    def _(p, dtype=dtype):
        with p.graph("main", [], [("y", T(dtype, 40, 30))]):
            ops.output([constant(filled(dtype, (40, 30)))])


@case("constants_shared", fixed=True)
def _(p):
    shared = values("float16", (300,))
    t = T("float16", 300)
    with p.graph("main", [("x", t)], [("y", t), ("z", t)]) as (_, (x,)):
        ops.output([ops.add(x, constant(shared)), ops.mul(x, constant(shared))])
    with p.graph("other", [("x", t)], [("y", t)]) as (_, (x,)):
        ops.output([ops.sub(x, constant(shared))])


@case("constants_splat_of_two_shapes", fixed=True)
def _(p):
    a, b = T("float16", 4, 5), T("float16", 7)
    with p.graph("main", [("a", a), ("b", b)], [("c", a), ("d", b)]) as (_, (x, y)):
        ops.output([ops.add(x, constant(filled("float16", (4, 5)))), ops.add(y, constant(filled("float16", (7,))))])


@case("constants_unused", fixed=True)
def _(p):
    t = T("float32", 8)
    with p.graph("main", [("x", t), ("unused", T("int64", 3))], [("y", t)]) as (_, (x, _unused)):
        constant(values("float64", (300,)))
        constant(values("uint16", (5,)))
        ops.output([x])


@case("constants_many", fixed=True)
def _(p):
    t = T("float32", 300)
    with p.graph("main", [("x", t)], [("y", t)]) as (_, (x,)):
        for seed in range(20):
            x = ops.add(x, constant(values("float32", (300,), seed)))
        ops.output([x])


# States

for count in range(7):
    for dtype in ("float16", "float32", "int8", "bool"):
        @case(f"states_{count}_{dtype}", fixed=dtype == ("float16", "int8", "bool")[count % 3])
        def _(p, count=count, dtype=dtype):
            states = [(f"state{n}", T(dtype, n + 1, *([None] if n % 2 else []), 4)) for n in range(count)]
            t = T("int32", 1, 1)
            with p.graph("main", [("input_ids", t)], [("ids", t)], states) as (_, args):
                ops.output([touch(h, s) for h, (_, s) in zip(args[1:], states)] + [args[0]])

for rank, shape in enumerate(RANKED):
    @case(f"state_rank{rank}")
    def _(p, shape=shape):
        state = ("s", T("float16", *shape))
        with p.graph("main", [], [], [state]) as (_, (handle,)):
            ops.output([touch(handle, state[1])])


@case("state_read_only", fixed=True)
def _(p):
    state = T("float16", 2, 3)
    with p.graph("main", [], [("y", state)], [("s", state)]) as (_, (handle,)):
        value, token = ops.read_handle(handle, ops.create_token())
        ops.output([token, value])


@case("states_two_functions", fixed=True)
def _(p):
    for name, states in (("prefill", [("k", T("float16", 1, None, 8))]), ("decode", [("k", T("float16", 1, None, 8)), ("v", T("bfloat16", 3))])):
        t = T("float32", 2)
        with p.graph(name, [("x", t)], [("y", t)], states) as (_, args):
            ops.output([touch(h, s) for h, (_, s) in zip(args[1:], states)] + [args[0]])


# Functions and calls

for count in (2, 5, 12):
    @case(f"functions_{count}", fixed=count == 5)
    def _(p, count=count):
        for n in range(count):
            p.identity(f"function_{n}", [(f"x{n}", T("float32", n + 1))])

for option in ("private", "externalize", "no_inline"):
    @case(f"functions_{option}", fixed=True)
    def _(p, option=option):
        t = T("float32", 4)
        helper = p.identity("helper", [("x", t)], **{option: True})
        with p.graph("main", [("x", t)], [("y", t)]) as (_, (x,)):
            ops.output(helper(x))


@case("functions_composite", fixed=True)
def _(p):
    t = T("float32", 4)
    declaration = Attribute.parse(
        '#coreai.composite_declaration<"double" = {input_names = ["x"], op_attrs = {version = 1 : si64}, output_names = ["y"]}>')
    for name, options in (("double", {}), ("double_private", {"private": True, "no_inline": True})):
        with p.graph(name, [("x", t)], [("y", t)], composite_decl=declaration, **options) as (_, (x,)):
            ops.output([ops.add(x, x)])
    # Listed as public in the file, but no function: what it defines is an operation.
    p.functions[0]["visibility"] = "private"
    p.identity("main", [("x", t)])


@case("functions_private_unused", fixed=True)
def _(p):
    p.identity("helper", [("x", T("float32", 4))], private=True, no_inline=True)
    p.identity("main", [("x", T("int8", 4))])


@case("functions_only_private", fixed=True)
def _(p):
    p.identity("helper", [("x", T("float32", 4))], private=True, no_inline=True)


@case("functions_none", fixed=True)
def _(_p):
    pass


@case("function_without_values", fixed=True)
def _(p):
    with p.graph("main"):
        ops.output([])


@case("functions_invoked_twice", fixed=True)
def _(p):
    t = T("float16", 2, 2)
    with p.graph("inner", [("x", t)], [("y", t)], private=True, no_inline=True) as (inner, (x,)):
        ops.output([ops.mul(x, constant(values("float16", (2, 2))))])
    with p.graph("outer", [("x", t)], [("y", t)], private=True, no_inline=True) as (outer, (x,)):
        a, = inner(x)
        b, = inner(a)
        ops.output([b])
    with p.graph("main", [("x", t)], [("y", t)]) as (_, (x,)):
        ops.output(outer(x))


@case("functions_many_values", fixed=True)
def _(p):
    p.identity("main", [(f"value_{n}", T(list(DTYPES)[n % 20], n % 4 + 1)) for n in range(70)])


# Control flow

def branch(x, depth):
    result, [then, otherwise] = ops.if_([x.type], constant(np.array(True)))
    with then:
        ops.yield_([branch(x, depth - 1) if depth else ops.add(x, constant(values("float32", (3,))))])
    with otherwise:
        ops.yield_([ops.mul(x, x)])
    return result


for depth in range(4):
    @case(f"if_depth{depth}", fixed=depth in (0, 3))
    def _(p, depth=depth):
        t = T("float32", 3)
        with p.graph("main", [("x", t)], [("y", t)]) as (_, (x,)):
            ops.output([ops.sub(branch(x, depth), x)])


def loop(x, body):
    counter = constant(np.array(0, I32))
    results, [before, after] = ops.while_([counter.type, x.type], [counter, x])
    with before:
        n, y = before.arguments
        ops.condition(ops.greater(constant(np.array(10, I32)), n), n, y)
    with after:
        n, y = after.arguments
        ops.yield_([ops.add(n, constant(np.array(1, I32))), body(y)])
    return results[1]


@case("while", fixed=True)
def _(p):
    t = T("float32", 3)
    with p.graph("main", [("x", t)], [("y", t)]) as (_, (x,)):
        ops.output([loop(x, lambda y: ops.add(y, y))])


@case("while_in_while", fixed=True)
def _(p):
    t = T("float32", 3)
    with p.graph("main", [("x", t)], [("y", t)]) as (_, (x,)):
        ops.output([loop(x, lambda y: loop(y, lambda z: ops.mul(z, z)))])


@case("if_in_while", fixed=True)
def _(p):
    t = T("float32", 3)
    with p.graph("main", [("x", t)], [("y", t)]) as (_, (x,)):
        ops.output([loop(x, lambda y: branch(y, 1))])


# Operations

UNARY = ["abs_", "asinh", "atan", "cos", "cosh", "erf", "exp", "gelu", "log", "relu", "round_", "rsqrt", "sigmoid",
         "silu", "sin", "sinh", "sqrt", "tan", "tanh", "acos", "acosh", "asin", "atanh"]
BINARY = ["add", "sub", "mul", "divide", "floor_divide", "maximum", "minimum", "modulo", "pow_"]
COMPARE = ["equal", "greater", "not_equal"]
BROADCASTING = ["add", "sub", "mul", "divide", "floor_divide", "maximum", "minimum", "modulo", "pow"]
REDUCE = ["reduce_max", "reduce_mean", "reduce_min", "reduce_product", "reduce_sum"]

for name in UNARY:
    @case(f"unary_{name.rstrip('_')}", fixed=name in ("gelu", "silu", "round_"))
    def _(p, name=name):
        t = T("float32", 2, 3)
        with p.graph("main", [("x", t)], [("y", t)]) as (_, (x,)):
            ops.output([getattr(ops, name)(x)])

for position, name in enumerate(BINARY):
    @case(f"binary_{name.rstrip('_')}", fixed=name in ("floor_divide", "pow_"))
    def _(p, name=name, dtype=FLOATS[position % 3]):
        t = T(dtype, 2, None)
        with p.graph("main", [("x", t), ("y", t)], [("z", t)]) as (_, (x, y)):
            ops.output([getattr(ops, name)(x, y)])

for name in COMPARE:
    @case(f"compare_{name}", fixed=name == "greater")
    def _(p, name=name):
        t = T("float16", 5)
        with p.graph("main", [("x", t), ("y", t)], [("z", T("bool", 5))]) as (_, (x, y)):
            ops.output([getattr(ops, name)(x, y)])

for position, name in enumerate(BROADCASTING):
    @case(f"broadcasting_{name}", fixed=name in ("add", "divide", "modulo"))
    def _(p, name=name, dtype=FLOATS[position % 2]):
        a, b = T(dtype, 1, 4), T(dtype, 3, 1)
        with p.graph("main", [("x", a), ("y", b)], [("z", T(dtype, 3, 4))]) as (_, (x, y)):
            ops.output([getattr(ops, f"broadcasting_{name}")(x, y)])

for name in REDUCE:
    @case(f"reduce_{name[7:]}", fixed=name == "reduce_mean")
    def _(p, name=name):
        with p.graph("main", [("x", T("float32", 2, 3, 4))], [("y", T("float32", 2, 1, 4))]) as (_, (x,)):
            ops.output([getattr(ops, name)(x, constant(np.array([1], I32)))])

for source in ("float32", "int8", "bool", "uint16"):
    for target in ("float16", "int32", "uint8", "float64"):
        @case(f"cast_{source}_{target}", fixed=(source, target) == ("bool", "float16"))
        def _(p, source=source, target=target):
            out = T(target, 3)
            with p.graph("main", [("x", T(source, 3))], [("y", out)]) as (_, (x,)):
                ops.output([ops.cast(x, out.mlir().element_type)])


@case("shape_operations", fixed=True)
def _(p):
    t = T("float16", 2, 3, 4)
    with p.graph("main", [("x", t), ("d", T("float16", None, 3))],
                 [("transposed", T("float16", 4, 3, 2)), ("reshaped", T("float16", 6, 4)), ("sliced", T("float16", 1, 3, 2)),
                  ("joined", T("float16", 2, 6, 4)), ("shape", T("uint32", 2)), ("soft", t)]) as (_, (x, d)):
        ops.output([
            ops.transpose(x, constant(np.array([2, 1, 0], np.uint32))),
            ops.reshape(x, constant(np.array([6, 4], np.uint32))),
            ops.slice_(x, constant(np.zeros(3, I32)), constant(np.array([1, 3, 4], I32)), constant(np.array([1, 1, 2], I32))),
            ops.concat(1, [x, x]),
            ops.get_shape(d),
            ops.softmax(x, constant(np.array(2, I32)))])


@case("gathers", fixed=True)
def _(p):
    table = T("float16", 40, 8)
    with p.graph("main", [("ids", T("int32", 1, None, 1))], [("rows", T("float16", 1, None, 8))]) as (_, (ids,)):
        ops.output([ops.gather_nd(constant(values("float16", (40, 8))), ids)])


def operation(p, inputs, make):
    """A graph of one operation, its outputs what the operation says they are."""
    with Module.create():
        scratch = GraphOp("scratch", [t.mlir() for t in inputs], [], None, None)
        with scratch.block:
            outputs = [(f"y{n}", T.parse(value.type)) for n, value in enumerate(results(make(*scratch.arguments)))]
            ops.output([])
    with p.graph("main", [(f"x{n}", t) for n, t in enumerate(inputs)], outputs) as (_, args):
        ops.output(results(make(*args)))


def results(made):
    """The results of an operation as a list."""
    return [made] if hasattr(made, "type") else list(made)


def integer(number):
    return constant(np.array(number, I32))


def ints(*numbers):
    return constant(np.array(numbers, I32))


def counts(*numbers):
    return constant(np.array(numbers, np.uint32))


# Element types that occur nowhere else in the asset, so that it shows which operands count as compute types.
OPERATIONS = {
    "reverse": ([T("uint8", 2, 3)], lambda x: ops.reverse(x, ints(0, 1))),
    "tile": ([T("int8", 2, 3)], lambda x: ops.tile(x, counts(2, 2))),
    "scatter_nd": ([T("float16", 4, 3), T("int32", 2, 1), T("float16", 2, 3)], ops.scatter_nd),
    "gather_along_axis": ([T("bfloat16", 4, 3), T("int32", 2, 3)], lambda x, i: ops.gather_along_axis(x, i, integer(0))),
    "scatter_along_axis": ([T("float32", 4, 3), T("int32", 2, 3)], lambda x, i: ops.scatter_along_axis(
        x.type, x, i, constant(np.zeros((2, 3), np.float32)), integer(0))),
    "conv2d": ([T("float32", 1, 3, 8, 8), T("float32", 4, 3, 3, 3)], lambda x, w: ops.conv2d(x, w, counts(1, 1), counts(1, 1), constant(np.array(1, np.uint32)))),
    "sort": ([T("float32", 4, 5)], lambda x: ops.sort(x, integer(1), constant(np.array(True)), constant(np.array(False)))),
    "argsort": ([T("float16", 4, 5)], lambda x: ops.argsort(x, integer(1), constant(np.array(True)), constant(np.array(False)))),
    "argmax": ([T("float32", 4, 5)], lambda x: ops.argmax(x, integer(1))),
    "non_zero": ([T("float16", 4, 5)], ops.non_zero),
    "create_complex": ([T("float32", 3), T("float32", 3)], ops.create_complex),
    "real_part": ([T("complex64", 3)], ops.real_part),
    "imaginary_part": ([T("complex64", 3)], ops.imaginary_part),
    "all": ([T("bool", 3, 4)], lambda x: ops.all_(x, ints(1))),
    "any": ([T("bool", 3, 4)], lambda x: ops.any_(x, ints(1))),
    "logical_and": ([T("bool", 3), T("bool", 3)], ops.and_),
    "logical_or": ([T("bool", 3), T("bool", 3)], ops.or_),
    "logical_xor": ([T("bool", 3), T("bool", 3)], ops.xor_),
    "not": ([T("bool", 3)], ops.not_),
    "bitwise_and": ([T("uint8", 3), T("uint8", 3)], ops.bitwise_and),
    "bitwise_or": ([T("int16", 3), T("int16", 3)], ops.bitwise_or),
    "bitwise_xor": ([T("int64", 3), T("int64", 3)], ops.bitwise_xor),
    "broadcasting_bitwise_and": ([T("uint8", 3, 1), T("uint8", 4)], ops.broadcasting_bitwise_and),
    "broadcasting_equal": ([T("int16", 3, 1), T("int16", 4)], ops.broadcasting_equal),
    "where": ([T("bool", 3), T("int8", 3), T("int8", 3)], ops.where),
    "broadcasting_where": ([T("bool", 3, 1), T("float16", 4), T("float16", 4)], ops.broadcasting_where),
    "range": ([T("int32"), T("int32"), T("int32")], ops.range_),
    "pad": ([T("float32", 2, 3)], lambda x: ops.pad(x, counts(1, 1, 1, 1), constant(np.array(0, np.float32)))),
    "scan": ([T("float32", 2, 3)], lambda x: ops.scan(x, constant(np.array(0, np.uint32)), constant(np.array(False)), "product")),
    "split": ([T("float16", 4, 6)], lambda x: ops.split(x, counts(2, 4), integer(1))),
    "shrink_dims": ([T("uint16", 1, 4, 1)], lambda x: ops.shrink_dims(x, ints(0, 2))),
    "broadcast_in_dims": ([T("int64", 1, 4)], lambda x: ops.broadcast_in_dims(x, counts(5), ints(0))),
    "broadcast_shapes": ([T("uint32", 2), T("uint32", 3)], ops.broadcast_shapes),
    "get_shape": ([T("float64", None, 4)], ops.get_shape),
    "quantize": ([T("float32", 4, 8)], lambda x: ops.quantize(
        x, constant(np.array(0.5, np.float32)), constant(np.array(0, np.int8)), constant(np.array(0, np.float32)), integer(0))),
    "dequantize": ([T("uint8", 4, 8)], lambda x: ops.dequantize(
        x, constant(np.array(0.5, np.float16)), constant(np.array(0, np.uint8)), constant(np.array(0, np.float16)), integer(0))),
    "sparse": ([], lambda: ops.sparse_with_bitmask_to_dense(ops.build_sparse_with_bitmask(
        constant(values("float16", (6,))), constant(np.array([[1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 0, 1]], np.uint8), Type.parse("ui1"))))),
    "sum_pool": ([T("float32", 1, 3, 8, 8)], lambda x: ops.sumpool2d(x, counts(2, 2), counts(2, 2), counts(1, 1))),
    "cast_chain": ([T("uint64", 3)], lambda x: ops.cast(ops.add(ops.cast(x, T("float32").mlir().element_type), constant(np.ones(3, np.float32))), T("int8").mlir().element_type)),
}

for name, (inputs, make) in OPERATIONS.items():
    @case(f"operation_{name}", fixed=name in ("cast_chain", "quantize", "sparse", "sort", "get_shape", "conv2d"))
    def _(p, inputs=inputs, make=make):
        operation(p, inputs, make)


# Images

for position, format in enumerate(FOURCC):
    @case(f"image_{format}", fixed=True)
    def _(p, format=format, position=position):
        p.identity("main", [("photo", Image(format, 32 + position * 2, 64)), ("t", T("uint8", 2))])

for position, backing in enumerate(ContainerType):
    @case(f"image_constraints_{backing.value}", fixed=True)
    def _(p, backing=backing):
        p.identity("main", [("photo", Image("BGRA32", 8, 16, ImageConstraints(backing, (64,))))])


@case("image_to_tensor", fixed=True)
def _(p):
    with p.graph("main", [("photo", Image("RGB24", 4, 6))], [("pixels", T("uint8", 4, 6, 3))]) as (_, (x,)):
        ops.output([ops.image_to_tensor(x)])


# Hardware constraints

for position, backing in enumerate(AllocationType):
    for rank in (1, 3):
        @case(f"constraints_{backing.value}_rank{rank}", fixed=rank == 3)
        def _(p, backing=backing, rank=rank):
            constraints = HardwareConstraints(backing, tuple([1] * rank + [64]), tuple([1] * rank))
            p.identity("main", [("x", T("float16", *[4] * rank, constraints=constraints))])


# Quantized weights

def matmul(x, weight):
    return ops.broadcasting_batch_matmul(x, ops.transpose(weight, constant(np.array([1, 0], np.uint32))))


def dequantized(dtype, rows, columns, blocks, offsets=False, seed=0):
    zero = np.zeros((rows, blocks), np.float32)
    shift = values(dtype, (rows, blocks), seed + 2) if offsets else zero.astype(DTYPES[dtype][1])
    return ops.blockwise_shift_scale(
        constant(values(dtype, (rows, columns), seed)), constant(values("float16", (rows, blocks), seed + 1)),
        constant(shift), constant(zero.astype(np.float16)))


for dtype in ("int8", "uint8", "int4", "uint4", "int2", "uint2"):
    for name, blocks in (("block32", 2), ("per_channel", 1)):
        for offsets in (False, True):
            @case(f"quantized_{dtype}_{name}{'_offsets' * offsets}", fixed=dtype in ("int8", "int4") and not offsets)
            def _(p, dtype=dtype, blocks=blocks, offsets=offsets):
                with p.graph("main", [("x", T("float16", 1, 64))], [("y", T("float16", 1, 48))]) as (_, (x,)):
                    ops.output([matmul(x, dequantized(dtype, 48, 64, blocks, offsets))])


@case("lut_to_dense", fixed=True)
def _(p):
    with p.graph("main", [("x", T("float16", 1, 64))], [("y", T("float16", 1, 48))]) as (_, (x,)):
        table = constant(np.arange(4, dtype=np.float16).reshape(1, 1, 4, 1))
        dense = ops.lut_to_dense(constant(values("uint2", (48, 64))), table, constant(np.array(0, np.int16)))
        ops.output([matmul(x, dense)])


@case("quantize_dequantize", fixed=True)
def _(p):
    t = T("float32", 4, 8)
    with p.graph("main", [("x", t)], [("y", t)]) as (_, (x,)):
        scale, zero = constant(np.full((), 0.5, np.float32)), constant(np.zeros((), np.int8))
        bias, axis = constant(np.zeros((), np.float32)), constant(np.array(0, I32))
        ops.output([ops.dequantize(ops.quantize(x, scale, zero, bias, axis), scale, zero, bias, axis)])


# A language model in miniature: embedding, a layer, the head

def language_model(p, head, states=True):
    vocab, hidden = 320, 64
    kept = [("keyCache", T("float16", 2, 1, 4, None, 16)), ("valueCache", T("float16", 2, 1, 4, None, 16)),
            ("convState", T("float16", 3, 1, 24, 3)), ("recState", T("float16", 3, 1, 4, 8, 16))] if states else []
    inputs = [("input_ids", T("int32", 1, 1)), ("position_ids", T("int32", 1, None))]
    with p.graph("main", inputs, [("logits", T("float16", 1, 1, vocab))], kept) as (_, args):
        table = constant(values("float16", (vocab, hidden)))
        x = ops.gather_nd(table, ops.expand_dims(args[0], constant(np.array([2], I32))))
        x = ops.broadcasting_mul(x, constant(values("float16", (hidden,), 4)))
        x = matmul(x, dequantized("int8", hidden, hidden, 2))
        weight = table if head == "tied" else dequantized("int8", vocab, hidden, 1 if head == "per_channel" else 2, seed=9) \
            if head != "float" else constant(values("float16", (vocab, hidden), 5))
        logits = ops.broadcasting_divide(matmul(x, weight), constant(np.array(8, np.float16)))
        ops.output([touch(h, s) for h, (_, s) in zip(args[2:], kept)] + [logits])


for head in ("tied", "per_channel", "per_block", "float"):
    @case(f"language_model_{head}", fixed=True)
    def _(p, head=head):
        language_model(p, head)


# The decode step of Granite 4.0-H, whole and with one thing wrong

STEP = {
    "ids": T("int32", 1, 1),
    "positions": T("int32", 1, None),
    "logits": T("float16", 1, 1, 100352),
    "states": [("keyCache", T("float16", 4, 1, 4, None, 128)), ("valueCache", T("float16", 4, 1, 4, None, 128)),
               ("convState", T("float16", 36, 1, 3328, 3)), ("recState", T("float16", 36, 1, 48, 64, 128))],
}


def decode_step(p, **changes):
    step = {**STEP, **changes}
    states, logits = step["states"], step["logits"]
    inputs = [("input_ids", step["ids"]), ("position_ids", step["positions"])]
    with p.graph("main", inputs, [("logits", logits)], states) as (_, args):
        ones = constant(np.ones(2, I32))
        first = ops.slice_(args[0], constant(np.zeros(2, I32)), ones, ones)
        x = ops.cast(first, logits.mlir().element_type)
        x = ops.broadcast_to(ops.reshape(x, constant(np.ones(3, I32))), constant(np.array(logits.shape, np.uint32)))
        ops.output([touch(h, s) for h, (_, s) in zip(args[2:], states)] + [x])


STEPS = {
    "whole": {},
    "dynamic_ids": {"ids": T("int32", 1, None)},
    "conv_shape": {"states": STEP["states"][:2] + [("convState", T("float16", 36, 1, 3328, 4)), STEP["states"][3]]},
    "missing_rec": {"states": STEP["states"][:3]},
    "extra_state": {"states": STEP["states"] + [("auxState", T("float32", 2, 1, 16))]},
    "f32_logits": {"logits": T("float32", 1, 1, 100352)},
}
for kind, changes in STEPS.items():
    @case(f"decode_step_{kind}", fixed=True)
    def _(p, changes=changes):
        decode_step(p, **changes)


@case("mixed_features", fixed=True)
def _(p):
    t = T("float16", 1, 64)
    with p.graph("helper", [("x", t)], [("y", t)], private=True, no_inline=True) as (helper, (x,)):
        ops.output([ops.mul(x, constant(np.linspace(-1, 1, 64).astype(np.float16).reshape(1, 64)))])
    with p.graph("main", [("hidden", t)], [("projected", T("float16", 1, 32))]) as (_, (x,)):
        weight = ops.blockwise_shift_scale(
            constant(values("int8", (64, 32))), constant(values("float16", (2, 32))),
            constant(np.zeros((2, 32), np.int8)), constant(np.zeros((2, 32), np.float16)))
        ops.output([ops.batch_matmul(helper(x)[0], weight)])
    big = T("float16", 64, 64)
    with p.graph("table", [("x", big)], [("y", big)]) as (_, (x,)):
        ops.output([ops.add(x, constant(values("float16", (64, 64))))])


# Custom kernels

for dtype in ("float16", "float32", "int32"):
    @case(f"metal_kernel_{dtype}", fixed=dtype == "float16")
    def _(p, dtype=dtype):
        kernel = CustomMetalKernel("twice", ["x"], ["y"], "y[i] = x[i] + x[i];",
                                   metal_params=[MetalParameter("i", "uint", "thread_position_in_grid")])
        t = T(dtype, 16)
        with p.graph("main", [("x", t)], [("y", t)]) as (_, (x,)):
            grid = constant(np.array([16, 1, 1], np.uint32))
            ops.output(kernel._construct_kernel_op([x, grid, grid, constant(np.array([16], np.uint32))], [t.mlir()]))


# Names

NAMES = {
    "unicode": "größe_数_🦀",
    "space": " two words ",
    "control": "line\nfeed\tand\x1b[31mred",
    "quotes": "\"quoted\" \\ 'path/../..'",
    "long": "n" * 5000,
    "digit": "0",
    "dots": "a.b.c_v1",
    "percent": "%s%n{}",
    "bidi": "\u202egnp.exe",
}
for kind, name in NAMES.items():
    @case(f"name_{kind}", fixed=True)
    def _(p, name=name):
        state = T("float16", 3)
        with p.graph(name, [(name, T("float32", 2))], [(name, T("float32", 2))], [(name + "_state", state)]) as (_, args):
            ops.output([touch(args[1], state), args[0]])


@case("name_empty_values", fixed=True)
def _(p):
    p.identity("main", [("", T("float32", 2)), ("", T("float32", 3))])


@case("name_absent", fixed=True)
def _(p):
    p.identity("main", [("a", T("float32", 2)), ("b", T("int8", 3))], named=False)


@case("name_duplicate_values", fixed=True)
def _(p):
    t = T("float32", 2)
    with p.graph("main", [("same", t), ("same", T("int8", 2))], [("same", t), ("same", t)]) as (_, (x, _y)):
        ops.output([x, x])


# Asset metadata

@case("metadata_full", fixed=True)
def _(p):
    p.metadata = {"author": "Jane Doë", "license": "Apache-2.0", "model_description": "two\nlines"}
    p.identity("main", [("x", T("float32", 2))])


# Programs that mix everything, from a seed

def random_program(p, seed):
    rng = random.Random(seed)
    helpers = []
    for n in range(rng.randint(1, 5)):
        dtype = rng.choice(FLOATS)
        shape = [rng.randint(1, 9) for _ in range(rng.randint(1, 5))]
        t = T(dtype, *shape)
        extra = [(f"extra{k}", T(rng.choice(list(DTYPES)), *[rng.choice([None, rng.randint(1, 7)]) for _ in range(rng.randint(0, 6))]))
                 for k in range(rng.randint(0, 4))]
        private = bool(helpers) and rng.random() < 0.3
        states = [] if private else [
            (f"state{k}", T(rng.choice(FLOATS), *[rng.randint(1, 6) for _ in range(rng.randint(1, 5))]))
            for k in range(rng.randint(0, 6))]
        options = {"private": True, "no_inline": True} if private else {}
        with p.graph(f"graph_{n}", [("x", t)] + extra, [("y", t)] + extra, states, **options) as (graph, args):
            x = args[0]
            for step in range(rng.randint(0, 25)):
                other = constant(values(dtype, shape, rng.randrange(4))) if rng.random() < 0.5 else \
                    constant(filled(dtype, shape, rng.randrange(3)))
                x = getattr(ops, rng.choice(["add", "sub", "mul", "maximum", "broadcasting_add", "broadcasting_mul"]))(x, other)
                if rng.random() < 0.2:
                    x = getattr(ops, rng.choice(["relu", "sigmoid", "silu", "tanh", "abs_"]))(x)
                callable_here = [h for h, kind, taken in helpers if kind == (dtype, shape) and not taken]
                if callable_here and rng.random() < 0.5:
                    x, = rng.choice(callable_here)(x)
            tokens = [touch(h, s) for h, (_, s) in zip(args[1 + len(extra):], states)]
            ops.output(tokens + [x] + args[1:1 + len(extra)])
        helpers.append((graph, (dtype, shape), bool(extra or states)))


for seed in range(60):
    @case(f"random_{seed:02}", fixed=seed < 6)
    def _(p, seed=seed):
        random_program(p, seed)


def summary(path):
    """What Apple's reader says about an asset, as plain data; None where it has no summary."""
    s = ca.AIModelAsset.load(path).summary(include_statistics=True)
    if s is None:
        return None
    return {
        "compatibility_version": s._compatibility_version,
        "functions": [{"name": f, "inputs": s.function_inputs(f), "outputs": s.function_outputs(f),
                       "states": s.function_states(f)} for f in s.function_names],
        "operations": s.operation_distribution,
        "storage": s.storage_types,
        "compute_types": s.compute_types,
    }


def write(path, build):
    """Writes one asset; what was declared of it."""
    program = Program()
    with program.module:
        build(program)
    metadata = ca.asset.AIModelAssetMetadata()
    for key, value in program.metadata.items():
        setattr(metadata, key, value)
    AIProgram(program.module).save_asset(path, metadata=metadata)
    return {"functions": program.functions, "metadata": program.metadata}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", nargs="*", help="names of the assets to make")
    parser.add_argument("--fixed", action="store_true", help="make the committed selection only")
    parser.add_argument("--keep", action="store_true", help="leave the assets that are there as they are")
    arguments = parser.parse_args()
    wanted = [name for name in CASES
              if (not arguments.only or name in arguments.only) and (not arguments.fixed or name in FIXED)]
    record = arguments.out / "expected.json"
    present = json.loads(record.read_text(encoding="utf-8")) if arguments.keep and record.exists() else {}
    expected, failed = {}, []
    for name in wanted:
        if name in present:
            expected[name] = present[name]
            continue
        path = arguments.out / f"{name}.aimodel"
        try:
            declared = write(path, CASES[name])
        except Exception as error:  # every case that cannot be written is reported, not only the first
            failed.append(f"{name}: {str(error)[-300:]}")
            continue
        expected[name] = {"declared": declared, "apple": summary(path)}
    for path in sorted(arguments.out.glob("*.aimodel")):
        if path.stem not in CASES:
            ca.AIModelAsset.load(path).program._module.verify()
            expected[path.stem] = {"declared": None, "apple": summary(path)}
    lines = [f"{json.dumps(name)}: {json.dumps(entry, ensure_ascii=False)}" for name, entry in expected.items()]
    arguments.out.mkdir(parents=True, exist_ok=True)
    record.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"{len(expected)} assets in {arguments.out}")
    if failed:
        sys.exit("could not be written:\n" + "\n".join(failed))


if __name__ == "__main__":
    main()
