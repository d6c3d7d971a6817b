//! Terraform's JSON syntax as the same blocks and attributes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use hcl_edit::expr::{Array, Expression, Object, ObjectKey};
use hcl_edit::parser::parse_expr;
use hcl_edit::{Decorated, Ident};

use crate::model::Span;

use super::document::{Attribute, Block, Body, Label, SyntaxError};
use super::expression::{expression_span, only_interpolation, traversal_names};
use super::json::{JsonKind, JsonMember, JsonValue, parse_json};
use super::json_twin::Twin;

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

/// How often as many bytes as a text has are read once more to find out which of its values cannot be parsed.
const MOST_READ_AGAIN: usize = 8;

/// The name that stands for the value of a template that cannot be read.
pub const UNREADABLE: &str = "unreadable_template";

/// The top level of a `.tf.json` file (or of a `.tfvars.json` file, which is all attributes), and the text that its spans count in.
pub(super) fn read(text: &Arc<str>) -> Result<(Body, Twin), SyntaxError> {
    let root = parse_json(text)?;
    let JsonKind::Object(members) = &root.kind else {
        return Err(SyntaxError::at(text, root.span.start, "expected an object"));
    };
    let twin = Twin::of(text, &root, &names_in(members));
    let parsed = parsed(text, &twin, members);
    let reader = Reader { values: values_of(parsed.as_ref()) };
    let mut body = Body { span: inside(root.span), attributes: Vec::new(), blocks: Vec::new() };
    for member in members {
        match labels_of(&member.key) {
            Some(count) => reader.labelled(&member.key, count, member.span(), &mut Vec::new(), &member.value, &mut body.blocks),
            None if member.key == "//" => {}
            None => body.attributes.push(reader.attribute(member)),
        }
    }
    body.blocks.sort_by_key(|block| block.span.start);
    Ok((body, twin))
}

fn labels_of(kind: &str) -> Option<usize> {
    TOP_LEVEL.iter().find(|(known, _)| *known == kind).map(|(_, count)| *count)
}

/// Where strings start that Terraform reads as names before it evaluates anything.
fn names_in(members: &[JsonMember]) -> HashSet<usize> {
    fn bodies<'j>(value: &'j JsonValue, labels: usize, found: &mut Vec<&'j JsonValue>) {
        match (&value.kind, labels.checked_sub(1)) {
            (JsonKind::Array(items), _) => items.iter().for_each(|item| bodies(item, labels, found)),
            (JsonKind::Object(members), Some(labels)) => members.iter().for_each(|member| bodies(&member.value, labels, found)),
            (_, None) => found.push(value),
            _ => {}
        }
    }
    fn names(value: &JsonValue, found: &mut HashSet<usize>) {
        match &value.kind {
            JsonKind::String(text) if is_name(text) => drop(found.insert(value.span.start)),
            JsonKind::Array(items) => items.iter().for_each(|item| names(item, found)),
            _ => {}
        }
    }
    let mut outer = Vec::new();
    let with_names = members.iter().filter(|member| matches!(member.key.as_str(), "resource" | "data" | "ephemeral" | "module" | "output"));
    with_names.for_each(|member| bodies(&member.value, labels_of(&member.key).unwrap_or(0), &mut outer));
    let mut lifecycles = Vec::new();
    outer.iter().filter_map(|body| body.member("lifecycle")).for_each(|member| bodies(&member.value, 0, &mut lifecycles));
    let of = |bodies: &[&JsonValue], keys: &[&str], found: &mut HashSet<usize>| {
        bodies.iter().flat_map(|body| keys.iter().filter_map(|key| body.member(key))).for_each(|member| names(&member.value, found));
    };
    let mut found = HashSet::new();
    of(&outer, &["depends_on", "provider"], &mut found);
    of(&lifecycles, &["ignore_changes", "replace_triggered_by"], &mut found);
    found
}

fn is_name(text: &str) -> bool {
    !text.contains(['"', '\\', '\n']) && parse_expr(text).is_ok_and(|name| traversal_names(&name).is_some())
}

fn inside(span: Span) -> Span {
    Span::new(span.start + 1, span.end.saturating_sub(1).max(span.start + 1))
}

/// The values of attributes in one list, parsed at once: each has the place it has in the text. A value that cannot be parsed as
/// native syntax (a key twice, a template that is none) is entered, and what is in it taken instead.
fn parsed(text: &str, twin: &Twin, members: &[JsonMember]) -> Option<Expression> {
    let mut values = Vec::new();
    members.iter().for_each(|member| outermost(&member.value, labels_of(&member.key), &mut values));
    let list = |values: &[&JsonValue]| parse_expr(&list_of(text, twin, values)).ok();
    list(&values).or_else(|| {
        let (mut readable, mut left) = (Vec::new(), MOST_READ_AGAIN * text.len());
        values.iter().for_each(|value| readable_in(text, twin, value, &mut left, &mut readable));
        list(&readable)
    })
}

