//! The lint configuration itself.
//!
//! These rules run once for each configuration, after every bundle it governs has been linted; that it cannot be used is
//! said of each bundle it would have governed.

mod baseline_expired;
mod baseline_unmatched;
mod configuration_unusable;

use crate::lint::{Accepted, Rule};

/// The rules, in report order.
pub(in crate::lint) static RULES: &[&Rule] = &[
    &configuration_unusable::RULE,
    &baseline_expired::RULE,
    &baseline_unmatched::RULE,
];

/// What a finding about a baseline entry is about.
fn subject(entry: &Accepted) -> String {
    format!("baseline.{}.{}", entry.rule, entry.subject)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod testing {
    use std::path::Path;
    use std::sync::Arc;

    use crate::lint::config::Config;
    use crate::lint::fleet::{ProfileChoice, Settings};
    use crate::lint::{Day, Gate};

    /// Settings by a configuration's text, as on that day.
    pub(super) fn settings(text: &str, today: Option<Day>) -> Arc<Settings> {
        let config = Config::parse(Path::new("repo/granite-bundle.toml"), text).unwrap();
        Arc::new(Settings {
            config: Some(config.path),
            gate: Gate {
                accepted: config.baseline,
                today,
                ..Gate::default()
            },
            profile: ProfileChoice::Auto(Vec::new()),
            platform: None,
            engine: None,
            hash: false,
        })
    }
}
