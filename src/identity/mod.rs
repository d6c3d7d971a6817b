//! Who is meant: one canonical identity for a cloud resource, however a tool spells it, and the Terraform types and
//! arguments that create it. The knowledge is data (`aws.toml`, `azure.toml`, `gcp.toml` in this folder).

mod kind;
mod parents;
mod parse;
mod pattern;
#[cfg(test)]
mod tests;

pub use kind::{Kind, Kinds, Part, kinds, normalised};
pub use parents::{Parent, parents};
pub use parse::{candidate_types, naming, other_names, parse, same_name};
pub use pattern::Pattern;
