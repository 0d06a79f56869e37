//! What a transaction did, or how one that was interrupted was settled.

use std::borrow::Cow;

use serde::Serialize;

use crate::checkout::RepoPath;
use crate::patch::change::transaction::{KeptEdit, Outcome, Recovered};

/// What a transaction did.
#[derive(Debug, Serialize)]
pub struct Transaction<'a> {
    changed: Vec<Cow<'a, str>>,
    left: Vec<Kept<'a>>,
    commits: Vec<String>,
}

/// How an interrupted transaction was settled.
#[derive(Debug, Serialize)]
pub struct Settled<'a> {
    action: &'static str,
    patches: &'a [String],
    outcome: &'static str,
    left: Vec<Kept<'a>>,
}

/// A file left as others had edited it.
#[derive(Debug, Serialize)]
struct Kept<'a> {
    path: Cow<'a, str>,
    place: String,
    reason: &'static str,
}

impl<'a> Transaction<'a> {
    /// What went through.
    pub fn of(outcome: &'a Outcome) -> Transaction<'a> {
        Transaction {
            changed: outcome.changed.iter().map(RepoPath::shown).collect(),
            left: outcome.kept.iter().map(Kept::of).collect(),
            commits: outcome.commits.iter().map(ToString::to_string).collect(),
        }
    }
}

impl<'a> Settled<'a> {
    /// What was found and how it ended.
    pub fn of(recovered: &'a Recovered) -> Settled<'a> {
        Settled {
            action: recovered.action.verb(),
            patches: &recovered.patches,
            outcome: if recovered.finished {
                "finished"
            } else {
                "undone"
            },
            left: recovered.kept.iter().map(Kept::of).collect(),
        }
    }
}

impl<'a> Kept<'a> {
    fn of(kept: &'a KeptEdit) -> Kept<'a> {
        Kept {
            path: kept.path.shown(),
            place: kept.at.display().to_string(),
            reason: kept.reason.into(),
        }
    }
}
