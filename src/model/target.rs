//! Where the block is, and how we know.

use serde::{Deserialize, Serialize};

use super::{Address, Place, Span};

/// The rungs of the evidence ladder, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// A person answered the bot's question.
    Answered,
    /// File and line, or address, from a scanner.
    ScannerPosition,
    /// Terraform state.
    State,
    /// Provenance tags such as `yor_trace`.
    Provenance,
    /// The evaluated name equals the cloud's name.
    EvaluatedName,
    /// The name's pattern matches, with type, account and region.
    NamePattern,
}

/// How sure a rung makes us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Fits, but something else could fit as well. Never enough for a pull request.
    Possible,
    /// One candidate, by a pattern. Enough for a draft.
    Likely,
    /// One candidate, by an exact match.
    Certain,
}

/// One piece of evidence, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The rung it stands on.
    pub rung: Rung,
    /// In a sentence: `bucket = "${var.env}-backups" is "prod-backups" with env = "prod" from envs/prod.tfvars`.
    pub note: String,
    /// The places that say so.
    pub places: Vec<Place>,
}

/// The block that a fix starts from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Path of the file in the workspace.
    pub path: String,
    /// Byte range of the whole block.
    pub span: Span,
    /// Directory of the module that holds the block (`""` is the root).
    pub module_dir: String,
    /// Directory of the root module it was reached from, when known.
    pub root_dir: Option<String>,
    /// Its address; module path as reached from `root_dir`.
    pub address: Address,
    /// What led here.
    pub evidence: Vec<Evidence>,
    /// How sure that makes us.
    pub confidence: Confidence,
}
