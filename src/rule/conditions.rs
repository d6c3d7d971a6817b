//! What the expressions of a rule may speak of.

use hcl_edit::expr::{Expression, FuncCall, Traversal, TraversalOperator};
use hcl_edit::visit::{Visit, visit_expr, visit_func_call, visit_traversal};

use super::check::RuleCheck;
use super::reader::span_of;
use super::schema::{META_ARGUMENTS, Shape};
use super::{BodyItem, Operation, RuleExpression};
use crate::model::Span;

/// Names that begin a reference in a rule.
const ROOTS: &[&str] = &["target", "param", "block", "statement", "resource"];

/// Functions that rules may call: those of Terraform that need nothing but their arguments, and our own.
///
/// `linked(type, argument)` is true if a resource of that type refers to the target by that argument (or, with two more, to one
/// of that type that does), `companion(type)` is a
/// reference to the resource of that type that an earlier companion of the rule wrote; see `patch` for the others.
pub const FUNCTIONS: &[&str] = &[
    "jsonencode",
    "regex",
    "regexall",
    "substr",
    "abs",
    "alltrue",
    "anytrue",
    "can",
    "ceil",
    "coalesce",
    "companion",
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
    "keys",
    "length",
    "linked",
    "linked_resource",
    "lookup",
    "lower",
    "matches",
    "max",
    "merge",
    "min",
    "named_principals",
    "one",
    "provider_at_least",
    "region",
    "replace",
    "resources",
    "reverse",
    "service_actions",
    "setintersection",
    "setsubtract",
    "setunion",
    "split",
    "startswith",
    "strcontains",
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

/// Checks every expression of the rule: its functions, parameters and the paths it reads of the target.
pub(super) fn check_expressions(check: &mut RuleCheck<'_>, shapes: &[&'static Shape]) {
    let rule = check.rule;
    let mut used = Vec::new();
    let mut expressions: Vec<&RuleExpression> = Vec::new();
    expressions.extend(&rule.target.when);
    expressions.extend(rule.refusals.iter().map(|refusal| &refusal.when));
    expressions.extend(rule.applicability.lower.iter().map(|lower| &lower.when));
    rule.operations.iter().for_each(|operation| operation_expressions(operation, &mut expressions));
    for expression in expressions {
        let mut names = Names::default();
        names.visit_expr(&expression.expression);
        names.check(check, shapes, expression.span);
        used.extend(names.params);
    }
    let mut of_modules: Vec<&RuleExpression> = Vec::new();
    for module in &rule.modules {
        of_modules.extend(module.refusals.iter().map(|refusal| &refusal.when));
        module.operations.iter().for_each(|operation| operation_expressions(operation, &mut of_modules));
    }
    // In a module's part `target` is the call, whose inputs no schema tells.
    for expression in of_modules {
        let mut names = Names::default();
        names.visit_expr(&expression.expression);
        names.check(check, &[], expression.span);
        used.extend(names.params);
    }
    for param in rule.params.iter().filter(|param| !used.contains(&param.name)) {
        let place = rule.source.find(&format!("param \"{}\"", param.name)).map(|start| Span::new(start, start + 5));
        let problem = check.problem(place, format!("nothing uses the parameter `{}`", param.name));
        check.report(problem);
    }
}

fn operation_expressions<'a>(operation: &'a Operation, found: &mut Vec<&'a RuleExpression>) {
    match operation {
        Operation::Set(set) => {
            found.extend(
                [&set.value, &set.at_least, &set.at_most, &set.one_of, &set.contains, &set.default, &set.when].into_iter().flatten(),
            );
        }
        Operation::Block(block) => {
            found.extend([&block.matching, &block.when].into_iter().flatten());
            body_expressions(&block.body, found);
        }
        Operation::Remove(remove) => found.extend(&remove.when),
        Operation::Companion(companion) => {
            found.extend([&companion.name, &companion.when, &companion.relink].into_iter().flatten());
            body_expressions(&companion.body, found);
            companion.inline.iter().for_each(|operation| operation_expressions(operation, found));
        }
        Operation::Narrow(narrow) => {
            found.push(&narrow.drop);
            found.extend([&narrow.to, &narrow.when].into_iter().flatten());
        }
        Operation::Statement(statement) => {
            found.extend([&statement.matching, &statement.add, &statement.when].into_iter().flatten());
            found.extend(statement.set.iter().map(|(_, value)| value));
        }
    }
}

