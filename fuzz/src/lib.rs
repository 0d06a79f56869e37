//! What the fuzz targets do with their input. The project's tests run the same functions over the
//! committed assets and damaged forms of them.

use granite_bundle::mlir::{Module, ReadError};
use granite_bundle::model::Summary;

/// Reads any bytes as an MLIR bytecode container and touches everything its tables promise.
///
/// # Errors
/// Whatever makes the bytes something else.
pub fn mlir_container(bytes: &[u8]) -> Result<Module, ReadError> {
    let module = Module::read(bytes)?;
    for index in 0..module.strings() as u32 {
        module.string_bytes(index)?;
    }
    for (id, op) in module.ir.ops() {
        for value in module.ir.operands(op) {
            module.r#type(module.ir.type_of(*value))?;
        }
        assert!(module.ir.nested(id).end as usize <= module.ir.len());
    }
    Ok(module)
}

/// Reads any bytes as a Core AI program; checks what a summary must hold whatever it was read from.
///
/// # Errors
/// Whatever makes the bytes something else.
pub fn aicode_asset(bytes: &[u8]) -> Result<Summary, ReadError> {
    let summary = Summary::read(bytes)?;
    let elements = summary.weights.storage.iter().map(|s| s.elements);
    let constants = summary.weights.constants.iter();
    let listed = constants.map(|weight| weight.constant.elements());
    assert_eq!(
        elements.fold(0, u64::saturating_add),
        listed.fold(0, u64::saturating_add)
    );
    for weight in &summary.weights.constants {
        let quantized = weight.quantized.map(|at| &summary.weights.quantized[at]);
        assert!(quantized.is_none_or(|found| found.data == weight.constant));
    }
    Ok(summary)
}
