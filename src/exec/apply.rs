//! One operation on its operands, whatever it is.

use crate::exec::ExecError;
use crate::exec::operation::Operation;
use crate::exec::tensor::{Shape, Tensor};
use crate::exec::weight::Weight;
use crate::model::DType;

use super::kernels::{
    conv, elementwise, index, matmul, movement, quantize, reduce, scalar, shape, sort,
};

/// An operand of one step.
#[derive(Debug, Clone)]
pub enum Argument {
    /// A value in memory; the only holder of its elements where nothing else needs them.
    Tensor(Tensor),
    /// A constant that is decoded where it is used.
    Weight(Weight),
}

impl Argument {
    /// The value, decoded.
    ///
    /// # Errors
    /// More elements than a value may have.
    pub fn into_tensor(self) -> Result<Tensor, ExecError> {
        match self {
            Argument::Tensor(tensor) => Ok(tensor),
            Argument::Weight(weight) => weight.dense(),
        }
    }
}

/// The operands that are left to take, first to last.
struct Operands(std::vec::IntoIter<Argument>);

impl Operands {
    fn argument(&mut self) -> Result<Argument, ExecError> {
        let missing = || ExecError::operands("an operand is missing");
        self.0.next().ok_or_else(missing)
    }

    fn tensor(&mut self) -> Result<Tensor, ExecError> {
        self.argument()?.into_tensor()
    }

    fn truth(&mut self) -> Result<bool, ExecError> {
        Ok(scalar(&self.tensor()?)? != 0)
    }
}

/// The sizes that an operation which only changes sizes gives a value.
///
/// # Errors
/// Sizes or axes that do not fit.
pub fn new_sizes(operation: Operation, shape: &[usize], by: &Tensor) -> Result<Shape, ExecError> {
    match operation {
        Operation::ExpandDims => movement::expanded(shape, by),
        Operation::ShrinkDims => movement::shrunk(shape, by),
        _ => movement::reshaped(shape, by),
    }
}

