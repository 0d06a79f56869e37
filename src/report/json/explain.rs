//! `granite-bundle/explain/1`: a capability, an era, or messages.

use serde::Serialize;

use super::Body;
use crate::checkout::capability::{Capability, CapabilityDefinition, EraDefinition};
use crate::engine::messages::{Concern, FoundMessage};
use crate::patch::series::Series;

/// The whole document: one of the three.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Document<'a> {
    Capability(CapabilityFacts<'a>),
    Era(EraFacts<'a>),
    /// In the order they come.
    Messages(Vec<MessageFacts>),
}

/// What a capability is, who has it and what provides it.
#[derive(Debug, Serialize)]
pub struct CapabilityFacts<'a> {
    id: Capability,
    summary: &'a str,
    without: &'a str,
    requirements: &'a [String],
    eras: Vec<String>,
    patches: Vec<PatchFacts<'a>>,
}

/// A patch that provides a capability.
#[derive(Debug, Serialize)]
pub struct PatchFacts<'a> {
    name: &'a str,
    eras: Vec<String>,
}

/// What sets an era apart and what it has.
#[derive(Debug, Serialize)]
pub struct EraFacts<'a> {
    id: String,
    title: &'a str,
    unknown: Option<&'a str>,
    has: &'a [Capability],
    patches: Vec<VariantFacts<'a>>,
}

/// What a patch of the stack does for an era.
#[derive(Debug, Serialize)]
pub struct VariantFacts<'a> {
    name: &'a str,
    file: Option<&'a str>,
    reason: Option<&'a str>,
}

/// A message that was found.
#[derive(Debug, Serialize)]
pub struct MessageFacts {
    id: &'static str,
    said: &'static str,
    likeness: f64,
    concerns: Concern,
    means: &'static str,
    then: &'static str,
    rules: &'static [String],
    capabilities: &'static [String],
    seen: &'static str,
}

impl Body for Document<'_> {
    const SCHEMA: &'static str = "granite-bundle/explain/1";
}

impl<'a> Document<'a> {
    /// The document of a capability.
    pub fn of_capability(definition: &'a CapabilityDefinition, series: &'a Series) -> Document<'a> {
        let has = series.eras.iter();
        let has = has.filter(|era| era.has.contains(&definition.id));
        let patches = series.patches.iter().filter_map(|patch| {
            let eras = patch.eras_provided(definition.id);
            let eras: Vec<String> = eras.iter().map(ToString::to_string).collect();
            let name = patch.name.as_str();
            (!eras.is_empty()).then_some(PatchFacts { name, eras })
        });
        Document::Capability(CapabilityFacts {
            id: definition.id,
            summary: &definition.summary,
            without: &definition.without,
            requirements: &definition.requirements,
            eras: has.map(|era| era.id.to_string()).collect(),
            patches: patches.collect(),
        })
    }

    /// The document of an era.
    pub fn of_era(definition: &'a EraDefinition, series: &'a Series) -> Document<'a> {
        let patches = series.patches.iter().map(|patch| {
            let mut variants = patch.current();
            let variant = variants.find(|variant| variant.eras.contains(&definition.id));
            VariantFacts {
                name: &patch.name,
                file: variant.map(|variant| variant.file.as_str()),
                reason: series.unsupported_reason(&patch.name, definition.id),
            }
        });
        Document::Era(EraFacts {
            id: definition.id.to_string(),
            title: &definition.title,
            unknown: Some(definition.unknown.as_str()).filter(|unknown| !unknown.is_empty()),
            has: &definition.has,
            patches: patches.collect(),
        })
    }

    /// The document of messages.
    pub fn of_messages(found: &[FoundMessage]) -> Document<'static> {
        let facts = found.iter().map(|found| {
            let message = found.message;
            MessageFacts {
                id: &message.id,
                said: &message.said[found.form],
                likeness: found.likeness,
                concerns: message.concerns,
                means: &message.means,
                then: &message.then,
                rules: &message.rules,
                capabilities: &message.capabilities,
                seen: &message.seen,
            }
        });
        Document::Messages(facts.collect())
    }
}
