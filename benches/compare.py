#!/usr/bin/env python3
"""Compare `granite-bundle inspect` with Apple's reader, side by side and in one run.

    cargo build --release
    pip install coreai-core==1.0.0b3
    python benches/compare.py FOLDER [--binary target/release/granite-bundle] [--runs 11]

FOLDER keeps the assets between runs: one of 1.7 GB shaped like Granite 4.0-H 1b in int8 (random weights), and
three of 10, 100 and 1000 functions without weights. Everything is measured warm: the file is read once before.

Wall time is that of the whole process, start to exit, median of the runs; on a busy machine CPU time says more. For
Apple's reader wall time is also given for the `summary()` call alone, without starting Python and loading the package. Peak memory is what the kernel
reports for the process. "Weight bytes read" counts read system calls on the bytecode file.
"""
import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

FUNCTIONS = (10, 100, 1000)
OPS_PER_FUNCTION = 100

APPLE = """
import sys, time
import coreai.authoring as ca
start = time.perf_counter()
summary = ca.AIModelAsset.load(sys.argv[1]).summary(include_statistics=True)
print(time.perf_counter() - start, sum(count for _, count in summary.operation_distribution), len(summary.function_names))
"""


# Making the assets; this part runs in a process of its own, because it needs gigabytes.

def make_granite(path):
    import numpy as np

    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "differential"))
    from coreai.authoring import CompileUnitScope, DebugInfo, FileInfo
    from make_assets import I32, STEP, constant as unlocated, ops as plain, touch, write

    line = iter(range(1, 1 << 20))

    def source(number):
        return DebugInfo.file("granite.py", number, number % 80).with_scope(CompileUnitScope(FileInfo("granite.py")))

    def located(make):
        """An exporter gives every operation a name and a call stack of its own; so does this."""
        def at_next_line(*arguments):
            number = next(line)
            where = source(number + 3)
            for depth, kind in ((2, "model"), (1, "layer"), (0, "module")):
                where = source(number + depth).with_inlined_at(where.with_op_id(kind, number))
            with where.with_op_id("torch", number).with_metadata(f"granite.operation_{number}").activate():
                return make(*arguments)
        return at_next_line

    class Operations:
        def __getattr__(self, name):
            return located(getattr(plain, name))

    ops, constant = Operations(), located(unlocated)
    hidden, inner, channels, heads, mlp, vocab = 1536, 3072, 3328, 48, 4096, 100352
    noise = np.random.default_rng(1).integers(-127, 128, 1 << 20).astype(np.int8)
    scales = (np.random.default_rng(2).random(1 << 16) * 0.01 + 0.001).astype(np.float16)

    serial = iter(range(1, 1 << 15))

    def fill(shape, source=scales):
        """Data unlike that of any other constant, so that the writer does not merge them."""
        data = np.resize(source, shape)
        data.reshape(-1)[:2].view(np.uint8)[:2] = divmod(next(serial), 128)
        return data

    def linear(x, outputs, inputs):
        zero = np.zeros((outputs, inputs // 32))
        weight = ops.blockwise_shift_scale(
            constant(fill((outputs, inputs), noise)), constant(fill((outputs, inputs // 32))),
            constant(zero.astype(np.int8)), constant(zero.astype(np.float16)))
        return ops.broadcasting_batch_matmul(x, ops.transpose(weight, constant(np.array([1, 0], np.uint32))))

    def columns(x, start, end):
        return ops.slice_(x, constant(np.array([0, 0, start], I32)), constant(np.array([1, 1, end], I32)), constant(np.ones(3, I32)))

    def norm(x, width):
        mean = ops.reduce_mean(ops.mul(x, x), constant(np.array([2], I32)))
        scaled = ops.broadcasting_mul(x, ops.rsqrt(ops.broadcasting_add(mean, constant(np.array(1e-5, np.float16)))))
        return ops.broadcasting_mul(scaled, constant(np.ones(width, np.float16)))

    def steps(x, count, layer):
        for n in range(count):
            x = ops.tanh(ops.broadcasting_add(x, constant(np.array(layer + n / 64, np.float16))))
        return x

    def mamba(x, layer):
        projected = linear(norm(x, hidden), inner + channels + heads, hidden)
        gate, mixed = columns(projected, 0, inner), columns(projected, inner, inner + channels)
        step = columns(projected, inner + channels, inner + channels + heads)
        taps = ops.broadcasting_mul(ops.reshape(mixed, constant(np.array([channels, 1], np.uint32))), constant(fill((channels, 4))))
        mixed = ops.reshape(ops.reduce_sum(taps, constant(np.array([1], I32))), constant(np.array([1, 1, channels], np.uint32)))
        mixed = ops.silu(ops.broadcasting_add(mixed, constant(fill((channels,)))))
        step = ops.broadcasting_mul(ops.exp(steps(step, 5, layer)), constant(fill((heads,))))
        values = ops.reshape(columns(mixed, 0, inner), constant(np.array([1, heads, 64], np.uint32)))
        values = ops.broadcasting_mul(values, ops.reshape(step, constant(np.array([1, heads, 1], np.uint32))))
        values = ops.reshape(values, constant(np.array([1, 1, inner], np.uint32)))
        return ops.add(x, linear(norm(ops.mul(values, ops.silu(gate)), inner), hidden, inner))

    def attention(x, layer):
        normed = norm(x, hidden)
        query, key, value = (linear(normed, width, hidden) for width in (hidden, 512, 512))
        grouped = ops.concat(2, [key, value, ops.mul(key, value)])
        return ops.add(x, linear(ops.mul(steps(query, 5, layer), ops.softmax(grouped, constant(np.array(2, I32)))), hidden, hidden))

    def feed_forward(x):
        both = linear(norm(x, hidden), 2 * mlp, hidden)
        return ops.add(x, linear(ops.mul(ops.silu(columns(both, 0, mlp)), columns(both, mlp, 2 * mlp)), hidden, mlp))

    def build(program):
        states = STEP["states"]
        inputs = [("input_ids", STEP["ids"]), ("position_ids", STEP["positions"])]
        with program.graph("main", inputs, [("logits", STEP["logits"])], states) as (_, args):
            table = constant(fill((vocab, hidden)))
            x = ops.gather_nd(table, ops.expand_dims(args[0], constant(np.array([2], I32))))
            for layer in range(40):
                x = feed_forward((attention if layer % 10 == 5 else mamba)(x, layer))
            column = ops.reshape(norm(x, hidden), constant(np.array([hidden, 1], np.uint32)))
            logits = ops.reshape(ops.batch_matmul(table, column), constant(np.array([1, 1, vocab], np.uint32)))
            ops.output([touch(h, s) for h, (_, s) in zip(args[2:], states)] + [logits])

    write(path, build)


def make_functions(path, count):
    import numpy as np

    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "differential"))
    from make_assets import T, constant, ops, write

    def build(program):
        t = T("float16", 4)
        for n in range(count):
            with program.graph(f"function_{n}", [("x", t)], [("y", t)]) as (_, (x,)):
                for k in range(OPS_PER_FUNCTION // 4):
                    x = ops.tanh(ops.mul(ops.add(x, constant(np.full(4, k + 1, np.float16))), x))
                ops.output([x])

    write(path, build)


def make(path, *command):
    """Makes an asset once; a half-made one is made again."""
    if not (path / "main.hash").exists():
        print(f"making {path.name}", file=sys.stderr)
        shutil.rmtree(path, ignore_errors=True)
        subprocess.run([sys.executable, __file__, "--make", *command, str(path)], check=True)
    return path


# Measuring

def wall(command):
    """Seconds from start to exit, and the output."""
    start = time.perf_counter()
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, close_fds=False).stdout
    return time.perf_counter() - start, output


def median(command, runs):
    wall(command)
    return statistics.median(wall(command)[0] for _ in range(runs))


def cpu(command, runs):
    """User and system seconds of one run, mean."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(runs):
        wall(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / runs


def peak(command):
    """Peak resident memory, MB, or None without GNU time (a parent's own memory would be counted otherwise)."""
    if not shutil.which("/usr/bin/time"):
        return None
    run = subprocess.run(["/usr/bin/time", "-f", "%M", *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return int(run.stderr.splitlines()[-1]) / 1024


def bytes_read(command, name):
    """Bytes of the file that read system calls returned, or None without strace."""
    if not shutil.which("strace"):
        return None
    trace = ["strace", "-f", "-y", "-e", "trace=read,pread64,readv,preadv,mmap", "-o", "/dev/stderr", *command]
    lines = subprocess.run(trace, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr.splitlines()
    mine = [line for line in lines if name in line]
    if any("mmap(" in line for line in mine):
        return None
    return sum(int(m[1]) for line in mine if (m := re.search(r"= (\d+)$", line)))


def apple(path, runs):
    """Whole process and `summary()` alone, seconds; operations and functions."""
    command = [sys.executable, "-c", APPLE, str(path)]
    wall(command)
    results = [wall(command) for _ in range(runs)]
    calls = [output.split() for _, output in results]
    return (statistics.median(seconds for seconds, _ in results), statistics.median(float(c[0]) for c in calls),
            int(calls[0][1]), int(calls[0][2]), command)


def table(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        cells = [cell.ljust(width) if column == 0 else cell.rjust(width) for column, (cell, width) in enumerate(zip(row, widths))]
        print("| " + " | ".join(cells) + " |")
        if number == 0:
            print("|" + "|".join("-" * (width + 1) + ("-" if column == 0 else ":") for column, width in enumerate(widths)) + "|")


def ms(seconds):
    return f"{seconds * 1000:.1f} ms"


def mb(size):
    return "-" if size is None else f"{size:.1f} MB"


def ratio(number):
    return f"{number:.0f}x" if number >= 10 else f"{number:.2f}x"


def agree(binary, path, operations, functions):
    """True if the binary counts the same operations and public functions as Apple's reader."""
    _, output = wall([binary, "inspect", "--json", "--ops", str(path)])
    ours = json.loads(output)["bundles"][0]
    public = [f for f in ours["functions"] if f["visibility"] == "public"]
    return sum(ours["operations"].values()) == operations and len(public) == functions


def compare(folder, binary, runs):
    large = make(folder / "granite_1b_int8.aimodel", "granite")
    bytecode = large / "main.mlirb"
    size = bytecode.stat().st_size
    inspect = [binary, "inspect", "--json", str(large)]
    whole, call, operations, functions, apple_command = apple(large, max(3, runs // 3))
    ours, ours_peak, apple_peak = median(inspect, runs), peak(inspect), peak(apple_command)
    cpu_ours, cpu_apple = cpu(inspect, runs), cpu(apple_command, 3)
    read = bytes_read(inspect, "main.mlirb")
    verify, digest = [binary, "inspect", "--json", "--verify-hash", str(large)], ["openssl", "dgst", "-sha256", str(bytecode)]
    hash_ours, hash_openssl = median(verify, 3), median(digest, 3)
    rows = [("one asset of %.2f GB, %d operations" % (size / 1e9, operations), "granite-bundle", "the other", "advantage"),
            ("inspect --json, whole process / Apple's summary(), whole process", ms(ours), ms(whole), ratio(whole / ours)),
            ("inspect --json, whole process / Apple's summary() call alone", ms(ours), ms(call), ratio(call / ours)),
            ("CPU time, whole process", ms(cpu_ours), ms(cpu_apple), ratio(cpu_apple / cpu_ours)),
            ("peak memory", mb(ours_peak), mb(apple_peak), ratio(apple_peak / ours_peak) if ours_peak else "-"),
            ("bytes of the file read", f"{read:,}" if read is not None else "-", f"{size:,}", ratio(size / read) if read else "-"),
            ("--verify-hash / openssl dgst -sha256", ms(hash_ours), ms(hash_openssl), ratio(hash_openssl / hash_ours))]
    agreement = [("1 function", agree(binary, large, operations, functions))]
    for count in FUNCTIONS:
        path = make(folder / f"functions_{count}.aimodel", "functions", str(count))
        small = (path / "main.mlirb").stat().st_size
        _, call, operations, functions, _ = apple(path, 3)
        ours = median([binary, "inspect", "--json", str(path)], runs)
        rows.append((f"{count} functions, {operations} operations, {small / 1e6:.2f} MB", ms(ours), ms(call), ratio(call / ours)))
        agreement.append((f"{count} functions", agree(binary, path, operations, functions)))
    table(rows)
    print()
    for what, holds in agreement:
        print(f"operations and functions of the asset with {what}: {'agree' if holds else 'DIFFER'}")
    return all(holds for _, holds in agreement)


def main():
    if sys.argv[1:2] == ["--make"]:
        kind, *rest, path = sys.argv[2:]
        return make_granite(Path(path)) if kind == "granite" else make_functions(Path(path), int(rest[0]))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the assets are kept, 1.8 GB")
    parser.add_argument("--binary", default="target/release/granite-bundle")
    parser.add_argument("--runs", type=int, default=11)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    if not compare(arguments.folder, os.path.abspath(arguments.binary), arguments.runs):
        sys.exit("the readers do not agree")


if __name__ == "__main__":
    main()
