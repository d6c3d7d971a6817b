//! Who a policy statement lets in, and what its resources are: the questions that rules ask of statements.
//!
//! Sources: "IAM JSON policy elements: Principal" and "AWS global condition context keys" in AWS's IAM user guide.

use serde_json::Value;

use crate::identity::kinds;

use super::term::{Term, all, any};

/// Condition keys that bound who may act or from where, in lower case. A condition on anything else (encryption in transit, an
/// object's tags) leaves a public statement public.
const BOUNDS: [&str; 25] = [
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalservicename",
    "aws:principalisawsservice",
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceip",
    "aws:vpcsourceip",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:userid",
    "aws:username",
    "aws:ec2instancesourcevpc",
    "ec2:sourceinstancearn",
    "lambda:sourcefunctionarn",
    "kms:calleraccount",
    "kms:viaservice",
    "sns:endpoint",
];

/// Whether anybody may do what a statement (in our shape) allows; `None` when that is not known.
pub(super) fn is_public(statement: &Term) -> Option<bool> {
    let effect = statement.member("effect");
    if effect.text() == Some("Deny") {
        return Some(false);
    }
    let open = statement.member("principals").elements().map(|principals| any(principals.iter().map(is_everybody)));
    let bounded = statement.member("conditions").elements().map(|conditions| any(conditions.iter().map(bounds)));
    all([open.unwrap_or(None), bounded.unwrap_or(None).map(|bounded| !bounded), effect.text().map(|_| true)])
}

/// Whether a principal (`{ type, identifiers }`) is everybody, or everybody of a name in any account.
fn is_everybody(principal: &Term) -> Option<bool> {
    match principal.member("type").text() {
        Some("AWS" | "*") => any(identifiers(principal)?.iter().map(is_open)),
        Some(_) => Some(false),
        None => None,
    }
}

fn identifiers(principal: &Term) -> Option<Vec<Term>> {
    let held = principal.member("identifiers");
    match held {
        Term::Known(Value::String(_)) | Term::Code(_) => Some(vec![held]),
        other => other.elements(),
    }
}

/// `*`, or an ARN whose account is one. What is only known after an apply is somebody's name.
fn is_open(identifier: &Term) -> Option<bool> {
    let text = match identifier {
        Term::Code(code) => code.trim_matches('"'),
        other => other.text()?,
    };
    Some(text == "*" || account_of(text) == Some("*"))
}

/// The account in an ARN; an interpolation stands for itself.
fn account_of(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn:")?.split(':').nth(3)
}

/// Whether a condition says who, with a value that is not everybody again.
fn bounds(condition: &Term) -> Option<bool> {
    let variable = condition.member("variable").text()?.to_lowercase();
    if !BOUNDS.contains(&variable.as_str()) && !variable.starts_with("aws:principaltag/") {
        return Some(false);
    }
    let values = condition.member("values");
    let values = if values.text().is_some() || matches!(values, Term::Code(_)) { vec![values] } else { values.elements()? };
    let means_all = |value: &Term| match value.text() {
        Some(text) => {
            text.trim_end_matches('*').trim_end_matches(':').is_empty() || is_any_arn(text) || matches!(text, "0.0.0.0/0" | "::/0")
        }
        None => false,
    };
    Some(!values.is_empty() && !values.iter().any(means_all))
}

/// `arn:aws:iam::*` and the like: nothing behind the service but wildcards.
fn is_any_arn(text: &str) -> bool {
    text.strip_prefix("arn:").is_some_and(|rest| rest.split(':').skip(2).all(|part| part.chars().all(|c| c == '*')))
}

/// Principals (in our shape) without everybody: `trusted` takes the place of `*`, and the accounts of `trusted` the place of `*` for
/// an account. Whoever is named already, and services, stay.
pub(super) fn named_principals(principals: &Term, trusted: &Term) -> Option<Term> {
    let trusted: Vec<String> = trusted.elements()?.iter().map(|item| item.text().map(str::to_owned)).collect::<Option<_>>()?;
    let held = principals.elements()?;
    let mut named: Vec<Term> = Vec::new();
    let mut others: Vec<(usize, Term)> = Vec::new();
    let mut place = None;
    for (at, principal) in held.iter().enumerate() {
        if !matches!(principal.member("type").text()?, "AWS" | "*") {
            others.push((at, principal.clone()));
            continue;
        }
        place = place.or(Some(others.len()));
        for identifier in identifiers(principal)? {
            let mut new: Vec<Term> = match identifier.text() {
                Some("*") => trusted.iter().map(|who| Term::Known(Value::from(who.as_str()))).collect(),
                Some(text) if account_of(text) == Some("*") => in_accounts(text, &trusted),
                _ => vec![identifier.clone()],
            };
            new.retain(|who| !named.contains(who));
            named.extend(new);
        }
    }
    let mut all: Vec<Term> = others.into_iter().map(|(_, principal)| principal).collect();
    if let Some(place) = place.filter(|_| !named.is_empty()) {
        let aws = Term::object(vec![("type".into(), Term::Known("AWS".into())), ("identifiers".into(), Term::list(named))]);
        all.insert(place, aws);
    }
    (!all.is_empty()).then(|| Term::list(all))
}

