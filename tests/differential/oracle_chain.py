#!/usr/bin/env python3
"""Make a small random Granite of `transformers`, its fp32 oracle, and the bundle that an exporter makes of its weights.

    python oracle_chain.py OUT_DIR

OUT_DIR/model is the model, OUT_DIR/small a bundle in float16 and OUT_DIR/oracle.json the transcript that
`examples/fp32_oracle.py` makes of the model; `tests/execution` holds the one to the other.
"""
import json
import shutil
import subprocess
import sys
from pathlib import Path

import torch
from transformers import GraniteMoeHybridConfig, GraniteMoeHybridForCausalLM

from export_assets import export
from exporters.granite import Sizes
from exporters.granite import model as exported

ORACLE = Path(__file__).resolve().parent.parent.parent / "examples" / "fp32_oracle.py"
SMALL = Sizes(hidden=64, layers=4, attention=(2,), heads=4, head=16, mlp=96, attention_head=16, state=16, query_heads=4,
              groups=2, vocabulary=128,
              # So that layers weigh more than the embedding, which would choose the same token again and again.
              embedding=0.4, residual=1.0, logits=1.0)
PROMPT, TOKENS = "3,14,15,92,65", 16
# With weights this large and this seed the margins of the model are clear.
SPREAD, SEED = 0.3, 12


def original():
    torch.manual_seed(SEED)
    model = GraniteMoeHybridForCausalLM(GraniteMoeHybridConfig(
        vocab_size=SMALL.vocabulary, hidden_size=SMALL.hidden, num_hidden_layers=SMALL.layers,
        layer_types=["attention" if layer in SMALL.attention else "mamba" for layer in range(SMALL.layers)],
        num_attention_heads=SMALL.query_heads, num_key_value_heads=SMALL.groups, shared_intermediate_size=SMALL.mlp,
        num_local_experts=0, num_experts_per_tok=0, mamba_n_heads=SMALL.heads, mamba_d_head=SMALL.head,
        mamba_d_state=SMALL.state, mamba_n_groups=1, mamba_d_conv=4, mamba_conv_bias=True,
        mamba_expand=SMALL.heads * SMALL.head // SMALL.hidden, embedding_multiplier=SMALL.embedding,
        residual_multiplier=SMALL.residual, logits_scaling=SMALL.logits, attention_multiplier=SMALL.attention_head**-0.5,
        position_embedding_type="nope", rms_norm_eps=1e-5, initializer_range=SPREAD, tie_word_embeddings=True,
        bos_token_id=None, eos_token_id=None, pad_token_id=None)).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("dt_bias"):
                # The exporter's layer has none.
                parameter.zero_()
            elif name.endswith(("norm.weight", "layernorm.weight", "mamba.D")):
                parameter.uniform_(0.5, 1.5)
            elif name.endswith("conv1d.bias"):
                parameter.normal_(0, 0.1)
    return model


def weights(model):
    """The original's weights by the names of the exporter's model."""
    theirs = model.state_dict()
    embed = theirs["model.embed_tokens.weight"]
    ours = {"embed.weight": embed, "head.weight": embed, f"norms.{2 * SMALL.layers}.scale": theirs["model.norm.weight"]}
    for layer in range(SMALL.layers):
        at, to = f"model.layers.{layer}", f"mixers.{layer}"
        ours[f"norms.{2 * layer}.scale"] = theirs[f"{at}.input_layernorm.weight"]
        ours[f"norms.{2 * layer + 1}.scale"] = theirs[f"{at}.post_attention_layernorm.weight"]
        gate, up = theirs[f"{at}.shared_mlp.input_linear.weight"].chunk(2)
        ours |= {f"mlps.{layer}.gate.weight": gate, f"mlps.{layer}.up.weight": up,
                 f"mlps.{layer}.down.weight": theirs[f"{at}.shared_mlp.output_linear.weight"]}
        if layer in SMALL.attention:
            for name in "qkvo":
                ours[f"{to}.{name}.weight"] = theirs[f"{at}.self_attn.{name}_proj.weight"]
            continue
        mamba = f"{at}.mamba"
        ours |= {f"{to}.into.weight": theirs[f"{mamba}.in_proj.weight"],
                 f"{to}.out.weight": theirs[f"{mamba}.out_proj.weight"],
                 f"{to}.convolution.taps": theirs[f"{mamba}.conv1d.weight"][:, 0],
                 f"{to}.convolution.bias": theirs[f"{mamba}.conv1d.bias"],
                 f"{to}.decay": theirs[f"{mamba}.A_log"].exp(), f"{to}.skip": theirs[f"{mamba}.D"],
                 f"{to}.norm.scale": theirs[f"{mamba}.norm.weight"]}
    return {name: weight.half() for name, weight in ours.items()}


def main():
    out = Path(sys.argv[1])
    shutil.rmtree(out, ignore_errors=True)
    bundle = out / "small"
    bundle.mkdir(parents=True)
    model = original()
    model.save_pretrained(out / "model")
    subprocess.run([sys.executable, ORACLE, out / "model", "--ids", PROMPT, "-n", str(TOKENS), "--bundle", "small",
                    "--output", out / "oracle.json"], check=True)
    step = exported(SMALL)
    # The names and sizes of all weights are checked.
    step.module.load_state_dict(weights(model))
    export([step]).save_asset(bundle / "small.aimodel")
    (bundle / "metadata.json").write_text(json.dumps({
        "metadata_version": "0.2", "kind": "llm", "name": "small", "assets": {"main": "small.aimodel"},
        "language": {"tokenizer": "none", "vocab_size": SMALL.vocabulary, "max_context_length": 512,
                     "embedded_tokenizer": False, "function_map": {"main": ["main"]}}}, indent=1) + "\n")


if __name__ == "__main__":
    main()
