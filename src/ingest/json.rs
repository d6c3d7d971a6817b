//! Lenient reading of JSON: many senders, many small differences, no surprises.
//!
//! Every text that leaves this file has lost its control characters and is bounded in length, so that nothing hostile or huge
//! travels further; escaping for Markdown is the business of whoever writes Markdown.

use chrono::{DateTime, TimeZone, Utc};
use serde_json::Value;

use super::IngestError;

/// Longest text kept from any member, in characters; longer text is cut and ends in `…`.
pub const MAX_TEXT: usize = 4_000;

/// Largest number of tags kept of one resource.
pub const MAX_TAGS: usize = 200;

/// Parses bytes as JSON for `format`.
///
/// # Errors
/// When they are too large, not JSON, or nested deeper than 128 levels.
pub fn value(bytes: &[u8], format: &'static str) -> Result<Value, IngestError> {
    if bytes.len() > super::MAX_BYTES {
        return Err(IngestError::TooLarge(bytes.len()));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|error| IngestError::json(format, &error))
}

/// `text` without control characters (line breaks and tabs become spaces where `single_line`) and not longer than `limit` characters.
#[must_use]
pub fn clean(text: &str, limit: usize, single_line: bool) -> String {
    let mut out = String::with_capacity(text.len().min(limit));
    for (count, c) in text.chars().enumerate() {
        if count == limit {
            out.push('…');
            break;
        }
        match c {
            '\n' | '\t' if single_line => out.push(' '),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || is_invisible(c) => {}
            c => out.push(c),
        }
    }
    out.trim().to_owned()
}

/// Characters that show nothing but change how the rest reads (direction overrides, zero-width).
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// One JSON value and convenient, never failing looks into it. Pointers are RFC 6901.
#[derive(Clone, Copy)]
pub struct Node<'a>(pub &'a Value);

impl<'a> Node<'a> {
    /// The value at `pointer`; null when absent.
    #[must_use]
    pub fn at(self, pointer: &str) -> Node<'a> {
        static NULL: Value = Value::Null;
        Node(self.0.pointer(pointer).unwrap_or(&NULL))
    }

    /// Whether there is anything but null at `pointer`.
    #[must_use]
    pub fn has(self, pointer: &str) -> bool {
        self.0.pointer(pointer).is_some_and(|value| !value.is_null())
    }

    /// One-line text of the first pointer that holds a non-empty string or a number.
    #[must_use]
    pub fn text(self, pointers: &[&str]) -> Option<String> {
        pointers
            .iter()
            .find_map(|pointer| scalar(self.at(pointer).0))
            .map(|text| clean(&text, MAX_TEXT, true))
            .filter(|text| !text.is_empty())
    }

    /// The same, keeping line breaks.
    #[must_use]
    pub fn prose(self, pointers: &[&str]) -> Option<String> {
        pointers
            .iter()
            .find_map(|pointer| scalar(self.at(pointer).0))
            .map(|text| clean(&text, MAX_TEXT, false))
            .filter(|text| !text.is_empty())
    }

    /// A boolean, also when written as a string.
    #[must_use]
    pub fn flag(self, pointers: &[&str]) -> Option<bool> {
        pointers.iter().find_map(|pointer| match self.at(pointer).0 {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) => text.parse().ok(),
            _ => None,
        })
    }

    /// A whole number, also when written as a string.
    #[must_use]
    pub fn number(self, pointers: &[&str]) -> Option<i64> {
        pointers.iter().find_map(|pointer| match self.at(pointer).0 {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        })
    }

    /// A line number from 1.
    #[must_use]
    pub fn line(self, pointers: &[&str]) -> Option<usize> {
        self.number(pointers).and_then(|line| usize::try_from(line).ok()).filter(|line| *line > 0)
    }

    /// The items of the array at `pointer`; nothing when it is no array.
    pub fn items(self, pointer: &str) -> impl Iterator<Item = Node<'a>> {
        self.at(pointer).0.as_array().map(Vec::as_slice).unwrap_or_default().iter().map(Node)
    }

    /// The value itself as a list: an array's items, or the value alone.
    pub fn each(self) -> impl Iterator<Item = Node<'a>> {
        let slice = self.0.as_array().map_or_else(|| std::slice::from_ref(self.0), Vec::as_slice);
        slice.iter().map(Node)
    }

    /// A time: RFC 3339, `2023-10-27 10:00:00`, or a Unix time in seconds or milliseconds.
    #[must_use]
    pub fn time(self, pointers: &[&str]) -> Option<DateTime<Utc>> {
        pointers.iter().find_map(|pointer| match self.at(pointer).0 {
            Value::String(text) => time_of_text(text),
            Value::Number(number) => time_of_number(number.as_i64()?),
            _ => None,
        })
    }

    /// Tags: an object of strings, or a list of `{Key, Value}`, `{key, value}`, `{name, value}` or `"key:value"`.
    #[must_use]
    pub fn tags(self, pointer: &str) -> std::collections::BTreeMap<String, String> {
        let value = self.at(pointer);
        let pairs: Vec<(String, String)> = match value.0 {
            Value::Object(map) => map.iter().filter_map(|(key, value)| Some((key.clone(), scalar(value)?))).collect(),
            Value::Array(items) => items.iter().filter_map(|item| tag_pair(Node(item))).collect(),
            _ => Vec::new(),
        };
        pairs.into_iter().take(MAX_TAGS).map(|(key, value)| (clean(&key, 256, true), clean(&value, 1_024, true))).collect()
    }
}

