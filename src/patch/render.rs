//! From an expression of a rule to the text that is written.

use hcl_edit::expr::{Expression, FuncCall, Traversal, TraversalOperator};
use hcl_edit::visit::{Visit, visit_func_call};

use crate::hcl::{expression_span, references};
use crate::model::{Edit, Refusal, RefusalKind, Span};
use crate::rule::RuleExpression;

use super::context::{RuleScope, Writing};
use super::evaluate::{Environment, Scope};
use super::term::Term;

/// A value to be written: HCL text (lines broken by `\n`, indented relative to the first) and what a condition knows of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    pub text: String,
    pub term: Term,
}

/// Roots whose meaning the engine gives.
const ROOTS: [&str; 6] = ["target", "module", "param", "block", "statement", "resource"];
/// Functions that Terraform is to call: they are written, with their arguments rendered.
const WRITTEN: [&str; 3] = ["jsonencode", "file", "templatefile"];

/// Functions that Terraform has too, and that mean the same there: written where their arguments are known only as references.
const TERRAFORMS: [&str; 8] = ["element", "join", "lower", "replace", "split", "trimprefix", "trimsuffix", "upper"];

/// Renders an expression. `null` from a parameter without a value is a refusal that names the parameter.
pub(super) fn render(scope: &RuleScope<'_>, expression: &RuleExpression) -> Result<Wanted, Refusal> {
    // What asks nothing and stands on one line is written as it stands, and means what it meant when the rule was read.
    if !expression.text.contains('\n')
        && let Some(value) = crate::hcl::literal(&expression.expression)
    {
        return Ok(Wanted { text: expression.text.clone(), term: Term::Known(value) });
    }
    let mut edits = Vec::new();
    let mut needed = Vec::new();
    collect(scope, &expression.expression, &mut edits, &mut needed);
    if !needed.is_empty() {
        return Err(scope.cx.needs(&needed));
    }
    let shifted: Option<Vec<Edit>> = edits
        .into_iter()
        .map(|(span, text): (Span, Option<String>)| {
            Some(Edit {
                span: Span::new(span.start.checked_sub(expression.span.start)?, span.end.checked_sub(expression.span.start)?),
                text: text?,
            })
        })
        .collect();
    let text = shifted.and_then(|edits| crate::hcl::splice(&expression.text, &edits).ok()).ok_or_else(|| {
        Refusal::new(
            RefusalKind::DecidedElsewhere,
            format!("The value `{}` that rule `{}` wants cannot be derived from this code.", expression.text, scope.cx.rule.id),
        )
    })?;
    let text = dedent(&text);
    let term = match text.parse::<Expression>().ok().and_then(|parsed| crate::hcl::literal(&parsed)) {
        Some(value) => Term::Known(value),
        None => Term::Code(text.clone()),
    };
    Ok(Wanted { text, term })
}

/// Finds the outermost parts that the engine must replace, with their text; `None` when it is not known.
fn collect(scope: &RuleScope<'_>, expression: &Expression, edits: &mut Vec<(Span, Option<String>)>, needed: &mut Vec<String>) {
    if !mentions(expression) {
        return;
    }
    match expression {
        Expression::Array(items) => items.iter().for_each(|item| collect(scope, item, edits, needed)),
        Expression::Object(object) => object.iter().for_each(|(_, value)| collect(scope, value.expr(), edits, needed)),
        Expression::Parenthesis(inner) => collect(scope, inner.inner(), edits, needed),
        Expression::FuncCall(call) if WRITTEN.contains(&call.name.name.as_str()) => {
            call.args.iter().for_each(|argument| collect(scope, argument, edits, needed))
        }
        _ => {
            let Some(span) = expression_span(expression) else { return };
            let term = value(scope, expression);
            if term == Term::Unknown
                && let Some(call) = terraforms_own(expression)
            {
                return call.args.iter().for_each(|argument| collect(scope, argument, edits, needed));
            }
            if term == Term::NULL {
                let params = references(expression)
                    .into_iter()
                    .filter(|reference| reference.name(0) == "param")
                    .map(|reference| reference.name(1).to_owned());
                needed.extend(params.filter(|name| scope.cx.params.get(name).is_none_or(|term| *term == Term::NULL)));
            }
            let lacking = term == Term::NULL && asks_the_scope(expression);
            edits.push((span, if lacking { None } else { term.render() }));
        }
    }
}

