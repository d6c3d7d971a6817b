//! Function calls: which function, with which arguments.

use std::sync::Arc;

use super::conversion;
use super::evaluate::{Evaluator, LONGEST_TEXT, computed, site};
use super::functions_collection as collection;
use super::functions_encoding as encoding;
use super::functions_network as network;
use super::functions_number as number;
use super::functions_text as text;
use super::origin::{Origin, Role};
use super::scope::Scope;
use super::syntax::{Call, Expression};
use super::value::{List, Object, Piece, Traced, Value, Why};
use crate::model::Span;

/// What a function gives: one of its arguments' parts as it is, or a value of its own.
pub(super) enum Outcome {
    /// A value computed from the arguments.
    Value(Value),
    /// A part of the arguments, with its own way.
    Part(Traced),
}

impl From<Value> for Outcome {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}

/// `Err` carries the value to give instead: unknown, or what Terraform would reject.
pub(super) type Answer = Result<Outcome, Value>;

/// A function over evaluated arguments.
type Function = fn(&Arguments<'_>) -> Answer;

/// The arguments of one call.
pub(super) struct Arguments<'a> {
    pub all: Vec<Traced>,
    pub evaluator: &'a Evaluator<'a>,
    pub scope: &'a Scope,
}

impl Evaluator<'_> {
    pub(super) fn call(&self, scope: &Scope, span: Span, call: &Call) -> Traced {
        match &*call.name {
            "try" => return self.try_each(scope, span, &call.arguments),
            "can" => return self.can(scope, span, call.arguments.first()),
            _ => {}
        }
        let mut all: Vec<Traced> = call.arguments.iter().map(|argument| self.eval(scope, argument)).collect();
        if call.expand {
            match expand(&mut all) {
                Ok(()) => {}
                Err(value) => return computed(scope, span, &call.name, origins(&all), value),
            }
        }
        let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
        let Some(function) = find(name) else {
            return computed(scope, span, name, origins(&all), Value::unknown(Why::Function(Arc::from(name))));
        };
        let arguments = Arguments { all, evaluator: self, scope };
        let size: u64 = arguments.all.iter().map(|argument| argument.value.size()).sum();
        let answer = if self.spend(1 + size / 16) { function(&arguments) } else { Err(Value::unknown(Why::Bound)) };
        match answer {
            Ok(Outcome::Value(value)) | Err(value) => computed(scope, span, name, origins(&arguments.all), value),
            Ok(Outcome::Part(part)) => {
                let mut from = vec![part.origin];
                from.extend(origins(&arguments.all));
                Traced { value: part.value, origin: Origin::hop(site(scope, span), Role::Choice, from) }
            }
        }
    }

    /// The first argument that Terraform could evaluate.
    fn try_each(&self, scope: &Scope, span: Span, arguments: &[Expression]) -> Traced {
        let mut possible: Vec<Traced> = Vec::new();
        for argument in arguments {
            let value = self.eval(scope, argument);
            match value.value.why() {
                Some(why) if why.is_error() => {}
                // It may be there or fail; if it fails the next one counts.
                Some(_) => possible.push(value),
                None => {
                    possible.push(value);
                    break;
                }
            }
        }
        let from: Vec<Origin> = possible.iter().map(|value| value.origin.clone()).collect();
        match possible.len() {
            0 => computed(scope, span, "try", from, Value::invalid("no argument of `try` can be evaluated")),
            1 => possible.pop().map_or_else(
                || Traced::unknown(Why::Bound),
                |value| Traced { value: value.value, origin: Origin::hop(site(scope, span), Role::Choice, from) },
            ),
            _ => computed(scope, span, "try", from, Value::either(possible)),
        }
    }

    fn can(&self, scope: &Scope, span: Span, argument: Option<&Expression>) -> Traced {
        let Some(argument) = argument else { return Traced::bare(Value::invalid("`can` needs an argument")) };
        let value = self.eval(scope, argument);
        let result = match value.value.first_unknown() {
            Some(why) if why.is_error() => Value::Bool(false),
            Some(why) => Value::because(why),
            None => Value::Bool(true),
        };
        computed(scope, span, "can", vec![value.origin], result)
    }
}

fn origins(values: &[Traced]) -> Vec<Origin> {
    values.iter().map(|value| value.origin.clone()).collect()
}

/// Spreads the last argument (`f(list...)`).
fn expand(all: &mut Vec<Traced>) -> Result<(), Value> {
    let Some(last) = all.pop() else { return Ok(()) };
    match &last.value {
        Value::List(list) if list.open.is_none() => {
            all.extend(list.items.iter().cloned());
            Ok(())
        }
        other => {
            let value = other.first_unknown().map_or_else(|| Value::invalid("`...` needs a list"), Value::because);
            all.push(last);
            Err(value)
        }
    }
}

