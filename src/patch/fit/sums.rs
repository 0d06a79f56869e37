//! Sums over a row of counts that change (a Fenwick tree).

/// How many lines stand at and before each line of a file, as lines come and go. The last count is that of the end.
pub(super) struct Sums {
    /// Entry `i` (from 1) holds the sum of the counts it covers.
    tree: Vec<i64>,
}

impl Sums {
    /// One for each line, none for the end.
    pub(super) fn ones(lines: usize) -> Sums {
        let mut tree = vec![0; lines + 2];
        for (entry, sum) in tree.iter_mut().enumerate().skip(1) {
            let covered = lowest_bit(entry);
            // The end has no line of its own.
            *sum = covered as i64 - i64::from(entry == lines + 1);
        }
        Sums { tree }
    }

    /// Adds to a line's count.
    pub(super) fn add(&mut self, line: usize, count: isize) {
        let mut entry = line + 1;
        while let Some(sum) = self.tree.get_mut(entry) {
            *sum += count as i64;
            entry += lowest_bit(entry);
        }
    }

    /// The sum up to and with a line, its own place excluded: how many stand before it where it is there itself.
    pub(super) fn before(&self, line: usize) -> usize {
        usize::try_from(self.through(line + 1) - 1).unwrap_or(0)
    }

    /// The sum of all.
    pub(super) fn total(&self) -> usize {
        usize::try_from(self.through(self.tree.len() - 1)).unwrap_or(0)
    }

    /// The line at whose count the sum first exceeds `place`.
    pub(super) fn at(&self, place: usize) -> Option<usize> {
        let mut left = i64::try_from(place).ok()?;
        let (mut entry, mut step) = (
            0,
            (self.tree.len() - 1).checked_ilog2().map(|log| 1 << log)?,
        );
        while step > 0 {
            if let Some(sum) = self.tree.get(entry + step).filter(|sum| **sum <= left) {
                left -= sum;
                entry += step;
            }
            step /= 2;
        }
        (entry + 1 < self.tree.len()).then_some(entry)
    }

    fn through(&self, mut entry: usize) -> i64 {
        let mut sum = 0;
        while entry > 0 {
            sum += self.tree[entry];
            entry -= lowest_bit(entry);
        }
        sum
    }
}

fn lowest_bit(entry: usize) -> usize {
    entry & entry.wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_what_comes_and_goes() {
        let mut sums = Sums::ones(5);
        assert_eq!((sums.total(), sums.before(3), sums.at(3)), (5, 3, Some(3)));
        sums.add(1, -1);
        sums.add(1, 3);
        assert_eq!((sums.total(), sums.before(0), sums.before(2)), (7, 0, 4));
        assert_eq!(
            (sums.at(1), sums.at(3), sums.at(4)),
            (Some(1), Some(1), Some(2))
        );
        assert_eq!(sums.at(7), None);
        sums.add(5, 2);
        assert_eq!((sums.total(), sums.at(8)), (9, Some(5)));
    }
}
