//! Judges a series on a tree and works out what applying or reverting it would do. Pure: nothing is written.

use std::collections::BTreeSet;
use std::io;

use crate::checkout::capability::{Capability, all_hold, holds, recognise_era};
use crate::checkout::site::Site;
use crate::checkout::tree::{Overlay, TreeView, image};
use crate::checkout::{FileChange, RepoPath};
use crate::patch::judge::detect::{Looking, Stripped, strip};
use crate::patch::judge::report::{CapabilityReport, PatchReport, StackReport, State};
use crate::patch::judge::syntax::{SyntaxFault, is_swift, new_faults};
use crate::patch::judge::verdict::{Baseline, Judging, step};
use crate::patch::series::{Patch, Series};

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

/// The series judged on the tree.
struct Judgement<'s, 'v> {
    report: StackReport,
    steps: Vec<Step>,
    /// The tree without the patches chosen, as far as they are there.
    stripped: Stripped<'s, 'v>,
    baseline: Baseline<'v>,
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
        let era = recognise_era(&series.eras, &whole.tree)?;
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

/// The capabilities upstream's text has: the stack's own, entangled with edits, is not upstream's.
fn native(series: &Series, unpatched: &dyn TreeView) -> io::Result<Vec<Capability>> {
    let mut ours = BTreeSet::new();
    for variant in series.patches.iter().flat_map(|patch| &patch.variants) {
        if !variant.present.is_empty() && all_hold(&variant.present, unpatched)? {
            ours.extend(variant.provides.iter().copied());
        }
    }
    let mut native = Vec::new();
    for capability in &series.capabilities {
        if !ours.contains(&capability.id) && holds(&capability.native, unpatched)? {
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::checkout::FileImage;
    use crate::checkout::FileMode;
    use crate::checkout::blobs::Blobs;
    use crate::checkout::capability::{CapabilityDefinition, Era, EraDefinition, Probe};
    use crate::checkout::tree::Memory;
    use crate::checkout::tree::PathRules;
    use crate::patch::format::parse::parse;
    use crate::patch::series::{Source, Variant, from_file};

    const STOCK: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n";
    const FIRST: &str = "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n";
    /// Needs what the first patch leaves.
    const SECOND: &str = "--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n one\n TWO\n-three\n+THREE\n four\n";

    fn tree(text: &str) -> Memory {
        let image = FileImage {
            mode: FileMode::Regular,
            data: text.as_bytes().to_vec(),
        };
        Memory::new([(RepoPath::new("f").unwrap(), image)])
    }

    fn folder(patches: &[(&str, &str)]) -> Series {
        let patches = patches.iter();
        Series {
            source: Source::Folder("stack".into()),
            eras: Vec::new(),
            capabilities: Vec::new(),
            patches: patches
                .map(|(file, text)| from_file(file, text.as_bytes().to_vec()))
                .collect(),
        }
    }

    fn site<'v>(view: &'v Memory, committed: &'v Memory) -> Site<'v> {
        Site {
            view,
            committed: Some(committed),
            blobs: None,
            rules: PathRules::default(),
        }
    }

    fn states(report: &StackReport) -> Vec<State> {
        report.patches.iter().map(|patch| patch.state).collect()
    }

    #[test]
    fn each_patch_is_judged_on_the_result_of_those_before() {
        let series = folder(&[("1.patch", FIRST), ("2.patch", SECOND)]);
        let stock = tree(STOCK);
        let plan = apply(site(&stock, &stock), &series, &Options::default()).unwrap();
        assert_eq!(states(&plan.report), [State::Applicable, State::Applicable]);
        let last = plan.steps[1].changes[0].after.as_ref().unwrap();
        let whole = STOCK.replace("two", "TWO").replace("three", "THREE");
        assert_eq!(last.data, whole.as_bytes());

        let alone = Options {
            only: Some("2".to_owned()),
            ..Options::default()
        };
        let alone = apply(site(&stock, &stock), &series, &alone).unwrap();
        assert_eq!(states(&alone.report), [State::Conflict]);
        assert_eq!(
            alone.refusal,
            Some(Refusal::Inapplicable(vec!["2".to_owned()]))
        );

        let both = tree(&whole);
        let report = status(site(&both, &stock), &series, &Options::default()).unwrap();
        assert_eq!(states(&report), [State::Applied, State::Applied]);
        let back = revert(site(&both, &stock), &series, &Options::default()).unwrap();
        let names: Vec<_> = back.steps.iter().map(|step| step.patch.as_str()).collect();
        assert_eq!(names, ["2", "1"]);
        let last = back.steps[1].changes[0].after.as_ref().unwrap();
        assert_eq!(last.data, STOCK.as_bytes());
    }

    #[test]
    fn edits_beside_the_patch_are_seen_and_edits_of_the_target_refused() {
        let series = folder(&[("1.patch", FIRST)]);
        let stock = tree(STOCK);
        let edited = tree(&STOCK.replace("two", "TWO").replace("eight", "8"));
        let report = status(site(&edited, &stock), &series, &Options::default()).unwrap();
        assert_eq!(states(&report), [State::AppliedModified]);

        let dirty = tree(&STOCK.replace("eight", "8"));
        let plan = apply(site(&dirty, &stock), &series, &Options::default()).unwrap();
        assert_eq!(states(&plan.report), [State::Applicable]);
        let path = RepoPath::new("f").unwrap();
        assert_eq!(plan.refusal, Some(Refusal::Dirty(vec![path])));
        assert!(plan.steps.is_empty());
    }

    #[test]
    fn a_name_that_is_not_in_the_stack_is_refused_with_those_that_are() {
        let stock = tree(STOCK);
        let options = Options {
            only: Some("3".to_owned()),
            ..Options::default()
        };
        let error = status(
            site(&stock, &stock),
            &folder(&[("1.patch", FIRST)]),
            &options,
        );
        assert!(matches!(error, Err(PlanError::NoSuchPatch { known, .. }) if known == ["1"]));
    }

    fn probe(test: &str) -> Probe {
        toml::from_str(&format!("file = 'f'\n{test}")).unwrap()
    }

    /// Two eras, one patch that gives two capabilities to the older and one of them to the newer.
    fn builtin_like() -> Series {
        let variant = |era, file: &str, text: &str, provides: &[Capability]| Variant {
            eras: vec![era],
            provides: provides.to_vec(),
            file: file.to_owned(),
            present: vec![probe("contains = 'TWO'")],
            text: text.as_bytes().to_vec(),
            files: parse(text.as_bytes()),
        };
        let era = |id, text: &str| EraDefinition {
            id,
            title: String::new(),
            when: vec![probe(&format!("contains = '{text}'"))],
        };
        let capability = |id, native: &str| CapabilityDefinition {
            id,
            summary: String::new(),
            requirements: Vec::new(),
            native: vec![vec![probe(&format!("contains = '{native}'"))]],
        };
        let all = [Capability::ExtraStates, Capability::StaticStep];
        let newer = FIRST.replace(" one\n", " new one\n");
        let mut patch = from_file("p.patch", Vec::new());
        patch.provides = all.to_vec();
        patch.variants = vec![
            variant(Era::E1, "p/e1.patch", FIRST, &all),
            variant(Era::E2, "p/e2.patch", &newer, &all[1..]),
        ];
        Series {
            source: Source::BuiltIn,
            eras: vec![era(Era::E2, "new one"), era(Era::E1, "one")],
            capabilities: vec![
                capability(all[0], "new one"),
                capability(all[1], "upstream step"),
            ],
            patches: vec![patch],
        }
    }

    fn capability_states(text: &str) -> (Option<Era>, Vec<(State, Option<String>)>) {
        let view = tree(text);
        let report = status(site(&view, &view), &builtin_like(), &Options::default()).unwrap();
        let capabilities = report.capabilities.into_iter();
        let states = capabilities.map(|capability| (capability.state, capability.patch));
        (report.era, states.collect())
    }

    #[test]
    fn capabilities_are_native_patched_or_wanting_by_content() {
        let p = || Some("p".to_owned());
        let newer = STOCK.replace("one\n", "new one\n");
        for (text, era, states) in [
            (
                STOCK.to_owned(),
                Some(Era::E1),
                vec![(State::Applicable, p()), (State::Applicable, p())],
            ),
            (
                STOCK.replace("two", "TWO"),
                Some(Era::E1),
                vec![(State::Applied, p()), (State::Applied, p())],
            ),
            (
                newer.clone(),
                Some(Era::E2),
                vec![(State::Native, None), (State::Applicable, p())],
            ),
            (
                newer.replace("two", "TWO"),
                Some(Era::E2),
                vec![(State::Native, None), (State::Applied, p())],
            ),
            (
                format!("{newer}upstream step\n"),
                Some(Era::E2),
                vec![(State::Native, None), (State::Native, None)],
            ),
            (
                "another program\n".to_owned(),
                None,
                vec![(State::Unsupported, p()), (State::Unsupported, p())],
            ),
        ] {
            assert_eq!(capability_states(&text), (era, states), "{text}");
        }
    }

    #[test]
    fn verification_wants_every_capability() {
        let stock = tree(STOCK);
        let series = builtin_like();
        let lacking = verify(site(&stock, &stock), &series, &Options::default()).unwrap();
        assert_eq!(
            lacking.lacking,
            [Capability::ExtraStates, Capability::StaticStep]
        );
        assert!(!lacking.holds());
        let patched = tree(&STOCK.replace("two", "TWO"));
        let sound = verify(site(&patched, &stock), &series, &Options::default()).unwrap();
        assert!(sound.holds(), "{sound:?}");
    }

    struct OneBlob(&'static str);

    impl Blobs for OneBlob {
        fn blob(&self, prefix: &str) -> io::Result<Option<Vec<u8>>> {
            Ok("1234567"
                .starts_with(prefix)
                .then(|| self.0.as_bytes().to_vec()))
        }
    }

    #[test]
    fn a_merge_is_made_only_on_request_and_only_without_conflict() {
        let patch = format!("diff --git a/f b/f\nindex 1234567..7654321 100644\n{FIRST}");
        let series = folder(&[("1.patch", &patch)]);
        let blob = OneBlob(STOCK);
        // The context changed, the line the patch is about did not.
        let drifted = tree(&STOCK.replace("four", "4").replace("one\n", "0\none\n"));
        let shifted = tree(&format!("0\n{STOCK}"));
        let gone = tree(&STOCK.replace("two", "2"));
        for (view, three_way, expected) in [
            (&drifted, true, State::ThreeWay),
            (&drifted, false, State::Conflict),
            (&shifted, true, State::ThreeWay),
            (&gone, true, State::Conflict),
        ] {
            let site = Site {
                blobs: Some(&blob),
                ..site(view, view)
            };
            let options = Options {
                three_way,
                only: None,
            };
            let plan = apply(site, &series, &options).unwrap();
            assert_eq!(states(&plan.report), [expected]);
            assert_eq!(plan.refusal.is_none(), expected == State::ThreeWay);
        }
    }
}
