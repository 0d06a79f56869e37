//! Properties of operations, typed.

use super::{Attr, Program};
use crate::mlir::{Op, ReadError, ReadErrorKind};

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

impl Program {
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
