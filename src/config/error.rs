//! Errors of configuration files: what is wrong, where, and what was probably meant.

use std::fmt;
use std::fmt::Write as _;

use crate::model::LineColumn;

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The file or environment variable.
    pub file: String,
    /// Line and column in the file, where there is one.
    pub at: Option<LineColumn>,
    /// What is wrong and what to do.
    pub message: String,
    /// The line in question, to print a caret under.
    pub line_text: Option<String>,
}

impl ConfigError {
    /// An error without a place in a text.
    pub fn plain(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: file.into(), at: None, message: message.into(), line_text: None }
    }

    /// An error at a position of `text`.
    pub fn at(file: impl Into<String>, text: &str, at: LineColumn, message: impl Into<String>) -> Self {
        let line_text = text.lines().nth(at.line.saturating_sub(1)).map(|line| line.chars().take(200).collect());
        Self { file: file.into(), at: Some(at), message: message.into(), line_text }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(at) = self.at else {
            return write!(f, "{}: {}", self.file, self.message);
        };
        write!(f, "{}:{}:{}: {}", self.file, at.line, at.column, self.message)?;
        if let Some(line) = &self.line_text {
            let margin = " ".repeat(at.line.to_string().len());
            let indent = " ".repeat(at.column.saturating_sub(1).min(line.chars().count()));
            write!(f, "\n{margin} |\n{} | {line}\n{margin} | {indent}^", at.line)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// The candidate nearest to `name`, if one is near enough to be meant.
pub(super) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.len().max(name.len()) / 3).max(1))
        .min()
        .map(|(_, candidate)| candidate)
}

/// Rewords serde's "unknown field" messages: names the nearest known key.
pub(super) fn reword(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let what = if message.contains("unknown field") {
        "key"
    } else if message.contains("unknown variant") {
        "value"
    } else {
        return message.trim().to_owned();
    };
    let Some((unknown, known)) = quoted.split_first() else {
        return message.trim().to_owned();
    };
    let mut text = format!("unknown {what} `{unknown}`");
    match nearest(unknown, known.iter().copied()) {
        Some(meant) => {
            let _ = write!(text, "; did you mean `{meant}`?");
        }
        None if known.is_empty() => {}
        None => {
            let _ = write!(text, "; known here: {}", known.join(", "));
        }
    }
    text
}
