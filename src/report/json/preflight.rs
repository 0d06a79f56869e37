//! `granite-bundle/preflight/1`.

use std::borrow::Cow;

use serde::Serialize;

use super::Body;
use crate::checkout::capability::Era;
use crate::preflight::{ConditionState, Preflight};

/// The whole document.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    pub verdict: &'static str,
    pub path: &'a str,
    pub engine: Engine<'a>,
    pub needs: Vec<Condition<'a>>,
    pub next: &'a [String],
}

/// The checkout.
#[derive(Debug, Serialize)]
pub struct Engine<'a> {
    pub path: &'a str,
    pub era: Option<Era>,
    /// The commit it stands on, in hexadecimal digits.
    pub head: Option<String>,
    /// Files that differ from the commit by more than the stack's patches.
    pub edited: Vec<Cow<'a, str>>,
}

/// One need.
#[derive(Debug, Serialize)]
pub struct Condition<'a> {
    pub id: &'static str,
    pub satisfied: bool,
    pub required: bool,
    pub by: Option<&'a str>,
    pub detail: &'a str,
}

impl Body for Document<'_> {
    const SCHEMA: &'static str = "granite-bundle/preflight/1";
}

impl<'a> Document<'a> {
    /// The document for one bundle, named as the user named it, and one checkout.
    pub fn new(preflight: &'a Preflight, path: &'a str, engine: Engine<'a>) -> Document<'a> {
        Document {
            verdict: preflight.verdict.word(),
            path,
            engine,
            needs: preflight.needs.iter().map(Condition::new).collect(),
            next: &preflight.next,
        }
    }
}

impl<'a> Condition<'a> {
    fn new(need: &'a crate::preflight::Condition) -> Condition<'a> {
        let (satisfied, by) = match &need.outcome {
            ConditionState::Met(provider) => (true, Some(provider.word())),
            ConditionState::WithEnvironment(variable) => (true, Some(*variable)),
            ConditionState::AfterPatch(patch) => (false, Some(patch.as_str())),
            ConditionState::Unmet | ConditionState::Unknown => (false, None),
        };
        Condition {
            id: need.id,
            satisfied,
            required: need.required,
            by,
            detail: &need.detail,
        }
    }
}
