//! Good bundles in memory, for rules to be tried on.

use std::path::PathBuf;

use serde_json::{Value as Json, json};

use crate::bundle::{
    ChatTemplate, JsonDocument, License, Manifest, Part, Target, TargetKind, Tokenizer, Transcript,
};
use crate::checkout::capability::{Capability, Era, Presence, Survey};
use crate::engine::deployment::Deployment;
use crate::finding::Finding;
use crate::model::{
    Asset, AssetFormat, AssetMetadata, Bytecode, Constant, DType, Dialect, Embedding, Function,
    Head, HeadKind, Packing, QuantizedWeight, RecordedHash, Scale, Statistics, Storage, Value,
    Visibility, Weights,
};
use crate::profile::{ExpectedTensor, Profile, builtin};

use super::{ConfigurationFacts, ContentHash, Context, LicenseFile, Platform, Rule};

/// A target and everything else a context holds, to be changed by a test.
pub(crate) struct Case {
    pub(crate) target: Target,
    pub(crate) profile: Option<Profile>,
    pub(crate) kin: Option<Profile>,
    pub(crate) engine: Option<Survey>,
    pub(crate) platform: Platform,
    pub(crate) hash: ContentHash,
    pub(crate) licenses: Vec<LicenseFile>,
    pub(crate) transcripts: Vec<Transcript>,
}

impl Case {
    /// The published int8lin form of Granite 4.0-H 1B: nothing in it is wrong.
    pub(crate) fn granite_1b() -> Case {
        Case::granite(&builtin()[0], "granite_4_0_h_1b_decode_int8lin", 1536)
    }

    /// The published fp16 form of Granite 4.0-H 350M: nothing in it is wrong.
    pub(crate) fn granite_350m() -> Case {
        Case::granite(&builtin()[1], "granite_4_0_h_350m_decode_fp16", 768)
    }

    /// Granite 4.0-H 1B under a profile of another family.
    pub(crate) fn other_family() -> Case {
        let mut case = Case::granite_1b();
        case.profile.as_mut().unwrap().family = "another".to_owned();
        case
    }

    /// A float bundle with the function of that built-in profile, naming its first source.
    pub(crate) fn of(name: &str) -> Case {
        let profile = builtin().iter().find(|it| it.name == name).unwrap();
        let asset = asset(profile, name, weights(profile, 64, false, 1_000_000_000));
        let mut case = Case::granite_350m();
        case.target.path = PathBuf::from(name);
        case.target.manifest = Part::Present(manifest(profile, name));
        case.target.siblings = vec![asset.path.clone()];
        case.target.sibling_bytes = vec![asset.bytes];
        case.target.asset = Part::Present(asset);
        case.profile = Some(profile.clone());
        case
    }

    /// The published form of that name, of a model with that hidden width.
    fn granite(profile: &Profile, name: &str, width: u64) -> Case {
        let form = profile.claimed_form(name).unwrap();
        let quantized = form.linear.is_some();
        let weights = weights(profile, width, quantized, form.weight_bytes.unwrap());
        let mut asset = asset(profile, name, weights);
        let published = form.published.as_ref().unwrap();
        let hash = hex::decode(&published.sha256).unwrap().try_into().unwrap();
        asset.bytes = published.bytes;
        asset.recorded_hash = RecordedHash::Sha256(hash);
        Case {
            target: Target {
                path: PathBuf::from(name),
                kind: TargetKind::Bundle,
                mistaken: None,
                manifest: Part::Present(manifest(profile, name)),
                resolution: None,
                symlinks: Vec::new(),
                siblings: vec![asset.path.clone()],
                sibling_bytes: vec![asset.bytes],
                asset: Part::Present(asset),
                side_assets: Vec::new(),
                declared: Vec::new(),
                tokenizer: Part::Present(tokenizer()),
                license_files: vec![License {
                    path: PathBuf::from(name).join("LICENSE"),
                    spdx: Some("Apache-2.0"),
                }],
            },
            profile: Some(profile.clone()),
            kin: None,
            engine: None,
            platform: Platform::Any,
            hash: ContentHash::Computed(hash),
            licenses: vec![LicenseFile {
                name: "LICENSE".to_owned(),
                spdx: Some("Apache-2.0"),
            }],
            transcripts: Vec::new(),
        }
    }

    /// Changes the manifest's JSON.
    pub(crate) fn edit_manifest(&mut self, edit: impl FnOnce(&mut Json)) -> &mut Case {
        let Part::Present(manifest) = &mut self.target.manifest else {
            panic!("the manifest was taken away")
        };
        let mut value = manifest.document.value.clone();
        edit(&mut value);
        manifest.document = document("metadata.json", &value);
        self
    }

