//! Which profile a bundle is nearest to, by what it holds and never by how it is called.

use serde_json::Value as Json;

use crate::bundle::{Manifest, Target};
use crate::model::{Dim, Function, Value};

use super::{ExpectedTensor, Profile};

/// Points for the manifest naming a source model of the profile.
const MODEL_ID: u32 = 4;
/// Points for the manifest or the logits having the profile's vocabulary.
const VOCABULARY: u32 = 3;
/// Points for all states having the profile's names and ranks; fewer for some.
const STATE_NAMES: u32 = 4;
/// Points for all states having the profile's shapes; fewer for some.
const STATE_SHAPES: u32 = 8;
/// Points below which a bundle is of no known profile: names and ranks of states alone are shared by
/// other hybrids, any second fact is not.
const NEAR: u32 = 6;

/// The nearest of `profiles`, if one is near; the first of equally near ones.
///
/// A bundle that says which model it was made from, and shares neither that nor the shape of a state with a profile, is
/// another model of its kind, however alike vocabulary and names are; so is one that names the model and shares neither
/// its vocabulary nor the shape of a state. A profile whose states other models have too is taken for a bundle that names
/// its model and has its kind of graph, and for no other.
pub fn nearest<'a>(
    profiles: impl IntoIterator<Item = &'a Profile>,
    target: &Target,
) -> Option<&'a Profile> {
    let profiles = profiles.into_iter();
    best(
        profiles.filter(|profile| !is_another_model(profile, target)),
        target,
    )
}

/// The profile of another model of the target's kind, such as another size, where none is near.
pub fn kin<'a>(
    profiles: impl IntoIterator<Item = &'a Profile> + Clone,
    target: &Target,
) -> Option<&'a Profile> {
    // Names and vocabulary that a whole family shares make no bundle another size of one of its models.
    let related = |profile: &&'a Profile| {
        !profile.model.by_source || Likeness::of(profile, target).is_of_its_size()
    };
    match nearest(profiles.clone(), target) {
        Some(_) => None,
        None => best(profiles.into_iter().filter(related), target),
    }
}

/// What a bundle shares with a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Likeness {
    /// Its manifest names a model that the profile's is converted from.
    pub source: bool,
    /// Its manifest or its logits have the profile's vocabulary.
    pub vocabulary: bool,
    /// One of its states has name and shape of the profile's.
    pub state_shape: bool,
    /// Its states are all of the profile's, by name and rank, and it takes as many tokens at a time.
    pub graph: bool,
}

impl Likeness {
    /// What the bundle shares with that profile.
    pub fn of(profile: &Profile, target: &Target) -> Likeness {
        let function = entry(target);
        Likeness {
            source: names_source(profile, target),
            vocabulary: has_vocabulary(profile, target, function),
            state_shape: function.is_some_and(|function| shares_a_shape(profile, function)),
            graph: function.is_some_and(|function| is_same_kind(profile, function)),
        }
    }

    fn is_of_its_size(self) -> bool {
        self.graph && (self.source || self.state_shape)
    }
}

fn shares_a_shape(profile: &Profile, function: &Function) -> bool {
    let same = |state: &Value| {
        let mut expected = profile.function.states.iter();
        expected.any(|it| {
            it.name == state.name && state.tensor().is_some_and(|(_, shape)| it.dims() == shape)
        })
    };
    function.states.iter().any(same)
}

/// True if all states have the profile's names and ranks, and the first input is static where the profile's is.
fn is_same_kind(profile: &Profile, function: &Function) -> bool {
    let alike = |(expected, seen): (&ExpectedTensor, &Value)| {
        let rank = seen.tensor().map(|(_, shape)| shape.len());
        expected.name == seen.name && rank == Some(expected.shape.len())
    };
    let expected = &profile.function;
    let is_static = |dims: &[Dim]| dims.last().is_some_and(Option::is_some);
    let query = function.inputs.first().and_then(Value::tensor);
    expected.states.len() == function.states.len()
        && expected.states.iter().zip(&function.states).all(alike)
        && expected
            .inputs
            .first()
            .map(|input| is_static(&input.dims()))
            == query.map(|(_, shape)| is_static(shape))
}

