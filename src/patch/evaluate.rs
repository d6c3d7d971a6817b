//! Evaluating the expressions of rules, three-valued.

use hcl_edit::expr::{BinaryOperator, Expression, ForExpr, ObjectKey, Traversal, TraversalOperator, UnaryOperator};
use hcl_edit::template::Element;
use serde_json::Value;

use super::functions;
use super::term::{Term, equal};

/// What the names of an expression mean.
pub trait Scope {
    /// `root.name` (`target.acl`, `param.kms_key_id`), or `None` when the root is not one of the scope's names.
    fn member(&self, root: &str, name: &str) -> Option<Term>;
    /// A whole root (`block`), or `None`.
    fn root(&self, root: &str) -> Option<Term>;
    /// A function of the scope's own (`linked`), or `None`.
    fn call(&self, name: &str, arguments: &[Term]) -> Option<Term>;
}

/// A scope and the variables of the `for` expressions around.
pub struct Environment<'a> {
    scope: &'a dyn Scope,
    variables: Vec<(String, Term)>,
    /// Steps that are left: an expression that wants more is unknown.
    fuel: std::cell::Cell<u32>,
}

impl<'a> Environment<'a> {
    /// An environment without `for` variables.
    #[must_use]
    pub fn new(scope: &'a dyn Scope) -> Self {
        Self { scope, variables: Vec::new(), fuel: std::cell::Cell::new(50_000) }
    }

    fn variable(&self, name: &str) -> Option<&Term> {
        self.variables.iter().rev().find(|(known, _)| known == name).map(|(_, term)| term)
    }

    /// The value of an expression.
    #[must_use]
    pub fn evaluate(&mut self, expression: &Expression) -> Term {
        let left = self.fuel.get();
        if left == 0 {
            return Term::Unknown;
        }
        self.fuel.set(left - 1);
        if let Some(value) = crate::hcl::literal(expression) {
            return Term::Known(value);
        }
        match expression {
            Expression::Array(items) => Term::list(items.iter().map(|item| self.evaluate(item)).collect()),
            Expression::Object(object) => {
                Term::object(object.iter().filter_map(|(key, value)| Some((self.key(key)?, self.evaluate(value.expr())))).collect())
            }
            Expression::Parenthesis(inner) => self.evaluate(inner.inner()),
            Expression::Variable(name) => {
                self.variable(name.as_str()).cloned().or_else(|| self.scope.root(name.as_str())).unwrap_or(Term::Unknown)
            }
            Expression::Traversal(traversal) => self.traversal(traversal),
            Expression::Conditional(conditional) => {
                let condition = self.evaluate(&conditional.cond_expr).truth();
                match condition {
                    Some(true) => self.evaluate(&conditional.true_expr),
                    Some(false) => self.evaluate(&conditional.false_expr),
                    None => {
                        let (yes, no) = (self.evaluate(&conditional.true_expr), self.evaluate(&conditional.false_expr));
                        if yes == no { yes } else { Term::Unknown }
                    }
                }
            }
            Expression::FuncCall(call) => self.call(call),
            Expression::UnaryOp(operation) => {
                let term = self.evaluate(&operation.expr);
                match operation.operator.value() {
                    UnaryOperator::Not => truth_term(term.truth().map(|value| !value)),
                    UnaryOperator::Neg => term.known().and_then(Value::as_f64).map_or(Term::Unknown, |number| number_term(-number)),
                }
            }
            Expression::BinaryOp(operation) => {
                let (left, right) = (self.evaluate(&operation.lhs_expr), self.evaluate(&operation.rhs_expr));
                binary(*operation.operator.value(), &left, &right)
            }
            Expression::StringTemplate(template) => self.template(template.iter()),
            Expression::ForExpr(for_expr) => self.for_expression(for_expr),
            _ => Term::Unknown,
        }
    }

    fn key(&mut self, key: &ObjectKey) -> Option<String> {
        match key {
            ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
            ObjectKey::Expression(Expression::Variable(name)) => Some(name.as_str().to_owned()),
            ObjectKey::Expression(expression) => match self.evaluate(expression) {
                Term::Known(Value::String(text)) => Some(text),
                Term::Known(other) => Some(other.to_string()),
                _ => None,
            },
        }
    }

