//! The operations that can be executed, by the names the dialect gives them.

use crate::aicode::{Program, base_name};
use crate::mlir::{Op, ReadError};

use super::kernels::conv::Pool;
use super::kernels::elementwise::{Binary, Comparison, Gelu, Unary};
use super::kernels::index::Scatter;
use super::kernels::movement::Padding;
use super::kernels::reduce::{Combiner, Reduction};

/// What one step of a plan computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is the operation its name says")]
pub enum Operation {
    Unary(Unary),
    Binary(Binary),
    Compare(Comparison),
    Reduce(Reduction),
    Select,
    Cast,
    /// Gives its operand back: what an operation does that only places memory.
    Same,
    Reshape,
    ExpandDims,
    ShrinkDims,
    Transpose,
    Slice,
    /// A slice that may lie in the memory of what it is taken from.
    SharedSlice,
    SliceUpdate,
    Concat,
    Split,
    BroadcastTo,
    BroadcastInDims,
    BroadcastShapes,
    GetShape,
    Range,
    Pad(Padding),
    Tile,
    Reverse,
    GatherNd,
    GatherAlongAxis,
    ScatterAlongAxis(Scatter),
    ScatterNd(Scatter),
    Softmax,
    ArgMax,
    Sort,
    ArgSort,
    Scan(Combiner),
    MatMul,
    /// A product with matrices whose rows and columns are still to be changed for each other.
    MatMulTransposed,
    Conv,
    ConvTranspose,
    Pool(Pool),
    BlockwiseShiftScale,
    Dequantize,
    Quantize,
    LutToDense,
    SparseToDense,
}

/// What an operation of a program is to the planner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It computes values of values.
    Compute(Operation),
    Constant,
    Invoke,
    If,
    While,
    /// The end of a region: its operands are the region's results.
    End,
    /// The end of the region that decides on another round: the first operand is the decision.
    Condition,
    /// Reads a state.
    Read,
    /// Writes a state.
    Write,
    /// Orders reads and writes, which a session does anyway.
    Token,
    /// Puts values and the mask of their places together, for another operation to spread.
    BuildSparse,
}

/// Operations of which attributes or bodies decide what they mean.
const BY_MORE_THAN_NAME: [&str; 6] = [
    "gelu",
    "pad",
    "reduce",
    "scan",
    "scatter_along_axis",
    "scatter_nd",
];

impl Meaning {
    /// True if operations of this name, without path and version, all mean the same.
    pub(super) fn is_by_name(base: &str) -> bool {
        let base = base.strip_prefix("broadcasting_").unwrap_or(base);
        !BY_MORE_THAN_NAME.contains(&base)
    }

    /// What an operation means; `None` where it cannot be executed.
    ///
    /// # Errors
    /// Properties of another layout than the operation has.
    pub(super) fn of(program: &Program, op: &Op) -> Result<Option<Meaning>, ReadError> {
        let name = program.module.op_name(op)?;
        let base = base_name(name);
        let enumeration = || program.enumeration(op);
        let computed = match base.strip_prefix("broadcasting_").unwrap_or(base) {
            "reduce" => region_reduction(program, op)?.map(Operation::Reduce),
            "scatter_nd" => region_scatter(program, op)?.map(Operation::ScatterNd),
            "gelu" => match enumeration()? {
                Some(0) => Some(Operation::Unary(Unary::Gelu(Gelu::Exact))),
                Some(1) => Some(Operation::Unary(Unary::Gelu(Gelu::Tanh))),
                Some(2) => Some(Operation::Unary(Unary::Gelu(Gelu::Sigmoid))),
                _ => None,
            },
            "pad" => picked(enumeration()?, &PADDINGS).map(Operation::Pad),
            "scan" => picked(enumeration()?, &COMBINERS).map(Operation::Scan),
            "scatter_along_axis" => {
                picked(enumeration()?, &SCATTERS).map(Operation::ScatterAlongAxis)
            }
            base => plain(base),
        };
        Ok(computed.map(Meaning::Compute).or_else(|| control(name)))
    }
}

