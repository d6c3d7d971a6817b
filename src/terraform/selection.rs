//! Which variable files and workspace a root module is read with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::configuration::{Configuration, Given};
use super::directory;
use super::source::Sources;
use super::syntax::SourceFile;
use super::terragrunt;

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

/// Most selections of one root module.
const MOST_SELECTIONS: usize = 64;

/// Folders that hold variable files of several environments.
const FOLDERS: [&str; 24] = [
    "env",
    "envs",
    "environment",
    "environments",
    "vars",
    "var",
    "tfvars",
    "variables",
    "config",
    "configs",
    "conf",
    "settings",
    "params",
    "parameters",
    "values",
    "workspaces",
    "workspace",
    "accounts",
    "account",
    "stages",
    "stage",
    "regions",
    "inventory",
    "inventories",
];

/// Variable files that belong to every environment.
const SHARED: [&str; 8] = ["common", "shared", "global", "globals", "default", "defaults", "base", "all"];

impl Selection {
    /// The module as it stands: `terraform.tfvars` and `*.auto.tfvars` only.
    #[must_use]
    pub fn plain() -> Self {
        Self::default()
    }

    /// The ways in which the root module in `root_dir` seems to be applied: one for each environment that has variable files of its own
    /// (`prod.tfvars`, `envs/prod.tfvars`, `envs/prod/*.tfvars`, `config/prod.tfvars`), one for each workspace that the code tells
    /// apart; and the module as it stands, unless it needs values that only those give.
    #[must_use]
    pub fn all(sources: &Sources<'_>, root_dir: &str) -> Vec<Self> {
        let plain = Configuration::load_from(sources, root_dir, &Self::plain());
        let workspaces = super::workspaces::used(&plain);
        let mut selections: Vec<Self> = environments(sources, root_dir, &plain)
            .into_iter()
            .map(|(name, var_files)| Self { workspace: workspaces.get(&name).cloned(), name, var_files, terragrunt: None })
            .collect();
        if selections.is_empty() {
            selections.extend(workspaces.into_iter().map(|name| Self { workspace: Some(name.clone()), name, ..Self::default() }));
        }
        if selections.is_empty() || is_complete(&plain) {
            selections.insert(0, Self::plain());
        }
        selections.truncate(MOST_SELECTIONS);
        selections
    }
}

/// Whether every variable of the root has a value as it stands.
fn is_complete(plain: &Configuration<'_>) -> bool {
    let variables = &plain.root().module.variables;
    variables.iter().all(|(name, block)| block.attribute("default").is_some() || plain.given().contains_key(name))
}

/// The variable files of each environment, shared ones first.
fn environments(sources: &Sources<'_>, root_dir: &str, plain: &Configuration<'_>) -> BTreeMap<String, Vec<String>> {
    let variables: BTreeSet<&str> = plain.root().module.variables.keys().map(AsRef::as_ref).collect();
    let mut shared = Vec::new();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, name, inside) in candidates(sources, root_dir) {
        let Some(file) = sources.file(&path) else { continue };
        if !fits(&file, &variables, inside) {
            continue;
        }
        if SHARED.contains(&name.as_str()) {
            shared.push(path);
        } else {
            found.entry(name).or_default().push(path);
        }
    }
    for files in found.values_mut() {
        files.splice(0..0, shared.iter().cloned());
    }
    found
}

/// Whether a variable file is meant for a module with these variables. Outside of its directory most entries must fit.
fn fits(file: &SourceFile, variables: &BTreeSet<&str>, inside: bool) -> bool {
    let known = file.body.attributes.iter().filter(|attribute| variables.contains(&*attribute.name)).count();
    known > 0 && (inside || known * 2 >= file.body.attributes.len())
}

/// Variable files that are not read by themselves: path, environment, and whether they lie in the root module's directory.
fn candidates(sources: &Sources<'_>, root_dir: &str) -> Vec<(String, String, bool)> {
    let mut found = Vec::new();
    let mut search = |base: &str, inside: bool| {
        for (path, _) in sources.workspace().below(base) {
            let rest = path.get(base.len()..).unwrap_or_default().trim_start_matches('/');
            if let Some(environment) = environment_of(rest, inside) {
                found.push((path.to_owned(), environment, inside));
            }
        }
    };
    search(root_dir, true);
    let parent = directory::directory_of(root_dir);
    for above in [Some(parent).filter(|_| !root_dir.is_empty()), Some("").filter(|_| !parent.is_empty())].into_iter().flatten() {
        for folder in FOLDERS {
            let folder = if above.is_empty() { folder.to_owned() } else { format!("{above}/{folder}") };
            // An environment folder that holds root modules of its own serves them, not others.
            if folder != root_dir && !root_dir.starts_with(&format!("{folder}/")) {
                search(&folder, false);
            }
        }
    }
    found
}

/// The environment that the variable file at `path` (relative to the module or to a folder of environments) belongs to.
fn environment_of(path: &str, in_module: bool) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    let (file, folders) = parts.split_last()?;
    let stem = file.strip_suffix(".tfvars").or_else(|| file.strip_suffix(".tfvars.json"))?;
    let automatic = stem == "terraform" || stem.ends_with(".auto");
    match folders {
        [] if in_module && automatic => None,
        [] => Some(stem.to_owned()),
        [folder] if in_module && FOLDERS.contains(folder) => Some(stem.to_owned()),
        [folder, environment] if in_module && FOLDERS.contains(folder) => Some((*environment).to_owned()),
        // A folder named for the environment, beside the code: `prod/terraform.tfvars`.
        [environment] => Some((*environment).to_owned()),
        _ => None,
    }
}

/// The values given to root variables, in Terraform's order of precedence: Terragrunt's inputs (they are environment variables),
/// files read by themselves, files named on the command line.
pub(super) fn given(sources: &Sources<'_>, root_dir: &str, selection: &Selection) -> BTreeMap<Arc<str>, Given> {
    let mut given = BTreeMap::new();
    if let Some(unit) = selection.terragrunt.as_deref().and_then(|path| terragrunt::read(sources.workspace(), path)) {
        given.extend(unit.inputs.into_iter().map(|(name, value)| (name, Given::Passed(value))));
    }
    let automatic = automatic_files(sources, root_dir);
    for path in automatic.iter().chain(&selection.var_files) {
        let Some(file) = sources.file(path) else { continue };
        given.extend(file.body.attributes.iter().map(|attribute| (attribute.name.clone(), Given::Written(attribute.clone()))));
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
