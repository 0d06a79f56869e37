//! Judges a series on a tree and works out what applying or reverting it would do. Pure: nothing is written.

use std::collections::BTreeSet;
use std::io;

use git2::Oid;

use super::explain;
use super::file::FilePatch;
use super::merge::Blobs;
use super::present::{self, Found, Looking, Stripped, blob_id, by_era, image, strip};
use super::series::{Patch, Series, Variant};
use super::state::{
    CapabilityReport, FileReport, HunkReport, HunkVerdict, PatchReport, StackReport, State,
};
use super::swift::{SyntaxFault, is_swift, new_faults};
use super::trial::{FileTrial, PathRules, Trial, changes, try_merge, try_patch};
use super::view::{Overlay, Text, TreeView};
use super::{FileChange, FileImage, RepoPath};
use crate::engine::capability::{Capability, Era, all_hold, holds, recognise_era};

/// What a plan is made on.
#[derive(Clone, Copy)]
pub struct Site<'v> {
    /// The tree as it is.
    pub view: &'v dyn TreeView,
    /// The tree as committed; `None` in a plain export.
    pub committed: Option<&'v dyn TreeView>,
    /// Where recorded pre-images can be had; `None` where there is no object database.
    pub blobs: Option<&'v dyn Blobs>,
    /// How paths are read.
    pub rules: PathRules,
}

/// What is asked of a plan.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Merge against the recorded pre-image where a patch does not apply as it is.
    pub three_way: bool,
    /// Judge this patch alone, on the tree as it is.
    pub only: Option<String>,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
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

/// What one patch changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The patch's name.
    pub patch: String,
    /// What it does, in a line; may be empty.
    pub title: String,
    /// The file of the variant used, relative to the stack's folder.
    pub file: String,
    /// The capabilities the variant provides.
    pub provides: Vec<Capability>,
    /// One change per path, sorted, on top of the steps before.
    pub changes: Vec<FileChange>,
}

/// A plan that can be carried out, or the reasons why it cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Where everything stands before.
    pub report: StackReport,
    /// What to do, in order; empty where there is nothing to do or the plan is refused.
    pub steps: Vec<Step>,
    /// Why nothing may be done.
    pub refusal: Option<Refusal>,
}

/// Why a plan may not be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Patches that do not apply.
    #[error("{}: not applicable", .0.join(", "))]
    Inapplicable(Vec<String>),
    /// Files with uncommitted edits that are not the stack's own.
    #[error("uncommitted edits in {}", paths(.0))]
    Dirty(Vec<RepoPath>),
    /// Patches of which only a part is there, so that there is no telling what to take back.
    #[error("{}: only partly there", .0.join(", "))]
    HalfThere(Vec<String>),
}

fn paths(paths: &[RepoPath]) -> String {
    let paths: Vec<_> = paths.iter().map(RepoPath::as_str).collect();
    paths.join(", ")
}

/// Where every patch and capability stands.
///
/// # Errors
/// When `only` names no patch, or the tree cannot be read.
pub fn status(
    site: Site<'_>,
    series: &Series,
    options: &Options,
) -> Result<StackReport, PlanError> {
    Ok(Judgement::of(site, series, options)?.report)
}

/// What applying the series would do.
///
/// # Errors
/// When `only` names no patch, or the tree cannot be read.
pub fn apply(site: Site<'_>, series: &Series, options: &Options) -> Result<Plan, PlanError> {
    let judgement = Judgement::of(site, series, options)?;
    let unachievable = judgement
        .report
        .patches
        .iter()
        .filter(|patch| !patch.achievable);
    let unachievable: Vec<_> = unachievable.map(|patch| patch.name.clone()).collect();
    let refusal = if unachievable.is_empty() {
        let dirty = judgement.baseline.edited(&judgement.steps)?;
        (!dirty.is_empty()).then_some(Refusal::Dirty(dirty))
    } else {
        Some(Refusal::Inapplicable(unachievable))
    };
    Ok(judgement.into_plan(refusal))
}

