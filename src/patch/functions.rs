//! Functions that the expressions of rules may call; named as in Terraform where it has them.

use std::cell::RefCell;
use std::collections::HashMap;

use serde_json::Value;

use super::evaluate::{as_number, number_term, truth_term};
use super::term::{Term, all, any, equal};

/// Functions that look at the code around the target; the scope of a rule answers them.
pub const OF_SCOPE: &[&str] = &["companion", "linked", "linked_resource", "provider_at_least", "region", "resources"];

/// Names that `call` knows, for messages about unknown ones.
pub const NAMES: &[&str] = &[
    "abs",
    "alltrue",
    "anytrue",
    "can",
    "ceil",
    "coalesce",
    "compact",
    "concat",
    "contains",
    "days",
    "distinct",
    "element",
    "endswith",
    "flatten",
    "floor",
    "format",
    "hours",
    "is_list",
    "is_public",
    "is_string",
    "join",
    "jsondecode",
    "jsonencode",
    "keys",
    "length",
    "lookup",
    "lower",
    "matches",
    "max",
    "merge",
    "min",
    "named_principals",
    "one",
    "regex",
    "regexall",
    "replace",
    "reverse",
    "service_actions",
    "setintersection",
    "setsubtract",
    "setunion",
    "split",
    "startswith",
    "strcontains",
    "substr",
    "title",
    "tobool",
    "tolist",
    "tonumber",
    "toset",
    "tostring",
    "trim",
    "trimprefix",
    "trimspace",
    "trimsuffix",
    "try",
    "upper",
    "values",
];

/// Calls a function. What cannot be known, or a function that does not exist, gives [`Term::Unknown`].
#[must_use]
pub fn call(name: &str, arguments: &[Term]) -> Term {
    let result = match arguments {
        [] => None,
        [one] => unary(name, one),
        [one, two] => binary(name, one, two),
        [one, two, three] => ternary(name, one, two, three),
        _ => None,
    };
    result.or_else(|| variadic(name, arguments)).unwrap_or(Term::Unknown)
}

fn text(value: impl Into<String>) -> Term {
    Term::Known(Value::String(value.into()))
}

fn unary(name: &str, term: &Term) -> Option<Term> {
    Some(match name {
        "length" => number_term(length(term)? as f64),
        // An argument that is absent equals no text, in whatever case it is written.
        "lower" | "upper" if term.is_null() == Some(true) => Term::NULL,
        "lower" => text(term.text()?.to_lowercase()),
        "upper" => text(term.text()?.to_uppercase()),
        "title" => text(title(term.text()?)),
        "trimspace" => text(term.text()?.trim()),
        "anytrue" => truth_term(any(term.elements()?.iter().map(Term::truth))),
        "alltrue" => truth_term(all(term.elements()?.iter().map(Term::truth))),
        "can" => match term {
            Term::Unknown => return None,
            _ => Term::Known(Value::Bool(true)),
        },
        "keys" => Term::list(term.members()?.into_iter().map(|(key, _)| text(key)).collect()),
        "values" => Term::list(term.members()?.into_iter().map(|(_, value)| value).collect()),
        "flatten" => Term::list(term.elements()?.into_iter().flat_map(|item| item.elements().unwrap_or_else(|| vec![item])).collect()),
        "compact" => {
            Term::list(term.elements()?.into_iter().filter(|item| item.is_null() != Some(true) && item.text() != Some("")).collect())
        }
        "distinct" | "toset" => Term::list(distinct(term.elements()?)),
        "reverse" => Term::list(term.elements()?.into_iter().rev().collect()),
        "tolist" => Term::list(term.elements()?),
        "one" => term.elements()?.into_iter().next().unwrap_or(Term::NULL),
        "tostring" => text(plain(term.known()?)?),
        "tonumber" => number_term(as_number(term)?),
        "tobool" => truth_term(term.truth()),
        "abs" => number_term(as_number(term)?.abs()),
        "floor" => number_term(as_number(term)?.floor()),
        "ceil" => number_term(as_number(term)?.ceil()),
        "jsondecode" => Term::Known(serde_json::from_str(term.text()?).ok()?),
        "days" => number_term(seconds(term.text()?)? / 86_400.0),
        "hours" => number_term(seconds(term.text()?)? / 3_600.0),
        "jsonencode" => text(serde_json::to_string(term.known()?).ok()?),
        "is_list" => Term::Known(Value::Bool(matches!(term.known()?, Value::Array(_)))),
        "is_public" => truth_term(super::policy_access::is_public(term)),
        "service_actions" => super::policy_access::service_actions(term)?,
        "is_string" => Term::Known(Value::Bool(term.known()?.is_string())),
        _ => return None,
    })
}

