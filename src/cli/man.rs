//! `granite-bundle man`.

use std::io::Write;

use super::{Exit, Ui};

/// Print the manual page
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_args: &Args, command: clap::Command, ui: &mut Ui) -> anyhow::Result<Exit> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    ui.out.write_all(&page)?;
    Ok(Exit::Fine)
}
