//! A file's lines while hunks are placed among them.
//!
//! A hunk is looked for where its rarest line occurs, nearest to its header's line first, so that a patch of many hunks
//! takes about as long as reading the file does. What a hunk has been placed over is gone from the lists of occurrences;
//! what it put there stands between the lines of the file as it was and is never matched.

use std::collections::{BTreeMap, HashMap};

use crate::patch::fit::links::Links;
use crate::patch::fit::sums::Sums;
use crate::patch::format::file::Hunk;

/// Where a hunk was placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Where its pre-image starts in the file as it was before the patch, counted from 1; a hunk without a pre-image
    /// stands after this line.
    pub line: usize,
    /// `line` minus the line in the hunk's header.
    pub offset: isize,
}

/// Splits content into lines that keep their endings.
pub fn lines(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    content.split_inclusive(|byte| *byte == b'\n')
}

/// The number all lines of one text share.
type TextId = u32;

/// A file's content, and the hunks placed in it so far. A *place* counts the lines there are now; a *line* those of the
/// file as it was, both from 0.
pub(super) struct Image<'c> {
    lines: Vec<&'c [u8]>,
    ids: HashMap<&'c [u8], TextId>,
    /// The text of each line.
    texts: Vec<TextId>,
    /// Lines grouped by text, in order within each group.
    grouped: Vec<u32>,
    /// Where each text's group begins in `grouped`; one more at the end.
    groups: Vec<u32>,
    /// Where each line is in `grouped`.
    slots: Vec<u32>,
    /// The slots whose lines no hunk has been placed over, each group by itself.
    free_slots: Links,
    /// The lines no hunk has been placed over.
    free: Links,
    /// How many lines there are now up to and with each line of the file as it was, those put before it included.
    places: Sums,
    /// What was put before each line, by hunk; behind the last under the number of lines.
    put: BTreeMap<usize, Vec<&'c Hunk>>,
}

