//! Finding the resources that refer to the target: by reference, by name, or through a module's input or output.

use hcl_edit::expr::Expression;
use serde_json::Value;

use crate::hcl::{Attribute, Body, Found, expression_span, parse_path, references};
use crate::model::Span;

use super::context::Context;
use super::follow::{Decided, Leaf, Site, follow, member_of, term_of};
use super::term::Term;
use super::workbench::{BlockKey, Workbench};

/// The resources of type `resource` whose argument `link` refers to the target, in file order; those of the target's own module
/// first, else those of modules that call it or that it calls.
pub(super) fn find_linked(cx: Context<'_>, resource: &str, link: &str) -> Vec<BlockKey> {
    let here = linked_in(cx, cx.target.dir(), resource, link);
    if !here.is_empty() {
        return here;
    }
    let mut found = Vec::new();
    for dir in related(cx) {
        found.extend(linked_in(cx, &dir, resource, link));
    }
    found
}

/// Directories of modules that call the target's module or are called beside it.
fn related(cx: Context<'_>) -> Vec<String> {
    let own = cx.target.dir();
    let calls = cx.bench.calls();
    let mut dirs: Vec<String> = calls.of_module(own).map(|call| call.dir.clone()).collect();
    for parent in dirs.clone().iter().map(String::as_str).chain([own]) {
        dirs.extend(calls.in_directory(parent).filter_map(|call| call.source_dir.clone()));
    }
    dirs.sort();
    dirs.dedup();
    dirs.retain(|dir| dir != own);
    dirs
}

fn linked_in(cx: Context<'_>, dir: &str, resource: &str, link: &str) -> Vec<BlockKey> {
    let path = parse_path(link);
    let mut found = Vec::new();
    for (key, document) in cx.bench.blocks(dir, "resource", Some(resource)) {
        let Some(block) = key.in_document(&document) else { continue };
        let site = Context::site(&key);
        let refers = block.body.find(&path).into_iter().any(|place| match place {
            Found::Attribute { attribute, .. } => refers_to_target(cx, &site, &attribute.value, Some(attribute.value_span)),
            _ => false,
        });
        if refers {
            found.push(key);
        }
    }
    found
}

/// Longest chain of resources of which each names what it belongs to by the one before.
const LONGEST_CHAIN: usize = 8;

/// Whether an expression leads to the target.
pub(super) fn refers_to_target(cx: Context<'_>, site: &Site, expression: &Expression, span: Option<Span>) -> bool {
    refers_through(cx, site, expression, span, LONGEST_CHAIN)
}

fn refers_through(cx: Context<'_>, site: &Site, expression: &Expression, span: Option<Span>, left: usize) -> bool {
    let labels: Vec<&str> = cx.target.labels.iter().map(String::as_str).collect();
    let target_names: Vec<&str> = if cx.target.kind == "resource" { labels } else { [vec![cx.target.kind.as_str()], labels].concat() };
    if site.dir() == cx.target.dir() && references(expression).iter().any(|reference| reference.starts_with(&target_names)) {
        return true;
    }
    let leaves = match expression {
        Expression::Array(items) => items.iter().flat_map(|item| follow(cx.bench, site, item, expression_span(item))).collect(),
        _ => follow(cx.bench, site, expression, span),
    };
    if leaves.iter().any(|leaf| leaf_is_target(cx, leaf, &target_names)) || same_name(cx, site, expression, span) {
        return true;
    }
    left > 0
        && leaves.iter().any(|leaf| {
            // Another of the target's type is another, whatever name it has.
            let names = match &leaf.decided {
                Decided::Reference(names) if names.first() != cx.target.labels.first() => names,
                _ => return false,
            };
            passed_on(cx.bench, leaf.site.dir(), names).is_some_and(|(key, attribute)| {
                refers_through(cx, &Context::site(&key), &attribute.value, Some(attribute.value_span), left - 1)
            })
        })
}

/// The argument behind a reference to what a resource was given: `aws_s3_bucket_policy.logs.bucket` is the bucket that the policy
/// names. The `id` of what belongs to a bucket is the bucket's name (the provider's documentation of each says so).
fn passed_on(bench: &Workbench, dir: &str, names: &[String]) -> Option<(BlockKey, Attribute)> {
    let [kind, name, attribute, ..] = names else { return None };
    let argument = if attribute == "id" && kind.starts_with("aws_s3_bucket_") { "bucket" } else { attribute };
    let named = |key: &BlockKey| key.labels.get(1) == Some(name);
    let (key, document) = bench.blocks(dir, "resource", Some(kind)).into_iter().find(|(key, _)| named(key))?;
    let attribute = key.in_document(&document)?.attribute(argument)?.clone();
    Some((key, attribute))
}

