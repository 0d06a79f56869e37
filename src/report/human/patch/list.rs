//! What a series holds.

use std::io::{self, Write};

use anstyle::AnsiColor;

use super::paragraph::{BOLD, DIM, plain, wrapped};
use crate::patch::series::Series;

/// What a series holds.
///
/// # Errors
/// The writer's.
pub fn list(out: &mut dyn Write, width: u16, series: &Series) -> io::Result<()> {
    let cyan = AnsiColor::Cyan.on_default();
    for (index, patch) in series.patches.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{BOLD}{}{BOLD:#}", plain(&patch.name))?;
        if !patch.title.is_empty() {
            wrapped(out, width, "  ", &patch.title)?;
        }
        if !patch.provides.is_empty() {
            let ids: Vec<_> = patch.provides.iter().map(ToString::to_string).collect();
            writeln!(out, "  provides {}", ids.join(", "))?;
        }
        for variant in patch.current() {
            let eras: Vec<_> = variant.eras.iter().map(ToString::to_string).collect();
            let eras = eras.join(" ");
            let file = plain(&variant.file);
            match &variant.files {
                Ok(_) if eras.is_empty() => writeln!(out, "  {DIM}{file}{DIM:#}")?,
                Ok(_) => writeln!(out, "  {cyan}{eras:<14}{cyan:#}  {DIM}{file}{DIM:#}")?,
                Err(error) => writeln!(out, "  {file}: {}", plain(&error.to_string()))?,
            }
        }
    }
    Ok(())
}
