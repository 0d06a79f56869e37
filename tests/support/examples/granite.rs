//! Writes a Granite 4.0-H asset: `granite FORM FOLDER`, FORM being `1b-int8lin`, `1b-int8hu` or `350m-fp16`.

use std::path::Path;

use granite_bundle_testkit::granite::{Geometry, Granite};

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [form, folder] = arguments.as_slice() else {
        return Err("usage: granite FORM FOLDER".to_owned());
    };
    let granite = match form.as_str() {
        "1b-int8lin" => Granite::int8lin(Geometry::granite_1b()),
        "1b-int8hu" => Granite::int8hu(Geometry::granite_1b()),
        "350m-fp16" => Granite::fp16(Geometry::granite_350m()),
        other => return Err(format!("no form named {other}")),
    };
    granite
        .asset()
        .write(Path::new(folder))
        .map_err(|error| error.to_string())
}
