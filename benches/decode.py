#!/usr/bin/env python3
"""Time decode steps of an asset in Apple's runtime beside ours, in one run.

    pip install -r tests/differential/requirements.txt         # Python 3.11 or later
    python benches/granite.py FOLDER
    python benches/decode.py FOLDER/granite_350m_fp16.aimodel [--steps N]

Ours is timed by `cargo bench --bench decode`, which says what memory allows; then the same function is called N times by
Apple's runtime (coreai-core), which takes tens of seconds for each call.
"""
import argparse
import asyncio
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "differential"))

import numpy as np

from coreai.authoring import AIModelAsset
from coreai.runtime import NDArray
from record_calls import dtype, sizes

GROWING = 16


async def apples(asset, steps):
    """Seconds of each of some calls, the states carried between them."""
    loaded = AIModelAsset.load(asset)
    async with loaded.executable() as model:
        run = model.load_function("main")
        states = {}
        for name in run.desc.state_names:
            state = run.desc.state_descriptor(name)
            states[name] = NDArray(np.zeros(sizes(state.shape, GROWING), dtype(state.dtype)))
        seconds = []
        for step in range(steps):
            inputs = {"input_ids": NDArray(np.array([[step % 1000]], np.int32)),
                      "position_ids": NDArray(np.arange(step + 1, dtype=np.int32)[None])}
            start = time.perf_counter()
            await run(inputs=inputs, state=states)
            seconds.append(time.perf_counter() - start)
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("asset", type=Path)
    parser.add_argument("--steps", type=int, default=2, help="calls of Apple's runtime")
    arguments = parser.parse_args()
    command = ["cargo", "bench", "--quiet", "--bench", "decode", "--", str(arguments.asset)]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    print(said, end="", flush=True)
    ours = float(re.search(r"^step +([0-9.]+) ms", said, re.MULTILINE)[1]) / 1e3
    theirs = statistics.median(asyncio.run(apples(arguments.asset, arguments.steps)))
    print(f"Apple's   {theirs:8.1f} s     a step, {theirs / ours:.0f} times ours")


if __name__ == "__main__":
    main()
