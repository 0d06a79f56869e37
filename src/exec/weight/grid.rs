//! Which block of a coarser tensor each row and column of a finer one belongs to.

use crate::exec::ExecError;

/// A tensor in blocks: `coarse` sizes divide `fine` sizes, axis by axis, and all but the last axis are rows.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    /// Row of the coarse tensor for each row of the fine one.
    rows: Vec<u32>,
    /// Columns of one block.
    pub(super) block: usize,
    /// Blocks in a row.
    pub(super) blocks: usize,
}

impl Grid {
    /// # Errors
    /// Sizes that do not divide.
    pub(super) fn new(fine: &[usize], coarse: &[usize]) -> Result<Grid, ExecError> {
        let fits = |(fine, coarse): (&usize, &usize)| *coarse > 0 && fine % coarse == 0;
        let ([outer @ .., columns], [coarse_outer @ .., blocks]) = (fine, coarse) else {
            return Err(ExecError::shapes(fine, coarse));
        };
        let rows: usize = outer.iter().product();
        let coarse_rows: usize = coarse_outer.iter().product();
        if fine.len() != coarse.len()
            || !fine.iter().zip(coarse).all(fits)
            || u32::try_from(coarse_rows).is_err()
        {
            return Err(ExecError::shapes(fine, coarse));
        }
        let row = |mut row: usize| {
            let (mut coarse_row, mut stride) = (0, 1);
            for (fine, coarse) in outer.iter().zip(coarse_outer).rev() {
                coarse_row += row % fine / (fine / coarse) * stride;
                row /= fine;
                stride *= coarse;
            }
            // Below `coarse_rows`, which fits.
            coarse_row as u32
        };
        Ok(Grid {
            rows: (0..rows).map(row).collect(),
            block: columns / blocks,
            blocks: *blocks,
        })
    }

    /// Row of the coarse tensor for a row of the fine one.
    pub(super) fn row(&self, row: usize) -> usize {
        self.rows[row] as usize
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn rows_and_columns_find_their_block() {
        let grid = Grid::new(&[2, 4, 6], &[2, 2, 3]).unwrap();
        assert_eq!((grid.block, grid.blocks), (2, 3));
        let rows: Vec<_> = (0..8).map(|row| grid.row(row)).collect();
        assert_eq!(rows, [0, 0, 1, 1, 2, 2, 3, 3]);
        let grid = Grid::new(&[4, 8], &[1, 1]).unwrap();
        assert_eq!((grid.row(3), grid.block), (0, 8));
    }

    #[test]
    fn sizes_that_do_not_divide_are_refused() {
        assert!(Grid::new(&[4, 6], &[3, 1]).is_err());
        assert!(Grid::new(&[4, 6], &[0, 1]).is_err());
        assert!(Grid::new(&[4, 6], &[4]).is_err());
        assert!(Grid::new(&[], &[]).is_err());
    }
}
