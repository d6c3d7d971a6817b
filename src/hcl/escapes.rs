//! Text in quotes read without its escapes, in as many bytes as it had: what follows it stays where it is.

/// From offsets of a text without escapes to those of the text with them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Offsets(Vec<(usize, usize)>);

impl Offsets {
    /// From `inner` on, what has no escapes counts from `outer` of what has them.
    pub(super) fn note(&mut self, inner: usize, outer: usize) {
        if self.0.last().map_or(inner != outer, |(known, there)| inner - known != outer - there) {
            self.0.push((inner, outer));
        }
    }

    /// The offset with escapes; that of the escape for one at which an escape stands.
    pub(super) fn outer(&self, inner: usize) -> usize {
        let after = self.0.partition_point(|(known, _)| *known <= inner);
        after.checked_sub(1).and_then(|last| self.0.get(last)).map_or(inner, |(known, outer)| outer + (inner - known))
    }
}

/// What stands between the quotes of an HCL string, as a heredoc would hold it: escapes of characters are read, templates stay
/// as they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unquoted {
    text: String,
    /// Bytes of the text without the spaces behind it.
    length: usize,
    offsets: Offsets,
}

impl Unquoted {
    /// Reads `content`, without the quotes. `None` where an escape or a template has no end.
    #[must_use]
    pub fn read(content: &str) -> Option<Self> {
        let mut text = String::with_capacity(content.len());
        let mut offsets = Offsets::default();
        let mut at = 0;
        while let Some(c) = content[at..].chars().next() {
            let length = if opens_template(content.as_bytes(), at) {
                let end = template_end(content.as_bytes(), at)?;
                text.push_str(content.get(at..end)?);
                end - at
            } else if c == '\\' {
                let (read, length) = escape(&content[at..])?;
                text.push(read);
                length
            } else {
                text.push(c);
                c.len_utf8()
            };
            at += length;
            offsets.note(text.len(), at);
        }
        let length = text.len();
        text.extend(std::iter::repeat_n(' ', content.len() - length));
        Some(Self { text, length, offsets })
    }

    /// The text, with spaces behind it for the bytes that its escapes took.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text without these spaces.
    #[must_use]
    pub fn whole(&self) -> &str {
        &self.text[..self.length]
    }

    /// Where in the content an offset of the text is.
    #[must_use]
    pub fn offset(&self, at: usize) -> usize {
        self.offsets.outer(at)
    }
}

/// The inverse of [`Unquoted`]: text as it stands between quotes, templates as they are.
#[must_use]
pub fn requote(text: &str) -> String {
    let escaped = |c: char| match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c => c.to_string(),
    };
    let parts = template_parts(text).into_iter();
    parts.map(|(template, part)| if template { part.to_owned() } else { part.chars().map(escaped).collect() }).collect()
}

/// A text as its templates and what stands between them, in order; `true` says which is a template.
#[must_use]
pub fn template_parts(text: &str) -> Vec<(bool, &str)> {
    let bytes = text.as_bytes();
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < bytes.len() {
        match Some(at).filter(|at| opens_template(bytes, *at)).and_then(|at| template_end(bytes, at)) {
            Some(end) => {
                parts.extend([(false, &text[from..at]), (true, &text[at..end])]);
                (from, at) = (end, end);
            }
            None => at += 1,
        }
    }
    parts.push((false, &text[from..]));
    parts
}

/// The character of the escape at the start of `text`, and the escape's length.
fn escape(text: &str) -> Option<(char, usize)> {
    let hex = |length: usize| char::from_u32(u32::from_str_radix(text.get(2..2 + length)?, 16).ok()?);
    Some(match text.as_bytes().get(1)? {
        b'"' => ('"', 2),
        b'\\' => ('\\', 2),
        b'n' => ('\n', 2),
        b'r' => ('\r', 2),
        b't' => ('\t', 2),
        b'u' => (hex(4)?, 6),
        b'U' => (hex(8)?, 10),
        _ => return None,
    })
}

/// Whether `${` or `%{` stands at `at` and is no escaped one (`$${`).
pub fn opens_template(bytes: &[u8], at: usize) -> bool {
    let Some(sign) = bytes.get(at).filter(|byte| matches!(byte, b'$' | b'%')) else { return false };
    bytes.get(at + 1) == Some(&b'{') && (at == 0 || bytes.get(at - 1) != Some(sign))
}

/// The offset behind the brace that closes the template that opens at `at`.
#[must_use]
pub fn template_end(bytes: &[u8], at: usize) -> Option<usize> {
    let (mut depth, mut quoted, mut at) = (1, false, at + 2);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            b'{' if !quoted => depth += 1,
            b'}' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_are_read_and_places_stay_known() {
        let content = "{\\\"a\\\": \\\"${var.x[\"k\"]}\\\\n\\u00e9\\\"}";
        let unquoted = Unquoted::read(content).unwrap();
        assert_eq!(unquoted.whole(), "{\"a\": \"${var.x[\"k\"]}\\né\"}");
        assert_eq!(unquoted.text().len(), content.len());
        let at = unquoted.text().find("é").unwrap();
        assert!(content[unquoted.offset(at)..].starts_with("\\u00e9"));
        assert!(content[unquoted.offset(unquoted.text().find("${").unwrap())..].starts_with("${var.x[\"k\"]}"));
        assert_eq!(Unquoted::read("${var.x"), None);
    }

    proptest! {
        #[test]
        fn what_is_quoted_again_reads_the_same(text in "[a\"\\\\\n\té ]{0,12}(\\$\\{v\\[\"k\"\\]\\})?[a\"\\\\\n]{0,6}") {
            let quoted = requote(&text);
            let unquoted = Unquoted::read(&quoted).unwrap();
            prop_assert_eq!(unquoted.text().get(..text.len()), Some(text.as_str()));
            prop_assert_eq!(unquoted.offset(text.len()), quoted.len());
        }
    }
}
