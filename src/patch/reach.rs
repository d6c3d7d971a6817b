//! Which instances and callers a change reaches.

use std::collections::BTreeSet;

use crate::model::{Place, Reach};

use super::plan::Change;
use super::workbench::{BlockKey, Workbench};

/// Most module paths that are listed.
const MAX_PATHS: usize = 50;

/// Instances of the target through every call of its module, and the calls.
pub(super) fn reach(bench: &Workbench, key: &BlockKey, changes: &[Change]) -> Reach {
    let repeated = |key: &BlockKey| {
        bench.document(&key.path).ok().is_some_and(|document| {
            key.in_document(&document).is_some_and(|block| block.attribute("count").is_some() || block.attribute("for_each").is_some())
        })
    };
    let star = |key: &BlockKey| if repeated(key) { "[*]" } else { "" };
    let mut callers: Vec<Place> = Vec::new();
    let mut instances = BTreeSet::new();
    // From the target's module upwards: (directory, address below it).
    let mut open = vec![(key.dir().to_owned(), format!("{}{}", key.local_address(), star(key)), 0)];
    while let Some((dir, address, depth)) = open.pop() {
        let calls = bench.callers(&dir);
        if calls.is_empty() || depth > 16 {
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
