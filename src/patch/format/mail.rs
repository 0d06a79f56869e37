//! A patch's own words, as the commit it becomes has them: message and author.
//!
//! What stands before the first change is a mail, as `git format-patch` and mail programs write it, or plain text, as
//! StGit and quilt do. A mail's headers are decoded, and a `From:` or `Subject:` at the beginning of its body goes before
//! those of the mail itself, as `git am` has it.

use mail_parser::{Address, Message as Mail, MessageParser, MimeHeaders};

use crate::patch::format::parse::first_change;

/// A patch's words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailMessage {
    /// What it does, in a line; empty where nothing says it.
    pub subject: String,
    /// Why, and whatever else; may be empty.
    pub body: String,
    /// Who made the change, where that is said.
    pub author: Option<Author>,
    /// Whether a mail says it, which sets its subject apart from other words.
    pub is_mail: bool,
}

/// Who made a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Never empty.
    pub name: String,
    /// Never empty.
    pub address: String,
    /// When.
    pub date: Option<Date>,
}

/// A moment, and the clock on the author's wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// Since 1970.
    pub seconds: i64,
    /// Ahead of UTC.
    pub zone_minutes: i32,
}

impl MailMessage {
    /// The words of a patch file.
    pub fn of(text: &[u8]) -> MailMessage {
        let words = without_mailbox_line(&text[..first_change(text)]);
        let mail = is_mail(words).then(|| MessageParser::default().parse(words));
        match mail.flatten() {
            Some(mail) => of_mail(&mail),
            None => of_plain(&String::from_utf8_lossy(words)),
        }
    }

    /// The whole message of a commit; `name` where there are no words.
    pub fn commit(&self, name: &str) -> String {
        match (self.subject.as_str(), self.body.as_str()) {
            ("", "") => format!("{name}\n"),
            ("", body) => format!("{body}\n"),
            (subject, "") => format!("{subject}\n"),
            (subject, body) => format!("{subject}\n\n{body}\n"),
        }
    }
}

/// A mailbox begins each mail with a line that is none of its headers.
fn without_mailbox_line(words: &[u8]) -> &[u8] {
    match words.starts_with(b"From ") || words.starts_with(b">From ") {
        true => words
            .split_inclusive(|byte| *byte == b'\n')
            .next()
            .map_or(words, |line| &words[line.len()..]),
        false => words,
    }
}

/// Whether the text begins with a mail's headers, one of which is its subject.
fn is_mail(words: &[u8]) -> bool {
    let mut headers = words
        .split(|byte| *byte == b'\n')
        .take_while(|line| !line.trim_ascii().is_empty());
    let mut is_subject = false;
    let is_header = |line: &[u8]| {
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        is_subject |= name.eq_ignore_ascii_case(b"subject");
        let named = name.len() < line.len() && name.iter().all(u8::is_ascii_graphic);
        named || line.starts_with(b" ") || line.starts_with(b"\t")
    };
    headers.all(is_header) && is_subject
}

fn of_mail(mail: &Mail<'_>) -> MailMessage {
    let body = mail.body_text(0).unwrap_or_default().replace("\r\n", "\n");
    let body = match mail.content_type() {
        Some(kind) if is(kind.attribute("format"), "flowed") => {
            flowed(&body, is(kind.attribute("delsp"), "yes"))
        }
        _ => body,
    };
    let mut lines = body
        .lines()
        .skip_while(|line| line.trim().is_empty())
        .peekable();
    let mut subject = mail.subject().unwrap_or_default().to_owned();
    let mut from = mail.from().and_then(author);
    let mut date = mail.date().map(date_of);
    while let Some(header) = lines.peek().and_then(|line| InBody::of(line)) {
        match header {
            InBody::Subject(said) => subject = said,
            InBody::From(said) => from = Some(said),
            InBody::Date(said) => date = Some(said),
        }
        lines.next();
    }
    let said: Vec<&str> = lines.take_while(|line| line.trim_end() != "---").collect();
    MailMessage {
        subject: clean_subject(&one_line(&subject)),
        body: trimmed(&said),
        author: from.map(|author| Author { date, ..author }),
        is_mail: true,
    }
}

fn is(attribute: Option<&str>, value: &str) -> bool {
    attribute.is_some_and(|attribute| attribute.eq_ignore_ascii_case(value))
}

