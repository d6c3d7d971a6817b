//! Functions over objects and maps. Entries keep their own origin.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::evaluate::key_text;
use super::function::{Answer, Arguments, Outcome, refuse};
use super::origin::Origin;
use super::value::{Entry, Traced, Value};

/// The function `name`, if it is one of these.
pub(super) fn find(name: &str) -> Option<fn(&Arguments<'_>) -> Answer> {
    Some(match name {
        "merge" => merge,
        "lookup" => lookup,
        "keys" => keys,
        "values" => values,
        "zipmap" => zipmap,
        "tomap" => tomap,
        "transpose" => transpose,
        "matchkeys" => matchkeys,
        _ => return None,
    })
}

fn merge(arguments: &Arguments<'_>) -> Answer {
    let mut entries: BTreeMap<Arc<str>, Entry> = BTreeMap::new();
    let mut open = None;
    for argument in &arguments.all {
        let why = match &argument.value {
            Value::Null => continue,
            Value::Object(object) => {
                arguments.spend(object.entries.len())?;
                entries.extend(object.entries.iter().map(|(key, entry)| (key.clone(), entry.clone())));
                object.open.clone()
            }
            Value::Unknown(why) if !why.is_error() => Some(why.clone()),
            other => return Err(refuse(other, "an object")),
        };
        if let Some(why) = why {
            // What came before may be replaced by what is not known; this argument's own known entries may not.
            let own = argument.value.as_object();
            for (key, entry) in &mut entries {
                if own.is_none_or(|own| !own.entries.contains_key(key)) {
                    let unknown = Traced { value: Value::because(&why), origin: argument.origin.clone() };
                    entry.value = Traced { value: Value::either(vec![entry.value.clone(), unknown]), origin: entry.value.origin.clone() };
                }
            }
            open = Some(why);
        }
    }
    Ok(Value::build_object(entries, open).into())
}

fn lookup(arguments: &Arguments<'_>) -> Answer {
    let object = arguments.object(0)?;
    let key = &arguments.get(1)?.value;
    let default = arguments.all.get(2);
    let key = match key_text(key) {
        Ok(key) => key,
        Err(why) => {
            // Any entry, or the default.
            let mut choices: Vec<Traced> = object.entries.values().map(|entry| entry.value.clone()).collect();
            choices.extend(default.cloned());
            return if object.open.is_none() && !choices.is_empty() {
                Ok(Value::either(choices).into())
            } else {
                Err(Value::because(&why))
            };
        }
    };
    match (object.entries.get(&key), &object.open, default) {
        (Some(entry), _, _) => Ok(Outcome::Part(entry.value.clone())),
        (None, Some(why), _) => Err(Value::because(why)),
        (None, None, Some(default)) => Ok(Outcome::Part(default.clone())),
        (None, None, None) => Err(Value::invalid(format!("there is no key `{key}`"))),
    }
}

fn keys(arguments: &Arguments<'_>) -> Answer {
    let object = arguments.object(0)?;
    arguments.spend(object.entries.len())?;
    let keys = object.entries.iter().map(|(key, entry)| Traced { value: Value::String(key.clone()), origin: entry.key.clone() });
    Ok(Value::build_list(keys.collect(), false, object.open.clone()).into())
}

fn values(arguments: &Arguments<'_>) -> Answer {
    let object = arguments.object(0)?;
    arguments.spend(object.entries.len())?;
    Ok(Value::build_list(object.entries.values().map(|entry| entry.value.clone()).collect(), false, object.open.clone()).into())
}

fn zipmap(arguments: &Arguments<'_>) -> Answer {
    let (keys, values) = (arguments.closed_list(0)?, arguments.closed_list(1)?);
    if keys.len() != values.len() {
        return Err(Value::invalid("the lists given to `zipmap` differ in length"));
    }
    let mut entries = BTreeMap::new();
    let mut open = None;
    for (key, value) in keys.iter().zip(values) {
        match key_text(&key.value) {
            Ok(text) => drop(entries.insert(text, Entry { key: key.origin.clone(), value: value.clone() })),
            Err(why) => open = Some(why),
        }
    }
    Ok(Value::build_object(entries, open).into())
}

fn tomap(arguments: &Arguments<'_>) -> Answer {
    arguments.object(0)?;
    Ok(Outcome::Part(arguments.get(0)?.clone()))
}

fn transpose(arguments: &Arguments<'_>) -> Answer {
    let object = arguments.object(0)?;
    if let Some(why) = arguments.get(0)?.value.first_unknown() {
        return Err(Value::because(why));
    }
    let mut turned: BTreeMap<Arc<str>, Vec<Traced>> = BTreeMap::new();
    for (key, entry) in &object.entries {
        for item in entry.value.value.as_list().map_or(&[][..], |list| &list.items) {
            arguments.spend(1)?;
            if let Ok(text) = key_text(&item.value) {
                turned.entry(text).or_default().push(Traced { value: Value::String(key.clone()), origin: entry.key.clone() });
            }
        }
    }
    let entries = turned.into_iter().map(|(key, items)| (key, Entry { key: Origin::default(), value: Traced::bare(Value::list(items)) }));
    Ok(Value::object(entries.collect()).into())
}

/// The values whose key is among the wanted ones.
fn matchkeys(arguments: &Arguments<'_>) -> Answer {
    let (values, keys, wanted) = (arguments.closed_list(0)?, arguments.closed_list(1)?, arguments.closed_list(2)?);
    let mut found = Vec::new();
    for (value, key) in values.iter().zip(keys) {
        arguments.spend(wanted.len())?;
        let answers: Vec<Option<bool>> = wanted.iter().map(|wanted| key.value.equals(&wanted.value)).collect();
        if answers.contains(&Some(true)) {
            found.push(value.clone());
        } else if answers.contains(&None) {
            return Err(key.value.first_unknown().map_or(Value::Null, Value::because));
        }
    }
    Ok(Value::list(found).into())
}
