//! Who is asked for a review: owners of the changed files in CODEOWNERS, the remediation's owner, and the policy's reviewers.

use std::collections::BTreeSet;

use super::{Line, StepError, policy};
use crate::github::Reviewers;
use crate::model::Remediation;
use crate::owners::{CodeOwners, Owner};

/// Whom to ask, and what stands in the way.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) reviewers: Reviewers,
    /// Owners that nobody can be asked by, with the reason.
    pub(super) cannot: Vec<(String, String)>,
    /// A problem of the CODEOWNERS file.
    pub(super) problem: Option<String>,
}

/// Reads CODEOWNERS at the head of the default branch, as GitHub does, and the files from the pull request itself.
pub(super) async fn wanted(line: &Line, remediation: &Remediation) -> Result<Option<Wanted>, StepError> {
    let (Some(repository), Some(pull)) = (&remediation.repository, &remediation.pull_request) else { return Ok(None) };
    let Some(tree) = line.tree(repository).await? else { return Ok(None) };
    let policy = policy::in_force(line, &tree).await?;
    let mut wanted = Wanted::default();
    let mut owners: BTreeSet<Owner> = BTreeSet::new();
    if let Some(code_owners) = CodeOwners::of(&tree.workspace) {
        let files = line.client(repository).pull_files(repository, pull.number).await?;
        owners = code_owners.owners_of_all(files.iter().map(|file| file.filename.as_str()));
        wanted.problem = code_owners.problems().first().map(|problem| {
            let more = code_owners.problems().len() - 1;
            let more = if more == 0 { String::new() } else { format!(" ({more} more lines have mistakes)") };
            format!("line {} of `{}` is skipped by GitHub: {}{more}", problem.line, code_owners.path(), problem.message)
        });
    }
    let configured = policy.reviewers.iter().chain(&remediation.owner).filter_map(|name| owner(name, &repository.owner));
    owners.extend(configured);
    for owner in owners {
        sort_in(owner, &repository.owner, &mut wanted);
    }
    Ok(Some(wanted))
}

fn sort_in(owner: Owner, organisation: &str, wanted: &mut Wanted) {
    match owner {
        Owner::User(login) => {
            wanted.reviewers.users.insert(login);
        }
        Owner::Team { organisation: its, team } if its.eq_ignore_ascii_case(organisation) => {
            wanted.reviewers.teams.insert(team);
        }
        Owner::Team { organisation: its, team } => {
            wanted.cannot.push((format!("@{its}/{team}"), "is a team of another organisation".into()));
        }
        Owner::Email(address) => wanted.cannot.push((address, "is an address; only GitHub knows whose".into())),
    }
}

/// `@org/team`, `org/team`, `@user` or `user`.
fn owner(name: &str, organisation: &str) -> Option<Owner> {
    let name = name.trim().trim_start_matches('@');
    match name.split_once('/') {
        Some(("", team)) => Some(Owner::Team { organisation: organisation.into(), team: team.into() }),
        Some((its, team)) => Some(Owner::Team { organisation: its.into(), team: team.into() }),
        None => (!name.is_empty()).then(|| Owner::User(name.into())),
    }
}