    fn traversal(&mut self, traversal: &Traversal) -> Term {
        let mut operators = traversal.operators.iter().map(|operator| operator.value());
        let mut term = match &traversal.expr {
            Expression::Variable(root) if self.variable(root.as_str()).is_none() => {
                let rest = operators.clone();
                match operators.next() {
                    Some(TraversalOperator::GetAttr(name)) => match self.scope.member(root.as_str(), name.as_str()) {
                        Some(term) => term,
                        None => return Term::Unknown,
                    },
                    _ => {
                        operators = rest;
                        self.scope.root(root.as_str()).unwrap_or(Term::Unknown)
                    }
                }
            }
            other => self.evaluate(other),
        };
        let rest: Vec<&TraversalOperator> = operators.collect();
        for (at, operator) in rest.iter().enumerate() {
            term = match operator {
                TraversalOperator::GetAttr(name) => term.member(name.as_str()),
                TraversalOperator::Index(index) => {
                    let index = self.evaluate(index);
                    term.index(&index)
                }
                TraversalOperator::LegacyIndex(index) => term.index(&Term::Known(Value::from(*index.value()))),
                TraversalOperator::FullSplat(_) | TraversalOperator::AttrSplat(_) => return self.splat(&term, &rest[at + 1..]),
            };
        }
        term
    }

    fn splat(&mut self, term: &Term, rest: &[&TraversalOperator]) -> Term {
        let Some(items) = term.elements().or_else(|| term.members().map(|_| vec![term.clone()])) else { return Term::Unknown };
        let mut found = Vec::new();
        for mut item in items {
            for operator in rest {
                item = match operator {
                    TraversalOperator::GetAttr(name) => item.member(name.as_str()),
                    TraversalOperator::Index(index) => {
                        let index = self.evaluate(index);
                        item.index(&index)
                    }
                    _ => item,
                };
            }
            found.push(item);
        }
        Term::list(found)
    }

    fn call(&mut self, call: &hcl_edit::expr::FuncCall) -> Term {
        let name = call.name.name.as_str();
        let arguments: Vec<Term> = call.args.iter().map(|argument| self.evaluate(argument)).collect();
        self.scope.call(name, &arguments).unwrap_or_else(|| functions::call(name, &arguments))
    }

    fn template<'t>(&mut self, elements: impl Iterator<Item = &'t Element>) -> Term {
        let parts: Vec<Term> = elements
            .map(|element| match element {
                Element::Literal(text) => Term::Known(Value::String(text.value().clone())),
                Element::Interpolation(interpolation) => self.evaluate(&interpolation.expr),
                Element::Directive(_) => Term::Unknown,
            })
            .collect();
        functions::concatenate(&parts)
    }

    fn for_expression(&mut self, for_expr: &ForExpr) -> Term {
        let collection = self.evaluate(&for_expr.intro.collection_expr);
        let pairs: Vec<(Term, Term)> = match (collection.members(), collection.elements()) {
            (Some(members), _) => members.into_iter().map(|(key, term)| (Term::Known(Value::String(key)), term)).collect(),
            (_, Some(items)) => items.into_iter().enumerate().map(|(at, term)| (Term::Known(Value::from(at)), term)).collect(),
            _ => return Term::Unknown,
        };
        let depth = self.variables.len();
        let mut list = Vec::new();
        let mut object = Vec::new();
        for (key, value) in pairs {
            if let Some(name) = &for_expr.intro.key_var {
                self.variables.push((name.as_str().to_owned(), key));
            }
            self.variables.push((for_expr.intro.value_var.as_str().to_owned(), value));
            let kept = for_expr.cond.as_ref().map_or(Some(true), |condition| self.evaluate(&condition.expr).truth());
            let item = (kept == Some(true)).then(|| self.evaluate(&for_expr.value_expr));
            let key = for_expr.key_expr.as_ref().filter(|_| item.is_some()).map(|key| self.evaluate(key));
            self.variables.truncate(depth);
            match (kept, item, key) {
                (None, ..) => return Term::Unknown,
                (_, Some(item), None) => list.push(item),
                (_, Some(item), Some(key)) => match key.text() {
                    Some(key) => object.push((key.to_owned(), item)),
                    None => return Term::Unknown,
                },
                _ => {}
            }
        }
        if for_expr.key_expr.is_some() { Term::object(object) } else { Term::list(list) }
    }
}

