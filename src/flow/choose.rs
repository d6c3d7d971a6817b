//! Which rule a finding means, and which hole it is about: the canonical resource and rule that make the dedup key.

use std::sync::Arc;

use crate::identity;
use crate::model::{Finding, Place, Refusal, RefusalKind, ResourceIdentity};
use crate::rule::{Catalogue, Rule};

/// The rule parameter by which a person names a rule (`/remediate with rule=ID`).
pub const RULE_WISH: &str = "rule";

/// What a finding tells of the rule.
#[derive(Debug, Clone)]
pub enum Choice {
    /// One rule.
    One(Arc<Rule>),
    /// The scanner's id belongs to several; what the resource is missing decides.
    Several(Vec<Arc<Rule>>),
    /// No rule was named; what the resource is missing decides, among the rules for its types.
    Open(Vec<Arc<Rule>>),
    /// Named, but not known.
    Unknown(Refusal),
}

/// The rule that `finding` means, as far as it tells.
#[must_use]
pub fn choose(finding: &Finding, identity: Option<&ResourceIdentity>, catalogue: &Catalogue) -> Choice {
    if let Some(wish) = finding.params.get(RULE_WISH) {
        let id = wish.trim_matches('"');
        return match catalogue.by_id(id) {
            Some(rule) => Choice::One(rule.clone()),
            None => {
                Choice::Unknown(Refusal::new(RefusalKind::NoRule, format!("there is no rule `{id}`")).next("see `remediate rules list`"))
            }
        };
    }
    let types = types(finding, identity);
    for reference in &finding.rules {
        let mut rules: Vec<Arc<Rule>> = match catalogue.by_id(&reference.id) {
            Some(rule) => vec![rule.clone()],
            None => catalogue.by_alias(&reference.scheme, &reference.id).into_iter().cloned().collect(),
        };
        // One scanner id may stand for several types of resource.
        if rules.len() > 1 && rules.iter().any(|rule| is_about(rule, &types)) {
            rules.retain(|rule| is_about(rule, &types));
        }
        match rules.as_slice() {
            [] => {}
            [one] => return Choice::One(one.clone()),
            _ => return Choice::Several(rules),
        }
    }
    if !finding.rules.is_empty() {
        let ids: Vec<String> = finding.rules.iter().take(4).map(|rule| format!("`{}`", rule.id)).collect();
        if let Some(left_out) = finding.rules.iter().find_map(|rule| catalogue.reason_left_out(&rule.scheme, &rule.id)) {
            let why = format!("no rule fixes {} ({}): {}", ids.join(", "), left_out.about, left_out.why);
            return Choice::Unknown(Refusal::new(RefusalKind::NoRule, why));
        }
        let refusal = Refusal::new(RefusalKind::NoRule, format!("no rule fixes {} yet", ids.join(", ")));
        return Choice::Unknown(
            refusal.next("see `remediate rules list` for what there is; `/remediate with rule=ID` applies one of them"),
        );
    }
    let mut rules: Vec<Arc<Rule>> = types.iter().flat_map(|kind| catalogue.for_resource(kind)).cloned().collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules.dedup_by(|a, b| a.id == b.id);
    if rules.is_empty() {
        return Choice::Unknown(Refusal::new(
            RefusalKind::NoRule,
            "the finding names no rule, and there is none for this kind of resource",
        ));
    }
    by_words(finding, &rules).map_or(Choice::Open(rules), Choice::One)
}

fn is_about(rule: &Rule, types: &[String]) -> bool {
    rule.target.resources.iter().any(|kind| types.contains(kind))
}

/// The Terraform types the resource may have.
fn types(finding: &Finding, identity: Option<&ResourceIdentity>) -> Vec<String> {
    let mut types = identity.map(identity::candidate_types).unwrap_or_default();
    let address = finding.code.as_ref().and_then(|code| code.address.as_deref()?.parse::<crate::model::Address>().ok());
    types.extend(address.map(|address| address.kind));
    types
}

/// The one rule whose title is in the finding's own title, word by word.
fn by_words(finding: &Finding, rules: &[Arc<Rule>]) -> Option<Arc<Rule>> {
    let title = finding.title.as_deref()?.to_lowercase();
    let slug = |rule: &Rule| rule.id.rsplit('/').next().unwrap_or_default().replace('-', " ");
    let mut fitting = rules.iter().filter(|rule| title.contains(&rule.title.to_lowercase()) || title.contains(&slug(rule)));
    let found = fitting.next()?;
    fitting.next().is_none().then(|| found.clone())
}

