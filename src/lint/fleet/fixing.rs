//! Every fix of one bundle, worked out before anything is written.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Settings;
use crate::bundle::{Edit, JsonDocument, Part, Releases, Target, TargetPath};
use crate::files;
use crate::lint::fix::{FIXES, Fixable, Repair};
use crate::lint::runner::Purpose;
use crate::model::Asset;

/// Rounds of fixing: what one makes readable the next may look at, and what was too much for one is left to the next. No
/// bundle of a person's needs six.
const ROUNDS: usize = 100;

/// What would be changed in a bundle.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FixPlan {
    /// The files, each once.
    pub files: Vec<FixedFile>,
    /// Files whose fix is known and that are not the bundle's own to change.
    pub kept: Vec<Kept>,
}

/// A file and its new content.
#[derive(Debug, Clone, PartialEq)]
pub struct FixedFile {
    /// The file.
    pub path: PathBuf,
    /// What it holds; `None` if it does not exist.
    pub before: Option<Vec<u8>>,
    /// What it will hold.
    pub after: Vec<u8>,
    /// The fixes, in the order made.
    pub done: Vec<Done>,
}

/// One fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Rule of the finding it answers.
    pub rule: &'static str,
    /// The finding's subject.
    pub subject: String,
    /// The value needed, where it is a value.
    pub value: Option<String>,
}

/// A file that is left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The file.
    pub path: PathBuf,
    /// Why, as the rest of a sentence that begins with the path.
    pub reason: &'static str,
}

/// A text with the fixes made so far, and those of this round.
#[derive(Debug, Default)]
struct Draft {
    before: Option<String>,
    after: String,
    done: Vec<Done>,
    groups: Vec<Vec<Edit>>,
    answers: Vec<Done>,
}

/// The two texts, and whether a hash is to be written.
#[derive(Debug, Default)]
struct Drafts {
    manifest: Draft,
    tokenizer: Draft,
    hash: Option<(PathBuf, Done)>,
}

impl FixPlan {
    /// What is certain of the findings that a bundle has under these settings; nothing is written.
    ///
    /// # Errors
    /// Bytecode that cannot be read while it is hashed.
    pub fn new(settings: &Arc<Settings>, place: &TargetPath) -> io::Result<FixPlan> {
        // The missing hash is computed once, at the end.
        let settings = Arc::new(Settings {
            hash: false,
            ..Settings::clone(settings)
        });
        let mut drafts = Drafts::default();
        let mut target = Target::read(place);
        for _ in 0..ROUNDS {
            let linted = settings.lint_for(Purpose::Fix, target, &Releases::default(), |_| {});
            if !drafts.fix(&settings, &linted.target, &linted.findings) {
                target = linted.target;
                break;
            }
            target = drafts.reread(place);
        }
        drafts.finish(&target)
    }

    /// True if nothing is to be changed.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Writes every file, each whole or not at all.
    ///
    /// # Errors
    /// The first file that the system refuses, or that has changed since it was read; those before it are written.
    pub fn apply(&self) -> io::Result<()> {
        self.files.iter().try_for_each(FixedFile::write)
    }
}

impl FixedFile {
    fn write(&self) -> io::Result<()> {
        let current = match fs::read(&self.path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(named(&self.path, &error)),
        };
        if current != self.before {
            let changed = io::Error::other("it was changed while its fixes were worked out");
            return Err(named(&self.path, &changed));
        }
        files::write(&self.path, &self.after).map_err(|error| named(&self.path, &error))
    }
}

/// The same error with the file in front.
fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", files::shown(path)))
}

impl Drafts {
    /// Makes the changes that the findings need; true if one changes something.
    fn fix(
        &mut self,
        settings: &Settings,
        target: &Target,
        findings: &[crate::finding::Finding],
    ) -> bool {
        let profile = settings.profile.resolve(target);
        let open = findings
            .iter()
            .filter(|finding| finding.suppressed.is_none());
        let mut hashed = false;
        for (finding, fix) in open.flat_map(|finding| FIXES.iter().map(move |fix| (finding, fix))) {
            if !fix.rules.contains(&finding.rule) {
                continue;
            }
            let case = Fixable {
                target,
                profile,
                finding,
            };
            if let Some(change) = (fix.change)(&case) {
                hashed |= self.take(&case, change);
            }
        }
        let manifest = target.manifest.present();
        let manifest = manifest.map(|manifest| manifest.document.text.as_str());
        let config = target.tokenizer.present().and_then(|t| t.config.as_ref());
        let config = config.map(|config| config.text.as_str());
        let texts = [self.manifest.make(manifest), self.tokenizer.make(config)];
        hashed || texts.contains(&true)
    }

