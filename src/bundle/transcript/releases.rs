//! Which transcripts speak of a bundle: its own, and those of the folder it is released in.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::Transcript;
use crate::files::Root;
use crate::files::absolute;

/// Folders in which transcripts may lie, relative to the bundle's and to its release folder.
const FOLDERS: [&str; 3] = ["", "gates", "transcripts"];

/// Most transcripts read of one folder.
const MAX_FILES: usize = 4096;

/// Release folders, each read once however many bundles lie in it.
#[derive(Debug, Default)]
pub struct Releases(Mutex<HashMap<PathBuf, Arc<OnceLock<Release>>>>);

/// What lies in one release folder.
#[derive(Debug, Default)]
struct Release {
    transcripts: Vec<Transcript>,
    /// Which of them name a bundle.
    of: HashMap<String, Vec<usize>>,
    /// Names of folders in it that are bundles; no more than two, as it matters only whether one is alone.
    bundles: Vec<String>,
}

impl Releases {
    /// The transcripts that speak of a bundle, its own first, each folder's in order of names.
    ///
    /// In the release folder (the one the bundle lies in, as its path is named; its `gates` and `transcripts`) a
    /// transcript is another bundle's if it names one; one that names no bundle there is taken for this bundle's only
    /// if no other bundle is there. Links are followed only as far as they stay in the folder.
    pub fn of_bundle(&self, bundle: &Path, name: Option<&str>) -> Vec<Transcript> {
        let bundle = absolute(bundle);
        let mut found = in_folders(&bundle);
        let (Some(folder), Some(release)) = (bundle.file_name(), bundle.parent()) else {
            return found;
        };
        let folder = folder.to_string_lossy();
        let release = self.release(release);
        let release = release.get_or_init(|| Release::read(bundle.parent().unwrap_or(&bundle)));
        if release.bundles.iter().all(|other| *other == folder) {
            found.extend(release.transcripts.iter().cloned());
            return found;
        }
        let names = [Some(folder.as_ref()), name.filter(|name| *name != folder)];
        let named = names.into_iter().flatten();
        let mut places = named
            .flat_map(|name| release.of.get(name).into_iter().flatten())
            .copied()
            .collect::<Vec<_>>();
        places.sort_unstable();
        found.extend(
            places
                .into_iter()
                .map(|place| release.transcripts[place].clone()),
        );
        found
    }

    fn release(&self, folder: &Path) -> Arc<OnceLock<Release>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(folder.to_owned()).or_default())
    }
}

impl Release {
    fn read(folder: &Path) -> Release {
        let transcripts = in_folders(folder);
        let mut of: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, transcript) in transcripts.iter().enumerate() {
            if let Ok(record) = &transcript.record
                && let Some(name) = &record.bundle
            {
                of.entry(name.clone()).or_default().push(place);
            }
        }
        Release {
            transcripts,
            of,
            bundles: bundles_in(folder),
        }
    }
}

/// Names of two folders at most that hold a manifest.
fn bundles_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.path().join("metadata.json").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .take(2)
        .collect()
}

fn in_folders(folder: &Path) -> Vec<Transcript> {
    let root = Root::new(folder);
    let folders = FOLDERS.iter().map(|name| folder.join(name));
    let inside = folders.filter(|folder| root.check(folder).is_ok());
    inside
        .flat_map(|folder| candidates(&folder, &root))
        .collect()
}

/// The files of a folder whose names are those of transcripts, read.
fn candidates(folder: &Path, root: &Root) -> Vec<Transcript> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files = entries
        .filter(|entry| is_candidate(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && root.check(path).is_ok())
        .collect::<Vec<_>>();
    files.sort();
    files.truncate(MAX_FILES);
    files.into_iter().filter_map(Transcript::read).collect()
}

fn is_candidate(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(".json") && (name.starts_with("gate") || name.contains("transcript"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn write(folder: &Path, file: &str, value: &Value) {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, value.to_string()).unwrap();
    }

    fn gate(bundle: &str) -> Value {
        json!({ "result": "PASS", "bundle": bundle, "margins": [0.5] })
    }

    fn of_bundle(bundle: &Path) -> Vec<Transcript> {
        Releases::default().of_bundle(bundle, None)
    }

    #[test]
    fn transcripts_are_found_in_the_bundle_and_its_release_folder() {
        let release = tempfile::tempdir().unwrap();
        let bundle = release.path().join("a");
        write(&bundle, "metadata.json", &json!({}));
        write(&bundle, "gate.json", &gate("a"));
        write(
            &bundle,
            "gates/gate-other.json",
            &json!({ "another": "kind" }),
        );
        write(
            release.path(),
            "transcripts/gate-a.json",
            &gate("exports/a"),
        );
        write(release.path(), "gate-stranger.json", &gate("stranger"));
        assert_eq!(of_bundle(&bundle).len(), 3);

        write(release.path(), "b/metadata.json", &json!({}));
        let found = of_bundle(&bundle);
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn what_is_not_json_is_kept_as_unreadable() {
        let release = tempfile::tempdir().unwrap();
        fs::write(release.path().join("gate.json"), "{").unwrap();
        let found = of_bundle(release.path());
        assert!(found[0].record.is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_folder_are_not_followed() {
        use std::os::unix::fs::symlink;
        let root = tempfile::tempdir().unwrap();
        let (release, elsewhere) = (root.path().join("release"), root.path().join("elsewhere"));
        write(&release, "a/metadata.json", &json!({}));
        write(&elsewhere, "gates/gate.json", &gate("a"));
        write(&elsewhere, "b/metadata.json", &json!({}));
        write(&elsewhere, "gate-b.json", &gate("b"));
        symlink(elsewhere.join("gates"), release.join("gates")).unwrap();
        symlink(elsewhere.join("gates"), release.join("a/transcripts")).unwrap();
        symlink(
            elsewhere.join("gates/gate.json"),
            release.join("a/gate.json"),
        )
        .unwrap();
        symlink(elsewhere.join("b"), release.join("b")).unwrap();
        assert_eq!(of_bundle(&release.join("a")), []);
        assert_eq!(of_bundle(&release.join("b")), []);
        write(&release, "kept/gate.json", &gate("a"));
        symlink("kept/gate.json", release.join("gate-a.json")).unwrap();
        assert_eq!(of_bundle(&release.join("a")).len(), 1);
    }

    #[test]
    fn a_release_folder_is_read_once() {
        let release = tempfile::tempdir().unwrap();
        for name in ["a", "b"] {
            write(release.path(), &format!("{name}/metadata.json"), &json!({}));
            write(release.path(), &format!("gate-{name}.json"), &gate(name));
        }
        let releases = Releases::default();
        let names = |bundle: &str| {
            let found = releases.of_bundle(&release.path().join(bundle), None);
            found
                .iter()
                .map(|it| it.path.file_name().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(names("a"), ["gate-a.json"]);
        fs::remove_file(release.path().join("gate-b.json")).unwrap();
        assert_eq!(names("b"), ["gate-b.json"]);
    }
}
