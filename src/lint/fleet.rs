//! Lints many targets, each under the configuration that governs it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bundle::{Target, shown};
use crate::checkout::capability::Checkout;
use crate::finding::Finding;
use crate::profile::{Profile, builtin, nearest};

use super::config::Accepted;
use super::facts::{Facts, hashed};
use super::rules::configuration;
use super::{ContentHash, Context, Counts, Gate, Platform, Rule, check};

/// Which profile a bundle is held to.
#[derive(Debug, Clone)]
pub enum ProfileChoice {
    /// The nearest of the built-in ones and these.
    Auto(Vec<Profile>),
    /// This one.
    Named(Box<Profile>),
    /// None.
    Off,
}

/// Everything the user decided, for the bundles governed by one configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The configuration file, if there is one.
    pub config: Option<PathBuf>,
    /// Filtering, levels, baseline and threshold.
    pub gate: Gate,
    /// The profile.
    pub profile: ProfileChoice,
    /// The platform, where asked for.
    pub platform: Option<Platform>,
    /// The engine checkout, if one is given.
    pub engine: Option<Arc<Checkout>>,
    /// Whether bytecode is hashed.
    pub hash: bool,
}

/// One target, linted.
#[derive(Debug)]
pub struct Linted {
    /// What was read.
    pub target: Target,
    /// Name of the profile it was held to.
    pub profile: Option<String>,
    /// The bytecode's hash.
    pub hash: ContentHash,
    /// What was found, in report order.
    pub findings: Vec<Finding>,
    /// The rules that had what they need and were run.
    pub ran: Vec<&'static Rule>,
    /// The decisions it was linted under.
    pub settings: Arc<Settings>,
    /// Baseline entries that matched, by index.
    matched: BTreeSet<usize>,
}

impl ProfileChoice {
    fn resolve(&self, target: &Target) -> Option<&Profile> {
        match self {
            ProfileChoice::Auto(own) => nearest(own.iter().chain(builtin()), target),
            ProfileChoice::Named(profile) => Some(profile),
            ProfileChoice::Off => None,
        }
    }
}

impl Settings {
    /// Lints one target.
    pub fn lint(self: &Arc<Settings>, target: Target) -> Linted {
        self.lint_with(target, |_| {})
    }

    /// Bytes that linting this target hashes.
    pub fn hashed_bytes(&self, target: &Target) -> u64 {
        match self.hash {
            true => hashed(target).map_or(0, |asset| asset.bytes),
            false => 0,
        }
    }

    /// The same as [`lint`](Settings::lint), telling how many bytes each step of hashing read.
    pub fn lint_with(self: &Arc<Settings>, target: Target, progress: impl FnMut(u64)) -> Linted {
        let facts = Facts::gather(&target, self.hash, progress);
        let profile = self.profile.resolve(&target);
        let context = self.context(&target, profile, &facts, &[]);
        let ran = self
            .gate
            .rules()
            .filter(|rule| context.meets(rule))
            .collect::<Vec<_>>();
        let mut findings = check(ran.iter().copied(), &context);
        let matched = self.gate.settle(&mut findings, &self.place(&target.path));
        Linted {
            profile: profile.map(|profile| profile.name.clone()),
            hash: facts.hash,
            findings,
            ran,
            settings: Arc::clone(self),
            matched,
            target,
        }
    }

    fn context<'a>(
        &'a self,
        target: &'a Target,
        profile: Option<&'a Profile>,
        facts: &'a Facts,
        stale_baseline: &'a [&'a Accepted],
    ) -> Context<'a> {
        let platform = self
            .platform
            .or(profile.map(|profile| profile.model.platform));
        Context {
            target,
            profile,
            engine: self.engine.as_deref(),
            platform: platform.unwrap_or_default(),
            hash: &facts.hash,
            licenses: &facts.licenses,
            transcripts: &facts.transcripts,
            stale_baseline,
        }
    }

    /// The folder that holds the configuration.
    pub fn folder(&self) -> Option<&Path> {
        self.config.as_deref().and_then(Path::parent)
    }

    /// A bundle's place relative to the configuration's folder, `/`-separated; absolute if it is outside.
    pub fn place(&self, bundle: &Path) -> String {
        Settings::place_below(self.folder(), bundle)
    }

    /// A bundle's place relative to that folder.
    pub fn place_below(folder: Option<&Path>, bundle: &Path) -> String {
        let absolute = |path: &Path| {
            let path = if path.as_os_str().is_empty() {
                Path::new(".")
            } else {
                path
            };
            path.canonicalize().unwrap_or_else(|_| path.to_owned())
        };
        let bundle = absolute(bundle);
        let relative = folder.and_then(|folder| {
            bundle
                .strip_prefix(absolute(folder))
                .ok()
                .map(Path::to_owned)
        });
        let place = relative.unwrap_or(bundle);
        let parts = place
            .components()
            .map(|part| part.as_os_str().to_string_lossy());
        parts.collect::<Vec<_>>().join("/")
    }
}

/// Everything one run found.
#[derive(Debug)]
pub struct Report {
    /// The targets, in the order asked for.
    pub linted: Vec<Linted>,
    /// What the configurations' own rules found.
    pub configurations: Vec<Judged>,
}

/// Findings about a configuration.
#[derive(Debug)]
pub struct Judged {
    /// The configuration's decisions, which hold for it too.
    pub settings: Arc<Settings>,
    /// What was found.
    pub findings: Vec<Finding>,
}

