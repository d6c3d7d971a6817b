//! Adding and taking out elements of lists and entries of objects, in the layout they have.

use hcl_edit::expr::{Array, Expression};

use crate::model::{Edit, Span};

use super::expression::{expression_span, object_entries};
use super::insert::{indent_of_line, line_ending, reindent};
use super::lexer::{TokenKind, tokens};
use super::literal::render_key;

/// Adds elements to a list literal that stands at `span` of `text`: behind the last one, each on a line of its own where the
/// list has one element a line. `None` when the places of its elements are not known.
#[must_use]
pub fn add_elements(text: &str, array: &Array, span: Span, new: &[String]) -> Option<Edit> {
    let ending = line_ending(text);
    let Some(last) = array.iter().last() else {
        return Some(Edit { span, text: format!("[{}]", new.join(", ")) });
    };
    let last = expression_span(last)?;
    let close = span.end.checked_sub(1)?;
    let multi_line = text.get(last.end..close)?.contains('\n');
    let comma = comma_after(text, last.end, close);
    if !multi_line {
        let added: String = new.iter().map(|item| format!(", {item}")).collect();
        return Some(Edit { span: Span::at(last.end), text: added });
    }
    let indent = indent_of_line(text, last.start).to_owned();
    let lines: String = new.iter().map(|item| format!("{ending}{indent}{},", reindent(item, &indent, ending))).collect();
    match comma {
        // Behind the comma and the comment that may follow it.
        Some(comma) => {
            let line_end = text[comma..].find('\n').map_or(close, |at| comma + at);
            let line_end = if text[..line_end].ends_with('\r') { line_end - 1 } else { line_end };
            Some(Edit { span: Span::at(line_end), text: lines })
        }
        None => {
            let lines = lines.strip_suffix(',').unwrap_or(&lines).to_owned();
            let rest = &text[last.end..close];
            let line_end = last.end + rest.find('\n').unwrap_or(0);
            let line_end = if text[..line_end].ends_with('\r') { line_end - 1 } else { line_end };
            let comment = text[last.end..line_end].to_owned();
            Some(Edit { span: Span::new(last.end, line_end), text: format!(",{comment}{lines}") })
        }
    }
}

/// The end of the comma that follows `from`, before `stop`.
fn comma_after(text: &str, from: usize, stop: usize) -> Option<usize> {
    tokens(text.get(from..stop)?)
        .into_iter()
        .find(|token| !matches!(token.kind, TokenKind::Comment | TokenKind::Newline))
        .filter(|token| token.kind == TokenKind::Comma)
        .map(|token| from + token.span.end)
}

/// Takes elements out of a list literal by their index. `None` when places are not known or every element would go.
#[must_use]
pub fn remove_elements(text: &str, array: &Array, span: Span, gone: &[usize]) -> Option<Vec<Edit>> {
    let spans: Vec<Span> = array.iter().map(expression_span).collect::<Option<_>>()?;
    if gone.len() >= spans.len() {
        return None;
    }
    let close = span.end.checked_sub(1)?;
    let mut edits: Vec<Edit> = Vec::new();
    let mut index = 0;
    while index < spans.len() {
        if !gone.contains(&index) {
            index += 1;
            continue;
        }
        let first = index;
        while gone.contains(&index) && index < spans.len() {
            index += 1;
        }
        let run = spans.get(first..index)?;
        let lines: Option<Vec<Span>> = run
            .iter()
            .map(|item| whole_line(text, Span::new(item.start, comma_after(text, item.end, close).unwrap_or(item.end))))
            .collect();
        let last = run.last()?;
        match (lines, first.checked_sub(1).and_then(|before| spans.get(before)), spans.get(index)) {
            (Some(lines), ..) => edits.extend(lines.into_iter().map(|span| Edit { span, text: String::new() })),
            (None, _, Some(next)) => edits.push(Edit { span: Span::new(run[0].start, next.start), text: String::new() }),
            (None, Some(before), None) => edits.push(Edit { span: Span::new(before.end, last.end), text: String::new() }),
            (None, None, None) => return None,
        }
    }
    Some(edits)
}

/// The whole line, when nothing else stands on it.
fn whole_line(text: &str, span: Span) -> Option<Span> {
    let start = text[..span.start].rfind('\n')? + 1;
    let end = span.end + text[span.end..].find('\n')? + 1;
    (text[start..span.start].trim().is_empty() && text[span.end..end].trim().is_empty()).then_some(Span::new(start, end))
}

