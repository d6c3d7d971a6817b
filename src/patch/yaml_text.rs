//! YAML text in a heredoc or in quotes, as far as it is plain: mappings, one key a line, with values of one line.
//!
//! Anything else (lists, anchors, texts of several lines, templates) makes the whole text unreadable, and nothing is changed.

use serde_json::Value;

use crate::hcl;
use crate::model::{Edit, Span};

use super::quoted_text::QuotedText;
use super::term::Term;

/// One line `key: value` with the lines below it.
struct Entry {
    key: String,
    /// Spaces before the key.
    indent: usize,
    /// The value's bytes in the file; empty and at the end of the line where there is none.
    value: Span,
    /// Where the line ends in the file.
    end: usize,
    inner: Vec<Entry>,
}

/// YAML text with the places of its values in the file around it.
pub(super) struct YamlText {
    text: String,
    root: Vec<Entry>,
    /// The string that the YAML stands in.
    quoted: Option<QuotedText>,
}

impl YamlText {
    /// Reads the YAML at `content` of `text`; `None` when it is not plain.
    pub(super) fn read(text: &str, content: Span) -> Option<Self> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut at = content.start;
        for line in text.get(content.range())?.split_inclusive('\n') {
            let start = at;
            at += line.len();
            let written = line.trim_end();
            let bare = written.trim_start();
            if bare.is_empty() || bare.starts_with('#') || bare == "---" {
                continue;
            }
            entries.push(entry(written, start)?);
        }
        let mut lines = entries.into_iter().peekable();
        let root = nested(&mut lines)?;
        (lines.next().is_none() && !root.is_empty()).then(|| Self { text: text.to_owned(), root, quoted: None })
    }

    /// Reads the YAML in the quoted string at `span` of `text`.
    pub(super) fn read_quoted(text: &str, span: Span) -> Option<Self> {
        let (quoted, whole) = QuotedText::read(text, span)?;
        let read = Self::read(&whole, quoted.content)?;
        Some(Self { quoted: Some(quoted), ..read })
    }

    /// The whole text as an object.
    pub(super) fn term(&self) -> Term {
        self.object(&self.root)
    }

    fn object(&self, entries: &[Entry]) -> Term {
        Term::object(entries.iter().map(|entry| (entry.key.clone(), self.value(entry))).collect())
    }

    fn value(&self, entry: &Entry) -> Term {
        if !entry.inner.is_empty() {
            return self.object(&entry.inner);
        }
        Term::Known(scalar(self.text.get(entry.value.range()).unwrap_or_default()))
    }

    /// Gives `path` (keys from the outermost in) another value; the mappings around its last key must be there.
    pub(super) fn set(&self, path: &[&str], value: &Value) -> Option<Edit> {
        let edit = self.edit(path, value)?;
        Some(self.quoted.as_ref().map_or_else(|| edit.clone(), |quoted| quoted.outward(&edit)))
    }

    fn edit(&self, path: &[&str], value: &Value) -> Option<Edit> {
        let (last, around) = path.split_last()?;
        let mut entries = &self.root;
        for key in around {
            entries = &entries.iter().find(|entry| entry.key == *key)?.inner;
        }
        let text = written(value)?;
        if let Some(entry) = entries.iter().find(|entry| entry.key == *last) {
            let space = if entry.value.is_empty() { " " } else { "" };
            return entry.inner.is_empty().then(|| Edit { span: entry.value, text: format!("{space}{text}") });
        }
        let neighbour = entries.last()?;
        let end = deepest(neighbour).end;
        let ending = hcl::line_ending(&self.text);
        Some(Edit { span: Span::at(end), text: format!("{ending}{}{last}: {text}", " ".repeat(neighbour.indent)) })
    }
}

fn deepest(entry: &Entry) -> &Entry {
    entry.inner.last().map_or(entry, deepest)
}

