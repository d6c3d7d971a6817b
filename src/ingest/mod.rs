//! From a source's bytes to findings in our normal form.
//!
//! Each format is one pure function `bytes → Vec<Finding>`. A format is recognised by its content, never by a file name.
//! Nothing is dropped silently: what cannot be understood is an [`IngestError`] that says where and what was expected.

mod checkov;
mod own;

pub use checkov::parse as parse_checkov;
pub use own::{OwnContext, OwnFinding, OwnMetadata, json_schema as own_json_schema, parse as parse_own};

use crate::model::Finding;

/// Largest input that is parsed, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Why bytes are no findings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IngestError {
    /// Not JSON; with the position at which reading stopped.
    #[error("the {format} input is not valid JSON at line {line}, column {column}: {message}")]
    NotJson {
        /// The format that was expected.
        format: &'static str,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// The parser's word.
        message: String,
    },
    /// JSON, but not of the expected shape.
    #[error("{format}: {message} (at `{at}`)")]
    Shape {
        /// The format that was expected.
        format: &'static str,
        /// JSON pointer to the place.
        at: String,
        /// What is wrong and what was expected.
        message: String,
    },
    /// None of the known formats.
    #[error("none of the known formats: {0}")]
    Unknown(String),
    /// Larger than [`MAX_BYTES`].
    #[error("{0} bytes are more than the {MAX_BYTES} that are read; split the report")]
    TooLarge(usize),
}

impl IngestError {
    /// A JSON error of `format`.
    #[must_use]
    pub fn json(format: &'static str, error: &serde_json::Error) -> Self {
        Self::NotJson { format, line: error.line(), column: error.column(), message: error.to_string() }
    }

    /// A shape error of `format` at the JSON pointer `at`.
    pub fn shape(format: &'static str, at: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Shape { format, at: at.into(), message: message.into() }
    }
}

/// The formats that are recognised by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Our own finding, or an array of them.
    Own,
    /// Checkov's JSON report, object or array.
    Checkov,
}

/// Recognises the format of `bytes` by content.
///
/// # Errors
/// When it is no JSON or of no known shape.
pub fn detect(bytes: &[u8]) -> Result<Format, IngestError> {
    if bytes.len() > MAX_BYTES {
        return Err(IngestError::TooLarge(bytes.len()));
    }
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| IngestError::json("findings", &error))?;
    let first = value.as_array().map_or(Some(&value), |items| items.first());
    let Some(first) = first else { return Ok(Format::Own) };
    if first.get("check_type").is_some() || first.pointer("/results/failed_checks").is_some() || is_empty_checkov(first) {
        Ok(Format::Checkov)
    } else if first.get("finding_id").is_some() {
        Ok(Format::Own)
    } else {
        let keys: Vec<&str> = first.as_object().map(|map| map.keys().take(8).map(String::as_str).collect()).unwrap_or_default();
        Err(IngestError::Unknown(format!(
            "expected Checkov's JSON report (`checkov -o json`) or findings with `finding_id`; the input has the keys [{}]",
            keys.join(", ")
        )))
    }
}

/// Checkov prints only its counters when nothing was scanned.
fn is_empty_checkov(value: &serde_json::Value) -> bool {
    ["passed", "failed", "skipped", "checkov_version"].iter().all(|key| value.get(key).is_some())
}

/// Parses `bytes` of whichever known format.
///
/// # Errors
/// When the format is not recognised or the input is not of its shape.
pub fn parse_any(bytes: &[u8]) -> Result<Vec<Finding>, IngestError> {
    match detect(bytes)? {
        Format::Own => parse_own(bytes, "findings"),
        Format::Checkov => parse_checkov(bytes),
    }
}
