//! `--show-config`: what each bundle would be judged by.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use toml_edit::{Array, DocumentMut, Table, value};

use super::args::Args;
use super::settings::{Governed, for_places};
use crate::bundle::{DiscoverError, TargetPath};
use crate::cli::{Exit, Ui};
use crate::finding::Level;
use crate::lint::fleet::{ProfileChoice, Settings};
use crate::lint::{Platform, Selector};

/// Prints each configuration that governs some of the places, as TOML that says the same with the arguments in it.
pub(super) fn run(
    args: &Args,
    places: &[TargetPath],
    missing: &[DiscoverError],
    ui: &mut Ui,
) -> anyhow::Result<Exit> {
    let governed = for_places(args, places)?;
    let mut shown: Vec<&Arc<Settings>> = Vec::new();
    let mut exit = Exit::Fine;
    for one in &governed {
        if shown.iter().any(|known| Arc::ptr_eq(known, &one.settings)) {
            continue;
        }
        if !shown.is_empty() {
            writeln!(ui.out)?;
        }
        shown.push(&one.settings);
        let mine = governed
            .iter()
            .zip(places)
            .filter(|(other, _)| Arc::ptr_eq(&other.settings, &one.settings));
        let text = text(one, mine.map(|(_, place)| place));
        ui.out.write_all(text.as_bytes())?;
        if let Some(unusable) = &one.unusable {
            exit = Exit::Trouble;
            ui.out.flush()?;
            for trouble in &unusable.troubles {
                ui.trouble(trouble);
            }
        }
    }
    for own in governed.iter().filter_map(|one| one.own.as_deref()) {
        writeln!(
            ui.out,
            "# not obeyed, as it lies in the bundle: {}",
            own.display()
        )?;
    }
    for error in missing {
        ui.failure(&error.clone().into());
        exit = Exit::Trouble;
    }
    Ok(exit)
}

fn text<'a>(one: &Governed, places: impl Iterator<Item = &'a TargetPath>) -> String {
    let settings = &one.settings;
    let mut text = match &settings.config {
        Some(file) => format!("# {}\n", file.display()),
        None => "# no configuration\n".to_owned(),
    };
    for place in places {
        let _ = writeln!(text, "#   governs {}", place.path.display());
    }
    if one.unusable.is_some() {
        return text + "# cannot be used\n";
    }
    text + &document(settings).to_string()
}

fn document(settings: &Settings) -> DocumentMut {
    let gate = &settings.gate;
    let mut document = DocumentMut::new();
    let profile = match &settings.profile {
        ProfileChoice::Auto(_) => "auto",
        ProfileChoice::Named(profile) => profile.name.as_str(),
        ProfileChoice::Off => "none",
    };
    document["profile"] = value(profile);
    if let ProfileChoice::Auto(own) = &settings.profile
        && !own.is_empty()
    {
        let names = own.iter().map(|profile| profile.name.as_str());
        document["profiles"] = value(names.collect::<Array>());
    }
    document["platform"] = value(match settings.platform {
        Some(Platform::Ios) => "ios",
        _ => "any",
    });
    document["select"] = value(list(&gate.select));
    document["ignore"] = value(list(&gate.ignore));
    document["fail-on"] = value(gate.fail_on.unwrap_or(Level::Error).to_string());
    let mut levels = Table::new();
    for (selector, level) in &gate.levels {
        let level = level.map_or_else(|| "off".to_owned(), |level| level.to_string());
        levels[&selector.to_string()] = value(level);
    }
    if !levels.is_empty() {
        document["levels"] = toml_edit::Item::Table(levels);
    }
    let accepted = gate.accepted.len();
    if accepted > 0 {
        document.set_trailing(format!(
            "# and {accepted} accepted findings under [[baseline]]\n"
        ));
    }
    document
}

fn list(selectors: &[Selector]) -> Array {
    selectors.iter().map(ToString::to_string).collect()
}
