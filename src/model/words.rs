//! The storage of weights in words, for whoever shows or compares it.

use std::fmt;

use super::{Granularity, HeadKind, Palette, QuantizedKind, QuantizedWeight};

/// `int8, float16 scales for blocks of 1 × 32`, or as much of it as is known.
impl fmt::Display for QuantizedWeight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.data.dtype)?;
        if self.kind() == QuantizedKind::Unknown {
            return f.write_str(", decoded in a way that is not described here");
        }
        if let Some(palette) = &self.palette {
            let tables = shared(&self.shape, &palette.block, "table", "tables");
            write!(f, " indices of {palette}, {tables}")?;
        }
        if let Some(scale) = &self.scale {
            let (one, several) = (
                format!("{} scale", scale.dtype),
                format!("{} scales", scale.dtype),
            );
            write!(f, ", {}", shared(&self.shape, &scale.block, &one, &several))?;
            if let Some(dtype) = scale.zero_point {
                write!(f, ", {dtype} zero points")?;
            }
            if let Some(dtype) = scale.minimum {
                write!(f, ", {dtype} minimums")?;
            }
        }
        match self.sparse {
            Some(_) => f.write_str(", sparse"),
            None => Ok(()),
        }
    }
}

/// `16 float16 values`.
impl fmt::Display for Palette {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} values", self.entries, self.table)?;
        match (self.vector, self.axis) {
            (1, _) => {}
            (vector, Some(axis)) => write!(f, " of {vector} elements along axis {axis}")?,
            (vector, None) => write!(f, " of {vector} elements")?,
        }
        match self.table_scale {
            Some(dtype) => write!(f, " with {dtype} scales of their own"),
            None => Ok(()),
        }
    }
}

/// What follows an element type: ` in blocks of 32`, or nothing for plain floats.
impl fmt::Display for HeadKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeadKind::Float => Ok(()),
            HeadKind::PerTensor => f.write_str(" with one scale for all"),
            HeadKind::PerChannel => f.write_str(" with one scale per row"),
            HeadKind::PerRows(rows) => write!(f, " with one scale per {rows} rows"),
            HeadKind::PerBlock(block) => write!(f, " in blocks of {block}"),
            HeadKind::Palette(entries) => write!(f, " as palettes of {entries}"),
            HeadKind::Sparse => f.write_str(", sparse"),
            HeadKind::Unknown => f.write_str(" in a way that is not described here"),
        }
    }
}

/// How many there are of something that blocks of elements share: `one float16 scale per row`.
fn shared(shape: &[u64], block: &[u64], one: &str, several: &str) -> String {
    match Granularity::of(shape, block) {
        Granularity::Tensor => format!("one {one} for all"),
        Granularity::Channel(0) => format!("one {one} per row"),
        Granularity::Channel(axis) => format!("one {one} per index of axis {axis}"),
        Granularity::Block(0) if block[1..] == shape[1..] => {
            format!("one {one} per {} rows", block[0])
        }
        Granularity::Block(_) | Granularity::Blocks => {
            let sizes: Vec<String> = block.iter().map(u64::to_string).collect();
            format!("{several} for blocks of {}", sizes.join(" × "))
        }
        Granularity::Unknown => format!("{several} for blocks the graph does not show"),
    }
}
