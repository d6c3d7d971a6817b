//! A whole organisation from a folder: `organisation.json` and one folder of files a repository.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::handle::Sandbox;
use crate::state::Level;

/// What `organisation.json` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Organisation {
    login: String,
    owners: Vec<String>,
    members: Vec<String>,
    teams: BTreeMap<String, Vec<String>>,
    repositories: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    description: String,
    author: String,
    access: BTreeMap<String, String>,
    issues: Vec<Issue>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Issue {
    author: String,
    title: String,
    body: String,
    labels: Vec<String>,
}

impl Sandbox {
    /// Fills the sandbox from a folder and gives the organisation's login.
    ///
    /// # Errors
    /// The folder lacks `organisation.json` or a repository's files, or the description is not understood.
    pub fn load_organisation(&self, folder: &Path) -> Result<String> {
        let path = folder.join("organisation.json");
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let described: Organisation = serde_json::from_str(&text).with_context(|| format!("{} is not understood", path.display()))?;
        let organization = self.organization(&described.login)?;
        for (logins, owner) in [(&described.owners, true), (&described.members, false)] {
            for login in logins {
                organization.member(login, owner)?;
            }
        }
        for (slug, members) in &described.teams {
            let members: Vec<&str> = members.iter().map(String::as_str).collect();
            organization.team(slug, &members)?;
        }
        for entry in &described.repositories {
            let repository = organization.repository(&entry.name)?;
            repository.describe(&entry.description)?;
            for (team, level) in &entry.access {
                repository.grant_team(team, if level == "write" { Level::Write } else { Level::Read })?;
            }
            let files = folder.join(&entry.name);
            repository.commit_folder(&entry.author, "main", "Import", &files)?;
            for issue in &entry.issues {
                let opened = repository.open_issue(&issue.author, &issue.title, &issue.body)?;
                for label in &issue.labels {
                    opened.label(&issue.author, label)?;
                }
            }
        }
        Ok(described.login)
    }
}