/// What taking the series back would do, told by content alone.
///
/// Patches that are not there are left alone; edits elsewhere in the files stay.
///
/// # Errors
/// When `only` names no patch, or the tree cannot be read.
pub fn revert(site: Site<'_>, series: &Series, options: &Options) -> Result<Plan, PlanError> {
    let mut judgement = Judgement::of(site, series, options)?;
    let half = judgement.report.patches.iter();
    let half = half.filter(|patch| patch.state == State::Partial);
    let half: Vec<_> = half.map(|patch| patch.name.clone()).collect();
    let wanted = chosen(series, options)?;
    let found = wanted.iter().rev().filter_map(|patch| {
        let found = judgement.stripped.found.get(patch.name.as_str())?;
        Some(step(patch, found.variant, found.removal.clone()))
    });
    judgement.steps = found.collect();
    let refusal = (!half.is_empty()).then_some(Refusal::HalfThere(half));
    Ok(judgement.into_plan(refusal))
}

/// Whether everything needed is there and sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Where everything stands.
    pub report: StackReport,
    /// Capabilities that are neither native nor applied.
    pub lacking: Vec<Capability>,
    /// Patches that are not there: those of a folder, and those of which a part is.
    pub unfinished: Vec<String>,
    /// Faults the patched files have and their pre-images lack.
    pub faults: Vec<(RepoPath, SyntaxFault)>,
}

impl Verification {
    /// True where nothing is amiss.
    pub fn holds(&self) -> bool {
        self.lacking.is_empty() && self.unfinished.is_empty() && self.faults.is_empty()
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
) -> Result<Verification, PlanError> {
    let judgement = Judgement::of(site, series, options)?;
    let report = &judgement.report;
    let capabilities = report.capabilities.iter();
    let lacking = capabilities.filter(|capability| !capability.state.is_there());
    let is_unfinished = |patch: &&PatchReport| {
        patch.state == State::Partial || (series.eras.is_empty() && !patch.state.is_there())
    };
    Ok(Verification {
        lacking: lacking.map(|capability| capability.id).collect(),
        unfinished: report
            .patches
            .iter()
            .filter(is_unfinished)
            .map(|patch| patch.name.clone())
            .collect(),
        faults: judgement.faults(site.view)?,
        report: judgement.report,
    })
}

fn chosen<'s>(series: &'s Series, options: &Options) -> Result<Vec<&'s Patch>, PlanError> {
    let Some(name) = &options.only else {
        return Ok(series.patches.iter().collect());
    };
    let known = || series.patches.iter().map(|patch| patch.name.clone());
    let no_such_patch = || PlanError::NoSuchPatch {
        name: name.clone(),
        known: known().collect(),
    };
    Ok(vec![series.find(name).ok_or_else(no_such_patch)?])
}

fn step(patch: &Patch, variant: &Variant, changes: Vec<FileChange>) -> Step {
    Step {
        patch: patch.name.clone(),
        title: patch.title.clone(),
        file: variant.file.clone(),
        provides: variant.provides.clone(),
        changes,
    }
}

/// The series judged on the tree.
struct Judgement<'s, 'v> {
    report: StackReport,
    steps: Vec<Step>,
    /// The tree without the patches chosen, as far as they are there.
    stripped: Stripped<'s, 'v>,
    baseline: Baseline<'v>,
}

/// Both trees without any patch of the series; where they differ, somebody has edited.
struct Baseline<'v> {
    current: Overlay<'v>,
    /// `None` in a plain export.
    committed: Option<Overlay<'v>>,
}

impl Baseline<'_> {
    fn is_edited(&self, path: &RepoPath) -> io::Result<bool> {
        let Some(committed) = &self.committed else {
            return Ok(false);
        };
        Ok(image(&self.current, path)? != image(committed, path)?)
    }

    /// Files the steps change that have uncommitted edits other than the stack's.
    fn edited(&self, steps: &[Step]) -> io::Result<Vec<RepoPath>> {
        let touched = steps.iter().flat_map(|step| &step.changes);
        let touched: BTreeSet<_> = touched.map(|change| &change.path).collect();
        let mut edited = Vec::new();
        for path in touched {
            if self.is_edited(path)? {
                edited.push(path.clone());
            }
        }
        Ok(edited)
    }
}

