//! Pages point at things that exist.

use std::fs;
use std::path::Path;

use crate::{files, root};

/// Targets of the inline links of a Markdown text.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("](").filter_map(|(start, found)| {
        let target = &text[start + found.len()..];
        target.split([')', ' ', '\n']).next()
    })
}

#[test]
fn relative_links_resolve() {
    let mut pages = files("docs", "md");
    for page in [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
    ] {
        pages.push(root().join(page));
    }
    pages.extend(files("examples", "md"));
    let mut broken = Vec::new();
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        let folder = page.parent().unwrap_or(Path::new("."));
        for link in links(&text).filter(|link| !link.contains("://") && !link.starts_with('#')) {
            let target = link.split('#').next().unwrap_or(link);
            if !folder.join(target).exists() {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}
