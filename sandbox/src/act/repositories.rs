//! Creating, renaming, archiving, deleting repositories; teams and members.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::bare::Bare;
use crate::error::{ApiError, Outcome};
use crate::state::{AccountKind, Label, Level, Repository, Team, World};

/// Labels of a new repository on GitHub: name, colour, description.
const DEFAULT_LABELS: &[(&str, &str, &str)] = &[
    ("bug", "d73a4a", "Something isn't working"),
    ("documentation", "0075ca", "Improvements or additions to documentation"),
    ("duplicate", "cfd3d7", "This issue or pull request already exists"),
    ("enhancement", "a2eeef", "New feature or request"),
    ("help wanted", "008672", "Extra attention is needed"),
    ("invalid", "e4e669", "This doesn't seem right"),
    ("question", "d876e3", "Further information is requested"),
    ("wontfix", "ffffff", "This will not be worked on"),
];

impl World {
    /// Creates an empty private repository.
    pub fn create_repository(&mut self, owner: &str, name: &str, default_branch: &str) -> Outcome<u64> {
        if self.find_repository(owner, name).is_some() {
            return Err(ApiError::custom("Repository", "name already exists on this account"));
        }
        let owner = self.account(owner)?.login.clone();
        let id = self.fresh_id();
        let git = Bare::create(&self.root.join(format!("{id}.git")), default_branch)?;
        let now = self.now();
        let mut repository = Repository {
            id,
            owner: owner.clone(),
            name: name.into(),
            description: String::new(),
            private: true,
            archived: false,
            default_branch: default_branch.into(),
            git,
            references: BTreeMap::new(),
            signed: BTreeSet::new(),
            issues: BTreeMap::new(),
            labels: Vec::new(),
            checks: Vec::new(),
            statuses: Vec::new(),
            alerts: BTreeMap::new(),
            collaborators: BTreeMap::new(),
            required_approvals: 0,
            created_at: now,
            pushed_at: now,
        };
        for (name, color, description) in DEFAULT_LABELS {
            let id = self.fresh_id();
            repository.labels.push(Label { id, name: (*name).into(), color: (*color).into(), description: (*description).into() });
        }
        self.former_names.remove(&repository.full_name().to_lowercase());
        self.repositories.insert(id, repository);
        self.emit("repository", id, &owner, json!({ "action": "created" }));
        Ok(id)
    }

    /// Renames a repository; the old name leads to it from then on.
    pub fn rename_repository(&mut self, repository: u64, actor: &str, name: &str) -> Outcome<()> {
        let found = self.repository_mut(repository)?;
        let former = found.full_name().to_lowercase();
        let before = std::mem::replace(&mut found.name, name.into());
        self.former_names.insert(former, repository);
        let changes = json!({ "repository": { "name": { "from": before } } });
        self.emit("repository", repository, actor, json!({ "action": "renamed", "changes": changes }));
        Ok(())
    }

    /// Makes a repository read only, or writable again.
    pub fn archive_repository(&mut self, repository: u64, actor: &str, archived: bool) -> Outcome<()> {
        self.repository_mut(repository)?.archived = archived;
        let action = if archived { "archived" } else { "unarchived" };
        self.emit("repository", repository, actor, json!({ "action": action }));
        Ok(())
    }

    /// Deletes a repository. The event still describes it.
    pub fn delete_repository(&mut self, repository: u64, actor: &str) -> Outcome<()> {
        self.emit("repository", repository, actor, json!({ "action": "deleted" }));
        self.former_names.retain(|_, id| *id != repository);
        for installation in self.installations.values_mut() {
            if let Some(chosen) = &mut installation.repositories {
                chosen.remove(&repository);
            }
        }
        let removed = self.repositories.remove(&repository).ok_or_else(ApiError::not_found)?;
        std::fs::remove_dir_all(&removed.git.dir).map_err(|error| ApiError::new(500, error.to_string()))
    }

    /// Chooses another default branch.
    pub fn set_default_branch(&mut self, repository: u64, actor: &str, branch: &str) -> Outcome<()> {
        let found = self.repository_mut(repository)?;
        let before = std::mem::replace(&mut found.default_branch, branch.into());
        found.git.text(&["symbolic-ref", "HEAD", &format!("refs/heads/{branch}")])?;
        let changes = json!({ "default_branch": { "from": before } });
        self.emit("repository", repository, actor, json!({ "action": "edited", "changes": changes }));
        Ok(())
    }

    /// Adds a user to an organisation; owners administer everything.
    pub fn add_member(&mut self, organization: &str, login: &str, owner: bool) -> Outcome<()> {
        self.add_account(login, AccountKind::User);
        let account = self.accounts.get_mut(&organization.to_lowercase()).ok_or_else(ApiError::not_found)?;
        account.members.insert(login.to_lowercase(), owner);
        Ok(())
    }

    /// Creates a team or replaces its members. The members become members of the organisation.
    pub fn add_team(&mut self, organization: &str, slug: &str, members: &[&str]) -> Outcome<u64> {
        for member in members {
            if !self.account(organization)?.members.contains_key(&member.to_lowercase()) {
                self.add_member(organization, member, false)?;
            }
        }
        let id = self.fresh_id();
        let account = self.accounts.get_mut(&organization.to_lowercase()).ok_or_else(ApiError::not_found)?;
        let name = slug.split('-').map(capitalised).collect::<Vec<_>>().join(" ");
        let team = account.teams.entry(slug.into()).or_insert_with(|| Team {
            id,
            slug: slug.into(),
            name,
            members: BTreeSet::new(),
            repositories: BTreeMap::new(),
            visible: true,
        });
        team.members = members.iter().map(|login| login.to_lowercase()).collect();
        Ok(team.id)
    }

    /// Gives a team access to a repository.
    pub fn grant_team(&mut self, organization: &str, slug: &str, repository: u64, level: Level) -> Outcome<()> {
        let account = self.accounts.get_mut(&organization.to_lowercase()).ok_or_else(ApiError::not_found)?;
        let team = account.teams.get_mut(slug).ok_or_else(ApiError::not_found)?;
        team.repositories.insert(repository, level);
        Ok(())
    }

    /// Adds a label unless it exists.
    pub fn ensure_label(&mut self, repository: u64, name: &str, color: &str, description: &str) -> Outcome<Label> {
        let id = self.fresh_id();
        let found = self.repository_mut(repository)?;
        if let Some(label) = found.labels.iter().find(|label| label.name.eq_ignore_ascii_case(name)) {
            return Ok(label.clone());
        }
        let label = Label { id, name: name.into(), color: color.into(), description: description.into() };
        found.labels.push(label.clone());
        Ok(label)
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}