/// An ARN of any account, in each of the accounts that are trusted.
fn in_accounts(arn: &str, trusted: &[String]) -> Vec<Term> {
    let mut accounts: Vec<&str> = trusted.iter().filter_map(|who| account_of(who).or(Some(who))).collect();
    accounts.dedup();
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    accounts
        .into_iter()
        .map(|account| {
            let written: Vec<&str> = parts.iter().enumerate().map(|(at, part)| if at == 4 { account } else { part }).collect();
            Term::Known(Value::from(written.join(":")))
        })
        .collect()
}

/// `["s3:*"]` for resources that are all of S3: no other service's actions mean anything on them. Null where the resources are of
/// several services, of one that is not known, or of IAM, whose every action is as much as all.
pub(super) fn service_actions(resources: &Term) -> Option<Term> {
    let mut services: Vec<String> = resources.elements()?.iter().map(|resource| service_of(resource).unwrap_or_default()).collect();
    services.sort();
    services.dedup();
    Some(match services.as_slice() {
        [one] if !one.is_empty() && !matches!(one.as_str(), "iam" | "sts" | "*") => Term::Known(serde_json::json!([format!("{one}:*")])),
        _ => Term::NULL,
    })
}

/// The service of an ARN, or of the resource that a reference or a template begins with.
fn service_of(resource: &Term) -> Option<String> {
    let text = match resource {
        Term::Code(code) => code.trim_matches('"'),
        other => other.text()?,
    };
    if let Some(rest) = text.strip_prefix("arn:") {
        let service = rest.split(':').nth(1)?;
        return (!service.contains(['$', '*'])).then(|| service.to_owned());
    }
    let reference = text.strip_prefix("${").unwrap_or(text);
    let mut names = reference.split('.');
    let kind = names.next().filter(|name| *name != "data").or_else(|| names.next())?;
    let is_arn = reference.split(['}', '"']).next().is_some_and(|reference| reference.ends_with(".arn"));
    kinds().of_type(kind).filter(|_| is_arn).and_then(crate::identity::Kind::service).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::policy::from_json;
    use super::*;

    fn public(statement: Value) -> Option<bool> {
        is_public(&from_json(&Term::Known(statement)))
    }

    #[test]
    fn everybody_is_public_unless_a_condition_says_who() {
        let everybody = |condition: Value| public(json!({"Effect": "Allow", "Principal": "*", "Condition": condition}));
        assert_eq!(public(json!({"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::1:root", "*"]}})), Some(true));
        assert_eq!(public(json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::*:role/reader"}})), Some(true));
        assert_eq!(public(json!({"Effect": "Deny", "Principal": "*"})), Some(false));
        assert_eq!(public(json!({"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}})), Some(false));
        assert_eq!(public(json!({"Effect": "Allow", "Action": "s3:*"})), Some(false));
        assert_eq!(everybody(json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}})), Some(false));
        assert_eq!(everybody(json!({"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::*"}})), Some(true));
        assert_eq!(everybody(json!({"Bool": {"aws:SecureTransport": "true"}})), Some(true));
        assert_eq!(everybody(json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})), Some(true));
    }

    #[test]
    fn who_is_named_stays_and_everybody_becomes_the_trusted() {
        let named = |principal: Value| {
            let statement = from_json(&Term::Known(json!({ "Principal": principal })));
            let trusted = Term::Known(json!(["arn:aws:iam::111122223333:root"]));
            named_principals(&statement.member("principals"), &trusted).and_then(|term| term.known().cloned())
        };
        assert_eq!(named(json!("*")), Some(json!([{"type": "AWS", "identifiers": ["arn:aws:iam::111122223333:root"]}])));
        assert_eq!(
            named(json!({"Service": "s3.amazonaws.com", "AWS": ["arn:aws:iam::1:role/a", "*"]})),
            Some(json!([
                {"type": "Service", "identifiers": ["s3.amazonaws.com"]},
                {"type": "AWS", "identifiers": ["arn:aws:iam::1:role/a", "arn:aws:iam::111122223333:root"]},
            ]))
        );
        assert_eq!(
            named(json!({"AWS": "arn:aws:iam::*:role/reader"})),
            Some(json!([{"type": "AWS", "identifiers": ["arn:aws:iam::111122223333:role/reader"]}]))
        );
    }

    #[test]
    fn resources_of_one_service_need_its_actions_only() {
        let of = |items: Vec<Term>| service_actions(&Term::list(items));
        let code = |text: &str| Term::Code(text.into());
        assert_eq!(of(vec![code("aws_s3_bucket.b.arn"), code("\"${aws_s3_bucket.b.arn}/*\"")]), Some(Term::Known(json!(["s3:*"]))));
        assert_eq!(of(vec![Term::Known("arn:aws:sqs:eu-west-1:1:q".into())]), Some(Term::Known(json!(["sqs:*"]))));
        assert_eq!(of(vec![Term::Known("arn:aws:sqs:eu-west-1:1:q".into()), code("aws_s3_bucket.b.arn")]), Some(Term::NULL));
        for unclear in ["*", "arn:aws:iam::1:role/a", "arn:aws:*:::x"] {
            assert_eq!(of(vec![Term::Known(unclear.into())]), Some(Term::NULL), "{unclear}");
        }
        assert_eq!(of(vec![code("var.bucket_arn")]), Some(Term::NULL));
    }
}
