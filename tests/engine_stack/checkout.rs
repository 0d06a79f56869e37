//! A checkout on disk that the stack recognises: skeletons of its pre-images and the text of an era.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use granite_bundle::checkout::capability::Era;
use granite_bundle::patch::series::{Series, Variant};

use crate::files::skeleton;
use crate::texts::{self, MANIFEST};

/// Writes what the stack looks at in an engine of that era, stock.
pub(crate) fn write(series: &Series, era: &str, root: &Path) {
    let id = Era::new(era).unwrap();
    write_where(series, era, root, |variant| {
        !variant.superseded && variant.eras.contains(&id)
    });
}

/// The same, of one variant's text.
pub(crate) fn write_for(series: &Series, era: &str, root: &Path, file: &str) {
    write_where(series, era, root, |variant| {
        variant.file == file || variant.file == "shared-product.patch"
    });
}

fn write_where(series: &Series, era: &str, root: &Path, takes: impl Fn(&Variant) -> bool) {
    for patch in &series.patches {
        let variant = patch.variants.iter().find(|variant| takes(variant));
        for file in variant
            .iter()
            .flat_map(|variant| variant.files.as_ref().unwrap())
        {
            let path = file.path.as_str().unwrap();
            append(root, path, &whole(path, &skeleton(file)));
        }
    }
    append(root, texts::ENGINE, &texts::text(era).engine());
    for (file, text) in texts::companions(era) {
        append(root, file, &text);
    }
}

/// A skeleton of the manifest with what makes it one, so that its products can be read.
fn whole(path: &str, skeleton: &str) -> String {
    if path != MANIFEST {
        return skeleton.to_owned();
    }
    let opened = "let package = Package(name: \"coreai-models\", products: [\n";
    let (_, rest) = skeleton.split_once('\n').unwrap();
    format!("{opened}{rest}])\n")
}

fn append(root: &Path, file: &str, text: &str) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut whole = fs::read_to_string(&path).unwrap_or_default();
    write!(whole, "{text}").unwrap();
    fs::write(path, whole).unwrap();
}
