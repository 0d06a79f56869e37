#!/usr/bin/env python3
"""Damage assets bit by bit and record what Apple's reader makes of each.

    python damage.py OUT_DIR [--flips 2000] [--seed 1]

OUT_DIR is what `make_assets.py` or `export_assets.py` filled. `OUT_DIR/damage.json` gets one entry per flip: asset, byte offset, bit, and
Apple's summary, `null` where it is empty, or `"crash"`, `"error"` or `"hang"`. Apple's reader runs in processes
of its own, because damage can end them.
"""
import argparse
import json
import os
import random
import resource
import select
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

# Seconds one summary may take.
PATIENCE = 20
# Files above this size are mostly weights, in which a flip changes nothing.
LARGEST = 20_000


def serve():
    """Reads asset folders from standard input, one a line; answers each with one line."""
    # The reader prints to standard output of its own accord; only answers may go there.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from make_assets import summary

    for line in sys.stdin:
        try:
            answer = summary(Path(line.rstrip("\n")))
        except Exception:
            answer = "error"
        print(json.dumps(answer), file=answers, flush=True)


class Reader:
    """Apple's reader in a process that is started again when it dies."""

    def __init__(self):
        self.process = None

    def summary(self, path):
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, __file__, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, text=True)
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
            return self.give_up("hang")
        line = self.process.stdout.readline()
        if not line:
            return self.give_up("crash")
        answer = json.loads(line)
        return answer if answer and (answer == "error" or answer["functions"]) else None

    def give_up(self, verdict):
        self.process.kill()
        self.process.wait()
        self.process = None
        return verdict


def main():
    if sys.argv[1:] == ["--serve"]:
        return serve()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--flips", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    names = sorted(json.loads((arguments.out / "expected.json").read_text(encoding="utf-8")))
    files = {name: arguments.out / f"{name}.aimodel" / "main.mlirb" for name in names}
    programs = {name: file.read_bytes() for name, file in files.items() if file.stat().st_size <= LARGEST}
    rng, reader, entries = random.Random(arguments.seed), Reader(), []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "damaged.aimodel"
        folder.mkdir()
        for _ in range(arguments.flips):
            name = rng.choice(list(programs))
            data = bytearray(programs[name])
            offset, bit = rng.randrange(len(data)), rng.randrange(8)
            data[offset] ^= 1 << bit
            (folder / "main.mlirb").write_bytes(data)
            metadata = arguments.out / f"{name}.aimodel" / "metadata.json"
            (folder / "metadata.json").write_bytes(metadata.read_bytes())
            entries.append({"asset": name, "offset": offset, "bit": bit, "apple": reader.summary(folder)})
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    (arguments.out / "damage.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    kinds = Counter(e["apple"] if isinstance(e["apple"], str) else "summary" if e["apple"] else "empty" for e in entries)
    print(f"{len(entries)} flips in {len(programs)} assets:", ", ".join(f"{n} {kind}" for kind, n in kinds.most_common()))


if __name__ == "__main__":
    main()
