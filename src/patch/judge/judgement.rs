//! A series judged on a tree: what of it is there, and where every patch stands on the result of those before.

use std::io;

use crate::checkout::capability::{Standing, recognise_era, survey_features};
use crate::checkout::site::Site;
use crate::checkout::tree::{Overlay, TreeView};
use crate::patch::judge::capabilities::{capabilities, standings};
use crate::patch::judge::changes::PatchChanges;
use crate::patch::judge::detect::{Looking, Stripped, strip};
use crate::patch::judge::report::StackReport;
use crate::patch::judge::unpatched::Unpatched;
use crate::patch::judge::verdict::Judging;
use crate::patch::series::{Patch, Series};

/// What is asked of a judgement.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Merge against the recorded pre-image where a patch does not apply as it is.
    pub three_way: bool,
    /// Judge this patch alone, on the tree as it is.
    pub only: Option<String>,
}

/// Why there is no judgement.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// `only` names no patch.
    #[error("the stack has no patch `{name}`")]
    NoSuchPatch {
        /// The name given.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// A file of the tree or an object cannot be read.
    #[error("the checkout cannot be read")]
    Unreadable(#[from] io::Error),
}

/// The series judged on the tree.
pub(super) struct Judgement<'s, 'v> {
    pub(super) report: StackReport,
    /// What applying would do.
    pub(super) steps: Vec<PatchChanges>,
    /// The tree as applying would leave it.
    pub(super) result: Overlay<'v>,
    /// The tree without the patches chosen, as far as they are there.
    pub(super) stripped: Stripped<'s, 'v>,
    pub(super) baseline: Unpatched<'v>,
}

impl<'s, 'v> Judgement<'s, 'v> {
    /// Judges the patches `options` choose.
    ///
    /// # Errors
    /// When `only` names no patch, or the tree cannot be read.
    pub(super) fn of(
        site: Site<'v>,
        series: &'s Series,
        options: &Options,
    ) -> Result<Self, JudgeError> {
        let chosen = chosen(series, options)?;
        let looking = looking(site, series, site.view)?;
        let whole = strip(series.patches.iter(), site.view, looking)?;
        let baseline = Unpatched {
            current: whole.tree.clone(),
            committed: pristine(site, series)?,
        };
        let era = recognise_era(&series.eras, &whole.tree)?;
        let standings = standings(series, &whole.tree)?;
        let features = survey_features(&series.features, &whole.tree)?;
        // A patch judged alone is judged on the tree as it is, with the later ones in it.
        let stripped = match options.only {
            Some(_) => strip(chosen.iter().copied(), site.view, looking)?,
            None => whole,
        };
        let mut judging = Judging {
            site,
            series,
            era,
            three_way: options.three_way,
            knows_eras: !series.eras.is_empty(),
            standings: &standings,
            tree: Overlay::new(site.view),
            baseline: &baseline,
            steps: Vec::new(),
        };
        let mut patches = Vec::new();
        for patch in chosen {
            patches.push(judging.patch(patch, stripped.found.get(patch.name.as_str()))?);
        }
        let (steps, result) = (judging.steps, judging.tree);
        let native = standings.iter();
        let native = native.filter(|(_, standing)| **standing == Standing::Native);
        Ok(Judgement {
            report: StackReport {
                era,
                capabilities: capabilities(series, &patches, &standings),
                native: native.map(|(id, _)| *id).collect(),
                features,
                patches,
            },
            steps,
            result,
            stripped,
            baseline,
        })
    }
}

/// The patches `options` choose, first to last.
///
/// # Errors
/// When `only` names no patch.
pub(super) fn chosen<'s>(
    series: &'s Series,
    options: &Options,
) -> Result<Vec<&'s Patch>, JudgeError> {
    let Some(name) = &options.only else {
        return Ok(series.patches.iter().collect());
    };
    let known = || series.patches.iter().map(|patch| patch.name.clone());
    let no_such_patch = || JudgeError::NoSuchPatch {
        name: name.clone(),
        known: known().collect(),
    };
    Ok(vec![series.find(name).ok_or_else(no_such_patch)?])
}

fn looking<'v>(site: Site<'v>, series: &Series, view: &dyn TreeView) -> io::Result<Looking<'v>> {
    Ok(Looking {
        committed: site.committed,
        blobs: site.blobs,
        rules: site.rules,
        records: site.records,
        era: recognise_era(&series.eras, view)?,
    })
}

/// What is committed, without the patches that are committed.
fn pristine<'v>(site: Site<'v>, series: &Series) -> io::Result<Option<Overlay<'v>>> {
    let Some(committed) = site.committed else {
        return Ok(None);
    };
    let looking = looking(site, series, committed)?;
    Ok(Some(strip(series.patches.iter(), committed, looking)?.tree))
}
