//! What the code itself tells of a block's surroundings, without asking any cloud: tags as they are evaluated, the provider's
//! `default_tags`, and the names on the way to the block.

use std::collections::BTreeMap;

use crate::model::{ResourceMode, Target, Workspace};
use crate::terraform::{BlockInstance, Configuration, Evaluator, Selection, Sources, Value};

/// What the code tells of a block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeFacts {
    /// Tags (or labels) of the resource; those of the provider where the resource has none of that name.
    pub tags: BTreeMap<String, String>,
    /// The block's label and the names of the modules that lead to it, the nearest first.
    pub names: Vec<String>,
    /// The file.
    pub path: String,
}

/// Arguments that hold tags.
const TAGS: [&str; 2] = ["tags", "labels"];
/// Ways of applying a root module that are looked at.
const MOST_SELECTIONS: usize = 16;

/// What `workspace` tells of the block `target`. A tag that is not the same in every environment the block is applied in is left
/// out: it would say something of some of its instances only.
#[must_use]
pub fn code_facts(workspace: &Workspace, target: &Target) -> CodeFacts {
    let steps = target.address.module.iter().rev().map(|step| step.name.clone());
    let names = std::iter::once(target.address.name.clone()).chain(steps).collect();
    CodeFacts { tags: tags(workspace, target).unwrap_or_default(), names, path: target.path.clone() }
}

fn tags(workspace: &Workspace, target: &Target) -> Option<BTreeMap<String, String>> {
    let sources = Sources::new(workspace);
    let root = target.root_dir.as_deref().unwrap_or(&target.module_dir);
    let mut common: Option<BTreeMap<String, String>> = None;
    for selection in Selection::all(&sources, root).into_iter().take(MOST_SELECTIONS) {
        let configuration = Configuration::load_from(&sources, root, &selection);
        let evaluator = Evaluator::new(&configuration);
        for node in configuration.nodes_in(&target.module_dir) {
            if target.address.mode != ResourceMode::Managed {
                continue;
            }
            let Some(resource) = node.module.resource(target.address.mode, &target.address.kind, &target.address.name) else { continue };
            for instance in evaluator.instances(node, &resource.block) {
                let found = tags_of(&evaluator, &instance);
                common = Some(match common {
                    None => found,
                    Some(before) => before.into_iter().filter(|(key, value)| found.get(key) == Some(value)).collect(),
                });
            }
        }
    }
    common
}

fn tags_of(evaluator: &Evaluator<'_>, instance: &BlockInstance<'_>) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    let defaults = evaluator.provider_of(instance).and_then(|provider| provider.default_tags);
    if let Some(defaults) = defaults {
        collect(&defaults.value, &mut tags);
    }
    for argument in TAGS {
        for found in evaluator.argument(instance, &[argument]).found {
            collect(&found.value.value, &mut tags);
        }
    }
    tags
}

/// The entries whose text is known.
fn collect(value: &Value, tags: &mut BTreeMap<String, String>) {
    let Some(object) = value.as_object() else { return };
    for (key, entry) in &object.entries {
        if let Some(text) = entry.value.value.as_str() {
            tags.insert(key.to_string(), text.to_owned());
        } else {
            // Set here to something unknown: what the provider says of it does not count.
            tags.remove(&**key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Address, Confidence, Span};

    fn target(module_dir: &str, root_dir: &str, address: &str) -> Target {
        Target {
            path: format!("{module_dir}/main.tf"),
            span: Span { start: 0, end: 0 },
            module_dir: module_dir.into(),
            root_dir: Some(root_dir.into()),
            address: address.parse::<Address>().unwrap(),
            evidence: Vec::new(),
            confidence: Confidence::Certain,
        }
    }

    const PROVIDER: &str = "provider \"aws\" {\n  default_tags {\n    tags = {\n      Environment = \"production\"\n      Team        = var.team\n    }\n  }\n}\nvariable \"team\" {\n  default = \"platform\"\n}\n";

    #[test]
    fn the_provider_and_the_block_give_tags_and_the_block_wins() {
        let bucket = "resource \"aws_s3_bucket\" \"exports\" {\n  tags = merge({ Team = \"data\" }, { DataClassification = \"pii\" })\n}\n";
        let workspace: Workspace = [("envs/a/main.tf", &*format!("{PROVIDER}{bucket}"))].into_iter().collect();
        let facts = code_facts(&workspace, &target("envs/a", "envs/a", "aws_s3_bucket.exports"));
        let tags: Vec<(&str, &str)> = facts.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(tags, [("DataClassification", "pii"), ("Environment", "production"), ("Team", "data")]);
    }

    #[test]
    fn a_module_gets_its_callers_provider_and_its_names() {
        let root = format!("{PROVIDER}module \"patients\" {{\n  source = \"../modules/bucket\"\n}}\n");
        let workspace: Workspace =
            [("live/main.tf", &*root), ("modules/bucket/main.tf", "resource \"aws_s3_bucket\" \"this\" {\n}\n")].into_iter().collect();
        let facts = code_facts(&workspace, &target("modules/bucket", "live", "module.patients.aws_s3_bucket.this"));
        assert_eq!(facts.names, ["this", "patients"]);
        assert_eq!(facts.tags.get("Environment").map(String::as_str), Some("production"));
    }

    #[test]
    fn what_differs_between_environments_or_is_unknown_is_left_out() {
        let main = "variable \"env\" {}\nresource \"aws_sqs_queue\" \"q\" {\n  tags = {\n    Environment = var.env\n    Owner       = \"data\"\n    Key         = aws_kms_key.k.arn\n  }\n}\n";
        let workspace: Workspace =
            [("main.tf", main), ("prod.tfvars", "env = \"prod\"\n"), ("dev.tfvars", "env = \"dev\"\n")].into_iter().collect();
        let facts = code_facts(&workspace, &target("", "", "aws_sqs_queue.q"));
        assert_eq!(facts.tags.keys().map(String::as_str).collect::<Vec<_>>(), ["Owner"]);
    }
}
