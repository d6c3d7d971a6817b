//! Which instances and callers a change reaches.

use std::collections::BTreeSet;

use crate::model::{Place, Reach};

use super::plan::Change;
use super::workbench::{BlockKey, Workbench};

/// Most module paths that are listed.
const MAX_PATHS: usize = 50;

/// Most calls of calls that are followed: a module cannot call itself, but code of strangers may say that it does.
const MAX_DEPTH: usize = 16;

/// Whether a block may be there several times.
fn repeated(bench: &Workbench, key: &BlockKey) -> bool {
    bench.document(&key.path).ok().is_some_and(|document| {
        key.in_document(&document).is_some_and(|block| block.attribute("count").is_some() || block.attribute("for_each").is_some())
    })
}

/// Whether a block, itself or through the calls of its module, may be there several times.
pub(super) fn several(bench: &Workbench, key: &BlockKey) -> bool {
    let (mut block, mut depth) = (key.clone(), 0);
    while !repeated(bench, &block) && depth <= MAX_DEPTH {
        match bench.callers(block.dir()).as_slice() {
            [] => return false,
            [only] => block = only.block.clone(),
            _ => return true,
        }
        depth += 1;
    }
    true
}

/// Instances of the target through every call of its module, and the calls.
pub(super) fn reach(bench: &Workbench, key: &BlockKey, changes: &[Change]) -> Reach {
    let star = |key: &BlockKey| if repeated(bench, key) { "[*]" } else { "" };
    let mut callers: Vec<Place> = Vec::new();
    let mut instances = BTreeSet::new();
    // From the target's module upwards: (directory, address below it).
    let mut open = vec![(key.dir().to_owned(), format!("{}{}", key.local_address(), star(key)), 0)];
    while let Some((dir, address, depth)) = open.pop() {
        let calls = bench.callers(&dir);
        if calls.is_empty() || depth > MAX_DEPTH {
            instances.insert(address);
        } else {
            for call in calls {
                if let Ok(document) = bench.document(&call.block.path)
                    && let Some(block) = call.block.in_document(&document)
                {
                    callers.push(bench.place(
                        &call.block.path,
                        block.span,
                        format!("calls the module as `{}`", call.block.local_address()),
                    ));
                }
                open.push((call.dir.clone(), format!("{}{}.{address}", call.block.local_address(), star(&call.block)), depth + 1));
            }
        }
        if instances.len() > MAX_PATHS {
            break;
        }
    }
    for change in changes {
        callers.extend(change.through.iter().cloned());
    }
    callers.sort_by(|a, b| (&a.path, a.line, &a.note).cmp(&(&b.path, b.line, &b.note)));
    callers.dedup();
    Reach { instances: instances.into_iter().collect(), callers }
}
