//! The workspaces that code tells apart: keys looked up and strings compared with `terraform.workspace`.

use std::collections::BTreeSet;

use super::configuration::Configuration;
use super::directory;
use super::evaluate::Evaluator;
use super::pattern;
use super::scope::Scope;
use super::syntax::{Body, Expression, ExpressionKind, Part, StepKind};
use super::value::Value;

/// Names of workspaces that the root module's code mentions.
pub(super) fn used(configuration: &Configuration<'_>) -> BTreeSet<String> {
    let evaluator = Evaluator::new(configuration);
    let mut names = BTreeSet::new();
    for file in &configuration.root().module.files {
        let text = configuration.workspace().get(&file.path).unwrap_or_default();
        if text.contains("workspace") {
            let scope = evaluator.root_scope(&file.path);
            Search { evaluator: &evaluator, scope: &scope, names: &mut names }.body(&file.body);
        }
    }
    names.remove("default");
    names
}

struct Search<'s, 'c> {
    evaluator: &'s Evaluator<'c>,
    scope: &'s Scope,
    names: &'s mut BTreeSet<String>,
}

/// Whether an expression is `terraform.workspace`, directly or through a local that is nothing else.
fn is_workspace(search: &Search<'_, '_>, expression: &Expression) -> bool {
    match expression.as_reference().as_deref() {
        Some("terraform.workspace") => true,
        Some(name) => {
            let local = name.strip_prefix("local.").and_then(|name| search.evaluator.configuration().root().module.locals.get(name));
            local.is_some_and(|local| local.value.as_reference().as_deref() == Some("terraform.workspace"))
        }
        None => false,
    }
}

impl Search<'_, '_> {
    fn body(&mut self, body: &Body) {
        for attribute in &body.attributes {
            self.expression(&attribute.value);
        }
        for block in &body.blocks {
            self.body(&block.body);
        }
    }

    /// Keys of the object that `expression` comes to.
    fn keys(&mut self, expression: &Expression) {
        match self.evaluator.value(self.scope, expression).value {
            Value::Object(object) => self.names.extend(object.entries.keys().map(ToString::to_string)),
            Value::List(list) => self.names.extend(list.items.iter().filter_map(|item| item.value.as_str()).map(str::to_owned)),
            _ => {}
        }
    }

    /// `file("config/${terraform.workspace}.yaml")`: one workspace for each such file.
    fn files(&mut self, path: &Expression) {
        let value = self.evaluator.value(self.scope, path).value;
        let Value::Template(pieces) = &value else { return };
        let (start, _) = pattern::fixed_ends(&value);
        let (folder, _) = start.rsplit_once('/').unwrap_or(("", &start));
        let configuration = self.evaluator.configuration();
        let Some(dir) = directory::resolve(configuration.root_dir(), folder) else { return };
        for (path, _) in configuration.workspace().below(&dir) {
            let rest = path.get(dir.len()..).unwrap_or_default().trim_start_matches('/');
            let written = if folder.is_empty() { rest.to_owned() } else { format!("{folder}/{rest}") };
            if let Some([name]) = pattern::matches(pieces, &written).as_deref()
                && !name.contains('/')
            {
                self.names.insert(name.clone());
            }
        }
    }

    /// Nesting is bounded by the parser, so the recursion is.
    fn expression(&mut self, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Access(access) => {
                self.expression(&access.target);
                for (at, step) in access.steps.iter().enumerate() {
                    let StepKind::Index(index) = &step.kind else { continue };
                    self.expression(index);
                    if is_workspace(self, index) {
                        let before = access.steps.get(..at).unwrap_or_default().into();
                        let target = super::syntax::Access { target: access.target.clone(), steps: before };
                        self.keys(&Expression { kind: ExpressionKind::Access(Box::new(target)), span: expression.span });
                    }
                }
            }
            ExpressionKind::Call(call) => {
                call.arguments.iter().for_each(|argument| self.expression(argument));
                match (&*call.name, &*call.arguments) {
                    ("lookup" | "contains", [collection, key, ..]) if is_workspace(self, key) => self.keys(collection),
                    ("file" | "fileexists" | "templatefile", [path, ..]) => self.files(path),
                    _ => {}
                }
            }
            ExpressionKind::Binary(binary) => {
                for (one, other) in [(&binary.left, &binary.right), (&binary.right, &binary.left)] {
                    if let (true, Some(name)) = (is_workspace(self, one), other.as_literal()) {
                        self.names.insert(name.to_owned());
                    }
                    self.expression(one);
                }
            }
            ExpressionKind::Template(parts) => self.parts(parts),
            ExpressionKind::Tuple(items) => items.iter().for_each(|item| self.expression(item)),
            ExpressionKind::Object(items) => items.iter().for_each(|item| self.expression(&item.value)),
            ExpressionKind::Conditional(conditional) => {
                [&conditional.condition, &conditional.yes, &conditional.no].into_iter().for_each(|part| self.expression(part));
            }
            ExpressionKind::Unary(_, inner) | ExpressionKind::Parenthesis(inner) => self.expression(inner),
            ExpressionKind::For(inner) => [&inner.collection, &inner.value].into_iter().for_each(|part| self.expression(part)),
            _ => {}
        }
    }

    fn parts(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Text(_) => {}
                Part::Value(inner) => self.expression(inner),
                Part::If { condition, yes, no } => {
                    self.expression(condition);
                    self.parts(yes);
                    self.parts(no);
                }
                Part::For { collection, body, .. } => {
                    self.expression(collection);
                    self.parts(body);
                }
            }
        }
    }
}
