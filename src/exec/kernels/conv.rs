//! Convolution and pooling over any number of spatial axes.

use crate::exec::ExecError;
use crate::exec::tensor::{Tensor, elements};

use super::{scalar, sizes, strides};

/// A window that moves over the spatial axes.
struct Window {
    kernel: Vec<usize>,
    stride: Vec<usize>,
    dilation: Vec<usize>,
    /// Spatial sizes of what it moves over.
    input: Vec<usize>,
    /// How often it fits.
    output: Vec<usize>,
}

impl Window {
    fn new(
        input: &[usize],
        kernel: &[usize],
        stride: &Tensor,
        dilation: &Tensor,
        round_up: bool,
    ) -> Result<Window, ExecError> {
        let (stride, dilation) = (sizes(stride)?, sizes(dilation)?);
        let rank = input.len();
        let wrong = kernel.len() != rank
            || stride.len() != rank
            || dilation.len() != rank
            || [kernel, &stride, &dilation].concat().contains(&0);
        if wrong {
            return Err(ExecError::operands(format!(
                "a kernel of {kernel:?}, strides of {stride:?} and dilations of {dilation:?} over {input:?}"
            )));
        }
        let fits = |axis: usize| {
            let reach = dilation[axis]
                .checked_mul(kernel[axis] - 1)?
                .checked_add(1)?;
            let left = input[axis].checked_sub(reach);
            Some(left.map_or(0, |left| match round_up {
                true => left.div_ceil(stride[axis]) + 1,
                false => left / stride[axis] + 1,
            }))
        };
        let output: Option<Vec<_>> = (0..rank).map(fits).collect();
        let output = output.ok_or_else(|| ExecError::shapes(input, kernel))?;
        Ok(Window {
            kernel: kernel.to_vec(),
            stride,
            dilation,
            input: input.to_vec(),
            output,
        })
    }

    fn taps(&self) -> usize {
        self.kernel.iter().product()
    }

    /// Where in the input a tap of the window lies at a place; `None` beyond it.
    fn source(&self, place: usize, tap: usize) -> Option<usize> {
        let (out_steps, tap_steps) = (strides(&self.output), strides(&self.kernel));
        let in_steps = strides(&self.input);
        (0..self.input.len()).try_fold(0, |sum, axis| {
            let out = place / out_steps[axis] % self.output[axis];
            let tap = tap / tap_steps[axis] % self.kernel[axis];
            let at = out * self.stride[axis] + tap * self.dilation[axis];
            (at < self.input[axis]).then_some(sum + at * in_steps[axis])
        })
    }

    /// [`source`](Window::source) for every place and tap, place by place.
    fn sources(&self) -> Vec<Option<usize>> {
        let places: usize = self.output.iter().product();
        let taps = self.taps();
        let each = |number: usize| self.source(number / taps, number % taps);
        (0..places * taps).map(each).collect()
    }
}

/// The convolution of `x`, `[batch, channels, spatial…]`, with `weight`, `[out, channels / groups, kernel…]`.
///
/// # Errors
/// Sizes that do not go together, or integers.
pub fn conv(
    x: &Tensor,
    weight: &Tensor,
    stride: &Tensor,
    dilation: &Tensor,
    groups: &Tensor,
) -> Result<Tensor, ExecError> {
    let wrong = || ExecError::shapes(&x.shape, &weight.shape);
    let ([batch, channels, input @ ..], [out_channels, per_group, kernel @ ..]) =
        (x.shape.as_slice(), weight.shape.as_slice())
    else {
        return Err(wrong());
    };
    let (batch, channels, out_channels, per_group) = (*batch, *channels, *out_channels, *per_group);
    let groups = usize::try_from(scalar(groups)?).map_err(|_| wrong())?;
    let fits = groups > 0
        && channels.is_multiple_of(groups)
        && out_channels.is_multiple_of(groups)
        && channels / groups == per_group;
    if !fits {
        return Err(wrong());
    }
    let window = Window::new(input, kernel, stride, dilation, false)?;
    let shape = [&[batch, out_channels][..], &window.output].concat();
    let mut data = vec![0.0; elements(&shape)?];
    let places: usize = window.output.iter().product();
    let area: usize = input.iter().product();
    let taps = window.taps();
    elements(&[places, taps])?;
    let sources = window.sources();
    let (x_data, weights) = (x.as_floats()?, weight.as_floats()?);
    let out_per_group = out_channels / groups;
    for (number, out) in data.chunks_exact_mut(places.max(1)).enumerate() {
        let (image, channel) = (number / out_channels, number % out_channels);
        let first = channel / out_per_group * per_group;
        for inner in 0..per_group {
            let input = &x_data[(image * channels + first + inner) * area..][..area];
            let weights = &weights[(channel * per_group + inner) * taps..][..taps];
            for (sum, sources) in out.iter_mut().zip(sources.chunks_exact(taps)) {
                for (source, weight) in sources.iter().zip(weights) {
                    *sum += source.map_or(0.0, |at| input[at]) * weight;
                }
            }
        }
    }
    Ok(Tensor::floats(x.dtype, shape, data))
}

/// How a transposed convolution places its kernel.
#[derive(Debug, Clone, Copy)]
pub struct Transposed<'a> {
    /// Distance of the kernel's places in the result, for each spatial axis.
    pub stride: &'a Tensor,
    /// What is cut off the result: for each spatial axis one width, or one before and one behind.
    pub padding: &'a Tensor,
    /// Distance of the kernel's elements.
    pub dilation: &'a Tensor,
    /// What is added behind.
    pub output_padding: &'a Tensor,
}

