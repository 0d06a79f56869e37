//! Mistakes in the tokenizer folder.

use std::fs;
use std::path::Path;

use granite_bundle_testkit::bundle::Bundle;
use serde_json::{Value, json};

use super::{Change, Mutant, Setting, disk};
use crate::good::Base;

const fn bundle(
    name: &'static str,
    change: fn(&mut Bundle),
    caught: &'static [&'static str],
) -> Mutant {
    Mutant::new(name, Base::Int8lin, Change::Bundle(change), caught)
}

const fn config(
    name: &'static str,
    change: fn(&mut Value),
    caught: &'static [&'static str],
) -> Mutant {
    Mutant::new(name, Base::Int8lin, Change::Tokenizer(change), caught)
}

fn overwrite(bundle: &Path, file: &str, text: &str) {
    fs::write(bundle.join("tokenizer").join(file), text).unwrap();
}

/// Takes a token out of `tokenizer.json` and the configuration.
fn forget(bundle: &mut Bundle, token: &str) {
    let added = bundle.tokenizer.as_mut().unwrap()["added_tokens"]
        .as_array_mut()
        .unwrap();
    added.retain(|entry| entry["content"] != token);
    let config = bundle.tokenizer_config.as_mut().unwrap();
    let decoder = config["added_tokens_decoder"].as_object_mut().unwrap();
    decoder.retain(|_, entry| entry["content"] != token);
}

/// The template of another family: turns framed by other markers.
const CHATML: &str = "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}";

const CLASS: &[&str] = &["error tok-class-unregistered"];
const UNREADABLE: &[&str] = &["error tok-unreadable"];
const MISSING: &[&str] = &["warning tok-json-missing"];

pub(super) const MUTANTS: &[Mutant] = &[
    bundle(
        "missing tokenizer.json",
        |bundle| bundle.tokenizer = None,
        MISSING,
    ),
    disk(
        "no tokenizer folder on a phone",
        |bundle| fs::remove_dir_all(bundle.join("tokenizer")).unwrap(),
        &[
            "error tok-json-missing",
            "error graph-ios-dynamic-kv",
            "warning asset-ios-jit-large",
        ],
    )
    .with(Setting::Ios),
    disk(
        "no tokenizer folder",
        |bundle| fs::remove_dir_all(bundle.join("tokenizer")).unwrap(),
        MISSING,
    ),
    disk(
        "a pointer of large-file storage for tokenizer.json",
        |bundle| {
            overwrite(
                bundle,
                "tokenizer.json",
                "version https://git-lfs.github.com/spec/v1\n",
            )
        },
        UNREADABLE,
    ),
    disk(
        "tokenizer_config.json cut in half",
        |bundle| overwrite(bundle, "tokenizer_config.json", "{ \"bos_token\": "),
        UNREADABLE,
    ),
    disk(
        "a tokenizer folder linked to a download cache",
        |bundle| {
            let outside = bundle.parent().unwrap().join("cache");
            fs::rename(bundle.join("tokenizer"), &outside).unwrap();
            std::os::unix::fs::symlink(outside, bundle.join("tokenizer")).unwrap();
        },
        UNREADABLE,
    ),
    config(
        "a tokenizer class of its own",
        |config| config["tokenizer_class"] = json!("GraniteTokenizer"),
        CLASS,
    ),
    config(
        "no tokenizer class",
        |config| drop(config.as_object_mut().unwrap().remove("tokenizer_class")),
        CLASS,
    ),
    Mutant::new(
        "no tokenizer_config.json",
        Base::Ordinary,
        Change::Bundle(|bundle| bundle.tokenizer_config = None),
        CLASS,
    ),
    Mutant::new(
        "a chat model without its template",
        Base::Ordinary,
        Change::Bundle(|bundle| bundle.chat_template = None),
        &["warning chat-template-missing"],
    ),
    bundle(
        "a Granite without its template",
        |bundle| bundle.chat_template = None,
        &["warning chat-template-missing"],
    ),
    Mutant::new(
        "a base model without a template",
        Base::Ordinary,
        Change::Bundle(|bundle| {
            bundle.chat_template = None;
            let manifest = bundle.manifest.as_mut().unwrap();
            manifest["language"]["tokenizer"] = json!("Qwen/Qwen3-0.6B-Base");
        }),
        &["note chat-template-absent"],
    ),
    bundle(
        "the template of another family",
        |bundle| bundle.chat_template = Some(CHATML.to_owned()),
        &["warning eos-not-in-template", "warning granite-template"],
    ),
    bundle(
        "a template that does not parse",
        |bundle| {
            let template = bundle.chat_template.as_mut().unwrap();
            template.push_str("{% endfor %}");
        },
        &["warning granite-template"],
    ),
    bundle(
        "a template whose turns end where only newer engines stop",
        |bundle| {
            bundle.chat_template = Some(CHATML.replace("im_end", "end"));
            let added = &mut bundle.tokenizer.as_mut().unwrap()["added_tokens"];
            let token = json!({ "id": 100_300, "content": "<|end|>", "special": true });
            added.as_array_mut().unwrap().push(token);
        },
        &["note eos-not-in-template", "warning granite-template"],
    ),
    config(
        "the end token of another model",
        |config| config["eos_token"] = json!("<|pad|>"),
        &["warning eos-not-in-template", "warning granite-eos"],
    ),
    config(
        "no end token",
        |config| drop(config.as_object_mut().unwrap().remove("eos_token")),
        &["warning granite-eos"],
    ),
    bundle(
        "an end id that only generation_config.json knows",
        |bundle| bundle.generation_config = Some(json!({ "eos_token_id": [100_257, 100_265] })),
        &["warning eos-generation-config"],
    ),
    Mutant::new(
        "the one end id of generation_config.json is another",
        Base::Ordinary,
        Change::Bundle(|bundle| {
            bundle.generation_config = Some(json!({ "eos_token_id": 100_256 }))
        }),
        &["warning eos-generation-config"],
    ),
    config(
        "role markers among additional_special_tokens",
        |config| {
            config["additional_special_tokens"] = json!(["<|start_of_role|>", "<|end_of_role|>"])
        },
        &["warning special-tokens-all-stop"],
    ),
    Mutant::new(
        "tool markers among additional_special_tokens",
        Base::Ordinary,
        Change::Tokenizer(|config| {
            config["additional_special_tokens"] = json!([{ "content": "<tool_call>" }]);
        }),
        &["warning special-tokens-all-stop"],
    ),
    bundle(
        "half of the tool markers",
        |bundle| forget(bundle, "</tool_call>"),
        &["note tool-markers"],
    ),
    bundle(
        "an added token beyond the vocabulary",
        |bundle| {
            let added = bundle.tokenizer.as_mut().unwrap()["added_tokens"]
                .as_array_mut()
                .unwrap();
            let mut token = added[0].clone();
            token["id"] = json!(100_352);
            token["content"] = json!("<|mine|>");
            added.push(token);
        },
        &["note graph-tokenizer-overflow"],
    ),
];
