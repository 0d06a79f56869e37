//! What the graph asks of the engine.

use super::engine::need;
use super::{BY_BUNDLE, Condition, ConditionState, own, states};
use crate::bundle::{Manifest, Target, TargetKind};
use crate::checkout::capability::{Capability, Feature, Survey};
use crate::engine::chunked::Obstacle;
use crate::engine::deployment::Deployment;
use crate::engine::selection::Engine;
use crate::engine::signature::{ATTENTION_MASK, Structure, static_logits, static_query};
use crate::model::{Asset, DType, Dim, Function, Value};

/// Inputs of the language engines: token ids (or embeddings) and positions.
const INPUTS: usize = 2;

/// Everything the function the engine loads asks for.
pub(super) fn needs(
    target: &Target,
    deployment: Option<&Deployment<'_>>,
    engine: &Survey,
) -> Vec<Condition> {
    let Some(deployment) = deployment else {
        return not_deployed(target).into_iter().collect();
    };
    let mut needs = match deployment.engine {
        Engine::Pipelined => pipelined(target, deployment, engine),
        Engine::StaticShape => chunked(target, deployment, engine),
        Engine::VisionLanguage => vision(target, deployment, engine),
    };
    let why = "asked only of apps that import CoreAIShared themselves";
    needs.push(need(engine, Capability::SharedProduct, false, why));
    needs
}

fn pipelined(target: &Target, deployment: &Deployment<'_>, engine: &Survey) -> Vec<Condition> {
    let step = deployment.step;
    // The newest sequential engine feeds a mask; whether a checkout has that text is not told by its era.
    let may_feed_mask = takes_mask(step) && engine.is(Feature::InputsByName);
    let shape = match objection(step, &[DType::Float16]) {
        Some(objection) if may_feed_mask => own("function", ConditionState::Unknown, objection),
        Some(objection) => own("function", ConditionState::Unmet, objection),
        None => own(
            "function",
            BY_BUNDLE,
            format!(
                "`{}` takes ids and positions and gives float16 logits, on the pipelined engine",
                step.name
            ),
        ),
    };
    let mut needs = vec![shape];
    needs.extend(vocabulary(target, step));
    needs.extend(states::pipelined(deployment, engine));
    needs.extend(static_step(step, engine));
    if static_query(step) == Some(1) {
        let why = "asked only of callers that warm up at another length than 1, as llm-runner does by default";
        needs.push(need(engine, Capability::StaticWarmUp, false, why));
        let why = "asked only of callers that stop a long prompt, or reset during it";
        needs.push(need(engine, Capability::PrefillStop, false, why));
    }
    if !step.states.is_empty() {
        let why = "asked only of conversations that go on after a token limit";
        needs.push(need(engine, Capability::MultiTurn, false, why));
    }
    if step.states.len() > states::PAIR {
        let why = "asked only of guided generation";
        needs.push(need(engine, Capability::GuidedHybrid, false, why));
    }
    needs
}

/// The static-shape engine is in every era and needs no capability, only its functions.
fn chunked(target: &Target, deployment: &Deployment<'_>, engine: &Survey) -> Vec<Condition> {
    let language = target.manifest.present().and_then(Manifest::language);
    let context = language.and_then(|language| u64::try_from(language.max_context_length()?).ok());
    let objections = deployment
        .chunked
        .as_ref()
        .map_or_else(Vec::new, |chunked| chunked.objections(context));
    let worst = objections
        .iter()
        .min_by_key(|objection| objection.older_only);
    let condition = match worst {
        None => own(
            "function",
            BY_BUNDLE,
            "the functions extend…, prompt…, gather_embeddings… and load_embeddings are what the static-shape engine \
             uses, on the neural engine"
                .to_owned(),
        ),
        Some(Obstacle { message, older_only, .. }) => {
            let relaxed = *older_only && !engine.wants_long_prompts();
            let outcome = if relaxed { ConditionState::Unknown } else { ConditionState::Unmet };
            let more = match objections.len() - 1 {
                0 => String::new(),
                more => format!(" ({more} more, see `granite-bundle lint`)"),
            };
            own("function", outcome, format!("{message}{more}"))
        }
    };
    let mut needs = vec![condition];
    needs.extend(vocabulary(target, deployment.step));
    needs
}

/// The vision-language engine: three assets, embeddings and positions in, exactly two states.
fn vision(target: &Target, deployment: &Deployment<'_>, engine: &Survey) -> Vec<Condition> {
    let step = deployment.step;
    let shape = match objection(step, &[DType::Float16, DType::BFloat16]) {
        _ if engine.lacks_vision() => own(
            "function",
            ConditionState::Unmet,
            "the 0.1.0 line has no engine for vision-language bundles".to_owned(),
        ),
        Some(objection) => own("function", ConditionState::Unmet, objection),
        None => {
            let input = step.inputs.first().map_or("", |input| input.name.as_str());
            let detail = format!(
                "`{}` takes {input} and positions and gives logits, on the vision-language engine",
                step.name
            );
            own("function", BY_BUNDLE, detail)
        }
    };
    let mut needs = vec![shape];
    needs.extend(vocabulary(target, step));
    needs.push(states::vision(deployment));
    if target.kind == TargetKind::Bundle {
        needs.push(component(target, "vision", &["encode_image", "main"]));
        needs.push(component(target, "embedding", &["embed_tokens", "main"]));
    }
    needs
}

