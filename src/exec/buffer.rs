//! Memory of large values, kept for the next ones.
//!
//! A step of a model makes the same large values again and again. What the system hands out is cleared page by page when
//! it is first touched, which takes longer than most of what is computed.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut, Range};
use std::sync::Arc;

/// Elements from which on memory is kept; that of smaller values the allocator keeps itself.
const LARGE: usize = 1 << 14;

/// Elements that a thread keeps at most, 16 MB: what the operations of a layer hold at a time, attention to a thousand tokens
/// included.
const KEPT: usize = 1 << 22;

thread_local! {
    /// Oldest first.
    static FREE: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
}

/// The elements of a value of floats.
#[derive(Debug, PartialEq)]
pub struct Buffer(Vec<f32>);

impl Buffer {
    /// So many elements, of no meaning until they are written.
    pub(super) fn unwritten(len: usize) -> Buffer {
        if len < LARGE {
            return Buffer(vec![0.0; len]);
        }
        let kept = FREE.try_with(|free| {
            let mut free = free.borrow_mut();
            let fits = |memory: &Vec<f32>| (len..=2 * len).contains(&memory.capacity());
            let at = free.iter().rposition(fits)?;
            let mut memory = free.remove(at);
            memory.resize(len, 0.0);
            Some(memory)
        });
        Buffer(kept.ok().flatten().unwrap_or_else(|| {
            // What grows with the context is a little longer next time.
            let mut memory = Vec::with_capacity(len + len / 8);
            memory.resize(len, 0.0);
            memory
        }))
    }
}

impl Clone for Buffer {
    fn clone(&self) -> Buffer {
        let mut copy = Buffer::unwritten(self.len());
        copy.copy_from_slice(self);
        copy
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.0);
        if !(LARGE..=KEPT).contains(&memory.capacity()) {
            return;
        }
        // Where the thread is ending, the memory goes with it.
        let _ = FREE.try_with(|free| {
            let mut free = free.borrow_mut();
            free.push(memory);
            let mut total: usize = free.iter().map(Vec::capacity).sum();
            while total > KEPT {
                total -= free.remove(0).capacity();
            }
        });
    }
}

impl From<Vec<f32>> for Buffer {
    fn from(elements: Vec<f32>) -> Buffer {
        Buffer(elements)
    }
}

impl Deref for Buffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.0
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.0
    }
}

/// The floats of a value: all that lie in a buffer, or a run of them. Cloning shares them.
#[derive(Debug, Clone)]
pub struct Floats {
    memory: Arc<Buffer>,
    run: Range<usize>,
}

impl Floats {
    /// A run of these floats, which must lie within them; the memory of all stays as long as it does.
    pub(super) fn part(&self, run: Range<usize>) -> Floats {
        debug_assert!(run.start <= run.end && run.end <= self.len());
        Floats {
            memory: Arc::clone(&self.memory),
            run: self.run.start + run.start..self.run.start + run.end,
        }
    }

    /// The floats to be changed, if nothing else holds their memory.
    pub(super) fn alone(&mut self) -> Option<&mut [f32]> {
        let run = self.run.clone();
        Arc::get_mut(&mut self.memory).map(|memory| &mut memory[run])
    }

    /// The floats to be changed; copied where something else holds their memory.
    pub(super) fn own(&mut self) -> &mut [f32] {
        if Arc::get_mut(&mut self.memory).is_none() {
            let mut copy = Buffer::unwritten(self.len());
            copy.copy_from_slice(self);
            *self = copy.into();
        }
        let run = self.run.clone();
        // Nothing else holds it, so this copies nothing.
        &mut Arc::make_mut(&mut self.memory)[run]
    }
}

impl From<Buffer> for Floats {
    fn from(memory: Buffer) -> Floats {
        Floats {
            run: 0..memory.len(),
            memory: Arc::new(memory),
        }
    }
}

impl Deref for Floats {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.memory[self.run.clone()]
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn what_a_part_shares_is_changed_by_no_one() {
        let mut whole = Floats::from(Buffer::from(vec![1.0, 2.0, 3.0, 4.0]));
        let mut part = whole.part(1..4).part(1..3);
        assert_eq!(part[..], [3.0, 4.0]);
        assert!(whole.alone().is_none() && part.alone().is_none());
        part.own()[0] = 7.0;
        assert_eq!(
            (&whole[..], &part[..]),
            (&[1.0, 2.0, 3.0, 4.0][..], &[7.0, 4.0][..])
        );
        let mut part = whole.part(0..2);
        drop(whole);
        part.alone().unwrap()[1] = 9.0;
        part.own()[0] = 8.0;
        assert_eq!(part[..], [8.0, 9.0]);
    }

    fn kept() -> Vec<usize> {
        FREE.with(|free| free.borrow().iter().map(Vec::capacity).collect())
    }

    #[test]
    fn memory_that_is_long_enough_is_used_again() {
        let mut first = Buffer::unwritten(LARGE);
        first[0] = 7.0;
        let address = first.as_ptr();
        drop(first);
        drop(Buffer::from(vec![1.0; LARGE - 1]));
        assert_eq!(kept(), [LARGE + LARGE / 8]);
        assert_ne!(Buffer::unwritten(2 * LARGE).as_ptr(), address);
        assert_ne!(Buffer::unwritten(LARGE / 2).as_ptr(), address);
        let second = Buffer::unwritten(LARGE + 9);
        assert_eq!((second.as_ptr(), second[0]), (address, 7.0));
        assert_eq!((second.len(), second[LARGE + 8]), (LARGE + 9, 0.0));
    }

    #[test]
    fn no_more_than_the_limit_is_kept() {
        for _ in 0..3 {
            drop([(); 3].map(|()| Buffer::from(vec![0.0; KEPT / 2])));
            assert_eq!(kept(), [KEPT / 2; 2]);
        }
        drop(Buffer::from(vec![0.0; KEPT + 1]));
        assert_eq!(kept(), [KEPT / 2; 2]);
        drop(Buffer::from(vec![0.0; LARGE]));
        assert_eq!(kept(), [KEPT / 2, LARGE]);
    }
}
