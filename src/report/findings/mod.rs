//! Findings for other programs, one file per format.

pub mod anchor;
mod folded;
pub mod github;
pub mod gitlab;
pub mod junit;
pub mod markdown;
mod run;
pub mod sarif;

pub use folded::{Folded, folded};
pub use run::{Run, Trouble};

use crate::finding::Finding;

/// A finding's message, and what to do on a line of its own.
fn message(finding: &Finding) -> String {
    match &finding.help {
        Some(help) => format!("{}\nhelp: {help}", finding.message),
        None => finding.message.clone(),
    }
}