/// Adds `key = value` to an object literal at `span` of `text`; lines of `value` after the first are indented relative to the
/// new line. `None` when the places of its entries are not known.
#[must_use]
pub fn add_entry(text: &str, object: &Expression, span: Span, key: &str, value: &str) -> Option<Edit> {
    let ending = line_ending(text);
    let entries = object_entries(object);
    let key = render_key(key);
    let outer = indent_of_line(text, span.start).to_owned();
    let Some(last) = entries.last() else {
        let inner = format!("{outer}  ");
        let inside = text.get(span.start + 1..span.end.checked_sub(1)?)?;
        if !inside.contains(['\n', '#']) && !inside.contains("/") && !value.contains('\n') {
            return Some(Edit { span, text: format!("{{ {key} = {value} }}") });
        }
        return Some(Edit { span, text: format!("{{{ending}{inner}{key} = {}{ending}{outer}}}", reindent(value, &inner, ending)) });
    };
    let (key_span, value_span) = (last.key_span()?, last.value_span()?);
    let close = span.end.checked_sub(1)?;
    let between = text.get(key_span.end..value_span.start)?;
    let sign = if between.contains(':') { ":" } else { "=" };
    let space = if sign == ":" && !between.starts_with(' ') { "" } else { " " };
    if !text.get(span.start..close)?.contains('\n') {
        let comma = if comma_after(text, value_span.end, close).is_some() { " " } else { ", " };
        let at = comma_after(text, value_span.end, close).unwrap_or(value_span.end);
        return Some(Edit { span: Span::at(at), text: format!("{comma}{key}{space}{sign} {value}") });
    }
    let indent = indent_of_line(text, key_span.start).to_owned();
    let line = format!("{ending}{indent}{key}{space}{sign} {}", reindent(value, &indent, ending));
    // Commas are habit in objects written like JSON.
    let comma = comma_after(text, value_span.end, close);
    let from = comma.unwrap_or(value_span.end);
    let line_end = from + text[from..close].find('\n').unwrap_or(close - from);
    let line_end = if text[..line_end].ends_with('\r') { line_end - 1 } else { line_end };
    let first_has_comma = entries.len() > 1 && entries[0].value_span().is_some_and(|first| comma_after(text, first.end, close).is_some());
    Some(match (comma.is_some(), first_has_comma) {
        (true, _) => Edit { span: Span::at(line_end), text: format!("{line},") },
        (false, true) => Edit { span: Span::new(from, line_end), text: format!(",{}{line}", &text[from..line_end]) },
        (false, false) => Edit { span: Span::at(line_end), text: line },
    })
}

/// Takes an entry out of an object literal by its index.
#[must_use]
pub fn remove_entry(text: &str, object: &Expression, span: Span, index: usize) -> Option<Edit> {
    let entries = object_entries(object);
    let entry = entries.get(index)?;
    let close = span.end.checked_sub(1)?;
    let item = Span::new(entry.key_span()?.start, entry.value_span()?.end);
    let end = comma_after(text, item.end, close).unwrap_or(item.end);
    let remove = whole_line(text, Span::new(item.start, end)).unwrap_or_else(|| match (index, entries.get(index + 1)) {
        (_, Some(next)) => Span::new(item.start, next.key_span().map_or(end, |next| next.start)),
        (0, None) => Span::new(item.start, end),
        (_, None) => Span::new(entries[index - 1].value_span().map_or(item.start, |before| before.end), end),
    });
    Some(Edit { span: remove, text: String::new() })
}

#[cfg(test)]
mod tests {
    use super::super::document::Document;
    use super::super::splice::splice;
    use super::*;

    fn on_list(text: &str, edit: impl Fn(&str, &Array, Span) -> Vec<Edit>) -> String {
        let document = Document::parse(text).unwrap();
        let attribute = &document.body().attributes[0];
        splice(text, &edit(text, attribute.value.as_array().unwrap(), attribute.value_span)).unwrap()
    }

    #[test]
    fn elements_are_added_in_the_layout_of_the_list() {
        let add = |text: &str| on_list(text, |text, array, span| add_elements(text, array, span, &["\"z\"".into()]).into_iter().collect());
        assert_eq!(add("a = []\n"), "a = [\"z\"]\n");
        assert_eq!(add("a = [1, 2]\n"), "a = [1, 2, \"z\"]\n");
        assert_eq!(add("a = [\n  1,\n  2, # two\n]\n"), "a = [\n  1,\n  2, # two\n  \"z\",\n]\n");
        assert_eq!(add("a = [\n  1,\n  2 # two\n]\n"), "a = [\n  1,\n  2, # two\n  \"z\"\n]\n");
    }

    #[test]
    fn elements_are_taken_out() {
        let remove =
            |text: &str, gone: &[usize]| on_list(text, |text, array, span| remove_elements(text, array, span, gone).unwrap_or_default());
        assert_eq!(remove("a = [1, 2, 3]\n", &[0]), "a = [2, 3]\n");
        assert_eq!(remove("a = [1, 2, 3]\n", &[2]), "a = [1, 2]\n");
        assert_eq!(remove("a = [1, 2, 3]\n", &[1, 2]), "a = [1]\n");
        assert_eq!(remove("a = [1, 2, 3]\n", &[0, 1]), "a = [3]\n");
        assert_eq!(remove("a = [\n  1,\n  2,\n]\n", &[1]), "a = [\n  1,\n]\n");
        assert_eq!(remove("a = [1]\n", &[0]), "a = [1]\n");
    }

    #[test]
    fn entries_are_added_and_taken_out() {
        let edit = |text: &str, edit: &dyn Fn(&str, &Expression, Span) -> Option<Edit>| {
            let document = Document::parse(text).unwrap();
            let attribute = &document.body().attributes[0];
            splice(text, &edit(text, &attribute.value, attribute.value_span).into_iter().collect::<Vec<_>>()).unwrap()
        };
        let add = |text: &str| edit(text, &|text, object, span| add_entry(text, object, span, "k", "true"));
        assert_eq!(add("a = {}\n"), "a = { k = true }\n");
        assert_eq!(add("a = {\n}\n"), "a = {\n  k = true\n}\n");
        assert_eq!(add("a = { x = 1 }\n"), "a = { x = 1, k = true }\n");
        assert_eq!(add("a = {\n  x = 1 # c\n}\n"), "a = {\n  x = 1 # c\n  k = true\n}\n");
        assert_eq!(add("a = {\n  x : 1,\n  y : 2\n}\n"), "a = {\n  x : 1,\n  y : 2,\n  k : true\n}\n");
        assert_eq!(edit("a = {\n  x = 1\n  y = 2\n}\n", &|text, object, span| remove_entry(text, object, span, 0)), "a = {\n  y = 2\n}\n");
        assert_eq!(edit("a = { x = 1, y = 2 }\n", &|text, object, span| remove_entry(text, object, span, 1)), "a = { x = 1 }\n");
    }
}
