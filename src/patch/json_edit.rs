//! Edits of Terraform's JSON syntax that keep the file's own layout.

use serde_json::Value;

use crate::hcl::{self, Body, Document};
use crate::model::{Edit, Span};

use super::render::Wanted;
use super::term::Term;

/// The whole object of a body, braces included.
pub(super) const fn object_of(body: &Body) -> Span {
    Span::new(body.span.start - 1, body.span.end + 1)
}

/// A value as JSON; what is not a literal is written as `"${…}"`.
pub(super) fn value_text(wanted: &Wanted, indent: &str, ending: &str) -> String {
    let value = match &wanted.term {
        Term::Known(value) => value.clone(),
        _ => Value::String(template(&wanted.text)),
    };
    pretty(&value, indent, "  ", ending)
}

/// An expression inside a JSON string: a quoted template loses its quotes, all else is interpolated.
fn template(text: &str) -> String {
    match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) if text.parse::<hcl_edit::expr::Expression>().is_ok_and(|expression| expression.is_string_template()) => {
            inner.replace("\\\"", "\"")
        }
        _ => format!("${{{text}}}"),
    }
}

/// JSON over several lines, the way `jq` writes it, with the unit of indentation in use.
fn pretty(value: &Value, indent: &str, unit: &str, ending: &str) -> String {
    let inner = format!("{indent}{unit}");
    match value {
        Value::Object(map) if !map.is_empty() => {
            let lines: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{inner}{}: {}", Value::from(key.as_str()), pretty(value, &inner, unit, ending)))
                .collect();
            format!("{{{ending}{}{ending}{indent}}}", lines.join(&format!(",{ending}")))
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            let lines: Vec<String> = items.iter().map(|item| format!("{inner}{}", pretty(item, &inner, unit, ending))).collect();
            format!("[{ending}{}{ending}{indent}]", lines.join(&format!(",{ending}")))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(Value::to_string).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// Adds `"name": value` behind the last member of the object at `object`.
pub(super) fn insert_member(text: &str, object: Span, name: &str, wanted: &Wanted) -> Edit {
    insert_with(text, object, name, |indent, ending| value_text(wanted, indent, ending))
}

fn insert_with(text: &str, object: Span, name: &str, value: impl Fn(&str, &str) -> String) -> Edit {
    let ending = hcl::line_ending(text);
    let inside = &text[object.start + 1..object.end - 1];
    let last = object.start + 1 + inside.trim_end().len();
    let empty = inside.trim().is_empty();
    let outer = hcl::indent_of_line(text, object.start).to_owned();
    let inner = match inside.find('\n') {
        Some(_) if !empty => {
            let first = object.start + 1 + (inside.len() - inside.trim_start().len());
            hcl::indent_of_line(text, first).to_owned()
        }
        None if !empty => {
            // All on one line: stays so.
            return Edit { span: Span::at(last), text: format!(", {}: {}", Value::from(name), value(&outer, ending)) };
        }
        _ => format!("{outer}{}", unit(text)),
    };
    let member = format!("{inner}{}: {}", Value::from(name), value(&inner, ending));
    if empty {
        return Edit { span: Span::new(object.start + 1, object.end - 1), text: format!("{ending}{member}{ending}{outer}") };
    }
    Edit { span: Span::at(last), text: format!(",{ending}{member}") }
}

/// One level of indentation of the file: that of its first indented line.
fn unit(text: &str) -> &str {
    text.lines()
        .find_map(|line| {
            let length = line.len() - line.trim_start().len();
            (length > 0).then(|| &line[..length])
        })
        .unwrap_or("  ")
}

/// Adds a nested block (given as HCL text) as a member; where blocks of that name are written as a list, at its end.
pub(super) fn insert_block(text: &str, body: &Body, name: &str, block: &str) -> Option<Edit> {
    let document = Document::parse(block).ok()?;
    let value = block_value(&document, &document.body().blocks.first()?.body)?;
    match body.attribute(name) {
        None => Some(insert_with(text, object_of(body), name, |indent, ending| pretty(&value, indent, unit(text), ending))),
        Some(attribute) => {
            let list = attribute.value.as_array()?;
            let span = attribute.value_span;
            let inside = text.get(span.start + 1..span.end - 1)?;
            let last = span.start + 1 + inside.trim_end().len();
            let indent = hcl::indent_of_line(text, last).to_owned();
            let comma = if list.is_empty() { "" } else { ", " };
            Some(Edit { span: Span::at(last), text: format!("{comma}{}", pretty(&value, &indent, unit(text), hcl::line_ending(text))) })
        }
    }
}

/// A body as a JSON object.
fn block_value(document: &Document, body: &Body) -> Option<Value> {
    let mut map = serde_json::Map::new();
    for attribute in &body.attributes {
        let value = hcl::literal(&attribute.value).unwrap_or_else(|| Value::String(template(document.slice(attribute.value_span))));
        map.insert(attribute.name.clone(), value);
    }
    for block in &body.blocks {
        let value = block_value(document, &block.body)?;
        map.insert(block.kind.clone(), value);
    }
    Some(Value::Object(map))
}

/// Adds a resource beside another one of the file: into the object of its type, else into `resource`.
pub(super) fn insert_resource(document: &Document, kind: &str, name: &str, block: &str) -> Option<Edit> {
    let parsed = Document::parse(block).ok()?;
    let value = block_value(&parsed, &parsed.body().blocks.first()?.body)?;
    let text = document.text();
    let root = hcl::parse_json(text).ok()?;
    let resources = &root.member("resource")?.value;
    let write = |indent: &str, ending: &str, value: &Value| pretty(value, indent, unit(text), ending);
    Some(match resources.member(kind) {
        Some(of_kind) => insert_with(text, of_kind.value.span, name, |indent, ending| write(indent, ending, &value)),
        None => insert_with(text, resources.span, kind, |indent, ending| write(indent, ending, &serde_json::json!({ name: value }))),
    })
}

/// Takes the member at `span` (key and value) out, with one of the commas around it.
pub(super) fn remove_member(text: &str, span: Span) -> Edit {
    let after = &text[span.end..];
    let blank = after.len() - after.trim_start().len();
    if after[blank..].starts_with(',') {
        let rest = &after[blank + 1..];
        return Edit { span: Span::new(span.start, span.end + blank + 1 + (rest.len() - rest.trim_start().len())), text: String::new() };
    }
    let before = text[..span.start].trim_end();
    let start = if before.ends_with(',') { before.len() - 1 } else { span.start };
    Edit { span: Span::new(start, span.end), text: String::new() }
}
