//! Bundles in which nothing is wrong.

use granite_bundle_testkit::asset::{Asset, HashFile};
use granite_bundle_testkit::bundle::{Bundle, manifest};
use granite_bundle_testkit::granite::{Geometry, Granite};
use granite_bundle_testkit::program::{Data, Element, Graph, Program, Tensor};
use serde_json::json;
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
    /// A vision-language model.
    Vision,
}

impl Base {
    pub(crate) const ALL: [Base; 6] = [
        Base::Int8lin,
        Base::Int8hu,
        Base::Fp16,
        Base::Small,
        Base::Ordinary,
        Base::Vision,
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
        }
    }

    /// The findings of the good bundle, as `level rule`.
    pub(crate) fn notes(self) -> impl Iterator<Item = &'static str> {
        let common: &[&str] = match self {
            Base::Ordinary | Base::Vision => &[],
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
            Base::Vision => &[
                "note graph-ios-dynamic-kv",
                "note run-token-limit",
                "note transcript-missing",
            ],
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
            Base::Ordinary | Base::Vision => return None,
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
        let bundle = if self == Base::Vision {
            vision(self.name())
        } else {
            ordinary(self.name())
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
            Base::Ordinary | Base::Vision => return HashFile::Computed,
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

/// Tokens of the small models' vocabulary.
pub(crate) const VOCAB: u64 = 151_936;

/// A decoder with keys and values of two layers, dynamic in query and context.
pub(crate) fn decoder(
    first: &str,
    element: Element,
    width: u64,
    states: &[(&str, Tensor)],
) -> Program {
    let mut program = Program::default();
    let mut graph = Graph::new("main");
    let first_tensor = match width {
        0 => Tensor::new(element, &[1, 0]).dynamic(1),
        width => Tensor::new(element, &[1, 0, width]).dynamic(1),
    };
    graph.argument(first, first_tensor);
    graph.argument(
        "position_ids",
        Tensor::new(Element::SI32, &[1, 0]).dynamic(1),
    );
    let handles: Vec<_> = states
        .iter()
        .map(|(name, tensor)| graph.state(name, tensor.clone()))
        .collect();
    for (handle, (_, tensor)) in handles.into_iter().zip(states) {
        let (value, token) = graph.read_state(handle, tensor);
        graph.write_state(handle, value, token);
    }
    let weight = Tensor::new(Element::F16, &[64, 64]);
    let data = program.resource(vec![0x3C; 64 * 64 * 2]);
    graph.constant(weight, data);
    let logits = Tensor::new(Element::F16, &[1, 0, VOCAB]).dynamic(1);
    let one = Tensor::new(Element::F16, &[1, 1, VOCAB]);
    let value = graph.constant(one, Data::Splat(vec![0, 0x3C]));
    let value = graph.op("primitive.broadcast_to_v1", &[value], logits.clone());
    graph.output("logits", logits, value);
    program.add(graph);
    program
}

/// A growing cache of two layers.
pub(crate) fn cache() -> Tensor {
    Tensor::new(Element::F16, &[2, 1, 2, 0, 16]).dynamic(3)
}

/// The states of the small models.
pub(crate) fn pair() -> Vec<(&'static str, Tensor)> {
    vec![("keyCache", cache()), ("valueCache", cache())]
}

/// A complete asset around a program, with author, license and hash.
pub(crate) fn asset(program: Program) -> Asset {
    let mut asset = Asset::new(program).hashed();
    let metadata = asset.metadata.as_mut().unwrap();
    metadata["author"] = json!("granite-bundle tests");
    metadata["license"] = json!("Apache-2.0");
    asset
}

fn ordinary(name: &str) -> Bundle {
    let mut bundle = Bundle::granite(name, &Granite::fp16(tiny()));
    bundle.manifest = Some(manifest(name, "Qwen/Qwen3-0.6B", VOCAB));
    let program = decoder("input_ids", Element::SI32, 0, &pair());
    bundle.asset = Some((format!("{name}.aimodel"), asset(program)));
    let config = bundle.tokenizer_config.as_mut().unwrap();
    config["tokenizer_class"] = json!("Qwen2Tokenizer");
    bundle
}

fn vision(name: &str) -> Bundle {
    let mut bundle = ordinary(name);
    let manifest = bundle.manifest.as_mut().unwrap();
    manifest["kind"] = json!("vlm");
    manifest["language"]["tokenizer"] = json!("Qwen/Qwen3-VL-2B-Instruct");
    manifest["source"]["hf_model_id"] = json!("Qwen/Qwen3-VL-2B-Instruct");
    manifest["vision"] = json!({
        "image_size": 448,
        "patch_size": 16,
        "image_token_count": 196,
        "image_token_id": 151_655,
    });
    let program = decoder("in_embeddings", Element::F16, 64, &pair());
    bundle.asset = Some((format!("{name}.aimodel"), asset(program)));
    bundle
}

/// Dimensions of a Granite of which only the folder around it is used.
fn tiny() -> Geometry {
    Geometry {
        mamba_layers: 1,
        attention_layers: 1,
        ..Geometry::granite_350m()
    }
}
