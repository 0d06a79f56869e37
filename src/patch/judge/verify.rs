//! Whether a series is in a tree, wholly and soundly.

use std::collections::BTreeSet;
use std::io;

use crate::checkout::RepoPath;
use crate::checkout::capability::Capability;
use crate::checkout::site::Site;
use crate::checkout::tree::{TreeView, image};
use crate::patch::judge::detect::Detected;
use crate::patch::judge::judgement::{JudgeError, Judgement, Options};
use crate::patch::judge::repeats::{Repetition, repetitions};
use crate::patch::judge::report::{PatchReport, StackReport, State};
use crate::patch::judge::syntax::{SyntaxFault, is_swift, new_faults};
use crate::patch::series::Series;

/// Whether everything needed is there and sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Where everything stands.
    pub report: StackReport,
    /// Capabilities that are neither native, applied nor provided otherwise, though the engine could have them.
    pub lacking: Vec<Capability>,
    /// Patches that are not there: those of a folder, those of which a part is, and those of which an earlier version is.
    pub unfinished: Vec<String>,
    /// Patches that are there in a text that was compiled and run, for this era, against a simulated runtime.
    pub proven: Vec<String>,
    /// Faults the patched files have and their pre-images lack.
    pub faults: Vec<(RepoPath, SyntaxFault)>,
    /// What stands twice where it may stand once, whoever put it there.
    pub repeated: Vec<Repetition>,
}

impl Verification {
    /// True where nothing is amiss.
    pub fn holds(&self) -> bool {
        self.lacking.is_empty()
            && self.unfinished.is_empty()
            && self.faults.is_empty()
            && self.repeated.is_empty()
    }
}

/// Verifies that the series is in the tree.
///
/// # Errors
/// When `only` names no patch, or the tree cannot be read.
pub fn verify(
    site: Site<'_>,
    series: &Series,
    options: &Options,
) -> Result<Verification, JudgeError> {
    let judgement = Judgement::of(site, series, options)?;
    let report = &judgement.report;
    let capabilities = report.capabilities.iter();
    let lacking = capabilities.filter(|capability| !capability.is_settled());
    let found = &judgement.stripped.found;
    let is_superseded = |patch: &PatchReport| {
        let found = found.get(patch.name.as_str());
        found.is_some_and(|found| found.variant.superseded)
    };
    let is_unfinished = |patch: &&PatchReport| {
        patch.state == State::Partial
            || is_superseded(patch)
            || (series.eras.is_empty() && !patch.state.is_there())
    };
    let is_proven = |found: &&Detected<'_>| {
        let proven = &found.variant.proven;
        report.era.is_some_and(|era| proven.contains(&era))
    };
    let proven = found.iter().filter(|(_, found)| is_proven(found));
    Ok(Verification {
        proven: proven.map(|(name, _)| (*name).to_owned()).collect(),
        lacking: lacking.map(|capability| capability.id).collect(),
        unfinished: report
            .patches
            .iter()
            .filter(is_unfinished)
            .map(|patch| patch.name.clone())
            .collect(),
        faults: faults(&judgement, site.view)?,
        repeated: repetitions(series, site.view)?,
        report: judgement.report,
    })
}

/// Faults of the files patched that the files without the patches lack.
fn faults(
    judgement: &Judgement<'_, '_>,
    view: &dyn TreeView,
) -> io::Result<Vec<(RepoPath, SyntaxFault)>> {
    let found = judgement
        .stripped
        .found
        .values()
        .flat_map(|found| &found.removal);
    let touched: BTreeSet<_> = found.map(|change| &change.path).collect();
    let mut faults = Vec::new();
    for path in touched.into_iter().filter(|path| is_swift(path)) {
        let before = image(&judgement.stripped.tree, path)?.map(|image| image.data);
        let Some(after) = image(view, path)? else {
            continue;
        };
        let new = new_faults(&before.unwrap_or_default(), &after.data);
        faults.extend(new.into_iter().map(|fault| (path.clone(), fault)));
    }
    Ok(faults)
}
