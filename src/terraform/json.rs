//! JSON text as expressions with spans.
//!
//! Strings of configuration files are templates (`"${var.name}"`); strings of variable files are plain.

use std::sync::Arc;

use super::native::{Converter, Offsets};
use super::syntax::{Expression, ExpressionKind, ObjectItem};
use crate::model::Span;

/// Deepest nesting that is read; the native parser has the same bound.
const DEPTH: usize = 64;

/// What is wrong, and at which byte.
#[derive(Debug)]
pub(super) struct JsonError {
    pub offset: usize,
    pub message: &'static str,
}

/// Reads one JSON text.
pub(super) fn parse(file: &Arc<str>, text: &str, templates: bool) -> Result<Expression, JsonError> {
    let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut reader = Reader { file, text, at: start, templates };
    let value = reader.value(0)?;
    reader.space();
    if reader.at == text.len() { Ok(value) } else { Err(reader.error("text after the end of the JSON value")) }
}

struct Reader<'t> {
    file: &'t Arc<str>,
    text: &'t str,
    at: usize,
    templates: bool,
}

impl Reader<'_> {
    fn error(&self, message: &'static str) -> JsonError {
        JsonError { offset: self.at, message }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes()));
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn value(&mut self, depth: usize) -> Result<Expression, JsonError> {
        if depth > DEPTH {
            return Err(self.error("nested too deeply"));
        }
        self.space();
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => return self.string(self.templates),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ if self.word("true") => ExpressionKind::Bool(true),
            _ if self.word("false") => ExpressionKind::Bool(false),
            _ if self.word("null") => ExpressionKind::Null,
            _ => return Err(self.error("expected a JSON value")),
        };
        Ok(Expression { kind, span: Span::new(start, self.at) })
    }

    fn object(&mut self, depth: usize) -> Result<ExpressionKind, JsonError> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.take(b'}') {
            return Ok(ExpressionKind::Object(Box::default()));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.error("expected a property name in double quotes"));
            }
            let key = self.string(self.templates)?;
            self.space();
            if !self.take(b':') {
                return Err(self.error("expected `:`"));
            }
            let value = self.value(depth + 1)?;
            items.push(ObjectItem { key, value });
            self.space();
            if self.take(b'}') {
                return Ok(ExpressionKind::Object(items.into()));
            }
            if !self.take(b',') {
                return Err(self.error("expected `,` or `}`"));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<ExpressionKind, JsonError> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.take(b']') {
            return Ok(ExpressionKind::Tuple(Box::default()));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            if self.take(b']') {
                return Ok(ExpressionKind::Tuple(items.into()));
            }
            if !self.take(b',') {
                return Err(self.error("expected `,` or `]`"));
            }
        }
    }

    fn number(&mut self) -> Result<ExpressionKind, JsonError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        text.parse().map(ExpressionKind::Number).map_err(|_| self.error("not a number"))
    }

    /// A string; `template` asks for `${…}` to be understood.
    fn string(&mut self, template: bool) -> Result<Expression, JsonError> {
        let start = self.at;
        self.at += 1;
        let mut escaped = false;
        loop {
            match self.peek() {
                None | Some(b'\n') => return Err(self.error("the string does not end")),
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.at += 2;
                }
                Some(_) => self.at += 1,
            }
        }
        let inner = self.text.get(start + 1..self.at).ok_or_else(|| self.error("the string does not end"))?;
        self.at += 1;
        let span = Span::new(start, self.at);
        let decoded: Arc<str> = if escaped {
            let whole = self.text.get(span.range()).unwrap_or_default();
            serde_json::from_str::<String>(whole).map(Arc::from).map_err(|_| self.error("invalid escape in a string"))?
        } else {
            Arc::from(inner)
        };
        let kind = if template && (decoded.contains("${") || decoded.contains("%{")) {
            self.template(&decoded, span, escaped)
        } else {
            ExpressionKind::String(decoded)
        };
        Ok(Expression { kind, span })
    }

    /// The parts of a string with interpolations; a string that is no template stays as it is.
    fn template(&self, decoded: &Arc<str>, span: Span, escaped: bool) -> ExpressionKind {
        let Ok(template) = decoded.parse::<hcl_edit::template::Template>() else {
            return ExpressionKind::String(decoded.clone());
        };
        let offsets = if escaped { Offsets::Fixed(span) } else { Offsets::Shift(span.start + 1) };
        Converter { file: self.file.clone(), offsets }.template(&template, span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Expression, JsonError> {
        parse(&Arc::from("a.tf.json"), text, true)
    }

    #[test]
    fn spans_point_into_strings() {
        let text = r#"{"a": "x-${var.env}"}"#;
        let value = read(text).unwrap();
        let item = value.member("a").unwrap();
        assert_eq!(&text[item.value.span.range()], r#""x-${var.env}""#);
        let ExpressionKind::Template(parts) = &item.value.kind else { panic!("no template: {item:?}") };
        let super::super::syntax::Part::Value(reference) = &parts[1] else { panic!("no reference") };
        assert_eq!(&text[reference.span.range()], "var.env");
    }

    #[test]
    fn malformed_text_is_an_error_with_its_place() {
        for text in ["", "{", "{\"a\"", "{\"a\":}", "[1,]", "\"\\", "\"\\u12\"", "{} x", "tru", "-", "1e", "{\"a\":1,}"] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(read(&"[".repeat(100_000)).is_err());
        assert_eq!(read("{\"a\": nope}").unwrap_err().offset, 6);
    }
}
