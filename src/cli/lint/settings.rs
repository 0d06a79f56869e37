//! From arguments and configurations to the settings of each bundle.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use super::{Args, engine};
use crate::bundle::Place;
use crate::checkout::capability::Checkout;
use crate::cli::Advised;
use crate::finding::closest;
use crate::lint::Gate;
use crate::lint::config::Config;
use crate::lint::fleet::{ProfileChoice, Settings};
use crate::profile::{Profile, ProfileError, names};

/// The settings of each place, in order; places under one configuration share theirs.
pub(super) fn for_places(args: &Args, places: &[Place]) -> anyhow::Result<Vec<Arc<Settings>>> {
    let checkout = args
        .engine
        .as_deref()
        .map(engine::survey)
        .transpose()?
        .map(Arc::new);
    let mut known: BTreeMap<Option<PathBuf>, Arc<Settings>> = BTreeMap::new();
    let mut settings = Vec::with_capacity(places.len());
    for place in places {
        let file = match &args.config {
            Some(file) => Some(file.clone()),
            None => Config::find(&place.path).map(|file| as_seen_from_here(&file)),
        };
        let found = match known.get(&file) {
            Some(found) => Arc::clone(found),
            None => {
                let built = Arc::new(build(args, file.as_deref(), checkout.clone())?);
                known.insert(file, Arc::clone(&built));
                built
            }
        };
        settings.push(found);
    }
    Ok(settings)
}

/// The path relative to the current folder, if it is below.
fn as_seen_from_here(file: &Path) -> PathBuf {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let relative = here.ok().and_then(|here| file.strip_prefix(here).ok());
    relative.unwrap_or(file).to_owned()
}

fn build(
    args: &Args,
    file: Option<&Path>,
    engine: Option<Arc<Checkout>>,
) -> anyhow::Result<Settings> {
    let config = match file {
        Some(file) => Config::open(file)?,
        None => Config::default(),
    };
    let profile = profile(args, &config)?;
    let select = if args.select.is_empty() {
        config.select
    } else {
        args.select.clone()
    };
    let mut ignore = config.ignore;
    ignore.extend(args.ignore.iter().cloned());
    Ok(Settings {
        config: file.map(Path::to_owned),
        gate: Gate {
            select,
            ignore,
            levels: config.levels,
            fail_on: args.fail_on.map(Into::into).or(config.fail_on),
            accepted: config.baseline,
        },
        profile,
        platform: args.platform.map(Into::into).or(config.platform),
        engine,
        hash: !args.no_hash,
    })
}

fn profile(args: &Args, config: &Config) -> anyhow::Result<ProfileChoice> {
    let named = match (&args.profile, &config.profile) {
        (Some(name), _) => name.clone(),
        (None, Some(name)) => beside(config, name),
        (None, None) => "auto".to_owned(),
    };
    match named.as_str() {
        "none" => Ok(ProfileChoice::Off),
        "auto" => {
            let own = config.profiles.iter().map(|path| Profile::open(path));
            let own = own.collect::<Result<Vec<_>, _>>();
            Ok(ProfileChoice::Auto(
                own.context("cannot use the configuration's profiles")?,
            ))
        }
        name => Ok(ProfileChoice::Named(Box::new(load(name)?))),
    }
}

/// A profile file named in a configuration is relative to its folder.
fn beside(config: &Config, name: &str) -> String {
    let path = config.folder().join(name);
    match path.is_file() {
        true => path.to_string_lossy().into_owned(),
        false => name.to_owned(),
    }
}

fn load(name: &str) -> anyhow::Result<Profile> {
    let error = match Profile::named(name) {
        Ok(profile) => return Ok(profile),
        Err(error) => error,
    };
    let ProfileError::Unknown { name } = &error else {
        return Err(error.into());
    };
    let known = names().collect::<Vec<_>>();
    let help = match closest(name, known.iter().copied()) {
        Some(guess) => format!("did you mean {guess}?"),
        None => format!(
            "use auto, none, a profile file, or one of {}",
            known.join(", ")
        ),
    };
    let message = error.to_string();
    Err(Advised { message, help }.into())
}
