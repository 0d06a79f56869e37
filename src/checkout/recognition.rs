//! Whether a tree of files is one of coreai-models at all.

use std::io;

use super::RepoPath;
use super::swift::{Code, Kind, code};
use super::tree::{TreeView, text};

/// The folder of the engine's sources, in every revision from the first to 1.0.0.
pub const SOURCES: &str = "swift/Sources/CoreAILanguageModels";
/// The package's manifest.
pub const MANIFEST: &str = "Package.swift";
/// What the manifest calls the engine's target and its product.
pub const TARGET: &str = "CoreAILanguageModels";

/// True if the tree has the engine's sources, or a manifest that names their target: an engine whose sources were
/// moved is still one.
///
/// # Errors
/// When what is there cannot be read.
pub fn is_engine(view: &dyn TreeView) -> io::Result<bool> {
    if has_sources(view)? {
        return Ok(true);
    }
    let manifest = text(view, MANIFEST)?.and_then(|text| code(&text));
    Ok(manifest.is_some_and(|code| names_target(&code)))
}

/// True if the tree has the folder of the engine's sources.
///
/// # Errors
/// When it cannot be told.
pub fn has_sources(view: &dyn TreeView) -> io::Result<bool> {
    let sources = RepoPath::new(SOURCES).map(|sources| view.is_folder(&sources));
    Ok(sources.transpose()?.unwrap_or(false))
}

fn names_target(manifest: &Code) -> bool {
    let quoted = format!("\"{TARGET}\"");
    let mut strings = manifest.tokens().iter();
    strings.any(|token| token.kind == Kind::Text && manifest.text(token) == quoted.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkout::tree::Memory;
    use crate::checkout::{FileImage, FileMode};

    fn found(path: &str, text: &str) -> bool {
        let image = FileImage {
            data: text.into(),
            mode: FileMode::Regular,
        };
        let path = RepoPath::new(path).expect("a path");
        is_engine(&Memory::new([(path, image)])).expect("memory can be read")
    }

    #[test]
    fn an_engine_is_known_by_its_sources_or_by_its_target() {
        assert!(found(&format!("{SOURCES}/Moved/Engine.swift"), ""));
        assert!(found(MANIFEST, r#".target(name: "CoreAILanguageModels")"#));
        assert!(!found(
            MANIFEST,
            r#"Package(name: "Other") // "CoreAILanguageModels""#
        ));
        assert!(!found("Sources/CoreAILanguageModels/Engine.swift", ""));
        assert!(!found("metadata.json", "{}"));
    }
}
