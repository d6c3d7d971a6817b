//! Blocks of a file as targets.

use crate::hcl::{Block, Document};
use crate::model::{Address, Confidence, LineColumn, Place, ResourceMode, Target};
use crate::terraform::directory_of;

/// The address of a top-level block inside its own module; `None` for what has none (`variable`, `locals`, …).
pub(super) fn address_of(block: &Block) -> Option<Address> {
    let label = |index| block.label(index).map(str::to_owned);
    Some(match block.kind.as_str() {
        "resource" => Address::managed(label(0)?, label(1)?),
        "data" => Address { mode: ResourceMode::Data, ..Address::managed(label(0)?, label(1)?) },
        "module" => Address { mode: ResourceMode::Module, ..Address::managed("module", label(0)?) },
        _ => return None,
    })
}

/// The block as a target without evidence; the module path is not known.
pub(super) fn target_of(path: &str, block: &Block) -> Option<Target> {
    Some(Target {
        path: path.to_owned(),
        span: block.span,
        module_dir: directory_of(path).to_owned(),
        root_dir: None,
        address: address_of(block)?,
        evidence: Vec::new(),
        confidence: Confidence::Certain,
    })
}

/// Every resource, data source and module call of a file, in order.
#[must_use]
pub fn targets_in(path: &str, document: &Document) -> Vec<Target> {
    document.body().blocks.iter().filter_map(|block| target_of(path, block)).collect()
}

/// The resource, data source or module call around a line (from 1); comments directly above a block belong to it.
#[must_use]
pub fn block_at_line(document: &Document, line: usize) -> Option<&Block> {
    let blocks = document.body().blocks.iter().filter(|block| address_of(block).is_some());
    let text = document.source();
    let mut after = None;
    for block in blocks {
        let first = LineColumn::of(text, block.span.start).line;
        let last = LineColumn::of(text, block.span.end.saturating_sub(1)).line;
        if (first..=last).contains(&line) {
            return Some(block);
        }
        if after.is_none() && first > line {
            after = Some((block, first));
        }
    }
    let (block, first) = after?;
    let between = text.lines().skip(line.saturating_sub(1)).take(first - line);
    let comment = |line: &str| matches!(line.trim_start().get(..1), Some("#" | "/" | "*"));
    between.into_iter().all(comment).then_some(block)
}

/// Where a target stands, for people.
pub(super) fn place_of(text: &str, target: &Target) -> Place {
    Place {
        path: target.path.clone(),
        line: LineColumn::of(text, target.span.start).line,
        span: Some(target.span),
        note: target.address.to_string(),
    }
}
