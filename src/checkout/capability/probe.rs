//! Questions about a file of a checkout.

use git2::Oid;
use serde::{Deserialize, Deserializer};

use crate::checkout::swift::{Pattern, PatternError};

/// One question about one file. A file that is not there satisfies `exists = false` alone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "ProbeFields")]
pub struct Probe {
    /// Relative to the checkout's root, `/`-separated. `FOLDER/**/NAME` is the file of that name anywhere below a folder.
    pub file: String,
    /// The question.
    pub test: ProbeTest,
}

/// What a probe asks of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeTest {
    /// The code has this; inside every declaration of a name, where one is given.
    Code {
        /// What is looked for.
        pattern: Pattern,
        /// The declaration looked in, such as `EngineImpl.init`; at least one must be there.
        inside: Option<String>,
    },
    /// The file is there and its code does not have this; inside no declaration of a name, where one is given.
    NoCode {
        /// What must not be there.
        pattern: Pattern,
        /// The declaration looked in; that it is missing altogether is no answer, so that the probe fails.
        inside: Option<String>,
    },
    /// The package manifest exports a library of this name, which has the target of this name, exactly once.
    Product(String),
    /// The package manifest's products can be read, and none of them has this name.
    NoProduct(String),
    /// The file's git blob id is one of these.
    Blob(Vec<Oid>),
    /// The file is there, or is not.
    Exists(bool),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProbeFields {
    file: String,
    #[serde(rename = "in")]
    inside: Option<String>,
    code: Option<String>,
    no_code: Option<String>,
    product: Option<String>,
    no_product: Option<String>,
    blob: Option<Vec<String>>,
    exists: Option<bool>,
}

/// Why a probe's definition is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// None or several of the tests given.
    #[error(
        "a probe of {0} needs exactly one of `code`, `no_code`, `product`, `no_product`, `blob`, `exists`, and `in` goes with the first two"
    )]
    NotOneTest(String),
    /// A pattern that every file has, or that cannot be read.
    #[error("a probe of {file}: {reason}")]
    Pattern {
        /// The probe's file.
        file: String,
        /// Why.
        reason: PatternError,
    },
    /// Not 40 hexadecimal digits.
    #[error("a probe of {file} names `{id}`, which is not a full blob id")]
    ShortBlob {
        /// The probe's file.
        file: String,
        /// What was given.
        id: String,
    },
}

impl TryFrom<ProbeFields> for Probe {
    type Error = ProbeError;

    fn try_from(fields: ProbeFields) -> Result<Probe, ProbeError> {
        let ProbeFields { file, inside, .. } = fields;
        let pattern = |text: String| {
            let refused = |reason| ProbeError::Pattern {
                file: file.clone(),
                reason,
            };
            Pattern::new(&text).map_err(refused)
        };
        let tests = [
            fields.code.map(|text| {
                let (pattern, inside) = (pattern(text)?, inside.clone());
                Ok(ProbeTest::Code { pattern, inside })
            }),
            fields.no_code.map(|text| {
                let (pattern, inside) = (pattern(text)?, inside.clone());
                Ok(ProbeTest::NoCode { pattern, inside })
            }),
            fields.product.map(|name| Ok(ProbeTest::Product(name))),
            fields.no_product.map(|name| Ok(ProbeTest::NoProduct(name))),
            fields
                .blob
                .map(|ids| Ok(ProbeTest::Blob(full_ids(&file, &ids)?))),
            fields.exists.map(|there| Ok(ProbeTest::Exists(there))),
        ];
        let mut tests = tests.into_iter().flatten();
        let (Some(test), None) = (tests.next(), tests.next()) else {
            return Err(ProbeError::NotOneTest(file));
        };
        let test = test?;
        let takes_inside = matches!(test, ProbeTest::Code { .. } | ProbeTest::NoCode { .. });
        if inside.is_some() && !takes_inside {
            return Err(ProbeError::NotOneTest(file));
        }
        Ok(Probe { file, test })
    }
}

