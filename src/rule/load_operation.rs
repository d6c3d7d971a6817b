//! The verbs of a rule file and their bodies.

use hcl_edit::structure::{Block, Body, Structure};

use super::reader::{Reader, span_of};
use super::{BlockSpec, BodyItem, CompanionSpec, NarrowSpec, Operation, RemoveSpec, RuleExpression, SetSpec, StatementSpec};
use crate::model::Span;

/// The operations of a body in the order they are written; blocks that are no operations are left to the caller.
pub(super) fn operations(reader: &mut Reader, body: &Body) -> Vec<Operation> {
    let blocks: Vec<&Block> = body.blocks().collect();
    blocks.into_iter().filter_map(|block| operation(reader, block)).collect()
}

fn operation(reader: &mut Reader, block: &Block) -> Option<Operation> {
    Some(match block.ident.as_str() {
        "set" => Operation::Set(set(reader, block)),
        "block" => Operation::Block(wanted_block(reader, block)),
        "remove" => Operation::Remove(remove(reader, block)),
        "companion" => Operation::Companion(companion(reader, block)),
        "narrow" => Operation::Narrow(narrow(reader, block)?),
        "statement" => Operation::Statement(statement(reader, block)),
        _ => return None,
    })
}

fn whole(block: &Block) -> Span {
    span_of(block).unwrap_or(Span::at(0))
}

fn set(reader: &mut Reader, block: &Block) -> SetSpec {
    let body = &block.body;
    let forms = ["value", "at_least", "at_most", "one_of", "contains"];
    reader.only(body, "`set`", &["value", "at_least", "at_most", "one_of", "contains", "present", "default", "create_blocks", "when"], &[]);
    if !forms.iter().any(|form| body.has_attribute(form)) {
        let problem = reader
            .problem(span_of(&block.ident), "`set` states no end")
            .label("which value is wanted?")
            .help("Write `value = …`, `at_least = …`, `at_most = …`, `one_of = […]` or `contains = […]`.");
        reader.report(problem);
    }
    if body.has_attribute("one_of") && !body.has_attribute("value") {
        let problem = reader
            .problem(span_of(&block.ident), "`one_of` says what holds, but not what to write")
            .help("Add `value = …`, the value for code that has none of them.");
        reader.report(problem);
    }
    SetSpec {
        path: path(reader, block),
        span: whole(block),
        value: reader.expression_named(body, "value"),
        at_least: reader.expression_named(body, "at_least"),
        at_most: reader.expression_named(body, "at_most"),
        one_of: reader.expression_named(body, "one_of"),
        contains: reader.expression_named(body, "contains"),
        present: reader.boolean(body, "present").unwrap_or(false),
        default: reader.expression_named(body, "default"),
        create_blocks: reader.boolean(body, "create_blocks").unwrap_or(true),
        when: reader.expression_named(body, "when"),
    }
}

/// The label of an operation: names joined by dots, where `[*]` after a block's name means every such block.
fn path(reader: &mut Reader, block: &Block) -> String {
    let path = reader.label(block, "the path of the argument or block");
    let sound = path.split('.').all(|step| {
        let name = step.strip_suffix("[*]").unwrap_or(step);
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    });
    if !sound && !path.is_empty() {
        let problem = reader
            .problem(block.labels.first().and_then(span_of), format!("`{path}` is not a path"))
            .help("A path is names joined by dots; `rule[*].apply` means every `rule` block.");
        reader.report(problem);
    }
    path
}

fn wanted_block(reader: &mut Reader, block: &Block) -> BlockSpec {
    reader.only(&block.body, "`block`", &["matching", "when"], &["body"]);
    BlockSpec {
        path: path(reader, block),
        span: whole(block),
        body: wanted_body(reader, block),
        matching: reader.expression_named(&block.body, "matching"),
        when: reader.expression_named(&block.body, "when"),
    }
}

fn remove(reader: &mut Reader, block: &Block) -> RemoveSpec {
    reader.only(&block.body, "`remove`", &["when"], &[]);
    RemoveSpec { path: path(reader, block), span: whole(block), when: reader.expression_named(&block.body, "when") }
}

fn companion(reader: &mut Reader, block: &Block) -> CompanionSpec {
    let body = &block.body;
    reader.only(
        body,
        "`companion`",
        &["link", "link_attributes", "link_to", "referenced_by", "attribute", "suffix", "complete", "relink", "name", "when"],
        &["body", "inline"],
    );
    let referenced_by = reader.text(body, "referenced_by");
    let link = match &referenced_by {
        Some(_) => String::new(),
        None => reader.required_text(body, "link", "`companion`", span_of(&block.ident)),
    };
    let (inline, inline_version) = inline(reader, body);
    let link_attributes = match reader.texts_named(body, "link_attributes") {
        none if none.is_empty() => ["id", "bucket", "arn", "name"].map(str::to_owned).to_vec(),
        given => given,
    };
    CompanionSpec {
        resource: reader.label(block, "a resource type"),
        span: whole(block),
        link,
        referenced_by,
        attribute: reader.text(body, "attribute").unwrap_or_else(|| "id".to_owned()),
        suffix: reader.text(body, "suffix").unwrap_or_default(),
        complete: reader.boolean(body, "complete").unwrap_or(false),
        link_to: reader.text(body, "link_to"),
        relink: reader.expression_named(body, "relink"),
        link_attributes,
        name: reader.expression_named(body, "name"),
        body: wanted_body(reader, block),
        inline,
        inline_version,
        when: reader.expression_named(body, "when"),
    }
}

