//! The license files of a bundle: by name and by what they say, and which license's text each is.

mod texts;

use std::fs;
use std::path::{Path, PathBuf};

use memchr::memmem;

use crate::files::{self, Root};
use texts::{LicenseText, TEXTS};

/// Largest license file read, bytes; the longest of the known texts (GPL-3.0) has 35 thousand.
const MAX_BYTES: u64 = 256 << 10;

/// What a license file may be called, before its extension.
const NAMES: [&str; 4] = ["license", "licence", "copying", "unlicense"];

/// Extensions of texts.
const EXTENSIONS: [&str; 5] = ["txt", "md", "rst", "html", "htm"];

/// Words of which a text about rights has at least one.
const RIGHTS: [&str; 4] = ["licen", "permission", "copyright", "terms"];

/// A license file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct License {
    /// The file.
    pub path: PathBuf,
    /// SPDX id of the license it is the text of; `None` if it is no text this tool knows.
    pub spdx: Option<&'static str>,
}

/// How a file's name puts it among the licenses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    /// `LICENSE`, `COPYING.txt`: whatever its text.
    License,
    /// `LICENSE-APACHE`, `MIT-LICENSE.md`: if its text is about rights.
    Perhaps,
}

/// What every permissive license's text must lack.
const RESTRICTIONS: [&str; 3] = [
    "commons clause",
    "non-commercial use",
    "shall be used for good",
];

impl License {
    /// The license files directly in a folder, sorted by name.
    pub(super) fn in_folder(folder: &Path, root: &Root) -> Vec<License> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut found = entries
            .filter_map(|entry| {
                let named = named(&entry.file_name().to_string_lossy())?;
                License::read(entry.path(), named, root)
            })
            .collect::<Vec<_>>();
        found.sort_by(|a, b| a.path.cmp(&b.path));
        found
    }

    /// Reads a file of such a name; `None` if it is no text, or one that has nothing to do with rights.
    fn read(path: PathBuf, named: Named, root: &Root) -> Option<License> {
        root.check(&path).ok()?;
        let bytes = files::read_stranger(&path, MAX_BYTES).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        if text.trim().is_empty() || text.contains('\0') {
            return None;
        }
        let spdx = recognise(&text);
        let about_rights = || {
            let lower = text.to_ascii_lowercase();
            RIGHTS.iter().any(|word| holds(&lower, word))
        };
        (named == Named::License || spdx.is_some() || about_rights())
            .then_some(License { path, spdx })
    }
}

fn named(name: &str) -> Option<Named> {
    let name = name.to_lowercase();
    let stem = match name.rsplit_once('.') {
        Some((stem, extension)) if EXTENSIONS.contains(&extension) => stem,
        _ => &name,
    };
    if NAMES.contains(&stem) {
        return Some(Named::License);
    }
    let is_separator = |c: char| ['-', '_', '.', ' '].contains(&c);
    let is_source = stem.rsplit_once('.').is_some_and(|(_, extension)| {
        !extension.contains(['-', '_']) && stem == name && !is_variant(extension)
    });
    let first_or_last = NAMES.iter().any(|word| {
        stem.strip_prefix(word)
            .is_some_and(|rest| rest.starts_with(is_separator))
            || stem
                .strip_suffix(word)
                .is_some_and(|rest| rest.ends_with(is_separator))
    });
    (first_or_last && !is_source).then_some(Named::Perhaps)
}

/// True for what follows the dot in `LICENSE.apache` or `LICENSE.mit`: a license, and no kind of file.
fn is_variant(extension: &str) -> bool {
    let known = TEXTS.iter().map(|text| text.spdx.to_lowercase());
    known.into_iter().any(|spdx| {
        spdx == extension || spdx.split('-').next().is_some_and(|word| word == extension)
    })
}

/// The one license that a text is, whatever its line breaks and copyright lines.
fn recognise(text: &str) -> Option<&'static str> {
    if let Some(stated) = stated(text) {
        return stated;
    }
    let mut plain = String::with_capacity(text.len());
    let mut words = 0;
    for word in text.split_whitespace() {
        if words > 0 {
            plain.push(' ');
        }
        plain.push_str(word);
        words += 1;
    }
    // The phrases looked for are ASCII.
    plain.make_ascii_lowercase();
    let has = |phrase: &&str| holds(&plain, phrase);
    if RESTRICTIONS.iter().any(has) {
        return None;
    }
    let is_it = |text: &&LicenseText| text.has.iter().all(has) && !text.lacks.iter().any(has);
    let mut known = TEXTS.iter().filter(is_it);
    // Two texts in one file leave the choice, or the duty, to its reader.
    match (known.next(), known.next()) {
        (Some(only), None) if words <= only.words => Some(only.spdx),
        _ => None,
    }
}

