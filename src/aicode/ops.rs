//! Operations by name: their kinds and the layouts of their properties.

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
pub(super) enum Obligation {
    Required,
    Optional,
}

use Obligation::{Optional as O, Required as R};

/// The properties of an `aicode` operation, in alphabetical order of their names; `None` if the
/// operation is not one whose properties are known.
pub(super) fn layout(name: &str) -> Option<&'static [Obligation]> {
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
