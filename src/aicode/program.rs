//! A Core AI program: checked bytecode with typed entries.

use super::check::{DialectNumbers, check_entries};
use super::ops::{self, Obligation, OpKind};
use crate::mlir::{Cursor, DialectEntry, Module, Op, ReadError, ReadErrorKind};

/// The version of the `aicode` dialect this reader knows.
///
/// Source: the only one `coreai-core 1.0.0b3` writes or reads.
pub const SUPPORTED_DIALECT_VERSION: u64 = 2;

/// Most properties an operation has.
const MAX_PROPERTIES: usize = 9;

/// Attribute numbers of an operation's properties, in alphabetical order of their names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Properties(pub(super) [Option<u32>; MAX_PROPERTIES]);

/// What is known of an operation name.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpInfo {
    pub(super) kind: OpKind,
    pub(super) layout: Option<&'static [Obligation]>,
}

/// A program whose entries and properties are checked.
#[derive(Debug, Clone)]
pub struct Program {
    /// The bytecode.
    pub module: Module,
    pub(super) dialects: DialectNumbers,
    /// By operation name number.
    pub(super) op_infos: Vec<OpInfo>,
}

impl Program {
    /// Checks every entry of a bytecode file.
    ///
    /// # Errors
    /// An `aicode` dialect of another version, or damaged entries. Unknown operations are not
    /// errors.
    pub fn new(module: Module) -> Result<Program, ReadError> {
        let dialects = find_dialects(&module)?;
        check_entries(&module, dialects)?;
        let op_infos = op_infos(&module)?;
        let program = Program {
            module,
            dialects,
            op_infos,
        };
        program.check_properties()?;
        Ok(program)
    }

    /// The kind of an operation.
    pub fn kind(&self, op: &Op) -> OpKind {
        self.op_infos[op.name as usize].kind
    }

    /// Checks the properties of every operation whose layout is known.
    fn check_properties(&self) -> Result<(), ReadError> {
        for (_, op) in self.module.ir.ops() {
            if self.op_infos[op.name as usize].layout.is_some() {
                self.properties(op)?;
            }
        }
        Ok(())
    }

    pub(super) fn properties(&self, op: &Op) -> Result<Properties, ReadError> {
        let mut properties = [None; MAX_PROPERTIES];
        let layout = self.op_infos[op.name as usize].layout.unwrap_or_default();
        let mut cursor = self.module.properties(op);
        let attributes = self.module.entries.attributes();
        for (slot, presence) in properties.iter_mut().zip(layout) {
            *slot = match presence {
                Obligation::Required => Some(cursor.index(attributes, "property")?),
                Obligation::Optional => {
                    let at = cursor;
                    let (index, present) = cursor.flagged("property")?;
                    match (present, index) {
                        (true, _) => Some(at.in_range(index, attributes, "property")?),
                        (false, 0) => None,
                        (false, found) => {
                            let expected = "0 for an absent property";
                            let kind = ReadErrorKind::Unexpected { found, expected };
                            return Err(at.error("property", kind));
                        }
                    }
                }
            };
        }
        cursor.finish("properties")?;
        Ok(Properties(properties))
    }

    /// Attribute number of property number `index`, which the operation must have.
    pub(super) fn property(
        &self,
        op: &Op,
        index: usize,
        field: &'static str,
    ) -> Result<u32, ReadError> {
        self.properties(op)?.0[index].ok_or_else(|| {
            let cursor = self.module.properties(op);
            cursor.error(field, ReadErrorKind::Truncated { missing: 1 })
        })
    }
}

/// Decodes a dialect's version, one varint.
///
/// # Errors
/// Anything else than one varint.
pub fn dialect_version(dialect: &DialectEntry) -> Result<Option<u64>, ReadError> {
    let Some((offset, bytes)) = &dialect.version else {
        return Ok(None);
    };
    let mut cursor = Cursor::new(bytes, *offset);
    let version = cursor.varint("dialect version")?;
    cursor.finish("dialect version")?;
    Ok(Some(version))
}

fn find_dialects(module: &Module) -> Result<DialectNumbers, ReadError> {
    let (mut aicode, mut builtin) = (None, None);
    for (index, dialect) in (0..).zip(&module.dialects.dialects) {
        match module.dialect_name(index)? {
            "aicode" => {
                check_version(dialect)?;
                aicode = Some(index);
            }
            "builtin" => builtin = Some(index),
            _ => {}
        }
    }
    let Some(aicode) = aicode else {
        return Err(ReadError {
            offset: 0,
            field: "the aicode dialect of a Core AI program",
            kind: ReadErrorKind::MissingDialect,
        });
    };
    Ok(DialectNumbers { aicode, builtin })
}

fn check_version(dialect: &DialectEntry) -> Result<(), ReadError> {
    let found = dialect_version(dialect)?.unwrap_or(0);
    if found == SUPPORTED_DIALECT_VERSION {
        return Ok(());
    }
    let supported = SUPPORTED_DIALECT_VERSION;
    Err(ReadError {
        offset: dialect.version.as_ref().map_or(0, |(offset, _)| *offset),
        field: "the aicode dialect version",
        kind: ReadErrorKind::UnsupportedVersion { found, supported },
    })
}

fn op_infos(module: &Module) -> Result<Vec<OpInfo>, ReadError> {
    let names = &module.dialects.op_names;
    names
        .iter()
        .map(|op| {
            let dialect = module.dialect_name(op.dialect)?;
            let name = module.string(op.name)?;
            let layout = (dialect == "aicode").then(|| ops::layout(name)).flatten();
            let kind = OpKind::of(dialect, name);
            Ok(OpInfo { kind, layout })
        })
        .collect()
}
