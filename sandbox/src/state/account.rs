//! Users, organisations, bots and teams.

use std::collections::{BTreeMap, BTreeSet};

/// What kind of account a login is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKind {
    /// A person.
    User,
    /// An organisation.
    Organization,
    /// The bot account of an app.
    Bot,
}

impl AccountKind {
    /// The word in the `type` field.
    pub fn word(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Organization => "Organization",
            Self::Bot => "Bot",
        }
    }
}

/// How much an account or a team may do with a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing.
    None,
    /// Read.
    Read,
    /// Read, and manage issues and pull requests.
    Triage,
    /// Write.
    Write,
    /// Write and some settings.
    Maintain,
    /// Everything.
    Admin,
}

impl Level {
    /// The word of the API's `role_name`.
    pub fn role(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Triage => "triage",
            Self::Write => "write",
            Self::Maintain => "maintain",
            Self::Admin => "admin",
        }
    }

    /// The older word of the `permission` field, where triage is read and maintain is write.
    pub fn legacy(self) -> &'static str {
        match self {
            Self::Triage => "read",
            Self::Maintain => "write",
            other => other.role(),
        }
    }

    /// The word of team permissions.
    pub fn team_word(self) -> &'static str {
        match self {
            Self::None | Self::Read => "pull",
            Self::Write => "push",
            other => other.role(),
        }
    }
}

/// One login.
#[derive(Debug, Clone)]
pub struct Account {
    /// Numeric id.
    pub id: u64,
    /// The login as written.
    pub login: String,
    /// User, organisation or bot.
    pub kind: AccountKind,
    /// Organisation only: lower-case logins of the members; true for owners.
    pub members: BTreeMap<String, bool>,
    /// Organisation only: teams by slug.
    pub teams: BTreeMap<String, Team>,
    /// Organisation only: what every member may do with every repository.
    pub base_permission: Level,
}

impl Account {
    /// An account with nothing in it.
    pub fn new(id: u64, login: &str, kind: AccountKind) -> Self {
        Self { id, login: login.into(), kind, members: BTreeMap::new(), teams: BTreeMap::new(), base_permission: Level::Read }
    }
}

/// A team of an organisation.
#[derive(Debug, Clone)]
pub struct Team {
    /// Numeric id.
    pub id: u64,
    /// Slug, as in `@org/slug`.
    pub slug: String,
    /// Shown name.
    pub name: String,
    /// Lower-case logins of the members.
    pub members: BTreeSet<String>,
    /// What the team may do, by repository id.
    pub repositories: BTreeMap<u64, Level>,
    /// Visible to the whole organisation; secret teams are not.
    pub visible: bool,
}