impl<'c> Image<'c> {
    pub(super) fn new(content: &'c [u8]) -> Image<'c> {
        let lines: Vec<&[u8]> = lines(content).collect();
        let mut ids = HashMap::new();
        let mut counts: Vec<u32> = Vec::new();
        let mut texts = Vec::with_capacity(lines.len());
        for line in &lines {
            let id = *ids.entry(*line).or_insert_with(|| {
                counts.push(0);
                (counts.len() - 1) as TextId
            });
            counts[id as usize] += 1;
            texts.push(id);
        }
        let mut groups = vec![0];
        for count in counts {
            groups.push(groups[groups.len() - 1] + count);
        }
        let mut next = groups.clone();
        let mut grouped = vec![0; lines.len()];
        let mut slots = vec![0; lines.len()];
        for (line, id) in texts.iter().enumerate() {
            let slot = &mut next[*id as usize];
            grouped[*slot as usize] = line as u32;
            slots[line] = *slot;
            *slot += 1;
        }
        Image {
            free_slots: Links::new(lines.len()),
            free: Links::new(lines.len()),
            places: Sums::ones(lines.len()),
            put: BTreeMap::new(),
            ids,
            texts,
            grouped,
            groups,
            slots,
            lines,
        }
    }

    /// Anchors a hunk, or leaves everything as it is where it fits nowhere.
    pub(super) fn place(&mut self, hunk: &'c Hunk) -> Option<Placed> {
        let needed = Needed::of(hunk, &self.ids);
        let found = self.find(hunk, &needed)?;
        let placed = self.placed(hunk, &found)?;
        let before = found.first().copied().unwrap_or(self.lines.len());
        for line in found {
            self.free.remove(line);
            self.free_slots.remove(self.slots[line] as usize);
            self.places.add(line, -1);
        }
        let added = hunk.postimage().count();
        self.places.add(before, added.cast_signed());
        self.put.entry(before).or_default().push(hunk);
        Some(placed)
    }

    /// Where a hunk fits, as things stand.
    pub(super) fn fits(&mut self, hunk: &Hunk) -> Option<Placed> {
        let needed = Needed::of(hunk, &self.ids);
        let found = self.find(hunk, &needed)?;
        self.placed(hunk, &found)
    }

    fn placed(&mut self, hunk: &Hunk, found: &[usize]) -> Option<Placed> {
        let line = match found.first() {
            Some(first) => first + 1,
            // Without a pre-image the place is the end, or the beginning of nothing.
            None => self.free.last().map_or(0, |last| last + 1),
        };
        Some(Placed {
            line,
            offset: line.checked_signed_diff(hunk.old_start)?,
        })
    }

    /// The content with every hunk placed so far.
    pub(super) fn content(&self) -> Vec<u8> {
        let mut content = Vec::new();
        let mut done = 0;
        for (before, hunks) in &self.put {
            self.copy(done..*before, &mut content);
            hunks
                .iter()
                .flat_map(|hunk| hunk.postimage())
                .for_each(|line| content.extend(line));
            done = *before;
        }
        self.copy(done..self.lines.len(), &mut content);
        content
    }

    fn copy(&self, lines: std::ops::Range<usize>, into: &mut Vec<u8>) {
        let free = lines.filter(|line| self.free.has(*line));
        free.for_each(|line| into.extend(self.lines[line]));
    }

    /// The lines a hunk's pre-image is found at.
    fn find(&mut self, hunk: &Hunk, needed: &Needed<'_>) -> Option<Vec<usize>> {
        let count = self.places.total();
        let last = count.checked_sub(needed.lines.len())?;
        if hunk.old_start <= 1 {
            return match needed.at_end && last != 0 {
                true => None,
                false => self.at(0, needed),
            };
        }
        if needed.at_end {
            return self.at(last, needed);
        }
        let start = hunk.new_start.saturating_sub(1).min(count);
        match self.rarest(needed)? {
            Some((index, id)) => self.nearest(start, needed, index, id),
            None => self.nearest_of_all(start, needed),
        }
    }

    /// The needed line that occurs least often, and its text; `Some(None)` where there is none to go by, `None` where one
    /// occurs nowhere.
    fn rarest(&self, needed: &Needed<'_>) -> Option<Option<(usize, TextId)>> {
        let mut rarest = None;
        for (index, (_, id)) in needed.lines.iter().enumerate() {
            if needed.goes_on_blank && index + 1 == needed.lines.len() {
                continue;
            }
            let id = (*id)?;
            let count = self.groups[id as usize + 1] - self.groups[id as usize];
            if rarest.is_none_or(|(least, _)| count < least) {
                rarest = Some((count, (index, id)));
            }
        }
        Some(rarest.map(|(_, line)| line))
    }

    /// Goes outwards from `start` over the occurrences of one needed line, forwards first.
    fn nearest(
        &mut self,
        start: usize,
        needed: &Needed<'_>,
        index: usize,
        id: TextId,
    ) -> Option<Vec<usize>> {
        let group = self.groups[id as usize] as usize..self.groups[id as usize + 1] as usize;
        // Lines stand in one order now and as the file was, so the first that is not too early can be searched for.
        let early = |slot: &u32| self.places.before(*slot as usize) < start + index;
        let middle = group.start + self.grouped[group.clone()].partition_point(early);
        let mut onwards = self
            .free_slots
            .from(middle)
            .filter(|slot| *slot < group.end);
        let mut back = self
            .free_slots
            .before(middle)
            .filter(|slot| *slot >= group.start);
        loop {
            let place = |slot: usize| self.places.before(self.grouped[slot] as usize);
            let ahead = onwards.map(|slot| place(slot) - start - index);
            // A line too near to the beginning for what is needed before it leaves no place, nor do those before it.
            let behind = back
                .map(place)
                .filter(|place| *place >= index)
                .map(|place| start + index - place);
            let slot = match (ahead, behind) {
                (None, None) => return None,
                (Some(ahead), behind) if behind.is_none_or(|behind| ahead <= behind) => {
                    let slot = onwards?;
                    onwards = self
                        .free_slots
                        .from(slot + 1)
                        .filter(|slot| *slot < group.end);
                    slot
                }
                _ => {
                    let slot = back?;
                    back = self
                        .free_slots
                        .before(slot)
                        .filter(|slot| *slot >= group.start);
                    slot
                }
            };
            let line = self.grouped[slot] as usize;
            if let Some(found) = self.around(line, index, needed) {
                return Some(found);
            }
        }
    }

    /// The same without a line to go by, for a pre-image of nothing but the last line of a file.
    fn nearest_of_all(&mut self, start: usize, needed: &Needed<'_>) -> Option<Vec<usize>> {
        let rank = |image: &Image<'_>, line: usize| {
            let place = image.places.before(line);
            (place.abs_diff(start), place < start)
        };
        let fitting = (0..self.lines.len()).filter(|line| {
            let text = self.lines[*line];
            self.free.has(*line) && needed.matches(0, text, None)
        });
        let found = fitting.min_by_key(|line| rank(self, *line))?;
        Some(vec![found])
    }

