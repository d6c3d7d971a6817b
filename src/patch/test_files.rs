//! Tests beside the code, which Terraform and `OpenTofu` run and which may expect what a fix takes away.

use crate::terraform::directory_of;

use super::workbench::{BlockKey, Workbench};

/// One sentence for each test of the block's module that names the block. Tests stand in the module's folder or in `tests` below
/// it. Where both exist, `OpenTofu` runs `x.tofutest.hcl` and Terraform `x.tftest.hcl`, so that each is named.
pub(super) fn notes(bench: &Workbench, key: &BlockKey) -> Vec<String> {
    let address = key.local_address();
    let names = |text: &str| {
        text.match_indices(&address).any(|(at, _)| {
            let rest = text.get(at + address.len()..).unwrap_or_default();
            !rest.starts_with(|next: char| next.is_alphanumeric() || matches!(next, '_' | '-'))
        })
    };
    let below = if key.dir().is_empty() { "tests".to_owned() } else { format!("{}/tests", key.dir()) };
    let folders = bench.folders();
    let tests = folders.tests().filter(|path| [key.dir(), below.as_str()].contains(&directory_of(path)));
    tests
        .filter(|path| bench.files().get(path).is_some_and(names))
        .map(|path| format!("The test `{path}` names `{address}`: run it, for it may expect what was before."))
        .collect()
}
