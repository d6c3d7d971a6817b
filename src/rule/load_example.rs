//! The examples of a rule file: its tests and its manual.

use std::collections::BTreeMap;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};

use super::reader::{Reader, span_of};
use super::{Example, Expectation};
use crate::model::{Applicability, Span};

pub(super) fn example(reader: &mut Reader, block: &Block) -> Example {
    let body = &block.body;
    let place = span_of(&block.ident);
    reader.only(body, "`example`", &["before", "after", "unchanged", "refused", "params", "applicability", "address"], &["file"]);
    let levels = [("safe", Applicability::Safe), ("review", Applicability::Review), ("disruptive", Applicability::Disruptive)];
    let (files, files_after) = files(reader, body);
    Example {
        name: reader.label(block, "what it shows"),
        before: reader.required_text(body, "before", "`example`", place),
        files,
        files_after,
        expectation: expectation(reader, body, place),
        applicability: reader.choice(body, "applicability", &levels),
        params: params(reader, body),
        address: reader.text(body, "address"),
        span: span_of(block).unwrap_or(Span::at(0)),
    }
}

fn expectation(reader: &mut Reader, body: &Body, place: Option<Span>) -> Expectation {
    let unchanged = reader.boolean(body, "unchanged").unwrap_or(false);
    let refused = refused(reader, body);
    let after = reader.text(body, "after");
    match (after, unchanged, refused) {
        (Some(after), false, None) => Expectation::After(after),
        (None, true, None) => Expectation::Unchanged,
        (None, false, Some(words)) => Expectation::Refused(words),
        _ => {
            let problem = reader
                .problem(place, "an example expects exactly one thing")
                .help("Write one of `after = <<-EOT`, `unchanged = true` and `refused = true` (or `refused = \"part of the message\"`).");
            reader.report(problem);
            Expectation::Unchanged
        }
    }
}

/// `refused = true`, or the words that the refusal must hold.
fn refused(reader: &mut Reader, body: &Body) -> Option<String> {
    let attribute = body.get_attribute("refused")?;
    match &attribute.value {
        Expression::String(words) => Some(words.value().clone()),
        _ => reader.boolean(body, "refused").filter(|refused| *refused).map(|_| String::new()),
    }
}

/// `file "variables.tf" { before = …, after = … }`: other files of the module. A file without `before` is written by the fix.
fn files(reader: &mut Reader, body: &Body) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    for block in body.get_blocks("file") {
        reader.only(&block.body, "`file`", &["before", "after"], &[]);
        let path = reader.label(block, "its path");
        if let Some(text) = reader.text(&block.body, "before") {
            before.insert(path.clone(), text);
        }
        if let Some(text) = reader.text(&block.body, "after") {
            after.insert(path, text);
        }
    }
    (before, after)
}

fn params(reader: &mut Reader, body: &Body) -> BTreeMap<String, String> {
    let Some(attribute) = body.get_attribute("params") else { return BTreeMap::new() };
    let Expression::Object(object) = &attribute.value else {
        let problem = reader.problem(span_of(&attribute.value), "`params` must be an object").help("Write `params = { name = value }`.");
        reader.report(problem);
        return BTreeMap::new();
    };
    object
        .iter()
        .filter_map(|(key, value)| {
            let name = key.as_ident().map(|ident| ident.as_str().to_owned()).or_else(|| key.as_expr()?.as_str().map(str::to_owned))?;
            let text = reader.source.get(value.expr().span()?)?.trim().to_owned();
            Some((name, text))
        })
        .collect()
}
