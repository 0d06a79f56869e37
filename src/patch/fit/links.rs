//! Numbers that are taken away one by one, and the nearest that is left.

/// The numbers below a bound that have not been taken away.
///
/// Every number that is gone points to one nearer to the next that is left, in both directions; the ways are shortened
/// as they are walked.
pub(super) struct Links {
    /// Where to look on for what is left from a number on; itself where it is left.
    onwards: Vec<u32>,
    /// The same backwards, one further on: entry `n + 1` is number `n`, entry 0 the end.
    back: Vec<u32>,
}

impl Links {
    /// Every number below `bound`, which a file of 4 GiB cannot have as many lines as.
    pub(super) fn new(bound: usize) -> Links {
        Links {
            onwards: (0..=bound as u32).collect(),
            back: (0..=bound as u32).collect(),
        }
    }

    fn bound(&self) -> usize {
        self.onwards.len() - 1
    }

    pub(super) fn has(&self, number: usize) -> bool {
        number < self.bound() && self.onwards[number] as usize == number
    }

    pub(super) fn remove(&mut self, number: usize) {
        self.onwards[number] = number as u32 + 1;
        self.back[number + 1] = number as u32;
    }

    /// The first that is left from `number` on.
    pub(super) fn from(&mut self, number: usize) -> Option<usize> {
        let bound = self.bound();
        let found = walk(&mut self.onwards, number.min(bound));
        (found < bound).then_some(found)
    }

    /// The last that is left before `number`.
    pub(super) fn before(&mut self, number: usize) -> Option<usize> {
        let bound = self.bound();
        walk(&mut self.back, number.min(bound)).checked_sub(1)
    }

    /// The last that is left.
    pub(super) fn last(&mut self) -> Option<usize> {
        self.before(self.bound())
    }
}

/// Follows the links to their end; every second one is made to reach further.
fn walk(links: &mut [u32], from: usize) -> usize {
    let mut at = from;
    while links[at] as usize != at {
        let next = links[at] as usize;
        links[at] = links[next];
        at = links[at] as usize;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_left_is_found_in_both_directions() {
        let mut links = Links::new(6);
        for gone in [2, 3, 5, 0] {
            links.remove(gone);
        }
        assert_eq!(links.from(0), Some(1));
        assert_eq!(links.from(2), Some(4));
        assert_eq!(links.from(5), None);
        assert_eq!(links.before(4), Some(1));
        assert_eq!(links.before(1), None);
        assert_eq!(links.last(), Some(4));
        assert!(links.has(4) && !links.has(5) && !links.has(6));
    }
}
