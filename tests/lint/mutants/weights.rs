//! Weights that are not what the name says, or not what the model bears.

use granite_bundle_testkit::granite::{Granite, Head, Precision};
use granite_bundle_testkit::program::Element;

use super::{Change, Mutant};
use crate::good::Base;

const fn granite(
    name: &'static str,
    base: Base,
    change: fn(&mut Granite),
    caught: &'static [&'static str],
) -> Mutant {
    Mutant::new(name, base, Change::Granite(change), caught)
}

pub(super) const MUTANTS: &[Mutant] = &[
    granite(
        "an int8 350M",
        Base::Small,
        |g| {
            g.linears = Precision::INT8_BLOCK32;
            g.padded_to = None;
        },
        &[
            "error granite-350m-quantized",
            "note bundle-compression-undeclared",
            "warning asset-partial",
            "warning granite-name-fp16",
        ],
    ),
    granite(
        "a 350M with an int8 head",
        Base::Small,
        |g| {
            g.head = Head::Untied(Precision::INT8_BLOCK32);
            g.padded_to = None;
        },
        &[
            "error granite-350m-quantized",
            "note bundle-compression-undeclared",
            "warning asset-partial",
            "warning granite-name-fp16",
        ],
    ),
    granite(
        "a per-channel head",
        Base::Int8hu,
        |g| g.head = Head::Untied(Precision::PerChannel(Element::SI8)),
        &["error granite-head-perchan"],
    ),
    granite(
        "a head in blocks of 128",
        Base::Int8hu,
        |g| g.head = Head::Untied(Precision::PerBlock(Element::SI8, 128)),
        &["warning granite-name-int8hu"],
    ),
    granite(
        "an untied float head under the name int8hu",
        Base::Int8hu,
        |g| {
            g.head = Head::Untied(Precision::FLOAT16);
            g.padded_to = None;
        },
        &["warning asset-partial", "warning granite-name-int8hu"],
    ),
    granite(
        "int8lin shipped as int8hu",
        Base::Int8hu,
        |g| g.head = Head::Tied,
        &["warning granite-name-int8hu"],
    ),
    granite(
        "int8hu shipped as int8lin",
        Base::Int8lin,
        |g| {
            g.head = Head::Untied(Precision::INT8_BLOCK32);
            g.padded_to = None;
        },
        &["warning asset-partial", "warning granite-name-int8lin"],
    ),
    granite(
        "fp16 shipped as int8lin",
        Base::Int8lin,
        |g| {
            g.linears = Precision::FLOAT16;
            g.padded_to = None;
        },
        &[
            "note asset-ios-memory",
            "warning asset-partial",
            "warning granite-name-int8lin",
        ],
    ),
    granite(
        "int8 shipped as fp16",
        Base::Fp16,
        |g| g.linears = Precision::INT8_BLOCK32,
        &[
            "note bundle-compression-undeclared",
            "warning granite-name-fp16",
        ],
    ),
    granite(
        "linear layers in blocks of 64",
        Base::Int8lin,
        |g| g.linears = Precision::PerBlock(Element::SI8, 64),
        &["warning granite-name-int8lin"],
    ),
    granite(
        "per-channel linear layers",
        Base::Int8lin,
        |g| g.linears = Precision::PerChannel(Element::SI8),
        &["warning granite-name-int8lin"],
    ),
    granite(
        "int4 linear layers under the name int8lin",
        Base::Int8lin,
        |g| g.linears = Precision::PerBlock(Element::SI4, 32),
        &["warning granite-name-int8lin"],
    ),
    granite(
        "an int8 embedding",
        Base::Int8lin,
        |g| g.embedding = Precision::INT8_BLOCK32,
        &["warning granite-name-int8lin"],
    ),
    granite(
        "half of the layers",
        Base::Int8lin,
        |g| g.geometry.mamba_layers = 18,
        &["warning granite-name-int8lin"],
    ),
];
