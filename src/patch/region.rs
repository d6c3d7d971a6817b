//! The region in which a block makes its things, where the code says so.

use crate::terraform::directory_of;

use super::context::Context;
use super::follow::term_of;
use super::term::{Term, equal};
use super::workbench::{BlockKey, Workbench};

/// Most calls of calls that are followed.
const MAX_DEPTH: usize = 16;

/// The region of a block: its own `region`, else that of its provider's configuration, in its module or in those that call it.
/// Unknown where they differ, where the environment decides, or where a call hands over other configurations.
pub(super) fn region_of(bench: &Workbench, key: &BlockKey) -> Term {
    let Ok(document) = bench.document(&key.path) else { return Term::Unknown };
    let Some(block) = key.in_document(&document) else { return Term::Unknown };
    if let Some(region) = block.attribute("region") {
        return term_of(bench, &Context::site(key), &region.value, Some(region.value_span));
    }
    let Some(kind) = block.label(0).and_then(|kind| kind.split('_').next()) else { return Term::Unknown };
    let chosen = block.attribute("provider").map(|provider| document.slice(provider.value_span).trim().to_owned());
    let alias = chosen.as_deref().and_then(|chosen| chosen.split_once('.')).map(|(_, alias)| alias);
    configured(bench, directory_of(&key.path), kind, alias, 0)
}

fn configured(bench: &Workbench, dir: &str, provider: &str, alias: Option<&str>, depth: usize) -> Term {
    for (key, document) in bench.blocks(dir, "provider", Some(provider)) {
        let Some(block) = key.in_document(&document) else { continue };
        let site = Context::site(&key);
        let named = block.attribute("alias").map(|named| term_of(bench, &site, &named.value, None));
        if named.as_ref().and_then(Term::text) == alias {
            return block.attribute("region").map_or(Term::Unknown, |region| term_of(bench, &site, &region.value, Some(region.value_span)));
        }
    }
    // A configuration with a name comes from the call, which says which of its own it is.
    if alias.is_some() || depth > MAX_DEPTH {
        return Term::Unknown;
    }
    let through = bench.callers(dir).into_iter().map(|call| {
        let document = bench.document(&call.block.path).ok()?;
        let hands_over = call.block.in_document(&document)?.attribute("providers").is_some();
        (!hands_over).then(|| configured(bench, &call.dir, provider, None, depth + 1))
    });
    let Some(regions) = through.collect::<Option<Vec<_>>>() else { return Term::Unknown };
    match regions.split_first() {
        Some((first, others)) if others.iter().all(|other| equal(other, first) == Some(true)) => first.clone(),
        _ => Term::Unknown,
    }
}
