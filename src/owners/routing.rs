//! Who is asked: the first of several witnesses that names an owner, with the chain shown.
//!
//! Order: explicit context of the finding, tags, CODEOWNERS of the file, owner of the account, fallback team.

use std::collections::BTreeMap;

use super::{Decision, Owner};
use crate::config::Policy;
use crate::model::{Route, RoutingStep};

/// Everything that may name an owner.
#[derive(Debug, Clone, Copy, Default)]
pub struct Witnesses<'a> {
    /// `owner_team` of the finding.
    pub stated: Option<&'a str>,
    /// Jira project the finding states.
    pub stated_jira: Option<&'a str>,
    /// Tags of the resource, from the finding, the cloud and the code.
    pub tags: Option<&'a BTreeMap<String, String>>,
    /// The line of CODEOWNERS that decides about the file.
    pub code_owners: Option<Decision<'a>>,
    /// Owner of the account, from its tags.
    pub account_owner: Option<&'a str>,
    /// The organisation or user that owns the repository, for teams written without one.
    pub organisation: &'a str,
}

/// Asks the witnesses in order; the policy's team map translates what they name.
#[must_use]
pub fn route(witnesses: &Witnesses<'_>, policy: &Policy) -> Route {
    let mut route = Route { jira: witnesses.stated_jira.map(str::to_owned), ..Route::default() };
    let tag = witnesses.tags.and_then(|tags| owner_tag(tags, &policy.owner_tags));
    let named: [(String, Option<String>); 3] = [
        ("the finding".into(), witnesses.stated.map(str::to_owned)),
        (tag.as_ref().map_or_else(|| "tags".into(), |(key, _)| format!("tag `{key}`")), tag.map(|(_, value)| value)),
        (code_owners_words(witnesses), witnesses.code_owners.and_then(|decision| decision.owners.first().map(ToString::to_string))),
    ];
    let rest = [
        ("the account's owner".to_owned(), witnesses.account_owner.map(str::to_owned)),
        ("the fallback team".to_owned(), policy.fallback_team.clone()),
    ];
    for (witness, named) in named.into_iter().chain(rest) {
        let owner = named.as_deref().and_then(|named| translate(named, witnesses.organisation, policy, &mut route));
        let owner = owner.map(|owner| owner.to_string());
        route.chain.push(RoutingStep { witness, named, owner: owner.clone() });
        if owner.is_some() {
            route.owner = owner;
            break;
        }
    }
    route
}

fn code_owners_words(witnesses: &Witnesses<'_>) -> String {
    witnesses.code_owners.map_or_else(|| "CODEOWNERS".into(), |decision| format!("`{}` line {}", decision.file, decision.line))
}

fn owner_tag(tags: &BTreeMap<String, String>, wanted: &[String]) -> Option<(String, String)> {
    wanted.iter().find_map(|name| {
        tags.iter()
            .find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.trim().is_empty())
            .map(|(key, value)| (key.clone(), value.clone()))
    })
}

/// Through the team map where it knows the name; otherwise `@org/team`, `org/team`, `@user` or a plain team slug are themselves.
fn translate(named: &str, organisation: &str, policy: &Policy, route: &mut Route) -> Option<Owner> {
    let plain = named.trim().trim_start_matches('@');
    let mapped = policy.teams.iter().find(|(key, _)| key.eq_ignore_ascii_case(plain)).map(|(_, target)| target);
    if let Some(target) = mapped {
        route.jira = route.jira.take().or_else(|| target.jira.clone());
        route.slack = route.slack.take().or_else(|| target.slack.clone());
        if let Some(github) = &target.github {
            return owner(github, organisation);
        }
    }
    owner(named, organisation)
}

fn owner(text: &str, organisation: &str) -> Option<Owner> {
    let text = text.trim();
    let slug = |part: &str| {
        !part.is_empty() && part.len() <= 100 && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    if let Some((organisation, team)) = text.trim_start_matches('@').split_once('/') {
        return (slug(organisation) && slug(team)).then(|| Owner::Team { organisation: organisation.into(), team: team.into() });
    }
    match text.strip_prefix('@') {
        Some(login) => slug(login).then(|| Owner::User(login.into())),
        None => slug(text).then(|| Owner::Team { organisation: organisation.into(), team: text.to_ascii_lowercase() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::NotificationTarget;
    use crate::owners::CodeOwners;

    fn team(name: &str) -> String {
        format!("@acme/{name}")
    }

    #[test]
    fn the_first_witness_that_names_somebody_decides() {
        let tags = BTreeMap::from([("Team".to_owned(), "data-platform".to_owned())]);
        let owners = CodeOwners::parse("CODEOWNERS", "* @acme/infra\n");
        let all = Witnesses {
            stated: Some("payments"),
            tags: Some(&tags),
            code_owners: owners.owners_of("a.tf"),
            account_owner: Some("cloud"),
            organisation: "acme",
            ..Witnesses::default()
        };
        let policy = Policy::default();
        assert_eq!(route(&all, &policy).owner, Some(team("payments")));
        assert_eq!(route(&Witnesses { stated: None, ..all }, &policy).owner, Some(team("data-platform")));
        let by_file = route(&Witnesses { stated: None, tags: None, ..all }, &policy);
        assert_eq!(by_file.owner, Some(team("infra")));
        assert_eq!(by_file.chain.last().unwrap().witness, "`CODEOWNERS` line 1");
        assert_eq!(route(&Witnesses { stated: None, tags: None, code_owners: None, ..all }, &policy).owner, Some(team("cloud")));
    }

    #[test]
    fn the_team_map_translates_and_brings_jira_and_slack() {
        let mut policy = Policy { fallback_team: Some("acme/security".into()), ..Policy::default() };
        policy.teams.insert(
            "Data-Platform".into(),
            NotificationTarget { github: Some("acme/data".into()), jira: Some("DATAPLAT".into()), slack: Some("#data".into()) },
        );
        let route = route(&Witnesses { stated: Some("data-platform"), organisation: "acme", ..Witnesses::default() }, &policy);
        assert_eq!((route.owner, route.jira.as_deref(), route.slack.as_deref()), (Some(team("data")), Some("DATAPLAT"), Some("#data")));
    }

    #[test]
    fn nobody_is_invented() {
        let nobody =
            route(&Witnesses { stated: Some("Team of Ann & Bob <x>"), organisation: "acme", ..Witnesses::default() }, &Policy::default());
        assert_eq!(nobody.owner, None);
        assert_eq!(nobody.chain.len(), 5);
    }
}