/// In the order of the dialect's numbers.
const PADDINGS: [Padding; 5] = [
    Padding::Circular,
    Padding::Constant,
    Padding::Reflect,
    Padding::Replicate,
    Padding::Symmetric,
];
const COMBINERS: [Combiner; 4] = [
    Combiner::Sum,
    Combiner::Product,
    Combiner::Min,
    Combiner::Max,
];
const SCATTERS: [Scatter; 7] = [
    Scatter::Update,
    Scatter::Add,
    Scatter::Sub,
    Scatter::Mul,
    Scatter::Div,
    Scatter::Max,
    Scatter::Min,
];

fn picked<T: Copy>(number: Option<u64>, of: &[T]) -> Option<T> {
    of.get(usize::try_from(number?).ok()?).copied()
}

fn control(name: &str) -> Option<Meaning> {
    Some(
        match name.rsplit_once("_v").map_or(name, |(base, _)| base) {
            "primitive.constant" => Meaning::Constant,
            "dataflow.invoke" => Meaning::Invoke,
            "controlflow.if" => Meaning::If,
            "controlflow.while" => Meaning::While,
            "controlflow.condition" => Meaning::Condition,
            "dataflow.output" | "dataflow.yield" => Meaning::End,
            "dataflow.read_handle" => Meaning::Read,
            "dataflow.write_handle" => Meaning::Write,
            "dataflow.create_token" | "dataflow.join_token" => Meaning::Token,
            "primitive.build_sparse_with_bitmask" => Meaning::BuildSparse,
            _ => return None,
        },
    )
}

/// An operation without attributes, by its name without dialect, version and `broadcasting_`.
fn plain(base: &str) -> Option<Operation> {
    use Operation as O;
    Some(match base {
        "abs" => O::Unary(Unary::Abs),
        "acos" => O::Unary(Unary::Acos),
        "acosh" => O::Unary(Unary::Acosh),
        "asin" => O::Unary(Unary::Asin),
        "asinh" => O::Unary(Unary::Asinh),
        "atan" => O::Unary(Unary::Atan),
        "atanh" => O::Unary(Unary::Atanh),
        "cos" => O::Unary(Unary::Cos),
        "cosh" => O::Unary(Unary::Cosh),
        "erf" => O::Unary(Unary::Erf),
        "exp" => O::Unary(Unary::Exp),
        "log" => O::Unary(Unary::Log),
        "not" => O::Unary(Unary::Not),
        "relu" => O::Unary(Unary::Relu),
        "round" => O::Unary(Unary::Round),
        "rsqrt" => O::Unary(Unary::Rsqrt),
        "sigmoid" => O::Unary(Unary::Sigmoid),
        "silu" => O::Unary(Unary::Silu),
        "sin" => O::Unary(Unary::Sin),
        "sinh" => O::Unary(Unary::Sinh),
        "sqrt" => O::Unary(Unary::Sqrt),
        "tan" => O::Unary(Unary::Tan),
        "tanh" => O::Unary(Unary::Tanh),
        "add" => O::Binary(Binary::Add),
        "sub" => O::Binary(Binary::Sub),
        "mul" => O::Binary(Binary::Mul),
        "divide" => O::Binary(Binary::Divide),
        "floor_divide" => O::Binary(Binary::FloorDivide),
        "modulo" => O::Binary(Binary::Modulo),
        "pow" => O::Binary(Binary::Pow),
        "maximum" => O::Binary(Binary::Maximum),
        "minimum" => O::Binary(Binary::Minimum),
        "bitwise_and" | "logical_and" => O::Binary(Binary::And),
        "bitwise_or" | "logical_or" => O::Binary(Binary::Or),
        "bitwise_xor" | "logical_xor" => O::Binary(Binary::Xor),
        "equal" => O::Compare(Comparison::Equal),
        "not_equal" => O::Compare(Comparison::NotEqual),
        "greater" => O::Compare(Comparison::Greater),
        "reduce_sum" => O::Reduce(Reduction::Sum),
        "reduce_mean" => O::Reduce(Reduction::Mean),
        "reduce_product" => O::Reduce(Reduction::Product),
        "reduce_max" => O::Reduce(Reduction::Max),
        "reduce_min" => O::Reduce(Reduction::Min),
        "all" => O::Reduce(Reduction::All),
        "any" => O::Reduce(Reduction::Any),
        "where" => O::Select,
        "cast" => O::Cast,
        "copy_with_constraints" | "copy_discarding_constraints" => O::Same,
        "reshape" => O::Reshape,
        "expand_dims" => O::ExpandDims,
        "shrink_dims" => O::ShrinkDims,
        "transpose" => O::Transpose,
        "slice" => O::Slice,
        "slice_update" => O::SliceUpdate,
        "concat" => O::Concat,
        "split" => O::Split,
        "broadcast_to" => O::BroadcastTo,
        "broadcast_in_dims" => O::BroadcastInDims,
        "broadcast_shapes" => O::BroadcastShapes,
        "get_shape" => O::GetShape,
        "range" => O::Range,
        "tile" => O::Tile,
        "reverse" => O::Reverse,
        "gather_nd" => O::GatherNd,
        "gather_along_axis" => O::GatherAlongAxis,
        "softmax" => O::Softmax,
        "argmax" => O::ArgMax,
        "sort" => O::Sort,
        "argsort" => O::ArgSort,
        "batch_matmul" => O::MatMul,
        "conv2d" | "conv3d" => O::Conv,
        "conv_transpose2d" | "conv_transpose3d" => O::ConvTranspose,
        "max_pool_2d" | "max_pool_3d" => O::Pool(Pool::Max),
        "sum_pool_2d" | "sum_pool_3d" => O::Pool(Pool::Sum),
        "blockwise_shift_scale" => O::BlockwiseShiftScale,
        "dequantize" => O::Dequantize,
        "quantize" => O::Quantize,
        "lut_to_dense" => O::LutToDense,
        "sparse_with_bitmask_to_dense" => O::SparseToDense,
        _ => return None,
    })
}

