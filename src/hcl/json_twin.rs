//! A JSON text as native syntax reads it, with every value where it was.
//!
//! The strings of Terraform's JSON syntax are templates in which quotes and line breaks are escaped once more. The twin of a file
//! has them without these escapes, as quoted templates of native syntax, and as many spaces behind each as it became shorter. So
//! what is parsed from the twin has spans of the file, except inside of strings; there they are led back when edits are applied.

use std::collections::HashSet;
use std::sync::Arc;

use crate::model::{Edit, Span};

use super::align::apply;
use super::escapes::{Offsets, opens_template, template_end, template_parts};
use super::json::{JsonKind, JsonMember, JsonValue};
use super::splice::{SpliceError, changed_edits};

/// The twin of one text.
#[derive(Debug, Clone)]
pub(super) struct Twin {
    pub text: Arc<str>,
    /// Strings with templates or escapes, in order.
    strings: Vec<Quoted>,
}

/// A string of the JSON text.
#[derive(Debug, Clone)]
struct Quoted {
    /// Its bytes, quotes and the spaces behind it in the twin included.
    span: Span,
    /// Where it ends in the twin.
    end: usize,
    /// From the twin to the text.
    offsets: Offsets,
    /// The code of its templates in the twin, without `${` and `}`.
    codes: Vec<Span>,
}

impl Twin {
    /// The twin of a text that was parsed as `root`. The strings that start at `names` are names, and stand in it without quotes.
    pub(super) fn of(source: &Arc<str>, root: &JsonValue, names: &HashSet<usize>) -> Self {
        let mut strings = Vec::new();
        let mut text = String::new();
        let mut at = 0;
        for span in spans_of_strings(root) {
            let raw = &source[span.range()];
            let read = if names.contains(&span.start) { Some(bare(raw, span)) } else { read(raw, span) };
            let Some((string, twin)) = read else { continue };
            if twin != raw {
                text.push_str(&source[at..span.start]);
                text.push_str(&twin);
                text.extend(std::iter::repeat_n(' ', raw.len() - twin.len()));
                at = span.end;
            }
            strings.push(string);
        }
        let text = match at {
            0 => Arc::clone(source),
            _ => Arc::from(text + &source[at..]),
        };
        Self { text, strings }
    }

    /// The string that has `span` inside of its quotes.
    fn string_around(&self, span: Span) -> Option<&Quoted> {
        let after = self.strings.partition_point(|string| string.span.start < span.start);
        after.checked_sub(1).and_then(|last| self.strings.get(last)).filter(|string| span.end < string.end)
    }

    /// The code of a template that has `span` in it.
    pub(super) fn code_around(&self, span: Span) -> Option<Span> {
        self.string_around(span)?.codes.iter().copied().find(|code| code.covers(span))
    }

    /// The string that is nothing but the template with this code.
    pub(super) fn string_of(&self, code: Span) -> Option<Span> {
        let string = self.string_around(code)?;
        let inside = self.text.get(string.span.start + 1..string.end - 1)?;
        let only = inside.strip_prefix("${")?.strip_suffix('}')?.trim();
        (string.codes.len() == 1 && self.text.get(code.range()) == Some(only)).then_some(string.span)
    }

    /// The offset in the text.
    pub(super) fn offset(&self, at: usize) -> usize {
        let after = self.strings.partition_point(|string| string.span.start < at);
        match after.checked_sub(1).and_then(|last| self.strings.get(last)) {
            Some(string) if at < string.end => string.offsets.outer(at),
            Some(string) if at < string.span.end => string.span.end,
            _ => at,
        }
    }

    /// The comments' places in the code of templates.
    pub(super) fn codes(&self) -> impl Iterator<Item = Span> {
        self.strings.iter().flat_map(|string| string.codes.iter().copied())
    }

