//! One line of a CODEOWNERS file.

use std::fmt;

use globset::Glob;
use serde::{Deserialize, Serialize};

use super::pattern;

/// Somebody who can own a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// `@login`.
    User(String),
    /// `@organisation/team`.
    Team {
        /// Organisation.
        organisation: String,
        /// Slug of the team.
        team: String,
    },
    /// The address of an account. Which account it is only GitHub knows, so nobody can be asked by it.
    Email(String),
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(login) => write!(f, "@{login}"),
            Self::Team { organisation, team } => write!(f, "@{organisation}/{team}"),
            Self::Email(address) => f.write_str(address),
        }
    }
}

/// A line that GitHub skips.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// The line, at most 200 characters of it.
    pub text: String,
    /// What is wrong with it.
    pub message: String,
}

/// A line that counts.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) line: usize,
    pub(super) pattern: String,
    pub(super) globs: Vec<Glob>,
    pub(super) owners: Vec<Owner>,
}

/// Reads a line: a rule, nothing (blank or comment), or a problem.
pub(super) fn parse(line: &str, number: usize) -> Result<Option<Rule>, Problem> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let problem = |message: String| Problem { line: number, text: line.chars().take(200).collect(), message };
    let (pattern, rest) = split_pattern(line);
    let globs = pattern::globs(pattern).map_err(problem)?;
    let rest = rest.split('#').next().unwrap_or_default();
    let owners = rest
        .split_whitespace()
        .map(|text| owner(text).ok_or_else(|| problem(format!("`{text}` is no owner: use @user, @organisation/team or an email address"))));
    Ok(Some(Rule { line: number, pattern: pattern.to_owned(), globs, owners: owners.collect::<Result<_, _>>()? }))
}

/// The pattern ends at the first white space without a backslash before it.
fn split_pattern(line: &str) -> (&str, &str) {
    let mut escaped = false;
    for (at, character) in line.char_indices() {
        if character.is_whitespace() && !escaped {
            return line.split_at(at);
        }
        escaped = character == '\\' && !escaped;
    }
    (line, "")
}

fn owner(text: &str) -> Option<Owner> {
    let name = |text: &str| {
        (!text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))).then(|| text.to_owned())
    };
    if let Some(handle) = text.strip_prefix('@') {
        return match handle.split_once('/') {
            Some((organisation, team)) => Some(Owner::Team { organisation: name(organisation)?, team: name(team)? }),
            None => name(handle).map(Owner::User),
        };
    }
    let (local, host) = text.split_once('@')?;
    let plain = !local.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.') && !host.contains('@');
    plain.then(|| Owner::Email(text.to_owned()))
}
