//! What a Swift text declares twice, and a manifest lists twice: neither compiles.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;
use std::io;

use crate::checkout::RepoPath;
use crate::checkout::recognition::MANIFEST;
use crate::checkout::swift::{Code, Repeated, code, products, repeated_declarations};
use crate::checkout::tree::{TreeView, image};
use crate::patch::judge::syntax::is_swift;
use crate::patch::series::Series;

/// Something that stands more than once in a file where it may stand once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repetition {
    /// The file.
    pub path: RepoPath,
    /// What it is, and where.
    pub what: Repeated,
}

impl fmt::Display for Repetition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.what.lines.iter().map(ToString::to_string).collect();
        let lines = lines.join(" and ");
        let (path, name) = (&self.path, &self.what.name);
        write!(f, "`{path}` has `{name}` more than once, on lines {lines}")
    }
}

/// What the files that a built-in series is about repeat in a tree; nothing is known of what a user's own series is for.
///
/// # Errors
/// When a file cannot be read.
pub(super) fn repetitions(series: &Series, view: &dyn TreeView) -> io::Result<Vec<Repetition>> {
    if series.eras.is_empty() {
        return Ok(Vec::new());
    }
    let variants = series.patches.iter().flat_map(|patch| patch.current());
    let files = variants.flat_map(|variant| variant.files.iter().flatten());
    let paths: BTreeSet<_> = files.map(|file| &file.path).collect();
    let mut found = Vec::new();
    for path in paths.into_iter().filter(|path| is_swift(path)) {
        let Some(code) = image(view, path)?.and_then(|image| code(&image.data)) else {
            continue;
        };
        let repeated = of_code(&code, path.as_str() == Some(MANIFEST));
        found.extend(repeated.into_iter().map(|what| Repetition {
            path: path.clone(),
            what,
        }));
    }
    Ok(found)
}

/// Those of `after` that `before` has not.
pub(super) fn new_ones(before: &[Repetition], after: Vec<Repetition>) -> Vec<Repetition> {
    let is_known = |it: &Repetition| {
        let mut known = before.iter();
        known.any(|old| {
            (&old.path, &old.what.name, old.what.lines.len())
                == (&it.path, &it.what.name, it.what.lines.len())
        })
    };
    let mut new = after;
    new.retain(|it| !is_known(it));
    new
}

fn of_code(code: &Code, is_manifest: bool) -> Vec<Repeated> {
    // What does not close its brackets is a piece of a file, of which the scopes cannot be told.
    if !code.is_balanced() {
        return Vec::new();
    }
    let mut repeated = repeated_declarations(code);
    if is_manifest {
        let mut lines = BTreeMap::<String, Vec<usize>>::new();
        for product in products(code).unwrap_or_default() {
            lines.entry(product.name).or_default().push(product.line);
        }
        let several = lines.into_iter().filter(|(_, lines)| lines.len() > 1);
        repeated.extend(several.map(|(name, lines)| Repeated { name, lines }));
    }
    repeated
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn found(text: &str, is_manifest: bool) -> Vec<(String, Vec<usize>)> {
        let code = Code::of(text.into()).unwrap();
        let found = of_code(&code, is_manifest).into_iter();
        found.map(|it| (it.name, it.lines)).collect()
    }

    #[test]
    fn products_and_declarations_are_counted() {
        let twice = "let package = Package(\n name: \"p\", products: [\n .library(name: \"A\", targets: [\"A\"]),\n .library(\n name: \"A\", targets: [\"A\"]),\n .library(name: \"B\", targets: [\"A\"]),\n])\n";
        assert_eq!(found(twice, true), [("A".to_owned(), vec![3, 4])]);
        assert_eq!(found(twice, false), []);
        let members = "struct S {\n var a = 1\n var a = 2\n}\n";
        assert_eq!(found(members, false), [("a".to_owned(), vec![2, 3])]);
        assert_eq!(found(&members.replace('}', ""), false), []);
    }

    #[test]
    fn what_was_there_before_is_not_new() {
        let one = |lines: &[usize]| Repetition {
            path: RepoPath::new("a.swift").unwrap(),
            what: Repeated {
                name: "a".to_owned(),
                lines: lines.to_vec(),
            },
        };
        assert_eq!(new_ones(&[one(&[1, 2])], vec![one(&[5, 6])]), []);
        let third = one(&[5, 6, 9]);
        let new = new_ones(&[one(&[1, 2])], vec![third.clone()]);
        assert_eq!(new, std::slice::from_ref(&third));
        assert_eq!(
            third.to_string(),
            "`a.swift` has `a` more than once, on lines 5 and 6 and 9"
        );
    }
}
