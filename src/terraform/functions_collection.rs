//! Functions over lists and sets. Items keep their own origin, so that a change can go to where an item is written.

use std::collections::HashSet;
use std::sync::Arc;

use super::conversion;
use super::function::{Answer, Arguments, Outcome, refuse};
use super::value::{Traced, Value, Why};

/// The function `name`, if it is one of these.
pub(super) fn find(name: &str) -> Option<fn(&Arguments<'_>) -> Answer> {
    Some(match name {
        "length" => length,
        "element" => element,
        "concat" => concat,
        "flatten" => flatten,
        "distinct" => distinct,
        "compact" => compact,
        "contains" => contains,
        "index" => index,
        "slice" => slice,
        "chunklist" => chunklist,
        "reverse" => reverse,
        "sort" => sort,
        "one" => one,
        "coalesce" => coalesce,
        "coalescelist" => coalescelist,
        "toset" => toset,
        "tolist" => tolist,
        "setunion" => setunion,
        "setintersection" => |arguments| set_filter(arguments, true),
        "setsubtract" => |arguments| set_filter(arguments, false),
        "setproduct" => setproduct,
        "alltrue" => |arguments| all_or_any(arguments, false),
        "anytrue" => |arguments| all_or_any(arguments, true),
        _ => return None,
    })
}

#[expect(clippy::cast_precision_loss, reason = "no collection is that large")]
fn count(number: usize) -> Outcome {
    Value::number(number as f64).into()
}

fn length(arguments: &Arguments<'_>) -> Answer {
    let value = &arguments.get(0)?.value;
    let open = match value {
        Value::List(list) => {
            let uncertain = list.set && list.items.iter().any(|item| !item.value.is_known());
            list.open.clone().or_else(|| if uncertain { value.first_unknown().cloned() } else { None })
        }
        Value::Object(object) => object.open.clone(),
        _ => None,
    };
    if let Some(why) = open {
        return Err(Value::because(&why));
    }
    match value {
        Value::List(list) => Ok(count(list.items.len())),
        Value::Object(object) => Ok(count(object.entries.len())),
        Value::String(text) => Ok(count(text.chars().count())),
        other => Err(refuse(other, "a list, an object or a string")),
    }
}

fn element(arguments: &Arguments<'_>) -> Answer {
    let items = arguments.closed_list(0)?;
    let at = match &arguments.get(1)?.value {
        Value::Unknown(_) if !items.is_empty() => return Ok(Outcome::Part(Traced::bare(Value::either(items.to_vec())))),
        _ => arguments.integer(1)?,
    };
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let at = at.checked_rem_euclid(length).and_then(|at| usize::try_from(at).ok());
    let item = at.and_then(|at| items.get(at)).ok_or_else(|| Value::invalid("`element` of an empty list"))?;
    Ok(Outcome::Part(item.clone()))
}

fn concat(arguments: &Arguments<'_>) -> Answer {
    let mut items = Vec::new();
    let mut open = None;
    for argument in &arguments.all {
        match &argument.value {
            Value::List(list) => {
                arguments.spend(list.items.len())?;
                items.extend(list.items.iter().cloned());
                open = open.or_else(|| list.open.clone());
            }
            Value::Unknown(why) if !why.is_error() => open = Some(why.clone()),
            other => return Err(refuse(other, "a list")),
        }
    }
    Ok(Value::build_list(items, false, open).into())
}

fn flatten(arguments: &Arguments<'_>) -> Answer {
    let mut items = Vec::new();
    let mut open = None;
    flatten_into(arguments, &arguments.get(0)?.value, &mut items, &mut open)?;
    Ok(Value::build_list(items, false, open).into())
}

/// Nesting of values is bounded, so the recursion is.
fn flatten_into(arguments: &Arguments<'_>, value: &Value, items: &mut Vec<Traced>, open: &mut Option<Arc<Why>>) -> Result<(), Value> {
    let list = match value {
        Value::List(list) => list,
        other => return Err(refuse(other, "a list")),
    };
    for item in &list.items {
        arguments.spend(1)?;
        match &item.value {
            Value::List(_) => flatten_into(arguments, &item.value, items, open)?,
            // It may be a list itself.
            Value::Unknown(why) => *open = Some(why.clone()),
            _ => items.push(item.clone()),
        }
    }
    if list.open.is_some() {
        open.clone_from(&list.open);
    }
    Ok(())
}

