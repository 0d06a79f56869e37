//! A checkout on disk that the stack recognises: skeletons of its pre-images and the text of an era.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use granite_bundle::checkout::capability::{Era, ProbeTest};
use granite_bundle::patch::series::{Series, Variant};

use crate::files::skeleton;

/// Writes what the stack looks at in an engine of that era, stock.
pub(crate) fn write(series: &Series, era: Era, root: &Path) {
    write_where(series, era, root, |variant| {
        !variant.superseded && variant.eras.contains(&era)
    });
}

/// The same, of one variant's text, whatever era it is of.
pub(crate) fn write_for(series: &Series, era: Era, root: &Path, file: &str) {
    write_where(series, era, root, |variant| {
        variant.file == file || variant.file == "shared-product.patch"
    });
}

fn write_where(series: &Series, era: Era, root: &Path, takes: impl Fn(&Variant) -> bool) {
    for patch in &series.patches {
        let variant = patch.variants.iter().find(|variant| takes(variant));
        for file in variant
            .iter()
            .flat_map(|variant| variant.files.as_ref().unwrap())
        {
            append(root, file.path.as_str(), &skeleton(file));
        }
    }
    for probe in probes(series, era) {
        if let (file, ProbeTest::Contains(text)) = probe {
            append(root, file, &format!("// {text}\n"));
        }
    }
}

/// The questions an era answers with yes; E4 is E3 and more, and its own say only what is more.
fn probes(series: &Series, era: Era) -> impl Iterator<Item = (&str, &ProbeTest)> {
    let included = move |id: Era| id == era || (era == Era::E4 && id == Era::E3);
    let eras = series
        .eras
        .iter()
        .filter(move |definition| included(definition.id));
    let probes = eras.flat_map(|definition| &definition.when);
    probes.map(|probe| (probe.file.as_str(), &probe.test))
}

fn append(root: &Path, file: &str, text: &str) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut whole = fs::read_to_string(&path).unwrap_or_default();
    write!(whole, "{text}").unwrap();
    fs::write(path, whole).unwrap();
}
