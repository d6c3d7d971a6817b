//! From a JSON object to the blocks that Terraform's JSON syntax means by it.

use std::sync::Arc;

use super::syntax::{Attribute, Block, Body, Expression, ExpressionKind, Label, ObjectItem, Syntax};
use crate::model::Span;

/// The body of a `.tf.json` file.
pub(super) fn body(file: &Arc<str>, value: &Expression) -> Body {
    body_of(file, value, top_level)
}

/// How many labels a property stands for when it means a block; `None` when it is an argument.
type Schema = fn(&str) -> Option<Meaning>;

#[derive(Clone, Copy)]
struct Meaning {
    labels: usize,
    inside: Schema,
}

fn top_level(name: &str) -> Option<Meaning> {
    let (labels, inside): (usize, Schema) = match name {
        "resource" | "data" | "ephemeral" => (2, in_resource),
        "module" | "output" | "provider" | "check" => (1, arguments),
        "variable" => (1, in_variable),
        "terraform" => (0, in_terraform),
        "locals" | "moved" | "import" | "removed" => (0, arguments),
        _ => return None,
    };
    Some(Meaning { labels, inside })
}

fn in_resource(name: &str) -> Option<Meaning> {
    match name {
        "lifecycle" | "connection" => Some(Meaning { labels: 0, inside: arguments }),
        "provisioner" | "dynamic" => Some(Meaning { labels: 1, inside: arguments }),
        _ => None,
    }
}

fn in_variable(name: &str) -> Option<Meaning> {
    (name == "validation").then_some(Meaning { labels: 0, inside: arguments })
}

fn in_terraform(name: &str) -> Option<Meaning> {
    match name {
        "backend" => Some(Meaning { labels: 1, inside: arguments }),
        "required_providers" | "cloud" | "workspaces" => Some(Meaning { labels: 0, inside: in_terraform }),
        _ => None,
    }
}

fn arguments(_: &str) -> Option<Meaning> {
    None
}

/// The items of an object, or of every object in an array.
fn each_object(value: &Expression) -> Vec<&[ObjectItem]> {
    match &value.kind {
        ExpressionKind::Object(items) => vec![items],
        ExpressionKind::Tuple(values) => values.iter().flat_map(each_object).collect(),
        _ => Vec::new(),
    }
}

fn body_of(file: &Arc<str>, value: &Expression, schema: Schema) -> Body {
    let mut body = Body::default();
    for item in each_object(value).into_iter().flatten() {
        let name = item.key.as_literal().unwrap_or_default();
        // `"//"` is the comment of JSON syntax.
        if name.is_empty() || name == "//" {
            continue;
        }
        match schema(name) {
            Some(meaning) => {
                let place = Place { file, kind: name, inside: meaning.inside };
                blocks(&place, item, &item.value, meaning.labels, &mut Vec::new(), &mut body.blocks);
            }
            None => body.attributes.push(attribute(file, name, item)),
        }
    }
    body
}

fn attribute(file: &Arc<str>, name: &str, item: &ObjectItem) -> Attribute {
    Attribute { name: Arc::from(name), name_span: item.key.span, value: item.value.clone(), span: item.span(), file: file.clone() }
}

struct Place<'p> {
    file: &'p Arc<str>,
    kind: &'p str,
    inside: Schema,
}

/// Descends through the labels; at the end each object is a block.
fn blocks(place: &Place<'_>, item: &ObjectItem, value: &Expression, labels: usize, path: &mut Vec<Label>, out: &mut Vec<Block>) {
    if labels > 0 {
        for inner in each_object(value).into_iter().flatten() {
            let text = inner.key.as_literal().unwrap_or_default();
            if text == "//" {
                continue;
            }
            path.push(Label { text: Arc::from(text), span: inner.key.span });
            blocks(place, inner, &inner.value, labels - 1, path, out);
            path.pop();
        }
        return;
    }
    let bodies: Vec<&Expression> = match &value.kind {
        ExpressionKind::Tuple(values) => values.iter().collect(),
        _ => vec![value],
    };
    let alone = bodies.len() == 1;
    for value in bodies {
        let start = if alone { item.key.span.start } else { value.span.start };
        out.push(Block {
            kind: Arc::from(place.kind),
            labels: path.clone(),
            body: body_of(place.file, value, place.inside),
            span: Span::new(start, value.span.end),
            file: place.file.clone(),
            syntax: Syntax::Json,
        });
    }
}
