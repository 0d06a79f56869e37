#!/usr/bin/env python3
"""Lint a fleet of small bundles, and the same bundles with the community's `coreai doctor`, in one run.

    cargo build --release
    python -m venv peer && peer/bin/pip install coreai-cli==0.1.0
    python benches/fleet.py peer [--binary target/release/granite-bundle] [--before OLDER] [--bundles 500] [--runs 5]

The fleet is copies of `examples/granite-4.0-h-1b-signature`, every tenth with a mistake in its manifest. Ours is one
process over the folder, hashing included, median of the runs. The peer takes one target per call, so that it is timed
twice: as its command, one process per bundle, and as its function called in one process that has loaded it once.
A rule is decided where the tool ran it on a good bundle of the fleet, by the tool's own count.
"""
import argparse
import json
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT / "examples" / "granite-4.0-h-1b-signature"

PEER_LOOP = """
import contextlib, io, sys, time
import coreai_doctor
bundles = sys.argv[1:]
start, cpu = time.perf_counter(), time.process_time()
for bundle in bundles:
    sys.argv = ["coreai doctor", bundle, "--json"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        coreai_doctor.main()
print(time.perf_counter() - start, time.process_time() - cpu)
"""


def make_fleet(folder, count):
    bundles = []
    for number in range(count):
        bundle = folder / f"bundle-{number:03}"
        shutil.copytree(SEED, bundle)
        if number % 10 == 9:
            manifest = json.loads((bundle / "metadata.json").read_text())
            manifest["assets"]["main"] = "renamed.aimodel"
            (bundle / "metadata.json").write_text(json.dumps(manifest, indent=2))
        bundles.append(bundle)
    return bundles


def cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seconds(command):
    """Wall and processor seconds of a command, and what it said."""
    start, before = time.perf_counter(), cpu()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return (time.perf_counter() - start, cpu() - before), done


def once(binary, folder, bundles):
    taken, done = seconds([binary, "lint", folder, "--format", "json"])
    if done.returncode != 1:
        sys.exit(f"granite-bundle lint: exit {done.returncode} where 1 was expected\n{done.stderr}")
    if len(json.loads(done.stdout)["bundles"]) != len(bundles):
        sys.exit("granite-bundle lint left bundles out")
    return taken


def ours(binaries, folder, bundles, runs):
    """Rules and seconds per bundle of each binary; they take turns, so that what else the machine does hits all alike."""
    times = [[once(binary, folder, bundles) for binary in binaries] for _ in range(runs + 1)][1:]
    for binary, taken in zip(binaries, zip(*times)):
        human = subprocess.run([binary, "lint", bundles[0]], capture_output=True, text=True).stdout
        rules = int(re.search(r"(\d+) rules", human)[1])
        yield rules, [statistics.median(column) / len(bundles) for column in zip(*taken)]


def peer_commands(peer, bundles):
    times = []
    for bundle in bundles:
        taken, done = seconds([peer / "bin" / "coreai", "doctor", bundle, "--json"])
        times.append(taken)
        if bundle is bundles[0]:
            rules = len(json.loads(done.stdout)["rules_run"])
    return rules, [sum(column) / len(bundles) for column in zip(*times)]


def peer_loop(peer, bundles):
    done = subprocess.run([peer / "bin" / "python", "-c", PEER_LOOP, *bundles], capture_output=True, text=True, check=True)
    return [float(word) / len(bundles) for word in done.stdout.split()[-2:]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", type=Path, help="virtual environment with coreai-cli")
    parser.add_argument("--binary", type=Path, default=ROOT / "target" / "release" / "granite-bundle")
    parser.add_argument("--before", type=Path, help="an older binary, to be timed in turns with the other")
    parser.add_argument("--bundles", type=int, default=500)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fleet = Path(folder) / "fleet"
        bundles = make_fleet(fleet, options.bundles)
        binaries = [options.binary, *filter(None, [options.before])]
        (rules, mine), *before = ours(binaries, fleet, bundles, options.runs)
        peer_rules, command = peer_commands(options.peer, bundles)
        loop = peer_loop(options.peer, bundles)
    print(f"{options.bundles} bundles\n")
    print("| tool | rules decided | ms per bundle | of processor time | times ours |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, decided, (wall, busy) in (
        ("`granite-bundle lint FOLDER`, with hashes", rules, mine),
        *(("the older binary", *one) for one in before),
        ("`coreai doctor BUNDLE`, one process each", peer_rules, command),
        ("the same, called in one process", peer_rules, loop),
    ):
        print(f"| {name} | {decided} | {wall * 1e3:.2f} | {busy * 1e3:.2f} | {wall / mine[0]:.1f} |")


if __name__ == "__main__":
    main()
