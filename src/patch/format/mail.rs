//! A patch's own words, as the message of the commit it becomes.

/// The message: subject and body of a mail, else what stands before the first change, else `name`.
pub fn commit_message(text: &[u8], name: &str) -> String {
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text
        .lines()
        .take_while(|line| !starts_changes(line))
        .collect();
    let message = match lines.iter().position(|line| line.starts_with("Subject:")) {
        Some(at) if lines[..at].iter().all(|line| is_header(line)) => mail(&lines[at..]),
        _ => lines.join("\n"),
    };
    match message.trim() {
        "" => format!("{name}\n"),
        message => format!("{message}\n"),
    }
}

fn starts_changes(line: &str) -> bool {
    ["diff --git ", "--- ", "Index: ", "diff -"]
        .iter()
        .any(|start| line.starts_with(start))
}

/// A mail header's line or its continuation, or the line `git format-patch` begins a mailbox with.
fn is_header(line: &str) -> bool {
    let named = line
        .split_once(':')
        .is_some_and(|(name, _)| !name.contains(' '));
    named || line.starts_with([' ', '\t']) || line.starts_with("From ")
}

fn mail(lines: &[&str]) -> String {
    let folded = lines[1..]
        .iter()
        .take_while(|line| line.starts_with([' ', '\t']));
    let subject = folded.fold(
        lines[0]["Subject:".len()..].trim().to_owned(),
        |subject, line| subject + " " + line.trim(),
    );
    let subject = match subject
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("] "))
    {
        Some((_, rest)) => rest.to_owned(),
        None => subject,
    };
    let body = lines.iter().skip_while(|line| !line.is_empty());
    let body: Vec<&str> = body.copied().take_while(|line| *line != "---").collect();
    format!("{subject}\n{}", body.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_gives_subject_and_body() {
        let mail = "From 0123 Mon Sep 17 00:00:00 2001\nFrom: A <a@example.invalid>\nDate: now\n\
                    Subject: [PATCH 1/2] Say\n more\n\nBecause.\n---\n f | 2 +-\n\ndiff --git a/f b/f\n";
        assert_eq!(
            commit_message(mail.as_bytes(), "p"),
            "Say more\n\nBecause.\n"
        );
    }

    #[test]
    fn other_text_is_taken_whole_and_none_leaves_the_name() {
        let text = "Say more\n\nSubject: of no mail\n\ndiff --git a/f b/f\n";
        assert_eq!(
            commit_message(text.as_bytes(), "p"),
            "Say more\n\nSubject: of no mail\n"
        );
        assert_eq!(commit_message(b"--- a/f\n+++ b/f\n", "p"), "p\n");
    }
}