    /// Edits of the twin as edits of the text: code is escaped as its string asks, and keeps the alignment it had.
    pub(super) fn edits(&self, edits: &[Edit]) -> Result<Vec<Edit>, SpliceError> {
        let mut outer = Vec::new();
        let mut inside: Vec<(Span, Vec<Edit>)> = Vec::new();
        for edit in edits {
            match (self.code_around(edit.span), self.string_around(edit.span)) {
                (Some(code), _) => match inside.iter_mut().find(|(known, _)| *known == code) {
                    Some((_, edits)) => edits.push(edit.clone()),
                    None => inside.push((code, vec![edit.clone()])),
                },
                (None, Some(string)) if string.codes.iter().any(|code| halves(*code, edit.span)) => {
                    return Err(SpliceError::Outside(edit.span.start, edit.span.end));
                }
                (None, Some(_)) => outer.push(Edit { span: self.span(edit.span), text: escaped_templates(&edit.text) }),
                (None, None) => outer.push(Edit { span: self.whole(edit.span)?, text: edit.text.clone() }),
            }
        }
        for (code, edits) in inside {
            outer.extend(self.code_edits(code, &edits)?);
        }
        Ok(outer)
    }

    fn span(&self, span: Span) -> Span {
        Span::new(self.offset(span.start), self.offset(span.end))
    }

    /// The span of whole values; one that begins or ends inside of a string is none.
    fn whole(&self, span: Span) -> Result<Span, SpliceError> {
        let cuts = |at: usize| self.string_around(Span::at(at)).is_some();
        if cuts(span.start) || cuts(span.end) {
            return Err(SpliceError::Outside(span.start, span.end));
        }
        Ok(self.span(span))
    }

    fn code_edits(&self, code: Span, edits: &[Edit]) -> Result<Vec<Edit>, SpliceError> {
        let before = self.text.get(code.range()).ok_or(SpliceError::Outside(code.start, code.end))?;
        let own_lines = |text: &str| {
            let text = text.replace("\r\n", "\n");
            if before.contains("\r\n") { text.replace('\n', "\r\n") } else { text }
        };
        let local =
            |edit: &Edit| Edit { span: Span::new(edit.span.start - code.start, edit.span.end - code.start), text: own_lines(&edit.text) };
        let after = apply(before, &edits.iter().map(local).collect::<Vec<_>>())?;
        let back = |edit: Edit| {
            let span = Span::new(edit.span.start + code.start, edit.span.end + code.start);
            Edit { span: self.span(span), text: escaped(&edit.text) }
        };
        Ok(changed_edits(before, &after).into_iter().map(back).collect())
    }
}

/// Whether an edit takes a part of a template and leaves another.
fn halves(code: Span, edit: Span) -> bool {
    let template = Span::new(code.start - 2, code.end + 1);
    edit.start < template.end && template.start < edit.end && !edit.covers(template)
}

/// Text inside of a JSON string.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// The inside of a quoted template of native syntax as that of a JSON string: its own escapes are the same in both.
fn escaped_templates(text: &str) -> String {
    let parts = template_parts(text).into_iter();
    parts.map(|(template, part)| if template { escaped(part) } else { part.to_owned() }).collect()
}

/// The bytes of every string, keys included, in order.
fn spans_of_strings(root: &JsonValue) -> Vec<Span> {
    fn collect(value: &JsonValue, spans: &mut Vec<Span>) {
        match &value.kind {
            JsonKind::String(_) => spans.push(value.span),
            JsonKind::Array(items) => items.iter().for_each(|item| collect(item, spans)),
            JsonKind::Object(members) => members.iter().for_each(|JsonMember { key_span, value, .. }| {
                spans.push(*key_span);
                collect(value, spans);
            }),
            _ => {}
        }
    }
    let mut spans = Vec::new();
    collect(root, &mut spans);
    spans
}

/// A name in the string at `span`.
fn bare(raw: &str, span: Span) -> (Quoted, String) {
    let code = Span::new(span.start + 1, span.end - 1);
    (Quoted { span, end: span.end, offsets: Offsets::default(), codes: vec![code] }, raw.replace('"', " "))
}

