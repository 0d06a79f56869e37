//! From TOML text to a configuration, collecting every mistake.

use std::ops::Range;
use std::path::Path;

use glob::Pattern;
use toml_edit::{Document, Item, Table, TableLike};

use crate::finding::{Level, closest};
use crate::lint::{Accepted, Day, Platform, Selector, rules};

use super::{Config, Mistake};

const KEYS: [&str; 9] = [
    "$schema", "profile", "profiles", "platform", "select", "ignore", "fail-on", "levels",
    "baseline",
];
const ENTRY_KEYS: [&str; 6] = ["rule", "subject", "value", "path", "reason", "until"];
const LEVELS: [&str; 3] = ["error", "warning", "note"];
const SETTINGS: [&str; 4] = ["off", "note", "warning", "error"];
const PLATFORMS: [&str; 3] = ["any", "macos", "ios"];

pub(super) fn parse(path: &Path, text: &str) -> Result<Config, Vec<Mistake>> {
    let mut reader = Reader {
        text,
        mistakes: Vec::new(),
    };
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let line = reader.line(error.span());
            let message = error.message().replace('\n', "; ");
            return Err(vec![Mistake { line, message }]);
        }
    };
    let config = reader.config(path, document.as_table());
    if reader.mistakes.is_empty() {
        return Ok(config);
    }
    reader.mistakes.sort_by_key(|mistake| mistake.line);
    Err(reader.mistakes)
}

