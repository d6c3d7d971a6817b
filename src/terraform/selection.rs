//! Which variable files and workspace a root module is read with.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::configuration::Given;
use super::origin::Role;
use super::source::Sources;

/// One way in which a root module is applied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Selection {
    /// What people call it (`prod`); `""` for the module as it stands.
    pub name: String,
    /// Files given with `-var-file`, in order; later ones win. Paths in the workspace.
    pub var_files: Vec<String>,
    /// The workspace, if it is known.
    pub workspace: Option<String>,
    /// The Terragrunt file whose `inputs` are passed, if the module is applied through one.
    pub terragrunt: Option<String>,
}

impl Selection {
    /// The module as it stands: `terraform.tfvars` and `*.auto.tfvars` only.
    #[must_use]
    pub fn plain() -> Self {
        Self::default()
    }
}

/// The values given to root variables, in Terraform's order of precedence.
pub(super) fn given(sources: &Sources<'_>, root_dir: &str, selection: &Selection) -> BTreeMap<Arc<str>, Given> {
    let mut given = BTreeMap::new();
    let automatic = automatic_files(sources, root_dir);
    for path in automatic.iter().chain(&selection.var_files) {
        let Some(file) = sources.file(path) else { continue };
        for attribute in &file.body.attributes {
            let role = Role::VariableFile { name: attribute.name.clone() };
            given.insert(attribute.name.clone(), Given { attribute: attribute.clone(), role });
        }
    }
    given
}

/// The variable files that Terraform reads by itself, in order.
fn automatic_files(sources: &Sources<'_>, root_dir: &str) -> Vec<String> {
    let mut first = Vec::new();
    let mut automatic = Vec::new();
    for (path, _) in sources.workspace().in_directory(root_dir) {
        let name = path.rsplit('/').next().unwrap_or(path);
        if matches!(name, "terraform.tfvars" | "terraform.tfvars.json") {
            first.push(path.to_owned());
        } else if name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json") {
            automatic.push(path.to_owned());
        }
    }
    first.append(&mut automatic);
    first
}