/// `inline { version = "< 4.0" … }`: the same end inside the target, for providers older than the companion.
fn inline(reader: &mut Reader, body: &Body) -> (Vec<Operation>, Option<String>) {
    let Some(block) = body.get_blocks("inline").next() else { return (Vec::new(), None) };
    reader.no_labels(block);
    reader.only(&block.body, "`inline`", &["version"], &["set", "block", "remove"]);
    let version = reader.required_text(&block.body, "version", "`inline`", span_of(&block.ident));
    (operations(reader, &block.body), Some(version))
}

fn narrow(reader: &mut Reader, block: &Block) -> Option<NarrowSpec> {
    let body = &block.body;
    reader.only(body, "`narrow`", &["drop", "to", "when", "separator"], &[]);
    let drop = reader.required_expression(body, "drop", "`narrow`", span_of(&block.ident))?;
    Some(NarrowSpec {
        path: path(reader, block),
        span: whole(block),
        drop,
        to: reader.expression_named(body, "to"),
        separator: reader.text(body, "separator"),
        when: reader.expression_named(body, "when"),
    })
}

fn statement(reader: &mut Reader, block: &Block) -> StatementSpec {
    let body = &block.body;
    reader.only(body, "`statement`", &["where", "drop", "add", "when"], &["set"]);
    let set: Vec<(String, RuleExpression)> = body
        .get_blocks("set")
        .flat_map(|block| block.body.attributes())
        .map(|attribute| (attribute.key.as_str().to_owned(), reader.expression(&attribute.value)))
        .collect();
    let drop = reader.boolean(body, "drop").unwrap_or(false);
    if set.is_empty() && !drop && !body.has_attribute("add") {
        let problem =
            reader.problem(span_of(&block.ident), "`statement` states no end").help("Write `set { … }`, `drop = true` or `add = { … }`.");
        reader.report(problem);
    }
    StatementSpec {
        path: path(reader, block),
        span: whole(block),
        matching: reader.expression_named(body, "where"),
        set,
        drop,
        add: reader.expression_named(body, "add"),
        when: reader.expression_named(body, "when"),
    }
}

fn wanted_body(reader: &mut Reader, block: &Block) -> Vec<BodyItem> {
    match block.body.get_blocks("body").next() {
        Some(body) => {
            reader.no_labels(body);
            body_items(reader, &body.body)
        }
        None => Vec::new(),
    }
}

/// The items of a wanted body. Plain arguments and blocks stand as they are to be written; `set "name" { … }` and
/// `block "name" { … }` (with a label, which no provider's nested block has) say more about one of them.
fn body_items(reader: &mut Reader, body: &Body) -> Vec<BodyItem> {
    let mut items = Vec::new();
    let mut end: Option<usize> = None;
    for structure in body {
        let span = match structure {
            Structure::Attribute(attribute) => span_of(attribute),
            Structure::Block(block) => span_of(block),
        };
        if let (Some(before), Some(span)) = (end, span)
            && reader
                .source
                .get(before..span.start)
                .is_some_and(|gap| gap.trim_start_matches(' ').starts_with("\n\n") || gap.starts_with("\n\n"))
        {
            items.push(BodyItem::BlankLine);
        }
        end = span.map(|span| span.end);
        items.extend(body_item(reader, structure));
    }
    items
}

fn body_item(reader: &mut Reader, structure: &Structure) -> Option<BodyItem> {
    match structure {
        Structure::Attribute(attribute) => Some(BodyItem::Argument {
            name: attribute.key.as_str().to_owned(),
            value: reader.expression(&attribute.value),
            one_of: None,
            keep: false,
            when: None,
        }),
        Structure::Block(block) if block.ident.as_str() == "set" && !block.labels.is_empty() => conditional_argument(reader, block),
        Structure::Block(block) if block.ident.as_str() == "block" && !block.labels.is_empty() => {
            reader.only(&block.body, "`block` in a body", &["when", "matching"], &["body"]);
            Some(BodyItem::Block {
                name: reader.label(block, "the block's type"),
                labels: Vec::new(),
                body: wanted_body(reader, block),
                when: reader.expression_named(&block.body, "when"),
                matching: reader.expression_named(&block.body, "matching"),
            })
        }
        Structure::Block(block) if block.ident.as_str() == "remove" && !block.labels.is_empty() => {
            reader.only(&block.body, "`remove` in a body", &[], &[]);
            Some(BodyItem::Absent { name: reader.label(block, "the name of what is to be absent") })
        }
        Structure::Block(block) => Some(BodyItem::Block {
            name: block.ident.as_str().to_owned(),
            labels: block.labels.iter().map(|label| label.as_str().to_owned()).collect(),
            body: body_items(reader, &block.body),
            when: None,
            matching: None,
        }),
    }
}

fn conditional_argument(reader: &mut Reader, block: &Block) -> Option<BodyItem> {
    let body = &block.body;
    reader.only(body, "`set` in a body", &["value", "one_of", "keep", "when"], &[]);
    let value = reader.required_expression(body, "value", "`set` in a body", span_of(&block.ident))?;
    Some(BodyItem::Argument {
        name: reader.label(block, "the argument's name"),
        value,
        one_of: reader.expression_named(body, "one_of"),
        keep: reader.boolean(body, "keep").unwrap_or(false),
        when: reader.expression_named(body, "when"),
    })
}
