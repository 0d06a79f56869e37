//! Judges one patch after the other on the result of those before.

use std::io;

use crate::checkout::FileChange;
use crate::checkout::capability::{Capability, Era, Standing, all_hold};
use crate::checkout::site::Site;
use crate::checkout::tree::Overlay;
use crate::patch::fit::explain::{self, HunkReport, HunkVerdict};
use crate::patch::fit::trial::{FileTrial, Trial, changes, try_merge, try_patch};
use crate::patch::format::file::FilePatch;
use crate::patch::judge::capabilities::Standings;
use crate::patch::judge::changes::{PatchChanges, PatchId};
use crate::patch::judge::detect::{self, Detected, by_era};
use crate::patch::judge::report::{FileReport, PatchReport, State};
use crate::patch::judge::syntax::{is_swift, new_faults};
use crate::patch::judge::tell::{empty_report, present_file, tried_file};
use crate::patch::judge::unpatched::Unpatched;
use crate::patch::series::{Patch, Series, Variant};

/// The judging of one patch after the other.
pub(super) struct Judging<'a, 'v> {
    pub(super) site: Site<'v>,
    pub(super) series: &'a Series,
    pub(super) era: Option<Era>,
    pub(super) three_way: bool,
    pub(super) knows_eras: bool,
    pub(super) standings: &'a Standings,
    /// The tree with the patches judged so far in it.
    pub(super) tree: Overlay<'v>,
    pub(super) baseline: &'a Unpatched<'v>,
    /// What applying does, as far as judged.
    pub(super) steps: Vec<PatchChanges>,
}

impl Judging<'_, '_> {
    /// Judges the next patch; `found` is what of it the tree has.
    ///
    /// # Errors
    /// When a file of the tree or a blob cannot be read.
    pub(super) fn patch(
        &mut self,
        patch: &Patch,
        found: Option<&Detected<'_>>,
    ) -> io::Result<PatchReport> {
        if let Some(state) = self.spares(&patch.provides) {
            return self.spared_patch(patch, state);
        }
        if let Some(found) = found {
            return self.present_patch(patch, found);
        }
        for variant in current_by_era(patch, self.era) {
            // What is there in another spelling is never added to it.
            if variant.provides.iter().any(|id| self.is_there(id)) {
                continue;
            }
            if let Some(report) = self.applicable(patch, variant)? {
                return Ok(report);
            }
        }
        self.inapplicable(patch)
    }

    fn is_written_for(&self, variant: &Variant) -> bool {
        !self.knows_eras || self.era.is_some_and(|era| variant.eras.contains(&era))
    }

    fn standing(&self, id: &Capability) -> Option<&Standing> {
        self.standings.get(id)
    }

    fn is_there(&self, id: &Capability) -> bool {
        self.standing(id).is_some_and(Standing::is_there)
    }

    /// The state of a patch that gives nothing the text lacks; `None` where it gives something.
    fn spares(&self, provides: &[Capability]) -> Option<State> {
        let is_no_path =
            |id: &Capability| matches!(self.standing(id), Some(Standing::NoPath { .. }));
        let spared = |id: &Capability| self.is_there(id) || is_no_path(id);
        let is_native = |id: &Capability| self.standing(id) == Some(&Standing::Native);
        if !provides.iter().any(|id| self.is_there(id)) || !provides.iter().all(spared) {
            return None;
        }
        let native = provides.iter().all(|id| is_native(id) || is_no_path(id));
        Some(if native {
            State::Native
        } else {
            State::Provided
        })
    }

    /// What of a patch is there in text nobody else's is, and what keeps it from being put there besides.
    fn in_the_way(&self, variant: &Variant) -> Option<String> {
        let there: Vec<_> = variant
            .provides
            .iter()
            .filter(|id| self.is_there(id))
            .collect();
        let whose = there.iter().find_map(|id| match self.standing(id) {
            Some(Standing::Provided { by }) => by.as_deref(),
            _ => None,
        });
        let ids: Vec<_> = there.iter().map(|id| format!("`{id}`")).collect();
        (!ids.is_empty()).then(|| {
            format!(
                "{} gives {} already, in text this patch would add to",
                whose.unwrap_or("the engine's text"),
                ids.join(", ")
            )
        })
    }

    /// The place of the first capability of a patch that nobody has described, if that is so of all the text lacks.
    fn undescribed(&self, patch: &Patch) -> Option<&str> {
        let open = patch.provides.iter().filter(|id| {
            let standing = self.standing(id);
            !matches!(standing, Some(Standing::NoPath { .. })) && !self.is_there(id)
        });
        let mut places = open.map(|id| match self.standing(id) {
            Some(Standing::Unknown { place }) => Some(place.as_str()),
            _ => None,
        });
        let first = places.next()??;
        places.all(|place| place.is_some()).then_some(first)
    }

    fn spared_patch(&self, patch: &Patch, state: State) -> io::Result<PatchReport> {
        let variant = current_by_era(patch, self.era).next();
        let mut report = empty_report(patch, variant, state);
        report.achievable = true;
        Ok(report)
    }

    fn present_patch(&self, patch: &Patch, found: &Detected<'_>) -> io::Result<PatchReport> {
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
        report.reason = found.variant.superseded.then(|| SUPERSEDED.to_owned());
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
        if !all_hold(&variant.present, &after)? {
            return Ok(false);
        }
        self.tree = after;
        self.steps.push(PatchChanges {
            id: PatchId::of(self.series, patch, variant),
            changes,
        });
        Ok(true)
    }

    fn inapplicable(&mut self, patch: &Patch) -> io::Result<PatchReport> {
        let mut report = self.refused(patch)?;
        let is_open = matches!(report.state, State::Conflict | State::Unsupported);
        if let Some(place) = self.undescribed(patch).filter(|_| is_open) {
            report.state = State::Unknown;
            report.reason = Some(format!(
                "nobody has described the text that decides it: {place}"
            ));
        }
        Ok(report)
    }

    fn refused(&mut self, patch: &Patch) -> io::Result<PatchReport> {
        let Some(variant) = current_by_era(patch, self.era).next() else {
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
        let in_the_way = self.in_the_way(variant);
        let merged = match in_the_way {
            None => self.merged(files)?,
            Some(_) => None,
        };
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
        report.reason = in_the_way.or(report.reason);
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
        for change in changes.iter().filter(|change| is_swift(&change.path)) {
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
        if detect::backwards(alone, &self.tree, self.site.rules)?.is_some() {
            let edited = self.baseline.is_edited(&file.path)?;
            return Ok(if edited {
                State::AppliedModified
            } else {
                State::Applied
            });
        }
        if let Some(blobs) = self.site.blobs
            && detect::file_merged_out(file, &self.tree, blobs)?.is_some()
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

/// What to do about an application of an earlier version of the series.
const SUPERSEDED: &str = "an earlier version of the stack applied this, and faults of it were mended since: revert it, then apply";

/// The variants that may be applied, those written for `era` first.
fn current_by_era(patch: &Patch, era: Option<Era>) -> impl Iterator<Item = &Variant> {
    by_era(patch, era).filter(|variant| !variant.superseded)
}