/// The base name of the one operation in a body that is not its end.
fn only_body_op<'p>(program: &'p Program, op: &Op) -> Result<Option<&'p str>, ReadError> {
    let ir = &program.module.ir;
    let mut only = None;
    for inner in ir.body(op) {
        let inner = ir.op(inner);
        let name = program.module.op_name(inner)?;
        if control(name) == Some(Meaning::End) {
            continue;
        }
        if only.is_some() {
            return Ok(None);
        }
        only = Some(base_name(name));
    }
    Ok(only)
}

/// What a `reduce` does, by its body.
fn region_reduction(program: &Program, op: &Op) -> Result<Option<Reduction>, ReadError> {
    let body = only_body_op(program, op)?;
    Ok(body.and_then(|body| match body {
        "add" => Some(Reduction::Sum),
        "mul" => Some(Reduction::Product),
        "maximum" => Some(Reduction::Max),
        "minimum" => Some(Reduction::Min),
        "logical_and" => Some(Reduction::All),
        "logical_or" => Some(Reduction::Any),
        _ => None,
    }))
}

/// What a `scatter_nd` does, by its body: a body of nothing takes the new element.
fn region_scatter(program: &Program, op: &Op) -> Result<Option<Scatter>, ReadError> {
    let ir = &program.module.ir;
    let body = only_body_op(program, op)?;
    let inner = ir.body(op).count();
    Ok(match body {
        None if inner == 1 => {
            // The end gives back the second argument, the update.
            let end = ir.body(op).next().map(|end| ir.operands(ir.op(end)));
            let update = ir
                .entry_block(op)
                .and_then(|block| block.arguments().nth(1));
            let is_update = end.zip(update).is_some_and(|(end, update)| end == [update]);
            is_update.then_some(Scatter::Update)
        }
        Some("add") => Some(Scatter::Add),
        Some("mul") => Some(Scatter::Mul),
        Some("maximum") => Some(Scatter::Max),
        Some("minimum") => Some(Scatter::Min),
        _ => None,
    })
}
