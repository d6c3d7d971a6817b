//! Edits of Terraform's JSON syntax that keep the file's own layout.

use hcl_edit::expr::Expression;
use serde_json::Value;

use crate::hcl::{self, Body, Document, JsonKind, JsonValue, Syntax};
use crate::model::{Edit, Span};

use super::render::Wanted;
use super::term::Term;

/// The whole object of a body, braces included.
pub(super) const fn object_of(body: &Body) -> Span {
    Span::new(body.span.start - 1, body.span.end + 1)
}

/// A value as JSON; what is not a literal is a string `${…}`.
fn json_of(wanted: &Wanted) -> Value {
    match &wanted.term {
        Term::Known(value) => literal(value),
        _ => code_value(&wanted.text),
    }
}

/// Code as JSON.
fn code_value(code: &str) -> Value {
    let parsed = Document::parse(format!("x = {code}\n")).ok();
    let value = parsed.as_ref().and_then(|document| {
        let attribute = document.body().attributes.first()?;
        Some(expression_value(document, &attribute.value, attribute.value_span, false))
    });
    value.unwrap_or_else(|| Value::String(template(code)))
}

/// A value as JSON text, where `held` stands: a list that has its elements on lines of their own keeps them there.
pub(super) fn value_text(document: &Document, held: Span, wanted: &Wanted) -> String {
    let text = document.text();
    let (indent, ending) = (hcl::indent_of_line(text, held.start), hcl::line_ending(text));
    match json_of(wanted) {
        Value::Array(items) if !items.is_empty() && document.slice(held).starts_with('[') && document.slice(held).contains('\n') => {
            lines(&items, indent, unit(text), ending)
        }
        value => pretty(&value, indent, "  ", ending),
    }
}

/// A known value as Terraform's JSON syntax has it: in its strings `${` would open a template.
fn literal(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace("${", "$${").replace("%{", "%%{")),
        Value::Array(items) => items.iter().map(literal).collect(),
        Value::Object(members) => Value::Object(members.iter().map(|(name, value)| (name.clone(), literal(value))).collect()),
        other => other.clone(),
    }
}

/// An element of a list as JSON text; `None` when it is not known.
pub(super) fn element_text(item: &Term) -> Option<String> {
    Some(match item {
        Term::Known(value) => literal(value).to_string(),
        other => code_value(&other.render()?).to_string(),
    })
}

