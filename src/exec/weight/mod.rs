//! Constants too large to be decoded when they are loaded: kept as the asset stores them, decoded row by row.

mod dot;
mod grid;
mod product;
mod stored;

use std::sync::Arc;

use crate::model::DType;

use super::kernels::{elementwise, index, movement};
use super::tensor::{Shape, Tensor, round};
use super::{ExecError, limits, tensor};
use grid::Grid;

pub use stored::Stored;

/// A constant, or what dequantization makes of constants. Cloning shares the data.
#[derive(Debug, Clone)]
pub struct Weight {
    /// Element type of the value it stands for.
    pub dtype: DType,
    /// Sizes as stored; the last axis is a row.
    stored: Shape,
    /// Whether the value has the last two axes of what is stored changed for each other.
    transposed: bool,
    form: Form,
}

/// How the stored elements become values.
#[derive(Debug, Clone)]
enum Form {
    /// They are the values.
    Plain(Stored),
    /// `(data - zero) * scale + offset`, in blocks.
    Affine(Arc<Affine>),
    /// Entries of tables.
    Palette(Arc<Palette>),
}

#[derive(Debug)]
struct Affine {
    /// As stored, or as entries of tables.
    data: Weight,
    scale: Stored,
    /// `None` where all are zero.
    zero: Option<Stored>,
    /// `None` where all are zero.
    offset: Option<Stored>,
    grid: Grid,
}

#[derive(Debug)]
struct Palette {
    indices: Stored,
    /// Table by table, entry by entry, `vector` values each.
    tables: Vec<f32>,
    entries: usize,
    vector: usize,
    /// Whether the values of an entry stand below each other; else beside.
    along_rows: bool,
    /// Columns of the indices.
    columns: usize,
    grid: Grid,
}

impl Weight {
    /// A constant as it is stored.
    ///
    /// # Errors
    /// A scalar, or a type that cannot be executed as floats.
    pub fn plain(data: Stored, shape: Shape) -> Result<Weight, ExecError> {
        if shape.is_empty() || tensor::class(data.dtype).is_none() {
            return Err(ExecError::Type { dtype: data.dtype });
        }
        Ok(Weight {
            dtype: data.dtype,
            stored: shape,
            transposed: false,
            form: Form::Plain(data),
        })
    }

    /// What `blockwise_shift_scale` makes of constants: `scale * (data - zero) + offset`, where a block is the size of the
    /// data by that of the scale. `None` for data in another order than they are stored.
    ///
    /// # Errors
    /// Sizes that do not divide.
    pub fn affine(
        dtype: DType,
        data: &Weight,
        scale: (&Stored, &[usize]),
        zero: Stored,
        offset: Stored,
    ) -> Result<Option<Weight>, ExecError> {
        let (scale, scale_shape) = scale;
        if data.transposed {
            return Ok(None);
        }
        let grid = Grid::new(&data.stored, scale_shape)?;
        if zero.len != scale.len || offset.len != scale.len {
            return Err(ExecError::operands(format!(
                "{} scales, {} zero points and {} offsets do not go together",
                scale.len, zero.len, offset.len
            )));
        }
        let some = |stored: Stored| (!stored.is_zero()).then_some(stored);
        Ok(Some(Weight {
            dtype,
            stored: data.stored.clone(),
            transposed: false,
            form: Form::Affine(Arc::new(Affine {
                data: data.clone(),
                scale: scale.clone(),
                zero: some(zero),
                offset: some(offset),
                grid,
            })),
        }))
    }

    /// What `lut_to_dense` makes of constants: `tables` of the sizes `[blocks…, entries, vector]`. `None` for vectors
    /// along an axis that is neither of the last two.
    ///
    /// # Errors
    /// Sizes that do not divide, or too few entries for the indices.
    pub fn palette(
        dtype: DType,
        indices: &Stored,
        shape: &[usize],
        tables: &Tensor,
        axis: usize,
    ) -> Result<Option<Weight>, ExecError> {
        let [blocks @ .., entries, vector] = tables.shape.as_slice() else {
            return Err(ExecError::shapes(shape, &tables.shape));
        };
        let grid = Grid::new(shape, blocks)?;
        if *entries < 1 << tensor::int_bits(indices.dtype).0.min(16) {
            return Err(ExecError::shapes(shape, &tables.shape));
        }
        let (beside, below) = (axis + 1 == shape.len(), axis + 2 == shape.len());
        if *vector != 1 && !beside && !below {
            return Ok(None);
        }
        let mut stored = shape.to_vec();
        stored[axis] = stored[axis].saturating_mul(*vector);
        tensor::elements(&stored)?;
        Ok(Some(Weight {
            dtype,
            stored,
            transposed: false,
            form: Form::Palette(Arc::new(Palette {
                indices: indices.clone(),
                tables: elementwise::cast(tables, DType::Float32)?
                    .as_floats()?
                    .to_vec(),
                entries: *entries,
                vector: *vector,
                along_rows: below && *vector > 1,
                columns: shape[shape.len() - 1],
                grid,
            })),
        }))
    }

    /// Sizes of the value it stands for.
    pub fn shape(&self) -> Shape {
        let mut shape = self.stored.clone();
        if self.transposed {
            let rank = shape.len();
            shape.swap(rank - 1, rank - 2);
        }
        shape
    }

    /// Its stored elements and their sizes, where they are the values themselves.
    pub fn as_stored(&self) -> Option<(&Stored, &[usize])> {
        match &self.form {
            Form::Plain(stored) if !self.transposed => Some((stored, &self.stored)),
            _ => None,
        }
    }