    /// The lines of the pre-image whose line `index` is `line`.
    fn around(&mut self, line: usize, index: usize, needed: &Needed<'_>) -> Option<Vec<usize>> {
        let mut first = line;
        for _ in 0..index {
            first = self.line_before(first)?;
        }
        self.match_from(first, needed)
    }

    /// The lines of the pre-image that begins at a place.
    fn at(&mut self, place: usize, needed: &Needed<'_>) -> Option<Vec<usize>> {
        if needed.lines.is_empty() {
            return Some(Vec::new());
        }
        let line = self.places.at(place)?;
        // What was put before the line has the places before its own.
        let is_put = self.places.before(line) != place || !self.free.has(line);
        (!is_put).then(|| self.match_from(line, needed)).flatten()
    }

    fn match_from(&mut self, first: usize, needed: &Needed<'_>) -> Option<Vec<usize>> {
        let mut found = Vec::with_capacity(needed.lines.len());
        let mut line = first;
        for index in 0..needed.lines.len() {
            if index > 0 {
                line = self.line_after(line)?;
            }
            if !needed.matches(index, self.lines[line], Some(self.texts[line])) {
                return None;
            }
            found.push(line);
        }
        Some(found)
    }

    /// The free line directly behind another, if nothing was put between.
    fn line_after(&mut self, line: usize) -> Option<usize> {
        let next = self.free.from(line + 1)?;
        (self.places.before(next) == self.places.before(line) + 1).then_some(next)
    }

    fn line_before(&mut self, line: usize) -> Option<usize> {
        let next = self.free.before(line)?;
        (self.places.before(next) + 1 == self.places.before(line)).then_some(next)
    }
}

/// A hunk's pre-image.
struct Needed<'h> {
    /// Each line with the number of its text, `None` where the file has no such line.
    lines: Vec<(&'h [u8], Option<TextId>)>,
    /// The hunk goes to the end of the file.
    at_end: bool,
    /// The last line ends without a newline, and so matches one that goes on with white space only.
    goes_on_blank: bool,
}

impl<'h> Needed<'h> {
    fn of(hunk: &'h Hunk, ids: &HashMap<&[u8], TextId>) -> Needed<'h> {
        let line = |text: &'h [u8]| (text, ids.get(text).copied());
        let lines: Vec<_> = hunk.preimage().map(line).collect();
        let at_end = hunk.trailing_context() == 0;
        let open = lines.last().is_some_and(|(text, _)| !text.ends_with(b"\n"));
        Needed {
            lines,
            at_end,
            goes_on_blank: open && !at_end,
        }
    }

    fn matches(&self, index: usize, text: &[u8], id: Option<TextId>) -> bool {
        let (needed, needed_id) = self.lines[index];
        let is_last = index + 1 == self.lines.len();
        let same = match id {
            Some(id) => needed_id == Some(id),
            None => needed == text,
        };
        same || (is_last && self.goes_on_blank && goes_on_blank(text, needed))
    }
}

/// Whether `line` is `start` and white space.
fn goes_on_blank(line: &[u8], start: &[u8]) -> bool {
    line.strip_prefix(start)
        .is_some_and(|rest| rest.iter().all(u8::is_ascii_whitespace))
}
