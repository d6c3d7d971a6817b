//! Policy statements in one shape, whatever they are written in.
//!
//! A statement is an object with `sid`, `effect`, `actions`, `not_actions`, `resources`, `not_resources` (lists of text),
//! `principals`, `not_principals` (lists of `{ type, identifiers }`) and `conditions` (list of `{ test, variable, values }`).
//! Lists that are absent are empty.

use serde_json::Value;

use super::term::{Term, all, any, equal};

/// Our name of a member, the one in JSON, and whether it is a list of text.
pub(super) const MEMBERS: [(&str, &str, bool); 9] = [
    ("sid", "Sid", false),
    ("effect", "Effect", false),
    ("principals", "Principal", false),
    ("not_principals", "NotPrincipal", false),
    ("actions", "Action", true),
    ("not_actions", "NotAction", true),
    ("resources", "Resource", true),
    ("not_resources", "NotResource", true),
    ("conditions", "Condition", false),
];

/// A member's name in JSON, from ours or from JSON's own.
pub(super) fn json_name(name: &str) -> String {
    MEMBERS.iter().find(|(own, json, _)| *own == name || *json == name).map_or_else(|| name.to_owned(), |(_, json, _)| (*json).to_owned())
}

/// Our name of a member, from JSON's or from our own.
pub(super) fn own_name(name: &str) -> String {
    MEMBERS.iter().find(|(own, json, _)| *own == name || *json == name).map_or_else(|| name.to_owned(), |(own, ..)| (*own).to_owned())
}

/// A single value as a list of one; null as the empty list.
fn as_list(term: &Term) -> Term {
    match term {
        Term::Known(Value::Null) => Term::Known(Value::Array(Vec::new())),
        Term::Known(Value::Array(_)) | Term::List(_) => term.clone(),
        Term::Unknown => Term::Unknown,
        single => Term::list(vec![single.clone()]),
    }
}

/// A statement as JSON writes it, in our shape.
pub(super) fn from_json(statement: &Term) -> Term {
    let member = |json: &str| statement.member(json);
    let members = MEMBERS
        .iter()
        .map(|(own, json, is_list)| {
            let held = member(json);
            let value = match *own {
                "principals" | "not_principals" => principals_from_json(&held),
                "conditions" => conditions_from_json(&held),
                _ if *is_list => as_list(&held),
                _ => held,
            };
            ((*own).to_owned(), value)
        })
        .collect();
    Term::object(members)
}

fn principals_from_json(held: &Term) -> Term {
    if held.text() == Some("*") {
        return Term::Known(serde_json::json!([{ "type": "*", "identifiers": ["*"] }]));
    }
    match (held, held.members()) {
        (Term::Known(Value::Null), _) => Term::Known(Value::Array(Vec::new())),
        (_, Some(members)) => Term::list(
            members
                .into_iter()
                .map(|(kind, who)| {
                    Term::object(vec![("type".into(), Term::Known(Value::String(kind))), ("identifiers".into(), as_list(&who))])
                })
                .collect(),
        ),
        _ => Term::Unknown,
    }
}

fn conditions_from_json(held: &Term) -> Term {
    let Some(tests) = held.members() else {
        return if held.is_null() == Some(true) { Term::Known(Value::Array(Vec::new())) } else { Term::Unknown };
    };
    let mut found = Vec::new();
    for (test, variables) in tests {
        let Some(variables) = variables.members() else { return Term::Unknown };
        for (variable, values) in variables {
            found.push(Term::object(vec![
                ("test".into(), Term::Known(Value::String(test.clone()))),
                ("variable".into(), Term::Known(Value::String(variable))),
                ("values".into(), as_list(&values)),
            ]));
        }
    }
    Term::list(found)
}

/// `condition` blocks as the provider makes a policy of them: the values of one test of one variable are joined.
/// Source: <https://github.com/hashicorp/terraform-provider-aws/issues/33093>.
fn joined_conditions(held: &Term) -> Term {
    let Some(blocks) = held.elements() else { return held.clone() };
    let mut joined: Vec<Term> = Vec::new();
    for block in blocks {
        let Some(at) = joined.iter().position(|known| is_same_test(known, &block)) else {
            joined.push(block);
            continue;
        };
        let values = |term: &Term| as_list(&term.member("values")).elements();
        let (Some(mut all), Some(more)) = (values(&joined[at]), values(&block)) else { return Term::Unknown };
        all.extend(more);
        let same = |name: &str| (name.to_owned(), block.member(name));
        joined[at] = Term::object(vec![same("test"), same("variable"), ("values".into(), Term::list(all))]);
    }
    Term::list(joined)
}

/// Whether two conditions are the same test of the same variable.
pub(super) fn is_same_test(a: &Term, b: &Term) -> bool {
    let same = |name: &str| match (a.member(name).text(), b.member(name).text()) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        _ => false,
    };
    same("test") && same("variable")
}

/// A `statement` block of `aws_iam_policy_document` (its body as an object), in our shape.
pub(super) fn from_block(body: &Term) -> Term {
    let members = MEMBERS
        .iter()
        .map(|(own, _, is_list)| {
            let held = body.member(if *own == "conditions" { "condition" } else { own });
            let value = match *own {
                "effect" if held.is_null() == Some(true) => Term::Known("Allow".into()),
                "conditions" => joined_conditions(&as_list(&held)),
                "principals" | "not_principals" => as_list(&held),
                _ if *is_list => as_list(&held),
                _ => held,
            };
            ((*own).to_owned(), value)
        })
        .collect();
    Term::object(members)
}

