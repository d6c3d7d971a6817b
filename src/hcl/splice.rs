//! Byte edits.

use similar::{Algorithm, DiffOp, TextDiff};

use crate::model::{Edit, Span};

/// Edits that cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpliceError {
    /// Two edits touch the same bytes.
    #[error("two edits overlap at bytes {0}..{1}")]
    Overlap(usize, usize),
    /// An edit lies outside of the text or inside a character.
    #[error("an edit at bytes {0}..{1} does not fit the text")]
    Outside(usize, usize),
}

/// Applies `edits` (in any order) to `text`; what is outside of them stays as it is. Insertions at the same place keep their order.
pub fn splice(text: &str, edits: &[Edit]) -> Result<String, SpliceError> {
    let mut order: Vec<&Edit> = edits.iter().collect();
    order.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut result = String::with_capacity(text.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut at = 0;
    for edit in order {
        let Span { start, end } = edit.span;
        if start < at {
            return Err(SpliceError::Overlap(start, end));
        }
        let (Some(kept), Some(_)) = (text.get(at..start), text.get(start..end)) else {
            return Err(SpliceError::Outside(start, end));
        };
        result.push_str(kept);
        result.push_str(&edit.text);
        at = end;
    }
    result.push_str(&text[at..]);
    Ok(result)
}

/// The edits that lead from `before` to `after`: by lines, each trimmed to the bytes that differ.
#[must_use]
pub fn changed_edits(before: &str, after: &str) -> Vec<Edit> {
    only_edit(before, after).map_or_else(|| edits_by_lines(before, after), |edit| vec![edit])
}

/// Most bytes (those that give way times those that come) that are looked through for a line that stays.
const ONE_PLACE: usize = 1 << 20;

/// The one edit between two texts that differ in one place, as most do after a fix: nothing has to be compared with anything else.
/// `None` where there may be several, or where the same lines beside the place leave a choice of where it is.
fn only_edit(before: &str, after: &str) -> Option<Edit> {
    let head = lines_above(before, after);
    let tail = lines_below(&before[head..], &after[head..]);
    let (old, new) = (&before[head..before.len() - tail], &after[head..after.len() - tail]);
    let (above, below) = (last_line(&before[..head]), first_line(&before[before.len() - tail..]));
    let slides = |lines: &str| !lines.is_empty() && (last_line(lines) == above || first_line(lines) == below);
    let stays = || old.split_inclusive('\n').any(|line| new.split_inclusive('\n').any(|other| other == line));
    let none = old.is_empty() && new.is_empty() || old.len().saturating_mul(new.len()) > ONE_PLACE;
    (!none && !slides(old) && !slides(new) && !stays()).then(|| trim(before, Span::new(head, head + old.len()), new))
}

/// Bytes of the whole lines with which both texts begin.
fn lines_above(before: &str, after: &str) -> usize {
    let same = before.bytes().zip(after.bytes()).take_while(|(old, new)| old == new).count();
    before.as_bytes()[..same].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)
}

/// Bytes of the whole lines with which both texts end.
fn lines_below(before: &str, after: &str) -> usize {
    let same = before.bytes().rev().zip(after.bytes().rev()).take_while(|(old, new)| old == new).count();
    let begins_line = |text: &str| same == text.len() || text.as_bytes()[text.len() - same - 1] == b'\n';
    if begins_line(before) && begins_line(after) {
        return same;
    }
    before.as_bytes()[before.len() - same..].iter().position(|byte| *byte == b'\n').map_or(0, |end| same - end - 1)
}

fn first_line(text: &str) -> &str {
    text.split_inclusive('\n').next().unwrap_or_default()
}

fn last_line(text: &str) -> &str {
    text.split_inclusive('\n').next_back().unwrap_or_default()
}

fn edits_by_lines(before: &str, after: &str) -> Vec<Edit> {
    let offsets = |slices: &[&str]| -> Vec<usize> {
        slices
            .iter()
            .scan(0, |sum, line| {
                *sum += line.len();
                Some(*sum)
            })
            .collect()
    };
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let diff = TextDiff::configure().algorithm(Algorithm::Myers).diff_slices(&old, &new);
    let (old_ends, new_ends) = (offsets(&old), offsets(&new));
    let start_of = |ends: &[usize], index: usize| if index == 0 { 0 } else { ends.get(index - 1).copied().unwrap_or(0) };
    diff.ops()
        .iter()
        .filter(|op| !matches!(op, DiffOp::Equal { .. }))
        .map(|op| {
            let (old_range, new_range) = (op.old_range(), op.new_range());
            let old_span = start_of(&old_ends, old_range.start)..start_of(&old_ends, old_range.end);
            let new_span = start_of(&new_ends, new_range.start)..start_of(&new_ends, new_range.end);
            trim(before, old_span.into(), &after[new_span])
        })
        .collect()
}

/// Leaves out what both sides share at the beginning and the end.
fn trim(before: &str, span: Span, new: &str) -> Edit {
    let old = &before[span.range()];
    let head: usize = old.chars().zip(new.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail: usize = old_rest.chars().rev().zip(new_rest.chars().rev()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    Edit { span: Span::new(span.start + head, span.end - tail), text: new_rest[..new_rest.len() - tail].to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_only_edit_is_the_one_that_comparing_lines_finds(before in "([ab}]?\n|c = [12é]\n){0,7}[a}]?", after in "([ab}]?\n|c = [12é]\n){0,3}", at in 0usize..8) {
            let lines: Vec<&str> = before.split_inclusive('\n').collect();
            let at = at.min(lines.len());
            for rest in [&lines[at..], &lines[(at + 1).min(lines.len())..]] {
                let changed = [lines[..at].concat(), after.clone(), rest.concat()].concat();
                if let Some(edit) = only_edit(&before, &changed) {
                    prop_assert_eq!(vec![edit], edits_by_lines(&before, &changed));
                }
            }
        }
    }

    #[test]
    fn edits_apply_in_any_order_and_overlaps_are_errors() {
        let edit = |start, end, text: &str| Edit { span: Span::new(start, end), text: text.into() };
        assert_eq!(splice("abcdef", &[edit(4, 5, "X"), edit(0, 1, ""), edit(2, 2, "--")]).unwrap(), "b--cdXf");
        assert_eq!(splice("abcdef", &[edit(0, 3, ""), edit(2, 4, "")]), Err(SpliceError::Overlap(2, 4)));
        assert_eq!(splice("é", &[edit(1, 1, "")]), Err(SpliceError::Outside(1, 1)));
    }

    proptest! {
        #[test]
        fn changed_edits_lead_from_one_text_to_the_other(before in "[ab\r\né]{0,40}", after in "[ab\r\né]{0,40}") {
            prop_assert_eq!(splice(&before, &changed_edits(&before, &after)).unwrap(), after);
        }
    }
}