pub(super) fn truth_term(value: Option<bool>) -> Term {
    value.map_or(Term::Unknown, |value| Term::Known(Value::Bool(value)))
}

pub(super) fn number_term(number: f64) -> Term {
    #[allow(clippy::cast_possible_truncation)]
    if number.fract() == 0.0 && number.abs() < 9e15 {
        return Term::Known(Value::from(number as i64));
    }
    serde_json::Number::from_f64(number).map_or(Term::Unknown, |number| Term::Known(Value::Number(number)))
}

/// A number, also when it is written as text.
pub(super) fn as_number(term: &Term) -> Option<f64> {
    match term.known()? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn binary(operator: BinaryOperator, left: &Term, right: &Term) -> Term {
    use BinaryOperator as B;
    let numbers = || Some((as_number(left)?, as_number(right)?));
    match operator {
        B::Eq => truth_term(equal(left, right)),
        B::NotEq => truth_term(equal(left, right).map(|value| !value)),
        B::And => truth_term(super::term::all([left.truth(), right.truth()])),
        B::Or => truth_term(super::term::any([left.truth(), right.truth()])),
        B::Less => truth_term(numbers().map(|(a, b)| a < b)),
        B::LessEq => truth_term(numbers().map(|(a, b)| a <= b)),
        B::Greater => truth_term(numbers().map(|(a, b)| a > b)),
        B::GreaterEq => truth_term(numbers().map(|(a, b)| a >= b)),
        B::Plus => numbers().map_or(Term::Unknown, |(a, b)| number_term(a + b)),
        B::Minus => numbers().map_or(Term::Unknown, |(a, b)| number_term(a - b)),
        B::Mul => numbers().map_or(Term::Unknown, |(a, b)| number_term(a * b)),
        B::Div => numbers().filter(|(_, b)| *b != 0.0).map_or(Term::Unknown, |(a, b)| number_term(a / b)),
        B::Mod => numbers().filter(|(_, b)| *b != 0.0).map_or(Term::Unknown, |(a, b)| number_term(a % b)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;
    impl Scope for Fixed {
        fn member(&self, root: &str, name: &str) -> Option<Term> {
            Some(match (root, name) {
                ("target", "acl") => Term::Known("private".into()),
                ("target", "rules") => Term::list(vec![
                    Term::object(vec![("port".into(), Term::Known(22.into()))]),
                    Term::object(vec![("port".into(), Term::Unknown)]),
                ]),
                ("target", "key") => Term::Code("aws_kms_key.k.arn".into()),
                ("target", "unknown") => Term::Unknown,
                ("target", _) => Term::NULL,
                _ => return None,
            })
        }
        fn root(&self, _: &str) -> Option<Term> {
            None
        }
        fn call(&self, _: &str, _: &[Term]) -> Option<Term> {
            None
        }
    }

    fn truth(text: &str) -> Option<bool> {
        Environment::new(&Fixed).evaluate(&text.parse().unwrap()).truth()
    }

    #[test]
    fn conditions_are_three_valued() {
        assert_eq!(truth("target.acl == \"private\" && target.absent == null"), Some(true));
        assert_eq!(truth("target.key == null"), Some(false));
        assert_eq!(truth("target.key == \"x\""), None);
        assert_eq!(truth("target.unknown == null"), None);
        assert_eq!(truth("target.unknown && false"), Some(false));
        assert_eq!(truth("anytrue([for r in target.rules : r.port == 22])"), Some(true));
        assert_eq!(truth("anytrue([for r in target.rules : r.port == 23])"), None);
        assert_eq!(truth("contains([\"a\", target.acl], \"private\")"), Some(true));
        assert_eq!(truth("target.nested.deeper == null"), Some(true));
        assert_eq!(truth("length(target.rules[*].port) == 2"), Some(true));
        assert_eq!(truth("no_such(1)"), None);
        assert_eq!(truth("5 % 0 == 1"), None);
    }
}
