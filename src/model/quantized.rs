//! How a weight is stored, and what the graph makes of the stored bytes.

use super::{Constant, DType};

/// A weight that the graph decodes before use: scales, looks up, or spreads over the places of a mask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuantizedWeight {
    /// What is stored: quantized numbers, the indices of a palette, or the values of a sparse weight.
    pub data: Constant,
    /// Sizes of the weight itself, as the operations that use it see it.
    pub shape: Vec<u64>,
    /// The scales; `None` where nothing scales the data.
    pub scale: Option<Scale>,
    /// The tables that the data are looked up in.
    pub palette: Option<Palette>,
    /// What is known of the places that hold nothing.
    pub sparse: Option<Sparse>,
    /// True if the graph does more to the data than this says, such as scaling them twice.
    pub irregular: bool,
    /// Bytes of the data and of every constant it is decoded with.
    pub bytes: u64,
}

/// `data` less the zero point, times the scale, plus the minimum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scale {
    /// Type of the scales.
    pub dtype: DType,
    /// Elements of the weight that share a scale, along each axis; empty where the graph does not show it.
    pub block: Vec<u64>,
    /// Type of what is subtracted before scaling; `None` if it is zero everywhere.
    pub zero_point: Option<DType>,
    /// Type of what is added after scaling; `None` if it is zero everywhere.
    pub minimum: Option<DType>,
}

/// Tables of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Palette {
    /// Type of the tables' elements as they are stored.
    pub table: DType,
    /// Values in each table.
    pub entries: u64,
    /// How many tables there are.
    pub tables: u64,
    /// Elements of each value, which lie side by side along `axis`.
    pub vector: u64,
    /// The axis of the weight along which a value's elements lie; `None` where the graph does not show it.
    pub axis: Option<usize>,
    /// Elements of the weight that share a table, along each axis; empty where the graph does not show it.
    pub block: Vec<u64>,
    /// Type of the scales of tables that are themselves quantized.
    pub table_scale: Option<DType>,
}

/// Stored values, and a mask of the places they belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sparse {
    /// Elements of the weight that are stored; the others are zero.
    pub stored: u64,
    /// Type of the mask.
    pub mask: DType,
}

/// How stored data become numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum QuantizedKind {
    /// By a scale, and perhaps a zero point.
    Affine,
    /// By a table, and perhaps a scale.
    Palette,
    /// They are numbers already, and only those that are not zero are stored.
    Sparse,
    /// In a way that is not described here.
    Unknown,
}

/// Which elements share a scale or a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Granularity {
    /// All.
    Tensor,
    /// Those of each index along this axis.
    Channel(usize),
    /// Runs along this axis: of one row each, or whole rows together.
    Block(usize),
    /// Blocks along several axes at once.
    Blocks,
    /// The graph does not show it.
    Unknown,
}

impl Granularity {
    /// Of blocks of `block` elements along each axis of `shape`.
    pub fn of(shape: &[u64], block: &[u64]) -> Granularity {
        if block.len() != shape.len() {
            return Granularity::Unknown;
        }
        let mut cut = (0..shape.len()).filter(|axis| block[*axis] < shape[*axis]);
        let runs = |axis: &usize| block[*axis] > 1;
        match (cut.next(), cut.next(), cut.next()) {
            (None, ..) => Granularity::Tensor,
            (Some(axis), None, _) if runs(&axis) => Granularity::Block(axis),
            (Some(axis), None, _) => Granularity::Channel(axis),
            (Some(a), Some(b), None) if runs(&a) != runs(&b) => {
                Granularity::Block(if runs(&a) { a } else { b })
            }
            _ => Granularity::Blocks,
        }
    }

    /// The axis that is cut, if just one says how.
    pub fn axis(self) -> Option<usize> {
        match self {
            Granularity::Channel(axis) | Granularity::Block(axis) => Some(axis),
            Granularity::Tensor | Granularity::Blocks | Granularity::Unknown => None,
        }
    }
}

impl QuantizedWeight {
    /// How its data become numbers.
    pub fn kind(&self) -> QuantizedKind {
        match self {
            QuantizedWeight {
                irregular: true, ..
            } => QuantizedKind::Unknown,
            QuantizedWeight {
                palette: Some(_), ..
            } => QuantizedKind::Palette,
            QuantizedWeight { scale: Some(_), .. } => QuantizedKind::Affine,
            QuantizedWeight {
                sparse: Some(_), ..
            } => QuantizedKind::Sparse,
            _ => QuantizedKind::Unknown,
        }
    }

    /// Elements of the weight itself.
    pub fn elements(&self) -> u64 {
        self.shape.iter().copied().fold(1, u64::saturating_mul)
    }

    /// Elements that share a scale along each axis, or where nothing scales, a table; empty where the graph does not
    /// show it.
    pub fn block(&self) -> &[u64] {
        match (&self.scale, &self.palette) {
            (Some(scale), _) => &scale.block,
            (None, Some(palette)) => &palette.block,
            (None, None) => &[],
        }
    }

    /// True if the same words describe both, whatever their sizes.
    pub fn is_stored_like(&self, other: &QuantizedWeight) -> bool {
        let sparse = |weight: &QuantizedWeight| weight.sparse.map(|sparse| sparse.mask);
        self.data.dtype == other.data.dtype
            && self.granularity() == other.granularity()
            && self.irregular == other.irregular
            && self.scale == other.scale
            && self.palette == other.palette
            && sparse(self) == sparse(other)
    }

    /// Which elements share a scale, or where nothing scales, a table.
    pub fn granularity(&self) -> Granularity {
        Granularity::of(&self.shape, self.block())
    }
}

#[cfg(test)]
mod tests {
    use super::Granularity;

    #[test]
    fn blocks_tell_what_shares_a_scale() {
        for (block, expected) in [
            (&[128, 64][..], Granularity::Tensor),
            (&[1, 64], Granularity::Channel(0)),
            (&[128, 1], Granularity::Channel(1)),
            (&[1, 32], Granularity::Block(1)),
            (&[32, 1], Granularity::Block(0)),
            (&[16, 64], Granularity::Block(0)),
            (&[32, 32], Granularity::Blocks),
            (&[1, 1], Granularity::Blocks),
            (&[], Granularity::Unknown),
        ] {
            assert_eq!(Granularity::of(&[128, 64], block), expected, "{block:?}");
        }
    }

    #[test]
    fn a_block_as_wide_as_its_row_is_a_scale_for_each_row() {
        assert_eq!(
            Granularity::of(&[128, 32], &[1, 32]),
            Granularity::Channel(0)
        );
        assert_eq!(Granularity::of(&[1, 32], &[1, 32]), Granularity::Tensor);
    }
}
