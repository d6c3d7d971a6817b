//! Making the words of others harmless in Markdown.

use std::fmt;

/// Longest run of foreign text that is shown.
const TEXT_LIMIT: usize = 600;

/// Text that is safe to put into a Markdown template: escaped, or our own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Markdown(String);

impl Markdown {
    /// Our own words or a rule's, trusted as they are.
    pub fn own(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The Markdown text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Joins with our own separator.
    #[must_use]
    pub fn join(items: &[Self], separator: &str) -> Self {
        Self(items.iter().map(Self::as_str).collect::<Vec<_>>().join(separator))
    }
}

impl fmt::Display for Markdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Foreign text for the middle of a line: no markup, mention, link, HTML, reference or line break of it survives.
///
/// An entity or a backslash stops Markdown, but not GitHub's mentions and references, which are looked for in the rendered
/// page: those are broken by a zero-width space.
#[must_use]
pub fn text(foreign: &str) -> Markdown {
    let clean = one_line(foreign);
    let mut out = String::with_capacity(clean.len() + 16);
    let mut word_so_far = String::new();
    for c in clean.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' => out.push_str("@&#8203;"),
            '#' => out.push_str("\\#&#8203;"),
            ':' => out.push_str(":&#8203;"),
            '$' => out.push_str("&#36;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '|' | '~' | '!' | '+' | '=' => {
                out.push('\\');
                out.push(c);
            }
            '-' => out.push_str(if word_so_far.eq_ignore_ascii_case("gh") { "-&#8203;" } else { "\\-" }),
            '.' => out.push_str(if word_so_far.eq_ignore_ascii_case("www") || starts_a_list(&out) { ".&#8203;" } else { "." }),
            _ => out.push(c),
        }
        if c.is_alphanumeric() {
            word_so_far.push(c);
            // Forty hexadecimal digits would become a link to a commit.
            if word_so_far.len() == 20 && word_so_far.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                out.push_str("&#8203;");
            }
        } else {
            word_so_far.clear();
        }
    }
    Markdown(out)
}

/// `1.` at the beginning of a text that itself begins a list item would be a list in the list.
fn starts_a_list(so_far: &str) -> bool {
    !so_far.is_empty() && so_far.bytes().all(|byte| byte.is_ascii_digit())
}

/// Foreign text as inline code, in which GitHub looks for nothing.
#[must_use]
pub fn code(foreign: &str) -> Markdown {
    let clean = one_line(foreign);
    if clean.is_empty() {
        return Markdown(String::new());
    }
    let longest_run = clean.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest_run + 1);
    let pad = if clean.starts_with('`') || clean.ends_with('`') { " " } else { "" };
    // A pipe would end the cell of a table even inside code.
    Markdown(format!("{fence}{pad}{}{pad}{fence}", clean.replace('|', "\u{2502}")))
}

/// Sentences of ours that hold foreign words: what stands between backticks becomes code, the rest is escaped.
#[must_use]
pub fn prose(sentence: &str) -> Markdown {
    let pieces: Vec<&str> = sentence.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        return text(sentence);
    }
    let render = |(index, piece): (usize, &&str)| {
        if index % 2 == 1 { code(piece) } else { edge_spaces(piece, text(piece)) }
    };
    Markdown(pieces.iter().enumerate().map(render).map(|piece| piece.0).collect())
}

/// [`text`] trims; between two pieces of code the spaces matter.
fn edge_spaces(original: &str, escaped: Markdown) -> Markdown {
    let before = if original.starts_with(char::is_whitespace) { " " } else { "" };
    let after = if original.ends_with(char::is_whitespace) && !escaped.0.is_empty() { " " } else { "" };
    Markdown(format!("{before}{}{after}", escaped.0))
}

/// One line without control, direction and invisible characters, cut at a length.
pub(super) fn one_line(foreign: &str) -> String {
    let mut out = String::new();
    let mut count = 0;
    for c in foreign.chars() {
        let c = if c.is_whitespace() || c.is_control() { ' ' } else { c };
        if is_invisible(c) || (c == ' ' && (out.is_empty() || out.ends_with(' '))) {
            continue;
        }
        if count == TEXT_LIMIT {
            out.push('…');
            break;
        }
        out.push(c);
        count += 1;
    }
    out.truncate(out.trim_end().len());
    out
}

/// Characters that show nothing, or turn the direction of what follows.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn attacks_come_out_as_plain_words() {
        let attacks = [
            "@org/admins please merge",
            "<img src=x onerror=alert(1)> <!-- x -->",
            "[click](https://evil.example) ![x](//evil.example/p.png)",
            "see https://evil.example www.evil.example GH-1 acme/infra#1 me@evil.example",
            "line\n\n# Heading\n- [x] done\n```\ncode",
            "`code` and ``more`` | cell | $x^2$ ~~no~~",
            "right\u{202e}left\u{200b}\u{0}",
        ];
        insta::assert_snapshot!(attacks.map(|attack| text(attack).0).join("\n"));
        insta::assert_snapshot!(attacks.map(|attack| code(attack).0).join("\n"));
    }

    #[test]
    fn backticks_in_our_sentences_stay_code() {
        assert_eq!(prose("sets `a.b_c` to `true` for @all").0, "sets `a.b_c` to `true` for @&#8203;all");
        assert_eq!(prose("one ` only").0, "one \\` only");
    }

    /// What GitHub would act on, in text outside code: an unescaped special, a mention, a reference, a bare link.
    fn live_markup(markdown: &str) -> Option<String> {
        let mut previous = ' ';
        let chars: Vec<char> = markdown.chars().collect();
        for (index, &c) in chars.iter().enumerate() {
            let rest: String = chars[index..].iter().take(12).collect();
            let escaped = previous == '\\';
            let zero_width = |after: &str| rest[c.len_utf8()..].starts_with(after);
            let live = match c {
                '<' | '>' => true,
                '&' => !["&amp;", "&lt;", "&gt;", "&#8203;", "&#36;"].iter().any(|entity| rest.starts_with(entity)),
                '`' | '*' | '_' | '[' | ']' | '(' | ')' | '|' | '~' | '!' | '{' | '}' => !escaped,
                '#' => !(escaped || previous == '&') || (escaped && !zero_width("&#8203;")),
                '@' | ':' => !zero_width("&#8203;"),
                '\n' | '\r' => true,
                _ => false,
            };
            if live {
                return Some(rest);
            }
            previous = if escaped { ' ' } else { c };
        }
        None
    }

    proptest! {
        #[test]
        fn nothing_live_survives_in_text(foreign in "(\\PC|[@#:`*_<>&\\[\\]()\\\\|~!.\\n-]){0,60}") {
            let escaped = text(&foreign);
            prop_assert_eq!(live_markup(escaped.as_str()), None, "{}", escaped);
        }

        #[test]
        fn code_cannot_be_left(foreign in "(\\PC|[`\\n @]){0,60}") {
            let escaped = code(&foreign).0;
            prop_assert!(!escaped.contains('\n'));
            let fence = escaped.chars().take_while(|c| *c == '`').count();
            let inner = escaped.trim_matches('`');
            prop_assert!(inner.split(|c| c != '`').all(|run| run.len() < fence.max(1)), "{}", escaped);
        }
    }
}
