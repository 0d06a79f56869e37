//! File names in patch headers: prefixes, quoting, timestamps.

use crate::checkout::unquoted;

/// What ends an unquoted name besides the end of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// A tab, as before the timestamp of a `---` line.
    AtTab,
    /// The end of the line only.
    AtLineEnd,
}

/// The name in `rest`, what follows the keyword of a header line, without its first `strip` components.
pub(super) fn header_name(rest: &[u8], strip: usize, ends: Ends) -> Option<Vec<u8>> {
    let quoted = unquoted(rest).and_then(|(name, _)| Some(without_prefix(&name, strip)?.to_vec()));
    let name = quoted.or_else(|| {
        let end = rest.iter().position(|byte| ends_name(*byte, ends));
        Some(without_prefix(&rest[..end.unwrap_or(rest.len())], strip)?.to_vec())
    })?;
    (!name.is_empty()).then(|| squash_slashes(&name))
}

fn ends_name(byte: u8, ends: Ends) -> bool {
    match byte {
        b' ' => false,
        b'\t' => ends == Ends::AtTab,
        // A carriage return ends the name in a patch with CRLF line endings.
        b'\n' | b'\r' | 0x0b | 0x0c => true,
        _ => false,
    }
}

fn without_prefix(name: &[u8], strip: usize) -> Option<&[u8]> {
    let mut rest = name;
    for _ in 0..strip {
        let slash = rest.iter().position(|byte| *byte == b'/')?;
        rest = &rest[slash + 1..];
    }
    Some(rest)
}

fn squash_slashes(name: &[u8]) -> Vec<u8> {
    let mut squashed = name.to_vec();
    squashed.dedup_by(|next, before| *next == b'/' && *before == b'/');
    squashed
}

/// Whether the name in `rest` is `/dev/null`.
pub(super) fn is_dev_null(rest: &[u8]) -> bool {
    rest.strip_prefix(b"/dev/null")
        .and_then(<[u8]>::first)
        .is_some_and(u8::is_ascii_whitespace)
}

/// The name both sides of a `diff --git` line agree on, without its first `strip` components.
///
/// `rest` is what follows `diff --git `. A rename has no such name; its own header lines give both.
pub(super) fn common_name(rest: &[u8], strip: usize) -> Option<Vec<u8>> {
    let rest = rest.strip_suffix(b"\n")?;
    if let Some((first, after)) = unquoted(rest) {
        let first = tree_name(&first, strip)?;
        let second = after.trim_ascii_start();
        let second = match unquoted(second) {
            Some((name, _)) => name,
            None => second.to_vec(),
        };
        return (tree_name(&second, strip)? == first).then(|| first.to_vec());
    }
    let name = tree_name(rest, strip)?;
    if let Some(quote) = name.iter().position(|byte| *byte == b'"') {
        let (second, _) = unquoted(&name[quote..])?;
        let second = tree_name(&second, strip)?;
        let after = name[..quote].strip_prefix(second)?;
        return after
            .first()
            .is_some_and(u8::is_ascii_whitespace)
            .then(|| second.to_vec());
    }
    let separators = (0..name.len()).filter(|at| matches!(name[*at], b' ' | b'\t'));
    separators
        .filter(|at| tree_name(&name[at + 1..], strip) == Some(&name[..*at]))
        .map(|at| name[..at].to_vec())
        .next()
}

fn tree_name(name: &[u8], strip: usize) -> Option<&[u8]> {
    let absolute = name.first() == Some(&b'/');
    if absolute {
        None
    } else {
        without_prefix(name, strip)
    }
}

/// Whether a `---` or `+++` line carries the epoch as its timestamp, by which GNU diff marks a file that is not there.
pub(super) fn has_epoch_timestamp(rest: &[u8]) -> bool {
    let Some(tab) = rest.iter().rposition(|byte| *byte == b'\t') else {
        return false;
    };
    let Ok(stamp) = std::str::from_utf8(&rest[tab + 1..]) else {
        return false;
    };
    epoch_distance(stamp) == Some(0)
}

/// Minutes between the epoch and a timestamp of the days around it, such as `1970-01-01 01:00:00.0 +0100`.
fn epoch_distance(stamp: &str) -> Option<i32> {
    let mut parts = stamp.trim_end_matches('\n').split(' ');
    let (date, time, zone) = (parts.next()?, parts.next()?, parts.next()?);
    let days = match date {
        "1970-01-01" => 0,
        "1969-12-31" => -1,
        _ => return None,
    };
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let whole = clock.len() == 8 && clock.ends_with(":00") && clock.as_bytes()[2] == b':';
    if parts.next().is_some() || !whole || fraction.bytes().any(|digit| digit != b'0') {
        return None;
    }
    let minutes: i32 =
        clock.get(..2)?.parse::<i32>().ok()? * 60 + clock.get(3..5)?.parse::<i32>().ok()?;
    let digits = zone.get(1..)?.replace(':', "");
    let ahead: i32 =
        digits.get(..2)?.parse::<i32>().ok()? * 60 + digits.get(2..4)?.parse::<i32>().ok()?;
    let ahead = if zone.starts_with('-') { -ahead } else { ahead };
    Some(days * 24 * 60 + minutes - ahead)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn name(rest: &str, strip: usize) -> Option<String> {
        let name = header_name(rest.as_bytes(), strip, Ends::AtTab);
        name.map(|name| String::from_utf8(name).unwrap())
    }

    #[test]
    fn a_header_name_loses_prefix_timestamp_and_quotes() {
        assert_eq!(name("a/dir/file name\n", 1).unwrap(), "dir/file name");
        assert_eq!(name("a/f\t2026-01-01 10:00:00\n", 1).unwrap(), "f");
        assert_eq!(name("a//x///f\r\n", 1).unwrap(), "/x/f");
        assert_eq!(
            name("\"a/tab\\there\\303\\251\"\n", 1).unwrap(),
            "tab\thereé"
        );
        assert_eq!(name("plain\n", 0).unwrap(), "plain");
        assert_eq!(name("plain\n", 1), None);
    }

    #[test]
    fn a_git_line_gives_a_name_only_where_both_sides_agree() {
        let common = |text: &str| {
            let name = common_name(text.as_bytes(), 1)?;
            String::from_utf8(name).ok()
        };
        assert_eq!(common("a/x b/x\n").unwrap(), "x");
        assert_eq!(common("a/x b/x b/x b/x\n").unwrap(), "x b/x");
        assert_eq!(common("\"a/q\\\"\" \"b/q\\\"\"\n").unwrap(), "q\"");
        assert_eq!(common("a/x b/y\n"), None);
        assert_eq!(common("/a/x /b/x\n"), None);
    }

    #[test]
    fn the_epoch_is_the_epoch_in_every_zone() {
        for (stamp, epoch) in [
            ("f\t1970-01-01 00:00:00.000000000 +0000\n", true),
            ("f\t1969-12-31 16:00:00.000000000 -0800\n", true),
            ("f\t1970-01-01 05:30:00 +05:30\n", true),
            ("f\t1970-01-01 05:30:00 +0000\n", false),
            ("f\t2026-01-01 00:00:00 +0000\n", false),
            ("f\n", false),
        ] {
            assert_eq!(has_epoch_timestamp(stamp.as_bytes()), epoch, "{stamp}");
        }
    }
}
