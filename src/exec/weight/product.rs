//! Matrix products with a weight, read once from memory for all rows of the other operand.

use rayon::prelude::*;

use super::Weight;
use super::dot::Rows;
use crate::exec::simd::{add_scaled, dot};
use crate::exec::tensor::{Tensor, elements, round};
use crate::exec::{Buffer, ExecError};
use crate::model::DType;

/// Elements that one task takes at most: enough for memory to be read as one stream.
const ELEMENTS_PER_TASK: usize = 1 << 18;

/// Tasks for each thread, where rows are few: enough to share them out evenly.
const TASKS_PER_THREAD: usize = 4;

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
        let mut data = Buffer::unwritten(elements(&result)?);
        let x = x.as_floats()?;
        if m * k * n > 0 {
            match self.transposed {
                true => self.rows_by(x, m, &mut data),
                false => self.columns_by(x, m, &mut data),
            }
        } else {
            data.fill(0.0);
        }
        round(dtype, &mut data);
        Ok(Tensor::held(dtype, result, data))
    }

    /// Each stored row makes one column of the result: a dot product with every row of `x`.
    fn rows_by(&self, x: &[f32], m: usize, out: &mut [f32]) {
        let (k, n) = (self.columns(), self.rows());
        let shared = n.div_ceil(TASKS_PER_THREAD * rayon::current_num_threads());
        let per_task = shared.min(ELEMENTS_PER_TASK / k).max(1);
        if m == 1
            && let Some(rows) = Rows::of(self)
        {
            let tasks = out.par_chunks_mut(per_task).enumerate();
            return tasks.for_each(|(task, sums)| rows.dot(task * per_task, x, sums));
        }
        // Column by column, so that tasks write apart from each other.
        let mut columns = vec![0.0; n * m];
        let tasks = columns.par_chunks_mut(per_task * m).enumerate();
        tasks.for_each(|(task, columns)| {
            let mut row = vec![0.0; k];
            for (place, column) in columns.chunks_mut(m).enumerate() {
                self.decode(task * per_task + place, 0, &mut row);
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
