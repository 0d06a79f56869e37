//! What fixing changes: as a unified diff, and a line for each fix.

use diffy::DiffOptions;

use crate::bundle::shown;
use crate::lint::fleet::{Done, FixPlan, FixedFile};

/// Longest value shown in a line, characters.
const SHOWN: usize = 60;

/// Fixes told in lines of their own.
const TOLD: usize = 200;

/// The changes as a unified diff that `git apply` takes; what is not text is said in a line between.
pub fn diff(plan: &FixPlan) -> String {
    plan.files.iter().map(file).collect()
}

fn file(change: &FixedFile) -> String {
    let path = shown(&change.path);
    let path = path.strip_prefix("./").unwrap_or(&path);
    let before = change.before.as_deref().unwrap_or_default();
    let texts = (
        std::str::from_utf8(before),
        std::str::from_utf8(&change.after),
    );
    let (Ok(before), Ok(after), Some(_)) = (texts.0, texts.1, &change.before) else {
        let hash = hex::encode(&change.after);
        return format!("New file {path}: {hash}, as raw bytes\n");
    };
    let mut options = DiffOptions::new();
    options
        .set_original_filename(format!("a/{path}"))
        .set_modified_filename(format!("b/{path}"));
    options.create_patch(before, after).to_string()
}

/// A line for each fix, those beyond the first two hundred counted, and for each file that is left alone; `written` tells
/// whether it was made or would be.
pub fn lines(plan: &FixPlan, written: bool) -> Vec<String> {
    let word = if written { "fixed" } else { "would fix" };
    let files = plan.files.iter();
    let done = files.flat_map(|file| file.done.iter().map(move |done| (file, done)));
    let untold = done.clone().count().saturating_sub(TOLD);
    let more = (untold > 0).then(|| format!("{word} {untold} more of these"));
    let done = done.take(TOLD);
    let done = done.map(|(file, done)| format!("{word} {}: {}", shown(&file.path), fix(done)));
    let kept = plan.kept.iter();
    let kept = kept.map(|kept| format!("{} {}: not fixed", shown(&kept.path), kept.reason));
    done.chain(more).chain(kept).collect()
}

fn fix(done: &Done) -> String {
    let Done {
        rule,
        subject,
        value,
    } = done;
    match value {
        Some(value) if value.chars().count() <= SHOWN => {
            format!("{subject} is now {value} ({rule})")
        }
        Some(_) => format!("{subject} is written anew ({rule})"),
        None => format!("{subject} is taken out ({rule})"),
    }
}