/// Reads values of the right type and remembers everything that is not right.
struct Reader<'a> {
    text: &'a str,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    fn config(&mut self, path: &Path, table: &Table) -> Config {
        self.refuse_unknown(table, &KEYS, "");
        let folder = path.parent().unwrap_or(Path::new(""));
        // For editors, which find the schema by it.
        self.text(table, "$schema");
        let profiles = self.texts(table, "profiles");
        Config {
            path: path.to_owned(),
            profile: self.text(table, "profile").map(|(text, _)| text),
            profiles: profiles.iter().map(|(file, _)| folder.join(file)).collect(),
            platform: self.word(table, "platform", &PLATFORMS).map(platform),
            select: self.selectors(table, "select"),
            ignore: self.selectors(table, "ignore"),
            levels: self.levels(table),
            fail_on: self
                .word(table, "fail-on", &LEVELS)
                .and_then(Level::from_name),
            baseline: self.baseline(table),
        }
    }

    fn levels(&mut self, table: &Table) -> Vec<(Selector, Option<Level>)> {
        let Some(item) = table.get("levels") else {
            return Vec::new();
        };
        let Some(levels) = item.as_table_like() else {
            self.wrong(
                item.span(),
                "levels must be a table of rule = \"level\"".to_owned(),
            );
            return Vec::new();
        };
        let mut read = Vec::new();
        for (rule, _) in levels.iter() {
            let span = key_span(levels, rule);
            let level = self.word(levels, rule, &SETTINGS).map(Level::from_name);
            let selector = self.selector(rule, span);
            read.extend(selector.zip(level));
        }
        read
    }

    fn baseline(&mut self, table: &Table) -> Vec<Accepted> {
        let Some(item) = table.get("baseline") else {
            return Vec::new();
        };
        let Some(entries) = item.as_array_of_tables() else {
            self.wrong(
                item.span(),
                "baseline must be written as [[baseline]] tables".to_owned(),
            );
            return Vec::new();
        };
        entries
            .iter()
            .filter_map(|entry| self.accepted(entry))
            .collect()
    }

    fn accepted(&mut self, entry: &Table) -> Option<Accepted> {
        self.refuse_unknown(entry, &ENTRY_KEYS, " in a baseline entry");
        let rule = self
            .required(entry, "rule")
            .and_then(|(id, span)| self.rule(&id, span));
        let subject = self.required(entry, "subject");
        let reason = self.required(entry, "reason").filter(|(reason, span)| {
            let said = !reason.trim().is_empty();
            if !said {
                self.wrong(
                    span.clone(),
                    "reason is empty; say why the finding is accepted".to_owned(),
                );
            }
            said
        });
        let path = match self.text(entry, "path") {
            Some((text, span)) => Some(self.pattern(&text, span)?),
            None => None,
        };
        let value = self.text(entry, "value").map(|(value, _)| value);
        let until = match entry.get("until") {
            Some(item) => Some(self.day(item)?),
            None => None,
        };
        Some(Accepted {
            rule: rule?,
            subject: subject?.0,
            value,
            until,
            path,
            reason: reason?.0,
            line: self.line(entry.span()),
        })
    }

    /// A day, as a TOML date or a string.
    fn day(&mut self, item: &Item) -> Option<Day> {
        let date = item.as_datetime().and_then(Day::of);
        let day = date.or_else(|| item.as_str().and_then(Day::parse));
        if day.is_none() {
            let message = "until must be a date such as 2026-12-31".to_owned();
            self.wrong(item.span(), message);
        }
        day
    }

    fn pattern(&mut self, text: &str, span: Option<Range<usize>>) -> Option<Pattern> {
        Pattern::new(text)
            .map_err(|error| self.wrong(span, format!("path is not a pattern: {}", error.msg)))
            .ok()
    }

    fn rule(&mut self, id: &str, span: Option<Range<usize>>) -> Option<&'static str> {
        let found = rules::find(id);
        if found.is_none() {
            let guess = closest(id, rules::all().map(|rule| rule.id));
            self.wrong(span, format!("{id:?} is no rule{}", did_you_mean(guess)));
        }
        found.map(|rule| rule.id)
    }

    fn selectors(&mut self, table: &Table, key: &str) -> Vec<Selector> {
        let texts = self.texts(table, key);
        texts
            .into_iter()
            .filter_map(|(text, span)| self.selector(&text, span))
            .collect()
    }

    fn selector(&mut self, text: &str, span: Option<Range<usize>>) -> Option<Selector> {
        Selector::parse(text)
            .map_err(|error| self.wrong(span, error.to_string()))
            .ok()
    }

    fn word<'w>(&mut self, table: &dyn TableLike, key: &str, words: &[&'w str]) -> Option<&'w str> {
        let (text, span) = self.text(table, key)?;
        let found = words.iter().find(|word| **word == text).copied();
        if found.is_none() {
            let choices = words.join("\", \"");
            self.wrong(
                span,
                format!("{key} is {text:?}, expected one of \"{choices}\""),
            );
        }
        found
    }

    fn required(&mut self, table: &Table, key: &str) -> Option<(String, Option<Range<usize>>)> {
        if table.get(key).is_none() {
            self.wrong(table.span(), format!("a baseline entry needs {key}"));
        }
        self.text(table, key)
    }

    fn text(&mut self, table: &dyn TableLike, key: &str) -> Option<(String, Option<Range<usize>>)> {
        let item = table.get(key)?;
        let text = item.as_str();
        if text.is_none() {
            let seen = item.type_name();
            self.wrong(
                item.span(),
                format!("{key} must be a string, not {}", article(seen)),
            );
        }
        text.map(|text| (text.to_owned(), item.span()))
    }

    fn texts(&mut self, table: &Table, key: &str) -> Vec<(String, Option<Range<usize>>)> {
        let Some(item) = table.get(key) else {
            return Vec::new();
        };
        let Some(array) = item.as_array() else {
            self.wrong(item.span(), format!("{key} must be an array of strings"));
            return Vec::new();
        };
        let mut texts = Vec::new();
        for value in array {
            match value.as_str() {
                Some(text) => texts.push((text.to_owned(), value.span())),
                None => self.wrong(
                    value.span(),
                    format!(
                        "{key} holds {}, expected strings",
                        article(value.type_name())
                    ),
                ),
            }
        }
        texts
    }

    fn refuse_unknown(&mut self, table: &Table, known: &[&str], place: &str) {
        for (key, _) in table {
            if !known.contains(&key) {
                let guess = closest(key, known.iter().copied());
                let message = format!("unknown key {key:?}{place}{}", did_you_mean(guess));
                self.wrong(key_span(table, key), message);
            }
        }
    }

    fn wrong(&mut self, span: Option<Range<usize>>, message: String) {
        let line = self.line(span);
        self.mistakes.push(Mistake { line, message });
    }

    fn line(&self, span: Option<Range<usize>>) -> u32 {
        let before = span.map_or(0, |span| span.start.min(self.text.len()));
        let newlines = self.text.as_bytes()[..before]
            .iter()
            .filter(|byte| **byte == b'\n');
        u32::try_from(newlines.count() + 1).unwrap_or(u32::MAX)
    }
}

fn key_span(table: &dyn TableLike, key: &str) -> Option<Range<usize>> {
    let (key, item) = table.get_key_value(key)?;
    key.span().or_else(|| item.span())
}

fn platform(word: &str) -> Platform {
    match word {
        "ios" => Platform::Ios,
        _ => Platform::Any,
    }
}

fn did_you_mean(guess: Option<&str>) -> String {
    guess.map_or_else(String::new, |guess| format!("; did you mean {guess:?}?"))
}

fn article(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {noun}", if vowel { "an" } else { "a" })
}
