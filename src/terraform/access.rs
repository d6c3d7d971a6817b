//! Stepping into values: `.name`, `[index]`, splats.

use std::sync::Arc;

use super::evaluate::{Evaluator, key_text, site};
use super::origin::{Origin, Role};
use super::scope::Scope;
use super::syntax::{Expression, ExpressionKind, Step, StepKind};
use super::value::{Traced, Value, Why};

impl Evaluator<'_> {
    /// `steps` from `value`; the result passes through the expression `whole`.
    pub(super) fn follow(&self, scope: &Scope, whole: &Expression, value: Traced, steps: &[Step]) -> Traced {
        let mut indexes = Vec::new();
        let reached = self.step_through(scope, whole, value, steps, &mut indexes);
        let mut from = vec![reached.origin];
        from.extend(indexes);
        let origin = Origin::hop(site(scope, whole.span), Role::Reference { to: written(whole) }, from);
        Traced { value: reached.value, origin }
    }

    fn step_through(&self, scope: &Scope, whole: &Expression, value: Traced, steps: &[Step], indexes: &mut Vec<Origin>) -> Traced {
        let mut value = value;
        for (at, step) in steps.iter().enumerate() {
            match &step.kind {
                StepKind::Attribute(name) => value = member(&value, name),
                StepKind::Index(index) => {
                    let index = self.eval(scope, index);
                    value = element(&value, &index.value);
                    indexes.push(index.origin);
                }
                StepKind::FullSplat => {
                    let rest = steps.get(at + 1..).unwrap_or_default();
                    return self.splat(scope, whole, value, |item| self.step_through(scope, whole, item, rest, &mut Vec::new()));
                }
                StepKind::AttributeSplat => {
                    let rest = steps.get(at + 1..).unwrap_or_default();
                    let inner = rest.iter().take_while(|step| matches!(step.kind, StepKind::Attribute(_))).count();
                    let (each, after) = rest.split_at(inner);
                    let list = self.splat(scope, whole, value, |item| self.step_through(scope, whole, item, each, &mut Vec::new()));
                    return self.step_through(scope, whole, list, after, indexes);
                }
            }
        }
        value
    }
}

/// A reference as it is written, without indexes.
pub(super) fn written(expression: &Expression) -> Arc<str> {
    let ExpressionKind::Access(access) = &expression.kind else {
        return expression.as_reference().map_or_else(|| Arc::from("(…)"), Arc::from);
    };
    let mut text = access.target.as_reference().unwrap_or_else(|| "(…)".to_owned());
    for step in &access.steps {
        match &step.kind {
            StepKind::Attribute(name) => {
                text.push('.');
                text.push_str(name);
            }
            StepKind::Index(_) => {}
            StepKind::AttributeSplat | StepKind::FullSplat => text.push_str("[*]"),
        }
    }
    Arc::from(text)
}

/// `value.name`.
pub(super) fn member(value: &Traced, name: &str) -> Traced {
    match &value.value {
        Value::Object(object) => match (object.entries.get(name), &object.open) {
            (Some(entry), _) => entry.value.clone(),
            (None, Some(why)) => Traced { value: Value::because(why), origin: value.origin.clone() },
            (None, None) => wrong(value, format!("there is no attribute `{name}`")),
        },
        Value::Unknown(why) => distribute(value, why, |choice| member(choice, name)),
        other => wrong(value, format!("{} has no attribute `{name}`", other.kind())),
    }
}

/// `value[index]`.
pub(super) fn element(value: &Traced, index: &Value) -> Traced {
    if let Value::Unknown(why) = &value.value {
        return distribute(value, why, |choice| element(choice, index));
    }
    if let Some(why) = index.first_unknown() {
        return any_element(value, why);
    }
    match &value.value {
        Value::Object(object) => match (key_text(index).ok().and_then(|key| object.entries.get(&key)), &object.open) {
            (Some(entry), _) => entry.value.clone(),
            (None, Some(why)) => Traced { value: Value::because(why), origin: value.origin.clone() },
            (None, None) => wrong(value, "there is no such key".to_owned()),
        },
        Value::List(list) => {
            let found = index.as_number().filter(|number| *number >= 0.0 && number.fract() == 0.0);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a whole number from 0")]
            let found = found.and_then(|number| list.items.get(number as usize));
            match (found, &list.open) {
                // With unknown items before it, even a known item may stand elsewhere.
                (_, Some(why)) => Traced { value: Value::because(why), origin: value.origin.clone() },
                (Some(item), None) => item.clone(),
                (None, None) => wrong(value, "there is no such index".to_owned()),
            }
        }
        other => wrong(value, format!("{} cannot be indexed", other.kind())),
    }
}

/// An element under an unknown key: one of them all.
fn any_element(value: &Traced, why: &Arc<Why>) -> Traced {
    let choices: Vec<Traced> = match &value.value {
        Value::Object(object) if object.open.is_none() => object.entries.values().map(|entry| entry.value.clone()).collect(),
        Value::List(list) if list.open.is_none() => list.items.clone(),
        _ => Vec::new(),
    };
    let result = if choices.is_empty() { Value::because(why) } else { Value::either(choices) };
    Traced { value: result, origin: value.origin.clone() }
}

/// The same step into every value it may be.
fn distribute(value: &Traced, why: &Arc<Why>, step: impl Fn(&Traced) -> Traced) -> Traced {
    let result = match why.root() {
        Why::Either(choices) => Value::either(choices.iter().map(step).collect()),
        _ => Value::because(why),
    };
    Traced { value: result, origin: value.origin.clone() }
}

fn wrong(value: &Traced, message: String) -> Traced {
    Traced { value: Value::invalid(message), origin: value.origin.clone() }
}