    /// The asset.
    pub(crate) fn asset(&mut self) -> &mut Asset {
        match &mut self.target.asset {
            Part::Present(asset) => asset,
            _ => panic!("the asset was taken away"),
        }
    }

    /// The function `main`.
    pub(crate) fn main(&mut self) -> &mut Function {
        &mut self.asset().functions[0]
    }

    /// The tokenizer.
    pub(crate) fn tokenizer(&mut self) -> &mut Tokenizer {
        match &mut self.target.tokenizer {
            Part::Present(tokenizer) => tokenizer,
            _ => panic!("the tokenizer was taken away"),
        }
    }

    /// Sets an engine checkout.
    pub(crate) fn engine(&mut self, era: &str, native: &[Capability]) -> &mut Case {
        let present = native.iter().map(|id| (*id, Presence::Native)).collect();
        self.engine = Some(Survey {
            era: Era::new(era),
            present,
            ..Survey::default()
        });
        self
    }

    /// What one rule finds, at its own levels; nothing when its needs are not met.
    pub(crate) fn check(&self, rule: &'static Rule) -> Vec<Finding> {
        let deployment = Deployment::of(&self.target);
        let context = Context {
            target: &self.target,
            deployment: deployment.as_ref(),
            profile: self.profile.as_ref(),
            kin: self.kin.as_ref(),
            engine: self.engine.as_ref(),
            platform: self.platform,
            hash: &self.hash,
            side_hashes: &[],
            licenses: &self.licenses,
            transcripts: &self.transcripts,
            configuration: ConfigurationFacts::default(),
        };
        super::check([rule], &context)
    }
}

/// A JSON file in memory.
pub(crate) fn document(path: &str, value: &Json) -> JsonDocument {
    let text = serde_json::to_string_pretty(value).unwrap();
    JsonDocument {
        path: PathBuf::from(path),
        text,
        value: value.clone(),
    }
}

fn manifest(profile: &Profile, name: &str) -> Manifest {
    let value = json!({
        "metadata_version": "0.2",
        "kind": "llm",
        "name": name,
        "assets": { "main": format!("{name}.aimodel") },
        "language": {
            "tokenizer": profile.model.sources[0],
            "vocab_size": profile.model.vocab_size,
            "max_context_length": profile.model.context,
            "embedded_tokenizer": true,
            "function_map": { "main": ["main"] },
        },
        "source": { "model_id": profile.model.sources[0] },
        "compression": null,
    });
    Manifest {
        document: document("metadata.json", &value),
    }
}

fn asset(profile: &Profile, name: &str, weights: Weights) -> Asset {
    let path = PathBuf::from(name).join(format!("{name}.aimodel"));
    let values = |tensors: &[ExpectedTensor]| {
        tensors
            .iter()
            .map(ExpectedTensor::to_value)
            .collect::<Vec<Value>>()
    };
    Asset {
        bytecode_path: path.join("main.mlirb"),
        path,
        format: AssetFormat::Source,
        bytes: weights.bytes() + 2_000_000,
        metadata: Some(AssetMetadata {
            asset_version: Some("1.0".to_owned()),
            producer: Some("coreai-core 1.0.0b3".to_owned()),
            creation_date: Some("20260728T101500Z".to_owned()),
            author: Some("somebody".to_owned()),
            license: Some("Apache-2.0".to_owned()),
            description: None,
            ..AssetMetadata::default()
        }),
        bytecode: Bytecode {
            version: 6,
            producer: "MLIR22.0.0git".to_owned(),
            dialects: vec![Dialect {
                name: "aicode".to_owned(),
                version: Some(2),
            }],
        },
        name: name.to_owned(),
        program_version: Some(20_260_202),
        recorded_hash: RecordedHash::Sha256([7; 32]),
        functions: vec![Function {
            name: profile.function.name.clone(),
            visibility: Visibility::Public,
            inputs: values(&profile.function.inputs),
            outputs: values(&profile.function.outputs),
            states: values(&profile.function.states),
        }],
        statistics: Statistics {
            operations: vec![
                ("constant".to_owned(), 400),
                ("broadcasting_mul".to_owned(), 90),
            ],
            compute_types: vec!["float16".to_owned(), "int32".to_owned()],
        },
        weights,
    }
}

