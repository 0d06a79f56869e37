#!/usr/bin/env python3
"""Make `.aimodel` assets as exporters make them, and record what was asked of the exporter and what Apple's reader says.

    pip install -r requirements.txt         # Python 3.11 or later
    python export_assets.py OUT_DIR [--only NAME ...] [--fixed] [--jobs 2]

Small models with random weights (`exporters/`) go through `coreai-torch` and `coreai-opt`. Beside each asset lies
`NAME.asked.json`: the option, the functions' signatures, and for each weight of the model its sizes and the form that was
asked for (`exporters/weights.py` says how forms are written). `OUT_DIR/expected.json` has what `AIModelAsset.summary`
reports for each.

`--fixed` keeps to the smaller selection that is committed to the repository.
"""
import argparse
import concurrent.futures
import functools
import json
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

SEED = 20_261_126


def export(models, module=None):
    """The program of one model or several, of which `module` takes the place of the first's own."""
    import coreai_torch
    import torch

    converter = coreai_torch.TorchConverter(mode=coreai_torch.TorchConverter.Mode.RELEASE)
    for model in models:
        def exported(module, model=model):
            with torch.no_grad():
                program = torch.export.export(
                    module, model.arguments(), dynamic_shapes=model.dynamic_shapes(), strict=False,
                    prefer_deferred_runtime_asserts_over_guards=True)
                return program.run_decompositions(coreai_torch.get_decomp_table())

        names = {"input_names": list(model.inputs), "output_names": model.outputs, "state_names": list(model.states),
                 "entrypoint_name": model.entry}
        if model.outside:
            converter.add_pytorch_module(
                module or model.module, export_fn=exported,
                externalize_modules=[coreai_torch.ExternalizeSpec(*model.outside)], **names)
        else:
            converter.add_exported_program(exported(module or model.module), **names)
    return converter.to_coreai()


@functools.cache
def built(name):
    """A model of the catalog, the same whenever it is built, as a list."""
    import torch

    from exporters.catalog import MODELS

    torch.manual_seed(SEED)
    model = MODELS[name]()
    return model if isinstance(model, list) else [model]


@functools.cache
def plain(name):
    return export(built(name))


def tied(model):
    """True if head and embedding are one weight, `None` where there are not both; the tools leave one weight one."""
    module = model.module
    if not hasattr(module, "head") or not hasattr(module, "embed") or "embed.weight" in model.unused:
        return None
    return module.head.weight is module.embed.weight


def asked(models, name, ask):
    """What is asked of the exporter, as text: option, signatures, and a form for each weight of the first model."""
    from exporters.weights import floating, weights

    describe = ask.describe if ask else floating
    return json.dumps({
        "model": name, "option": repr(ask) if ask else None, "activations": getattr(ask, "activations", None),
        "tied": tied(models[0]),
        "functions": [model.signature() for model in models],
        "weights": [{"path": weight.path, "class": weight.kind, "shape": weight.shape, "form": describe(weight)}
                    for weight in weights(models[0])]}) + "\n"


def make(path, name, ask):
    """Writes one asset and what was asked; passes work on the program, the tools for modules before it is exported."""
    models = built(name)
    # Before the tools change the module.
    said = asked(models, name, ask)
    if ask is None:
        program = plain(name)
    elif ask.name().startswith("pass_"):
        program = ask.apply(plain(name))
    else:
        built.cache_clear()
        models = built(name)
        program = export(models, ask.apply(models[0]))
        built.cache_clear()
    shutil.rmtree(path, ignore_errors=True)
    program.save_asset(path)
    path.with_suffix(".asked.json").write_text(said, encoding="utf-8")


def part(out, names):
    """Makes the assets named, in this process, and prints an entry of `expected.json` for each."""
    # The tools print to standard output; only entries may go there.
    entries = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    warnings.filterwarnings("ignore")
    from exporters.catalog import cases
    from make_assets import summary

    known = cases()
    for name in names:
        path = out / f"{name}.aimodel"
        try:
            make(path, *known[name])
            entry = {"declared": None, "apple": summary(path)}
        except Exception as error:  # every asset that cannot be made is reported, not only the first
            entry = {"failed": f"{type(error).__name__}: {str(error)[-400:]}"}
        print(json.dumps([name, entry], ensure_ascii=False), file=entries, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", nargs="*", help="names of the assets to make")
    parser.add_argument("--fixed", action="store_true", help="make the committed selection only")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes to make them with")
    parser.add_argument("--part", action="store_true", help="make the assets named on standard input, in this process")
    arguments = parser.parse_args()
    if arguments.part:
        return part(arguments.out, sys.stdin.read().split())
    from exporters.catalog import FIXED, cases

    wanted = [name for name in cases()
              if (not arguments.only or name in arguments.only) and (not arguments.fixed or name in FIXED)]
    arguments.out.mkdir(parents=True, exist_ok=True)
    # One thread each: the k-means of some passes forks, which hangs once threads run.
    # The k-means of others is compiled when it is first used, by the ninja that lies beside the interpreter.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore", "PATH": path}
    command = [sys.executable, __file__, str(arguments.out), "--part"]
    shares = [wanted[job :: arguments.jobs] for job in range(arguments.jobs)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                         env=environment) for _ in shares]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        outputs = list(pool.map(lambda job, names: job.communicate("\n".join(names)), processes, shares))
    expected, failed = {}, []
    for process, names, (output, errors) in zip(processes, shares, outputs):
        entries = dict(json.loads(line) for line in output.splitlines())
        for name in names:
            entry = entries.get(name, {"failed": f"the process ended ({process.returncode})\n{errors[-2000:]}"})
            if "failed" in entry:
                failed.append(f"{name}: {entry['failed']}")
            else:
                expected[name] = entry
    lines = [f"{json.dumps(name)}: {json.dumps(expected[name], ensure_ascii=False)}" for name in wanted if name in expected]
    (arguments.out / "expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"{len(expected)} assets in {arguments.out}")
    if failed:
        sys.exit("could not be made:\n" + "\n".join(failed))


if __name__ == "__main__":
    main()