/// The transposed convolution of `x`, `[batch, channels, spatial…]`, with `weight`, `[channels, out / groups, kernel…]`.
///
/// # Errors
/// Sizes that do not go together, or integers.
pub fn conv_transpose(
    x: &Tensor,
    weight: &Tensor,
    window: &Transposed<'_>,
    groups: &Tensor,
) -> Result<Tensor, ExecError> {
    let wrong = || ExecError::shapes(&x.shape, &weight.shape);
    let ([batch, channels, input @ ..], [in_channels, out_per_group, kernel @ ..]) =
        (x.shape.as_slice(), weight.shape.as_slice())
    else {
        return Err(wrong());
    };
    let (stride, dilation) = (sizes(window.stride)?, sizes(window.dilation)?);
    let (padding, output_padding) = (sizes(window.padding)?, sizes(window.output_padding)?);
    let groups = usize::try_from(scalar(groups)?).map_err(|_| wrong())?;
    let rank = input.len();
    let both = padding.len() == 2 * rank;
    let fits = groups > 0
        && channels == in_channels
        && channels.is_multiple_of(groups)
        && kernel.len() == rank
        && [stride.len(), dilation.len(), output_padding.len()] == [rank; 3]
        && (both || padding.len() == rank)
        && ![kernel, &stride].concat().contains(&0);
    if !fits {
        return Err(wrong());
    }
    let before = |axis: usize| padding[if both { 2 * axis } else { axis }];
    let behind = |axis: usize| padding[if both { 2 * axis + 1 } else { axis }];
    let size = |axis: usize| {
        let whole = input[axis]
            .checked_sub(1)?
            .checked_mul(stride[axis])?
            .checked_add(dilation[axis].checked_mul(kernel[axis] - 1)?)?
            .checked_add(1)?
            .checked_add(output_padding[axis])?;
        whole.checked_sub(before(axis))?.checked_sub(behind(axis))
    };
    let output: Option<Vec<usize>> = (0..rank).map(size).collect();
    let output = output.ok_or_else(wrong)?;
    let out_channels = out_per_group.checked_mul(groups).ok_or_else(wrong)?;
    let shape = [&[*batch, out_channels][..], &output].concat();
    let mut data = vec![0.0; elements(&shape)?];
    let (x_data, weights) = (x.as_floats()?, weight.as_floats()?);
    let (in_steps, tap_steps, out_steps) = (strides(input), strides(kernel), strides(&output));
    let (area, taps): (usize, usize) = (input.iter().product(), kernel.iter().product());
    let out_area: usize = output.iter().product();
    let target = |place: usize, tap: usize| {
        (0..rank).try_fold(0, |sum, axis| {
            let from = place / in_steps[axis] % input[axis] * stride[axis];
            let to = from + tap / tap_steps[axis] % kernel[axis] * dilation[axis];
            let at = to.checked_sub(before(axis))?;
            (at < output[axis]).then_some(sum + at * out_steps[axis])
        })
    };
    let per_group = channels / groups;
    for image in 0..*batch {
        for channel in 0..*channels {
            let first = channel / per_group * out_per_group;
            let input = &x_data[(image * channels + channel) * area..][..area];
            for inner in 0..*out_per_group {
                let out = (image * out_channels + first + inner) * out_area;
                let weights = &weights[(channel * out_per_group + inner) * taps..][..taps];
                for (place, value) in input.iter().enumerate() {
                    for (tap, weight) in weights.iter().enumerate() {
                        if let Some(at) = target(place, tap) {
                            data[out + at] += value * weight;
                        }
                    }
                }
            }
        }
    }
    Ok(Tensor::floats(x.dtype, shape, data))
}

/// What a pool makes of the elements under its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pool {
    /// The greatest.
    Max,
    /// Their sum.
    Sum,
}

/// A pool over the spatial axes of `x`, `[batch, channels, spatial…]`.
///
/// # Errors
/// Sizes that do not go together, or integers.
pub fn pool(
    x: &Tensor,
    kernel: &Tensor,
    stride: &Tensor,
    dilation: &Tensor,
    round_up: bool,
    by: Pool,
) -> Result<Tensor, ExecError> {
    let [batch, channels, input @ ..] = x.shape.as_slice() else {
        return Err(ExecError::operand(
            "batch, channels and spatial axes",
            x.dtype,
            &x.shape,
        ));
    };
    let window = Window::new(input, &sizes(kernel)?, stride, dilation, round_up)?;
    let shape = [&[*batch, *channels][..], &window.output].concat();
    let count = elements(&shape)?;
    let places: usize = window.output.iter().product();
    elements(&[places, window.taps()])?;
    let sources = window.sources();
    let area: usize = input.iter().product();
    let mut data = Vec::with_capacity(count);
    let x_data = x.as_floats()?;
    for image in 0..batch * channels {
        let input = &x_data[image * area..][..area];
        data.extend(sources.chunks_exact(window.taps()).map(|sources| {
            let values = sources.iter().flatten().map(|at| input[*at]);
            match by {
                Pool::Sum => values.sum(),
                Pool::Max => values.fold(f32::NEG_INFINITY, |most, value| {
                    if value.is_nan() || value > most {
                        value
                    } else {
                        most
                    }
                }),
            }
        }));
    }
    Ok(Tensor::floats(x.dtype, shape, data))
}
