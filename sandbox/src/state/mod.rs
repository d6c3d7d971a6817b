//! Everything the stand-in remembers: accounts, repositories, apps, deliveries, requests.

mod account;
mod apps;
mod deliveries;
mod repository;
mod thread;

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc::UnboundedSender;

pub use account::{Account, AccountKind, Level, Team};
pub use apps::{App, AppKey, Installation, Manifest, Token};
pub use deliveries::{Delivery, DeliveryResult};
pub use repository::{Alert, CheckRun, Label, Repository, Status};
pub use thread::{Comment, Issue, Pull, Reaction, Review, ReviewComment};

use crate::error::{ApiError, Outcome};

/// The whole state behind one lock.
#[derive(Debug)]
pub struct World {
    /// Base URL of the server, without a slash at the end.
    pub url: String,
    /// Folder that holds the bare repositories.
    pub root: PathBuf,
    /// Users, organisations and bots by lower-case login.
    pub accounts: BTreeMap<String, Account>,
    /// Repositories by id.
    pub repositories: BTreeMap<u64, Repository>,
    /// Former lower-case full names and the repository they lead to.
    pub former_names: BTreeMap<String, u64>,
    /// Registered apps by id.
    pub apps: BTreeMap<u64, App>,
    /// Installations by id.
    pub installations: BTreeMap<u64, Installation>,
    /// Issued installation tokens.
    pub tokens: BTreeMap<String, Token>,
    /// App manifests waiting for their code to be exchanged.
    pub manifests: BTreeMap<String, Manifest>,
    /// Every webhook delivery, oldest first.
    pub deliveries: Vec<Delivery>,
    /// Wakes the delivery worker.
    pub outbox: UnboundedSender<u64>,
    /// The hourly limit of an installation.
    pub hourly_limit: u32,
    next_id: u64,
}

impl World {
    /// An empty world.
    pub fn new(url: String, root: PathBuf, outbox: UnboundedSender<u64>) -> Self {
        Self {
            url,
            root,
            accounts: BTreeMap::new(),
            repositories: BTreeMap::new(),
            former_names: BTreeMap::new(),
            apps: BTreeMap::new(),
            installations: BTreeMap::new(),
            tokens: BTreeMap::new(),
            manifests: BTreeMap::new(),
            deliveries: Vec::new(),
            outbox,
            hourly_limit: 5000,
            next_id: 1000,
        }
    }

    /// A number never used before, for every kind of object.
    pub fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// The time stamp that state changes carry.
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    /// An account by login, whatever its case.
    pub fn account(&self, login: &str) -> Outcome<&Account> {
        self.accounts.get(&login.to_lowercase()).ok_or_else(ApiError::not_found)
    }

    /// Adds an account, or gives back the one that has this login.
    pub fn add_account(&mut self, login: &str, kind: AccountKind) -> u64 {
        if let Ok(account) = self.account(login) {
            return account.id;
        }
        let id = self.fresh_id();
        self.accounts.insert(login.to_lowercase(), Account::new(id, login, kind));
        id
    }

    /// A repository by its present full name.
    pub fn find_repository(&self, owner: &str, name: &str) -> Option<&Repository> {
        self.repositories.values().find(|repository| repository.is_named(owner, name))
    }

    /// A repository by id.
    pub fn repository(&self, id: u64) -> Outcome<&Repository> {
        self.repositories.get(&id).ok_or_else(ApiError::not_found)
    }

    /// A repository by id, to change it.
    pub fn repository_mut(&mut self, id: u64) -> Outcome<&mut Repository> {
        self.repositories.get_mut(&id).ok_or_else(ApiError::not_found)
    }

    /// An issue or pull request, to change it.
    pub fn thread_mut(&mut self, repository: u64, number: u64) -> Outcome<&mut Issue> {
        self.repository_mut(repository)?.issues.get_mut(&number).ok_or_else(ApiError::not_found)
    }

    /// An issue or pull request.
    pub fn thread(&self, repository: u64, number: u64) -> Outcome<&Issue> {
        self.repository(repository)?.issues.get(&number).ok_or_else(ApiError::not_found)
    }

    /// The permission a user has on a repository: the best of membership, teams and invitations.
    pub fn level(&self, repository: &Repository, login: &str) -> Level {
        let login = login.to_lowercase();
        if repository.owner.to_lowercase() == login {
            return Level::Admin;
        }
        let mut level = repository.collaborators.get(&login).copied().unwrap_or(Level::None);
        if let Some(owner) = self.accounts.get(&repository.owner.to_lowercase()) {
            if let Some(admin) = owner.members.get(&login) {
                level = level.max(if *admin { Level::Admin } else { owner.base_permission });
            }
            for team in owner.teams.values().filter(|team| team.members.contains(&login)) {
                level = level.max(team.repositories.get(&repository.id).copied().unwrap_or(Level::None));
            }
        }
        if level == Level::None && !repository.private { Level::Read } else { level }
    }
}
