//! From arguments and configurations to the settings of each bundle.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use super::args::Args;
use super::engine;
use crate::bundle::TargetPath;
use crate::checkout::capability::Survey;
use crate::cli::Advised;
use crate::finding::closest;
use crate::lint::Day;
use crate::lint::Gate;
use crate::lint::config::{Config, ConfigError, Mistake, Search, find};
use crate::lint::fleet::{ProfileChoice, Settings};
use crate::profile::{Profile, ProfileError, names};
use crate::report::findings::Trouble;

/// What governs one place.
#[derive(Debug, Clone)]
pub(super) struct Governed {
    /// Its settings; the arguments' alone where its configuration cannot be used.
    pub(super) settings: Arc<Settings>,
    /// Why its configuration cannot be used.
    pub(super) unusable: Option<Arc<Unusable>>,
    /// A configuration inside the bundle, which is not obeyed.
    pub(super) own: Option<PathBuf>,
}

/// A configuration that cannot be used.
#[derive(Debug)]
pub(super) struct Unusable {
    /// Every mistake.
    pub(super) troubles: Vec<Trouble>,
    /// The first of them, for the bundles it would have governed.
    pub(super) why: String,
}

/// What governs each place, in order; places under one configuration share their settings.
///
/// # Errors
/// When an argument cannot be used, or the configuration it names.
pub(super) fn for_places(args: &Args, places: &[TargetPath]) -> anyhow::Result<Vec<Governed>> {
    let checkout = args
        .engine
        .as_deref()
        .map(engine::survey)
        .transpose()?
        .map(Arc::new);
    let named = args.profile.as_deref().map(choose).transpose()?;
    let build = |config: Config| build(args, config, named.clone(), checkout.clone());
    if let Some(file) = &args.config {
        let missing = args.write_baseline && !file.exists();
        let config = match missing {
            true => Config {
                path: file.clone(),
                ..Config::default()
            },
            false => Config::open(file)?,
        };
        let governed = Governed {
            settings: Arc::new(build(config)?),
            unusable: None,
            own: None,
        };
        return Ok(vec![governed; places.len()]);
    }
    let mut known: BTreeMap<Option<PathBuf>, Governed> = BTreeMap::new();
    let mut all = Vec::with_capacity(places.len());
    for place in places {
        let found = match args.no_config {
            true => Search::default(),
            false => find(&place.path),
        };
        let file = found.file.map(|file| as_seen_from_here(&file));
        let governed = match known.get(&file) {
            Some(governed) => governed.clone(),
            None => {
                let governed = governed(file.as_deref(), &build)?;
                known.insert(file, governed.clone());
                governed
            }
        };
        all.push(Governed {
            own: found.own.map(|file| as_seen_from_here(&file)),
            ..governed
        });
    }
    Ok(all)
}

fn governed(
    file: Option<&Path>,
    build: &impl Fn(Config) -> anyhow::Result<Settings>,
) -> anyhow::Result<Governed> {
    let Some(file) = file else {
        return Ok(Governed {
            settings: Arc::new(build(Config::default())?),
            unusable: None,
            own: None,
        });
    };
    let built = Config::open(file)
        .map_err(anyhow::Error::from)
        .and_then(build);
    let (settings, unusable) = match built {
        Ok(settings) => (settings, None),
        Err(error) => {
            let mut settings = build(Config::default())?;
            settings.config = Some(file.to_owned());
            let troubles = troubles(&error);
            let why = sentence(file, &troubles);
            (settings, Some(Arc::new(Unusable { troubles, why })))
        }
    };
    Ok(Governed {
        settings: Arc::new(settings),
        unusable,
        own: None,
    })
}

/// What an error comes to: each mistake of a configuration with its line, or the error with its causes.
pub(super) fn troubles(error: &anyhow::Error) -> Vec<Trouble> {
    if let Some(config) = error.downcast_ref::<ConfigError>()
        && let Some(last) = config.mistakes.len().checked_sub(1)
    {
        let help = "`granite-bundle schema config` describes the file";
        let mistakes = config.mistakes.iter().enumerate();
        let line = |(place, mistake): (usize, &Mistake)| Trouble {
            message: format!(
                "{}:{}: {}",
                config.path.display(),
                mistake.line,
                mistake.message
            ),
            help: (place == last).then(|| help.to_owned()),
        };
        return mistakes.map(line).collect();
    }
    let mut causes = error.chain().map(ToString::to_string).collect::<Vec<_>>();
    causes.dedup();
    let mut advised = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<Advised>());
    vec![Trouble {
        message: causes.join(": "),
        help: advised.next().map(|advised| advised.help.clone()),
    }]
}

/// The first of the mistakes, and how many there are.
fn sentence(file: &Path, troubles: &[Trouble]) -> String {
    let first = troubles
        .first()
        .map_or("", |trouble| trouble.message.as_str());
    let named = match first.contains(&file.display().to_string()) {
        true => first.to_owned(),
        false => format!("{} cannot be used: {first}", file.display()),
    };
    match troubles.len() {
        0 | 1 => named,
        number => format!("{named} (the first of {number} mistakes)"),
    }
}

/// The path relative to the current folder, if it is below.
pub(super) fn as_seen_from_here(file: &Path) -> PathBuf {
    let here = std::env::current_dir();
    let relative = here.ok().and_then(|here| file.strip_prefix(here).ok());
    relative.unwrap_or(file).to_owned()
}

fn build(
    args: &Args,
    config: Config,
    named: Option<ProfileChoice>,
    engine: Option<Arc<Survey>>,
) -> anyhow::Result<Settings> {
    let profile = match named {
        Some(ProfileChoice::Auto(_)) => auto(&config)?,
        Some(choice) => choice,
        None => configured(&config)?,
    };
    let select = if args.select.is_empty() {
        config.select
    } else {
        args.select.clone()
    };
    let mut ignore = config.ignore;
    ignore.extend(args.ignore.iter().cloned());
    Ok(Settings {
        config: Some(config.path).filter(|path| !path.as_os_str().is_empty()),
        gate: Gate {
            select,
            ignore,
            levels: config.levels,
            fail_on: args.fail_on.map(Into::into).or(config.fail_on),
            accepted: config.baseline,
            today: Some(Day::today()),
        },
        profile,
        platform: args.platform.map(Into::into).or(config.platform),
        engine,
        hash: !args.no_hash,
    })
}

/// The profile a configuration chooses; a file it names is relative to its folder.
fn configured(config: &Config) -> anyhow::Result<ProfileChoice> {
    match config.profile.as_deref() {
        None | Some("auto") => auto(config),
        Some(name) => {
            let beside = config.folder().join(name);
            let file = beside.symlink_metadata().is_ok();
            let choice = match file {
                true => Profile::open(&beside)
                    .map(|profile| ProfileChoice::Named(Box::new(profile)))
                    .map_err(Into::into),
                false => choose(name),
            };
            choice.with_context(|| format!("cannot use the profile {name:?}"))
        }
    }
}

fn auto(config: &Config) -> anyhow::Result<ProfileChoice> {
    let own = config.profiles.iter().map(|path| Profile::open(path));
    let own = own.collect::<Result<Vec<_>, _>>();
    Ok(ProfileChoice::Auto(
        own.context("cannot use the configuration's profiles")?,
    ))
}

/// The profile of that name.
fn choose(name: &str) -> anyhow::Result<ProfileChoice> {
    match name {
        "none" => Ok(ProfileChoice::Off),
        "auto" => Ok(ProfileChoice::Auto(Vec::new())),
        name => Ok(ProfileChoice::Named(Box::new(load(name)?))),
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
