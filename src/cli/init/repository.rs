//! What is found in a repository that a configuration is written for.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::bundle::{discover, is_bundle, shown};
use crate::files;

/// Largest file of the repository's own settings read, bytes.
const SETTINGS_BYTES: u64 = 1 << 20;

/// A CI system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Ci {
    /// A workflow of GitHub Actions
    Github,
    /// A job of GitLab CI
    Gitlab,
    /// No job
    None,
}

/// A repository, or a folder in its place.
#[derive(Debug)]
pub(super) struct Repository {
    /// Its root.
    pub(super) root: PathBuf,
    /// Where bundles and assets were found, relative to the root.
    bundles: Vec<PathBuf>,
}

/// Where a job gets the command's source from: the address the package names, else a variable of the job, which says what it
/// wants where it is not set. No registry has the package.
const SOURCE: &str = if env!("CARGO_PKG_REPOSITORY").is_empty() {
    "\"${GRANITE_BUNDLE_REPOSITORY:?set it to the address of the repository of granite-bundle}\""
} else {
    env!("CARGO_PKG_REPOSITORY")
};

impl Repository {
    /// The repository a folder is in; the folder itself if it is in none.
    pub(super) fn around(folder: &Path) -> Repository {
        let folder = files::absolute(folder);
        let root = files::repository(&folder).unwrap_or(&folder).to_owned();
        let found = discover(std::slice::from_ref(&root)).into_iter().flatten();
        let below = |path: PathBuf| path.strip_prefix(&root).ok().map(Path::to_owned);
        Repository {
            bundles: found.filter_map(|place| below(place.path)).collect(),
            root,
        }
    }

    pub(super) fn is_bundle(&self) -> bool {
        is_bundle(&self.root)
    }

    /// The CI system the repository is set up for.
    pub(super) fn ci(&self) -> Ci {
        let gitlab = self.root.join(".gitlab-ci.yml").exists();
        let github = self.root.join(".github").exists();
        let remote = self.text(".git/config").contains("gitlab");
        match !github && (gitlab || remote) {
            true => Ci::Gitlab,
            false => Ci::Github,
        }
    }

    /// Where a job of GitLab's goes: a repository with jobs of its own includes it.
    pub(super) fn gitlab_file(&self) -> &'static str {
        match self.root.join(".gitlab-ci.yml").exists() {
            true => ".gitlab/bundles.yml",
            false => ".gitlab-ci.yml",
        }
    }

    /// A template with what is known of the repository in its places.
    pub(super) fn fill(&self, template: &str) -> String {
        let found = match self.bundles.len() {
            0 => ", none so far".to_owned(),
            1 => format!(": one, {}", shown(&self.bundles[0])),
            number => format!(": {number}, below {}", self.lint_path()),
        };
        let lfs = match self.text(".gitattributes").contains("filter=lfs") {
            true => "\n        with:\n          lfs: true",
            false => "",
        };
        template
            .replace("@FOUND@", &found)
            .replace("@LFS@", lfs)
            .replace("@BRANCH@", &self.branch())
            .replace("@REPOSITORY@", SOURCE)
            .replace("@PATH@", &files::quoted(self.lint_path()))
    }

    /// What to lint: the one folder of the root that all bundles are in, or the root.
    pub(super) fn lint_path(&self) -> String {
        let mut tops = self.bundles.iter().map(|path| path.iter().next());
        let first = tops.next().flatten();
        match first.filter(|first| tops.all(|top| top == Some(first))) {
            Some(folder) => shown(Path::new(folder)),
            None => ".".to_owned(),
        }
    }

    fn branch(&self) -> String {
        let head = self.text(".git/HEAD");
        let branch = head.trim().strip_prefix("ref: refs/heads/");
        let plain = |name: &&str| {
            name.chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
        };
        branch.filter(plain).unwrap_or("main").to_owned()
    }

    fn text(&self, file: &str) -> String {
        files::read_text(&self.root.join(file), SETTINGS_BYTES).unwrap_or_default()
    }
}