/// The values of the attributes below `labels` levels of labels.
fn outermost<'j>(value: &'j JsonValue, labels: Option<usize>, values: &mut Vec<&'j JsonValue>) {
    let Some(labels) = labels else { return values.push(value) };
    match &value.kind {
        JsonKind::Array(items) => items.iter().for_each(|item| outermost(item, Some(labels), values)),
        JsonKind::Object(members) => members.iter().for_each(|member| outermost(&member.value, labels.checked_sub(1), values)),
        _ => {}
    }
}

/// The value, if it can be parsed, else those in it that can, as long as bytes are `left` to try.
fn readable_in<'j>(text: &str, twin: &Twin, value: &'j JsonValue, left: &mut usize, readable: &mut Vec<&'j JsonValue>) {
    let Some(rest) = left.checked_sub(value.span.len()) else { return };
    *left = rest;
    let alone = format!("[{}]", on_one_line(text, twin, value.span));
    match &value.kind {
        _ if parse_expr(&alone).is_ok() => readable.push(value),
        JsonKind::Array(items) => items.iter().for_each(|item| readable_in(text, twin, item, left, readable)),
        JsonKind::Object(members) => members.iter().for_each(|member| readable_in(text, twin, &member.value, left, readable)),
        _ => {}
    }
}

/// A list of native syntax that has these values where the text has them, and spaces for all else.
fn list_of(text: &str, twin: &Twin, values: &[&JsonValue]) -> String {
    let mut list = String::with_capacity(text.len());
    for value in values {
        let sign = if list.is_empty() { '[' } else { ',' };
        list.push(sign);
        list.extend(std::iter::repeat_n(' ', value.span.start.saturating_sub(list.len())));
        list.push_str(&on_one_line(text, twin, value.span));
    }
    if list.is_empty() {
        list.push('[');
    }
    list.push(']');
    list
}

/// JSON may break lines where native syntax does not: before a comma, or behind a key. In strings line breaks stay.
fn on_one_line(text: &str, twin: &Twin, span: Span) -> String {
    let mut bytes = twin.text[span.range()].as_bytes().to_vec();
    let (mut quoted, mut escaped) = (false, false);
    for (read, written) in text[span.range()].bytes().zip(&mut bytes) {
        match read {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => *written = b' ',
            _ => {}
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// Every value of a parsed list, lists and objects with what is in them, by where it starts.
fn values_of(list: Option<&Expression>) -> HashMap<usize, &Expression> {
    fn collect<'e>(value: &'e Expression, values: &mut HashMap<usize, &'e Expression>) {
        values.extend(expression_span(value).map(|span| (span.start, value)));
        match value {
            Expression::Array(items) => items.iter().for_each(|item| collect(item, values)),
            Expression::Object(object) => object.iter().for_each(|(_, value)| collect(value.expr(), values)),
            _ => {}
        }
    }
    let mut values = HashMap::new();
    if let Some(Expression::Array(items)) = list {
        items.iter().for_each(|item| collect(item, &mut values));
    }
    values
}

/// Makes blocks and attributes of JSON values.
struct Reader<'e> {
    /// The values as expressions, by where they start.
    values: HashMap<usize, &'e Expression>,
}

impl Reader<'_> {
    /// Walks `count` levels of labels down to the bodies.
    fn labelled(&self, kind: &str, count: usize, span: Span, labels: &mut Vec<Label>, value: &JsonValue, blocks: &mut Vec<Block>) {
        match &value.kind {
            JsonKind::Array(items) => {
                for item in items {
                    self.labelled(kind, count, item.span, labels, item, blocks);
                }
            }
            JsonKind::Object(members) if labels.len() < count => {
                for member in members {
                    labels.push(Label { text: member.key.clone(), span: member.key_span });
                    self.labelled(kind, count, member.span(), labels, &member.value, blocks);
                    labels.pop();
                }
            }
            JsonKind::Object(_) => {
                blocks.push(Block { kind: kind.to_owned(), labels: labels.clone(), span, body: self.body(value).into() });
            }
            _ => {}
        }
    }

    /// An object as a body: every member is an attribute, and every member that is an object or a list of objects is a block as well.
    fn body(&self, value: &JsonValue) -> Body {
        let mut result = Body { span: inside(value.span), attributes: Vec::new(), blocks: Vec::new() };
        let JsonKind::Object(members) = &value.kind else { return result };
        for member in members.iter().filter(|member| member.key != "//") {
            result.attributes.push(self.attribute(member));
            if member.key == "dynamic" {
                self.labelled("dynamic", 1, member.span(), &mut Vec::new(), &member.value, &mut result.blocks);
                continue;
            }
            match &member.value.kind {
                JsonKind::Object(_) => result.blocks.push(self.nested(&member.key, member.span(), &member.value)),
                JsonKind::Array(items) => {
                    let objects = items.iter().filter(|item| matches!(item.kind, JsonKind::Object(_)));
                    result.blocks.extend(objects.map(|item| self.nested(&member.key, item.span, item)));
                }
                _ => {}
            }
        }
        result
    }

    fn nested(&self, kind: &str, span: Span, value: &JsonValue) -> Block {
        Block { kind: kind.to_owned(), labels: Vec::new(), span, body: self.body(value).into() }
    }

    fn attribute(&self, member: &JsonMember) -> Attribute {
        let value = self.expression(&member.value);
        let value_span = expression_span(&value).unwrap_or(member.value.span);
        Attribute { name: member.key.clone(), span: member.span(), value_span, value: Arc::new(value) }
    }

    /// A JSON value as an expression: strings are templates, as Terraform reads them.
    fn expression(&self, value: &JsonValue) -> Expression {
        // A name starts behind its quote.
        let start = value.span.start;
        let name = || self.values.get(&(start + 1)).filter(|_| matches!(value.kind, JsonKind::String(_)));
        if let Some(parsed) = self.values.get(&start).or_else(name) {
            let mut expression = (*parsed).clone();
            without_quotes(&mut expression);
            return expression;
        }
        match &value.kind {
            JsonKind::Null => Expression::null(),
            JsonKind::Bool(value) => (*value).into(),
            JsonKind::Number(text) => text.parse().unwrap_or_else(|_| Expression::null()),
            // A template that cannot be read may give anything.
            JsonKind::String(text) if ["${", "%{"].iter().any(|sign| text.contains(sign)) => {
                Expression::Variable(Decorated::new(Ident::new(UNREADABLE)))
            }
            JsonKind::String(text) => text.as_str().into(),
            JsonKind::Array(items) => {
                let mut array = Array::new();
                items.iter().for_each(|item| array.push(self.expression(item)));
                array.into()
            }
            JsonKind::Object(members) => {
                let mut object = Object::new();
                for member in members {
                    object.insert(ObjectKey::Expression(member.key.as_str().into()), self.expression(&member.value));
                }
                object.into()
            }
        }
    }
}