/// A key under which equal known values meet.
fn identity(value: &Value) -> Option<String> {
    value.to_json().map(|json| json.to_string())
}

fn distinct(arguments: &Arguments<'_>) -> Answer {
    let list = arguments.list(0)?;
    arguments.spend(list.items.len())?;
    let mut seen = HashSet::new();
    let items = list.items.iter().filter(|item| identity(&item.value).is_none_or(|key| seen.insert(key))).cloned().collect();
    Ok(Value::build_list(items, list.set, list.open.clone()).into())
}

fn compact(arguments: &Arguments<'_>) -> Answer {
    let list = arguments.list(0)?;
    let mut open = list.open.clone();
    let mut items = Vec::new();
    for item in &list.items {
        match &item.value {
            Value::Null => {}
            Value::String(text) if text.is_empty() => {}
            // Either it stays or it goes.
            Value::Unknown(why) => open = Some(why.clone()),
            _ => items.push(item.clone()),
        }
    }
    Ok(Value::build_list(items, false, open).into())
}

fn contains(arguments: &Arguments<'_>) -> Answer {
    let (list, wanted) = (arguments.list(0)?, &arguments.get(1)?.value);
    arguments.spend(list.items.len())?;
    let mut doubt = list.open.clone();
    for item in &list.items {
        match item.value.equals(wanted) {
            Some(true) => return Ok(Value::Bool(true).into()),
            Some(false) => {}
            None => doubt = item.value.first_unknown().or_else(|| wanted.first_unknown()).cloned(),
        }
    }
    match doubt {
        Some(why) => Err(Value::because(&why)),
        None => Ok(Value::Bool(false).into()),
    }
}

fn index(arguments: &Arguments<'_>) -> Answer {
    let (items, wanted) = (arguments.closed_list(0)?, &arguments.get(1)?.value);
    for (at, item) in items.iter().enumerate() {
        match item.value.equals(wanted) {
            Some(true) => return Ok(count(at)),
            Some(false) => {}
            None => return Err(item.value.first_unknown().or_else(|| wanted.first_unknown()).map_or(Value::Null, Value::because)),
        }
    }
    Err(Value::invalid("the list does not hold the value"))
}

fn slice(arguments: &Arguments<'_>) -> Answer {
    let items = arguments.closed_list(0)?;
    let bounds = (usize::try_from(arguments.integer(1)?), usize::try_from(arguments.integer(2)?));
    let (Ok(start), Ok(end)) = bounds else { return Err(Value::invalid("`slice` needs indexes from 0")) };
    let part = items.get(start..end).ok_or_else(|| Value::invalid("`slice` reaches past the end"))?;
    Ok(Value::list(part.to_vec()).into())
}

fn chunklist(arguments: &Arguments<'_>) -> Answer {
    let (items, size) = (arguments.closed_list(0)?, arguments.integer(1)?);
    let size = usize::try_from(size).map_err(|_| Value::invalid("`chunklist` needs a size from 0"))?;
    let size = if size == 0 { items.len().max(1) } else { size };
    Ok(Value::list(items.chunks(size).map(|chunk| Traced::bare(Value::list(chunk.to_vec()))).collect()).into())
}

fn reverse(arguments: &Arguments<'_>) -> Answer {
    Ok(Value::list(arguments.closed_list(0)?.iter().rev().cloned().collect()).into())
}

fn sort(arguments: &Arguments<'_>) -> Answer {
    let mut items = arguments.closed_list(0)?.to_vec();
    arguments.spend(items.len())?;
    if let Some(unknown) = items.iter().find_map(|item| item.value.first_unknown()) {
        return Err(Value::because(unknown));
    }
    items.sort_by_cached_key(|item| conversion::to_string(&item.value).as_str().map(str::to_owned));
    Ok(Value::list(items).into())
}

fn one(arguments: &Arguments<'_>) -> Answer {
    match arguments.closed_list(0)? {
        [] => Ok(Value::Null.into()),
        [item] => Ok(Outcome::Part(item.clone())),
        _ => Err(Value::invalid("`one` of a list with several items")),
    }
}

