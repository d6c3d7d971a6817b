//! What has to change for an end to hold, before anything is changed.

use hcl_edit::expr::Expression;

use crate::hcl::{self, Attribute, Block, Body, Document, Syntax};
use crate::model::{Edit, Place, Refusal, RefusalKind, Span};

use super::context::Context;
use super::follow::{Decided, Leaf};
use super::json_edit;
use super::render::Wanted;
use super::validation::forbidden;
use super::workbench::BlockKey;

/// One change of one file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    pub path: String,
    pub edit: Edit,
    /// In plain words: ``sets `storage_encrypted` to `true` ``.
    pub summary: String,
    /// The argument of the target that changes, dotted; effects are looked up by it.
    pub argument: String,
    /// Places passed on the way to the deciding one.
    pub through: Vec<Place>,
    /// The argument that asked for it, when its value was followed to where it is decided.
    pub asked: Option<super::shared::Asked>,
}

/// Changes that make one end hold; none when it holds.
pub(super) type Plan = Vec<Change>;

/// A change of the bytes that decide a value.
pub(super) fn replace(cx: Context<'_>, leaf: &Leaf, argument: &str, wanted: &Wanted) -> Result<Change, Refusal> {
    let document = cx.bench.document(&leaf.site.path)?;
    let Some(span) = leaf.span else {
        return Err(elsewhere(cx, argument, leaf, "it is computed"));
    };
    if leaf.site.block.as_ref() != Some(cx.target) && is_of_instance(&wanted.text) {
        return Err(elsewhere(
            cx,
            argument,
            leaf,
            "what the rule wants differs from instance to instance, and `each` and `count` mean nothing there",
        ));
    }
    if wanted.term.known().is_none() && (leaf.constant || leaf.site.dir() != cx.target.dir()) {
        return Err(elsewhere(cx, argument, leaf, "what the rule wants there is a reference that means nothing in that place"));
    }
    let text = document.text();
    let edit = match &leaf.decided {
        Decided::Absent(names) | Decided::Implied(names, _) => entry_edit(&document, span, names, wanted)
            .ok_or_else(|| elsewhere(cx, argument, leaf, "the entry is missing from an object that cannot be edited safely"))?,
        _ => value_edit(&document, span, wanted),
    };
    if forbidden(cx, leaf, &edit) == Some(true) {
        return Err(elsewhere(cx, argument, leaf, &format!("the variable's `validation` does not take `{}`", shorten(&wanted.text))));
    }
    let shown = shorten(&wanted.text);
    let via = leaf.through.last().map_or(String::new(), |place| format!(", decided by {}", place.note));
    let before = text.get(span.range()).map(shorten).unwrap_or_default();
    let summary = match leaf.decided {
        Decided::Absent(_) | Decided::Implied(..) => format!("sets `{argument}` to `{shown}`{via}"),
        _ => format!("changes `{argument}` from `{before}` to `{shown}`{via}"),
    };
    Ok(Change { path: leaf.site.path.clone(), edit, summary, argument: argument.to_owned(), through: leaf.through.clone(), asked: None })
}

/// Whether code speaks of the instance it stands in.
fn is_of_instance(text: &str) -> bool {
    let expression: Option<Expression> = if text.contains("each.") || text.contains("count.") { text.parse().ok() } else { None };
    expression.is_some_and(|expression| hcl::references(&expression).iter().any(|reference| matches!(reference.name(0), "each" | "count")))
}

/// Another value where one stands, in the syntax of the place. A JSON string that is one template becomes the value itself.
pub(super) fn value_edit(document: &Document, span: Span, wanted: &Wanted) -> Edit {
    let span = document.string_of(span).unwrap_or(span);
    let text = document.text();
    let text = match document.syntax_at(span) {
        Syntax::Native => hcl::reindent(&wanted.text, hcl::indent_of_line(text, span.start), hcl::line_ending(text)),
        Syntax::Json => json_edit::value_text(document, span, wanted),
    };
    Edit { span, text }
}

/// Adds an entry, with the objects around it where several names are missing.
fn entry_edit(document: &Document, span: Span, names: &[String], wanted: &Wanted) -> Option<Edit> {
    let (first, rest) = names.split_first()?;
    if document.syntax_at(span) == Syntax::Json {
        return Some(json_edit::insert_member(document.text(), span, first, rest, wanted));
    }
    let object: Expression = find_expression(document, span)?;
    let value = rest
        .iter()
        .rev()
        .fold(wanted.text.clone(), |text, name| format!("{{\n  {} = {}\n}}", hcl::render_key(name), text.replace('\n', "\n  ")));
    hcl::add_entry(document.text(), &object, span, first, &value)
}

