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
    granite(
        "one float16 layer of 168",
        Base::Int8lin,
        |g| {
            g.odd_linear = Some((57, Precision::FLOAT16));
            g.padded_to = None;
        },
        &["warning asset-partial", "warning granite-name-int8lin"],
    ),
    granite(
        "one int4 layer of 168",
        Base::Int8lin,
        |g| g.odd_linear = Some((57, Precision::PerBlock(Element::SI4, 32))),
        &["warning granite-name-int8lin"],
    ),
    granite(
        "one layer of 168 in blocks of 64",
        Base::Int8lin,
        |g| g.odd_linear = Some((57, Precision::PerBlock(Element::SI8, 64))),
        &["warning granite-name-int8lin"],
    ),
    granite(
        "one layer of 168 with one scale",
        Base::Int8lin,
        |g| {
            g.odd_linear = Some((
                0,
                Precision::Blocks(Element::SI8, Element::F16, [4096, 1536]),
            ))
        },
        &["warning granite-name-int8lin"],
    ),
    granite(
        "one layer of 168 with bfloat16 scales",
        Base::Int8lin,
        |g| g.odd_linear = Some((167, Precision::Blocks(Element::SI8, Element::BF16, [1, 32]))),
        &["warning granite-name-int8lin"],
    ),
    granite(
        "one layer of 168 as a palette",
        Base::Int8hu,
        |g| {
            let (bits, vector, rows) = (8, 1, 16);
            g.odd_linear = Some((57, Precision::Palette { bits, vector, rows }));
        },
        &["warning granite-name-int8hu"],
    ),
    granite(
        "blocks along the outputs",
        Base::Int8lin,
        |g| g.linears = Precision::Blocks(Element::SI8, Element::F16, [32, 1]),
        &["warning granite-name-int8lin"],
    ),
    granite(
        "one float32 layer of 168 under the name fp16",
        Base::Fp16,
        |g| g.odd_linear = Some((3, Precision::Float(Element::F32))),
        &["warning granite-name-fp16"],
    ),
    granite(
        "a head of palettes under the name int8hu",
        Base::Int8hu,
        |g| {
            let (bits, vector, rows) = (8, 1, 100_352);
            g.head = Head::Untied(Precision::Palette { bits, vector, rows });
        },
        &["warning granite-name-int8hu"],
    ),
    granite(
        "an int8 embedding under the name int8hu",
        Base::Int8hu,
        |g| g.embedding = Precision::INT8_BLOCK32,
        &["warning granite-name-int8hu"],
    ),
    granite(
        "a bfloat16 embedding under the name int8hu",
        Base::Int8hu,
        |g| g.embedding = Precision::Float(Element::BF16),
        &["warning granite-name-int8hu"],
    ),
    granite(
        "a head with one scale under the name int8hu",
        Base::Int8hu,
        |g| {
            g.head = Head::Untied(Precision::Blocks(
                Element::SI8,
                Element::F16,
                [100_352, 1536],
            ))
        },
        &["warning granite-name-int8hu"],
    ),
    Mutant::new(
        "int8 layers shipped as int4lin",
        Base::Int8lin,
        Change::Manifest(|m| m["name"] = "granite_4_0_h_1b_decode_int4lin".into()),
        &["warning granite-name-int4"],
    ),
];
