//! Lints many targets, each under the configuration that governs it.

mod address;
mod fixing;
mod report;
mod stale;
mod view;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bundle::{Releases, Target};
use crate::checkout::capability::Survey;
use crate::engine::deployment::Deployment;
use crate::finding::Finding;
use crate::profile::{Profile, builtin, kin, nearest};

use super::context::ConfigurationFacts;
use super::facts::{Facts, hashed};
use super::fix;
use super::rules::configuration;
use super::runner::{Purpose, check_for};
use super::{ContentHash, Context, Gate, Platform, Rule, check};

pub use address::address_below;
pub use fixing::{Done, FixPlan, FixedFile, Kept};
pub use report::{Judged, Report};
pub use stale::BaselineState;
pub use view::{Shown, View};

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
    pub engine: Option<Arc<Survey>>,
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
    /// What was found, in report order.
    pub findings: Vec<Finding>,
    /// The rules that had what they need and were run.
    pub ran: Vec<&'static Rule>,
    /// The decisions it was linted under.
    pub settings: Arc<Settings>,
    facts: Facts,
    /// Baseline entries that matched, by index.
    matched: BTreeSet<usize>,
}

impl ProfileChoice {
    pub(in crate::lint) fn resolve(&self, target: &Target) -> Option<&Profile> {
        match self {
            ProfileChoice::Auto(own) => nearest(own.iter().chain(builtin()), target),
            ProfileChoice::Named(profile) => Some(profile),
            ProfileChoice::Off => None,
        }
    }

    /// The profile that is passed over because the target is another model of its kind.
    fn kin(&self, target: &Target) -> Option<&Profile> {
        match self {
            ProfileChoice::Auto(own) => kin(own.iter().chain(builtin()), target),
            ProfileChoice::Named(_) | ProfileChoice::Off => None,
        }
    }
}

impl Settings {
    /// Lints one target by itself.
    pub fn lint(self: &Arc<Settings>, target: Target) -> Linted {
        self.lint_with(target, &Releases::default(), |_| {})
    }

    /// Bytes that linting this target hashes.
    pub fn hashed_bytes(&self, target: &Target) -> u64 {
        match self.hash {
            true => hashed(target).map(|asset| asset.bytes).sum(),
            false => 0,
        }
    }

    /// Lints one target of many, which share `releases`; tells how many bytes each step of hashing read.
    pub fn lint_with(
        self: &Arc<Settings>,
        target: Target,
        releases: &Releases,
        progress: impl FnMut(u64),
    ) -> Linted {
        self.lint_for(Purpose::Report, target, releases, progress)
    }

    /// The same for a purpose.
    fn lint_for(
        self: &Arc<Settings>,
        purpose: Purpose,
        target: Target,
        releases: &Releases,
        progress: impl FnMut(u64),
    ) -> Linted {
        let facts = Facts::gather(&target, releases, self.hash, progress);
        let profile = self.profile.resolve(&target);
        let deployment = Deployment::of(&target);
        let context = Context {
            deployment: deployment.as_ref(),
            ..self.context(&target, profile, &facts)
        };
        let ran = self
            .gate
            .rules()
            .filter(|rule| rule.applies_to(&context))
            .collect::<Vec<_>>();
        let mut findings = check_for(purpose, ran.iter().copied(), &context);
        if purpose == Purpose::Report {
            fix::advise(&mut findings, &target, profile);
        }
        let matched = self.gate.settle(&mut findings, &self.address(&target.path));
        Linted {
            profile: profile.map(|profile| profile.name.clone()),
            findings,
            ran,
            settings: Arc::clone(self),
            facts,
            matched,
            target,
        }
    }

    /// A target that cannot be judged because its configuration cannot be used; `why` is a sentence.
    pub fn refuse(self: &Arc<Settings>, target: Target, why: &str) -> Linted {
        let facts = Facts::default();
        let context = Context {
            configuration: ConfigurationFacts {
                unusable: Some(why),
                ..ConfigurationFacts::default()
            },
            ..self.context(&target, None, &facts)
        };
        Linted {
            profile: None,
            findings: check(configuration::RULES.iter().copied(), &context),
            ran: Vec::new(),
            settings: Arc::clone(self),
            facts: Facts::default(),
            matched: BTreeSet::new(),
            target,
        }
    }

    fn context<'a>(
        &'a self,
        target: &'a Target,
        profile: Option<&'a Profile>,
        facts: &'a Facts,
    ) -> Context<'a> {
        let platform = self
            .platform
            .or(profile.map(|profile| profile.model.platform));
        Context {
            target,
            deployment: None,
            profile,
            kin: self.profile.kin(target),
            engine: self.engine.as_deref(),
            platform: platform.unwrap_or_default(),
            hash: &facts.hash,
            side_hashes: &facts.side_hashes,
            licenses: &facts.licenses,
            transcripts: &facts.transcripts,
            configuration: ConfigurationFacts::default(),
        }
    }

    /// The folder that holds the configuration.
    pub fn folder(&self) -> Option<&Path> {
        self.config.as_deref().and_then(Path::parent)
    }

    /// A bundle's place relative to the configuration's folder, `/`-separated; absolute if it is outside.
    pub fn address(&self, bundle: &Path) -> String {
        address_below(self.folder(), bundle)
    }
}

