//! Releases that are not what a profile of one's own says, and Granite's defaults changed on purpose.

use granite_bundle_testkit::bundle::Bundle;
use granite_bundle_testkit::granite::{Granite, Head, Precision};
use granite_bundle_testkit::program::Element;
use serde_json::json;

use super::{Change, Mutant, Setting};
use crate::good::Base;

const fn own(
    name: &'static str,
    base: Base,
    change: Change,
    caught: &'static [&'static str],
) -> Mutant {
    Mutant::new(name, base, change, caught).with(Setting::OwnProfile)
}

fn int8(granite: &mut Granite) {
    granite.linears = Precision::INT8_BLOCK32;
    granite.padded_to = None;
}

/// A model of twelve layers of each kind, with the family's vocabulary and state names.
fn another_size(bundle: &mut Bundle) {
    let mut granite = Base::Small.granite().expect("a Granite base");
    granite.padded_to = None;
    for name in ["keyCache", "valueCache", "convState", "recState"] {
        granite.signature.state(name).dims[0] = Some(12);
    }
    let hash = bundle.asset.take().expect("an asset").1.hash;
    *bundle = Bundle::granite("granite_4_0_h_micro_decode_fp16", &granite);
    bundle.asset.as_mut().expect("an asset").1.hash = hash;
    let manifest = bundle.manifest.as_mut().expect("a manifest");
    let id = json!("ibm-granite/granite-4.0-h-micro");
    manifest["language"]["tokenizer"] = id.clone();
    manifest["source"]["hf_model_id"] = id;
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "a context other than the release's",
        Base::Int8lin,
        Change::Manifest(|m| m["language"]["max_context_length"] = json!(8192)),
        &["note granite-context"],
    ),
    own(
        "a state that one's own profile does not have",
        Base::Int8lin,
        Change::Granite(|g| g.signature.state("convState").dims[2] = Some(3072)),
        &["error profile-signature"],
    ),
    own(
        "a vocabulary that is not the profile's",
        Base::Int8lin,
        Change::Manifest(|m| m["language"]["vocab_size"] = json!(100_353)),
        &["error graph-vocab-mismatch", "error profile-vocab"],
    ),
    own(
        "a form that is not the one named",
        Base::Int8hu,
        Change::Granite(|g| g.head = Head::Tied),
        &["warning profile-precision"],
    ),
    own(
        "quantized where the profile forbids it",
        Base::Small,
        Change::Granite(int8),
        &[
            "error profile-quantized",
            "note bundle-compression-undeclared",
            "warning asset-partial",
            "warning profile-precision",
        ],
    ),
    own(
        "a per-channel head where the profile forbids it",
        Base::Int8hu,
        Change::Granite(|g| g.head = Head::Untied(Precision::PerChannel(Element::SI8))),
        &["error profile-head"],
    ),
    own(
        "a context that is not the profile's",
        Base::Int8lin,
        Change::Manifest(|m| m["language"]["max_context_length"] = json!(8192)),
        &["note profile-context"],
    ),
    own(
        "no end token where the profile has one",
        Base::Int8lin,
        Change::Tokenizer(|config| drop(config.as_object_mut().unwrap().remove("eos_token"))),
        &["warning profile-eos"],
    ),
    own(
        "a template without the profile's markers",
        Base::Int8lin,
        Change::Bundle(|bundle| {
            bundle.chat_template = Some("{{ messages[0].content }}<|end_of_text|>".to_owned());
        }),
        &["warning profile-template"],
    ),
    own(
        "a license that is not the profile's",
        Base::Int8lin,
        Change::Bundle(|bundle| bundle.license = Some("MIT License\n".to_owned())),
        &["warning profile-license"],
    ),
    Mutant::new(
        "another size of the family",
        Base::Small,
        Change::Bundle(another_size),
        &["note profile-other-model"],
    ),
];
