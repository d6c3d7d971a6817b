//! JSON with the byte span of every value: policy documents and Terraform's JSON syntax.

use std::iter::Peekable;
use std::str::CharIndices;

use crate::model::Span;

use super::document::SyntaxError;

/// Deepest nesting that is read.
const MAX_DEPTH: usize = 100;

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonValue {
    /// Bytes of the value.
    pub span: Span,
    /// What it is.
    pub kind: JsonKind,
}

/// What a JSON value is.
#[derive(Debug, Clone, PartialEq)]
pub enum JsonKind {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number as written.
    Number(String),
    /// A string, unescaped.
    String(String),
    /// A list.
    Array(Vec<JsonValue>),
    /// An object in order; keys may repeat.
    Object(Vec<JsonMember>),
}

/// `"key": value`.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonMember {
    /// Key, unescaped.
    pub key: String,
    /// Bytes of the key, quotes included.
    pub key_span: Span,
    /// Value.
    pub value: JsonValue,
}

impl JsonMember {
    /// From the key to the end of the value.
    #[must_use]
    pub const fn span(&self) -> Span {
        Span::new(self.key_span.start, self.value.span.end)
    }
}

impl JsonValue {
    /// The member of an object.
    #[must_use]
    pub fn member(&self, key: &str) -> Option<&JsonMember> {
        match &self.kind {
            JsonKind::Object(members) => members.iter().find(|member| member.key == key),
            _ => None,
        }
    }

    /// The value without places.
    #[must_use]
    pub fn to_value(&self) -> serde_json::Value {
        use serde_json::Value;
        match &self.kind {
            JsonKind::Null => Value::Null,
            JsonKind::Bool(value) => Value::Bool(*value),
            JsonKind::Number(text) => text.parse().map_or(Value::Null, Value::Number),
            JsonKind::String(text) => Value::String(text.clone()),
            JsonKind::Array(items) => Value::Array(items.iter().map(Self::to_value).collect()),
            JsonKind::Object(members) => {
                Value::Object(members.iter().map(|member| (member.key.clone(), member.value.to_value())).collect())
            }
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    chars: Peekable<CharIndices<'a>>,
}

/// Parses one JSON value that takes up the whole text (whitespace and a byte-order mark around it are fine).
pub fn parse_json(text: &str) -> Result<JsonValue, SyntaxError> {
    let mut reader = Reader { text, chars: text.char_indices().peekable() };
    reader.chars.next_if(|(_, c)| *c == '\u{feff}');
    let value = reader.value(0)?;
    reader.space();
    match reader.chars.peek() {
        None => Ok(value),
        Some((at, _)) => Err(SyntaxError::at(text, *at, "more text after the JSON value")),
    }
}

impl Reader<'_> {
    fn offset(&mut self) -> usize {
        self.chars.peek().map_or(self.text.len(), |(at, _)| *at)
    }

    fn fail<T>(&mut self, message: &str) -> Result<T, SyntaxError> {
        let at = self.offset();
        Err(SyntaxError::at(self.text, at, message))
    }

    fn space(&mut self) {
        while self.chars.next_if(|(_, c)| matches!(c, ' ' | '\t' | '\r' | '\n')).is_some() {}
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.chars.next_if(|(_, c)| *c == wanted).is_some()
    }

    fn value(&mut self, depth: usize) -> Result<JsonValue, SyntaxError> {
        if depth > MAX_DEPTH {
            return self.fail("nested too deeply");
        }
        self.space();
        let start = self.offset();
        let kind = match self.chars.peek().map(|(_, c)| *c) {
            Some('{') => JsonKind::Object(self.object(depth)?),
            Some('[') => JsonKind::Array(self.array(depth)?),
            Some('"') => JsonKind::String(self.string()?),
            Some(c) if c == '-' || c.is_ascii_digit() => {
                JsonKind::Number(self.word(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E')))
            }
            Some(c) if c.is_ascii_alphabetic() => match self.word(|c| c.is_ascii_alphabetic()).as_str() {
                "true" => JsonKind::Bool(true),
                "false" => JsonKind::Bool(false),
                "null" => JsonKind::Null,
                _ => return Err(SyntaxError::at(self.text, start, "expected a JSON value")),
            },
            _ => return self.fail("expected a JSON value"),
        };
        if let JsonKind::Number(text) = &kind
            && text.parse::<serde_json::Number>().is_err()
        {
            return Err(SyntaxError::at(self.text, start, "this is no number"));
        }
        let end = self.offset();
        Ok(JsonValue { span: Span::new(start, end), kind })
    }

    fn word(&mut self, part: impl Fn(char) -> bool) -> String {
        let mut word = String::new();
        while let Some((_, c)) = self.chars.next_if(|(_, c)| part(*c)) {
            word.push(c);
        }
        word
    }

    fn object(&mut self, depth: usize) -> Result<Vec<JsonMember>, SyntaxError> {
        self.chars.next();
        let mut members = Vec::new();
        self.space();
        if self.eat('}') {
            return Ok(members);
        }
        loop {
            self.space();
            let start = self.offset();
            if self.chars.peek().map(|(_, c)| *c) != Some('"') {
                return self.fail("expected a key in quotes");
            }
            let key = self.string()?;
            let key_span = Span::new(start, self.offset());
            self.space();
            if !self.eat(':') {
                return self.fail("expected `:`");
            }
            let value = self.value(depth + 1)?;
            members.push(JsonMember { key, key_span, value });
            self.space();
            if self.eat('}') {
                return Ok(members);
            }
            if !self.eat(',') {
                return self.fail("expected `,` or `}`");
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Vec<JsonValue>, SyntaxError> {
        self.chars.next();
        let mut items = Vec::new();
        self.space();
        if self.eat(']') {
            return Ok(items);
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            if self.eat(']') {
                return Ok(items);
            }
            if !self.eat(',') {
                return self.fail("expected `,` or `]`");
            }
        }
    }

    fn string(&mut self) -> Result<String, SyntaxError> {
        let start = self.offset();
        self.chars.next();
        loop {
            match self.chars.next() {
                Some((_, '\\')) => {
                    self.chars.next();
                }
                Some((end, '"')) => {
                    let raw = &self.text[start..=end];
                    return serde_json::from_str(raw)
                        .map_err(|error| SyntaxError::at(self.text, start, format!("this string cannot be read: {error}")));
                }
                Some((at, '\n')) => return Err(SyntaxError::at(self.text, at, "a string must end on its line")),
                Some(_) => {}
                None => return Err(SyntaxError::at(self.text, start, "this string does not end")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_value_has_its_place() {
        let text = " {\"a\" : [1, -2.5e3, \"x\\n\"],\n \"b\":null}";
        let value = parse_json(text).unwrap();
        let a = value.member("a").unwrap();
        assert_eq!(&text[a.key_span.range()], "\"a\"");
        assert_eq!(&text[a.value.span.range()], "[1, -2.5e3, \"x\\n\"]");
        assert_eq!(value.to_value(), serde_json::json!({"a": [1, -2500.0, "x\n"], "b": null}));
    }

    #[test]
    fn bad_json_is_an_error() {
        for text in ["", "{", "[1,]", "{\"a\" 1}", "\"x", "nul", "1 2", "01a", &"[".repeat(10_000)] {
            assert!(parse_json(text).is_err(), "{text:.20}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json(text in "[\\[\\]{}:,\"a1 null-]{0,24}") {
            if let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) {
                prop_assert_eq!(parse_json(&text).unwrap().to_value(), value);
            }
        }
    }
}
