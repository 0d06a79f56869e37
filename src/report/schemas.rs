//! The JSON Schemas that come with the program.

/// A schema and the name `granite-bundle schema` knows it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schema {
    /// Its name, the first part of its file's.
    pub name: &'static str,
    /// What it describes, in a few words.
    pub about: &'static str,
    /// The schema, JSON.
    pub text: &'static str,
}

/// Every schema, in the order they are listed.
pub const SCHEMAS: &[Schema] = &[
    Schema {
        name: "inspect-1",
        about: "the document of `inspect --json`",
        text: include_str!("../../schemas/inspect-1.schema.json"),
    },
    Schema {
        name: "diff-1",
        about: "the document of `diff --json`",
        text: include_str!("../../schemas/diff-1.schema.json"),
    },
    Schema {
        name: "patch-1",
        about: "the document of `patch … --json`",
        text: include_str!("../../schemas/patch-1.schema.json"),
    },
    Schema {
        name: "preflight-1",
        about: "the document of `preflight --json`",
        text: include_str!("../../schemas/preflight-1.schema.json"),
    },
    Schema {
        name: "run-1",
        about: "the document of `run --json`",
        text: include_str!("../../schemas/run-1.schema.json"),
    },
    Schema {
        name: "gate-1",
        about: "the document of `gate --json`",
        text: include_str!("../../schemas/gate-1.schema.json"),
    },
    Schema {
        name: "explain-1",
        about: "the document of `explain --json`, but for rules",
        text: include_str!("../../schemas/explain-1.schema.json"),
    },
    Schema {
        name: "metadata-0.2",
        about: "a bundle's `metadata.json`",
        text: include_str!("../../schemas/metadata-0.2.schema.json"),
    },
    Schema {
        name: "lint-1",
        about: "the document of `lint --format json`",
        text: include_str!("../../schemas/lint-1.schema.json"),
    },
    Schema {
        name: "rules-1",
        about: "the document of `rules --json`",
        text: include_str!("../../schemas/rules-1.schema.json"),
    },
    Schema {
        name: "config",
        about: "`granite-bundle.toml`",
        text: include_str!("../../schemas/config.schema.json"),
    },
    Schema {
        name: "profile",
        about: "a profile",
        text: include_str!("../../schemas/profile.schema.json"),
    },
    Schema {
        name: "transcript",
        about: "a gate transcript",
        text: include_str!("../../schemas/transcript.schema.json"),
    },
];

impl Schema {
    /// The schema of that name; the version may be left out.
    pub fn named(name: &str) -> Option<&'static Schema> {
        SCHEMAS.iter().find(|schema| {
            let versioned = schema.name.strip_prefix(name);
            versioned.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_is_the_folder() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let table = SCHEMAS
            .iter()
            .map(|schema| format!("{}.schema.json", schema.name));
        assert_eq!(table.collect::<BTreeSet<_>>(), files);
    }

    #[test]
    fn every_schema_is_a_valid_one() {
        for schema in SCHEMAS {
            let value: serde_json::Value = serde_json::from_str(schema.text).unwrap();
            assert!(jsonschema::meta::is_valid(&value), "{}", schema.name);
        }
    }

    #[test]
    fn the_version_may_be_left_out() {
        assert_eq!(Schema::named("inspect").unwrap().name, "inspect-1");
        assert_eq!(Schema::named("metadata-0.2").unwrap().name, "metadata-0.2");
        assert_eq!(Schema::named("insp"), None);
    }
}