fn is_another_model(profile: &Profile, target: &Target) -> bool {
    let shared = Likeness::of(profile, target);
    if profile.model.by_source {
        return !(shared.source && shared.graph && shared.state_shape);
    }
    let Some(manifest) = target.manifest.present() else {
        return false;
    };
    // A bundle without a readable graph is told by what its manifest says.
    let unlike = entry(target).is_some() && !shared.state_shape;
    match shared.source {
        true => unlike && !shared.vocabulary,
        false => !hub_ids(manifest).is_empty() && !shared.state_shape,
    }
}

/// Texts of the manifest that look like hub ids, `owner/model`: the source's, then the tokenizer's.
pub fn hub_ids(manifest: &Manifest) -> Vec<String> {
    let source = manifest.document.value.get("source");
    let members = source.and_then(|source| source.as_object());
    let texts = members.into_iter().flat_map(|members| members.values());
    let alone = source.into_iter().filter(|source| source.is_string());
    let tokenizer = manifest
        .language()
        .and_then(|language| language.tokenizer());
    let texts = texts.chain(alone).filter_map(|text| text.as_str());
    let mut found: Vec<String> = Vec::new();
    for text in texts.chain(tokenizer) {
        let is_hub_id = text.split('/').filter(|part| !part.is_empty()).count() == 2
            && !text.contains(char::is_whitespace)
            && !text.contains("://")
            && !text.starts_with(['/', '.', '~']);
        if is_hub_id && !found.iter().any(|known| known == text) {
            found.push(text.to_owned());
        }
    }
    found
}

fn best<'a>(
    profiles: impl IntoIterator<Item = &'a Profile>,
    target: &Target,
) -> Option<&'a Profile> {
    let mut best = None;
    let mut points = NEAR - 1;
    for profile in profiles {
        let score = score(profile, target);
        if score > points {
            points = score;
            best = Some(profile);
        }
    }
    best
}

fn score(profile: &Profile, target: &Target) -> u32 {
    let function = entry(target);
    let facts = [
        (names_source(profile, target), MODEL_ID),
        (has_vocabulary(profile, target, function), VOCABULARY),
    ];
    let stated: u32 = facts
        .into_iter()
        .filter_map(|(holds, points)| holds.then_some(points))
        .sum();
    stated + function.map_or(0, |function| states(profile, function))
}

fn entry(target: &Target) -> Option<&Function> {
    let name = target
        .manifest
        .present()
        .and_then(|manifest| manifest.language())
        .map_or("main", |language| language.main_function());
    let asset = target.asset.present()?;
    asset.function(name).or_else(|| asset.functions.first())
}

fn names_source(profile: &Profile, target: &Target) -> bool {
    let Some(manifest) = target.manifest.present() else {
        return false;
    };
    let is_source = |text: &str| {
        profile
            .model
            .sources
            .iter()
            .any(|source| source.eq_ignore_ascii_case(text))
    };
    let tokenizer = manifest
        .language()
        .and_then(|language| language.tokenizer());
    let source = manifest.document.value.get("source");
    tokenizer.is_some_and(is_source) || source.is_some_and(|value| holds_text(value, &is_source))
}

/// Looks at the value itself and one level below it, where writers put the model's id.
fn holds_text(value: &Json, is_source: &impl Fn(&str) -> bool) -> bool {
    let text = |value: &Json| value.as_str().is_some_and(is_source);
    match value {
        Json::Object(members) => members.values().any(text),
        other => text(other),
    }
}

fn has_vocabulary(profile: &Profile, target: &Target, function: Option<&Function>) -> bool {
    let claimed = target
        .manifest
        .present()
        .and_then(|manifest| manifest.language())
        .and_then(|language| language.vocab_size())
        .and_then(|size| u64::try_from(size).ok());
    let width = function
        .and_then(|function| function.outputs.first())
        .and_then(Value::tensor)
        .and_then(|(_, shape)| *shape.last()?);
    [claimed, width].contains(&Some(profile.model.vocab_size))
}

fn states(profile: &Profile, function: &Function) -> u32 {
    let expected = &profile.function.states;
    let Ok(count) = u32::try_from(expected.len().max(1)) else {
        return 0;
    };
    let seen = |name: &str| function.states.iter().find(|state| state.name == name);
    let shape = |value: &'_ Value| value.tensor().map(|(_, shape)| shape.to_vec());
    let mut named = 0;
    let mut shaped = 0;
    for state in expected {
        let Some(found) = seen(&state.name).and_then(shape) else {
            continue;
        };
        named += u32::from(found.len() == state.shape.len());
        shaped += u32::from(found == state.dims());
    }
    STATE_NAMES * named / count + STATE_SHAPES * shaped / count
}
