//! Operators, conditionals and templates.

use std::sync::Arc;

use super::evaluate::{Evaluator, LONGEST_TEXT, computed, site};
use super::origin::{Origin, Role};
use super::scope::Scope;
use super::syntax::{Binary, BinaryOperator, Conditional, Expression, Part, UnaryOperator};
use super::value::{Piece, Traced, Value, Why};
use crate::model::Span;

impl Evaluator<'_> {
    pub(super) fn conditional(&self, scope: &Scope, span: Span, conditional: &Conditional) -> Traced {
        let condition = self.eval(scope, &conditional.condition);
        let choose = |branch: &Expression| {
            let chosen = self.eval(scope, branch);
            let origin = Origin::hop(site(scope, span), Role::Choice, vec![chosen.origin, condition.origin.clone()]);
            Traced { value: chosen.value, origin }
        };
        match (condition.value.as_bool(), &condition.value) {
            (Some(true), _) => choose(&conditional.yes),
            (Some(false), _) => choose(&conditional.no),
            (None, Value::Unknown(why)) if why.is_error() => {
                computed(scope, span, "conditional", vec![condition.origin], Value::Unknown(why.clone()))
            }
            (None, Value::Unknown(_) | Value::Template(_)) => {
                let (yes, no) = (choose(&conditional.yes), choose(&conditional.no));
                // Whichever it is, the result is the same.
                if self.spend(yes.value.size() / 16) && yes.value.is_known() && yes.value.equals(&no.value) == Some(true) {
                    return yes;
                }
                let from = vec![condition.origin, yes.origin.clone(), no.origin.clone()];
                computed(scope, span, "conditional", from, Value::either(vec![yes, no]))
            }
            (None, other) => {
                computed(scope, span, "conditional", vec![], Value::invalid(format!("a condition must be a bool, not {}", other.kind())))
            }
        }
    }

    pub(super) fn unary(&self, scope: &Scope, span: Span, operator: UnaryOperator, inner: &Expression) -> Traced {
        let operand = self.eval(scope, inner);
        let value = match (operator, &operand.value) {
            (_, Value::Unknown(why)) => Value::because(why),
            (UnaryOperator::Not, value) => value.as_bool().map_or_else(|| Value::invalid("`!` needs a bool"), |value| Value::Bool(!value)),
            (UnaryOperator::Negate, value) => {
                value.as_number().map_or_else(|| Value::invalid("`-` needs a number"), |number| Value::number(-number))
            }
        };
        // `-1` is as good a literal as `1`.
        let is_literal = operand.origin.first().is_some_and(|hop| hop.role == Role::Literal);
        if is_literal {
            return Traced { value, origin: Origin::hop(site(scope, span), Role::Literal, Vec::new()) };
        }
        computed(scope, span, "operator", vec![operand.origin], value)
    }

    pub(super) fn binary(&self, scope: &Scope, span: Span, binary: &Binary) -> Traced {
        let left = self.eval(scope, &binary.left);
        let right = self.eval(scope, &binary.right);
        let small = self.spend(left.value.size() / 16 + right.value.size() / 16);
        let value = if small { operate(binary.operator, &left.value, &right.value) } else { Value::unknown(Why::Bound) };
        computed(scope, span, "operator", vec![left.origin, right.origin], value)
    }

    pub(super) fn template(&self, scope: &Scope, span: Span, parts: &[Part]) -> Traced {
        // `"${x}"` alone is `x` itself.
        if let [Part::Value(inner)] = parts {
            let inner = self.eval(scope, inner);
            let origin = Origin::hop(site(scope, span), Role::Choice, vec![inner.origin]);
            return Traced { value: inner.value, origin };
        }
        let mut text = Text::default();
        self.parts(scope, parts, &mut text);
        let Text { pieces, origins, error, .. } = text;
        let value = error.unwrap_or_else(|| Value::from_pieces(pieces));
        computed(scope, span, "template", origins, value)
    }

    fn parts(&self, scope: &Scope, parts: &[Part], text: &mut Text) {
        for part in parts {
            if text.error.is_some() {
                return;
            }
            match part {
                Part::Text(literal) => text.push(self, vec![Piece::Text(literal.clone())]),
                Part::Value(expression) => {
                    let value = self.eval(scope, expression);
                    text.origins.push(value.origin);
                    match value.value.pieces() {
                        Ok(pieces) => text.push(self, pieces),
                        Err(error) => text.error = Some(error),
                    }
                }
                Part::If { condition, yes, no } => {
                    let condition = self.eval(scope, condition);
                    text.origins.push(condition.origin);
                    match condition.value.as_bool() {
                        Some(true) => self.parts(scope, yes, text),
                        Some(false) => self.parts(scope, no, text),
                        None => text.hole(self, &condition.value),
                    }
                }
                Part::For { key, value, collection, body } => self.for_part(scope, (key.as_ref(), value), collection, body, text),
            }
        }
    }

    fn for_part(&self, scope: &Scope, names: (Option<&Arc<str>>, &Arc<str>), collection: &Expression, body: &[Part], text: &mut Text) {
        let collection = self.eval(scope, collection);
        text.origins.push(collection.origin.clone());
        let walk = super::walk::items(&collection.value);
        for (key, item) in walk.items {
            if text.error.is_some() || !self.spend(1) {
                text.error.get_or_insert(Value::unknown(Why::Bound));
                return;
            }
            let mut inner = scope.with(names.1.clone(), item);
            if let Some(name) = names.0 {
                inner = inner.with(name.clone(), key);
            }
            self.parts(&inner, body, text);
        }
        if let Some(why) = walk.open {
            text.push(self, vec![Piece::Hole(why)]);
        }
    }
}

