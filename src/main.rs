//! The `granite-bundle` command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    granite_bundle::cli::main()
}