impl Linted {
    /// True if some finding refuses this target.
    pub fn refused(&self) -> bool {
        self.settings.gate.refuses(&self.findings)
    }
}

impl Report {
    /// Adds what the configurations' own rules find to the targets' findings.
    pub fn new(linted: Vec<Linted>) -> Report {
        Report {
            configurations: check_configurations(&linted),
            linted,
        }
    }

    /// Every finding, targets first.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let targets = self.linted.iter().flat_map(|one| &one.findings);
        targets.chain(self.configurations.iter().flat_map(|one| &one.findings))
    }

    /// How many findings there are.
    pub fn counts(&self) -> Counts {
        Counts::of(self.findings())
    }

    /// True if some finding is at or above the threshold it is held to.
    pub fn refused(&self) -> bool {
        let configuration = |one: &Judged| one.settings.gate.refuses(&one.findings);
        self.linted.iter().any(Linted::refused) || self.configurations.iter().any(configuration)
    }
}

/// What the configurations' own rules find once every target of theirs has been linted.
///
/// They are at home in the configuration file, so their findings carry its folder as path.
fn check_configurations(linted: &[Linted]) -> Vec<Judged> {
    let mut judged: Vec<&Arc<Settings>> = Vec::new();
    let mut found = Vec::new();
    for one in linted {
        if judged
            .iter()
            .any(|settings| Arc::ptr_eq(settings, &one.settings))
        {
            continue;
        }
        judged.push(&one.settings);
        let findings = stale_findings(one, linted);
        if !findings.is_empty() {
            found.push(Judged {
                settings: Arc::clone(&one.settings),
                findings,
            });
        }
    }
    found
}

fn stale_findings(first: &Linted, linted: &[Linted]) -> Vec<Finding> {
    let settings = &first.settings;
    let stale = stale_entries(settings, linted);
    let facts = Facts::default();
    let context = settings.context(&first.target, None, &facts, &stale);
    let rules = configuration::RULES
        .iter()
        .copied()
        .filter(|rule| settings.gate.runs(rule));
    let mut findings = check(rules, &context);
    settings.gate.settle(&mut findings, "");
    let folder = settings.folder().unwrap_or(Path::new(""));
    let file = settings.config.as_deref().and_then(Path::file_name);
    for finding in &mut findings {
        finding.path = shown(folder);
        if let (Some(location), Some(file)) = (&mut finding.location, file) {
            location.file = file.to_string_lossy().into_owned();
        }
    }
    findings
}

/// Entries that cover a linted bundle and whose rule ran, yet match nothing.
pub fn stale_entries<'a>(settings: &'a Arc<Settings>, linted: &[Linted]) -> Vec<&'a Accepted> {
    let mine = linted
        .iter()
        .filter(|one| Arc::ptr_eq(&one.settings, settings))
        .collect::<Vec<_>>();
    let places = mine
        .iter()
        .map(|one| settings.place(&one.target.path))
        .collect::<Vec<_>>();
    let matched = mine
        .iter()
        .flat_map(|one| &one.matched)
        .collect::<BTreeSet<_>>();
    settings
        .gate
        .accepted
        .iter()
        .enumerate()
        .filter(|(index, entry)| {
            !matched.contains(index)
                && settings.gate.runs(entry.rule)
                && places.iter().any(|place| entry.covers(place))
        })
        .map(|(_, entry)| entry)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::Case;
    use crate::model::{Value, ValueType};

    fn recognised(case: &Case) -> Option<&'static str> {
        nearest(builtin(), &case.target).map(|profile| profile.name.as_str())
    }

    #[test]
    fn both_sizes_are_told_apart_whatever_they_are_called() {
        let mut large = Case::granite_1b();
        large.edit_manifest(|json| json["name"] = "granite_4_0_h_350m_decode_fp16".into());
        assert_eq!(recognised(&large), Some("granite-4.0-h-1b"));
        assert_eq!(
            recognised(&Case::granite_350m()),
            Some("granite-4.0-h-350m")
        );
    }

    #[test]
    fn a_near_miss_is_still_recognised() {
        let mut case = Case::granite_350m();
        case.main().states.pop();
        case.edit_manifest(|json| json["language"]["vocab_size"] = 100_353.into());
        assert_eq!(recognised(&case), Some("granite-4.0-h-350m"));
    }

    #[test]
    fn another_hybrid_with_the_same_state_names_is_not_granite() {
        let mut case = Case::granite_1b();
        case.edit_manifest(|json| {
            json["language"]["vocab_size"] = 248_320.into();
            json["language"]["tokenizer"] = "Qwen/Qwen3.5-2B".into();
            json["source"] = serde_json::Value::Null;
        });
        let main = case.main();
        main.outputs[0] = with_shape(&main.outputs[0], &[1, 1, 248_320]);
        main.states[2] = with_shape(&main.states[2], &[18, 1, 6144, 3]);
        main.states[3] = with_shape(&main.states[3], &[18, 1, 16, 128, 128]);
        for index in 0..2 {
            main.states[index] = with_shape(&main.states[index], &[6, 1, 2, 256, 256]);
        }
        assert_eq!(recognised(&case), None);
    }

    fn with_shape(value: &Value, shape: &[u64]) -> Value {
        let mut value = value.clone();
        if let ValueType::Tensor { shape: old, .. } = &mut value.ty {
            *old = shape.iter().copied().map(Some).collect();
        }
        value
    }
}