/// The first argument that counts; one that is unknown may or may not.
fn first_that(arguments: &Arguments<'_>, counts: fn(&Value) -> bool) -> Answer {
    let mut possible: Vec<Traced> = Vec::new();
    for argument in &arguments.all {
        match &argument.value {
            Value::Unknown(why) if why.is_error() => return Err(argument.value.clone()),
            Value::Unknown(_) => possible.push(argument.clone()),
            value if counts(value) => {
                possible.push(argument.clone());
                break;
            }
            _ => {}
        }
    }
    match possible.len() {
        0 => Err(Value::invalid("no argument has a value")),
        1 => Ok(Outcome::Part(possible.remove(0))),
        _ => Ok(Value::either(possible).into()),
    }
}

fn coalesce(arguments: &Arguments<'_>) -> Answer {
    first_that(arguments, |value| !matches!(value, Value::Null) && value.as_str() != Some(""))
}

fn coalescelist(arguments: &Arguments<'_>) -> Answer {
    first_that(arguments, |value| value.as_list().is_some_and(|list| !list.items.is_empty() || list.open.is_some()))
}

fn toset(arguments: &Arguments<'_>) -> Answer {
    let argument = arguments.get(0)?;
    let value = match &argument.value {
        Value::List(list) => conversion::to_set(list),
        Value::Null => Value::Null,
        other => return Err(refuse(other, "a list")),
    };
    Ok(Outcome::Part(Traced { value, origin: argument.origin.clone() }))
}

fn tolist(arguments: &Arguments<'_>) -> Answer {
    let argument = arguments.get(0)?;
    let value = match &argument.value {
        Value::List(list) => Value::build_list(list.items.clone(), false, list.open.clone()),
        Value::Null => Value::Null,
        other => return Err(refuse(other, "a list")),
    };
    Ok(Outcome::Part(Traced { value, origin: argument.origin.clone() }))
}

fn setunion(arguments: &Arguments<'_>) -> Answer {
    let joined = match concat(arguments)? {
        Outcome::Value(value) => value,
        Outcome::Part(part) => part.value,
    };
    Ok(joined.as_list().map_or_else(|| joined.clone(), conversion::to_set).into())
}

/// Items of the first set that are (or are not) in all the others.
fn set_filter(arguments: &Arguments<'_>, wanted: bool) -> Answer {
    let mut kept: Vec<Traced> = arguments.closed_list(0)?.to_vec();
    for at in 1..arguments.all.len() {
        let other = arguments.closed_list(at)?;
        if let Some(why) = kept.iter().chain(other).find_map(|item| item.value.first_unknown()) {
            return Err(Value::because(why));
        }
        arguments.spend(kept.len() + other.len())?;
        let keys: HashSet<String> = other.iter().filter_map(|item| identity(&item.value)).collect();
        kept.retain(|item| identity(&item.value).is_some_and(|key| keys.contains(&key)) == wanted);
    }
    Ok(Value::build_list(kept, true, None).into())
}

fn setproduct(arguments: &Arguments<'_>) -> Answer {
    let mut rows: Vec<Vec<Traced>> = vec![Vec::new()];
    for at in 0..arguments.all.len() {
        let items = arguments.closed_list(at)?;
        arguments.spend(rows.len().saturating_mul(items.len()).saturating_mul(at + 1))?;
        rows = rows
            .iter()
            .flat_map(|row| {
                items.iter().map(move |item| {
                    let mut row = row.clone();
                    row.push(item.clone());
                    row
                })
            })
            .collect();
    }
    Ok(Value::list(rows.into_iter().map(|row| Traced::bare(Value::list(row))).collect()).into())
}

/// `alltrue` (decided by one false) and `anytrue` (decided by one true).
fn all_or_any(arguments: &Arguments<'_>, decisive: bool) -> Answer {
    let list = arguments.list(0)?;
    let mut doubt = list.open.clone();
    for item in &list.items {
        match (item.value.as_bool(), item.value.first_unknown()) {
            (Some(value), _) if value == decisive => return Ok(Value::Bool(decisive).into()),
            (None, Some(why)) => doubt = Some(why.clone()),
            // A null counts as false.
            (None, None) if !decisive => return Ok(Value::Bool(false).into()),
            _ => {}
        }
    }
    match doubt {
        Some(why) => Err(Value::because(&why)),
        None => Ok(Value::Bool(!decisive).into()),
    }
}
