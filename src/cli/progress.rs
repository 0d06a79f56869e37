//! The progress bar of what reads a whole file.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Ui;

/// The bar is drawn once the work has taken this long.
const PATIENCE: Duration = Duration::from_millis(500);

/// A progress bar on a stderr that is a terminal, which stays out of sight until it is worth drawing and is gone
/// when dropped.
pub(super) struct Bar {
    bar: ProgressBar,
    wanted: bool,
}

impl Bar {
    /// A bar for that many bytes, which are being hashed or loaded, say.
    pub(super) fn new(doing: &'static str, bytes: u64, ui: &Ui) -> Bar {
        let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::hidden());
        let bar = bar.with_message(doing);
        let style = ProgressStyle::with_template(
            "{msg} {wide_bar:.cyan/black} {decimal_bytes} of {decimal_total_bytes}, {decimal_bytes_per_sec}, {eta} left",
        );
        let bar = match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        };
        let wanted = ui.progress && bytes > 0;
        Bar { bar, wanted }
    }

    /// Tells that so many more bytes are done.
    pub(super) fn advance(&self, bytes: u64) {
        self.bar.inc(bytes);
        if self.wanted && self.bar.is_hidden() && self.bar.elapsed() > PATIENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