fn length(term: &Term) -> Option<usize> {
    match term {
        Term::Known(Value::String(value)) => Some(value.chars().count()),
        Term::Known(Value::Object(map)) => Some(map.len()),
        Term::Object(members) => Some(members.len()),
        other => Some(other.elements()?.len()),
    }
}

fn title(value: &str) -> String {
    let mut at_start = true;
    value
        .chars()
        .map(|c| {
            let upper = if at_start { c.to_uppercase().next().unwrap_or(c) } else { c };
            at_start = c.is_whitespace();
            upper
        })
        .collect()
}

/// Most patterns that a thread remembers: rules ask for the same few again and again, code of strangers may hold any number.
const MOST_PATTERNS: usize = 256;

/// The pattern, compiled; `None` for one that is none or too large.
fn compiled(pattern: &str) -> Option<regex::Regex> {
    thread_local! {
        static KNOWN: RefCell<HashMap<String, Option<regex::Regex>>> = RefCell::default();
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(compiled) = known.get(pattern) {
            return compiled.clone();
        }
        if known.len() == MOST_PATTERNS {
            known.clear();
        }
        let compiled = regex::RegexBuilder::new(pattern).size_limit(1 << 20).build().ok();
        known.insert(pattern.to_owned(), compiled.clone());
        compiled
    })
}