/// A string under construction.
#[derive(Default)]
struct Text {
    pieces: Vec<Piece>,
    length: usize,
    origins: Vec<Origin>,
    error: Option<Value>,
}

impl Text {
    fn push(&mut self, evaluator: &Evaluator<'_>, pieces: Vec<Piece>) {
        for piece in pieces {
            if let Piece::Text(text) = &piece {
                self.length += text.len();
            }
            self.pieces.push(piece);
        }
        if self.length > LONGEST_TEXT || !evaluator.spend(self.pieces.len() as u64 / 16) {
            self.error = Some(Value::unknown(Why::Bound));
        }
    }

    fn hole(&mut self, evaluator: &Evaluator<'_>, condition: &Value) {
        let why = condition.first_unknown().cloned();
        match why {
            Some(why) => self.push(evaluator, vec![Piece::Hole(why)]),
            None => self.error = Some(Value::invalid("a condition must be a bool")),
        }
    }
}

fn operate(operator: BinaryOperator, left: &Value, right: &Value) -> Value {
    match operator {
        BinaryOperator::And => logic(left, right, false),
        BinaryOperator::Or => logic(left, right, true),
        BinaryOperator::Equal => equality(left, right, true),
        BinaryOperator::NotEqual => equality(left, right, false),
        _ => arithmetic(operator, left, right),
    }
}

/// `&&` (decided by `false`) and `||` (decided by `true`), three-valued.
fn logic(left: &Value, right: &Value, decisive: bool) -> Value {
    match (truth(left), truth(right)) {
        (Ok(a), _) if a == decisive => Value::Bool(decisive),
        (_, Ok(b)) if b == decisive => Value::Bool(decisive),
        (Ok(_), Ok(_)) => Value::Bool(!decisive),
        (Err(why), _) | (_, Err(why)) => why,
    }
}

fn truth(value: &Value) -> Result<bool, Value> {
    match (value.as_bool(), value.first_unknown()) {
        (Some(truth), _) => Ok(truth),
        (None, Some(why)) => Err(Value::because(why)),
        (None, None) => Err(Value::invalid(format!("expected a bool, not {}", value.kind()))),
    }
}

fn equality(left: &Value, right: &Value, equal: bool) -> Value {
    match left.equals(right) {
        Some(same) => Value::Bool(same == equal),
        None => {
            let why = left.first_unknown().or_else(|| right.first_unknown());
            why.map_or_else(|| Value::invalid("the values cannot be compared"), Value::because)
        }
    }
}

fn arithmetic(operator: BinaryOperator, left: &Value, right: &Value) -> Value {
    if let Some(why) = left.first_unknown().or_else(|| right.first_unknown()) {
        return Value::because(why);
    }
    let (Some(a), Some(b)) = (left.as_number(), right.as_number()) else {
        return Value::invalid(format!("arithmetic needs numbers, not {} and {}", left.kind(), right.kind()));
    };
    match operator {
        BinaryOperator::Less => Value::Bool(a < b),
        BinaryOperator::LessOrEqual => Value::Bool(a <= b),
        BinaryOperator::Greater => Value::Bool(a > b),
        BinaryOperator::GreaterOrEqual => Value::Bool(a >= b),
        BinaryOperator::Add => Value::number(a + b),
        BinaryOperator::Subtract => Value::number(a - b),
        BinaryOperator::Multiply => Value::number(a * b),
        BinaryOperator::Divide | BinaryOperator::Modulo if b == 0.0 => Value::invalid("division by zero"),
        BinaryOperator::Divide => Value::number(a / b),
        BinaryOperator::Modulo => Value::number(a % b),
        BinaryOperator::Equal | BinaryOperator::NotEqual | BinaryOperator::And | BinaryOperator::Or => Value::invalid("not arithmetic"),
    }
}