/// A string that is exactly one `${…}` is that expression.
fn without_quotes(expression: &mut Expression) {
    match expression {
        Expression::Array(items) => items.iter_mut().for_each(without_quotes),
        Expression::Object(object) => object.iter_mut().for_each(|(_, value)| without_quotes(value.expr_mut())),
        Expression::StringTemplate(template) => {
            if let Some(inner) = only_interpolation(template).cloned() {
                *expression = inner;
            }
        }
        _ => {}
    }
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

    #[test]
    fn values_have_the_places_of_what_stands_in_strings() {
        let text = "{\"resource\": {\"a\": {\"b\": {\n \"x\"\n : \"${f(\\\"k\\\", [1,\\n 22])}\" , \"y\": [\"${var.é}\", \"z\"]\n}}}}";
        let document = Document::parse_file("main.tf.json", text).unwrap();
        let block = &document.body().blocks[0];
        let spans: Vec<&str> = block.body.attributes.iter().map(|attribute| document.slice(attribute.value_span)).collect();
        assert_eq!(spans, ["f(\"k\", [1,\n 22])", "[\"${var.é}\", \"z\"]"]);
        let items = block.attribute("y").unwrap().value.as_array().unwrap();
        assert_eq!(document.slice(super::expression_span(items.get(0).unwrap()).unwrap()), "var.é");
        assert_eq!(document.syntax_at(block.attribute("x").unwrap().value_span), Syntax::Native);
        assert_eq!(document.source(), text);
    }

    #[test]
    fn names_are_no_text() {
        let text = "{\"resource\": {\"a\": {\"b\": {\"provider\": \"aws.eu\", \"tags\": {\"provider\": \"x.y\"}, \"lifecycle\": [{\"ignore_changes\": [\"tags[\\\"a\\\"]\", \"size\"]}]}}}}";
        let document = Document::parse_file("main.tf.json", text).unwrap();
        let body = &document.body().blocks[0].body;
        let named =
            |attribute: &super::Attribute| references(&attribute.value).into_iter().map(|found| found.names.join(".")).collect::<Vec<_>>();
        assert_eq!(named(body.attribute("provider").unwrap()), ["aws.eu"]);
        assert_eq!(document.slice(body.attribute("provider").unwrap().value_span), "aws.eu");
        assert!(named(body.attribute("tags").unwrap()).is_empty());
        assert_eq!(named(body.blocks_of("lifecycle").next().unwrap().attribute("ignore_changes").unwrap()), ["size"]);
    }

    #[test]
    fn a_value_that_native_syntax_does_not_know_is_entered() {
        let text = "{\"locals\": {\"a\": {\"k\": 1, \"k\": \"${x.y}\"}, \"b\": \"${oops\", \"c\": \"${v.w}\"}}";
        let document = Document::parse_file("main.tf.json", text).unwrap();
        let block = &document.body().blocks[0];
        let named = |name: &str| {
            references(&block.attribute(name).unwrap().value).into_iter().map(|found| found.names.join(".")).collect::<Vec<_>>()
        };
        assert_eq!(
            (named("a"), named("b"), named("c")),
            (vec!["x.y".to_owned()], vec![super::UNREADABLE.to_owned()], vec!["v.w".to_owned()])
        );
    }
}