fn find(name: &str) -> Option<Function> {
    text::find(name)
        .or_else(|| collection::find(name))
        .or_else(|| super::functions_map::find(name))
        .or_else(|| number::find(name))
        .or_else(|| encoding::find(name))
        .or_else(|| network::find(name))
        .or_else(|| super::functions_file::find(name))
        .or_else(|| conversion_function(name))
        .or_else(|| super::terragrunt::find(name))
}

fn conversion_function(name: &str) -> Option<Function> {
    Some(match name {
        "tostring" => |arguments| arguments.scalar(conversion::to_string),
        "tonumber" => |arguments| arguments.scalar(conversion::to_number),
        "tobool" => |arguments| arguments.scalar(conversion::to_bool),
        "nonsensitive" | "sensitive" | "ephemeralasnull" => |arguments| Ok(Outcome::Part(arguments.get(0)?.clone())),
        "issensitive" => |_| Ok(Value::Bool(false).into()),
        "timestamp" | "uuid" | "bcrypt" | "plantimestamp" | "uuidv5" => |_| Err(Value::unknown(Why::Impure(Arc::from("timestamp")))),
        _ => return None,
    })
}

impl<'a> Arguments<'a> {
    /// Argument `at`.
    pub fn get(&self, at: usize) -> Result<&Traced, Value> {
        self.all.get(at).ok_or_else(|| Value::invalid("an argument is missing"))
    }

    fn scalar(&self, convert: fn(&Value) -> Value) -> Answer {
        let argument = self.get(0)?;
        Ok(Outcome::Part(Traced { value: convert(&argument.value), origin: argument.origin.clone() }))
    }

    /// Argument `at` as a known string.
    pub fn text(&self, at: usize) -> Result<Arc<str>, Value> {
        match &conversion::to_string(&self.get(at)?.value) {
            Value::String(text) => Ok(text.clone()),
            other => Err(refuse(other, "a string")),
        }
    }

    /// Argument `at` as the parts of a string.
    pub fn pieces(&self, at: usize) -> Result<Vec<Piece>, Value> {
        self.get(at)?.value.pieces()
    }

    /// Argument `at` as a known number.
    pub fn number(&self, at: usize) -> Result<f64, Value> {
        let value = &self.get(at)?.value;
        value.as_number().ok_or_else(|| refuse(value, "a number"))
    }

    /// Argument `at` as a known whole number.
    pub fn integer(&self, at: usize) -> Result<i64, Value> {
        let number = self.number(at)?;
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and exact")]
        let integer = (number.fract() == 0.0).then_some(number as i64);
        integer.ok_or_else(|| Value::invalid("expected a whole number"))
    }

    /// Argument `at` as a list, perhaps open.
    pub fn list(&self, at: usize) -> Result<&List, Value> {
        let value = &self.get(at)?.value;
        value.as_list().ok_or_else(|| refuse(value, "a list"))
    }

    /// Argument `at` as a list that has no unknown items.
    pub fn closed_list(&self, at: usize) -> Result<&[Traced], Value> {
        let list = self.list(at)?;
        match &list.open {
            Some(why) => Err(Value::because(why)),
            None => Ok(&list.items),
        }
    }

    /// Argument `at` as an object, perhaps open.
    pub fn object(&self, at: usize) -> Result<&Object, Value> {
        let value = &self.get(at)?.value;
        value.as_object().ok_or_else(|| refuse(value, "an object"))
    }

    /// Argument `at` as JSON.
    pub fn json(&self, at: usize) -> Result<serde_json::Value, Value> {
        let value = &self.get(at)?.value;
        value.to_json().ok_or_else(|| refuse(value, "a value"))
    }

    /// Takes steps for `amount` items or for `amount` / 16 bytes of text; `Err` when there are not enough.
    pub fn spend(&self, amount: usize) -> Result<(), Value> {
        if amount <= LONGEST_TEXT && self.evaluator.spend(amount as u64) { Ok(()) } else { Err(Value::unknown(Why::Bound)) }
    }

    /// A known string as a result, within the bound on its length.
    pub fn long_text(&self, text: String) -> Answer {
        self.spend(text.len() / 16)?;
        if text.len() > LONGEST_TEXT { Err(Value::unknown(Why::Bound)) } else { Ok(Value::string(text).into()) }
    }
}

/// What to answer instead of using `value`: unknown for what is not known, an error for what is of the wrong type.
pub(super) fn refuse(value: &Value, expected: &str) -> Value {
    value.first_unknown().map_or_else(|| Value::invalid(format!("expected {expected}, not {}", value.kind())), Value::because)
}