/// The expression at exactly `span`.
pub(super) fn find_expression(document: &Document, span: Span) -> Option<Expression> {
    struct Finder {
        span: Span,
        found: Option<Expression>,
    }
    impl hcl_edit::visit::Visit for Finder {
        fn visit_expr(&mut self, expression: &Expression) {
            if self.found.is_none() && hcl::expression_span(expression) == Some(self.span) {
                self.found = Some(expression.clone());
            } else if self.found.is_none() {
                hcl_edit::visit::visit_expr(self, expression);
            }
        }
    }
    fn in_body(body: &Body, span: Span) -> Option<&Attribute> {
        body.attributes
            .iter()
            .find(|attribute| attribute.value_span.covers(span))
            .or_else(|| body.blocks.iter().filter(|block| block.span.covers(span)).find_map(|block| in_body(&block.body, span)))
    }
    let attribute = in_body(document.body(), span)?;
    let mut finder = Finder { span, found: None };
    hcl_edit::visit::Visit::visit_expr(&mut finder, &attribute.value);
    finder.found
}

/// Adds an argument to a body.
pub(super) fn insert(document: &Document, key: &BlockKey, body: &Body, name: &str, argument: &str, wanted: &Wanted) -> Plan {
    let edits = match document.syntax() {
        Syntax::Native => hcl::insert_argument(document, body, name, &wanted.text),
        Syntax::Json => vec![json_edit::insert_member(document.text(), json_edit::object_of(body), name, &[], wanted)],
    };
    let summary = format!("sets `{argument}` to `{}`", shorten(&wanted.text));
    edits
        .into_iter()
        .map(|edit| Change {
            path: key.path.clone(),
            edit,
            summary: summary.clone(),
            argument: argument.to_owned(),
            through: Vec::new(),
            asked: None,
        })
        .collect()
}

/// Adds a nested block to a body; `text` is the whole block without indentation.
pub(super) fn insert_nested(
    document: &Document,
    key: &BlockKey,
    body: &Body,
    name: &str,
    argument: &str,
    text: &str,
) -> Result<Change, Refusal> {
    let edit = match document.syntax() {
        Syntax::Native => hcl::insert_block(document, body, text),
        Syntax::Json => json_edit::insert_block(document, body, name, text).ok_or_else(|| {
            Refusal::new(RefusalKind::DecidedElsewhere, format!("The block `{name}` cannot be written into the JSON file `{}`.", key.path))
        })?,
    };
    Ok(Change {
        path: key.path.clone(),
        edit,
        summary: format!("adds the block `{argument}`"),
        argument: argument.to_owned(),
        through: Vec::new(),
        asked: None,
    })
}

/// A refusal because the value is decided where it cannot be changed.
pub(super) fn elsewhere(cx: Context<'_>, argument: &str, leaf: &Leaf, why: &str) -> Refusal {
    let expression = leaf
        .span
        .and_then(|span| cx.bench.document(&leaf.site.path).ok().map(|document| shorten(document.slice(span))))
        .filter(|text| !text.is_empty());
    let shown = expression.map_or(String::new(), |text| format!(" is `{text}`, and that"));
    let mut refusal = Refusal::new(
        RefusalKind::DecidedElsewhere,
        format!("The value of `{argument}`{shown} is decided where it cannot be changed safely: {why}."),
    )
    .next(format!("Change `{argument}` where it is decided, or write the value into the block."));
    for place in &leaf.through {
        refusal = refusal.at(place.clone());
    }
    match leaf.span {
        Some(span) => refusal.at(cx.bench.place(&leaf.site.path, span, "the expression that decides")),
        None => refusal,
    }
}

/// A value's text on one short line, for summaries and messages.
pub(super) fn shorten(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 80 { line } else { line.chars().take(77).chain("...".chars()).collect() }
}

/// What a target's `lifecycle` says about its arguments.
pub(super) struct Lifecycle {
    pub ignored: Vec<String>,
    pub ignores_all: bool,
    pub prevent_destroy: bool,
}

impl Lifecycle {
    /// Reads the `lifecycle` block of a resource.
    pub(super) fn of(block: &Block) -> Self {
        let mut lifecycle = Self { ignored: Vec::new(), ignores_all: false, prevent_destroy: false };
        for inner in block.body.blocks_of("lifecycle") {
            if let Some(attribute) = inner.attribute("ignore_changes") {
                for reference in hcl::references(&attribute.value) {
                    lifecycle.ignores_all |= reference.names == ["all"];
                    lifecycle.ignored.push(reference.name(0).to_owned());
                }
                if let Some(serde_json::Value::Array(items)) = hcl::literal(&attribute.value) {
                    lifecycle.ignored.extend(items.iter().filter_map(|item| item.as_str().map(str::to_owned)));
                }
            }
            lifecycle.prevent_destroy |=
                inner.attribute("prevent_destroy").and_then(|attribute| hcl::literal(&attribute.value)) == Some(true.into());
        }
        lifecycle
    }

    /// Whether Terraform would not apply a change of this argument (dotted path).
    pub(super) fn ignores(&self, argument: &str) -> bool {
        let first = argument.split(['.', '[']).next().unwrap_or(argument);
        self.ignores_all || self.ignored.iter().any(|name| name == first)
    }
}
