//! Somebody else's patch in the way of the stack's: the command that takes it out and loses nothing.

use std::collections::BTreeSet;
use std::path::Path;

use git2::{Commit, Oid, Repository};

use crate::checkout::RepoPath;
use crate::checkout::site::Site;
use crate::checkout::tree::{Committed, Entry, PathRules};
use crate::patch::change::next::Next;
use crate::patch::change::problem::Problem;
use crate::patch::change::stack::{Check, Stack};
use crate::patch::judge::plan::{self, Refusal};

/// How many commits are looked at for the last one that changed the files.
const HISTORY: usize = 1000;

impl Stack<'_> {
    /// What takes out edits, or the last commit, that keep patches from going in; `None` where the patches would not go
    /// in without them either.
    pub(super) fn way_out(&self, check: &Check) -> Option<Next> {
        let repository = self.checkout.repository().filter(|it| !it.is_bare())?;
        let paths = self.stuck(check);
        let edits = self.edits().ok()?;
        let edited: BTreeSet<&RepoPath> = edits.iter().filter(|it| paths.contains(*it)).collect();
        if !edited.is_empty() {
            return self.put_aside(&edited);
        }
        if !edits.is_empty() || self.checkout.folder().is_some() {
            return None;
        }
        let commit = last_change(repository, &paths)?;
        let before = commit.parent(0).ok()?.tree().ok()?;
        let head = repository.head().ok()?.peel_to_tree().ok()?;
        let after = commit.tree().ok()?;
        // What later commits changed too, git would not take back by itself.
        let diff = repository
            .diff_tree_to_tree(Some(&before), Some(&after), None)
            .ok()?;
        let mut files = diff
            .deltas()
            .filter_map(|delta| delta.new_file().path().map(Path::to_owned));
        let id = |tree: &git2::Tree<'_>, path: &Path| tree.get_path(path).ok().map(|it| it.id());
        if !files.all(|path| id(&after, &path) == id(&head, &path)) {
            return None;
        }
        let view = Committed::new(repository, before);
        let goes_in = self.goes_in(Site {
            view: &view,
            committed: Some(&view),
            blobs: Some(repository),
            rules: PathRules::default(),
            records: None,
        });
        let commit = commit.id().to_string();
        let words = ["revert", "--no-edit", commit.as_str()];
        goes_in.then(|| Next::git(&words))
    }

    /// What puts edits of these files aside; `None` where the patches would not go in without them either, or git would
    /// not take them.
    pub(super) fn put_aside(&self, edited: &BTreeSet<&RepoPath>) -> Option<Next> {
        let repository = self.checkout.repository()?;
        let trees = self.checkout.trees().ok()?;
        let site = trees.site();
        let view = site.committed?;
        let goes_in = self.goes_in(Site {
            view,
            records: None,
            ..site
        });
        let is_stashable = !repository.index().is_ok_and(|index| index.has_conflicts());
        let mut edited_here = edited.iter();
        let is_new = edited_here.any(|path| matches!(view.entry(path), Ok(Entry::Absent)));
        let words: &[&str] = match is_new {
            true => &["stash", "push", "--include-untracked"],
            false => &["stash", "push"],
        };
        (goes_in && is_stashable).then(|| Next::git_at(words, edited))
    }

    /// The files of the patches that do not apply.
    fn stuck(&self, check: &Check) -> BTreeSet<RepoPath> {
        let names = check.problems.iter().filter_map(|problem| match problem {
            Problem::Refused(Refusal::Inapplicable(names)) => Some(names),
            _ => None,
        });
        let patches = names.flatten().filter_map(|name| self.series.find(name));
        let variants = patches.flat_map(|patch| patch.current());
        let files = variants.flat_map(|variant| variant.files.iter().flatten());
        files.map(|file| file.path.clone()).collect()
    }

    fn goes_in(&self, site: Site<'_>) -> bool {
        let plan = plan::apply(site, self.series, &self.options);
        plan.is_ok_and(|plan| plan.refusal.is_none() && !plan.steps.is_empty())
    }
}

/// The last commit, from the one checked out along first parents, that changed any of the files.
fn last_change<'r>(repository: &'r Repository, paths: &BTreeSet<RepoPath>) -> Option<Commit<'r>> {
    let ids = |commit: &Commit<'_>| -> Option<Vec<Option<Oid>>> {
        let view = Committed::new(repository, commit.tree().ok()?);
        let at = |path: &RepoPath| Some(view.found(path.as_path()).ok()?.map(|it| it.id()));
        paths.iter().map(at).collect()
    };
    let mut commit = repository.head().ok()?.peel_to_commit().ok()?;
    let mut here = ids(&commit)?;
    for _ in 0..HISTORY {
        let parent = commit.parent(0).ok()?;
        let there = ids(&parent)?;
        if here != there {
            return Some(commit);
        }
        (commit, here) = (parent, there);
    }
    None
}