/// The entries of one mapping: those with the indentation of the first.
fn nested(lines: &mut std::iter::Peekable<std::vec::IntoIter<Entry>>) -> Option<Vec<Entry>> {
    let indent = lines.peek().map_or(0, |first| first.indent);
    let mut entries: Vec<Entry> = Vec::new();
    while let Some(next) = lines.peek() {
        if next.indent < indent {
            break;
        }
        if next.indent > indent {
            let inner = nested(lines)?;
            let outer = entries.last_mut().filter(|outer| outer.value.is_empty() && outer.inner.is_empty())?;
            outer.inner = inner;
            continue;
        }
        entries.extend(lines.next());
    }
    Some(entries)
}

/// A line; `start` is its place in the file.
fn entry(line: &str, start: usize) -> Option<Entry> {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let (key, rest) = line[indent..].split_once(':')?;
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if !plain(key) || !(rest.is_empty() || rest.starts_with(' ')) {
        return None;
    }
    let value = rest.trim_start();
    let value = match value.chars().next() {
        // A quoted text ends at its quote; what follows may only be a comment.
        Some(quote @ ('"' | '\'')) => {
            let inner = value[1..].find(quote)?;
            let (whole, after) = value.split_at(inner + 2);
            (!whole.contains('\\') && (after.is_empty() || after.trim_start().starts_with('#'))).then_some(whole)?
        }
        _ => value.split(" #").next().unwrap_or_default().trim_end(),
    };
    if value.starts_with(['[', '{', '&', '*', '!', '|', '>', '%', '@', '-', '#']) || value.contains("${") || value.contains("%{") {
        return None;
    }
    let offset = if value.is_empty() { indent + key.len() + 1 } else { line.len() - rest.trim_start().len() };
    let from = start + offset;
    Some(Entry { key: key.to_owned(), indent, value: Span::new(from, from + value.len()), end: start + line.len(), inner: Vec::new() })
}

fn scalar(text: &str) -> Value {
    if let Some(inner) = ['"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote)) {
        return Value::from(inner);
    }
    match text {
        "" | "~" | "null" => Value::Null,
        "true" | "True" => Value::Bool(true),
        "false" | "False" => Value::Bool(false),
        other => serde_json::from_str(other).ok().filter(Value::is_number).unwrap_or_else(|| Value::from(other)),
    }
}

/// A value of one line.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::String(text) => (!text.contains(['\'', '\n'])).then(|| format!("'{text}'")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a: '1.0'\n# about b\nb:\n  name: \"x\" # kept\n  on: false\n  inner:\n    c: 2\nd:\n";

    fn set(path: &[&str], value: Value) -> Option<String> {
        let yaml = YamlText::read(TEXT, Span::new(0, TEXT.len()))?;
        hcl::splice(TEXT, &[yaml.set(path, &value)?]).ok()
    }

    #[test]
    fn values_change_in_their_place_and_new_keys_follow_their_neighbours() {
        let yaml = YamlText::read(TEXT, Span::new(0, TEXT.len())).unwrap();
        assert_eq!(yaml.term().member("b").member("on"), Term::Known(false.into()));
        assert_eq!(yaml.term().member("a"), Term::Known("1.0".into()));
        assert_eq!(set(&["b", "on"], true.into()).unwrap(), TEXT.replace("on: false", "on: true"));
        assert_eq!(set(&["b", "name"], "y".into()).unwrap(), TEXT.replace("\"x\"", "'y'"));
        assert_eq!(set(&["b", "new"], "z".into()).unwrap(), TEXT.replace("    c: 2\n", "    c: 2\n  new: 'z'\n"));
        assert_eq!(set(&["d"], "z".into()).unwrap(), TEXT.replace("d:\n", "d: 'z'\n"));
        assert_eq!(set(&["no", "such"], true.into()), None);
        assert_eq!(set(&["b"], true.into()), None, "a mapping is not thrown away");
    }

    #[test]
    fn what_is_not_plain_is_not_read() {
        for text in
            ["- a\n", "a: [1]\n", "a: |\n  text\n", "a: ${var.x}\n", "a: 1\n   b: 2\n", "a: &x 1\n", "just text\n", "{\"a\": 1}\n", ""]
        {
            assert!(YamlText::read(text, Span::new(0, text.len())).is_none(), "{text}");
        }
    }
}
