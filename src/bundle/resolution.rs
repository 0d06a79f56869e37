//! Which file `assets.main` stands for.

use std::path::{Component, Path, PathBuf};

/// What a declared asset path resolves to, under the rules of the engine's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// The path as declared, relative to the bundle.
    pub declared: String,
    /// True if the path leaves the bundle by `..` or is absolute; then nothing is resolved.
    pub escapes: bool,
    /// What an engine since 15 September 2026 loads: the declared path and no other. `None` if it does not exist.
    pub exact: Option<PathBuf>,
    /// What an engine since commit `57a0a63` (2026-08-04) loads: the declared path if it exists, else, for
    /// `.aimodel`, the same with `c` appended. `None` if neither exists.
    pub newest: Option<PathBuf>,
    /// What earlier engines load: the declared path, but for a name that does not end in `aimodel` the sibling
    /// `<base>.aimodel` if there is one. `None` if it does not exist.
    pub before_fallback: Option<PathBuf>,
}

impl Resolution {
    /// Resolves a declared path in a bundle's folder.
    pub(super) fn new(bundle: &Path, declared: &str) -> Resolution {
        let escapes = escapes(Path::new(declared));
        let resolve = |rule: fn(PathBuf) -> PathBuf| {
            let path = rule(bundle.join(declared));
            // A dangling link is there; why it cannot be followed is for the reader to say.
            (!escapes && path.symlink_metadata().is_ok()).then_some(path)
        };
        Resolution {
            declared: declared.to_owned(),
            escapes,
            exact: resolve(|declared| declared),
            newest: resolve(newest),
            before_fallback: resolve(before_fallback),
        }
    }
}

/// True if the path is absolute or climbs above where it starts.
fn escapes(path: &Path) -> bool {
    let mut depth = 0_i64;
    for component in path.components() {
        match component {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir => depth -= 1,
            Component::RootDir | Component::Prefix(_) => return true,
        }
        if depth < 0 {
            return true;
        }
    }
    false
}

fn newest(declared: PathBuf) -> PathBuf {
    if declared.symlink_metadata().is_ok() || declared.extension().is_none_or(|e| e != "aimodel") {
        return declared;
    }
    let compiled = declared.with_extension("aimodelc");
    if compiled.symlink_metadata().is_ok() {
        return compiled;
    }
    declared
}

fn before_fallback(declared: PathBuf) -> PathBuf {
    if declared.extension().is_some_and(|e| e == "aimodel") {
        return declared;
    }
    let source = declared.with_extension("aimodel");
    if source.symlink_metadata().is_ok() {
        return source;
    }
    declared
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    /// What each rule makes of `declared` in a folder with these assets.
    fn resolve(assets: &[&str], declared: &str) -> (Option<String>, Option<String>) {
        let bundle = tempfile::tempdir().unwrap();
        for asset in assets {
            std::fs::create_dir_all(bundle.path().join(asset)).unwrap();
        }
        let resolution = Resolution::new(bundle.path(), declared);
        let name = |path: Option<PathBuf>| {
            path.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        };
        (name(resolution.newest), name(resolution.before_fallback))
    }

    fn some(newest: &str, before: &str) -> (Option<String>, Option<String>) {
        let some = |name: &str| (!name.is_empty()).then(|| name.to_owned());
        (some(newest), some(before))
    }

    #[test]
    fn rules_differ_where_source_and_compiled_meet() {
        assert_eq!(
            resolve(&["x.aimodel"], "x.aimodel"),
            some("x.aimodel", "x.aimodel")
        );
        assert_eq!(
            resolve(&["x.aimodelc"], "x.aimodel"),
            some("x.aimodelc", "")
        );
        assert_eq!(
            resolve(&["x.aimodel", "x.aimodelc"], "x.aimodelc"),
            some("x.aimodelc", "x.aimodel")
        );
        assert_eq!(resolve(&["x.h18p.aimodelc"], "x.aimodel"), some("", ""));
    }

    #[test]
    fn a_path_that_climbs_out_is_not_resolved() {
        for declared in ["../x.aimodel", "a/../../x.aimodel", "/x.aimodel"] {
            assert!(
                Resolution::new(Path::new("b"), declared).escapes,
                "{declared}"
            );
        }
        assert!(!escapes(Path::new("a/../x.aimodel")));
    }
}
