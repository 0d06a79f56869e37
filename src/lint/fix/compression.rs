//! `compression` says how the weights are stored.

use serde_json::json;

use super::{Fix, Fixable, Repair, set};
use crate::model::{Granularity, QuantizedKind, QuantizedWeight};

/// The fix.
pub(super) const FIX: Fix = Fix {
    rules: &["bundle-compression-undeclared"],
    change,
};

/// Certain where every quantized weight is described; written as the exporter does, as a scheme.
fn change(case: &Fixable<'_>) -> Option<Repair> {
    let asset = case.target.asset.present()?;
    let mut words = Vec::new();
    for group in asset.weights.quantized_groups() {
        let word = scheme(&group.first)?;
        if !words.contains(&word) {
            words.push(word);
        }
    }
    (!words.is_empty())
        .then(|| set("/compression", json!({ "scheme": words.join("+") })))
        .flatten()
}

/// `int8_block32`, `int4_channel`, `pal6`, with `sparse_` in front where only a part is stored.
fn scheme(weight: &QuantizedWeight) -> Option<String> {
    let dtype = weight.data.dtype;
    let word = match weight.kind() {
        QuantizedKind::Palette => {
            let entries = weight.palette.as_ref()?.entries;
            format!("pal{}", entries.checked_ilog2()?)
        }
        QuantizedKind::Affine => match weight.granularity() {
            Granularity::Tensor => format!("{dtype}_tensor"),
            Granularity::Channel(_) => format!("{dtype}_channel"),
            Granularity::Block(axis) => format!("{dtype}_block{}", weight.block().get(axis)?),
            Granularity::Blocks => format!("{dtype}_blocks"),
            Granularity::Unknown => return None,
        },
        QuantizedKind::Sparse => dtype.to_string(),
        QuantizedKind::Unknown => return None,
    };
    Some(match weight.sparse {
        Some(_) => format!("sparse_{word}"),
        None => word,
    })
}
