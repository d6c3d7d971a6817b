//! From a rule and a block to a proved change.
//!
//! [`patch`] looks whether the rule's ends hold at the target and, where they do not, edits exactly what must change: the
//! argument itself, or the place that decides its value (a default, a tfvars entry, a local, a module argument, a `for_each`
//! entry). [`patch_all`] composes many fixes into one set of files. [`Workbench`] does the same step by step.
//!
//! # What the expressions of rules mean
//!
//! Names: `target.x` (argument or nested blocks of the target; absent is null, blocks are a list of objects of which a list of
//! one stands for its element), `param.x`, `block.x` (the nested block an operation looks at), `statement.x` (a policy
//! statement), `resource.name`, `resource.type`, `resource.repetition` (`count` or `for_each` as written), `resource.several`
//! (whether it is there more than once). Functions: Terraform's common ones (see `functions.rs`) and
//! `linked("type", "argument")` (whether a resource of that type refers to the target), `linked_resource("type", "argument")`
//! (that resource as an object; `reference` is the code that names it), `resources("type")` (those of the module),
//! `region()` (where the target's provider works), `provider_at_least("4.0")`.
//!
//! A condition is true, false or unknown: `when` needs true, `refuse` and `lower` fire on true or unknown.
//!
//! Where a value is written, `target.x` is a reference (`aws_s3_bucket.b[each.key].x`) in another block and the argument's own
//! text in the target itself; `param.x` is the parameter's expression. Anything that needs no name of the rule is written as it stands.

mod body;
mod calls;
mod companion;
mod companion_reverse;
mod context;
mod dynamic;
mod elements;
mod evaluate;
mod evaluated;
mod example;
mod fix;
mod folders;
mod follow;
mod follow_calls;
mod follow_names;
mod functions;
mod json_edit;
mod leaf;
mod linked;
mod many;
mod merged;
mod narrow;
mod operation;
mod params;
mod plan;
mod policy;
mod policy_access;
mod policy_text;
mod progress;
mod proofs;
mod quoted_text;
mod reach;
mod readers;
mod region;
mod remove;
mod render;
mod schema_proof;
mod set;
mod set_json;
mod shared;
mod statement;
mod statement_blocks;
mod statement_object;
mod statement_text;
mod subject;
mod term;
mod test_files;
mod validation;
mod version;
mod workbench;
mod yaml_text;

pub use example::{LineEnding, MAIN, example_output, run_example, unexercised, unformatted};
pub use fix::{Outcome, holds, patch};
pub use functions::{NAMES as FUNCTIONS, OF_SCOPE as SCOPE_FUNCTIONS};
pub use many::{Composition, Request, patch_all};
pub use params::Params;
pub use proofs::PROOFS;
pub use term::Term;
pub use workbench::{BlockKey, BlockName, Workbench};

#[cfg(test)]
mod deciding_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_json;
