//! Matrix products with a weight, read once from memory for all rows of the other operand.

use rayon::prelude::*;

use super::{Affine, Form, Weight};
use crate::exec::ExecError;
use crate::exec::simd::{self, LANES, add_scaled, dot, total};
use crate::exec::tensor::{Tensor, elements};
use crate::model::DType;

/// Stored rows that one task takes: enough to be worth handing over, few enough to share out evenly.
const ROWS_PER_TASK: usize = 32;
/// Columns that one task takes where the products run along them.
const COLUMNS_PER_TASK: usize = 256;

impl Weight {
    /// `x · self`, with `x` of the sizes `[…, m, k]` and this weight a matrix of `[k, n]`.
    ///
    /// # Errors
    /// Sizes that do not go together, or an operand of integers.
    pub fn multiplied(&self, x: &Tensor, dtype: DType) -> Result<Tensor, ExecError> {
        let shape = self.shape();
        let ([k, n], [outer @ .., inner]) = (shape.as_slice(), x.shape.as_slice()) else {
            return Err(ExecError::shapes(&x.shape, &shape));
        };
        if inner != k {
            return Err(ExecError::shapes(&x.shape, &shape));
        }
        let result = [outer, &[*n]].concat();
        let m: usize = outer.iter().product();
        let mut data = vec![0.0; elements(&result)?];
        let x = x.as_floats()?;
        if m * k * n > 0 {
            match self.transposed {
                true => self.rows_by(x, m, &mut data),
                false => self.columns_by(x, m, &mut data),
            }
        }
        Ok(Tensor::floats(dtype, result, data))
    }

    /// Each stored row makes one column of the result: a dot product with every row of `x`.
    fn rows_by(&self, x: &[f32], m: usize, out: &mut [f32]) {
        let (k, n) = (self.columns(), self.rows());
        // Column by column, so that tasks write apart from each other.
        let mut columns = vec![0.0; n * m];
        columns
            .par_chunks_mut(ROWS_PER_TASK * m)
            .enumerate()
            .for_each(|(task, columns)| {
                let mut row = vec![0.0; k];
                for (place, column) in columns.chunks_mut(m).enumerate() {
                    let number = task * ROWS_PER_TASK + place;
                    if let ([one], Form::Affine(affine)) = (&mut *column, &self.form)
                        && let Some(sum) = affine.dot(number, x)
                    {
                        *one = sum;
                        continue;
                    }
                    self.decode(number, 0, &mut row);
                    for (sum, x) in column.iter_mut().zip(x.chunks_exact(k)) {
                        *sum = dot(&row, x);
                    }
                }
            });
        for (number, column) in columns.chunks_exact(m).enumerate() {
            for (row, sum) in column.iter().enumerate() {
                out[row * n + number] = *sum;
            }
        }
    }

    /// Each stored row is added to every row of the result, times an element of `x`.
    fn columns_by(&self, x: &[f32], m: usize, out: &mut [f32]) {
        let (n, k) = (self.columns(), self.rows());
        let tasks = n.div_ceil(COLUMNS_PER_TASK);
        let parts: Vec<Vec<f32>> = (0..tasks)
            .into_par_iter()
            .map(|task| {
                let start = task * COLUMNS_PER_TASK;
                let width = COLUMNS_PER_TASK.min(n - start);
                let mut sums = vec![0.0; m * width];
                let mut row = vec![0.0; width];
                for number in 0..k {
                    self.decode(number, start, &mut row);
                    for (sums, x) in sums.chunks_exact_mut(width).zip(x.chunks_exact(k)) {
                        add_scaled(sums, &row, x[number]);
                    }
                }
                sums
            })
            .collect();
        for (task, sums) in parts.iter().enumerate() {
            let start = task * COLUMNS_PER_TASK;
            let width = COLUMNS_PER_TASK.min(n - start);
            for (row, sums) in sums.chunks_exact(width).enumerate() {
                out[row * n + start..][..width].copy_from_slice(sums);
            }
        }
    }
}

impl Affine {
    /// The dot product of a row of eight bit integers with `x`, its blocks scaled after they are summed; `None` where the
    /// row is stored otherwise.
    ///
    /// Each product of a scale and an integer is exact here, where a dequantized weight is rounded first: the two differ
    /// by less than the rounding of the result.
    fn dot(&self, row: usize, x: &[f32]) -> Option<f32> {
        let block = self.grid.block;
        if self.zero.is_some() || self.offset.is_some() || !block.is_multiple_of(LANES) {
            return None;
        }
        let (data, _) = self.data.as_stored()?;
        if data.dtype != DType::Int8 {
            return None;
        }
        let bytes = data.bytes()?.get(row * x.len()..)?.get(..x.len())?;
        let mut scales = vec![0.0; self.grid.blocks];
        self.scale
            .floats(self.grid.row(row) * self.grid.blocks, &mut scales);
        Some(simd::dispatch(
            #[inline(always)]
            || dot_blocks(bytes, x, &scales, block),
        ))
    }
}

/// The dot product of eight bit integers, by their bytes, with floats; block by block times its scale.
#[inline(always)]
fn dot_blocks(bytes: &[u8], x: &[f32], scales: &[f32], block: usize) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let blocks = bytes.chunks_exact(block).zip(x.chunks_exact(block));
    for ((bytes, x), scale) in blocks.zip(scales) {
        let mut part = [0.0_f32; LANES];
        for (bytes, x) in bytes.chunks_exact(LANES).zip(x.chunks_exact(LANES)) {
            for lane in 0..LANES {
                part[lane] += f32::from(bytes[lane] as i8) * x[lane];
            }
        }
        for lane in 0..LANES {
            sums[lane] += part[lane] * scale;
        }
    }
    total(sums)
}
