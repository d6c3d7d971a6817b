//! What is asked and what is answered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Address, CodePosition, Place, Refusal, ResourceIdentity, Rung, Target, Workspace};

/// What a person answered to an earlier question about the same resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// `owner/name`; `None` when there is only one repository.
    pub repository: Option<String>,
    /// Path of the file.
    pub path: String,
    /// The block by address, which survives moved lines.
    pub address: Option<Address>,
    /// The line, from 1, when no address was given.
    pub line: Option<usize>,
    /// Who answered, for the evidence.
    pub by: String,
}

/// Everything known about the resource that is looked for.
#[derive(Debug, Clone, Default)]
pub struct Query<'a> {
    /// The canonical identity.
    pub identity: Option<ResourceIdentity>,
    /// Position from a scanner, or from the command line.
    pub position: Option<CodePosition>,
    /// Tags or labels of the cloud resource.
    pub tags: BTreeMap<String, String>,
    /// An earlier answer.
    pub answer: Option<Answer>,
    /// Keys of tags that carry provenance, besides the usual ones: repository key, file key, trace key.
    pub tag_keys: Vec<String>,
    /// States that were read, each with where it came from.
    pub states: &'a [super::State],
    /// Terraform types that the fix can start from; empty when any type of the resource will do.
    pub types: Vec<String>,
    /// Environment as the source names it (`prod`): narrows candidates, never makes one.
    pub environment: Option<String>,
    /// Text of the file at the commit that the scanner saw, when it differs from the head.
    pub scanned_text: Option<String>,
    /// Whether blocks that may fit lie where was not looked: then nothing less than the whole name decides.
    pub rivals: bool,
    /// Repositories and Terraform files that were looked through by their index, when more than those given.
    pub looked: Option<(usize, usize)>,
}

/// One repository that is looked into: its files and their index.
///
/// The workspace needs only the files that [`RepositoryIndex::files_for`](super::RepositoryIndex::files_for) names.
#[derive(Debug, Clone, Copy)]
pub struct RepositoryView<'a> {
    /// `owner/name`; empty when there is only one.
    pub name: &'a str,
    /// Files at the head.
    pub workspace: &'a Workspace,
    /// The index at the same commit.
    pub index: &'a super::RepositoryIndex,
}

/// A block that may be meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// `owner/name`, when there are several repositories.
    pub repository: Option<String>,
    /// The block with its evidence.
    pub target: Target,
}

/// A block that holds a part of the located resource (`aws_s3_bucket_versioning` of a bucket).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartBlock {
    /// Its address in the same module.
    pub address: Address,
    /// Where it stands.
    pub place: Place,
}

/// One block, and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Located {
    /// `owner/name`, when there are several repositories.
    pub repository: Option<String>,
    /// The block with its evidence.
    pub target: Target,
    /// The module calls that reach it, from every root that was read.
    pub callers: Vec<Place>,
    /// The addresses of its instances, from every caller, as far as they are known.
    pub instances: Vec<String>,
    /// Blocks in the same module that hold a part of the same resource.
    pub parts: Vec<PartBlock>,
}

/// The end of the ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "decision")]
pub enum Decision {
    /// One block.
    Located(Box<Located>),
    /// Several blocks fit equally well (or one fits too badly): a person must say which, by number.
    Ask {
        /// The blocks, in the order of their numbers from 1.
        candidates: Vec<Candidate>,
        /// The same as a refusal.
        refusal: Refusal,
    },
    /// No block.
    NotFound {
        /// What was looked at, and what would help.
        refusal: Refusal,
    },
}

/// What one rung found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RungReport {
    /// Which rung.
    pub rung: Rung,
    /// How many blocks fit by its evidence.
    pub found: usize,
    /// In a sentence.
    pub note: String,
    /// The places it points at.
    pub places: Vec<Place>,
}

/// The whole way to the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The rungs that were stood on, best first.
    pub ladder: Vec<RungReport>,
    /// The end.
    #[serde(flatten)]
    pub decision: Decision,
}

impl Report {
    /// The target, or why there is none.
    ///
    /// # Errors
    /// The refusal, with the candidates as its places.
    pub fn into_result(self) -> Result<Target, Refusal> {
        match self.decision {
            Decision::Located(located) => Ok(located.target),
            Decision::Ask { refusal, .. } | Decision::NotFound { refusal } => Err(refusal),
        }
    }
}