/// The string at `span` and its text in the twin, quotes included. `None` where a template does not end, and for a string that has
/// neither templates nor escapes.
fn read(raw: &str, span: Span) -> Option<(Quoted, String)> {
    if !raw.contains(['\\', '$', '%']) {
        return None;
    }
    let (decoded, places) = decode(raw.get(1..raw.len() - 1)?)?;
    let mut twin = String::from("\"");
    let mut offsets = Offsets::default();
    let mut codes = Vec::new();
    let mut code_end = 0;
    for (at, c) in decoded.char_indices() {
        if at >= code_end && opens_template(decoded.as_bytes(), at) {
            code_end = template_end(decoded.as_bytes(), at)?;
            let start = span.start + twin.len() + 2;
            codes.push(Span::new(start, start + (code_end - at - 3)));
        }
        let after = at + c.len_utf8();
        let written = raw.get(1 + places.outer(at)..1 + places.outer(after))?;
        if at < code_end || !is_native(written) {
            twin.push(c)
        } else {
            twin.push_str(written)
        }
        offsets.note(span.start + twin.len(), span.start + 1 + places.outer(after));
    }
    twin.push('"');
    Some((Quoted { span, end: span.start + twin.len(), offsets, codes }, twin))
}

/// Whether a character of a JSON string, as it is written, means the same in native syntax.
fn is_native(written: &str) -> bool {
    match written.as_bytes() {
        [b'\\', b'/' | b'b' | b'f'] => false,
        [b'\\', b'u', ..] => written.len() == 6,
        _ => true,
    }
}

/// The content of a JSON string without escapes.
fn decode(content: &str) -> Option<(String, Offsets)> {
    let mut decoded = String::with_capacity(content.len());
    let mut places = Offsets::default();
    let mut at = 0;
    while let Some(c) = content[at..].chars().next() {
        let unit = |at: usize| u16::from_str_radix(content.get(at + 2..at + 6)?, 16).ok();
        let (read, length) = match (c, content.as_bytes().get(at + 1)) {
            ('\\', Some(b'u')) => match char::from_u32(u32::from(unit(at)?)) {
                Some(c) => (c, 6),
                None => (char::decode_utf16([unit(at)?, unit(at + 6)?]).next()?.ok()?, 12),
            },
            ('\\', Some(b'b')) => ('\u{8}', 2),
            ('\\', Some(b'f')) => ('\u{c}', 2),
            ('\\', Some(b'n')) => ('\n', 2),
            ('\\', Some(b'r')) => ('\r', 2),
            ('\\', Some(b't')) => ('\t', 2),
            ('\\', Some(same)) => (char::from(*same), 2),
            (c, _) => (c, c.len_utf8()),
        };
        decoded.push(read);
        at += length;
        places.note(decoded.len(), at);
    }
    Some((decoded, places))
}

#[cfg(test)]
mod tests {
    use super::super::json::parse_json;
    use super::super::splice::splice;
    use super::*;
    use proptest::prelude::*;

    fn twin(source: &str) -> Twin {
        Twin::of(&Arc::from(source), &parse_json(source).unwrap(), &HashSet::new())
    }

    #[test]
    fn strings_become_templates_and_edits_of_them_go_back() {
        let source = "{\"a\": \"${jsonencode({\\n  x = \\\"1\\\"\\n  long = 2\\n})}\", \"b\\/c\": \"p\\\"${v}\\\"\"}";
        let twin = twin(source);
        assert_eq!(twin.text.len(), source.len());
        assert!(twin.text.contains("\"${jsonencode({\n  x = \"1\"\n  long = 2\n})}\"") && twin.text.contains("\"p\\\"${v}\\\"\""));
        assert!(twin.text.contains("\"b/c\" "));
        let at = twin.text.find("\"1\"").unwrap();
        let edit = Edit { span: Span::new(at, at + 3), text: "\"2\"\n  q = true".into() };
        let after = splice(source, &twin.edits(&[edit]).unwrap()).unwrap();
        assert_eq!(after, source.replace("\\\"1\\\"", "\\\"2\\\"\\n  q = true"));
        let at = twin.text.find("v}").unwrap();
        assert!(twin.edits(&[Edit { span: Span::new(at, at + 3), text: String::new() }]).is_err());
    }

    proptest! {
        #[test]
        fn every_character_outside_of_strings_stays(text in "[a\"\\\\\n/${}é😀]{0,16}", more in "[a ]{0,3}") {
            let source = serde_json::json!([text, more, {"k": text}]).to_string();
            let twin = twin(&source);
            prop_assert_eq!(twin.text.len(), source.len());
            prop_assert!(twin.offset(source.len()) == source.len());
            let places = (0..source.len()).filter(|at| twin.text.is_char_boundary(*at));
            prop_assert!(places.map(|at| twin.offset(at)).is_sorted());
        }
    }
}