/// An expression inside a JSON string: a quoted template loses its quotes, all else is interpolated.
fn template(text: &str) -> String {
    let quoted = text.parse::<hcl_edit::expr::Expression>().is_ok_and(|expression| expression.is_string_template());
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(|_| quoted);
    match inner.and_then(hcl::Unquoted::read) {
        Some(inner) => inner.whole().to_owned(),
        None => format!("${{{text}}}"),
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
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => lines(items, indent, unit, ending),
        Value::Array(items) => format!("[{}]", items.iter().map(Value::to_string).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// A list with each element on lines of its own.
fn lines(items: &[Value], indent: &str, unit: &str, ending: &str) -> String {
    let inner = format!("{indent}{unit}");
    let lines: Vec<String> = items.iter().map(|item| format!("{inner}{}", pretty(item, &inner, unit, ending))).collect();
    format!("[{ending}{}{ending}{indent}]", lines.join(&format!(",{ending}")))
}

/// Adds `"name": value` behind the last member of the object at `object`, with the objects around the value where there are names
/// on the way to it.
pub(super) fn insert_member(text: &str, object: Span, name: &str, inner: &[String], wanted: &Wanted) -> Edit {
    let value = inner.iter().rev().fold(json_of(wanted), |value, name| serde_json::json!({ name.as_str(): value }));
    insert_with(text, object, name, |indent, ending| pretty(&value, indent, "  ", ending))
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

/// Adds a nested block (given as HCL text) as a member; where there are blocks of that name, at the end of their list.
pub(super) fn insert_block(document: &Document, body: &Body, name: &str, block: &str) -> Option<Edit> {
    let text = document.text();
    let parsed = Document::parse(block).ok()?;
    let value = block_value(&parsed, &parsed.body().blocks.first()?.body)?;
    let Some(attribute) = body.attribute(name) else {
        return Some(insert_with(text, object_of(body), name, |indent, ending| pretty(&value, indent, unit(text), ending)));
    };
    let span = attribute.value_span;
    let written = pretty(&value, hcl::indent_of_line(text, span.start), unit(text), hcl::line_ending(text));
    match (&*attribute.value, document.syntax_at(span)) {
        (_, Syntax::Native) => None,
        (Expression::Array(_), Syntax::Json) => {
            let last = element_spans(document, span)?.last().map_or(span.start, |last| last.start);
            let written = pretty(&value, hcl::indent_of_line(text, last), unit(text), hcl::line_ending(text));
            add_elements(document, span, &[written])
        }
        // The only one until now.
        (Expression::Object(_), Syntax::Json) => {
            Some(Edit { span, text: format!("[{}, {written}]", document.source().get(span.range())?) })
        }
        _ => None,
    }
}

/// Arguments whose references Terraform reads before it evaluates anything: in JSON these are plain strings.
const NAMES: [&str; 4] = ["depends_on", "ignore_changes", "provider", "replace_triggered_by"];

/// A body as a JSON object.
fn block_value(document: &Document, body: &Body) -> Option<Value> {
    let mut map = serde_json::Map::new();
    for attribute in &body.attributes {
        let names = NAMES.contains(&attribute.name.as_str());
        map.insert(attribute.name.clone(), expression_value(document, &attribute.value, attribute.value_span, names));
    }
    for block in &body.blocks {
        let value = block_value(document, &block.body)?;
        let value = block.labels.iter().rev().fold(value, |value, label| serde_json::json!({ label.text.as_str(): value }));
        match map.get_mut(&block.kind) {
            Some(Value::Array(blocks)) => blocks.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
            None => drop(map.insert(block.kind.clone(), value)),
        }
    }
    Some(Value::Object(map))
}

/// An expression as JSON: lists and objects as such, what is not known as a template, or as a bare name.
fn expression_value(document: &Document, expression: &Expression, span: Span, names: bool) -> Value {
    let code = || {
        let text = document.slice(span);
        Value::String(if names { text.to_owned() } else { template(text) })
    };
    let inner = |value: &Expression| Some(expression_value(document, value, hcl::expression_span(value)?, names));
    let value = match expression {
        Expression::Array(items) => items.iter().map(inner).collect::<Option<Vec<_>>>().map(Value::Array),
        Expression::Object(_) => {
            let entries = hcl::object_entries(expression).into_iter();
            entries.map(|entry| Some((entry.name()?, inner(entry.value)?))).collect::<Option<serde_json::Map<_, _>>>().map(Value::Object)
        }
        other => hcl::literal(other).map(|value| literal(&value)),
    };
    value.unwrap_or_else(code)
}

/// Adds a resource beside another one of the file: into the object of its type, else into `resource`.
pub(super) fn insert_resource(document: &Document, kind: &str, name: &str, block: &str) -> Option<Edit> {
    let parsed = Document::parse(block).ok()?;
    let value = block_value(&parsed, &parsed.body().blocks.first()?.body)?;
    let root = hcl::parse_json(document.source()).ok()?;
    let Some(resources) = root.member("resource") else {
        return insert_named(document, &root, "resource", &serde_json::json!({ kind: { name: value } }));
    };
    match resources.value.member(kind) {
        Some(of_kind) => insert_named(document, &of_kind.value, name, &value),
        None => insert_named(document, &resources.value, kind, &serde_json::json!({ name: value })),
    }
}

/// Adds `"name": value` to an object, or an object with it to a list of such.
fn insert_named(document: &Document, around: &JsonValue, name: &str, value: &Value) -> Option<Edit> {
    let text = document.text();
    match &around.kind {
        JsonKind::Object(_) => Some(insert_with(text, around.span, name, |indent, ending| pretty(value, indent, unit(text), ending))),
        JsonKind::Array(items) => {
            let indent = hcl::indent_of_line(text, items.last().map_or(around.span, |last| last.span).start);
            let element = pretty(&serde_json::json!({ name: value }), indent, unit(text), hcl::line_ending(text));
            add_elements(document, around.span, &[element])
        }
        _ => None,
    }
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

/// The places of the elements of the list at `span`, which is no template.
pub(super) fn element_spans(document: &Document, span: Span) -> Option<Vec<Span>> {
    let list = hcl::parse_json(document.source().get(span.range())?).ok()?;
    let JsonKind::Array(items) = list.kind else { return None };
    Some(items.iter().map(|item| Span::new(item.span.start + span.start, item.span.end + span.start)).collect())
}

/// What stands between elements: what does so already, else a comma and the space before the only one.
pub(super) fn separator(document: &Document, list: Span, items: &[Span]) -> String {
    let text = document.text();
    match items {
        [.., before, last] => text[before.end..last.start].to_owned(),
        [only] => match &text[list.start + 1..only.start] {
            space if space.contains('\n') => format!(",{space}"),
            _ => ", ".to_owned(),
        },
        [] => ", ".to_owned(),
    }
}

/// Adds elements behind the last one of the list at `span`.
pub(super) fn add_elements(document: &Document, span: Span, new: &[String]) -> Option<Edit> {
    let items = element_spans(document, span)?;
    let separator = separator(document, span, &items);
    Some(match items.last() {
        Some(last) => Edit { span: Span::at(last.end), text: new.iter().map(|item| format!("{separator}{item}")).collect() },
        None => Edit { span, text: format!("[{}]", new.join(&separator)) },
    })
}

/// Takes elements out of the list at `span`, each with one of the commas around it. `None` when every element would go.
pub(super) fn remove_elements(document: &Document, span: Span, gone: &[usize]) -> Option<Vec<Edit>> {
    let items = element_spans(document, span)?;
    let kept = (0..items.len()).find(|index| !gone.contains(index))?;
    let edit = |index: &usize| {
        let item = items.get(*index)?;
        // Before the first that stays each takes the comma behind it, after that the one before it.
        let span = match index.checked_sub(1).and_then(|before| items.get(before)) {
            Some(before) if *index > kept => Span::new(before.end, item.end),
            _ => Span::new(item.start, items.get(index + 1)?.start),
        };
        Some(Edit { span, text: String::new() })
    };
    gone.iter().map(edit).collect()
}