/// The refusal that asks which of `rules` is meant, numbered in their order.
#[must_use]
pub fn ask_which(rules: &[Arc<Rule>]) -> Refusal {
    let refusal = Refusal::new(RefusalKind::AmbiguousRule, "The finding names no rule, and the resource is missing more than one thing.");
    rules.iter().fold(refusal, |refusal, rule| {
        refusal.at(Place { path: String::new(), line: 0, span: None, note: format!("`{}`: {}", rule.id, rule.title) })
    })
}

/// The canonical identity of a finding's resource.
#[must_use]
pub fn identity_of(finding: &Finding) -> Option<ResourceIdentity> {
    let resource = &finding.resource;
    resource.identity.clone().or_else(|| {
        let raw = resource.raw_id.as_deref()?;
        identity::parse(raw, resource.raw_type.as_deref(), finding.account.as_deref(), finding.region.as_deref())
    })
}

/// The dedup key: provider, account, canonical resource, canonical rule. A finding that only has a position in code is about that
/// block; one that names no rule is about the resource until its rule is known.
#[must_use]
pub fn dedup_key(finding: &Finding, identity: Option<&ResourceIdentity>, rule: Option<&str>) -> String {
    let rule = rule.map_or_else(|| finding.rules.first().map_or("?".into(), |rule| format!("{}:{}", rule.scheme, rule.id)), str::to_owned);
    if let Some(identity) = identity {
        let account = identity.account.as_deref().unwrap_or("-");
        return format!("{}/{account}/{}/{rule}", identity.provider, identity.id);
    }
    let code = finding.code.clone().unwrap_or_default();
    let place = code.address.or_else(|| Some(format!("{}:{}", code.path.clone()?, code.start_line.unwrap_or(0))));
    match place {
        Some(place) => {
            let folder =
                code.path.as_deref().and_then(|path| path.rsplit_once('/')).map_or("", |(folder, _)| folder).trim_start_matches('/');
            format!("code/{}/{folder}/{place}/{rule}", code.repository.as_deref().unwrap_or("-"))
        }
        // Nothing tells what it is about: it is only itself.
        None => format!("finding/{}/{}/{rule}", finding.source, finding.resource.raw_id.as_deref().unwrap_or(&finding.id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::parse_issue;

    fn finding(body: &str) -> Finding {
        parse_issue("acme/infra#1", "", body, "acme/infra").unwrap().remove(0)
    }

    #[test]
    fn two_tools_that_see_the_same_hole_share_a_key() {
        let catalogue = Catalogue::built_in();
        let keys: Vec<String> = ["S3.8 arn:aws:s3:::backups", "aws/s3/public-access-block arn:aws:s3:::backups"]
            .into_iter()
            .map(|body| {
                let finding = finding(body);
                let identity = identity_of(&finding);
                let Choice::One(rule) = choose(&finding, identity.as_ref(), &catalogue) else { panic!("{body}") };
                dedup_key(&finding, identity.as_ref(), Some(&rule.id))
            })
            .collect();
        assert_eq!(keys[0], keys[1]);
        assert!(keys[0].contains("aws/s3/public-access-block"), "{}", keys[0]);
    }

    #[test]
    fn a_finding_without_a_rule_is_open_among_those_of_its_type() {
        let catalogue = Catalogue::built_in();
        let finding = finding("arn:aws:s3:::backups");
        let Choice::Open(rules) = choose(&finding, identity_of(&finding).as_ref(), &catalogue) else { panic!() };
        assert!(rules.len() > 1 && rules.iter().all(|rule| rule.id.starts_with("aws/s3/")));
        let question = ask_which(&rules);
        assert_eq!(question.places.len(), rules.len());
    }

    #[test]
    fn an_unknown_id_is_refused_by_name() {
        let finding = finding("CKV_AWS_99999 in main.tf:3");
        let Choice::Unknown(refusal) = choose(&finding, None, &Catalogue::built_in()) else { panic!() };
        assert!(refusal.message.contains("CKV_AWS_99999"));
    }
}
