//! `granite-bundle inspect --as-profile`.

use std::io::Write;
use std::path::PathBuf;

use super::{Advised, Exit, Ui};
use crate::bundle::Target;
use crate::profile::Profile;

const PREFACE: &str = "\
# A profile written from one bundle: a starting point, to be checked line by line.
# Worth adding by hand: model.source_positions, other [[forms]], and under [weights] what must not be
# shipped, each with its reason. `granite-bundle schema profile` describes every key.

";

/// Writes a profile that the one bundle meets to stdout.
pub(super) fn run(paths: &[PathBuf], ui: &mut Ui) -> anyhow::Result<Exit> {
    let [path] = paths else {
        return Err(Advised {
            message: format!("--as-profile takes one bundle, not {}", paths.len()),
            help: "name the bundle the profile is to be written from".to_owned(),
        }
        .into());
    };
    let target = match Target::open(path) {
        Ok(target) => target,
        Err(error) => {
            ui.failure(&error.into());
            return Ok(Exit::Trouble);
        }
    };
    if let Some(failure) = target.failure() {
        ui.failure(&failure);
        return Ok(Exit::Trouble);
    }
    let profile = Profile::from_target(&target)?;
    ui.out.write_all(PREFACE.as_bytes())?;
    ui.out.write_all(profile.to_toml()?.as_bytes())?;
    ui.out.flush()?;
    Ok(Exit::Fine)
}
