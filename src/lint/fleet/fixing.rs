//! Every fix of one bundle, worked out before anything is written.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Settings;
use crate::bundle::{Edit, JsonDocument, Part, Target, TargetPath};
use crate::files;
use crate::lint::fix::{FIXES, Fixable, Repair};
use crate::model::Asset;

/// Rounds of fixing: what one makes readable the next may look at. No bundle needs half as many.
const ROUNDS: usize = 6;

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

/// A text with the fixes made so far.
#[derive(Debug, Default)]
struct Draft {
    before: Option<String>,
    after: String,
    done: Vec<Done>,
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
            let linted = settings.lint(target);
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
    /// Makes the changes that the findings need; true if there was one.
    fn fix(
        &mut self,
        settings: &Settings,
        target: &Target,
        findings: &[crate::finding::Finding],
    ) -> bool {
        let mut fixed = false;
        let profile = settings.profile.resolve(target);
        let open = findings
            .iter()
            .filter(|finding| finding.suppressed.is_none());
        for (finding, fix) in open.flat_map(|finding| FIXES.iter().map(move |fix| (finding, fix))) {
            if !fix.rules.contains(&finding.rule) {
                continue;
            }
            let case = Fixable {
                target,
                profile,
                finding,
            };
            fixed |= (fix.change)(&case).is_some_and(|change| self.make(&case, change));
        }
        fixed
    }

    /// Makes a change; false if it is there already or cannot be made for certain.
    fn make(&mut self, case: &Fixable<'_>, change: Repair) -> bool {
        let target = case.target;
        let mut done = Done {
            rule: case.finding.rule,
            subject: case.finding.subject.clone(),
            value: None,
        };
        match change {
            Repair::Manifest(edits) => {
                let manifest = target.manifest.present();
                let text = manifest.map(|manifest| manifest.document.text.as_str());
                self.manifest.edit(text, &edits, done)
            }
            Repair::Tokenizer(edits) => {
                let config = target.tokenizer.present().and_then(|t| t.config.as_ref());
                self.tokenizer
                    .edit(config.map(|config| config.text.as_str()), &edits, done)
            }
            Repair::Hash => {
                let Some(asset) = target.asset.present().filter(|_| self.hash.is_none()) else {
                    return false;
                };
                done.value = Some("the SHA-256 of the bytecode".to_owned());
                self.hash = Some((asset.path.join("main.hash"), done));
                true
            }
        }
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
    /// Makes the edits on the text as it is now, if all of them can be made and one changes something.
    fn edit(&mut self, original: Option<&str>, edits: &[Edit], mut done: Done) -> bool {
        let Some(original) = original else {
            return false;
        };
        let current = match self.before {
            None => original,
            Some(_) => &self.after,
        };
        let changed = edits
            .iter()
            .try_fold(current.to_owned(), |text, edit| edit.apply(&text));
        let Some(changed) = changed.filter(|changed| changed != current) else {
            return false;
        };
        done.value = edits.iter().find_map(|edit| match edit {
            Edit::Set(_, value) => Some(value.to_string()),
            Edit::Remove(_) => None,
        });
        self.before.get_or_insert_with(|| original.to_owned());
        self.after = changed;
        self.done.push(done);
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