/// One of the assets that the vision-language engine loads beside the decoder, and the function it looks for in it.
fn component(target: &Target, role: &'static str, functions: &[&str]) -> Condition {
    let mut sides = target.side_assets.iter();
    let Some(side) = sides.find(|side| side.role == role) else {
        let detail = format!(
            "the vision-language engine loads `assets.{role}`, and the manifest declares none"
        );
        return own(role, ConditionState::Unmet, detail);
    };
    let Some(asset) = side.asset.present() else {
        let failure = side
            .failure(target)
            .map_or_else(String::new, |failure| failure.message);
        let outcome = match side.resolution.newest {
            None => ConditionState::Unmet,
            Some(_) => ConditionState::Unknown,
        };
        return own(
            role,
            outcome,
            format!("`assets.{role}` cannot be read: {failure}"),
        );
    };
    let has = |name: &&&str| asset.function(name).is_some_and(Function::is_public);
    match functions.iter().find(has) {
        Some(function) => {
            let detail = format!("`assets.{role}` is there and has the function `{function}`");
            own(role, BY_BUNDLE, detail)
        }
        None => {
            let detail = format!(
                "the vision-language engine loads {} of `assets.{role}`, and it has {}",
                functions
                    .iter()
                    .map(|name| format!("`{name}`"))
                    .collect::<Vec<_>>()
                    .join(" or "),
                listed(asset)
            );
            own(role, ConditionState::Unmet, detail)
        }
    }
}

/// The public functions of an asset, for a sentence.
fn listed(asset: &Asset) -> String {
    let public = asset
        .functions
        .iter()
        .filter(|function| function.is_public());
    let names: Vec<String> = public
        .map(|function| format!("`{}`", function.name))
        .collect();
    match names.len() {
        0 => "no public function".to_owned(),
        1..=8 => names.join(", "),
        more => format!("{} and {} more", names[..6].join(", "), more - 6),
    }
}

/// Whether the graph takes one token per step and no other number.
pub(super) fn steps_singly(function: &Function) -> bool {
    static_query(function) == Some(1) || static_logits(function) == Some(1)
}

/// Why no engine takes the target, where its main asset could be read.
fn not_deployed(target: &Target) -> Option<Condition> {
    let asset = target.asset.present()?;
    let manifest = target.manifest.present();
    if manifest.is_some_and(|manifest| !manifest.may_be_language()) {
        return None;
    }
    if Structure::of(&asset.functions) == Structure::MultiFunctionSegmenter {
        let detail = "the asset's functions are a segmenter's, which the language engine refuses";
        return Some(own("function", ConditionState::Unmet, detail.to_owned()));
    }
    let language = manifest.and_then(Manifest::language);
    let wanted = language.map_or("main", |language| language.main_function());
    if target.kind == TargetKind::Asset && asset.function(wanted).is_some() {
        let detail = format!(
            "the language engines load a function with states and logits, and `{wanted}` is no language model's"
        );
        return Some(own("function", ConditionState::Unmet, detail));
    }
    let has = listed(asset);
    let detail = format!("the engine loads the function `{wanted}`, and the asset has {has}");
    Some(own("function", ConditionState::Unmet, detail))
}

fn takes_mask(function: &Function) -> bool {
    let is_mask = |input: &Value| input.name == ATTENTION_MASK;
    function.inputs.len() == INPUTS + 1 && function.inputs.iter().any(is_mask)
}

/// What in the number of inputs and outputs and the type of the logits the engine refuses, the same in every era.
fn objection(function: &Function, logits_types: &[DType]) -> Option<String> {
    if function.inputs.len() != INPUTS {
        return Some(format!(
            "the engine gives a function ids or embeddings and positions, and `{}` takes {} inputs",
            function.name,
            function.inputs.len()
        ));
    }
    let Some(logits) = function.outputs.first() else {
        return Some(format!(
            "the engine samples from output 0, and `{}` has none",
            function.name
        ));
    };
    let sampled = logits
        .tensor()
        .is_some_and(|(dtype, _)| logits_types.contains(&dtype));
    (!sampled).then(|| {
        format!(
            "the engine samples float16 logits, and output 0, `{}`, is of another type",
            logits.name
        )
    })
}

/// The logits buffer is sized by the manifest; a static width that differs ends the process.
fn vocabulary(target: &Target, function: &Function) -> Option<Condition> {
    let language = target.manifest.present().and_then(Manifest::language)?;
    let claimed = language.vocab_size()?;
    let (_, shape) = function.outputs.first()?.tensor()?;
    let width = (*shape.last()?)?;
    let equal = u64::try_from(claimed) == Ok(width);
    let detail = if equal {
        format!("language.vocab_size is the width of the logits, {width}")
    } else {
        format!(
            "language.vocab_size is {claimed} and the logits are {width} wide: the engine would abort"
        )
    };
    let outcome = if equal {
        BY_BUNDLE
    } else {
        ConditionState::Unmet
    };
    Some(own("vocabulary", outcome, detail))
}

fn static_step(function: &Function, engine: &Survey) -> Option<Condition> {
    let lengths = [static_query(function), static_logits(function)];
    let length = lengths.into_iter().flatten().max()?;
    let shapes = format!(
        "ids are {} and logits {}",
        shape(function.inputs.first()),
        shape(function.outputs.first())
    );
    if length != 1 {
        let detail =
            format!("{shapes}: decode feeds one token at a time, and the graph takes no one");
        return Some(own("query", ConditionState::Unmet, detail));
    }
    let why = format!("{shapes}: the graph takes one token per step and no other number");
    Some(need(engine, Capability::StaticStep, true, &why))
}

fn shape(value: Option<&Value>) -> String {
    let dim = |dim: &Dim| dim.map_or_else(|| "?".to_owned(), |size| size.to_string());
    match value.and_then(Value::tensor) {
        Some((_, dims)) => format!("[{}]", dims.iter().map(dim).collect::<Vec<_>>().join(", ")),
        None => "not a tensor".to_owned(),
    }
}
