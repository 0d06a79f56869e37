//! Rows of numbers as a NumPy array (`.npy`, format version 1.0).

use std::io::{self, BufWriter, Seek, SeekFrom, Write};

/// Bytes of the header with everything before the data: a multiple of 64, with room for any two sizes.
const HEADER: usize = 128;

/// A file that grows row by row; it is an array once it is finished.
#[derive(Debug)]
pub struct Rows<W: Write> {
    file: BufWriter<W>,
    rows: usize,
    columns: usize,
    /// The first failure to write.
    failed: Option<io::Error>,
}

impl<W: Write + Seek> Rows<W> {
    /// Begins at the start of an empty file.
    ///
    /// # Errors
    /// A failure to write.
    pub fn new(file: W) -> io::Result<Rows<W>> {
        let mut file = BufWriter::new(file);
        file.write_all(&[0; HEADER])?;
        Ok(Rows {
            file,
            rows: 0,
            columns: 0,
            failed: None,
        })
    }

    /// Adds a row, as long as the first.
    pub fn push(&mut self, row: &[f32]) {
        if self.failed.is_some() {
            return;
        }
        self.columns = row.len();
        self.rows += 1;
        for value in row {
            if let Err(error) = self.file.write_all(&value.to_le_bytes()) {
                self.failed = Some(error);
                return;
            }
        }
    }

    /// Writes the header, which says how many rows there are; the file.
    ///
    /// # Errors
    /// The first failure to write.
    pub fn finish(mut self) -> io::Result<W> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&header(self.rows, self.columns))?;
        Ok(self.file.into_inner()?)
    }
}

/// The magic number, the version, the header's length, and the array's type and sizes, padded with blanks.
fn header(rows: usize, columns: usize) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    let length = HEADER - bytes.len() - 2;
    // Far below 65,536.
    bytes.extend((length as u16).to_le_bytes());
    let text =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    bytes.extend(format!("{text:<width$}\n", width = length - 1).bytes());
    bytes
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_as_numpy_wants_it() {
        let bytes = header(usize::MAX, usize::MAX);
        assert_eq!((bytes.len(), bytes.last()), (HEADER, Some(&b'\n')));
        assert_eq!(bytes[8..10], [118, 0]);
        let mut rows = Rows::new(io::Cursor::new(Vec::new())).unwrap();
        rows.push(&[1.0, 2.0]);
        rows.push(&[3.0, -4.5]);
        let written = rows.finish().unwrap().into_inner();
        assert_eq!(written.len(), HEADER + 16);
        assert!(String::from_utf8_lossy(&written[..HEADER]).contains("'shape': (2, 2)"));
        assert_eq!(written[HEADER + 12..], (-4.5_f32).to_le_bytes());
    }
}