fn holds(text: &str, phrase: &str) -> bool {
    memmem::find(text.as_bytes(), phrase.as_bytes()).is_some()
}

/// What a text says of itself in a line made for it: an SPDX tag, or a title with hardly anything below.
fn stated(text: &str) -> Option<Option<&'static str>> {
    let known = |id: &str| TEXTS.iter().map(|text| text.spdx).find(|spdx| *spdx == id);
    let tag = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("SPDX-License-Identifier:"));
    if let Some(id) = tag {
        return Some(known(id.trim()));
    }
    let is_title_only = text.split_whitespace().count() < 40;
    let title = text.lines().find(|line| !line.trim().is_empty())?;
    let is_mit = title.trim().eq_ignore_ascii_case("MIT License");
    (is_title_only && is_mit).then_some(Some("MIT"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::texts::BSD_GRANT;
    use super::*;

    const MIT: &str = "MIT License\n\nCopyright (c) 2026 A\n\nPermission is hereby granted, free of charge, to any \
        person obtaining a copy of this software and associated documentation files, to deal in the Software, subject \
        to the following conditions:\n\nThe above copyright notice and this permission notice shall be included in all \
        copies.\n\nTHE SOFTWARE IS PROVIDED \"AS IS\".\n";

    #[test]
    fn licenses_are_known_by_their_own_words() {
        let apache = include_str!("../../../LICENSE");
        assert_eq!(recognise(apache), Some("Apache-2.0"));
        assert_eq!(recognise("MIT License\n\nCopyright (c) 2026"), Some("MIT"));
        assert_eq!(recognise(MIT), Some("MIT"));
        assert_eq!(
            recognise("SPDX-License-Identifier: BSD-3-Clause\n"),
            Some("BSD-3-Clause")
        );
        let bsd = format!(
            "Copyright A.\n{BSD_GRANT} provided that the following conditions are met: 1. 2."
        );
        assert_eq!(recognise(&bsd), Some("BSD-2-Clause"));
        let three = format!("{bsd} 3. Neither the name of A");
        assert_eq!(recognise(&three), Some("BSD-3-Clause"));
        assert_eq!(
            recognise("GNU GENERAL PUBLIC LICENSE\n Version 2, June 1991"),
            Some("GPL-2.0-only")
        );
    }

    #[test]
    fn a_text_that_only_mentions_a_license_is_unknown() {
        let apache = include_str!("../../../LICENSE");
        for text in [
            "All rights reserved.".to_owned(),
            "This is not the MIT License: you may not use it at all.".to_owned(),
            "Community License Agreement. Parts come under the Apache License, Version 2.0."
                .to_owned(),
            format!("{MIT}\nCommons Clause License Condition v1.0"),
            format!("{apache}\n{MIT}"),
            format!("{apache}\n{}", "No military use. ".repeat(500)),
            "SPDX-License-Identifier: LicenseRef-ours".to_owned(),
            "GNU General Public License".to_owned(),
        ] {
            assert_eq!(recognise(&text), None, "{text}");
        }
    }

    /// The names of the files of a folder that count as licenses.
    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("license")).unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let root = Root::new(folder.path());
        let files = License::in_folder(folder.path(), &root).into_iter();
        files
            .map(|file| {
                file.path
                    .file_name()
                    .unwrap()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect()
    }

    #[test]
    fn a_name_that_begins_with_license_is_not_enough() {
        let licenses = [
            ("COPYING", "own terms"),
            ("LICENSE-APACHE", "licensed under the Apache License"),
            ("LICENSE.mit", MIT),
            ("LICENSE.txt", "own terms"),
            ("MIT-LICENSE.md", MIT),
        ];
        let others = [
            ("LICENSE.md", "  \n"),
            ("license-checker.py", "# license"),
            ("license_plates.txt", "M AB 1234"),
            ("licensed.txt", "license"),
            ("licensee", "license"),
            ("license.json", "{}"),
            ("notice-board.txt", "license"),
            ("NOTICE", "This product includes software"),
        ];
        let all = licenses.iter().chain(&others).copied().collect::<Vec<_>>();
        assert_eq!(found(&all), licenses.map(|(name, _)| name));
    }
}
