//! Bundles in which nothing is wrong.

use granite_bundle_testkit::asset::HashFile;
use granite_bundle_testkit::bundle::Bundle;
use granite_bundle_testkit::granite::{Geometry, Granite};
use granite_bundle_testkit::kinds;
pub(crate) use granite_bundle_testkit::kinds::{VOCAB, asset, decoder, pair};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A good bundle that mutants are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Base {
    /// Granite 4.0-H 1B, linear layers int8, head tied.
    Int8lin,
    /// Granite 4.0-H 1B, linear layers and a head of its own int8.
    Int8hu,
    /// Granite 4.0-H 1B, unquantized.
    Fp16,
    /// Granite 4.0-H 350M, unquantized.
    Small,
    /// A text model as the official exporter writes it: two states, any query length.
    Ordinary,
    /// A vision-language model: a decoder, an encoder and an embedding table.
    Vision,
    /// A text model as the official exporter writes it for iOS: functions of several static lengths.
    Chunked,
    /// A diffusion pipeline, which no language engine loads.
    Diffusion,
}

impl Base {
    pub(crate) const ALL: [Base; 8] = [
        Base::Int8lin,
        Base::Int8hu,
        Base::Fp16,
        Base::Small,
        Base::Ordinary,
        Base::Vision,
        Base::Chunked,
        Base::Diffusion,
    ];

    /// The bundle's name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Base::Int8lin => "granite_4_0_h_1b_decode_int8lin",
            Base::Int8hu => "granite_4_0_h_1b_decode_int8hu_block32_sym",
            Base::Fp16 => "granite_4_0_h_1b_decode_fp16",
            Base::Small => "granite_4_0_h_350m_decode_fp16",
            Base::Ordinary => "qwen3_0_6b_instruct",
            Base::Vision => "qwen3_vl_2b_instruct",
            Base::Chunked => "qwen3_0_6b_static",
            Base::Diffusion => "stable_diffusion_3_5",
        }
    }

    /// What the tables of the documentation call it.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Base::Int8lin => "1B int8lin",
            Base::Int8hu => "1B int8hu",
            Base::Fp16 => "1B fp16",
            Base::Small => "350M fp16",
            Base::Ordinary => "ordinary",
            Base::Vision => "vision",
            Base::Chunked => "chunked",
            Base::Diffusion => "diffusion",
        }
    }

    /// The findings of the good bundle, as `level rule`.
    pub(crate) fn notes(self) -> impl Iterator<Item = &'static str> {
        let common: &[&str] = match self {
            Base::Ordinary | Base::Vision | Base::Chunked | Base::Diffusion => &[],
            _ => &GRANITE,
        };
        let own: &[&str] = match self {
            Base::Int8lin | Base::Int8hu => &[
                "note asset-ios-jit-large",
                "note bundle-compression-undeclared",
            ],
            Base::Fp16 => &["note asset-ios-jit-large", "note asset-ios-memory"],
            Base::Small => &[],
            Base::Ordinary => &[
                "note graph-ios-dynamic-kv",
                "note run-extension-skip",
                "note run-token-limit",
                "note transcript-missing",
            ],
            Base::Vision => &["note graph-ios-dynamic-kv", "note transcript-missing"],
            Base::Chunked => &["note transcript-missing"],
            Base::Diffusion => &[],
        };
        common.iter().chain(own).copied()
    }

    /// The Granite model of a Granite base, at its published size where it is published.
    pub(crate) fn granite(self) -> Option<Granite> {
        let (granite, published) = match self {
            Base::Int8lin => (
                Granite::int8lin(Geometry::granite_1b()),
                Some(1_698_798_094),
            ),
            Base::Int8hu => (Granite::int8hu(Geometry::granite_1b()), Some(1_862_573_032)),
            Base::Fp16 => (Granite::fp16(Geometry::granite_1b()), None),
            Base::Small => (Granite::fp16(Geometry::granite_350m()), Some(681_106_231)),
            Base::Ordinary | Base::Vision | Base::Chunked | Base::Diffusion => return None,
        };
        Some(Granite {
            padded_to: published,
            ..granite
        })
    }

    /// The good bundle, built once.
    pub(crate) fn bundle(self) -> Bundle {
        static BUNDLES: LazyLock<BTreeMap<Base, Bundle>> = LazyLock::new(|| {
            let build = |base: Base| match base.granite() {
                Some(granite) => base.around(&granite),
                None => base.small(),
            };
            // Not in parallel: a worker that waits for this would be one that it waits for.
            Base::ALL.map(|base| (base, build(base))).into()
        });
        BUNDLES[&self].clone()
    }

    /// The bundle around a changed Granite model.
    pub(crate) fn around(self, granite: &Granite) -> Bundle {
        self.hashed(Bundle::granite(self.name(), granite))
    }

    fn small(self) -> Bundle {
        let bundle = match self {
            Base::Vision => kinds::vision(self.name()),
            Base::Chunked => kinds::chunked(self.name()),
            Base::Diffusion => kinds::diffusion(self.name()),
            _ => kinds::ordinary(self.name()),
        };
        self.hashed(bundle)
    }

    fn hashed(self, mut bundle: Bundle) -> Bundle {
        if let Some((_, asset)) = &mut bundle.asset {
            asset.hash = self.hash();
        }
        bundle
    }

    /// The recorded hash: the published one, which nobody computes from the holes of a sparse file.
    fn hash(self) -> HashFile {
        let published = match self {
            Base::Int8lin => "fd9f982985324259a77a53210ed6a4c2e37e9d8464cf976be34e0ee1c7cefe4a",
            Base::Int8hu => "bc866ca0e8d0ac02994fb1a25f3b747ca6783e47195a6d25a66911235de36a0f",
            Base::Small => "e571d450dc1d35d6951614bbe01d84ac9d7e15bf3490be76d6a8fc22c65b2d41",
            Base::Fp16 => return HashFile::Bytes(vec![7; 32]),
            Base::Ordinary | Base::Vision | Base::Chunked | Base::Diffusion => {
                return HashFile::Computed;
            }
        };
        HashFile::Bytes(hex::decode(published).unwrap())
    }
}

/// Notes of every Granite bundle: the run contract of a one-token hybrid, and what iOS would ask.
const GRANITE: [&str; 16] = [
    "note granite-ios",
    "note granite-sequential-slow",
    "note graph-ios-dynamic-kv",
    "note graph-logits-static",
    "note graph-state-count",
    "note graph-static-query",
    "note run-chunk-one",
    "note run-engine-revision",
    "note run-extension-skip",
    "note run-guided-hybrid",
    "note run-long-prefill-reset",
    "note run-no-partial-reset",
    "note run-reask",
    "note run-token-limit",
    "note run-warmup",
    "note transcript-missing",
];
