//! Finding known words in a text, whatever stands between, before and after them.

use std::collections::BTreeSet;

/// How much of a message a text must have.
pub(super) const ENOUGH: f64 = 0.8;
/// How much of one it has that is worth a guess.
pub(super) const ALIKE: f64 = 0.4;
/// Below this weight a message has too few words to be known by a part of them.
const SHORT: f64 = 16.0;
/// What a short message must have: all but what a misspelling takes.
const NEARLY_ALL: f64 = 0.95;
/// What a word counts at most; its letters, below that.
const HEAVIEST: usize = 12;
/// What a word in the text counts against, that the message does not have.
const STRANGER: f64 = 0.75;
/// Most words of a line; the rest of it is not looked at.
const MAX_WORDS: usize = 512;
/// Words of fewer letters are not taken for misspelt.
const LEAST_MISSPELT: usize = 6;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Word {
    /// In lower case.
    Text(String),
    /// Whichever number.
    Number,
}

impl Word {
    fn of(text: &str) -> Word {
        match text.bytes().all(|byte| byte.is_ascii_digit()) {
            true => Word::Number,
            false => Word::Text(text.to_lowercase()),
        }
    }

    fn is_like(&self, other: &Word) -> bool {
        match (self, other) {
            (Word::Text(a), Word::Text(b)) => {
                a == b
                    || (a.len() >= LEAST_MISSPELT
                        && b.len().abs_diff(a.len()) <= 1
                        && strsim::osa_distance(a, b) == 1)
            }
            (Word::Number, Word::Number) => true,
            _ => false,
        }
    }

    fn weight(&self) -> f64 {
        match self {
            // At most the heaviest, so it fits.
            Word::Text(text) => text.chars().count().min(HEAVIEST) as f64,
            Word::Number => 1.0,
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = Word> {
    // An underscore joins the parts of a name; an apostrophe is as often typed as not.
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|part| !part.is_empty())
        .map(Word::of)
}

/// The words of each line, and of each two lines, as far as `most` bytes go; what repeats is there once.
pub(super) fn passages(text: &str, most: usize) -> Vec<Vec<Word>> {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let lines = text[..end].lines().map(|line| words(line).take(MAX_WORDS));
    let lines: Vec<Vec<Word>> = lines
        .map(Iterator::collect::<Vec<Word>>)
        .filter(|line| !line.is_empty())
        .collect();
    let mut pairs = lines.windows(2).map(<[Vec<Word>]>::concat);
    let mut seen = BTreeSet::new();
    let mut passages = Vec::new();
    for line in &lines {
        for passage in [Some(line.clone()), pairs.next()].into_iter().flatten() {
            if seen.insert(passage.clone()) {
                passages.push(passage);
            }
        }
    }
    passages
}

/// A part of a message.
#[derive(Debug, Clone)]
enum Part {
    Word(Word, f64),
    /// What changes: no word or some.
    Any,
}

/// One form of a message.
#[derive(Debug, Clone)]
pub(super) struct Phrase {
    parts: Vec<Part>,
    weight: f64,
}

impl Phrase {
    /// Reads a form, in which `{}` stands for what changes.
    pub(super) fn of(said: &str) -> Phrase {
        let mut parts = Vec::new();
        for (place, piece) in said.split("{}").enumerate() {
            if place > 0 {
                parts.push(Part::Any);
            }
            parts.extend(words(piece).map(|word| {
                let weight = word.weight();
                Part::Word(word, weight)
            }));
        }
        let weights = parts.iter().map(|part| match part {
            Part::Word(_, weight) => *weight,
            Part::Any => 0.0,
        });
        Phrase {
            weight: weights.sum(),
            parts,
        }
    }

    /// What its words count together.
    pub(super) fn weight(&self) -> f64 {
        self.weight
    }

    /// How much of it a text must have to be it.
    pub(super) fn enough(&self) -> f64 {
        match self.weight < SHORT {
            true => NEARLY_ALL,
            false => ENOUGH,
        }
    }

    /// How much of its words the text has in their order, from 0 to 1; words that do not belong there count against it.
    pub(super) fn likeness(&self, text: &[Word]) -> f64 {
        if self.weight == 0.0 {
            return 0.0;
        }
        // What the best way so far counts, by how many parts it has behind it; where none has begun, nothing.
        let mut ways = vec![0.0_f64; self.parts.len() + 1];
        let mut best = 0.0_f64;
        for word in text {
            let mut next = vec![0.0_f64; ways.len()];
            for (place, part) in self.parts.iter().enumerate() {
                let stays = match part {
                    Part::Any => ways[place].max(ways[place + 1]),
                    Part::Word(known, weight) if known.is_like(word) => ways[place] + weight,
                    Part::Word(..) => ways[place + 1] - STRANGER,
                };
                // A part may also be passed over.
                next[place + 1] = stays.max(next[place]).max(0.0);
            }
            ways = next;
            best = best.max(ways[self.parts.len()]);
        }
        best / self.weight
    }
}
