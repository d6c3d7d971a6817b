//! Where the walk over references does not get through: the evaluator's answer to which places decide an argument.
//!
//! It is asked only when the walk ends in something unknown, and believed only when it is sure of every instance of every caller.

use std::collections::BTreeSet;

use crate::hcl::Attribute;
use crate::model::{Address, Place, ResourceMode, Span, Workspace};
use crate::terraform::{Decider, ModuleGraph, Role, Site as CodeSite, Sources, Value, decide, directory_of, is_configuration_file};

use super::follow::{Decided, Leaf, Site};
use super::plan::find_expression;
use super::set::Spot;
use super::term::Term;
use super::workbench::{BlockKey, Workbench};

/// Most module directories that are read to answer.
const MOST_DIRECTORIES: usize = 200;

/// The literals that decide a top-level argument of a resource; `None` unless all of them are known for sure.
pub(super) fn literals(bench: &Workbench, spot: Spot<'_>, attribute: &Attribute) -> Option<Vec<Leaf>> {
    let [kind, name] = spot.key.labels.as_slice() else { return None };
    if spot.key.kind != "resource" || !spot.prefix.is_empty() {
        return None;
    }
    let dir = spot.key.dir();
    let files = around(bench, dir)?;
    let sources = Sources::new(&files);
    let configurations = ModuleGraph::read(&sources).configurations_with(&sources, dir);
    let address = Address { mode: ResourceMode::Managed, ..Address::managed(kind, name) };
    let deciders = decide(&configurations.iter().collect::<Vec<_>>(), dir, &address, &[attribute.name.as_str()]);
    if deciders.places.is_empty() || !deciders.settled() || !deciders.absent.is_empty() {
        return None;
    }
    deciders.places.iter().map(|place| leaf(bench, spot.key, place)).collect()
}

/// The files that a module and its callers are made of: code of other directories is left out, so that it is not parsed.
fn around(bench: &Workbench, dir: &str) -> Option<Workspace> {
    let calls = bench.calls();
    let mut wanted = BTreeSet::from([dir.to_owned()]);
    let mut grow = |forward: bool| {
        loop {
            let reached = calls.iter().filter_map(|call| {
                let target = call.source_dir.as_ref()?;
                let (from, to) = if forward { (&call.dir, target) } else { (target, &call.dir) };
                (wanted.contains(from) && !wanted.contains(to)).then(|| to.clone())
            });
            let reached: Vec<String> = reached.collect();
            if reached.is_empty() || wanted.len() > MOST_DIRECTORIES {
                break;
            }
            wanted.extend(reached);
        }
    };
    grow(false);
    grow(true);
    if wanted.len() > MOST_DIRECTORIES {
        return None;
    }
    let kept = bench.files().iter().filter(|(path, _)| !is_configuration_file(path) || wanted.contains(directory_of(path)));
    Some(kept.filter_map(|(path, _)| Some((path, bench.files().shared(path)?))).collect())
}

/// A deciding literal as the walk would have found it.
fn leaf(bench: &Workbench, key: &BlockKey, place: &Decider) -> Option<Leaf> {
    let value = match &place.value {
        value @ (Value::Bool(_) | Value::Number(_) | Value::String(_)) if place.role == Role::Literal => value.to_json()?,
        _ => return None,
    };
    // The key of an instance is its address: what also makes a key is not changed.
    let is_key = |text: &str| place.reaches.iter().any(|reached| reached.instance.contains(&format!("[\"{text}\"]")));
    if value.as_str().is_some_and(is_key) {
        return None;
    }
    let constant = place.trail.iter().any(|(_, role)| {
        matches!(
            role,
            Role::VariableDefault { .. } | Role::VariableFile { .. } | Role::TerragruntInput { .. } | Role::OptionalDefault { .. }
        )
    });
    let through: Vec<Place> = place.trail.iter().filter_map(|(site, role)| station(bench, site, role)).collect();
    let path = place.site.file.to_string();
    if path.ends_with(".json") && !stands_at(bench, &path, place.site.span, &value) {
        return None;
    }
    let block = (path == key.path).then(|| key.clone());
    Some(Leaf { site: Site { path, block }, span: Some(place.site.span), decided: Decided::Value(Term::Known(value)), through, constant })
}

/// Whether it is this value that stands at a place of a JSON file: of what is written inside of a string with escapes the evaluator
/// knows the string only.
fn stands_at(bench: &Workbench, path: &str, span: Span, value: &serde_json::Value) -> bool {
    let found = bench.document(path).ok().and_then(|document| find_expression(&document, span));
    found.and_then(|expression| crate::hcl::literal(&expression)).as_ref() == Some(value)
}

/// A station on the way, in the words of the walk.
fn station(bench: &Workbench, site: &CodeSite, role: &Role) -> Option<Place> {
    let note = match role {
        Role::VariableDefault { name } => format!("the default of `var.{name}`"),
        Role::VariableFile { name } => format!("`{name}` in `{}`", site.file),
        Role::TerragruntInput { name } => format!("the input `{name}` in `{}`", site.file),
        Role::ModuleArgument { call, name } => format!("the argument `{name}` of module `{call}`"),
        Role::OptionalDefault { name } => format!("the default of `{name}` in a variable's type"),
        Role::Local { name } => format!("`local.{name}`"),
        _ => return None,
    };
    Some(bench.place(&site.file, site.span, note))
}

#[cfg(test)]
mod tests {
    use crate::model::{Confidence, Target};
    use crate::patch::{Outcome, Params, patch};
    use crate::rule::Catalogue;

    use super::*;

    #[test]
    fn a_default_merged_under_every_entry_is_changed_where_it_is_written() {
        let code = "locals {\n  defaults = { encrypted = false }\n  volumes = {\n    a = { size = 1 }\n    b = { encrypted = true }\n  }\n}\n\nresource \"aws_ebs_volume\" \"v\" {\n  for_each          = { for name, volume in local.volumes : name => merge(local.defaults, volume) }\n  availability_zone = \"eu-west-1a\"\n  encrypted         = each.value.encrypted\n}\n";
        let workspace: Workspace = [("main.tf", code)].into_iter().collect();
        let document = crate::hcl::Document::parse(code).unwrap();
        let target = Target {
            path: "main.tf".into(),
            span: document.body().blocks[1].span,
            module_dir: String::new(),
            root_dir: None,
            address: Address::managed("aws_ebs_volume", "v"),
            evidence: Vec::new(),
            confidence: Confidence::Certain,
        };
        let catalogue = Catalogue::built_in();
        let rule = catalogue.by_id("aws/ebs/volume-encryption").unwrap();
        let Ok(Outcome::Patch(patch)) = patch(rule, &target, &workspace, &Params::default()) else { panic!("no patch") };
        assert_eq!(patch.files["main.tf"].after, code.replace("{ encrypted = false }", "{ encrypted = true }"));
    }
}