/// Computes the results of an operation; `types` are their element types.
///
/// # Errors
/// Operands that do not go together, too few of them, or results that are too large.
pub fn apply(
    operation: Operation,
    operands: Vec<Argument>,
    types: &[DType],
) -> Result<Vec<Tensor>, ExecError> {
    let untyped = || ExecError::operands("the operation has no result");
    let dtype = *types.first().ok_or_else(untyped)?;
    let mut next = Operands(operands.into_iter());
    let one = match operation {
        Operation::Unary(unary) => unary.apply(next.tensor()?)?,
        Operation::Binary(binary) => binary.apply(next.tensor()?, next.tensor()?)?,
        Operation::Compare(comparison) => comparison.apply(&next.tensor()?, &next.tensor()?)?,
        Operation::Reduce(reduction) => reduction.apply(&next.tensor()?, &next.tensor()?)?,
        Operation::Select => elementwise::select(&next.tensor()?, next.tensor()?, next.tensor()?)?,
        Operation::Cast => elementwise::cast(&next.tensor()?, dtype)?,
        Operation::Same => next.tensor()?,
        Operation::Reshape | Operation::ExpandDims | Operation::ShrinkDims => {
            let x = next.tensor()?;
            let shape = new_sizes(operation, &x.shape, &next.tensor()?)?;
            x.reshaped(shape)?
        }
        Operation::Transpose => {
            let x = next.tensor()?;
            let order = movement::order(&next.tensor()?, x.rank())?;
            movement::transpose(&x, &order)?
        }
        Operation::Slice => {
            let x = next.tensor()?;
            movement::slice(&x, &next.tensor()?, &next.tensor()?, &next.tensor()?)?
        }
        Operation::SharedSlice => {
            let x = next.tensor()?;
            movement::shared_slice(&x, &next.tensor()?, &next.tensor()?, &next.tensor()?)?
        }
        Operation::SliceUpdate => {
            let x = next.tensor()?;
            let (start, end, step) = (next.tensor()?, next.tensor()?, next.tensor()?);
            movement::slice_update(x, &start, &end, &step, &next.tensor()?)?
        }
        Operation::Concat => {
            let at = next.tensor()?;
            let parts: Vec<_> = next
                .0
                .map(Argument::into_tensor)
                .collect::<Result<_, _>>()?;
            movement::concat(&at, &parts.iter().collect::<Vec<_>>())?
        }
        Operation::Split => {
            let x = next.tensor()?;
            return movement::split(&x, &next.tensor()?, &next.tensor()?, types.len());
        }
        Operation::BroadcastTo => movement::broadcast_to(&next.tensor()?, &next.tensor()?)?,
        Operation::BroadcastInDims => {
            movement::broadcast_in_dims(&next.tensor()?, &next.tensor()?, &next.tensor()?)?
        }
        Operation::BroadcastShapes => shape::broadcast_shapes(&next.tensor()?, &next.tensor()?)?,
        Operation::GetShape => match next.argument()? {
            Argument::Tensor(x) => shape::get_shape(&x.shape),
            Argument::Weight(x) => shape::get_shape(&x.shape()),
        },
        Operation::Range => shape::range(&next.tensor()?, &next.tensor()?, &next.tensor()?)?,
        Operation::Pad(mode) => {
            movement::pad(&next.tensor()?, &next.tensor()?, &next.tensor()?, mode)?
        }
        Operation::Tile => movement::tile(&next.tensor()?, &next.tensor()?)?,
        Operation::Reverse => movement::reverse(&next.tensor()?, &next.tensor()?)?,
        Operation::GatherNd => match next.argument()? {
            Argument::Tensor(x) => index::gather_nd(&x, &next.tensor()?)?,
            Argument::Weight(x) => x.gather(&next.tensor()?)?,
        },
        Operation::GatherAlongAxis => {
            index::gather_along_axis(&next.tensor()?, &next.tensor()?, &next.tensor()?)?
        }
        Operation::ScatterAlongAxis(mode) => {
            let x = next.tensor()?;
            let (positions, updates) = (next.tensor()?, next.tensor()?);
            index::scatter_along_axis(x, &positions, &updates, &next.tensor()?, mode)?
        }
        Operation::ScatterNd(mode) => {
            index::scatter_nd(next.tensor()?, &next.tensor()?, &next.tensor()?, mode)?
        }
        Operation::Softmax => reduce::softmax(&next.tensor()?, &next.tensor()?)?,
        Operation::ArgMax => reduce::argmax(&next.tensor()?, &next.tensor()?, dtype)?,
        Operation::Sort => {
            let (x, at) = (next.tensor()?, next.tensor()?);
            sort::sort(&x, &at, next.truth()?)?
        }
        Operation::ArgSort => {
            let (x, at) = (next.tensor()?, next.tensor()?);
            sort::argsort(&x, &at, next.truth()?, dtype)?
        }
        Operation::Scan(by) => {
            let (x, at) = (next.tensor()?, next.tensor()?);
            reduce::scan(&x, &at, next.truth()?, by)?
        }
        Operation::MatMul => {
            let x = next.tensor()?;
            match next.argument()? {
                Argument::Tensor(y) => matmul::batch_matmul(&x, &y)?,
                Argument::Weight(y) if y.shape().len() == 2 => y.multiplied(&x, dtype)?,
                Argument::Weight(y) => matmul::batch_matmul(&x, &y.dense()?)?,
            }
        }
        Operation::MatMulTransposed => {
            matmul::batch_matmul_transposed(&next.tensor()?, &next.tensor()?)?
        }
        Operation::Conv => {
            let (x, weight) = (next.tensor()?, next.tensor()?);
            conv::conv(
                &x,
                &weight,
                &next.tensor()?,
                &next.tensor()?,
                &next.tensor()?,
            )?
        }
        Operation::ConvTranspose => {
            let (x, weight) = (next.tensor()?, next.tensor()?);
            let (stride, padding) = (next.tensor()?, next.tensor()?);
            let (dilation, extra) = (next.tensor()?, next.tensor()?);
            let window = conv::Transposed {
                stride: &stride,
                padding: &padding,
                dilation: &dilation,
                output_padding: &extra,
            };
            conv::conv_transpose(&x, &weight, &window, &next.tensor()?)?
        }
        Operation::Pool(by) => {
            let x = next.tensor()?;
            let (kernel, stride, dilation) = (next.tensor()?, next.tensor()?, next.tensor()?);
            let round_up = match next.argument() {
                Ok(flag) => scalar(&flag.into_tensor()?)? != 0,
                // A pool of sums has no such operand.
                Err(_) => false,
            };
            conv::pool(&x, &kernel, &stride, &dilation, round_up, by)?
        }
        Operation::BlockwiseShiftScale => quantize::blockwise_shift_scale(
            &next.tensor()?,
            &next.tensor()?,
            &next.tensor()?,
            &next.tensor()?,
        )?,
        Operation::Dequantize | Operation::Quantize => {
            let x = next.tensor()?;
            let (scale, zero, offset) = (next.tensor()?, next.tensor()?, next.tensor()?);
            let at = next.tensor()?;
            match operation {
                Operation::Quantize => quantize::quantize(&x, &scale, &zero, &offset, &at)?,
                _ => quantize::dequantize(&x, &scale, &zero, &offset, &at)?,
            }
        }
        Operation::LutToDense => {
            quantize::lut_to_dense(&next.tensor()?, &next.tensor()?, &next.tensor()?)?
        }
        Operation::SparseToDense => quantize::sparse_to_dense(&next.tensor()?, &next.tensor()?)?,
    };
    Ok(vec![one])
}