impl<'s, 'v> Judgement<'s, 'v> {
    fn of(site: Site<'v>, series: &'s Series, options: &Options) -> Result<Self, PlanError> {
        let chosen = chosen(series, options)?;
        let looking = looking(site, series, site.view)?;
        let whole = strip(series.patches.iter(), site.view, looking)?;
        let baseline = Baseline {
            current: whole.tree.clone(),
            committed: pristine(site, series)?,
        };
        let era = recognise_era(&series.eras, &Text(&whole.tree))?;
        let native = native(series, &whole.tree)?;
        // A patch judged alone is judged on the tree as it is, with the later ones in it.
        let stripped = match options.only {
            Some(_) => strip(chosen.iter().copied(), site.view, looking)?,
            None => whole,
        };
        let mut judging = Judging {
            site,
            era,
            three_way: options.three_way,
            knows_eras: !series.eras.is_empty(),
            native: &native,
            tree: Overlay::new(site.view),
            baseline: &baseline,
            steps: Vec::new(),
        };
        let mut patches = Vec::new();
        for patch in chosen {
            patches.push(judging.patch(patch, stripped.found.get(patch.name.as_str()))?);
        }
        let steps = judging.steps;
        Ok(Judgement {
            report: StackReport {
                era,
                capabilities: capabilities(series, &patches, &native),
                native,
                patches,
            },
            steps,
            stripped,
            baseline,
        })
    }

    fn faults(&self, view: &dyn TreeView) -> io::Result<Vec<(RepoPath, SyntaxFault)>> {
        let found = self
            .stripped
            .found
            .values()
            .flat_map(|found| &found.removal);
        let touched: BTreeSet<_> = found.map(|change| &change.path).collect();
        let mut faults = Vec::new();
        for path in touched.into_iter().filter(|path| is_swift(path.as_str())) {
            let before = image(&self.stripped.tree, path)?.map(|image| image.data);
            let Some(after) = image(view, path)? else {
                continue;
            };
            let new = new_faults(&before.unwrap_or_default(), &after.data);
            faults.extend(new.into_iter().map(|fault| (path.clone(), fault)));
        }
        Ok(faults)
    }

    fn into_plan(self, refusal: Option<Refusal>) -> Plan {
        Plan {
            report: self.report,
            steps: match refusal {
                Some(_) => Vec::new(),
                None => self.steps,
            },
            refusal,
        }
    }
}

