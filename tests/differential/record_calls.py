#!/usr/bin/env python3
"""Call every function of some assets with Apple's runtime and record what comes out.

    python record_calls.py ASSETS_DIR OUT_DIR [--calls N] [--only NAME ...]

Each function of each `.aimodel` in ASSETS_DIR is called N times, a decode step of a language model 32 times, its states
carried from call to call; OUT_DIR gets a
record for each, which `tests/execution` repeats. Inputs are drawn from a seed that is the asset's name: token ids within
the smallest vocabulary the exporters use, positions from 0 to the call's own, everything else from a normal distribution.
A function that Apple's runtime does not run is named with its reason, in `skipped.txt`.

Everything is recorded twice, by processes whose fresh memory holds other bytes, and only what came out the same is kept:
on some assets Apple's runtime reads past its own data, which ends the process or, if that memory is mapped, gives numbers
that mean nothing. Where it is known to, nothing is recorded: behind other assets it may twice find the same there.
"""
import argparse
import asyncio
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import ml_dtypes
import numpy as np

from coreai.authoring import AIModelAsset
from coreai.runtime import NDArray

# Sizes that dynamic dimensions get: of states, and of inputs.
GROWING, LENGTH = 16, 3
# Decode steps of language models are called as often as a reply is long, their states carried all the way.
STEPS, STEPS_GROWING = 32, 40
VOCABULARY = 60
POSITIONS = ("position_ids", "pos_ids")

# Called in a process of their own, these end it, every time (coreai-core 1.0.0b3).
READS_BEYOND_ITS_DATA = {"toy_pass_fp4_e2m1fn_per_block32"}

# Operations whose results are sums, or shares of one, exact to the largest part of it.
SUMS = ("batch_matmul", "softmax")


def dtype(name):
    return np.dtype(ml_dtypes.bfloat16 if name == "bfloat16" else name)


def sizes(shape, dynamic):
    return [dynamic if size is None or size < 0 else size for size in shape]


