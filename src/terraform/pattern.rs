//! Does a concrete name fit a value of which only parts are known?

use std::sync::Arc;

use super::value::{Piece, Value};

/// How a name fits a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameMatch {
    /// Whether the value is wholly known and equal.
    pub exact: bool,
    /// How many characters of the name are fixed by the value.
    pub fixed: usize,
    /// What each hole stands for, in order; one possibility of perhaps several.
    pub holes: Vec<String>,
}

/// Whether `name` can be the whole of `value`. `None` means it certainly is not, or `value` says nothing at all about it.
#[must_use]
pub fn match_name(value: &Value, name: &str) -> Option<NameMatch> {
    match value {
        Value::String(text) => (&**text == name).then(|| NameMatch { exact: true, fixed: name.chars().count(), holes: Vec::new() }),
        Value::Template(pieces) => {
            let holes = matches(pieces, name)?;
            let fixed = pieces.iter().map(|piece| if let Piece::Text(text) = piece { text.chars().count() } else { 0 }).sum();
            Some(NameMatch { exact: false, fixed, holes })
        }
        _ => None,
    }
}

/// The literal text at the start and at the end of a value, for narrowing a search before matching.
#[must_use]
pub fn fixed_ends(value: &Value) -> (Arc<str>, Arc<str>) {
    let none: Arc<str> = Arc::from("");
    let text = |piece: Option<&Piece>| if let Some(Piece::Text(text)) = piece { text.clone() } else { Arc::from("") };
    match value {
        Value::String(text) => (text.clone(), text.clone()),
        Value::Template(pieces) => (text(pieces.first()), text(pieces.last())),
        _ => (none.clone(), none),
    }
}

/// What the holes stand for when `name` is the whole of the pieces; `None` if it cannot be.
///
/// Each text between holes is looked for as early as possible, which finds a fit whenever there is one.
pub(super) fn matches(pieces: &[Piece], name: &str) -> Option<Vec<String>> {
    let Some(last_hole) = pieces.iter().rposition(|piece| matches!(piece, Piece::Hole(_))) else {
        let text: String = pieces.iter().map(piece_text).collect();
        return (text == name).then(Vec::new);
    };
    let tail: String = pieces.iter().skip(last_hole + 1).map(piece_text).collect();
    let mut rest = name.strip_suffix(tail.as_str())?;
    let mut holes: Vec<String> = Vec::new();
    let mut in_hole = false;
    for piece in pieces.get(..last_hole).unwrap_or_default() {
        match piece {
            Piece::Hole(_) => {
                // Of two holes side by side the first gets nothing.
                if in_hole {
                    holes.push(String::new());
                }
                in_hole = true;
            }
            Piece::Text(text) if in_hole => {
                let at = rest.find(&**text)?;
                holes.push(rest.get(..at)?.to_owned());
                rest = rest.get(at + text.len()..)?;
                in_hole = false;
            }
            Piece::Text(text) => rest = rest.strip_prefix(&**text)?,
        }
    }
    if in_hole {
        holes.push(String::new());
    }
    holes.push(rest.to_owned());
    Some(holes)
}

fn piece_text(piece: &Piece) -> &str {
    if let Piece::Text(text) = piece { text } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terraform::value::Why;

    fn template(shape: &str) -> Value {
        let mut pieces = Vec::new();
        for (index, text) in shape.split('*').enumerate() {
            if index > 0 {
                pieces.push(Piece::Hole(Arc::new(Why::Workspace)));
            }
            if !text.is_empty() {
                pieces.push(Piece::Text(Arc::from(text)));
            }
        }
        Value::Template(pieces.into())
    }

    #[test]
    fn a_name_fits_a_template_only_as_a_whole() {
        let fits = |shape: &str, name: &str| match_name(&template(shape), name).map(|found| found.holes);
        assert_eq!(fits("*-backups", "prod-backups"), Some(vec!["prod".into()]));
        assert_eq!(fits("acme-*-logs-*", "acme-prod-logs-eu"), Some(vec!["prod".into(), "eu".into()]));
        assert_eq!(fits("acme-*", "acme-"), Some(vec![String::new()]));
        assert_eq!(fits("*-backups", "prod-backups-2"), None);
        assert_eq!(fits("acme-*", "xacme-prod"), None);
        assert_eq!(fits("aa*aa", "aaa"), None);
        assert_eq!(fits("**x", "abx"), Some(vec![String::new(), "ab".into()]));
    }

    #[test]
    fn a_repeated_text_does_not_hide_a_fit() {
        assert!(match_name(&template("a*b*c"), "abbbcc").is_some());
        assert!(match_name(&template("*-x-*-x"), "1-x-2-x").is_some());
    }

    #[test]
    fn a_known_string_is_exact_and_an_unknown_says_nothing() {
        assert!(match_name(&Value::string("logs"), "logs").unwrap().exact);
        assert!(match_name(&Value::unknown(Why::Workspace), "logs").is_none());
    }
}
