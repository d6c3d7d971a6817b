//! What Terraform code means: modules, variables, instances, and the value of an expression as far as it can be known without running anything.
//!
//! # Guide
//!
//! ```
//! use remediate::model::{Address, Workspace};
//! use remediate::terraform::{Configuration, Evaluator, Selection, decide};
//!
//! let workspace: Workspace = [
//!     ("main.tf", "module \"logs\" {\n  source    = \"./bucket\"\n  encrypted = false\n}\n"),
//!     ("bucket/main.tf", "variable \"encrypted\" {}\nresource \"aws_ebs_volume\" \"v\" {\n  encrypted = var.encrypted\n}\n"),
//! ]
//! .into_iter()
//! .collect();
//!
//! // 1. A root module with the modules it calls, read with one selection of variable files.
//! let configuration = Configuration::load(&workspace, "", &Selection::plain());
//!
//! // 2. Blocks, with the bytes of each attribute.
//! let node = configuration.node_at(&["logs"]).unwrap();
//! let volume = node.module.resources.first().unwrap();
//! assert_eq!(volume.address().to_string(), "aws_ebs_volume.v");
//!
//! // 3. Instances and values.
//! let evaluator = Evaluator::new(&configuration);
//! let instance = &evaluator.instances(node, &volume.block)[0];
//! assert_eq!(instance.address.to_string(), "module.logs.aws_ebs_volume.v");
//! let lookup = evaluator.argument(instance, &["encrypted"]);
//! assert_eq!(lookup.found[0].value.value.as_bool(), Some(false));
//!
//! // 4. The places that decide a value, over all callers and instances.
//! let deciders = decide(&[&configuration], "bucket", &Address::managed("aws_ebs_volume", "v"), &["encrypted"]);
//! assert_eq!(&*deciders.places[0].site.file, "main.tf");
//! assert_eq!(&workspace.get("main.tf").unwrap()[deciders.places[0].site.span.range()], "false");
//! ```
//!
//! - [`ModuleGraph`] finds the root modules of a workspace with the ways they are applied ([`Selection`]), and for a module directory
//!   every configuration that reaches it ([`ModuleGraph::configurations_with`]): give these to [`decide()`].
//! - [`Configuration::provider_version`] and [`Evaluator::provider_of`] tell version, region, account and default tags.
//! - [`Sources`] parses each file once; share one among the configurations of a workspace.
//! - [`Value`] is known, known in part, or unknown with the reason ([`Why`]). Unknown never means false.
//! - [`Traced::origin`] is the chain of places a value came through; [`Origin::decider`] is the last one.
//! - [`match_name`] says whether a concrete name fits a value of which only parts are known.
//! - [`Scope::with`] binds names of one's own, so that other expressions (a rule's conditions) can be evaluated as well:
//!   convert them with [`expression_of`].

mod access;
mod configuration;
mod conversion;
mod decide;
mod digest;
mod directory;
mod evaluate;
mod function;
mod functions_collection;
mod functions_encoding;
mod functions_file;
mod functions_map;
mod functions_network;
mod functions_number;
mod functions_text;
mod identity;
mod instances;
mod json;
mod json_configuration;
mod module;
mod named_files;
mod native;
mod operation;
mod origin;
mod overrides;
mod pattern;
mod provider;
mod reference;
mod repetition;
mod roots;
mod scope;
mod selection;
mod source;
mod syntax;
mod terragrunt;
mod value;
mod version;
mod walk;
mod workspaces;

pub use configuration::{Configuration, Given, Node, NodeId, Problem};
pub use decide::{Decider, Deciders, Reached, Unsettled, decide};
pub use directory::{directory_of, is_configuration_file, is_test_file, local_source, module_source, relative, resolve};
pub use evaluate::{Evaluator, Limits};
pub use instances::{Absent, BlockInstance, Found, Lookup, ModuleInstance};
pub use module::{Import, Module, ModuleCall, ModuleSource, Moved, Removed, Resource};
pub use named_files::{is_common, may_be_named, named_files};
pub use native::expression_of;
pub use origin::{Hop, Origin, Role};
pub use pattern::{NameMatch, fixed_ends, match_name};
pub use provider::{ProviderSettings, ProviderVersion, Requirement, provider_of_type, requirements};
pub use roots::{ModuleGraph, Root, RootSign};
pub use scope::{InstanceId, Scope};
pub use selection::Selection;
pub use source::{Sources, parse_file};
pub use syntax::{
    Access, Attribute, Binary, BinaryOperator, Block, Body, Call, Conditional, Expression, ExpressionKind, For, Label, ObjectItem, Part,
    Site, SourceFile, Step, StepKind, Syntax, SyntaxProblem, UnaryOperator,
};
pub use terragrunt::{TerragruntUnit, read as read_terragrunt};
pub use value::{Entry, List, Object, Piece, Traced, Value, Why};
pub use version::{Constraint, Version, VersionError};

#[cfg(test)]
mod tests;
