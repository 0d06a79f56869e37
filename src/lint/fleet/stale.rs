//! Which accepted findings are gone for good, and which this run cannot tell.

use std::sync::Arc;

use crate::bundle::discover;
use crate::checkout::capability::{Era, Feature, Survey};
use crate::finding::Finding;
use crate::lint::{Accepted, ContentHash, Context, Family, Need, Platform, Rule, check, rules};
use crate::profile::{builtin, nearest};

use super::{Linted, Settings};

/// What became of the entries of one configuration's baseline.
#[derive(Debug, Default)]
pub struct BaselineState<'a> {
    /// Those whose finding is gone from every bundle they cover.
    pub stale: Vec<&'a Accepted>,
    /// Those that covered a finding until their date.
    pub expired: Vec<&'a Accepted>,
}

impl<'a> BaselineState<'a> {
    pub(super) fn of(settings: &'a Arc<Settings>, linted: &[Linted]) -> BaselineState<'a> {
        if settings.gate.accepted.is_empty() {
            return BaselineState::default();
        }
        let mine = linted
            .iter()
            .filter(|one| Arc::ptr_eq(&one.settings, settings))
            .map(|one| (settings.address(&one.target.path), one))
            .collect::<Vec<_>>();
        let mut baseline = BaselineState::default();
        let mut unlinted = None;
        for (index, entry) in settings.gate.accepted.iter().enumerate() {
            let matched = mine.iter().any(|(_, one)| one.matched.contains(&index));
            let over = settings.gate.is_over(entry);
            if matched && over {
                baseline.expired.push(entry);
            } else if !matched && is_gone(entry, &mine) {
                let others = unlinted.get_or_insert_with(|| others(settings, &mine));
                if !others.iter().any(|place| entry.covers(place)) {
                    baseline.stale.push(entry);
                }
            }
        }
        baseline
    }
}

/// True if the entry covers bundles of this run, and its rule looked at each of them and found nothing like it.
fn is_gone(entry: &Accepted, mine: &[(String, &Linted)]) -> bool {
    let Some(rule) = rules::find(entry.rule) else {
        return false;
    };
    // Rules about the configuration itself have no bundle, and those that need an engine speak of the one they were given.
    if rule.family == Family::Configuration || rule.needs.contains(&Need::Engine) {
        return false;
    }
    let mut covered = mine
        .iter()
        .filter(|(place, _)| entry.covers(place))
        .map(|(_, one)| *one)
        .peekable();
    covered.peek().is_some()
        && covered.all(|one| one.ran.contains(&rule) && !may_be_found(entry, rule, one))
}

/// True if the entry's finding would be there under other decisions than those of this run: another engine or none,
/// another platform, the nearest profile, the hash computed.
fn may_be_found(entry: &Accepted, rule: &'static Rule, one: &Linted) -> bool {
    let settings = &one.settings;
    let profile = settings.profile.resolve(&one.target);
    let given = settings.context(&one.target, profile, &one.facts);
    let finds = |context: &Context<'_>, same: &dyn Fn(&Finding) -> bool| {
        check([rule], context).iter().any(same)
    };
    let bare = lacking_engines();
    let engines = [settings.engine.as_deref(), None]
        .into_iter()
        .chain(bare.iter().map(Some));
    let profiles = [profile, nearest(builtin(), &one.target)];
    for engine in engines {
        for platform in [given.platform, Platform::Any, Platform::Ios] {
            for profile in profiles {
                let other = Context {
                    engine,
                    platform,
                    profile,
                    ..given
                };
                if rule.applies_to(&other) && finds(&other, &|found| entry.accepts(found)) {
                    return true;
                }
            }
        }
    }
    let hash = ContentHash::Computed([0; 32]);
    let hashed = Context {
        hash: &hash,
        ..given
    };
    let about_the_same = |found: &Finding| found.rule == rule.id && found.subject == entry.subject;
    // What the true hash would be is not known, so its value is not compared.
    *given.hash == ContentHash::Skipped
        && finds(&hashed, &about_the_same)
        && !finds(&given, &about_the_same)
}

/// Engines that lack whatever an engine may have, one for each way of reading a bundle.
fn lacking_engines() -> [Survey; 4] {
    let engine = |era: Option<Era>, features: &[Feature]| Survey {
        era,
        features: features.iter().copied().collect(),
        ..Survey::default()
    };
    let [first, line, later] = ["E0", "E1", "E3"].map(Era::new);
    let by_position = [Feature::CachesByPosition, Feature::PrefixCache];
    let guarded = [
        Feature::PrefixCache,
        Feature::RecurrentGuard,
        Feature::GuidedPath,
        Feature::CompiledTwin,
    ];
    [
        engine(None, &[]),
        engine(first, &by_position[..1]),
        engine(line, &by_position),
        engine(later, &guarded),
    ]
}

/// Anchors of the bundles below the configuration's folder that this run did not look at.
fn others(settings: &Settings, mine: &[(String, &Linted)]) -> Vec<String> {
    let Some(folder) = settings.folder() else {
        return Vec::new();
    };
    let here = std::path::Path::new(".");
    let folder = if folder.as_os_str().is_empty() {
        here
    } else {
        folder
    };
    let found = discover(&[folder.to_owned()]);
    let places = found.into_iter().flatten();
    places
        .map(|target| settings.address(&target.path))
        .filter(|place| mine.iter().all(|(known, _)| known != place))
        .collect()
}