/// Every match of a pattern: the whole text without groups, the list of groups with unnamed ones, the object of named ones.
fn captures(pattern: &str, value: &str) -> Option<Vec<Value>> {
    let pattern = compiled(pattern)?;
    let names: Vec<Option<&str>> = pattern.capture_names().skip(1).collect();
    let group = |found: &regex::Captures<'_>, at: usize| found.get(at).map_or(Value::Null, |group| Value::from(group.as_str()));
    let matches = pattern.captures_iter(value).take(1_000).map(|found| match names.as_slice() {
        [] => group(&found, 0),
        named if named.iter().all(Option::is_some) => named
            .iter()
            .flatten()
            .enumerate()
            .map(|(at, name)| ((*name).to_owned(), group(&found, at + 1)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        unnamed => (1..=unnamed.len()).map(|at| group(&found, at)).collect(),
    });
    Some(matches.collect())
}

/// `30d`, `12h`, `15m`, `20s` in seconds.
fn seconds(value: &str) -> Option<f64> {
    let (number, unit) = value.trim().split_at_checked(value.trim().len().checked_sub(1)?)?;
    let factor = match unit {
        "d" => 86_400.0,
        "h" => 3_600.0,
        "m" => 60.0,
        "s" => 1.0,
        _ => return None,
    };
    Some(number.trim().parse::<f64>().ok()? * factor)
}

fn binary(name: &str, one: &Term, two: &Term) -> Option<Term> {
    Some(match name {
        "contains" => truth_term(match one.elements() {
            Some(items) => any(items.iter().map(|item| equal(item, two))),
            None => None,
        }),
        "startswith" => Term::Known(Value::Bool(one.text()?.starts_with(two.text()?))),
        "endswith" => Term::Known(Value::Bool(one.text()?.ends_with(two.text()?))),
        "strcontains" => Term::Known(Value::Bool(one.text()?.contains(two.text()?))),
        "matches" => Term::Known(Value::Bool(compiled(two.text()?)?.is_match(one.text()?))),
        "regex" => Term::Known(captures(one.text()?, two.text()?)?.into_iter().next()?),
        "regexall" => Term::Known(Value::Array(captures(one.text()?, two.text()?)?)),
        "trimprefix" => text(one.text()?.strip_prefix(two.text()?).unwrap_or(one.text()?)),
        "trimsuffix" => text(one.text()?.strip_suffix(two.text()?).unwrap_or(one.text()?)),
        "trim" => {
            let cut: Vec<char> = two.text()?.chars().collect();
            text(one.text()?.trim_matches(cut.as_slice()))
        }
        "split" => Term::Known(two.text()?.split(one.text()?).map(Value::from).collect()),
        "join" => {
            let parts: Option<Vec<String>> = two.elements()?.iter().map(|item| plain(item.known()?)).collect();
            text(parts?.join(one.text()?))
        }
        "element" => one.index(two),
        "lookup" => one.index(two),
        "setintersection" => {
            Term::Known(known_items(one)?.into_iter().filter(|item| known_items(two).is_some_and(|other| other.contains(item))).collect())
        }
        "setsubtract" => {
            Term::Known(known_items(one)?.into_iter().filter(|item| known_items(two).is_some_and(|other| !other.contains(item))).collect())
        }
        "named_principals" => super::policy_access::named_principals(one, two)?,
        "setunion" => Term::list(distinct(one.elements()?.into_iter().chain(two.elements()?).collect())),
        _ => return None,
    })
}

fn ternary(name: &str, one: &Term, two: &Term, three: &Term) -> Option<Term> {
    Some(match name {
        "substr" => {
            let (offset, length) = (as_number(two)?, as_number(three)?);
            let chars: Vec<char> = one.text()?.chars().collect();
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let start = if offset < 0.0 { chars.len().saturating_sub(-offset as usize) } else { (offset as usize).min(chars.len()) };
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let end = if length < 0.0 { chars.len() } else { start.saturating_add(length as usize).min(chars.len()) };
            text(chars[start..end].iter().collect::<String>())
        }
        "replace" => text(one.text()?.replace(two.text()?, three.text()?)),
        "lookup" => match one.members() {
            Some(_) => {
                let found = one.index(two);
                if found.is_null() == Some(true) { three.clone() } else { found }
            }
            None if one.is_null() == Some(true) => three.clone(),
            None => return None,
        },
        _ => return None,
    })
}

fn variadic(name: &str, arguments: &[Term]) -> Option<Term> {
    Some(match name {
        "concat" => {
            let lists: Option<Vec<Vec<Term>>> = arguments.iter().map(Term::elements).collect();
            Term::list(lists?.concat())
        }
        "coalesce" => {
            for term in arguments {
                match term.is_null() {
                    Some(true) => {}
                    Some(false) if term.text() == Some("") => {}
                    Some(false) => return Some(term.clone()),
                    None => return None,
                }
            }
            Term::NULL
        }
        "try" => arguments.iter().find(|term| !matches!(term, Term::Unknown))?.clone(),
        "merge" => {
            let mut merged: Vec<(String, Term)> = Vec::new();
            for term in arguments {
                for (key, value) in term.members().or_else(|| term.is_null()?.then(Vec::new))? {
                    merged.retain(|(known, _)| *known != key);
                    merged.push((key, value));
                }
            }
            Term::object(merged)
        }
        "max" => number_term(numbers(arguments)?.into_iter().fold(f64::MIN, f64::max)),
        "min" => number_term(numbers(arguments)?.into_iter().fold(f64::MAX, f64::min)),
        "format" => format_text(arguments)?,
        _ => return None,
    })
}

/// Some numbers, or those of one list (`max(list...)` in Terraform).
fn numbers(arguments: &[Term]) -> Option<Vec<f64>> {
    match arguments {
        [list] if as_number(list).is_none() => list.elements()?.iter().map(as_number).collect(),
        some => some.iter().map(as_number).collect(),
    }
}

/// `format` with `%s`, `%d`, `%v` and `%%`.
fn format_text(arguments: &[Term]) -> Option<Term> {
    let (pattern, mut rest) = (arguments.first()?.text()?, arguments.iter().skip(1));
    let mut parts: Vec<Term> = Vec::new();
    let mut literal = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            literal.push(c);
            continue;
        }
        match chars.next()? {
            '%' => literal.push('%'),
            's' | 'd' | 'v' => {
                parts.push(text(std::mem::take(&mut literal)));
                parts.push(rest.next()?.clone());
            }
            _ => return None,
        }
    }
    parts.push(text(literal));
    Some(concatenate(&parts))
}

