//! Writes a Granite 4.0-H asset: `granite MODEL FORM FOLDER`, MODEL being `1b` or `350m`, FORM `fp16`, `int8lin` or
//! `int8hu`.

use std::path::Path;

use granite_bundle_testkit::granite::{Geometry, Granite};

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, form, folder] = arguments.as_slice() else {
        return Err("usage: granite MODEL FORM FOLDER".to_owned());
    };
    let geometry = match model.as_str() {
        "1b" => Geometry::granite_1b(),
        "350m" => Geometry::granite_350m(),
        other => return Err(format!("no model named {other}")),
    };
    let granite = match form.as_str() {
        "fp16" => Granite::fp16(geometry),
        "int8lin" => Granite::int8lin(geometry),
        "int8hu" => Granite::int8hu(geometry),
        other => return Err(format!("no form named {other}")),
    };
    granite
        .asset()
        .write(Path::new(folder))
        .map_err(|error| error.to_string())
}
