//! Terraform's JSON syntax as the same blocks and attributes.

use std::sync::Arc;

use hcl_edit::expr::{Array, Expression, Object, ObjectKey};

use crate::model::Span;

use super::document::{Attribute, Block, Body, Label, SyntaxError};
use super::json::{JsonKind, JsonMember, JsonValue, parse_json};

/// Kinds of top-level block with their number of labels.
const TOP_LEVEL: [(&str, usize); 14] = [
    ("resource", 2),
    ("data", 2),
    ("ephemeral", 2),
    ("provider", 1),
    ("variable", 1),
    ("output", 1),
    ("module", 1),
    ("check", 1),
    ("locals", 0),
    ("terraform", 0),
    ("moved", 0),
    ("removed", 0),
    ("import", 0),
    ("encryption", 0),
];

/// The top level of a `.tf.json` file (or of a `.tfvars.json` file, which is all attributes).
pub(super) fn body_of(text: &str) -> Result<Body, SyntaxError> {
    let root = parse_json(text)?;
    let JsonKind::Object(members) = &root.kind else {
        return Err(SyntaxError::at(text, root.span.start, "expected an object"));
    };
    let mut body = Body { span: inside(root.span), attributes: Vec::new(), blocks: Vec::new() };
    for member in members {
        let labels = TOP_LEVEL.iter().find(|(kind, _)| *kind == member.key);
        match labels {
            Some((kind, count)) => labelled(kind, *count, member.span(), &mut Vec::new(), &member.value, &mut body.blocks),
            None if member.key == "//" => {}
            None => body.attributes.push(attribute(member)),
        }
    }
    body.blocks.sort_by_key(|block| block.span.start);
    Ok(body)
}

fn inside(span: Span) -> Span {
    Span::new(span.start + 1, span.end.saturating_sub(1).max(span.start + 1))
}

/// Walks `count` levels of labels down to the bodies.
fn labelled(kind: &str, count: usize, span: Span, labels: &mut Vec<Label>, value: &JsonValue, blocks: &mut Vec<Block>) {
    match &value.kind {
        JsonKind::Array(items) => {
            for item in items {
                labelled(kind, count, item.span, labels, item, blocks);
            }
        }
        JsonKind::Object(members) if labels.len() < count => {
            for member in members {
                labels.push(Label { text: member.key.clone(), span: member.key_span });
                labelled(kind, count, member.span(), labels, &member.value, blocks);
                labels.pop();
            }
        }
        JsonKind::Object(_) => blocks.push(Block { kind: kind.to_owned(), labels: labels.clone(), span, body: body(value) }),
        _ => {}
    }
}

/// An object as a body: every member is an attribute, and every member that is an object or a list of objects is a block as well.
fn body(value: &JsonValue) -> Body {
    let mut result = Body { span: inside(value.span), attributes: Vec::new(), blocks: Vec::new() };
    let JsonKind::Object(members) = &value.kind else { return result };
    for member in members.iter().filter(|member| member.key != "//") {
        result.attributes.push(attribute(member));
        if member.key == "dynamic" {
            labelled("dynamic", 1, member.span(), &mut Vec::new(), &member.value, &mut result.blocks);
            continue;
        }
        match &member.value.kind {
            JsonKind::Object(_) => result.blocks.push(nested(&member.key, member.span(), &member.value)),
            JsonKind::Array(items) => {
                let objects = items.iter().filter(|item| matches!(item.kind, JsonKind::Object(_)));
                result.blocks.extend(objects.map(|item| nested(&member.key, item.span, item)));
            }
            _ => {}
        }
    }
    result
}

fn nested(kind: &str, span: Span, value: &JsonValue) -> Block {
    Block { kind: kind.to_owned(), labels: Vec::new(), span, body: body(value) }
}

fn attribute(member: &JsonMember) -> Attribute {
    Attribute { name: member.key.clone(), span: member.span(), value_span: member.value.span, value: Arc::new(expression(&member.value)) }
}

/// A JSON value as an expression: strings are templates, as Terraform reads them. A string that is exactly one `${…}` is that expression.
fn expression(value: &JsonValue) -> Expression {
    match &value.kind {
        JsonKind::Null => Expression::null(),
        JsonKind::Bool(value) => (*value).into(),
        JsonKind::Number(text) => text.parse().unwrap_or_else(|_| Expression::null()),
        JsonKind::String(text) => template(text),
        JsonKind::Array(items) => {
            let mut array = Array::new();
            for item in items {
                array.push(expression(item));
            }
            array.into()
        }
        JsonKind::Object(members) => {
            let mut object = Object::new();
            for member in members {
                object.insert(ObjectKey::Expression(member.key.as_str().into()), expression(&member.value));
            }
            object.into()
        }
    }
}

fn template(text: &str) -> Expression {
    if !text.contains("${") && !text.contains("%{") {
        return text.into();
    }
    if let Some(inner) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'))
        && let Ok(expression) = inner.trim().parse::<Expression>()
    {
        return expression;
    }
    let quoted = format!("\"{}\"", text.replace('\\', "\\\\").replace('\n', "\\n"));
    quoted.parse().unwrap_or_else(|_| text.into())
}

#[cfg(test)]
mod tests {
    use super::super::document::{Document, Syntax};
    use super::super::expression::references;

    #[test]
    fn json_reads_as_blocks() {
        let text = "{\"resource\": {\"aws_s3_bucket\": {\"b\": {\"bucket\": \"${var.env}-x\", \"versioning\": [{\"enabled\": false}]}}}, \"locals\": {\"a\": 1}}";
        let document = Document::parse_file("main.tf.json", text).unwrap();
        assert_eq!(document.syntax(), Syntax::Json);
        let block = document.blocks_labelled("resource", &["aws_s3_bucket", "b"]).next().unwrap();
        assert_eq!(references(&block.attribute("bucket").unwrap().value)[0].names, ["var", "env"]);
        let enabled = block.body.blocks_of("versioning").next().unwrap().attribute("enabled").unwrap();
        assert_eq!(document.slice(enabled.value_span), "false");
        assert!(document.body().blocks_of("locals").next().unwrap().attribute("a").is_some());
    }
}