fn looking<'v>(site: Site<'v>, series: &Series, view: &dyn TreeView) -> io::Result<Looking<'v>> {
    Ok(Looking {
        committed: site.committed,
        blobs: site.blobs,
        rules: site.rules,
        era: recognise_era(&series.eras, &Text(view))?,
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

/// The capabilities upstream's text has: the stack's own, entangled with edits, is not upstream's.
fn native(series: &Series, unpatched: &dyn TreeView) -> io::Result<Vec<Capability>> {
    let text = Text(unpatched);
    let mut ours = BTreeSet::new();
    for variant in series.patches.iter().flat_map(|patch| &patch.variants) {
        if !variant.present.is_empty() && all_hold(&variant.present, &text)? {
            ours.extend(variant.provides.iter().copied());
        }
    }
    let mut native = Vec::new();
    for capability in &series.capabilities {
        if !ours.contains(&capability.id) && holds(&capability.native, &text)? {
            native.push(capability.id);
        }
    }
    Ok(native)
}

/// Where the declared capabilities stand; those of patches not judged are left out.
fn capabilities(
    series: &Series,
    patches: &[PatchReport],
    native: &[Capability],
) -> Vec<CapabilityReport> {
    let declared = series.capabilities.iter().map(|capability| capability.id);
    declared
        .filter_map(|id| {
            if native.contains(&id) {
                let state = State::Native;
                return Some(CapabilityReport {
                    id,
                    state,
                    patch: None,
                });
            }
            let provider = series
                .patches
                .iter()
                .find(|patch| patch.provides.contains(&id));
            let Some(patch) = provider else {
                let state = State::Unsupported;
                return Some(CapabilityReport {
                    id,
                    state,
                    patch: None,
                });
            };
            let report = patches.iter().find(|report| report.name == patch.name)?;
            let mut variants = patch.variants.iter();
            let variant = variants.find(|variant| variant.file == report.file);
            let provided = variant.is_some_and(|variant| variant.provides.contains(&id));
            Some(CapabilityReport {
                id,
                state: if provided {
                    report.state
                } else {
                    State::Unsupported
                },
                patch: Some(patch.name.clone()),
            })
        })
        .collect()
}

/// The judging of one patch after the other.
struct Judging<'a, 'v> {
    site: Site<'v>,
    era: Option<Era>,
    three_way: bool,
    knows_eras: bool,
    native: &'a [Capability],
    /// The tree with the patches judged so far in it.
    tree: Overlay<'v>,
    baseline: &'a Baseline<'v>,
    steps: Vec<Step>,
}

impl Judging<'_, '_> {
    fn patch(&mut self, patch: &Patch, found: Option<&Found<'_>>) -> io::Result<PatchReport> {
        let is_native = |id: &Capability| self.native.contains(id);
        if !patch.provides.is_empty() && patch.provides.iter().all(is_native) {
            return self.native_patch(patch);
        }
        if let Some(found) = found {
            return self.present_patch(patch, found);
        }
        for variant in by_era(patch, self.era) {
            if let Some(report) = self.applicable(patch, variant)? {
                return Ok(report);
            }
        }
        self.inapplicable(patch)
    }

    fn is_written_for(&self, variant: &Variant) -> bool {
        !self.knows_eras || self.era.is_some_and(|era| variant.eras.contains(&era))
    }

    fn native_patch(&self, patch: &Patch) -> io::Result<PatchReport> {
        let variant = by_era(patch, self.era).next();
        let mut report = empty_report(patch, variant, State::Native);
        report.achievable = true;
        Ok(report)
    }

    fn present_patch(&self, patch: &Patch, found: &Found<'_>) -> io::Result<PatchReport> {
        let mut edited = found.entangled;
        for change in &found.removal {
            edited |= self.baseline.is_edited(&change.path)?;
        }
        let state = if edited {
            State::AppliedModified
        } else {
            State::Applied
        };
        let mut report = empty_report(patch, Some(found.variant), state);
        report.achievable = true;
        for file in found.variant.files.iter().flatten() {
            let edited = found.entangled || self.baseline.is_edited(&file.path)?;
            let state = if edited {
                State::AppliedModified
            } else {
                State::Applied
            };
            report
                .files
                .push(present_file(file, state, &found.removal)?);
        }
        Ok(report)
    }

    /// The patch as it applies, by placing its hunks; `None` where it does not.
    fn applicable(&mut self, patch: &Patch, variant: &Variant) -> io::Result<Option<PatchReport>> {
        let Ok(files) = &variant.files else {
            return Ok(None);
        };
        let trial = try_patch(files, &self.tree, self.site.rules)?;
        if !trial.applies() {
            return Ok(None);
        }
        let changes = changes(files, &trial, &self.tree)?;
        if !self.take(patch, variant, changes)? {
            return Ok(None);
        }
        let mut report = empty_report(patch, Some(variant), State::Applicable);
        report.achievable = true;
        for (file, trial) in files.iter().zip(&trial.files) {
            report
                .files
                .push(tried_file(file, trial, State::Applicable)?);
        }
        Ok(Some(report))
    }

    /// Puts a patch's changes into the tree, if the result shows what the variant must leave.
    fn take(
        &mut self,
        patch: &Patch,
        variant: &Variant,
        changes: Vec<FileChange>,
    ) -> io::Result<bool> {
        let mut after = self.tree.clone();
        after.apply(&changes);
        if !all_hold(&variant.present, &Text(&after))? {
            return Ok(false);
        }
        self.tree = after;
        self.steps.push(step(patch, variant, changes));
        Ok(true)
    }

    fn inapplicable(&mut self, patch: &Patch) -> io::Result<PatchReport> {
        let Some(variant) = by_era(patch, self.era).next() else {
            return Ok(empty_report(patch, None, State::Unsupported));
        };
        let files = match &variant.files {
            Ok(files) => files,
            Err(error) => {
                let mut report = empty_report(patch, Some(variant), State::Unsupported);
                report.reason = Some(error.to_string());
                return Ok(report);
            }
        };
        if !self.is_written_for(variant) {
            let mut report = empty_report(patch, Some(variant), State::Unsupported);
            report.reason = Some(match self.era {
                Some(era) => format!("no variant for era {era}"),
                None => "the engine is of no known era, and no variant applies to it".to_owned(),
            });
            return Ok(report);
        }
        let trial = try_patch(files, &self.tree, self.site.rules)?;
        let merged = self.merged(files)?;
        let mut report = empty_report(patch, Some(variant), State::Conflict);
        for (index, (file, trial)) in files.iter().zip(&trial.files).enumerate() {
            let merged = merged.as_ref().and_then(|merged| merged.files.get(index));
            let state = self.file_state(file, trial, merged)?;
            report.files.push(tried_file(file, trial, state)?);
        }
        let merges = match merged.filter(Trial::applies) {
            Some(merged) => self.take_merged(patch, variant, files, &merged)?,
            None => None,
        };
        let is_some_there =
            |file: &FileReport| file.state.is_there() || file.state == State::Partial;
        report.achievable = merges == Some(Accepted::Yes);
        report.state = if report.files.iter().any(is_some_there) {
            State::Partial
        } else if report.achievable {
            State::ThreeWay
        } else {
            State::Conflict
        };
        if let Some(Accepted::No(reason)) = merges {
            report.reason = Some(reason);
        }
        Ok(report)
    }

    fn merged(&self, files: &[FilePatch]) -> io::Result<Option<Trial>> {
        let Some(blobs) = self.site.blobs.filter(|_| self.three_way) else {
            return Ok(None);
        };
        try_merge(files, &self.tree, self.site.rules, blobs).map(Some)
    }

    /// A merge is taken only where the result is sound.
    fn take_merged(
        &mut self,
        patch: &Patch,
        variant: &Variant,
        files: &[FilePatch],
        merged: &Trial,
    ) -> io::Result<Option<Accepted>> {
        let changes = changes(files, merged, &self.tree)?;
        for change in changes
            .iter()
            .filter(|change| is_swift(change.path.as_str()))
        {
            let [before, after] = [&change.before, &change.after]
                .map(|image| image.as_ref().map_or(&[][..], |image| &image.data));
            if let Some(fault) = new_faults(before, after).first() {
                return Ok(Some(Accepted::No(format!(
                    "merging leaves `{}` with a syntax error at line {}: {}",
                    change.path, fault.line, fault.text
                ))));
            }
        }
        Ok(Some(if self.take(patch, variant, changes)? {
            Accepted::Yes
        } else {
            Accepted::No("merging does not leave what the patch is for".to_owned())
        }))
    }

    fn file_state(
        &self,
        file: &FilePatch,
        trial: &FileTrial,
        merged: Option<&FileTrial>,
    ) -> io::Result<State> {
        if trial.applies() {
            return Ok(State::Applicable);
        }
        let alone = std::slice::from_ref(file);
        if present::backwards(alone, &self.tree, self.site.rules)?.is_some() {
            let edited = self.baseline.is_edited(&file.path)?;
            return Ok(if edited {
                State::AppliedModified
            } else {
                State::Applied
            });
        }
        if let Some(blobs) = self.site.blobs
            && present::file_merged_out(file, &self.tree, blobs)?.is_some()
        {
            return Ok(State::AppliedModified);
        }
        let hunks = explain::hunks(file, trial);
        let is_there = |hunk: &HunkReport| matches!(hunk.verdict, HunkVerdict::AlreadyThere { .. });
        Ok(if hunks.iter().any(is_there) {
            State::Partial
        } else if merged.is_some_and(FileTrial::applies) {
            State::ThreeWay
        } else {
            State::Conflict
        })
    }
}

/// Whether a clean merge is good enough to be written.
#[derive(Debug, PartialEq, Eq)]
enum Accepted {
    Yes,
    No(String),
}

fn empty_report(patch: &Patch, variant: Option<&Variant>, state: State) -> PatchReport {
    PatchReport {
        name: patch.name.clone(),
        file: variant.map_or_else(String::new, |variant| variant.file.clone()),
        state,
        files: Vec::new(),
        achievable: false,
        reason: None,
    }
}

fn tried_file(patch: &FilePatch, trial: &FileTrial, state: State) -> io::Result<FileReport> {
    let applies = state == State::Applicable;
    Ok(FileReport {
        path: patch.path.clone(),
        from: patch.from.clone(),
        operation: trial.operation,
        state,
        preimage: id(trial.before.as_ref())?,
        postimage: id(trial.after.as_ref().filter(|_| applies))?,
        problem: trial.problem.clone(),
        hunks: explain::hunks(patch, trial),
    })
}

fn present_file(patch: &FilePatch, state: State, removal: &[FileChange]) -> io::Result<FileReport> {
    let at = |path: &RepoPath| removal.iter().find(|change| change.path == *path);
    let now = at(&patch.path).and_then(|change| change.before.as_ref());
    let source = patch.from.as_ref().unwrap_or(&patch.path);
    let before = at(source).and_then(|change| change.after.as_ref());
    Ok(FileReport {
        path: patch.path.clone(),
        from: patch.from.clone(),
        operation: patch.operation,
        state,
        preimage: id(before)?,
        postimage: id(now)?,
        problem: None,
        hunks: explain::hunks_there(patch, now.map_or(&[], |image| &image.data)),
    })
}

fn id(image: Option<&FileImage>) -> io::Result<Option<Oid>> {
    image.map(|image| blob_id(&image.data)).transpose()
}