def edges(kind, ends=True):
    """The values of a type where functions bend, and where it ends."""
    if kind == np.bool_:
        return np.array([False, True])
    if np.issubdtype(kind, np.integer):
        limits = np.iinfo(kind)
        places = [0, 1, 2, 3, 7, 100, limits.max // 2, limits.max - 1, limits.max]
        # Of unsigned 64 bits, those that signed ones have too.
        places = [min(place, 2**63 - 1) for place in places]
        return np.array(places + ([-1, -2, -3, -100, limits.min + 1, limits.min] if limits.min else []), kind)
    limits = ml_dtypes.finfo(kind)
    most, least, subnormal = float(limits.max), float(limits.tiny), float(limits.smallest_subnormal)
    places = [0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.14159, 10.3, 88.0, 1000.0, 1e-3, np.inf]
    places += [least, subnormal, most] if ends else []
    return np.array(places + [-place for place in places] + [np.nan]).astype(kind)


def value(name, descriptor, call, draw):
    """An input of one call."""
    kind, shape = dtype(descriptor.dtype), list(descriptor.shape)
    if name in POSITIONS:
        shape = sizes(shape, call + 1)
        return np.broadcast_to(np.arange(shape[-1]), shape).astype(kind)
    if name.startswith(("edge", "common")):
        return draw.choice(edges(kind, name.startswith("edge")), shape)
    if name.startswith("index"):
        return draw.integers(0, 2, shape).astype(kind)
    shape = sizes(shape, 1 if name in ("input_ids", "inputs_embeds") else LENGTH)
    if kind == np.bool_:
        return draw.integers(0, 2, shape).astype(kind)
    if np.issubdtype(kind, np.integer):
        return draw.integers(0 if name == "input_ids" else 1, VOCABULARY if name == "input_ids" else 4, shape).astype(kind)
    return draw.standard_normal(shape).astype(kind)


def spelled(array):
    """An array as JSON; what JSON cannot write as a number is text."""
    is_whole = array.dtype == np.bool_ or np.issubdtype(array.dtype, np.integer)
    numbers = array.astype(np.int64 if is_whole else np.float64).ravel().tolist()
    data = [number if np.isfinite(number) else str(number) for number in numbers]
    return {"dtype": str(array.dtype), "shape": list(array.shape), "data": data}


def precision(types):
    """The floating type of fewest digits that the program computes in: what results are exact to."""
    return next((name for name in ("bfloat16", "float16") if name.replace("bf", "BF").replace("f", "F", 1) in types), "float32")


def is_step(described):
    """Whether a function takes one token at a time and keeps states."""
    one = "input_ids" in described.input_names and list(described.input_descriptor("input_ids").shape) == [1, 1]
    return one and bool(described.state_names)


async def record(asset, model, function, calls):
    run = model.load_function(function)
    described = run.desc
    growing = GROWING
    if is_step(described):
        calls, growing = STEPS, STEPS_GROWING
    draw = np.random.default_rng(zlib.crc32(asset.stem.encode()))
    states = {}
    for name in described.state_names:
        state = described.state_descriptor(name)
        states[name] = NDArray(np.zeros(sizes(state.shape, growing), dtype(state.dtype)))
    recorded = []
    for call in range(calls):
        inputs = {name: value(name, described.input_descriptor(name), call, draw) for name in described.input_names}
        outputs = await run(inputs={name: NDArray(array) for name, array in inputs.items()}, state=states)
        recorded.append({
            "inputs": {name: spelled(array) for name, array in inputs.items()},
            "outputs": {name: spelled(outputs[name].numpy()) for name in described.output_names}})
    return {"function": function, "growing": growing, "calls": recorded,
            "states": {name: spelled(state.numpy()) for name, state in states.items()}}


async def record_all(asset, out, calls, each):
    """Records every function of an asset; what could not be run, a line each."""
    skipped = []
    loaded = AIModelAsset.load(asset)
    async with loaded.executable() as model:
        for function in loaded.summary().function_names:
            try:
                document = await record(asset, model, function, calls)
            except (RuntimeError, ValueError, TypeError) as error:
                skipped.append(f"{asset.stem} {function}: {str(error)[:200]}")
                continue
            document["precision"] = precision(loaded.summary().compute_types)
            document["each"] = each and not asset.stem.startswith(SUMS)
            document["asset"] = os.path.relpath(asset, out)
            path = out / f"{asset.stem}.{function}.json"
            path.write_text(json.dumps(document) + "\n", encoding="utf-8")
    return skipped


def part(arguments):
    """Records the assets named on standard input, in this process, and prints a line of JSON for each."""
    results = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for name in sys.stdin.read().split():
        try:
            skipped = asyncio.run(record_all(arguments.assets / f"{name}.aimodel", arguments.out, arguments.calls, arguments.each))
        except Exception as error:  # what one asset does is no reason to leave out the rest
            skipped = [f"{name}: {type(error).__name__}: {str(error)[:200]}"]
        print(json.dumps([name, skipped]), file=results, flush=True)


def recorded_by_parts(arguments, out, fill, names):
    """Runs processes until every asset is done: Apple's runtime ends the process on some."""
    skipped = []
    command = [sys.executable, __file__, str(arguments.assets), str(out), "--calls", str(arguments.calls), "--part"]
    command += ["--each"] if arguments.each else []
    environment = os.environ | {"MALLOC_PERTURB_": fill}
    while names:
        done = subprocess.run(command, input="\n".join(names), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              env=environment)
        finished = [json.loads(line) for line in done.stdout.splitlines()]
        skipped += [line for _, lines in finished for line in lines]
        names = names[len(finished):]
        if names:
            skipped.append(f"{names.pop(0)}: the runtime ended the process ({done.returncode})")
    return skipped


def recorded(arguments, out, fill, names):
    """Records into a folder, on all cores; `fill` is what glibc writes into memory that it hands out. What was skipped."""
    out.mkdir(parents=True, exist_ok=True)
    shares = [names[job::os.cpu_count()] for job in range(os.cpu_count())]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return sum(pool.map(lambda share: recorded_by_parts(arguments, out, fill, share), shares), [])


def drop_unrepeated(out, again):
    """Removes the records that did not come out the same again; a line for each."""
    unrepeated = []
    for path in sorted(out.glob("*.json")):
        other = again / path.name
        if not other.exists() or other.read_bytes() != path.read_bytes():
            path.unlink()
            unrepeated.append(f"{path.stem}: other numbers, or none, when recorded again")
    return unrepeated


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assets", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--calls", type=int, default=4, help="calls of each function")
    parser.add_argument("--only", nargs="*", help="names of the assets")
    parser.add_argument("--each", action="store_true", help="have each element compared by its own size, not by the largest's")
    parser.add_argument("--part", action="store_true", help="record the assets named on standard input, in this process")
    arguments = parser.parse_args()
    if arguments.part:
        return part(arguments)
    names = [asset.stem for asset in sorted(arguments.assets.glob("*.aimodel"))]
    names = [name for name in names if not arguments.only or name in arguments.only]
    beyond = [name for name in names if name in READS_BEYOND_ITS_DATA]
    names = [name for name in names if name not in READS_BEYOND_ITS_DATA]
    skipped = [f"{name}: the runtime reads past its data" for name in beyond]
    skipped += recorded(arguments, arguments.out, "85", names)
    # Beside the folder, so that the assets' paths within the records are the same.
    again = arguments.out.with_name(arguments.out.name + ".again")
    recorded(arguments, again, "170", names)
    skipped = sorted(skipped + drop_unrepeated(arguments.out, again))
    shutil.rmtree(again)
    (arguments.out / "skipped.txt").write_text("".join(f"{line}\n" for line in skipped), encoding="utf-8")
    print(f"{len(list(arguments.out.glob('*.json')))} records in {arguments.out}, {len(skipped)} that Apple's runtime did not run")


if __name__ == "__main__":
    main()
