//! Where a bundle is, as a configuration names it.

use std::path::{Path, PathBuf};

use crate::files::absolute;

/// A bundle's place relative to a folder, `/`-separated; absolute if it is outside.
///
/// A bundle behind a link is where the link is, if that is inside.
pub fn address_below(folder: Option<&Path>, bundle: &Path) -> String {
    let named = absolute(bundle);
    let real = named.canonicalize().unwrap_or_else(|_| named.clone());
    let folders = folder.map(absolute).into_iter();
    let folders: Vec<PathBuf> = folders
        .flat_map(|folder| [folder.canonicalize().unwrap_or_default(), folder])
        .filter(|folder| folder.is_absolute())
        .collect();
    let inside = |bundle: &Path| {
        let mut relative = folders.iter();
        relative.find_map(|folder| bundle.strip_prefix(folder).ok().map(Path::to_owned))
    };
    let place = inside(&named).or_else(|| inside(&real)).unwrap_or(real);
    let parts = place
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_where_it_is_named() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        std::fs::create_dir_all(path("repo/bundles")).unwrap();
        std::fs::create_dir_all(path("elsewhere/a")).unwrap();
        std::os::unix::fs::symlink(path("elsewhere/a"), path("repo/bundles/a")).unwrap();
        let place = |bundle: &str| address_below(Some(&path("repo")), &path(bundle));
        assert_eq!(place("repo/bundles/a"), "bundles/a");
        assert_eq!(place("repo/bundles/../bundles/a/."), "bundles/a");
        assert!(place("elsewhere/a").ends_with("/elsewhere/a"));
        assert_eq!(place("repo"), "");
    }
}
