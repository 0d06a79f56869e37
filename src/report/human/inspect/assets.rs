//! Every asset of a target: where it is from, and whether it is whole.

use anstyle::Style;

use super::functions::{self, FunctionsShown};
use crate::bundle::{Failure, SideAsset, Symlink, Target, shown};
use crate::model::{Asset, AssetFormat, RecordedHash};
use crate::report::json::inspect::{Details, Executable};
use crate::report::terminal::{BAD, DIM, GOOD, NOTABLE, PLAIN, Page, count, plural, size};

/// The main asset; what the bundle's manifest does not name, a bundle of another kind does without.
pub(super) fn main(page: &mut Page, target: &Target, options: Details<'_>) {
    let several = !target.side_assets.is_empty();
    let Some(asset) = target.asset.present() else {
        if several && target.resolution.is_none() {
            return links(page, target);
        }
        page.section("Asset");
        links(page, target);
        let why = target
            .failure()
            .map_or_else(String::new, |failure| failure.message);
        return page.field_in(BAD, "unreadable", &why);
    };
    page.section(if several { "Asset main" } else { "Asset" });
    links(page, target);
    facts(page, asset, options.computed_hash);
    executable(page, options);
}

/// Whether `run` and `gate` execute the functions on this machine, and what they cannot.
fn executable(page: &mut Page, options: Details<'_>) {
    let Some(found) = options.unsupported.map(Executable::new) else {
        return;
    };
    if found.ok {
        return page.field("executable", "yes, by run and gate on this machine");
    }
    let list = found.unsupported.iter();
    let list = list.map(|one| format!("{} × {}", count(one.count), one.op));
    let list = list.collect::<Vec<_>>().join(", ");
    page.field_in(NOTABLE, "executable", &format!("no: {list} not supported"));
}

/// One of the other assets, with its functions and its weights.
pub(super) fn side(
    page: &mut Page,
    target: &Target,
    side: &SideAsset,
    place: usize,
    shown: FunctionsShown<'_>,
    options: Details<'_>,
) {
    page.section(&format!("Asset {}", side.role));
    let Some(asset) = side.asset.present() else {
        let failure = side.failure(target);
        let why = failure.map_or_else(String::new, |failure| located(&failure));
        return page.field_in(BAD, "unreadable", &why);
    };
    let computed = options.side_hashes.get(place).copied().flatten();
    facts(page, asset, computed);
    let weights = asset
        .weights
        .storage
        .iter()
        .map(|storage| format!("{} {}", storage.dtype.name(), size(storage.bytes)));
    let weights = weights.collect::<Vec<_>>().join(", ");
    page.field(
        "weights",
        if weights.is_empty() { "none" } else { &weights },
    );
    page.line("");
    functions::list(page, asset, shown);
}

/// What is wrong, with the file it is about.
fn located(failure: &Failure) -> String {
    let file = failure.path.file_name().unwrap_or(failure.path.as_os_str());
    format!("{}: {}", shown(file.as_ref()), failure.message)
}

fn links(page: &mut Page, target: &Target) {
    for link in &target.symlinks {
        page.field_in(NOTABLE, "symbolic link", &link_text(link));
    }
}

fn facts(page: &mut Page, asset: &Asset, computed: Option<[u8; 32]>) {
    let format = match asset.format {
        AssetFormat::Source => "source (.aimodel)",
        AssetFormat::Compiled => "compiled (.aimodelc)",
    };
    page.field("format", format);
    let bytes = match asset.bytes {
        0..10_000 => size(asset.bytes),
        bytes => format!("{} ({} bytes)", size(bytes), count(bytes)),
    };
    page.field("bytecode", &bytes);
    let dialects = asset
        .bytecode
        .dialects
        .iter()
        .map(|dialect| match dialect.version {
            Some(version) => format!("{} {version}", dialect.name),
            None => dialect.name.clone(),
        });
    let container = format!(
        "version {} by {}, dialects {}",
        asset.bytecode.version,
        asset.bytecode.producer,
        dialects.collect::<Vec<_>>().join(", ")
    );
    page.field("container", &container);
    if let Some(metadata) = &asset.metadata {
        let created = metadata.creation_date.as_deref().map(date);
        let producer = [metadata.producer.clone(), created].into_iter().flatten();
        let producer = producer.collect::<Vec<_>>().join(", ");
        page.optional(
            "producer",
            Some(producer.as_str()).filter(|text| !text.is_empty()),
        );
        page.optional(
            "author",
            metadata.author.as_deref().filter(|text| !text.is_empty()),
        );
        page.optional(
            "license",
            metadata.license.as_deref().filter(|text| !text.is_empty()),
        );
        page.optional("description", metadata.description.as_deref());
    }
    page.optional("needs OS", asset.compatibility_version());
    let (style, text) = hash(asset, computed);
    page.field_in(style, "SHA-256", &text);
}

fn link_text(link: &Symlink) -> String {
    format!("{} → {}", shown(&link.path), shown(&link.target))
}

/// `20260819T120000Z` as `2026-08-19 12:00 UTC`; anything else as it is.
fn date(recorded: &str) -> String {
    let digits = |range| {
        recorded
            .get(range)
            .filter(|text: &&str| text.bytes().all(|b| b.is_ascii_digit()))
    };
    let parts = (
        digits(0..4),
        digits(4..6),
        digits(6..8),
        digits(9..11),
        digits(11..13),
    );
    match parts {
        (Some(year), Some(month), Some(day), Some(hour), Some(minute))
            if recorded.len() == 16 && recorded.ends_with('Z') =>
        {
            format!("{year}-{month}-{day} {hour}:{minute} UTC")
        }
        _ => recorded.to_owned(),
    }
}

fn hash(asset: &Asset, computed: Option<[u8; 32]>) -> (Style, String) {
    match (&asset.recorded_hash, computed) {
        (RecordedHash::Sha256(recorded), Some(computed)) if *recorded == computed => {
            (GOOD, format!("{} verified", abbreviated(recorded)))
        }
        (RecordedHash::Sha256(recorded), Some(computed)) => {
            let (recorded, computed) = (abbreviated(recorded), abbreviated(&computed));
            (
                BAD,
                format!("MISMATCH: {recorded} recorded, {computed} computed"),
            )
        }
        (RecordedHash::Sha256(recorded), None) => {
            let recorded = abbreviated(recorded);
            (
                PLAIN,
                format!("{recorded} recorded, not verified (--verify-hash)"),
            )
        }
        (RecordedHash::Malformed(bytes), _) => (
            BAD,
            format!("main.hash has {}, a SHA-256 has 32", plural(*bytes, "byte")),
        ),
        (RecordedHash::LfsPointer, _) => (
            BAD,
            "main.hash is a Git LFS pointer: `git lfs pull` fetches it".to_owned(),
        ),
        (RecordedHash::Missing, Some(computed)) => (
            NOTABLE,
            format!("{} computed, none recorded", abbreviated(&computed)),
        ),
        (RecordedHash::Missing, None) => (DIM, "none recorded".to_owned()),
    }
}

/// The first twelve and last eight digits; the document has all of them.
fn abbreviated(hash: &[u8; 32]) -> String {
    format!("{}…{}", hex::encode(&hash[..6]), hex::encode(&hash[28..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_readable_and_others_stay() {
        assert_eq!(date("20260819T123456Z"), "2026-08-19 12:34 UTC");
        assert_eq!(date("yesterday"), "yesterday");
        assert_eq!(date("20260819T12345éZ"), "20260819T12345éZ");
    }
}
