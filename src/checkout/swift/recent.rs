//! The texts read last, so that none of them is parsed again.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::Code;

/// How many texts are kept: a stack's files are few, and each is looked at with and without every patch.
const KEPT: usize = 16;

/// The longest text that is kept, bytes; four times the longest file of an engine.
const LONGEST: usize = 1 << 20;

thread_local! {
    /// The last asked for first.
    static RECENT: RefCell<VecDeque<Rc<Code>>> = const { RefCell::new(VecDeque::new()) };
}

/// Reads a source text as code; `None` where the grammar cannot be loaded.
///
/// One that this thread read a moment ago is not parsed again: judging a stack asks for the same few texts dozens of times,
/// by way of other trees.
pub fn code(source: &[u8]) -> Option<Rc<Code>> {
    let found = RECENT.with_borrow_mut(|recent| {
        let place = recent.iter().position(|code| code.source() == source)?;
        let code = recent.remove(place)?;
        recent.push_front(code.clone());
        Some(code)
    });
    if found.is_some() {
        return found;
    }
    let code = Rc::new(Code::of(source.to_vec())?);
    if source.len() <= LONGEST {
        RECENT.with_borrow_mut(|recent| {
            recent.push_front(code.clone());
            recent.truncate(KEPT);
        });
    }
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Rc<Code> {
        code(source.as_bytes()).expect("the grammar is there")
    }

    #[test]
    fn the_same_text_is_read_once_and_another_is_another() {
        let first = read("let a = 1");
        let other = read("let a = 2");
        assert!(Rc::ptr_eq(&first, &read("let a = 1")));
        assert!(!Rc::ptr_eq(&first, &other));
        assert_eq!(other.tokens(), read("let a = 2").tokens());
        assert_eq!(other.source(), b"let a = 2");
    }

    #[test]
    fn what_was_not_asked_for_lately_is_let_go() {
        let first = read("let a = 1");
        for number in 0..KEPT {
            read(&format!("let b = {number}"));
        }
        assert_eq!(Rc::strong_count(&first), 1);
        let long = read(&"// long\n".repeat(LONGEST / 8 + 1));
        assert_eq!(Rc::strong_count(&long), 1);
    }
}