impl Linted {
    /// True if some finding refuses this target.
    pub fn refused(&self) -> bool {
        self.settings.gate.refuses(&self.findings)
    }

    /// The bytecode's hash.
    pub fn hash(&self) -> &ContentHash {
        &self.facts.hash
    }

    /// The same of the side assets, in their order.
    pub fn side_hashes(&self) -> &[ContentHash] {
        &self.facts.side_hashes
    }

    /// The same findings under settings that differ only in what they accept.
    pub fn settled_by(self, settings: Arc<Settings>) -> Linted {
        let mut one = Linted { settings, ..self };
        for finding in &mut one.findings {
            finding.suppressed = None;
        }
        let address = one.settings.address(&one.target.path);
        one.matched = one.settings.gate.settle(&mut one.findings, &address);
        one
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::Case;
    use crate::model::{Value, ValueType};
    use crate::profile::{ExpectedTensor, Size};

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

    fn kin_of(case: &Case) -> Option<&'static str> {
        kin(builtin(), &case.target).map(|profile| profile.name.as_str())
    }

    fn says_it_is_from(case: &mut Case, model: &str) {
        case.edit_manifest(|json| {
            json["language"]["tokenizer"] = model.into();
            json["source"]["model_id"] = model.into();
        });
    }

    #[test]
    fn every_built_in_profile_is_recognised_in_its_own_model() {
        for profile in builtin() {
            assert_eq!(
                recognised(&Case::of(&profile.name)),
                Some(profile.name.as_str())
            );
        }
    }

    #[test]
    fn states_that_several_models_have_recognise_none_without_the_source() {
        for (name, sibling) in [
            ("qwen3.5-0.8b", "Qwen/Qwen3.5-2B"),
            ("qwen3.5-0.8b-apple", "Qwen/Qwen3.5-2B"),
            ("lfm2.5-1.2b", "LiquidAI/LFM2-1.2B"),
            ("granite-4.1-3b", "ibm-granite/granite-4.0-micro"),
        ] {
            let mut case = Case::of(name);
            says_it_is_from(&mut case, sibling);
            assert_eq!((recognised(&case), kin_of(&case)), (None, Some(name)));
            case.edit_manifest(|json| {
                json["language"]["tokenizer"] = "tokenizer".into();
                json["source"] = serde_json::Value::Null;
            });
            assert_eq!((recognised(&case), kin_of(&case)), (None, Some(name)));
            let mut bare = Case::of(name);
            bare.target.manifest = crate::bundle::Part::Absent;
            assert_eq!(recognised(&bare), None, "{name}");
        }
    }

    #[test]
    fn another_form_of_a_known_model_is_not_accused() {
        let mut any_length = Case::of("qwen3.5-0.8b");
        let ids = &any_length.main().inputs[0];
        let dynamic = ExpectedTensor {
            name: ids.name.clone(),
            dtype: None,
            shape: vec![Size(Some(1)), Size(None)],
        };
        any_length.main().inputs[0] = dynamic.to_value();
        assert_eq!(recognised(&any_length), None);

        let mut pair = Case::of("qwen3.5-0.8b-apple");
        pair.main().states.truncate(2);
        assert_eq!(recognised(&pair), None);
    }

    #[test]
    fn a_shrunken_copy_is_not_the_model_it_names() {
        for profile in builtin() {
            let mut case = Case::of(&profile.name);
            case.edit_manifest(|json| json["language"]["vocab_size"] = 1024.into());
            let main = case.main();
            for value in main.outputs.iter_mut().chain(&mut main.states) {
                let dims = value.tensor().map_or(0, |(_, shape)| shape.len());
                *value = with_shape(value, &vec![2; dims]);
            }
            let name = profile.name.as_str();
            assert_eq!((recognised(&case), kin_of(&case)), (None, Some(name)));
        }
    }

    #[test]
    fn a_dense_model_with_a_shared_vocabulary_is_nobodys_kin() {
        let mut case = Case::of("granite-4.1-3b");
        says_it_is_from(&mut case, "allenai/OLMo-2-0425-1B");
        for index in 0..2 {
            case.main().states[index] =
                with_shape(&case.main().states[index], &[16, 1, 16, 9, 128]);
        }
        assert_eq!((recognised(&case), kin_of(&case)), (None, None));
    }

    fn with_shape(value: &Value, shape: &[u64]) -> Value {
        let mut value = value.clone();
        if let ValueType::Tensor { shape: old, .. } = &mut value.ty {
            *old = shape.iter().copied().map(Some).collect();
        }
        value
    }
}