fn leaf_is_target(cx: Context<'_>, leaf: &Leaf, names: &[&str]) -> bool {
    match &leaf.decided {
        Decided::Reference(reference) => {
            leaf.site.dir() == cx.target.dir() && reference.len() >= names.len() && reference.iter().zip(names).all(|(a, b)| a == b)
        }
        Decided::Value(Term::Code(code)) => leaf.site.dir() == cx.target.dir() && code.starts_with(&format!("{}.", names.join("."))),
        _ => false,
    }
}

/// Arguments that hold the name a cloud knows a resource by.
const NAMES: [&str; 8] =
    ["bucket", "name", "function_name", "identifier", "cluster_identifier", "domain_name", "repository_name", "family"];

/// Whether both say the same name: an equal literal, or the same expression in the same module.
fn same_name(cx: Context<'_>, site: &Site, expression: &hcl_edit::expr::Expression, span: Option<Span>) -> bool {
    let Ok(document) = cx.target_document() else { return false };
    let Some(block) = cx.target.in_document(&document) else { return false };
    let Some(name) = NAMES.iter().find_map(|name| block.attribute(name)) else { return false };
    let own = term_of(cx.bench, &Context::site(cx.target), &name.value, Some(name.value_span));
    let other = term_of(cx.bench, site, expression, span);
    if let (Some(Value::String(a)), Some(Value::String(b))) = (own.known(), other.known()) {
        return a == b && !a.is_empty();
    }
    let repeated = |body: &Body| body.attribute("count").is_some() || body.attribute("for_each").is_some();
    let text = cx.bench.document(&site.path).ok().and_then(|document| span.map(|span| document.slice(span).to_owned()));
    let same_text = text.as_deref() == Some(document.slice(name.value_span));
    // Equal text within one module is an equal value, unless it depends on the instance.
    same_text && site.dir() == cx.target.dir() && !repeated(&block.body) && !references(expression).is_empty()
}

/// The block that an argument of `from` refers to, when that is a resource of one of these types in the same module; by
/// reference, or by the same literal name.
pub(super) fn referred(bench: &Workbench, from: &BlockKey, argument: &str, types: &[String]) -> Option<BlockKey> {
    let document = bench.document(&from.path).ok()?;
    let block = from.in_document(&document)?;
    let attribute = block
        .body
        .find(&parse_path(argument))
        .into_iter()
        .find_map(|found| if let Found::Attribute { attribute, .. } = found { Some(attribute) } else { None })?;
    let site = Context::site(from);
    let mut names: Vec<(String, Vec<String>)> =
        references(&attribute.value).into_iter().map(|reference| (from.dir().to_owned(), reference.names)).collect();
    let mut behind = vec![(site.clone(), attribute.clone())];
    for _ in 0..LONGEST_CHAIN {
        let Some((site, attribute)) = behind.pop() else { break };
        for leaf in follow(bench, &site, &attribute.value, Some(attribute.value_span)) {
            if let Decided::Reference(reference) = &leaf.decided {
                names.push((leaf.site.dir().to_owned(), reference.clone()));
                behind.extend(passed_on(bench, leaf.site.dir(), reference).map(|(key, next)| (Context::site(&key), next)));
            }
        }
    }
    for (dir, names) in &names {
        let [kind, name, ..] = names.as_slice() else { continue };
        if types.contains(kind)
            && let Some((key, _)) = bench.blocks(dir, "resource", Some(kind)).into_iter().find(|(key, _)| key.labels.get(1) == Some(name))
        {
            return Some(key);
        }
    }
    let wanted = term_of(bench, &site, &attribute.value, Some(attribute.value_span));
    let wanted = wanted.text()?;
    let mut alike = types.iter().flat_map(|kind| bench.blocks(from.dir(), "resource", Some(kind))).filter(|(key, document)| {
        key.in_document(document)
            .is_some_and(|block| NAMES.iter().any(|name| member_of(bench, &Context::site(key), &block.body, name).text() == Some(wanted)))
    });
    alike.next().map(|(key, _)| key)
}