fn weights(profile: &Profile, width: u64, quantized: bool, bytes: u64) -> Weights {
    let storage = |dtype: DType, bytes: u64| Storage {
        dtype,
        elements: bytes / dtype.storage_bytes(),
        bytes,
    };
    let half = profile.model.vocab_size * width * 2;
    Weights {
        constants: Vec::new(),
        storage: if quantized {
            vec![
                storage(DType::Int8, bytes - half),
                storage(DType::Float16, half),
            ]
        } else {
            vec![storage(DType::Float16, bytes)]
        },
        quantized: if quantized {
            vec![block32(8192, 1536), block32(1536, 4096)]
        } else {
            Vec::new()
        },
        head: Some(Head {
            kind: HeadKind::Float,
            weight: constant(DType::Float16, &[profile.model.vocab_size, width]),
            shape: vec![profile.model.vocab_size, width],
            quantized: None,
            tied: Some(true),
        }),
        embedding: Some(Embedding {
            weight: constant(DType::Float16, &[profile.model.vocab_size, width]),
            shape: vec![profile.model.vocab_size, width],
            quantized: None,
        }),
        activations: Vec::new(),
        steps: Vec::new(),
    }
}

/// An int8 matrix with one float16 scale for each 32 inputs of each output.
pub(crate) fn block32(outputs: u64, inputs: u64) -> QuantizedWeight {
    QuantizedWeight {
        data: constant(DType::Int8, &[outputs, inputs]),
        shape: vec![outputs, inputs],
        scale: Some(Scale {
            dtype: DType::Float16,
            block: vec![1, 32],
            zero_point: None,
            minimum: None,
        }),
        palette: None,
        sparse: None,
        irregular: false,
        bytes: outputs * inputs + outputs * inputs / 16,
    }
}

/// A constant whose data is a resource.
pub(crate) fn constant(dtype: DType, shape: &[u64]) -> Constant {
    Constant {
        dtype,
        shape: shape.to_vec(),
        packing: Packing::Whole,
        resource: Some(1),
    }
}

fn tokenizer() -> Tokenizer {
    let config = json!({
        "bos_token": "<|end_of_text|>",
        "eos_token": "<|end_of_text|>",
        "tokenizer_class": "GPT2Tokenizer",
    });
    Tokenizer {
        has_tokenizer_json: true,
        highest_id: Some(100_351),
        entries: 100_352,
        config: Some(document("tokenizer/tokenizer_config.json", &config)),
        generation_config: None,
        chat_template: Some(ChatTemplate {
            source: "tokenizer/chat_template.jinja".to_owned(),
            text: "{% for m in messages %}<|start_of_role|>{{ m.role }}<|end_of_role|>\
                   {{ m.content }}<|end_of_text|>\n{% endfor %}"
                .to_owned(),
        }),
        ..Tokenizer::default()
    }
}

#[cfg(test)]
mod tests {
    use granite_bundle_testkit::bundle::Bundle;
    use granite_bundle_testkit::granite::{Geometry, Granite};

    use super::*;

    /// The same bundle as the reader sees it.
    fn read(case: &Case, granite: &Granite) -> Target {
        let folder = tempfile::tempdir().unwrap();
        let name = case.target.path.to_str().unwrap();
        let path = folder.path().join(name);
        Bundle::granite(name, granite).write(&path).unwrap();
        Target::open(&path).unwrap()
    }

    #[test]
    fn the_cases_are_what_the_reader_reads() {
        let pairs = [
            (Case::granite_1b(), Granite::int8lin(Geometry::granite_1b())),
            (
                Case::granite_350m(),
                Granite::fp16(Geometry::granite_350m()),
            ),
        ];
        for (mut case, granite) in pairs {
            let target = read(&case, &granite);
            let real = target.asset.present().unwrap();
            let made = case.asset();
            assert_eq!(made.functions, real.functions);
            assert_eq!(made.format, real.format);
            assert_eq!(made.bytecode.version, real.bytecode.version);
            assert_eq!(made.bytecode.dialects, real.bytecode.dialects);
            assert_eq!(made.program_version, real.program_version);
            assert_eq!(made.name, real.name);
            assert_eq!(
                made.bytecode_path.file_name(),
                real.bytecode_path.file_name()
            );
            let types = |asset: &Asset| {
                let stored = asset.weights.storage.iter();
                let mut types: Vec<DType> = stored.map(|one| one.dtype).collect();
                types.retain(|dtype| matches!(dtype, DType::Int8 | DType::Float16));
                types
            };
            assert_eq!(types(made), types(real));
            let head = |asset: &Asset| {
                let head = asset.weights.head.clone().unwrap();
                (head.kind, head.shape, head.tied, head.weight.dtype)
            };
            assert_eq!(head(made), head(real));
            let block = |asset: &Asset| {
                let first = asset.weights.quantized.first()?;
                Some((first.data.dtype, first.scale.clone()?.block))
            };
            assert_eq!(block(made), block(real));
        }
    }
}