/// A member's wanted value (in our shape, or as JSON has it) as JSON has it.
pub(super) fn to_json(name: &str, wanted: &Term) -> Term {
    match own_name(name).as_str() {
        "principals" | "not_principals" => principals_to_json(wanted),
        "conditions" => conditions_to_json(wanted),
        _ => wanted.clone(),
    }
}

fn principals_to_json(wanted: &Term) -> Term {
    let Some(items) = wanted.elements().filter(|items| !items.is_empty()) else { return wanted.clone() };
    let mut members: Vec<(String, Term)> = Vec::new();
    for item in &items {
        let (kind, who) = (item.member("type"), item.member("identifiers"));
        let Some(kind) = kind.text() else { return wanted.clone() };
        if kind == "*" {
            return Term::Known("*".into());
        }
        members.push((kind.to_owned(), single(&who)));
    }
    Term::object(members)
}

/// A list of one is written as that one.
fn single(term: &Term) -> Term {
    match term.elements().as_deref() {
        Some([one]) if term.is_null() == Some(false) => one.clone(),
        _ => term.clone(),
    }
}

fn conditions_to_json(wanted: &Term) -> Term {
    let Some(items) = wanted.elements().filter(|_| wanted.members().is_none()) else { return wanted.clone() };
    let mut tests: Vec<(String, Vec<(String, Term)>)> = Vec::new();
    for item in &items {
        let (test, variable) = (item.member("test"), item.member("variable"));
        let (Some(test), Some(variable)) = (test.text(), variable.text()) else { return wanted.clone() };
        let entry = (variable.to_owned(), single(&item.member("values")));
        match tests.iter_mut().find(|(known, _)| known == test) {
            Some((_, variables)) => variables.push(entry),
            None => tests.push((test.to_owned(), vec![entry])),
        }
    }
    Term::object(tests.into_iter().map(|(test, variables)| (test, Term::object(variables))).collect())
}

/// Whether a member of a statement (our shape) is as wanted: lists as sets, conditions at least these.
pub(super) fn member_holds(name: &str, held: &Term, wanted: &Term) -> Option<bool> {
    match own_name(name).as_str() {
        "conditions" => {
            let wanted = conditions_from_json(&conditions_to_json(wanted)).elements()?;
            let held = held.elements()?;
            all(wanted.iter().map(|wanted| any(held.iter().map(|held| same_condition(held, wanted)))))
        }
        "principals" | "not_principals" => {
            let wanted = principals_from_json(&principals_to_json(wanted)).elements()?;
            same_set(&held.elements()?, &wanted, same_principal)
        }
        "sid" | "effect" => equal(held, wanted),
        _ => same_set(&as_list(held).elements()?, &as_list(wanted).elements()?, equal),
    }
}

fn same_set(held: &[Term], wanted: &[Term], same: fn(&Term, &Term) -> Option<bool>) -> Option<bool> {
    let within = |these: &[Term], those: &[Term]| all(these.iter().map(|one| any(those.iter().map(|other| same(one, other)))));
    all([within(held, wanted), within(wanted, held)])
}

fn same_principal(a: &Term, b: &Term) -> Option<bool> {
    let identifiers = |term: &Term| as_list(&term.member("identifiers")).elements();
    all([equal(&a.member("type"), &b.member("type")), same_set(&identifiers(a)?, &identifiers(b)?, equal)])
}

fn same_condition(held: &Term, wanted: &Term) -> Option<bool> {
    let values = |term: &Term| as_list(&term.member("values")).elements();
    let text = |term: &Term, name: &str| term.member(name).text().map(str::to_lowercase);
    all([
        Some(text(held, "test")? == text(wanted, "test")?),
        Some(text(held, "variable")? == text(wanted, "variable")?),
        same_set(&values(held)?, &values(wanted)?, equal),
    ])
}

/// Whether a statement does at least what the wanted one does: every member that is wanted, its name and resources apart.
pub(super) fn covers(held: &Term, wanted: &[(String, Term)]) -> bool {
    wanted
        .iter()
        .filter(|(name, _)| !matches!(own_name(name).as_str(), "sid" | "resources"))
        .all(|(name, value)| member_holds(name, &held.member(&own_name(name)), value) == Some(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_shapes_say_the_same() {
        let json = Term::Known(serde_json::json!({
            "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*", "Resource": ["a", "b"], "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }));
        let own = from_json(&json);
        assert_eq!(own.member("actions"), Term::Known(serde_json::json!(["s3:*"])));
        assert_eq!(own.member("conditions").member("values"), Term::Known(serde_json::json!(["false"])));
        let conditions = Term::Known(serde_json::json!([{"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}]));
        assert_eq!(to_json("conditions", &conditions), json.member("Condition"));
        assert_eq!(member_holds("conditions", &own.member("conditions"), &conditions), Some(true));
        assert_eq!(member_holds("resources", &own.member("resources"), &Term::Known(serde_json::json!(["b", "a"]))), Some(true));
        assert_eq!(
            member_holds("principals", &own.member("principals"), &Term::Known(serde_json::json!([{"type": "AWS", "identifiers": ["*"]}]))),
            Some(true)
        );
    }
}
