#!/usr/bin/env python3
"""Make an asset for each operation and element type, with a function for each shape, for edge values to be put through.

    python operations.py OUT_DIR [--only NAME ...]

Inputs whose names begin with `edge` are drawn by `record_calls.py` from the values where types end and functions bend:
zeros of both signs, infinities, NaN, the largest, the least and the subnormal, ties of rounding; with `common`, from those
without the last three but ties; with `normal`, from a normal distribution. Those that begin with `index` are places within a
dimension of three. What the authoring package refuses to build is not an operation of that type.
"""
import argparse
import sys
from pathlib import Path

import numpy as np

import coreai.authoring as ca
from coreai._compiler.dialects import coreai as ops
from coreai._compiler.dialects.coreai.constant import constant
from coreai.authoring import AIProgram

from make_assets import BINARY, COMPARE, DTYPES, I32, REDUCE, T, UNARY, Program

FLOATS = ["float16", "bfloat16", "float32"]
INTEGERS = ["int8", "int16", "int32", "uint8", "uint16", "uint32"]
WIDE = ["int64", "uint64"]
NUMBERS = FLOATS + INTEGERS + WIDE
ALL = NUMBERS + ["bool"]
SHAPES = {"scalar": (), "vector": (37,), "matrix": (3, 5), "empty": (0, 4), "deep": (2, 1, 3, 2)}
U32 = np.uint32


def numbers(*values, dtype=I32):
    return constant(np.array(values, dtype))


def same(dtype, shapes=SHAPES, count=1):
    """Functions of operands of one type and shape."""
    return {name: [T(dtype, *shape)] * count for name, shape in shapes.items()}


def meeting(dtype):
    """Functions of operands whose shapes meet by broadcasting."""
    return {"row": [T(dtype, 1, 7), T(dtype, 5, 1)], "rank": [T(dtype, 3, 4), T(dtype, 4)], "one": [T(dtype, 2, 3), T(dtype)]}


def cases():
    """Name, the functions' operands by name, and what the operation makes of them."""
    for name in UNARY:
        for dtype in FLOATS + (["int8", "int32", "int64"] if name in ("abs_", "relu", "round_") else []):
            yield f"{name}.{dtype}", same(dtype), getattr(ops, name)
    yield "not.bool", same("bool"), ops.not_
    for name in BINARY:
        for dtype in NUMBERS:
            yield f"{name}.{dtype}", same(dtype, count=2), getattr(ops, name)
        for dtype in ("float16", "float32", "int32"):
            yield f"broadcasting_{name}.{dtype}", meeting(dtype), getattr(ops, f"broadcasting_{name.rstrip('_')}")
    for name in ("bitwise_and", "bitwise_or", "bitwise_xor"):
        for dtype in INTEGERS + WIDE:
            yield f"{name}.{dtype}", same(dtype, count=2), getattr(ops, name)
    for name in ("and_", "or_", "xor_"):
        yield f"{name}.bool", same("bool", count=2), getattr(ops, name)
    for name in COMPARE:
        for dtype in ALL:
            yield f"{name}.{dtype}", same(dtype, count=2), getattr(ops, name)
    for source in ALL:
        for target in ALL:
            if source != target:
                yield (f"cast.{source}.{target}", same(source, {"vector": (37,), "matrix": (3, 5)}),
                       lambda x, target=target: ops.cast(x, T(target).mlir().element_type))
    for dtype in ALL:
        yield (f"where.{dtype}", {name: [T("bool", *shape), T(dtype, *shape), T(dtype, *shape)] for name, shape in SHAPES.items()},
               ops.where)
    yield from reductions()
    yield from movements()
    yield from products()


def reductions():
    axes = {"first": (0,), "last": (2,), "both": (0, 2), "all": (0, 1, 2)}
    for name in REDUCE:
        for dtype in FLOATS + ["int32", "int8", "uint8"]:
            for which, axis in axes.items():
                yield (f"{name}.{dtype}.{which}", {"main": [T(dtype, 2, 3, 5)]},
                       lambda x, name=name, axis=axis: getattr(ops, name)(x, numbers(*axis)))
    for name in ("all_", "any_"):
        for which, axis in axes.items():
            yield (f"{name}.bool.{which}", {"main": [T("bool", 2, 3, 5)]},
                   lambda x, name=name, axis=axis: getattr(ops, name)(x, numbers(*axis)))
    for dtype in FLOATS:
        for axis in range(3):
            yield (f"softmax.{dtype}.{axis}", {"main": [T(dtype, 2, 3, 5)]}, lambda x, axis=axis: ops.softmax(x, constant(np.array(axis, I32))))
    for name in ("argmax", "sort", "argsort"):
        for dtype in FLOATS + ["int32", "int8"]:
            for axis in (0, 1):
                def order(x, name=name, axis=axis):
                    where = constant(np.array(axis, I32))
                    return getattr(ops, name)(x, where) if name == "argmax" else getattr(ops, name)(x, where, constant(np.array(axis == 0)), constant(np.array(True)))
                yield f"{name}.{dtype}.{axis}", {"main": [T(dtype, 4, 9)]}, order


