//! Type constraints of variables: conversions and the defaults inside `optional(…)`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::evaluate::Evaluator;
use super::evaluate::site;
use super::origin::{Origin, Role};
use super::scope::Scope;
use super::syntax::{Expression, ExpressionKind};
use super::value::{Entry, List, Object, Traced, Value, parse_number};

/// `value` as the type that `constraint` (standing in `scope`) asks for. What does not fit stays as it is.
pub(super) fn convert(evaluator: &Evaluator<'_>, scope: &Scope, value: Traced, constraint: &Expression) -> Traced {
    if !evaluator.spend(1) || matches!(value.value, Value::Null | Value::Unknown(_)) {
        return value;
    }
    // Old code quotes simple types.
    let name = constraint.as_reference();
    match (name.as_deref(), &constraint.kind) {
        (Some("string"), _) => Traced { value: to_string(&value.value), ..value },
        (Some("number"), _) => Traced { value: to_number(&value.value), ..value },
        (Some("bool"), _) => Traced { value: to_bool(&value.value), ..value },
        (_, ExpressionKind::Call(call)) => {
            let Some(inner) = call.arguments.first() else { return value };
            match &*call.name {
                "list" => items(evaluator, scope, value, inner, false),
                "set" => items(evaluator, scope, value, inner, true),
                "map" => entries(evaluator, scope, value, inner),
                "object" => object(evaluator, scope, value, inner),
                "tuple" => tuple(evaluator, scope, value, inner),
                "optional" => convert(evaluator, scope, value, inner),
                _ => value,
            }
        }
        _ => value,
    }
}

/// A scalar as a string.
pub(super) fn to_string(value: &Value) -> Value {
    match value {
        Value::Number(_) | Value::Bool(_) => value.pieces().map_or_else(|error| error, Value::from_pieces),
        Value::List(_) | Value::Object(_) => Value::invalid(format!("expected a string, not {}", value.kind())),
        other => other.clone(),
    }
}

/// A scalar as a number.
pub(super) fn to_number(value: &Value) -> Value {
    match value {
        Value::String(text) => parse_number(text).map_or_else(|| Value::invalid("expected a number"), Value::number),
        Value::Template(_) => value.first_unknown().map_or(Value::Null, Value::because),
        Value::Number(_) | Value::Null | Value::Unknown(_) => value.clone(),
        other => Value::invalid(format!("expected a number, not {}", other.kind())),
    }
}

/// A scalar as a truth value.
pub(super) fn to_bool(value: &Value) -> Value {
    match (value.as_bool(), value) {
        (Some(truth), _) => Value::Bool(truth),
        (None, Value::Template(_)) => value.first_unknown().map_or(Value::Null, Value::because),
        (None, Value::Null | Value::Unknown(_)) => value.clone(),
        (None, other) => Value::invalid(format!("expected a bool, not {}", other.kind())),
    }
}

/// A list as a set: sorted, each value once, as far as the values are known.
pub(super) fn to_set(list: &List) -> Value {
    let mut items: Vec<Traced> = Vec::with_capacity(list.items.len());
    let (mut known, rest): (Vec<&Traced>, Vec<&Traced>) = list.items.iter().partition(|item| sort_key(&item.value).is_some());
    known.sort_by(|a, b| sort_key(&a.value).cmp(&sort_key(&b.value)));
    known.dedup_by(|a, b| a.value.equals(&b.value) == Some(true));
    items.extend(known.into_iter().cloned());
    items.extend(rest.into_iter().cloned());
    Value::build_list(items, true, list.open.clone())
}

/// Orders scalars as Terraform orders sets.
pub(super) fn sort_key(value: &Value) -> Option<(u8, u64, &str)> {
    match value {
        Value::Bool(value) => Some((0, u64::from(*value), "")),
        Value::Number(number) => {
            // Maps floats to integers of the same order.
            let bits = number.to_bits();
            Some((1, if bits >> 63 == 1 { !bits } else { bits | (1 << 63) }, ""))
        }
        Value::String(text) => Some((2, 0, text)),
        _ => None,
    }
}

fn items(evaluator: &Evaluator<'_>, scope: &Scope, value: Traced, constraint: &Expression, set: bool) -> Traced {
    let Value::List(list) = &value.value else { return value };
    let items = list.items.iter().map(|item| convert(evaluator, scope, item.clone(), constraint)).collect();
    let converted = Value::build_list(items, list.set && set, list.open.clone());
    let converted = match (set, &converted) {
        (true, Value::List(list)) => to_set(list),
        _ => converted,
    };
    Traced { value: converted, origin: value.origin }
}

fn entries(evaluator: &Evaluator<'_>, scope: &Scope, value: Traced, constraint: &Expression) -> Traced {
    let Value::Object(object) = &value.value else { return value };
    let entries = object.entries.iter().map(|(key, entry)| {
        let value = convert(evaluator, scope, entry.value.clone(), constraint);
        (key.clone(), Entry { key: entry.key.clone(), value })
    });
    Traced { value: Value::build_object(entries.collect(), object.open.clone()), origin: value.origin }
}

fn tuple(evaluator: &Evaluator<'_>, scope: &Scope, value: Traced, constraint: &Expression) -> Traced {
    let Value::List(list) = &value.value else { return value };
    let constraints = constraint.items();
    let items = list.items.iter().enumerate().map(|(at, item)| match constraints.get(at) {
        Some(constraint) => convert(evaluator, scope, item.clone(), constraint),
        None => item.clone(),
    });
    Traced { value: Value::build_list(items.collect(), list.set, list.open.clone()), origin: value.origin }
}

fn object(evaluator: &Evaluator<'_>, scope: &Scope, value: Traced, constraint: &Expression) -> Traced {
    let (Value::Object(given), ExpressionKind::Object(fields)) = (&value.value, &constraint.kind) else { return value };
    let mut entries = BTreeMap::new();
    for field in fields {
        let Some(name) = field.key.as_literal() else { continue };
        if let Some(entry) = field_value(evaluator, scope, given, name, &field.value) {
            entries.insert(Arc::from(name), entry);
        }
    }
    Traced { value: Value::build_object(entries, given.open.clone()), origin: value.origin }
}

/// One attribute of an object: as given, else the default of `optional(type, default)`, else null.
fn field_value(evaluator: &Evaluator<'_>, scope: &Scope, given: &Object, name: &str, constraint: &Expression) -> Option<Entry> {
    let optional = match &constraint.kind {
        ExpressionKind::Call(call) if &*call.name == "optional" => Some(&call.arguments),
        _ => None,
    };
    let default = optional.and_then(|arguments| arguments.get(1));
    let present = given.entries.get(name).filter(|entry| default.is_none() || !matches!(entry.value.value, Value::Null));
    if let Some(entry) = present {
        return Some(Entry { key: entry.key.clone(), value: convert(evaluator, scope, entry.value.clone(), constraint) });
    }
    if given.open.is_some() {
        return None;
    }
    let value = match default {
        Some(default) => {
            let value = evaluator.eval(scope, default);
            let role = Role::OptionalDefault { name: Arc::from(name) };
            let value = Traced { value: value.value, origin: Origin::hop(site(scope, default.span), role, vec![value.origin]) };
            convert(evaluator, scope, value, constraint)
        }
        None if optional.is_some() => {
            let absent = Role::OptionalDefault { name: Arc::from(name) };
            Traced { value: Value::Null, origin: Origin::hop(site(scope, constraint.span), absent, Vec::new()) }
        }
        None => return None,
    };
    Some(Entry { key: Origin::default(), value })
}
