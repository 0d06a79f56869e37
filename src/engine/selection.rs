//! Which of the engines runs a target, if any does.

use super::chunked::ChunkedFunctions;
use super::signature::Structure;
use crate::bundle::{Manifest, Target, TargetKind};
use crate::model::{Asset, DType, Function, Value};

/// An engine for language models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One function from token ids to logits, on the GPU.
    Pipelined,
    /// Functions of several static lengths, on the neural engine.
    StaticShape,
    /// A decoder of embeddings, with a vision encoder and an embedding table as assets of their own.
    VisionLanguage,
}

impl Engine {
    /// The engine that takes the target; `None` where its main asset cannot be read, or is no language model's.
    ///
    /// The manifest's `kind` decides where there is one; a bare asset is judged by its signature. Source: the engine
    /// factory takes `vlm` bundles apart first and detects the structure of the others.
    pub fn of(target: &Target) -> Option<Engine> {
        let asset = target.asset.present()?;
        let manifest = target.manifest.present();
        if manifest.is_some_and(|manifest| !manifest.may_be_language()) {
            return None;
        }
        if manifest.and_then(Manifest::kind) == Some("vlm") {
            return Some(Engine::VisionLanguage);
        }
        match Structure::of(&asset.functions) {
            Structure::ChunkedStatic => Some(Engine::StaticShape),
            Structure::MultiFunctionSegmenter => None,
            Structure::Dynamic if target.kind == TargetKind::Bundle => Some(Engine::Pipelined),
            Structure::Dynamic => Engine::of_step(bare_step(asset)?),
        }
    }

    /// The engine for a function that decodes, by its signature alone.
    fn of_step(function: &Function) -> Option<Engine> {
        let logits = |value: &Value| mentions(value, &["logits"]);
        let conditioned =
            |value: &Value| mentions(value, &["encoder", "cross", "audio", "mel", "pixel"]);
        let decodes = !function.states.is_empty()
            && function.outputs.iter().any(logits)
            && !function.inputs.iter().any(conditioned);
        decodes.then(|| match function.inputs.first() {
            Some(first) if takes_embeddings(first) => Engine::VisionLanguage,
            _ => Engine::Pipelined,
        })
    }

    /// The class of the engine, as its source names it.
    pub const fn name(self) -> &'static str {
        match self {
            Engine::Pipelined => "CoreAIPipelinedEngine",
            Engine::StaticShape => "StaticShapeEngine",
            Engine::VisionLanguage => "CoreAISequentialVLMEngine",
        }
    }

    /// The name that selects it by hand; vision-language bundles have one engine and no choice.
    pub const fn variant(self) -> Option<&'static str> {
        match self {
            Engine::Pipelined => Some("coreai-pipelined"),
            Engine::StaticShape => Some("static-shape"),
            Engine::VisionLanguage => None,
        }
    }

    /// What a person calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Engine::Pipelined => "the pipelined engine",
            Engine::StaticShape => "the static-shape engine",
            Engine::VisionLanguage => "the vision-language engine",
        }
    }
}

/// The function that stands for a bare asset: `main`, else the first that users may call.
fn bare_step(asset: &Asset) -> Option<&Function> {
    let first = || asset.functions.iter().find(|function| function.is_public());
    asset.function("main").or_else(first)
}

/// The function that the engine runs to make logits; `None` where the asset has none of that name.
///
/// For a chunked model it is the decoder of the longest context, whose states the engine allocates.
pub fn step(target: &Target, engine: Engine) -> Option<&Function> {
    let asset = target.asset.present()?;
    let manifest = target.manifest.present();
    if engine == Engine::StaticShape {
        let chunked = ChunkedFunctions::of(&asset.functions)?;
        return chunked.widest().map(|bucket| bucket.function);
    }
    if target.kind == TargetKind::Asset {
        return bare_step(asset);
    }
    let named = manifest.and_then(Manifest::language);
    asset.function(named.map_or("main", |language| language.main_function()))
}

/// True for an input that is embeddings by name, or floats of three axes.
pub fn takes_embeddings(first: &Value) -> bool {
    let floats = first.tensor().is_some_and(|(dtype, shape)| {
        matches!(dtype, DType::Float16 | DType::BFloat16 | DType::Float32) && shape.len() == 3
    });
    floats || mentions(first, &["embed", "hidden"])
}

fn mentions(value: &Value, words: &[&str]) -> bool {
    let name = value.name.to_ascii_lowercase();
    words.iter().any(|word| name.contains(word))
}
