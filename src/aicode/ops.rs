//! Operations: their kinds and properties.

use super::{Attr, Program};
use crate::mlir::{Op, ReadError, ReadErrorKind};

/// Most properties an operation has.
const MAX_PROPERTIES: usize = 9;

/// What the signature and the statistics need to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpKind {
    /// The program's root.
    Asset,
    /// A function.
    Graph,
    /// A named group of functions.
    Namespace,
    /// A `builtin.module` wrapper.
    Module,
    /// What a graph gives back.
    Output,
    /// What a nested region gives back.
    Yield,
    /// A constant.
    Constant,
    /// A call of another graph.
    Invoke,
    /// A change of element type.
    Cast,
    /// Everything else.
    Other,
}

impl OpKind {
    pub(super) fn of(dialect: &str, name: &str) -> OpKind {
        match (dialect, name) {
            ("builtin", "module") => OpKind::Module,
            ("aicode", "serialization.asset") => OpKind::Asset,
            ("aicode", "dataflow.graph_v1") => OpKind::Graph,
            ("aicode", "dataflow.namespace_v1") => OpKind::Namespace,
            ("aicode", "dataflow.output_v1") => OpKind::Output,
            ("aicode", "dataflow.yield_v1") => OpKind::Yield,
            ("aicode", "primitive.constant_v1") => OpKind::Constant,
            ("aicode", "dataflow.invoke_v1") => OpKind::Invoke,
            ("aicode", "primitive.cast_v1") => OpKind::Cast,
            _ => OpKind::Other,
        }
    }

    /// True if the vendor reader leaves the operation out of its statistics.
    pub fn is_structural(self) -> bool {
        match self {
            OpKind::Asset
            | OpKind::Graph
            | OpKind::Namespace
            | OpKind::Module
            | OpKind::Output
            | OpKind::Yield => true,
            OpKind::Constant | OpKind::Invoke | OpKind::Cast | OpKind::Other => false,
        }
    }
}

/// Whether a property may be absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    Required,
    Optional,
}

use Presence::{Optional as O, Required as R};

/// The properties of an `aicode` operation, in alphabetical order of their names; `None` if the
/// operation is not one whose properties are known.
pub(super) fn layout(name: &str) -> Option<&'static [Presence]> {
    Some(match name {
        // source, version
        "serialization.asset" => &[O, O],
        // argAttrs, compositeDecl, externalize, functionType, isPrivate, name, noInline,
        // paramDecls, resAttrs
        "dataflow.graph_v1" => &[R, O, R, R, R, R, R, R, R],
        // name, paramDecls
        "dataflow.namespace_v1" => &[R, R],
        // value
        "primitive.constant_v1" => &[R],
        // arg_attrs, callee, res_attrs
        "dataflow.invoke_v1" => &[R, R, R],
        // arg_attrs, delegate_id, res_attrs
        "dataflow.isolated_group_v1" => &[R, R, R],
        // compilation, spec
        "execution.target_spec_v1" => &[R, R],
        // arg_attrs, delegate_attrs, delegate_id, lifecycle, res_attrs, resource
        "execution.delegate_v2" => &[R, O, R, R, R, R],
        // kernel_name, kernel_source
        "metal.metal4_kernel_v1" => &[R, R],
        "primitive.gelu_v1"
        | "primitive.pad_v1"
        | "primitive.scan_v1"
        | "primitive.scatter_along_axis_v1" => &[R],
        _ => return None,
    })
}

/// Attribute numbers of an operation's properties, in alphabetical order of their names.
#[derive(Debug, Clone, Copy)]
struct Properties([Option<u32>; MAX_PROPERTIES]);

/// The properties of a graph; attribute numbers.
#[derive(Debug, Clone, Copy)]
pub struct Graph {
    /// Named attributes of each argument.
    pub arg_attrs: u32,
    /// The composite operation that the graph defines, if any.
    pub composite: Option<u32>,
    /// Its function type.
    pub function_type: u32,
    /// Its name.
    pub name: u32,
    /// Named attributes of each result.
    pub res_attrs: u32,
    /// True if only other graphs may call it.
    pub is_private: bool,
}

/// The text of an operation name after its last dot, without the version at its end.
///
/// `primitive.reshape_v2` gives `reshape`.
pub fn base_name(name: &str) -> &str {
    let name = name.rsplit('.').next().unwrap_or(name);
    match name.rsplit_once("_v") {
        Some((base, version))
            if !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit()) =>
        {
            base
        }
        _ => name,
    }
}

impl Program {
    /// The kind of an operation.
    pub fn kind(&self, op: &Op) -> OpKind {
        self.op_infos[op.name as usize].kind
    }

