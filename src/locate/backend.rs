//! Which directory a state belongs to: the code's own `backend` block says where its state is kept.

use std::collections::BTreeMap;

use super::facts::BackendFact;
use super::index::RepositoryIndex;
use super::state::State;

/// Where a backend keeps its state, as a URL-like text; `None` when an argument that is needed is not literal.
///
/// `workspace` is `None` for the default one.
#[must_use]
pub fn state_location(backend: &BackendFact, workspace: Option<&str>) -> Option<String> {
    let argument = |name: &str| backend.arguments.iter().find(|(known, _)| known.as_ref() == name).map(|(_, value)| value.as_ref());
    let workspace = workspace.filter(|name| *name != "default");
    Some(match backend.kind.as_ref() {
        "s3" => {
            let key = argument("key")?;
            let prefix = argument("workspace_key_prefix").unwrap_or("env:");
            match workspace {
                Some(workspace) => format!("s3://{}/{prefix}/{workspace}/{key}", argument("bucket")?),
                None => format!("s3://{}/{key}", argument("bucket")?),
            }
        }
        "gcs" => {
            let prefix = argument("prefix").map(|prefix| format!("{}/", prefix.trim_matches('/'))).unwrap_or_default();
            format!("gs://{}/{prefix}{}.tfstate", argument("bucket")?, workspace.unwrap_or("default"))
        }
        "azurerm" => {
            let suffix = workspace.map(|workspace| format!("env:{workspace}")).unwrap_or_default();
            format!(
                "https://{}.blob.core.windows.net/{}/{}{suffix}",
                argument("storage_account_name")?,
                argument("container_name")?,
                argument("key")?
            )
        }
        "http" => argument("address")?.to_owned(),
        "local" => argument("path").unwrap_or("terraform.tfstate").to_owned(),
        "remote" | "cloud" => {
            let host = argument("hostname").unwrap_or("app.terraform.io");
            let name = match (argument("workspaces.name"), argument("workspaces.prefix"), workspace) {
                (Some(name), _, _) => name.to_owned(),
                (None, Some(prefix), Some(workspace)) => format!("{prefix}{workspace}"),
                (None, None, Some(workspace)) => workspace.to_owned(),
                _ => return None,
            };
            format!("https://{host}/{}/{name}", argument("organization")?)
        }
        _ => return None,
    })
}

/// A state that the code's own `backend` block names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatePlace {
    /// Kind of backend (`s3`, `gcs`, …).
    pub kind: String,
    /// Where it is, as [`state_location`] writes it.
    pub location: String,
    /// Region, for backends that have one.
    pub region: Option<String>,
    /// Directory of the root module; `None` when several name the same state.
    pub root_dir: Option<String>,
    /// Workspace; `None` for the default one.
    pub workspace: Option<String>,
}

/// Most workspaces of one root module whose state is looked for.
const MOST_WORKSPACES: usize = 16;

impl RepositoryIndex {
    /// The states of the root modules, by their backends: the default workspace's, and one for each variable file, because
    /// workspaces are named after these by custom. Not each must exist.
    #[must_use]
    pub fn state_places(&self) -> Vec<StatePlace> {
        let mut places: BTreeMap<String, StatePlace> = BTreeMap::new();
        for (root, backend) in self.names().backends() {
            let region = backend.arguments.iter().find(|(name, _)| name.as_ref() == "region").map(|(_, region)| region.to_string());
            let selections = super::variable_files::selections(self, root);
            let workspaces = selections.iter().map(|selection| selection.name.as_str()).filter(|name| !name.is_empty());
            for workspace in std::iter::once(None).chain(workspaces.take(MOST_WORKSPACES).map(Some)) {
                let Some(location) = state_location(backend, workspace) else { continue };
                if let Some(other) = places.get_mut(&location) {
                    if other.root_dir.as_deref() != Some(root) {
                        other.root_dir = None;
                    }
                    continue;
                }
                let (kind, region) = (backend.kind.to_string(), region.clone());
                let (root_dir, workspace) = (Some(root.to_owned()), workspace.map(str::to_owned));
                places.insert(location.clone(), StatePlace { kind, location, region, root_dir, workspace });
            }
        }
        places.into_values().collect()
    }
}

