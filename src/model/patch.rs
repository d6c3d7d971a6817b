//! A change as a value.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Place, Span};

/// How freely a patch may be applied. Ordered from freest to strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Applicability {
    /// In place, with the intended effect only.
    Safe,
    /// May change behaviour; a person should look.
    Review,
    /// Replacement, downtime or loss of data.
    Disruptive,
}

/// Replaces the bytes `span` of the original text with `text`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// Byte range in the original text; empty for an insertion.
    pub span: Span,
    /// New text.
    pub text: String,
}

/// What an apply of the patch does beyond closing the hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// Terraform destroys and creates the resource anew.
    Replacement,
    /// Interruption of service.
    Downtime,
    /// Data may be lost.
    DataLoss,
    /// The bill changes.
    Cost,
    /// Clients may see other behaviour.
    Behaviour,
}

/// One effect with its explanation and source.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Effect {
    /// The kind.
    pub kind: EffectKind,
    /// In a sentence.
    pub note: String,
    /// The page that says so, if the rule names one.
    pub source: Option<String>,
}

/// What the patch reaches beyond the edited bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Resource instances affected, as addresses (`module.a["x"].aws_s3_bucket.b`), or a pattern where keys are unknown (`…[*]`).
    pub instances: Vec<String>,
    /// Module calls that pass through the edited place.
    pub callers: Vec<Place>,
}

/// One file after the patch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedFile {
    /// Text before; `None` for a new file.
    pub before: Option<String>,
    /// Text after.
    pub after: String,
    /// The edits that lead from one to the other, in order of position, not overlapping.
    pub edits: Vec<Edit>,
}

/// A proved change: what to write, how freely, and what it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    /// Rules applied, in the order they were composed.
    pub rules: Vec<String>,
    /// The address of the block the finding is about.
    pub address: String,
    /// Files by path; never empty.
    pub files: BTreeMap<String, ChangedFile>,
    /// How freely it may be applied.
    pub applicability: Applicability,
    /// Why the applicability is what it is, one sentence each.
    pub notes: Vec<String>,
    /// Effects of applying it.
    pub effects: Vec<Effect>,
    /// Steps for a disruptive change, Markdown.
    pub runbook: Option<String>,
    /// What each edit does, in plain words, one line each ("sets `storage_encrypted` to `true`").
    pub summary: Vec<String>,
    /// Instances and callers reached.
    pub reach: Reach,
    /// Names of the proofs that held.
    pub proofs: Vec<String>,
}