    /// The weight with its last two axes changed for each other; `None` for any other order.
    pub fn permuted(&self, order: &[usize]) -> Option<Weight> {
        let rank = order.len();
        let [kept @ .., last, before] = order else {
            return None;
        };
        let is_swap = kept.iter().enumerate().all(|(axis, from)| axis == *from)
            && (*last, *before) == (rank - 1, rank.wrapping_sub(2));
        (is_swap && rank == self.stored.len()).then(|| Weight {
            transposed: !self.transposed,
            ..self.clone()
        })
    }

    /// The weight under other sizes, where its rows stay rows.
    pub fn reshaped(&self, shape: &[usize]) -> Option<Weight> {
        let same = !self.transposed
            && shape.last() == self.stored.last()
            && shape.iter().product::<usize>() == self.stored.iter().product::<usize>();
        same.then(|| Weight {
            stored: shape.to_vec(),
            ..self.clone()
        })
    }

    /// Elements of one stored row.
    fn columns(&self) -> usize {
        self.stored.last().copied().unwrap_or(1)
    }

    fn rows(&self) -> usize {
        let columns = self.columns();
        let elements: usize = self.stored.iter().product();
        elements.checked_div(columns).unwrap_or(0)
    }

    /// Decodes part of a stored row, from a column on.
    fn decode(&self, row: usize, start: usize, out: &mut [f32]) {
        match &self.form {
            Form::Plain(stored) => stored.floats(row * self.columns() + start, out),
            Form::Affine(affine) => affine.decode(row, start, out),
            Form::Palette(palette) => palette.decode(row, start, out),
        }
        if !matches!(self.form, Form::Plain(_)) {
            round(self.dtype, out);
        }
    }

    /// The whole value, decoded.
    ///
    /// # Errors
    /// More elements than a value may have.
    pub fn dense(&self) -> Result<Tensor, ExecError> {
        tensor::elements(&self.stored)?;
        if let Some((stored, shape)) = self.as_stored() {
            return Ok(Tensor {
                dtype: self.dtype,
                shape: shape.to_vec(),
                data: stored.decoded()?,
            });
        }
        let columns = self.columns();
        let mut data = vec![0.0; self.rows() * columns];
        if columns > 0 {
            for (row, out) in data.chunks_mut(columns).enumerate() {
                self.decode(row, 0, out);
            }
        }
        let tensor = Tensor::exact(self.dtype, self.stored.clone(), data);
        if !self.transposed {
            return Ok(tensor);
        }
        let rank = self.stored.len();
        let mut order: Vec<usize> = (0..rank).collect();
        order.swap(rank - 1, rank - 2);
        movement::transpose(&tensor, &order)
    }

    /// True if it is so small that it may as well be decoded.
    pub fn is_small(&self) -> bool {
        self.stored.iter().product::<usize>() <= limits::DECODED_ELEMENTS
    }

    /// What `gather_nd` takes by its first axis: whole sub-tensors at the positions given.
    ///
    /// # Errors
    /// A position beyond the axis; more elements than a value may have.
    pub fn gather(&self, positions: &Tensor) -> Result<Tensor, ExecError> {
        if self.transposed || positions.shape.last() != Some(&1) {
            return index::gather_nd(&self.dense()?, positions);
        }
        let (size, inner) = (self.stored[0], &self.stored[1..]);
        let each: usize = inner.iter().product();
        let columns = self.columns();
        let outer = &positions.shape[..positions.rank() - 1];
        let shape = [outer, inner].concat();
        let mut data = vec![0.0; tensor::elements(&shape)?];
        let positions = positions.as_ints()?;
        if each > 0 {
            for (out, position) in data.chunks_mut(each).zip(positions) {
                let position = index::wrapped(*position, size)?;
                if inner.is_empty() {
                    self.decode(0, position, out);
                    continue;
                }
                let first = position * each / columns;
                for (row, out) in out.chunks_mut(columns).enumerate() {
                    self.decode(first + row, 0, out);
                }
            }
        }
        Ok(Tensor::exact(self.dtype, shape, data))
    }
}

impl Affine {
    fn decode(&self, row: usize, start: usize, out: &mut [f32]) {
        self.data.decode(row, start, out);
        let Grid { block, blocks, .. } = self.grid;
        let coarse = self.grid.row(row) * blocks;
        let mut column = start;
        let mut rest = out;
        while !rest.is_empty() {
            let index = column / block;
            let (part, after) = rest.split_at_mut(rest.len().min((index + 1) * block - column));
            let one = |stored: &Stored| {
                let mut value = [0.0];
                stored.floats(coarse + index, &mut value);
                value[0]
            };
            let scale = one(&self.scale);
            let zero = self.zero.as_ref().map_or(0.0, one);
            let offset = self.offset.as_ref().map_or(0.0, one);
            for value in part.iter_mut() {
                *value = (*value - zero) * scale + offset;
            }
            column += part.len();
            rest = after;
        }
    }
}

impl Palette {
    fn decode(&self, row: usize, start: usize, out: &mut [f32]) {
        let (row, below, beside) = match self.along_rows {
            true => (row / self.vector, row % self.vector, 1),
            false => (row, 0, self.vector),
        };
        let coarse = self.grid.row(row) * self.grid.blocks;
        let first = start / beside;
        let mut indices = vec![0.0; (start + out.len()).div_ceil(beside) - first];
        self.indices
            .floats(row * self.columns + first, &mut indices);
        for (place, out) in out.iter_mut().enumerate() {
            let column = (start + place) / beside;
            let table = coarse + column / self.grid.block;
            let entry = indices[column - first] as usize;
            let within = below + (start + place) % beside;
            *out = self.tables[(table * self.entries + entry) * self.vector + within];
        }
    }
}

#[cfg(test)]
mod tests;
