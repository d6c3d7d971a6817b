//! Override files: their blocks are merged into those of the same name.
//!
//! Arguments replace arguments; nested blocks of one type replace all nested blocks of that type; `lifecycle` merges argument by argument.

use std::sync::Arc;

use super::directory;
use super::module::{Module, Resource};
use super::syntax::{Block, Body, SourceFile};
use crate::model::ResourceMode;

/// Merges an override file into what the other files define.
pub(super) fn apply(module: &mut Module, file: &SourceFile) {
    for block in &file.body.blocks {
        match &*block.kind {
            "resource" => resource(module, ResourceMode::Managed, block),
            "data" => resource(module, ResourceMode::Data, block),
            "module" => call(module, block),
            "variable" => merge_or_insert(module.variables.entry(Arc::from(block.label(0))), block),
            "output" => merge_or_insert(module.outputs.entry(Arc::from(block.label(0))), block),
            "locals" => {
                let named = block.body.attributes.iter().map(|attribute| (attribute.name.clone(), attribute.clone()));
                module.locals.extend(named);
            }
            "provider" => provider(module, block),
            "terraform" => module.settings.push(block.clone()),
            _ => {}
        }
    }
}

fn merge_or_insert(entry: std::collections::btree_map::Entry<'_, Arc<str>, Block>, block: &Block) {
    entry.and_modify(|base| merge(&mut base.body, &block.body)).or_insert_with(|| block.clone());
}

fn resource(module: &mut Module, mode: ResourceMode, block: &Block) {
    let base = module.resources.iter_mut().find(|base| base.mode == mode && base.kind() == block.label(0) && base.name() == block.label(1));
    match base {
        Some(base) => merge(&mut base.block.body, &block.body),
        None => module.resources.push(Resource { mode, block: block.clone() }),
    }
}

fn call(module: &mut Module, block: &Block) {
    let mut merged = module.calls.get(block.label(0)).map_or_else(|| block.clone(), |base| base.block.clone());
    merge(&mut merged.body, &block.body);
    module.calls.insert(Arc::from(block.label(0)), directory::module_call(&module.dir, merged));
}

fn provider(module: &mut Module, block: &Block) {
    let alias = |block: &Block| block.attribute("alias").and_then(|alias| alias.value.as_literal()).map(str::to_owned);
    let base = module.providers.iter_mut().find(|base| base.label(0) == block.label(0) && alias(base) == alias(block));
    match base {
        Some(base) => merge(&mut base.body, &block.body),
        None => module.providers.push(block.clone()),
    }
}

fn merge(base: &mut Body, over: &Body) {
    for attribute in &over.attributes {
        match base.attributes.iter_mut().find(|old| old.name == attribute.name) {
            Some(old) => *old = attribute.clone(),
            None => base.attributes.push(attribute.clone()),
        }
    }
    let replaced = |kind: &str| kind != "lifecycle" && over.blocks.iter().any(|block| nested_kind(block) == kind);
    base.blocks.retain(|block| !replaced(nested_kind(block)));
    for block in &over.blocks {
        match base.blocks.iter_mut().find(|old| &*block.kind == "lifecycle" && old.kind == block.kind) {
            Some(old) => merge(&mut old.body, &block.body),
            None => base.blocks.push(block.clone()),
        }
    }
}

/// The type a nested block stands for: `dynamic "x"` makes blocks of type `x`.
fn nested_kind(block: &Block) -> &str {
    if &*block.kind == "dynamic" { block.label(0) } else { &block.kind }
}