/// A header that stands in the body, before everything else.
enum InBody {
    Subject(String),
    From(Author),
    Date(Date),
}

impl InBody {
    fn of(line: &str) -> Option<InBody> {
        let (name, _) = line.split_once(": ")?;
        let alone = format!("{line}\n\n");
        let mail = MessageParser::default().parse_headers(alone.as_bytes())?;
        match name.to_ascii_lowercase().as_str() {
            "subject" => Some(InBody::Subject(mail.subject()?.to_owned())),
            "from" => Some(InBody::From(author(mail.from()?)?)),
            "date" => Some(InBody::Date(date_of(mail.date()?))),
            _ => None,
        }
    }
}

/// Joins the lines a mail program has broken (RFC 3676).
fn flowed(body: &str, drops_space: bool) -> String {
    let mut whole = String::with_capacity(body.len());
    let mut open = false;
    for line in body.lines() {
        let text = line.strip_prefix(' ').unwrap_or(line);
        // A signature's mark is no broken line.
        let soft = text.ends_with(' ') && text != "-- ";
        if !open && !whole.is_empty() {
            whole.push('\n');
        }
        whole.push_str(match soft && drops_space {
            true => &text[..text.len() - 1],
            false => text,
        });
        open = soft;
    }
    whole
}

fn author(address: &Address<'_>) -> Option<Author> {
    let first = address.first()?;
    let plain = |text: &str| {
        let kept = |c: &char| !c.is_control() && !matches!(c, '<' | '>');
        let text: String = text.chars().filter(kept).collect();
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let address = plain(first.address()?)?;
    Some(Author {
        name: first
            .name()
            .and_then(plain)
            .unwrap_or_else(|| address.clone()),
        address,
        date: None,
    })
}

fn date_of(date: &mail_parser::DateTime) -> Date {
    let minutes = i32::from(date.tz_hour) * 60 + i32::from(date.tz_minute);
    Date {
        seconds: date.to_timestamp(),
        zone_minutes: if date.tz_before_gmt {
            -minutes
        } else {
            minutes
        },
    }
}

/// Without `[PATCH 1/2]`, `Re:` and their like before it.
fn clean_subject(subject: &str) -> String {
    let mut rest = subject.trim();
    loop {
        let shorter = match rest.as_bytes() {
            [b'[', ..] => rest.split_once(']').map(|(_, rest)| rest),
            [b'r' | b'R', b'e' | b'E', b':', ..] => Some(&rest[3..]),
            [b':', ..] => Some(&rest[1..]),
            _ => None,
        };
        match shorter {
            Some(shorter) if !shorter.trim().is_empty() => rest = shorter.trim_start(),
            _ => return rest.to_owned(),
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A subject, and an author's line behind it or before it, as StGit writes them.
fn of_plain(words: &str) -> MailMessage {
    let mut lines: Vec<&str> = words
        .lines()
        .take_while(|line| line.trim_end() != "---")
        .collect();
    let is_said = |line: &&&str| !line.trim().is_empty();
    let first_two = lines.iter().filter(is_said).take(2).copied();
    let from = first_two
        .filter_map(|line| match InBody::of(line) {
            Some(InBody::From(author)) => Some((line, author)),
            _ => None,
        })
        .next();
    let author = from.map(|(said, author)| {
        lines.retain(|line| *line != said);
        author
    });
    let mut said = lines.into_iter().skip_while(|line| line.trim().is_empty());
    let subject: Vec<&str> = said
        .by_ref()
        .take_while(|line| !line.trim().is_empty())
        .collect();
    MailMessage {
        subject: subject.join("\n").trim().to_owned(),
        body: trimmed(&said.collect::<Vec<_>>()),
        author,
        is_mail: false,
    }
}

/// The lines without blank ones around them or at the ends of any.
fn trimmed(lines: &[&str]) -> String {
    let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const DIFF: &str = "diff --git a/f b/f\nnew file mode 100644\n";

    fn message(words: &str) -> MailMessage {
        MailMessage::of(format!("{words}{DIFF}").as_bytes())
    }

    fn said(words: &str) -> String {
        message(words).commit("p")
    }

    fn by(words: &str) -> String {
        let author = message(words).author.unwrap();
        format!("{} <{}>", author.name, author.address)
    }

    #[test]
    fn a_mail_gives_subject_body_author_and_date() {
        let mail = "From 0123 Mon Sep 17 00:00:00 2001\nFrom: A <a@example.invalid>\n\
                    Date: Tue, 1 Sep 2026 10:00:00 +0200\nSubject: [PATCH 1/2] Say\n more\n\nBecause.\n\n\
                    So:\n  it is.\n---\n f | 2 +-\n\n";
        assert_eq!(said(mail), "Say more\n\nBecause.\n\nSo:\n  it is.\n");
        assert_eq!(by(mail), "A <a@example.invalid>");
        let date = message(mail).author.unwrap().date.unwrap();
        assert_eq!((date.seconds, date.zone_minutes), (1_788_249_600, 120));
    }

    #[test]
    fn encoded_words_are_decoded_folded_or_not() {
        let mail = "From: =?UTF-8?q?J=C3=BCrgen_M=C3=BCller?= <j@example.invalid>\n\
                    Subject: [PATCH] =?UTF-8?q?Gr=C3=B6=C3=9Fe_?=\n =?UTF-8?q?pr=C3=BCfen?=\n\nWarum.\n---\n";
        assert_eq!(said(mail), "Gr\u{f6}\u{df}e pr\u{fc}fen\n\nWarum.\n");
        assert_eq!(by(mail), "J\u{fc}rgen M\u{fc}ller <j@example.invalid>");
        let japanese = "From: =?ISO-2022-JP?B?GyRCOzNFRBsoQg==?= <y@example.invalid>\n\
                        Subject: =?iso-8859-1?Q?Caf=E9?=\n\n";
        assert_eq!(by(japanese), "\u{5c71}\u{7530} <y@example.invalid>");
        assert_eq!(said(japanese), "Caf\u{e9}\n");
        let quoted = "From: \"Doe, John\" <d@example.invalid>\nSubject: x\n\n";
        assert_eq!(by(quoted), "Doe, John <d@example.invalid>");
    }

    #[test]
    fn lines_a_mail_program_broke_are_joined() {
        let mail = "From: A <a@example.invalid>\nSubject: x\n\
                    Content-Type: text/plain; charset=utf-8; format=flowed\n\n\
                    One line that \nwent on.\n\n  - stuffed\n---\n";
        assert_eq!(said(mail), "x\n\nOne line that went on.\n\n - stuffed\n");
        assert_eq!(flowed("a b \nc", true), "a bc");
    }

    #[test]
    fn a_body_in_another_encoding_is_decoded() {
        let head = "From: A <a@example.invalid>\nSubject: x\nContent-Type: text/plain; charset=iso-8859-1\n\
                    Content-Transfer-Encoding: 8bit\n\nCaf";
        let mut text = head.as_bytes().to_vec();
        text.extend(b"\xe9.\n---\n");
        text.extend(DIFF.as_bytes());
        assert_eq!(MailMessage::of(&text).commit("p"), "x\n\nCaf\u{e9}.\n");
    }

    #[test]
    fn headers_in_the_body_go_before_those_of_the_mail() {
        let mail = "From: List <list@example.invalid>\nSubject: Re: [PATCH v2] [x] forwarded\n\n\
                    From: =?utf-8?b?w4k=?= <e@example.invalid>\nSubject: Say it\n\nFrom: here on it is text.\n---\n";
        assert_eq!(by(mail), "\u{c9} <e@example.invalid>");
        assert_eq!(said(mail), "Say it\n\nFrom: here on it is text.\n");
    }

    #[test]
    fn other_text_is_taken_whole_and_none_leaves_the_name() {
        let text = "Say more\n\nSubject: of no mail\n\n";
        assert_eq!(said(text), "Say more\n\nSubject: of no mail\n");
        assert_eq!(said(""), "p\n");
        assert_eq!(
            MailMessage::of(b"--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n").commit("p"),
            "p\n"
        );
        let stgit = "Say more\n\nFrom: A B <a@example.invalid>\n\nBecause.\n---\n f | 1 +\n";
        assert_eq!(said(stgit), "Say more\n\nBecause.\n");
        assert_eq!(by(stgit), "A B <a@example.invalid>");
    }

    #[test]
    fn a_rule_before_the_changes_ends_the_message_and_a_list_does_not_begin_them() {
        assert_eq!(
            said("Say\n\n--- not a file\nmore\n"),
            "Say\n\n--- not a file\nmore\n"
        );
    }
}
