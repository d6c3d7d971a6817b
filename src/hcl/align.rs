//! Applying edits so that neighbouring lines stay aligned.

use std::sync::Arc;

use crate::model::{Edit, Span};

use super::format::{Layout, Line};
use super::lexer::{Token, tokens};
use super::splice::{SpliceError, splice};

/// Applies `edits` to `text` and gives the runs of lines that they touch the alignment of `terraform fmt`.
///
/// A run whose old lines were aligned stays aligned; one whose author aligned nothing is left as it is, apart from the new lines.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, SpliceError> {
    apply_with(text, tokens(text).into(), edits)
}

/// As [`apply`], with the tokens of the text.
pub(super) fn apply_with(text: &str, tokens: Arc<[Token]>, edits: &[Edit]) -> Result<String, SpliceError> {
    let spliced = splice(text, edits)?;
    let map = OffsetMap::new(edits);
    let old = Aligned::of(Layout::with(text, tokens));
    let mut layout = Layout::of(&spliced);
    let starts: Vec<usize> = layout.lines.iter().map(|line| line_start(&layout, line)).collect();
    let ends: Vec<usize> = layout.lines.iter().map(|line| line_end(&layout, line)).collect();
    let wanted = |aligned: &dyn Fn(usize) -> Option<bool>, run: &std::ops::Range<usize>| {
        let first = spliced[..starts[run.start]].rfind('\n').map_or(0, |at| at + 1);
        let touched = run.clone().any(|line| map.touches(Span::new(starts[line], ends[line])))
            || map.removed_beside(first, ends[run.end - 1])
            || map.inserted_above(first);
        touched && run.clone().filter_map(|line| map.original(starts[line])).filter_map(aligned).all(|aligned| aligned)
    };
    layout.align_assignments(|run| wanted(&|at| old.assignment_at(at), &run));
    layout.align_comments(|run| wanted(&|at| old.comment_at(at), &run));
    Ok(layout.print())
}

fn line_start(layout: &Layout<'_>, line: &Line) -> usize {
    layout.tokens.get(line.lead.start).map_or(0, |token| token.span.start)
}

fn line_end(layout: &Layout<'_>, line: &Line) -> usize {
    let last = line.comment.end.max(line.assign.end).max(line.lead.end);
    layout.tokens.get(last.saturating_sub(1)).map_or(0, |token| token.span.end)
}

/// For each line of the old text, by the offset of its first token: whether it sat where alignment puts it.
struct Aligned {
    starts: Vec<usize>,
    assignment: Vec<Option<bool>>,
    comment: Vec<Option<bool>>,
}

impl Aligned {
    fn of(mut layout: Layout<'_>) -> Self {
        let now = layout.spaces.clone();
        layout.align_assignments(|_| true);
        let ideal = std::mem::replace(&mut layout.spaces, now.clone());
        layout.align_comments(|_| true);
        let same = |other: &[usize], cell: &std::ops::Range<usize>| (!cell.is_empty()).then(|| other[cell.start] == now[cell.start]);
        Self {
            starts: layout.lines.iter().map(|line| line_start(&layout, line)).collect(),
            assignment: layout.lines.iter().map(|line| same(&ideal, &line.assign)).collect(),
            comment: layout.lines.iter().map(|line| same(&layout.spaces, &line.comment)).collect(),
        }
    }

    fn assignment_at(&self, start: usize) -> Option<bool> {
        self.starts.binary_search(&start).ok().and_then(|line| self.assignment[line])
    }

    fn comment_at(&self, start: usize) -> Option<bool> {
        self.starts.binary_search(&start).ok().and_then(|line| self.comment[line])
    }
}

/// From offsets of the new text to those of the old.
struct OffsetMap {
    /// Inserted ranges of the new text, with the old span each replaces.
    inserted: Vec<(Span, Span)>,
}

