//! Parameters: what an organisation or a person gives a rule, bound to the rule's types.

use std::collections::BTreeMap;

use hcl_edit::expr::Expression;
use serde_json::Value;

use crate::model::{Refusal, RefusalKind};
use crate::rule::{Param, ParamType, Rule};

use super::term::Term;

/// Parameter values by name, as they were given: HCL text from a command line or a rule's example, or values from a policy file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params {
    values: BTreeMap<String, Value>,
}

impl Params {
    /// No parameters.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a parameter. Text is read as HCL where the rule wants an expression, a list or a number, and as itself where it wants a string.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.values.insert(name.into(), value.into());
    }

    /// The value given for a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }
}

impl<N: Into<String>, V: Into<Value>> FromIterator<(N, V)> for Params {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(items: I) -> Self {
        Self { values: items.into_iter().map(|(name, value)| (name.into(), value.into())).collect() }
    }
}

/// The parameters of one rule, typed; those that are not set are null.
#[derive(Debug, Clone, Default)]
pub(super) struct Bound {
    terms: BTreeMap<String, Term>,
    /// Required ones without a value, with their descriptions.
    pub missing: Vec<(String, String)>,
}

impl Bound {
    /// Binds what was given to what the rule wants. A value of the wrong type is a refusal that names the parameter.
    pub(super) fn new(rule: &Rule, params: &Params) -> Result<Self, Refusal> {
        let mut bound = Self::default();
        for param in &rule.params {
            let term = match params.get(&param.name) {
                Some(value) => typed(param, value).ok_or_else(|| wrong_type(rule, param, value))?,
                None => default(param),
            };
            if param.required && term == Term::NULL {
                bound.missing.push((param.name.clone(), param.description.clone()));
            }
            bound.terms.insert(param.name.clone(), term);
        }
        Ok(bound)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Term> {
        self.terms.get(name)
    }
}

fn default(param: &Param) -> Term {
    let Some(default) = &param.default else { return Term::NULL };
    crate::hcl::literal(&default.expression).map_or_else(|| Term::Code(default.text.clone()), Term::Known)
}

/// `Some` when the value fits the type.
fn typed(param: &Param, value: &Value) -> Option<Term> {
    let text = value.as_str();
    Some(match param.kind {
        ParamType::Expression => match text {
            Some(text) => expression(text),
            None => Term::Known(value.clone()),
        },
        ParamType::String | ParamType::Duration => match text {
            Some(text) => match parsed(text) {
                Some(Value::String(inner)) => Term::Known(Value::String(inner)),
                _ => Term::Known(Value::String(text.to_owned())),
            },
            None if value.is_number() => Term::Known(Value::String(value.to_string())),
            None => return None,
        },
        ParamType::Number => Term::Known(text.map_or_else(|| Some(value.clone()), parsed).filter(Value::is_number)?),
        ParamType::Bool => Term::Known(text.map_or_else(|| Some(value.clone()), parsed).filter(Value::is_boolean)?),
        ParamType::CidrList | ParamType::StringList => {
            let items = list(text, value)?;
            if matches!(param.kind, ParamType::CidrList) && !items.iter().all(|item| is_cidr(item)) {
                return None;
            }
            Term::Known(items.into_iter().map(Value::String).collect())
        }
    })
}

fn parsed(text: &str) -> Option<Value> {
    crate::hcl::literal(&text.parse::<Expression>().ok()?)
}

/// Text in the place of an expression: HCL when it is a literal, a call or a reference; an ARN, a host name or another bare word is a
/// string. A reference begins with one of Terraform's own names or with a resource type, which has its provider before a `_`.
fn expression(text: &str) -> Term {
    let text = text.trim();
    match text.parse::<Expression>() {
        Ok(expression) => match crate::hcl::literal(&expression) {
            Some(value) => Term::Known(value),
            None => match crate::hcl::traversal_names(&expression) {
                Some(names) if names.len() == 1 || !is_root(&names[0]) => Term::Known(Value::String(text.to_owned())),
                _ => Term::Code(text.to_owned()),
            },
        },
        Err(_) => Term::Known(Value::String(text.to_owned())),
    }
}

fn is_root(name: &str) -> bool {
    matches!(name, "var" | "local" | "module" | "data" | "path" | "each") || name.contains('_')
}

/// A list: of JSON or HCL, or words separated by commas.
fn list(text: Option<&str>, value: &Value) -> Option<Vec<String>> {
    let value = match text {
        Some(text) => parsed(text)
            .filter(Value::is_array)
            .unwrap_or_else(|| text.split(',').map(|word| Value::String(word.trim().trim_matches('"').to_owned())).collect()),
        None => value.clone(),
    };
    let items: Option<Vec<String>> = value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect();
    items.filter(|items| !items.is_empty() && items.iter().all(|item| !item.is_empty()))
}

/// `address/prefix` of IPv4 or IPv6.
fn is_cidr(text: &str) -> bool {
    let Some((address, prefix)) = text.split_once('/') else { return false };
    let (Ok(address), Ok(prefix)) = (address.parse::<std::net::IpAddr>(), prefix.parse::<u8>()) else { return false };
    prefix <= if address.is_ipv4() { 32 } else { 128 }
}

fn wrong_type(rule: &Rule, param: &Param, value: &Value) -> Refusal {
    let wanted = match param.kind {
        ParamType::Expression => "an HCL expression",
        ParamType::String => "a string",
        ParamType::Number => "a number",
        ParamType::Bool => "true or false",
        ParamType::CidrList => "a list of CIDR blocks such as [\"10.0.0.0/8\"]",
        ParamType::StringList => "a list of strings",
        ParamType::Duration => "a duration such as \"30d\"",
    };
    Refusal::new(
        RefusalKind::NeedsParameter,
        format!("The parameter `{}` of rule `{}` must be {wanted}, not `{value}`.", param.name, rule.id),
    )
    .next(format!("Set `{}` to {wanted}.", param.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_by_the_type_it_is_for() {
        assert_eq!(expression("aws_kms_key.a.arn"), Term::Code("aws_kms_key.a.arn".into()));
        assert_eq!(expression("arn:aws:kms:eu-west-1:1:key/2"), Term::Known("arn:aws:kms:eu-west-1:1:key/2".into()));
        assert_eq!(expression("\"x\""), Term::Known("x".into()));
        assert_eq!(expression("acme-logs.s3.amazonaws.com"), Term::Known("acme-logs.s3.amazonaws.com".into()));
        assert_eq!(expression("module.logs.bucket"), Term::Code("module.logs.bucket".into()));
        assert_eq!(list(Some("10.0.0.0/8, 10.1.0.0/16"), &Value::Null), Some(vec!["10.0.0.0/8".into(), "10.1.0.0/16".into()]));
        assert!(is_cidr("::/0") && !is_cidr("10.0.0.0/33") && !is_cidr("office"));
    }
}