/// The root module whose backend is where the state came from; `None` when none or more than one is.
pub(super) fn root_of_state(index: &RepositoryIndex, state: &State) -> Option<String> {
    let source = state.source.trim();
    let mut roots: Vec<&str> = Vec::new();
    for (directory, backend) in index.names().backends() {
        let workspaces = [state.workspace.as_deref(), workspace_in(backend, source)];
        let mut named = workspaces.into_iter().chain([None]).filter_map(|workspace| state_location(backend, workspace));
        let here =
            named.any(|location| location == source || (backend.kind.as_ref() == "local" && local_state(directory, &location, source)));
        if here {
            roots.push(directory);
        }
    }
    // A state file that lies in the directory of its code.
    if roots.is_empty()
        && let Some((directory, _)) = source.rsplit_once('/').or(Some(("", source)))
        && source.ends_with(".tfstate")
        && index.is_root(directory)
    {
        roots.push(directory);
    }
    match roots.as_slice() {
        [only] => Some((*only).to_owned()),
        _ => None,
    }
}

fn local_state(directory: &str, location: &str, source: &str) -> bool {
    let path = if directory.is_empty() { location.to_owned() } else { format!("{directory}/{}", location.trim_start_matches("./")) };
    source == path
}

/// The workspace that a state's location has in it, seen from a backend.
fn workspace_in<'s>(backend: &BackendFact, source: &'s str) -> Option<&'s str> {
    match backend.kind.as_ref() {
        "s3" => source.split("env:/").nth(1)?.split('/').next(),
        "gcs" => source.rsplit('/').next()?.strip_suffix(".tfstate"),
        "azurerm" => source.rsplit("env:").next().filter(|name| !name.contains('/')),
        "remote" | "cloud" => {
            let name = source.rsplit('/').next()?;
            let prefix = backend.arguments.iter().find(|(known, _)| known.as_ref() == "workspaces.prefix");
            prefix.map_or(Some(name), |(_, prefix)| name.strip_prefix(prefix.as_ref()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backend(kind: &str, arguments: &[(&str, &str)]) -> BackendFact {
        BackendFact { kind: kind.into(), arguments: arguments.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect() }
    }

    #[test]
    fn locations_follow_the_backend_and_the_workspace() {
        let s3 = backend("s3", &[("bucket", "b"), ("key", "net/t.tfstate")]);
        assert_eq!(state_location(&s3, None).unwrap(), "s3://b/net/t.tfstate");
        assert_eq!(state_location(&s3, Some("prod")).unwrap(), "s3://b/env:/prod/net/t.tfstate");
        let gcs = backend("gcs", &[("bucket", "b"), ("prefix", "net")]);
        assert_eq!(state_location(&gcs, None).unwrap(), "gs://b/net/default.tfstate");
        let cloud = backend("cloud", &[("organization", "acme"), ("workspaces.name", "net-prod")]);
        assert_eq!(state_location(&cloud, None).unwrap(), "https://app.terraform.io/acme/net-prod");
        assert_eq!(state_location(&backend("s3", &[("bucket", "b")]), None), None);
    }

    #[test]
    fn a_state_belongs_to_the_directory_that_keeps_it_there() {
        let text = |key: &str| format!("terraform {{\n  backend \"s3\" {{\n    bucket = \"b\"\n    key    = \"{key}\"\n  }}\n}}\n");
        let workspace: crate::model::Workspace = [("net/main.tf", text("net")), ("app/main.tf", text("app"))].into_iter().collect();
        let index = RepositoryIndex::of_workspace(&workspace);
        let state = |source: &str| State {
            source: source.into(),
            repository: None,
            root_dir: None,
            workspace: None,
            lineage: None,
            resources: Vec::new(),
        };
        assert_eq!(root_of_state(&index, &state("s3://b/app")).as_deref(), Some("app"));
        assert_eq!(root_of_state(&index, &state("s3://b/env:/prod/net")).as_deref(), Some("net"));
        assert_eq!(root_of_state(&index, &state("s3://b/other")), None);
        assert_eq!(root_of_state(&index, &state("net/terraform.tfstate")).as_deref(), Some("net"));
    }
}