fn full_ids(file: &str, ids: &[String]) -> Result<Vec<Oid>, ProbeError> {
    ids.iter()
        .map(|id| {
            Oid::from_str(id)
                .ok()
                .filter(|_| id.len() == 40)
                .ok_or_else(|| ProbeError::ShortBlob {
                    file: file.to_owned(),
                    id: id.clone(),
                })
        })
        .collect()
}

pub(super) fn some_probes<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<Probe>, D::Error> {
    let probes = Vec::deserialize(input)?;
    if probes.is_empty() {
        return Err(serde::de::Error::custom("an empty probe list always holds"));
    }
    Ok(probes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::checkout::capability::all_hold;
    use crate::checkout::tree::Memory;
    use crate::checkout::{FileImage, FileMode, RepoPath};

    fn files() -> Memory {
        let files = [
            ("a.swift", "// let y = 2\nfunc f() { let x = 1 }\n"),
            ("b.swift", ""),
            ("d/e/c.swift", "let z = 3\n"),
        ];
        Memory::new(files.iter().map(|(path, text)| {
            let image = FileImage {
                mode: FileMode::Regular,
                data: text.as_bytes().to_vec(),
            };
            (RepoPath::new(path).unwrap(), image)
        }))
    }

    fn probe(toml: &str) -> Result<Probe, toml::de::Error> {
        toml::from_str(toml)
    }

    fn answer(toml: &str) -> bool {
        all_hold(&[probe(toml).unwrap()], &files()).unwrap()
    }

    #[test]
    fn each_test_answers_for_the_file_it_names() {
        assert!(answer("file = 'a.swift'\ncode = 'let  x=1'"));
        assert!(!answer("file = 'a.swift'\ncode = 'let y = 2'"), "a comment");
        assert!(!answer("file = 'b.swift'\ncode = 'let x = 1'"));
        assert!(answer("file = 'b.swift'\nno_code = 'let x = 1'"));
        assert!(answer("file = 'a.swift'\nno_code = 'let y = 2'"));
        assert!(!answer("file = 'a.swift'\nno_code = 'let x = 1'"));
        assert!(answer("file = 'a.swift'\nexists = true"));
        assert!(!answer("file = 'a.swift'\nexists = false"));
        // The blob id of an empty file is a constant of git.
        assert!(answer(
            "file = 'b.swift'\nblob = ['e69de29bb2d1d6434b8b29ae775ad8c2e48c5391']"
        ));
        assert!(!answer(
            "file = 'a.swift'\nblob = ['e69de29bb2d1d6434b8b29ae775ad8c2e48c5391']"
        ));
    }

    #[test]
    fn a_declaration_that_is_not_there_answers_nothing() {
        assert!(answer("file = 'a.swift'\nin = 'f'\ncode = 'let x = 1'"));
        assert!(!answer("file = 'a.swift'\nin = 'g'\ncode = 'let x = 1'"));
        assert!(answer("file = 'a.swift'\nin = 'f'\nno_code = 'let y = 1'"));
        assert!(!answer("file = 'a.swift'\nin = 'g'\nno_code = 'let y = 1'"));
    }

    #[test]
    fn a_file_is_found_below_a_folder() {
        assert!(answer("file = 'd/**/c.swift'\nexists = true"));
        assert!(answer("file = 'd/**/c.swift'\ncode = 'let z = 3'"));
        assert!(answer("file = 'd/**/b.swift'\nexists = false"));
    }

    #[test]
    fn an_absent_file_satisfies_absence_alone() {
        assert!(answer("file = 'c.swift'\nexists = false"));
        assert!(!answer("file = 'c.swift'\nexists = true"));
        assert!(!answer("file = 'c.swift'\nno_code = 'x'"));
        assert!(!answer("file = 'c.swift'\ncode = 'x'"));
    }

    #[test]
    fn a_probe_that_cannot_fail_or_asks_nothing_is_refused() {
        for bad in [
            "file = 'a'",
            "file = 'a'\ncode = ''",
            "file = 'a'\nno_code = ''",
            "file = 'a'\ncode = 'x'\nexists = true",
            "file = 'a'\nin = 'f'\nexists = true",
            "file = 'a'\nblob = ['e69de29']",
            "file = 'a'\nholds = 'x'",
        ] {
            assert!(probe(bad).is_err(), "accepted: {bad}");
        }
    }
}