    /// Checks the properties of every operation whose layout is known.
    pub(super) fn check_properties(&self) -> Result<(), ReadError> {
        for (_, op) in self.module.ir.ops() {
            if self.op_infos[op.name as usize].layout.is_some() {
                self.properties(op)?;
            }
        }
        Ok(())
    }

    fn properties(&self, op: &Op) -> Result<Properties, ReadError> {
        let mut properties = [None; MAX_PROPERTIES];
        let layout = self.op_infos[op.name as usize].layout.unwrap_or_default();
        let mut cursor = self.module.properties(op);
        let attributes = self.module.entries.attributes();
        for (slot, presence) in properties.iter_mut().zip(layout) {
            *slot = match presence {
                Presence::Required => Some(cursor.index(attributes, "property")?),
                Presence::Optional => {
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
    fn property(&self, op: &Op, index: usize, field: &'static str) -> Result<u32, ReadError> {
        self.properties(op)?.0[index].ok_or_else(|| {
            let cursor = self.module.properties(op);
            cursor.error(field, ReadErrorKind::Truncated { missing: 1 })
        })
    }

    /// Attribute number of a constant's value.
    ///
    /// # Errors
    /// Properties of another layout.
    pub fn constant_value(&self, op: &Op) -> Result<u32, ReadError> {
        self.property(op, 0, "constant value")
    }

    /// The number of the variant that an operation's only property names; `None` if it has no such property.
    ///
    /// # Errors
    /// Properties of another layout.
    pub fn enumeration(&self, op: &Op) -> Result<Option<u64>, ReadError> {
        let Some(attribute) = self.properties(op)?.0[0] else {
            return Ok(None);
        };
        Ok(match self.attr(attribute)? {
            Attr::Enumeration(number) => Some(number),
            _ => None,
        })
    }

    /// Name of the graph that an invoke calls.
    ///
    /// # Errors
    /// Properties of another layout. `None` if the callee is not a plain name.
    pub fn callee(&self, op: &Op) -> Result<Option<&str>, ReadError> {
        let Attr::ParamConstant(symbol) = self.attr(self.property(op, 1, "callee")?)? else {
            return Ok(None);
        };
        let Attr::Symbol(parts) = self.attr(symbol)? else {
            return Ok(None);
        };
        parts
            .iter()
            .last()
            .map(|part| self.module.string(part))
            .transpose()
    }

    /// The properties of a graph.
    ///
    /// # Errors
    /// Properties of another layout, or a visibility that is not an integer.
    pub fn graph(&self, op: &Op) -> Result<Graph, ReadError> {
        let private = self.property(op, 4, "isPrivate")?;
        let Attr::Integer(private) = self.attr(private)? else {
            return Err(self.wrong_attribute(private, "isPrivate", "an integer attribute"));
        };
        Ok(Graph {
            arg_attrs: self.property(op, 0, "argAttrs")?,
            composite: self.properties(op)?.0[1],
            function_type: self.property(op, 3, "functionType")?,
            name: self.property(op, 5, "name")?,
            res_attrs: self.property(op, 8, "resAttrs")?,
            is_private: private & 1 == 1,
        })
    }

    /// The date `YYYYMMDD` an asset operation records, if any.
    ///
    /// # Errors
    /// Properties of another layout, or a version that is not an integer.
    pub fn asset_version(&self, op: &Op) -> Result<Option<u64>, ReadError> {
        let Some(version) = self.properties(op)?.0[1] else {
            return Ok(None);
        };
        match self.attr(version)? {
            Attr::Integer(date) => Ok(Some(date)),
            _ => Err(self.wrong_attribute(version, "program version", "an integer attribute")),
        }
    }

    /// The text of a string attribute.
    ///
    /// # Errors
    /// An attribute of another kind, or text that is not UTF-8.
    pub fn text(&self, attribute: u32, field: &'static str) -> Result<&str, ReadError> {
        match self.attr(attribute)? {
            Attr::String(string) => self.module.string(string),
            _ => Err(self.wrong_attribute(attribute, field, "a string attribute")),
        }
    }

    /// An error for an attribute that is of the wrong kind.
    pub fn wrong_attribute(
        &self,
        attribute: u32,
        field: &'static str,
        expected: &'static str,
    ) -> ReadError {
        match self.module.attribute(attribute) {
            Err(error) => error,
            Ok((_, mut cursor)) => {
                let start = cursor;
                let found = cursor.varint(field).unwrap_or_default();
                start.error(field, ReadErrorKind::Unexpected { found, expected })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_names_drop_the_dialect_path_and_the_version() {
        assert_eq!(base_name("primitive.reshape_v2"), "reshape");
        assert_eq!(base_name("metal.metal4_kernel_v1"), "metal4_kernel");
        assert_eq!(base_name("a_v"), "a_v");
        assert_eq!(base_name("a_v1b"), "a_v1b");
        assert_eq!(base_name("plain"), "plain");
    }
}