def movements():
    for dtype in ("float16", "bfloat16", "float32", "int8", "int32", "int64", "bool"):
        cube = {"main": [T(dtype, 2, 3, 4)]}
        yield f"transpose.{dtype}", cube, lambda x: ops.transpose(x, numbers(2, 0, 1, dtype=U32))
        yield f"reshape.{dtype}", cube, lambda x: ops.reshape(x, numbers(4, 6, dtype=U32))
        yield f"slice.{dtype}", cube, lambda x: ops.slice_(x, numbers(0, 2, 3), numbers(2, 0, 0), numbers(1, -1, -2))
        yield f"slice_ends.{dtype}", cube, lambda x: ops.slice_(x, numbers(-1, 0, 1), numbers(9, 3, -1), numbers(1, 2, 1))
        yield f"concat.{dtype}", {"main": [T(dtype, 2, 3), T(dtype, 2, 1)]}, lambda x, y: ops.concat(1, [x, y])
        yield f"split.{dtype}", {"main": [T(dtype, 2, 6)]}, lambda x: ops.split(x, numbers(1, 2, 3, dtype=U32), constant(np.array(1, I32)))
        yield f"tile.{dtype}", {"main": [T(dtype, 2, 3)]}, lambda x: ops.tile(x, numbers(2, 3, dtype=U32))
        yield f"reverse.{dtype}", cube, lambda x: ops.reverse(x, numbers(0, 2))
        yield f"expand_dims.{dtype}", cube, lambda x: ops.expand_dims(x, numbers(0, 2))
        yield f"shrink_dims.{dtype}", {"main": [T(dtype, 1, 3, 1)]}, lambda x: ops.shrink_dims(x, numbers(0, 2))
        yield f"broadcast_to.{dtype}", {"main": [T(dtype, 3, 1)]}, lambda x: ops.broadcast_to(x, numbers(2, 3, 4, dtype=U32))
        yield f"slice_update.{dtype}", {"main": [T(dtype, 4, 5), T(dtype, 2, 2)]}, lambda x, y: ops.slice_update(
            x, numbers(1, 0), numbers(3, 4), numbers(1, 2), y)
        yield f"gather_nd.{dtype}", {"main": [T(dtype, 3, 3, 2), T("int32", 4, 2)]}, lambda x, at: ops.gather_nd(x, at)
        yield f"gather_along_axis.{dtype}", {"main": [T(dtype, 3, 5), T("int32", 2, 5)]}, lambda x, at: ops.gather_along_axis(
            x, at, constant(np.array(0, I32)))


def products():
    for dtype in FLOATS:
        for name, left, right in (("plain", (3, 5), (5, 4)), ("row", (1, 33), (33, 7)), ("batch", (2, 3, 5), (2, 5, 4)),
                                  ("deep", (2, 2, 1, 9), (2, 2, 9, 3))):
            yield f"batch_matmul.{dtype}.{name}", {"main": [T(dtype, *left), T(dtype, *right)]}, ops.batch_matmul


def results(made):
    return list(made) if isinstance(made, (list, tuple)) or not hasattr(made, "type") else [made]


def types_of(operands, operation):
    """What the operation makes of such operands, by making it in a program that is thrown away."""
    trial = Program()
    with trial.module, trial.graph("main", operands, []) as (_, arguments):
        types = [T.parse(value.type) for value in results(operation(*arguments))]
        ops.output([])
    return types


def drawn_from(name):
    """Which values operands are drawn from: all, but for operations that are of two minds about some of them.

    Floats are divided and rounded down in two ways, of which one has no subnormal numbers; where sums of float16 grow too large
    on the way depends on the order they are added in.
    """
    if "floor_divide." in name and "int" not in name:
        return "common"
    return "normal" if name.startswith("batch_matmul.float16") else "edge"


def write(path, functions, operation, drawn, indices):
    graphs = []
    for name, operands in functions.items():
        named = [(f"index{n}" if n in indices else f"{drawn}{n}", tensor) for n, tensor in enumerate(operands)]
        graphs.append((name, named, [(f"y{n}", tensor) for n, tensor in enumerate(types_of(named, operation))]))
    program = Program()
    with program.module:
        for name, operands, outputs in graphs:
            with program.graph(name, operands, outputs) as (_, arguments):
                ops.output(results(operation(*arguments)))
    AIProgram(program.module).save_asset(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", nargs="*", help="names of the assets to make")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    made, refused = 0, []
    for name, functions, operation in cases():
        name = name.replace("_.", ".")
        if arguments.only and name not in arguments.only:
            continue
        indices = {1} if name.startswith("gather") else set()
        try:
            write(arguments.out / f"{name}.aimodel", functions, operation, drawn_from(name), indices)
            made += 1
        except Exception as error:
            refused.append(f"{name}: {' '.join(str(error).split())[-300:]}")
    (arguments.out / "refused.txt").write_text("".join(f"{line}\n" for line in refused), encoding="utf-8")
    print(f"{made} assets in {arguments.out}, {len(refused)} refused by the authoring package")
    return 0 if made else 1


if __name__ == "__main__":
    sys.exit(main())