    /// Puts a change to those of this round; true if it is the hash, which is no change to a text.
    fn take(&mut self, case: &Fixable<'_>, change: Repair) -> bool {
        let mut done = Done {
            rule: case.finding.rule,
            subject: case.finding.subject.clone(),
            value: None,
        };
        match change {
            Repair::Manifest(edits) => self.manifest.take(edits, done),
            Repair::Tokenizer(edits) => self.tokenizer.take(edits, done),
            Repair::Hash => {
                let asset = case.target.asset.present();
                let Some(asset) = asset.filter(|_| self.hash.is_none()) else {
                    return false;
                };
                done.value = Some("the SHA-256 of the bytecode".to_owned());
                self.hash = Some((asset.path.join("main.hash"), done));
                return true;
            }
        }
        false
    }

    /// The bundle as it is with the new manifest.
    fn reread(&self, place: &TargetPath) -> Target {
        if self.manifest.done.is_empty() {
            return Target::read(place);
        }
        let path = place.path.join("metadata.json");
        let document = JsonDocument::parse(&path, self.manifest.after.clone().into_bytes());
        Target::read_with(place, document.ok())
    }

    fn finish(self, target: &Target) -> io::Result<FixPlan> {
        let mut plan = FixPlan::default();
        let folder = &target.path;
        plan.text(folder.join("metadata.json"), self.manifest);
        plan.text(
            folder.join("tokenizer/tokenizer_config.json"),
            self.tokenizer,
        );
        if let (Some((path, done)), Part::Present(asset)) = (self.hash, &target.asset) {
            plan.hash(path, done, asset)?;
        }
        Ok(plan)
    }
}

impl Draft {
    /// Puts edits to those of this round.
    fn take(&mut self, edits: Vec<Edit>, mut done: Done) {
        done.value = edits.iter().find_map(|edit| match edit {
            Edit::Set(_, value) => Some(value.to_string()),
            Edit::Remove(_) => None,
        });
        self.groups.push(edits);
        self.answers.push(done);
    }

    /// Makes this round's edits on the text as it is now; true if one changes something.
    fn make(&mut self, original: Option<&str>) -> bool {
        let groups = std::mem::take(&mut self.groups);
        let answers = std::mem::take(&mut self.answers);
        let Some(original) = original else {
            return false;
        };
        let current = match self.before {
            None => original,
            Some(_) => &self.after,
        };
        let (changed, made) = Edit::apply_each(current, &groups);
        if !made.contains(&true) {
            return false;
        }
        self.before.get_or_insert_with(|| original.to_owned());
        self.after = changed;
        let made = answers.into_iter().zip(made);
        self.done
            .extend(made.filter_map(|(done, made)| made.then_some(done)));
        true
    }
}

impl FixPlan {
    fn text(&mut self, path: PathBuf, draft: Draft) {
        let Some(before) = draft.before.filter(|before| *before != draft.after) else {
            return;
        };
        if let Some(reason) = not_its_own(&path) {
            self.kept.push(Kept { path, reason });
            return;
        }
        self.files.push(FixedFile {
            path,
            before: Some(before.into_bytes()),
            after: draft.after.into_bytes(),
            done: draft.done,
        });
    }

    fn hash(&mut self, path: PathBuf, done: Done, asset: &Asset) -> io::Result<()> {
        if let Some(reason) = not_its_own(&asset.bytecode_path) {
            self.kept.push(Kept { path, reason });
            return Ok(());
        }
        let hash = asset
            .content_hash()
            .map_err(|error| named(&asset.bytecode_path, &error))?;
        self.files.push(FixedFile {
            path,
            before: None,
            after: hash.to_vec(),
            done: vec![done],
        });
        Ok(())
    }
}

/// Why a change to the file would reach others than this bundle, if so.
fn not_its_own(path: &Path) -> Option<&'static str> {
    let found = fs::symlink_metadata(path).ok()?;
    if found.is_symlink() {
        return Some("is a link, and what it leads to is not this bundle's alone");
    }
    (found.nlink() > 1).then_some("has other names, by which others have it too")
}