impl OffsetMap {
    fn new(edits: &[Edit]) -> Self {
        let mut order: Vec<&Edit> = edits.iter().collect();
        order.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let mut inserted = Vec::new();
        let (mut grown, mut shrunk) = (0, 0);
        for edit in order {
            let start = edit.span.start + grown - shrunk;
            inserted.push((Span::new(start, start + edit.text.len()), edit.span));
            grown += edit.text.len();
            shrunk += edit.span.len();
        }
        Self { inserted }
    }

    /// Whether an edit put bytes into `span` of the new text.
    fn touches(&self, span: Span) -> bool {
        self.inserted
            .iter()
            .any(|(new, _)| if new.is_empty() { span.contains(new.start) } else { new.start < span.end && span.start < new.end })
    }

    /// Whether old bytes gave way to others (or to none) between two offsets of the new text or right beside them.
    fn removed_beside(&self, start: usize, end: usize) -> bool {
        self.inserted.iter().any(|(new, old)| !old.is_empty() && new.start <= end && start <= new.end)
    }

    /// Whether new lines end right above the line that begins at `start`, so that they may have torn a run apart.
    fn inserted_above(&self, start: usize) -> bool {
        self.inserted.iter().any(|(new, _)| !new.is_empty() && new.end <= start && start <= new.end + 2)
    }

    /// The old offset of a new one; `None` inside inserted text.
    fn original(&self, offset: usize) -> Option<usize> {
        let (mut grown, mut shrunk) = (0, 0);
        for (new, old) in &self.inserted {
            if offset < new.start {
                break;
            }
            if offset < new.end {
                return None;
            }
            grown += new.len();
            shrunk += old.len();
        }
        (offset + shrunk).checked_sub(grown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn edit(text: &str, at: &str, new: &str) -> Edit {
        let start = text.find(at).unwrap();
        Edit { span: Span::new(start, start + at.len()), text: new.into() }
    }

    #[test]
    fn an_aligned_run_stays_aligned() {
        let text = "r {\n  a  = 1 # x\n  bc = 2 # y\n}\n";
        assert_eq!(apply(text, &[edit(text, "2", "12345")]).unwrap(), "r {\n  a  = 1     # x\n  bc = 12345 # y\n}\n");
        let insert = Edit { span: Span::at(text.find("\n}").unwrap()), text: "\n  longer = 3".into() };
        assert_eq!(apply(text, &[insert]).unwrap(), "r {\n  a      = 1 # x\n  bc     = 2 # y\n  longer = 3\n}\n");
    }

    #[test]
    fn a_run_that_is_torn_apart_is_aligned_in_both_parts() {
        let text = "r {\n  abcd = 1\n  e    = 2\n}\n";
        let insert = Edit { span: Span::at(text.find("\n  e").unwrap()), text: "\n\n  b {\n  }\n".into() };
        assert_eq!(apply(text, &[insert]).unwrap(), "r {\n  abcd = 1\n\n  b {\n  }\n\n  e = 2\n}\n");
    }

    #[test]
    fn an_unaligned_run_is_left_alone() {
        let text = "r {\n  a = 1\n  bc = 2\n}\n";
        let insert = Edit { span: Span::at(text.find("\n}").unwrap()), text: "\n  longer = 3".into() };
        assert_eq!(apply(text, &[insert]).unwrap(), "r {\n  a = 1\n  bc = 2\n  longer = 3\n}\n");
    }

    proptest! {
        #[test]
        fn a_clean_body_stays_clean(names in proptest::collection::vec("[a-z]{1,12}", 1..8), at in 0usize..8, name in "[a-z]{1,14}", value in "[0-9]{1,9}") {
            let body: String = names.iter().enumerate().map(|(n, name)| format!("{name}{n} = {n} # c\n")).collect();
            let text = super::super::format::format(&format!("r \"x\" {{\n{body}}}\n"));
            let lines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
            let insert = Edit { span: Span::at(lines[at % (lines.len() - 1)]), text: format!("\n  {name} = {value}") };
            let after = apply(&text, &[insert]).unwrap();
            prop_assert_eq!(super::super::format::format(&after), after);
        }
    }
}
