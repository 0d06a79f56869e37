//! Operation and compute-type statistics, by the vendor reader's rules.
//!
//! Every operation in every graph counts once, private graphs and nested bodies included; the
//! compute types are the element types of all operands but those of casts. Casts are left out as
//! found by comparison: the vendor reader shows only `Float16` for a graph that casts its `Bool`
//! input to `Float16`.

use std::collections::BTreeMap;

use super::{DType, Statistics};
use crate::aicode::{OpKind, Program, Type, base_name};
use crate::mlir::ReadError;

/// What an operand of some type adds to the compute types.
#[derive(Clone, Copy)]
enum Contribution {
    Element(DType),
    Image,
    Nothing,
}

impl Statistics {
    pub(super) fn of(program: &Program) -> Result<Statistics, ReadError> {
        Ok(Statistics {
            operations: operations(program)?,
            compute_types: compute_types(program)?,
        })
    }
}

fn operations(program: &Program) -> Result<Vec<(String, u64)>, ReadError> {
    let module = &program.module;
    let mut by_number = vec![0_u64; module.dialects.op_names.len()];
    for (_, op) in module.ir.ops() {
        if !program.kind(op).is_structural() {
            by_number[op.name as usize] += 1;
        }
    }
    let mut by_name: BTreeMap<&str, u64> = BTreeMap::new();
    for (op, count) in module.dialects.op_names.iter().zip(by_number) {
        if count > 0 {
            *by_name
                .entry(base_name(module.string(op.name)?))
                .or_default() += count;
        }
    }
    let mut counts: Vec<_> = by_name
        .into_iter()
        .map(|(name, count)| (name.to_owned(), count))
        .collect();
    // Stable, so equal counts stay in the order of their names.
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Ok(counts)
}

fn compute_types(program: &Program) -> Result<Vec<String>, ReadError> {
    let module = &program.module;
    let mut used = vec![false; module.entries.types()];
    for (_, op) in module.ir.ops() {
        if program.kind(op) == OpKind::Cast {
            continue;
        }
        for &operand in module.ir.operands(op) {
            used[module.ir.type_of(operand) as usize] = true;
        }
    }
    // By display name, which is the vendor reader's order.
    let mut names = BTreeMap::new();
    for (ty, _) in (0..).zip(used).filter(|(_, used)| *used) {
        match contribution(program, ty)? {
            Contribution::Element(dtype) => names.insert(dtype.display_name(), dtype.name()),
            Contribution::Image => names.insert("image", "image"),
            Contribution::Nothing => None,
        };
    }
    Ok(names.into_values().map(str::to_owned).collect())
}

fn contribution(program: &Program, ty: u32) -> Result<Contribution, ReadError> {
    if let Some((dtype, _)) = program.tensor(ty)? {
        return Ok(Contribution::Element(dtype));
    }
    Ok(match program.r#type(ty)? {
        Type::Image { .. } => Contribution::Image,
        Type::Scalar(dtype) => Contribution::Element(dtype),
        _ => Contribution::Nothing,
    })
}