/// The text of a primitive value as a template writes it.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

fn known_items(term: &Term) -> Option<Vec<Value>> {
    term.elements()?.iter().map(|item| item.known().cloned()).collect()
}

fn distinct(items: Vec<Term>) -> Vec<Term> {
    let mut seen: Vec<Term> = Vec::new();
    for item in items {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}

/// What stands between the quotes of code that is one quoted template.
fn inner_template(code: &str) -> Option<&str> {
    use hcl_edit::expr::Expression;
    let inner = code.strip_prefix('"')?.strip_suffix('"')?;
    matches!(code.parse(), Ok(Expression::String(_) | Expression::StringTemplate(_))).then_some(inner)
}

/// The parts of a template in a row: text when all are known, a quoted template when some are code, else unknown.
#[must_use]
pub fn concatenate(parts: &[Term]) -> Term {
    let texts: Option<Vec<String>> = parts.iter().map(|part| part.known().and_then(plain)).collect();
    if let Some(texts) = texts {
        return text(texts.concat());
    }
    let mut quoted = String::from("\"");
    for part in parts {
        match part {
            Term::Code(code) => match inner_template(code) {
                Some(inner) => quoted.push_str(inner),
                None => quoted.push_str(&format!("${{{code}}}")),
            },
            Term::Known(value) => match plain(value) {
                Some(text) => quoted.push_str(crate::hcl::quote(&text).trim_start_matches('"').strip_suffix('"').unwrap_or_default()),
                None => return Term::Unknown,
            },
            _ => return Term::Unknown,
        }
    }
    quoted.push('"');
    Term::Code(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_known_to_something() {
        let samples = [
            Term::Known("10".into()),
            Term::Known("5d".into()),
            Term::Known(serde_json::json!(["a"])),
            Term::Known(serde_json::json!([true])),
            Term::Known(serde_json::json!({"10": 1})),
            Term::Known("true".into()),
            Term::Known(serde_json::json!("{}")),
            Term::Known(0.into()),
            Term::Known(serde_json::json!([{"type": "AWS", "identifiers": ["*"]}])),
            Term::Known(serde_json::json!({"effect": "Deny"})),
        ];
        for name in NAMES {
            let mut known = samples.iter().any(|a| call(name, std::slice::from_ref(a)) != Term::Unknown);
            for a in &samples {
                known |= samples.iter().any(|b| {
                    call(name, &[a.clone(), b.clone()]) != Term::Unknown || call(name, &[a.clone(), b.clone(), b.clone()]) != Term::Unknown
                });
            }
            assert!(known, "{name}");
        }
    }

    #[test]
    fn templates_with_code_stay_templates() {
        let term = call("format", &[text("a-%s-\"%d"), Term::Code("var.x".into()), Term::Known(3.into())]);
        assert_eq!(term, Term::Code("\"a-${var.x}-\\\"3\"".into()));
        let nested = call("format", &[text("b %s"), term]);
        assert_eq!(nested, Term::Code("\"b a-${var.x}-\\\"3\"".into()));
    }
}