fn body_expressions<'a>(items: &'a [BodyItem], found: &mut Vec<&'a RuleExpression>) {
    for item in items {
        match item {
            BodyItem::BlankLine | BodyItem::Absent { .. } => {}
            BodyItem::Argument { value, one_of, when, .. } => {
                found.push(value);
                found.extend([one_of, when].into_iter().flatten());
            }
            BodyItem::Block { body, when, matching, .. } => {
                found.extend([when, matching].into_iter().flatten());
                body_expressions(body, found);
            }
        }
    }
}

/// The names an expression uses.
#[derive(Default)]
struct Names {
    functions: Vec<(String, Option<Span>)>,
    references: Vec<(Vec<String>, Option<Span>)>,
    params: Vec<String>,
    /// Names that a `for` inside the expression gives, which stand for themselves.
    bound: Vec<String>,
}

impl Visit for Names {
    fn visit_expr(&mut self, node: &Expression) {
        if let Expression::ForExpr(expr) = node {
            self.bound.extend(expr.intro.key_var.iter().map(|name| name.as_str().to_owned()));
            self.bound.push(expr.intro.value_var.as_str().to_owned());
        }
        if let Expression::Variable(name) = node {
            self.references.push((vec![name.as_str().to_owned()], span_of(node)));
        }
        visit_expr(self, node);
    }

    fn visit_func_call(&mut self, node: &FuncCall) {
        self.functions.push((node.name.name.as_str().to_owned(), span_of(node)));
        visit_func_call(self, node);
    }

    fn visit_traversal(&mut self, node: &Traversal) {
        let Expression::Variable(root) = &node.expr else { return visit_traversal(self, node) };
        let mut path = vec![root.as_str().to_owned()];
        for operator in &node.operators {
            match operator.value() {
                TraversalOperator::GetAttr(name) => path.push(name.as_str().to_owned()),
                TraversalOperator::Index(index) => {
                    self.visit_expr(index);
                }
                _ => {}
            }
        }
        self.references.push((path, span_of(node)));
    }
}

impl Names {
    fn check(&mut self, check: &mut RuleCheck<'_>, shapes: &[&'static Shape], around: Span) {
        for (name, span) in self.functions.drain(..) {
            if !FUNCTIONS.contains(&name.as_str()) {
                let problem = check
                    .problem(span.or(Some(around)), format!("there is no function `{name}`"))
                    .nearest(&name, FUNCTIONS.iter().copied());
                check.report(problem);
            }
        }
        for (path, span) in std::mem::take(&mut self.references) {
            let span = span.or(Some(around));
            match path.first().map(String::as_str) {
                Some("param") => self.param(check, &path, span),
                Some("target") => target_path(check, shapes, &path, span),
                Some(root)
                    if ROOTS.contains(&root) || self.bound.iter().any(|name| name == root) || path.len() > 1 && root.contains('_') => {}
                Some("data" | "var" | "local") if path.len() > 1 => {}
                Some(root) => {
                    let problem = check.problem(span, format!("`{root}` means nothing in a rule")).nearest(root, ROOTS.iter().copied());
                    check.report(problem);
                }
                None => {}
            }
        }
    }

    fn param(&mut self, check: &mut RuleCheck<'_>, path: &[String], span: Option<Span>) {
        let Some(name) = path.get(1) else { return };
        let known: Vec<&str> = check.rule.params.iter().map(|param| param.name.as_str()).collect();
        if known.contains(&name.as_str()) {
            self.params.push(name.clone());
        } else {
            let problem = check.problem(span, format!("the rule has no parameter `{name}`")).nearest(name, known);
            check.report(problem);
        }
    }
}

/// A path that is read of the target: some target type must have it, to take or to give.
fn target_path(check: &mut RuleCheck<'_>, shapes: &[&'static Shape], path: &[String], span: Option<Span>) {
    let Some(first) = path.get(1) else { return };
    let readable = |shape: &Shape| shape.readable.contains(first) || META_ARGUMENTS.contains(&first.as_str());
    if shapes.is_empty() || shapes.iter().any(|shape| readable(shape) || shape.member(&path[1..].join(".")).is_ok()) {
        return;
    }
    if let Some(Err(unknown)) = shapes.first().map(|shape| shape.member(&path[1..].join("."))) {
        let resources = check.rule.target.resources.join(", ");
        let problem = check
            .problem(span, format!("`{}` is not in the schema of {resources}", unknown.step))
            .label("no such argument or block")
            .nearest(&unknown.step, unknown.known);
        check.report(problem);
    }
}