/// A call of a function that Terraform has too, or an element of what it gives: where its arguments are references it is written.
fn terraforms_own(expression: &Expression) -> Option<&FuncCall> {
    let call = match expression {
        Expression::FuncCall(call) => call,
        Expression::Traversal(traversal) => match &traversal.expr {
            Expression::FuncCall(call) => call,
            _ => return None,
        },
        _ => return None,
    };
    TERRAFORMS.contains(&call.name.name.as_str()).then_some(call)
}

/// A traversal is taken by its writing meaning; anything else is computed from values where they are known, else from references.
fn value(scope: &RuleScope<'_>, expression: &Expression) -> Term {
    if let Expression::Traversal(traversal) = expression
        && let Some(term) = exact(scope, traversal)
    {
        return term;
    }
    let condition = RuleScope { cx: scope.cx, block: scope.block.clone(), statement: scope.statement.clone(), writing: Writing::Condition };
    let written = |by_name| Environment::new(&Written { values: &condition, code: scope, by_name }).evaluate(expression);
    match Environment::new(&condition).evaluate(expression) {
        // What comes from a variable is written by its name where that can be: another caller may give another value.
        term @ Term::Known(_) => Some(written(true)).filter(|written| matches!(written, Term::Code(_))).unwrap_or(term),
        other => match written(false) {
            Term::Unknown => other,
            written => written,
        },
    }
}

/// What is known by its value and what is not by its code: `"tcp ${each.value}"` of a known protocol and a port of each instance.
struct Written<'s, 'c> {
    values: &'s RuleScope<'c>,
    code: &'s RuleScope<'c>,
    /// Takes the code also of what is known, unless it is written out.
    by_name: bool,
}

impl Scope for Written<'_, '_> {
    fn member(&self, root: &str, name: &str) -> Option<Term> {
        match self.values.member(root, name) {
            Some(term @ Term::Known(_)) if term != Term::NULL => {
                let named = || self.code.code(root, name).filter(|code| matches!(code, Term::Code(_)));
                let by_name = self.by_name && self.values.attribute(root, name).is_some_and(|held| crate::hcl::literal(&held).is_none());
                Some(by_name.then(named).flatten().unwrap_or(term))
            }
            // What is not written may still be known to the provider: `target.zone_id` in another block.
            other => self.code.code(root, name).or(other),
        }
    }

    fn root(&self, root: &str) -> Option<Term> {
        self.code.root(root)
    }

    fn call(&self, name: &str, arguments: &[Term]) -> Option<Term> {
        self.code.call(name, arguments)
    }
}

/// `target.id` → a reference, `param.x` → its value.
fn exact(scope: &RuleScope<'_>, traversal: &Traversal) -> Option<Term> {
    let Expression::Variable(root) = &traversal.expr else { return None };
    let names: Option<Vec<&str>> = traversal
        .operators
        .iter()
        .map(|operator| if let TraversalOperator::GetAttr(name) = operator.value() { Some(name.as_str()) } else { None })
        .collect();
    let names = names?;
    if matches!(root.as_str(), "target" | "module") && scope.writing == Writing::Elsewhere {
        return Some(Term::Code(scope.cx.reference(&names.join("."))));
    }
    let (first, rest) = names.split_first()?;
    let term = scope.member(root.as_str(), first)?;
    Some(rest.iter().fold(term, |term, name| term.member(name)))
}

fn mentions(expression: &Expression) -> bool {
    references(expression).iter().any(|reference| ROOTS.contains(&reference.name(0))) || asks_the_scope(expression)
}

/// Whether a function is called, however deep inside, that looks at the code around the target.
fn asks_the_scope(expression: &Expression) -> bool {
    struct Calls(bool);
    impl Visit for Calls {
        fn visit_func_call(&mut self, call: &FuncCall) {
            self.0 |= super::functions::OF_SCOPE.contains(&call.name.name.as_str());
            visit_func_call(self, call);
        }
    }
    let mut calls = Calls(false);
    calls.visit_expr(expression);
    calls.0
}

/// Takes the common indentation off the lines after the first.
fn dedent(text: &str) -> String {
    let margin = text
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches(' ').len())
        .min()
        .unwrap_or(0);
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |text, line| text + "\n" + line.get(margin..).unwrap_or_else(|| line.trim_start()))
}