fn tag_pair(item: Node<'_>) -> Option<(String, String)> {
    if let Value::String(text) = item.0 {
        let (key, value) = text.split_once([':', '=']).unwrap_or((text, ""));
        return Some((key.to_owned(), value.to_owned()));
    }
    let key = item.text(&["/Key", "/key", "/name"])?;
    Some((key, item.text(&["/Value", "/value"]).unwrap_or_default()))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn time_of_text(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.with_timezone(&Utc))
        .ok()
        .or_else(|| {
            chrono::NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), "%Y-%m-%d %H:%M:%S%.f").ok().map(|time| time.and_utc())
        })
        .or_else(|| chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok().map(|time| time.and_utc()))
        .or_else(|| text.parse().ok().and_then(time_of_number))
}

/// Above this a Unix time is in milliseconds (it would be the year 5138 in seconds).
const MILLISECONDS_FROM: i64 = 100_000_000_000;

fn time_of_number(number: i64) -> Option<DateTime<Utc>> {
    if number >= MILLISECONDS_FROM { Utc.timestamp_millis_opt(number).single() } else { Utc.timestamp_opt(number, 0).single() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_loses_control_characters_and_direction_tricks() {
        let value = json!({"t": "a\u{0}b\u{202e}c\nd", "n": 5});
        assert_eq!(Node(&value).text(&["/missing", "/t"]).as_deref(), Some("abc d"));
        assert_eq!(Node(&value).prose(&["/t"]).as_deref(), Some("abc\nd"));
        assert_eq!(Node(&value).text(&["/n"]).as_deref(), Some("5"));
        assert!(clean(&"x".repeat(9_000), MAX_TEXT, true).chars().count() <= MAX_TEXT + 1);
    }

    #[test]
    fn times_come_in_many_forms() {
        for form in [
            json!("2023-10-27T10:00:00Z"),
            json!("2023-10-27T12:00:00+02:00"),
            json!("2023-10-27 10:00:00"),
            json!(1_698_400_800),
            json!(1_698_400_800_000_i64),
        ] {
            let value = json!({ "t": form });
            assert_eq!(Node(&value).time(&["/t"]).unwrap().to_rfc3339(), "2023-10-27T10:00:00+00:00");
        }
    }

    #[test]
    fn tags_come_in_many_forms() {
        for form in
            [json!({"Owner": "x"}), json!([{"Key": "Owner", "Value": "x"}]), json!([{"name": "Owner", "value": "x"}]), json!(["Owner:x"])]
        {
            let value = json!({ "tags": form });
            assert_eq!(Node(&value).tags("/tags").get("Owner").map(String::as_str), Some("x"));
        }
    }
}
