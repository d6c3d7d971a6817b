//! Where Terraform states are, and with what they are read.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Period, Secret};

/// Terraform state: read-only, and only addresses and identities are kept of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StateSettings {
    /// How old what is known of a state may be before it is read again.
    pub refresh: Period,
    /// Kinds of `backend` blocks (`s3`, `gcs`, `azurerm`, `http`, `remote`, `cloud`) whose state is read where the code says it is;
    /// empty: only the states named under `sources` are read.
    pub backends: Vec<String>,
    /// Hosts that `http`, `remote` and `cloud` backends in code may name, beside `app.terraform.io`.
    pub hosts: Vec<String>,
    /// AWS role to assume for reading states in S3, e.g. `arn:aws:iam::123456789012:role/state-read`.
    pub role: Option<String>,
    /// Access token for Google Cloud Storage.
    pub gcs_token: Option<Secret>,
    /// File that holds `gcs_token`.
    pub gcs_token_file: Option<String>,
    /// Access token for Azure blob storage.
    pub azure_token: Option<Secret>,
    /// File that holds `azure_token`.
    pub azure_token_file: Option<String>,
    /// Token of Terraform Cloud or Enterprise, with the right to read state.
    pub terraform_cloud_token: Option<Secret>,
    /// File that holds `terraform_cloud_token`.
    pub terraform_cloud_token_file: Option<String>,
    /// User name for states over HTTP.
    pub http_user: Option<String>,
    /// Password for states over HTTP.
    pub http_password: Option<Secret>,
    /// File that holds `http_password`.
    pub http_password_file: Option<String>,
    /// States that no backend in the code names; each has a name.
    pub sources: BTreeMap<String, StateSource>,
}

impl Default for StateSettings {
    fn default() -> Self {
        Self {
            refresh: Period::seconds(900),
            backends: Vec::new(),
            hosts: Vec::new(),
            role: None,
            gcs_token: None,
            gcs_token_file: None,
            azure_token: None,
            azure_token_file: None,
            terraform_cloud_token: None,
            terraform_cloud_token_file: None,
            http_user: None,
            http_password: None,
            http_password_file: None,
            sources: BTreeMap::new(),
        }
    }
}

impl StateSettings {
    /// Whether any state is to be read at all.
    #[must_use]
    pub fn is_used(&self) -> bool {
        !self.backends.is_empty() || !self.sources.is_empty()
    }

    /// What makes the settings unusable: which key, and why.
    #[must_use]
    pub fn problem(&self) -> Option<(String, String)> {
        const KINDS: [&str; 6] = ["s3", "gcs", "azurerm", "http", "remote", "cloud"];
        if let Some(kind) = self.backends.iter().find(|kind| !KINDS.contains(&kind.as_str())) {
            return Some(("backends".into(), format!("`{kind}` cannot be followed; there are {}", KINDS.join(", "))));
        }
        self.sources.iter().find_map(|(name, source)| Some((format!("sources.{name}"), source.problem()?)))
    }
}

/// One state: a `[state.sources.NAME]` section.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StateSource {
    /// Where it is: `s3://BUCKET/KEY`, `gs://BUCKET/OBJECT`, an https address, `https://HOST/ORGANISATION/WORKSPACE` with
    /// `backend = "cloud"`, or the path of a file on this machine.
    pub location: String,
    /// Kind of backend, where the location does not tell: `azurerm`, `http` (an https address without it), `cloud`.
    pub backend: Option<String>,
    /// Region of an S3 bucket.
    pub region: Option<String>,
    /// Repository (`owner/name`) whose code it belongs to; without it, the `backend` blocks of all repositories are compared.
    pub repository: Option<String>,
    /// Directory of its root module in the repository.
    pub directory: Option<String>,
    /// Its workspace, if not the default one.
    pub workspace: Option<String>,
}

impl StateSource {
    /// The kind of backend, told or by the location.
    #[must_use]
    pub fn backend_kind(&self) -> &str {
        match (&self.backend, self.location.split_once("://")) {
            (Some(kind), _) => kind,
            (None, Some(("s3", _))) => "s3",
            (None, Some(("gs", _))) => "gcs",
            (None, Some(("https" | "http", rest)))
                if rest.split('/').next().is_some_and(|host| host.ends_with(".blob.core.windows.net")) =>
            {
                "azurerm"
            }
            (None, Some(("https" | "http", _))) => "http",
            (None, _) => "local",
        }
    }

    fn problem(&self) -> Option<String> {
        if self.location.is_empty() {
            return Some("needs `location`".into());
        }
        if self.directory.is_some() && self.repository.is_none() {
            return Some("`directory` needs `repository`".into());
        }
        let known = ["s3", "gcs", "azurerm", "http", "remote", "cloud", "local"];
        (!known.contains(&self.backend_kind()))
            .then(|| format!("`{}` is no kind of backend; there are {}", self.backend_kind(), known.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_location_tells_the_kind() {
        let kind = |location: &str| StateSource { location: location.into(), ..StateSource::default() }.backend_kind().to_owned();
        assert_eq!(kind("s3://b/k"), "s3");
        assert_eq!(kind("gs://b/o"), "gcs");
        assert_eq!(kind("https://acme.blob.core.windows.net/c/k"), "azurerm");
        assert_eq!(kind("https://state.acme.example/net"), "http");
        assert_eq!(kind("/var/state/net.tfstate"), "local");
    }

    #[test]
    fn mistakes_are_named() {
        let mut settings = StateSettings { backends: vec!["consul".into()], ..StateSettings::default() };
        assert!(settings.problem().is_some_and(|(key, why)| key == "backends" && why.contains("consul")));
        settings.backends.clear();
        settings
            .sources
            .insert("net".into(), StateSource { directory: Some("net".into()), location: "x".into(), ..StateSource::default() });
        assert!(settings.problem().is_some_and(|(key, why)| key == "sources.net" && why.contains("repository")));
    }
}
