//! Lines that moved between the commit that was scanned and now.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// How old lines stand in the new text.
#[derive(Debug, Clone)]
pub struct LineMap {
    operations: Vec<DiffOp>,
}

impl LineMap {
    /// Compares two texts line by line (line endings aside).
    #[must_use]
    pub fn between(old: &str, new: &str) -> Self {
        let old: Vec<&str> = old.lines().map(str::trim_end).collect();
        let new: Vec<&str> = new.lines().map(str::trim_end).collect();
        Self { operations: capture_diff_slices(Algorithm::Patience, &old, &new) }
    }

    /// The new number of an old line, both from 1; `None` when the line was changed or deleted.
    #[must_use]
    pub fn line(&self, old: usize) -> Option<usize> {
        let at = old.checked_sub(1)?;
        self.operations.iter().find_map(|operation| match *operation {
            DiffOp::Equal { old_index, new_index, len } if (old_index..old_index + len).contains(&at) => {
                Some(new_index + at - old_index + 1)
            }
            _ => None,
        })
    }
}

/// The new number of line `line` of `old` in `new`; lines that were themselves changed are not followed.
#[must_use]
pub fn follow_line(old: &str, new: &str, line: usize) -> Option<usize> {
    if old == new {
        return (1..=old.lines().count().max(1)).contains(&line).then_some(line);
    }
    LineMap::between(old, new).line(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str =
        "resource \"aws_s3_bucket\" \"a\" {\n  bucket = \"a\"\n}\n\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n}\n";

    #[test]
    fn lines_are_followed_past_insertions_and_deletions() {
        let moved = format!("# header\n\n{OLD}");
        assert_eq!(follow_line(OLD, &moved, 5), Some(7));
        let deleted = OLD.split_once("\n\n").unwrap().1;
        assert_eq!(follow_line(OLD, deleted, 5), Some(1));
        assert_eq!(follow_line(OLD, deleted, 2), None);
    }

    #[test]
    fn a_changed_line_is_not_followed() {
        let changed = OLD.replace("\"b\" {", "\"c\" {");
        assert_eq!(follow_line(OLD, &changed, 5), None);
        assert_eq!(follow_line(OLD, &changed, 6), Some(6));
        assert_eq!(follow_line(OLD, OLD, 99), None);
    }
}
