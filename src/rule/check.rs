//! What a rule's text can be checked for without running it: names, paths and types against the provider's schema, conditions
//! against what they may speak of, scanner ids claimed twice, and whether the examples say enough.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::catalogue::{alias_key, share_a_resource};
use super::conditions::check_expressions;
use super::schema::{Member, Shape, ValueKind, shape, type_names};
use super::{BodyItem, Catalogue, CompanionSpec, Expectation, Operation, Problem, ReachedBy, Rule, RuleExpression, SetSpec, nearest};
use crate::model::Span;

/// Checks one rule on its own; an empty list means nothing was found.
#[must_use]
pub fn check_rule(rule: &Rule) -> Vec<Problem> {
    let mut check = RuleCheck { rule, problems: Vec::new() };
    let shapes = check.target_shapes();
    check.words();
    for operation in &rule.operations {
        check.operation(operation, &shapes);
    }
    check_expressions(&mut check, &shapes);
    check.examples();
    check.problems
}

/// Checks what only shows when all rules are seen together: scanner ids claimed twice for the same resource
/// type, and ends that undo each other.
#[must_use]
pub fn check_catalogue(catalogue: &Catalogue) -> Vec<Problem> {
    let mut claims: BTreeMap<(String, String), Vec<&Arc<Rule>>> = BTreeMap::new();
    let mut problems = Vec::new();
    for rule in catalogue.iter() {
        for (scheme, ids) in &rule.aliases {
            for id in ids {
                let others = claims.entry(alias_key(scheme, id)).or_default();
                if let Some(other) = others.iter().find(|other| share_a_resource(other, rule)) {
                    let place = rule.source.find(&format!("\"{id}\"")).map(|start| Span::new(start, start + id.len() + 2));
                    problems.push(
                        Problem::new(&rule.path, &rule.source, place, format!("the {scheme} id {id} is claimed twice"))
                            .label(format!("`{}` claims it too", other.id))
                            .help("One rule states one end: merge the two, or give the id to the one that closes the hole."),
                    );
                }
                others.push(rule);
            }
        }
    }
    problems.extend(super::conflicts::conflicts(catalogue));
    problems
}

/// A rule under check and what was found so far.
pub(super) struct RuleCheck<'a> {
    pub(super) rule: &'a Rule,
    problems: Vec<Problem>,
}

impl RuleCheck<'_> {
    pub(super) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    pub(super) fn problem(&self, span: Option<Span>, message: impl Into<String>) -> Problem {
        Problem::new(&self.rule.path, &self.rule.source, span, message)
    }

    /// The place of `word` in quotes at or after `from`.
    fn place_of(&self, word: &str, from: usize) -> Option<Span> {
        let quoted = format!("\"{word}\"");
        let start = self.rule.source.get(from..)?.find(&quoted)? + from;
        Some(Span::new(start, start + quoted.len()))
    }

    /// Whether the rule speaks of an older provider than the vendored schema, which may lack what it names.
    fn for_an_old_provider(&self) -> bool {
        self.rule.target.provider_version.as_deref().is_some_and(|version| version.trim_start().starts_with('<'))
    }

    fn target_shapes(&mut self) -> Vec<&'static Shape> {
        let mut shapes = Vec::new();
        for resource in &self.rule.target.resources {
            match shape(resource) {
                Some(shape) => shapes.push(shape),
                None if self.for_an_old_provider() => {}
                None => self.unknown_type(resource, 0),
            }
        }
        for from in &self.rule.target.reached_from {
            let Some(shape) = shape(&from.resource) else {
                self.unknown_type(&from.resource, 0);
                continue;
            };
            let (owner, shape, argument) = match &from.link {
                ReachedBy::Argument(argument) => (from.resource.as_str(), Some(shape), argument),
                ReachedBy::TargetArgument(argument) => ("the target", shapes.first().copied(), argument),
            };
            if let Some(Err(unknown)) = shape.map(|shape| shape.member(argument)) {
                let place = self.place_of(argument, 0);
                let problem =
                    self.problem(place, format!("{owner} has no argument `{}`", unknown.step)).nearest(&unknown.step, unknown.known);
                self.report(problem);
            }
        }
        shapes
    }

    fn unknown_type(&mut self, resource: &str, from: usize) {
        let prefix = resource.split('_').next().unwrap_or_default();
        let near = nearest(resource, type_names().filter(|name| name.starts_with(prefix)));
        let problem =
            self.problem(self.place_of(resource, from), format!("no provider has a resource type `{resource}`")).label("unknown type");
        let problem = match near {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem,
        };
        self.report(problem);
    }

    /// Titles and references as people read them.
    fn words(&mut self) {
        let rule = self.rule;
        if rule.title.ends_with('.') || rule.title.chars().count() > 90 {
            let problem = self.problem(self.place_of(&rule.title, 0), "a title is one short line without a full stop");
            self.report(problem);
        }
        let note = rule.applicability.note.as_deref().unwrap_or_default();
        for (text, scaffold) in [(rule.title.as_str(), "TITLE: "), (&rule.rationale, "WHY: "), (note, "EFFECT: ")] {
            if text.trim_start().starts_with(scaffold) {
                let place = rule.source.find(scaffold).map(|start| Span::new(start, start + scaffold.len() - 1));
                let problem = self.problem(place, "this is still to be filled in").label("words of the scaffold");
                self.report(problem);
            }
        }
        if rule.references.is_empty() {
            let problem =
                self.problem(None, "a rule has no `references`").help("Name the page of the cloud or the provider that says why or how.");
            self.report(problem);
        }
        for reference in rule.references.iter().filter(|reference| !reference.starts_with("https://")) {
            let problem = self.problem(self.place_of(reference, 0), "a reference is an https link");
            self.report(problem);
        }
        if rule.operations.is_empty() && rule.modules.iter().all(|module| module.operations.is_empty()) {
            let problem = self
                .problem(None, "the rule states no end")
                .help("Write at least one of `set`, `block`, `remove`, `companion`, `narrow` and `statement`.");
            self.report(problem);
        }
    }

    fn operation(&mut self, operation: &Operation, shapes: &[&'static Shape]) {
        match operation {
            Operation::Set(set) => self.set(set, shapes),
            Operation::Block(block) => {
                if let Some(Member::Block(shape)) = self.path(&block.path, block.span, shapes) {
                    self.body(&block.body, shape, block.span, &block.path);
                } else if self.path(&block.path, block.span, shapes).is_some() {
                    self.wrong_kind(&block.path, block.span, "an argument, not a block", "Use `set`.");
                }
            }
            Operation::Remove(remove) => {
                self.path(&remove.path, remove.span, shapes);
            }
            Operation::Companion(companion) => self.companion(companion, shapes),
            Operation::Narrow(narrow) => self.leaf(&narrow.path, narrow.span, shapes),
            Operation::Statement(statement) => {
                self.path(&statement.path, statement.span, shapes);
            }
        }
    }

    /// What a path leads to in the first target type that has it; a path that none has is a mistake.
    fn path(&mut self, path: &str, span: Span, shapes: &[&'static Shape]) -> Option<Member<'static>> {
        // Every resource has a `lifecycle` block; the provider's schema does not tell.
        if shapes.is_empty() || path == "lifecycle" || path.starts_with("lifecycle.") {
            return None;
        }
        let results: Vec<_> = shapes.iter().map(|shape| shape.member(path)).collect();
        if let Some(found) = results.iter().find_map(|result| result.as_ref().ok()) {
            return Some(*found);
        }
        if let Some(Err(unknown)) = results.into_iter().next() {
            let resources = self.rule.target.resources.join(", ");
            let problem = self
                .problem(self.place_of(path, span.start), format!("`{}` is not in the schema of {resources}", unknown.step))
                .label("no such argument or block")
                .nearest(&unknown.step, unknown.known);
            self.report(problem);
        }
        None
    }

    fn wrong_kind(&mut self, path: &str, span: Span, what: &str, help: &str) {
        let problem = self.problem(self.place_of(path, span.start), format!("`{path}` is {what}")).help(help);
        self.report(problem);
    }

    fn leaf(&mut self, path: &str, span: Span, shapes: &[&'static Shape]) {
        if let Some(Member::Block(_)) = self.path(path, span, shapes) {
            self.wrong_kind(path, span, "a block, not an argument", "Add the argument's name to the path, or use `block`.");
        }
    }

    fn set(&mut self, set: &SetSpec, shapes: &[&'static Shape]) {
        match self.path(&set.path, set.span, shapes) {
            Some(Member::Block(_)) => {
                self.wrong_kind(&set.path, set.span, "a block, not an argument", "Add the argument's name to the path, or use `block`.")
            }
            Some(Member::Argument(argument)) => {
                for value in [&set.value, &set.at_least, &set.at_most, &set.default].into_iter().flatten() {
                    self.literal(value, argument.kind, &set.path);
                }
            }
            _ => {}
        }
    }

    /// A literal of another type than the argument takes.
    fn literal(&mut self, value: &RuleExpression, kind: ValueKind, path: &str) {
        use hcl_edit::expr::Expression;
        let wanted = match (&*value.expression, kind) {
            (Expression::Bool(_), ValueKind::Number | ValueKind::List | ValueKind::Map)
            | (Expression::Number(_), ValueKind::Bool | ValueKind::List | ValueKind::Map)
            | (Expression::Array(_), ValueKind::String | ValueKind::Number | ValueKind::Bool | ValueKind::Map)
            | (Expression::Object(_), ValueKind::String | ValueKind::Number | ValueKind::Bool | ValueKind::List)
            | (Expression::String(_), ValueKind::Bool | ValueKind::Number | ValueKind::List | ValueKind::Map) => kind,
            // A boolean for text is good: the provider writes some three-valued arguments as text, and Terraform converts.
            _ => return,
        };
        let word = match wanted {
            ValueKind::String => "text",
            ValueKind::Number => "a number",
            ValueKind::Bool => "`true` or `false`",
            ValueKind::List => "a list",
            ValueKind::Map => "a map",
            ValueKind::Structured => return,
        };
        let problem = self.problem(Some(value.span), format!("`{path}` takes {word}")).label("another type");
        self.report(problem);
    }

    fn companion(&mut self, companion: &CompanionSpec, shapes: &[&'static Shape]) {
        let Some(shape) = shape(&companion.resource) else {
            self.unknown_type(&companion.resource, companion.span.start);
            return;
        };
        if let Some(path) = &companion.referenced_by {
            self.leaf(path, companion.span, shapes);
        } else if let Err(unknown) = shape.member(&companion.link) {
            let place = self.place_of(&companion.link, companion.span.start);
            let problem = self
                .problem(place, format!("{} has no argument `{}`", companion.resource, unknown.step))
                .nearest(&unknown.step, unknown.known);
            self.report(problem);
        }
        if companion.relink.is_some() {
            return;
        }
        self.body_with(
            &companion.body,
            shape,
            companion.span,
            &companion.resource,
            companion.link_to.as_ref().map(|_| companion.link.as_str()),
        );
    }

    /// A wanted body: every name must be in the schema, and everything the provider demands must be there.
    fn body(&mut self, items: &[BodyItem], shape: &Shape, span: Span, what: &str) {
        self.body_with(items, shape, span, what, None);
    }

    /// Like [`RuleCheck::body`], where `link` is an argument that is written without being in the body.
    fn body_with(&mut self, items: &[BodyItem], shape: &Shape, span: Span, what: &str, link: Option<&str>) {
        let mut given: Vec<&str> = link.into_iter().collect();
        for item in items {
            match item {
                BodyItem::BlankLine => {}
                BodyItem::Absent { name } if shape.arguments.contains_key(name) || shape.blocks.contains_key(name) => {}
                BodyItem::Absent { name } => self.not_in_schema(name, span, shape, what),
                BodyItem::Argument { name, value, .. } => {
                    given.push(name);
                    match shape.arguments.get(name) {
                        Some(argument) => self.literal(value, argument.kind, name),
                        None => self.not_in_schema(name, value.span, shape, what),
                    }
                }
                BodyItem::Block { name, body, .. } => {
                    given.push(name);
                    match shape.blocks.get(name) {
                        Some(block) => self.body(body, &block.shape, span, name),
                        None if name == "lifecycle" || name == "dynamic" => {}
                        // A structure that the digest knows by name only.
                        None if shape.arguments.get(name).is_some_and(|argument| matches!(argument.kind, ValueKind::Structured)) => {}
                        None => self.not_in_schema(name, span, shape, what),
                    }
                }
            }
        }
        let missing: Vec<&str> = shape.required().filter(|name| !given.contains(name)).collect();
        if !missing.is_empty() {
            let list = missing.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let problem = self.problem(
                Some(Span::new(span.start, span.start + 1)),
                format!("`{what}` would be written without {list}, which the provider demands"),
            );
            self.report(problem);
        }
    }

    fn not_in_schema(&mut self, name: &str, span: Span, shape: &Shape, what: &str) {
        if ["count", "for_each", "provider", "depends_on"].contains(&name) {
            return;
        }
        let problem = self
            .problem(Some(span), format!("`{name}` is not in the schema of `{what}`"))
            .label("no such argument or block")
            .nearest(name, shape.names());
        self.report(problem);
    }

    /// An example for a change, one for what is right already, and one wherever the rule promises to refuse.
    fn examples(&mut self) {
        let rule = self.rule;
        let has = |wanted: fn(&Expectation) -> bool| rule.examples.iter().any(|example| wanted(&example.expectation));
        let mut missing = Vec::new();
        if !has(|expectation| matches!(expectation, Expectation::After(_))) {
            missing.push("a change (`after = …`)");
        }
        if !has(|expectation| *expectation == Expectation::Unchanged) {
            missing.push("code that is right already (`unchanged = true`)");
        }
        let refuses = !rule.refusals.is_empty() || rule.params.iter().any(|param| param.required);
        if refuses && !has(|expectation| matches!(expectation, Expectation::Refused(_))) {
            missing.push("a refusal (`refused = true`)");
        }
        for what in missing {
            let place = rule.refusals.first().filter(|_| what.starts_with("a refusal")).map(|refusal| refusal.when.span);
            let problem = self.problem(place, format!("no example shows {what}"));
            self.report(problem);
        }
        let mut names: Vec<&str> = rule.examples.iter().map(|example| example.name.as_str()).collect();
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            let problem = self.problem(self.place_of(pair[0], 0), format!("two examples are named \"{}\"", pair[0]));
            self.report(problem);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Catalogue, load};

    /// The messages about a rule whose text was changed, as an author sees them.
    fn after(change: impl Fn(&str) -> String) -> Vec<String> {
        let built_in = Catalogue::built_in();
        let rule = built_in.by_id("aws/rds/instance-storage-encryption").expect("a built-in rule");
        let problems = match load(&rule.path, &change(&rule.source)) {
            Ok(rule) => check_rule(&rule),
            Err(problems) => problems,
        };
        problems.iter().map(|problem| format!("{problem} | {}", problem.help.clone().unwrap_or_default())).collect()
    }

    #[test]
    fn the_built_in_rules_pass() {
        let catalogue = Catalogue::built_in();
        let problems: Vec<String> = catalogue
            .iter()
            .flat_map(|rule| check_rule(rule))
            .chain(check_catalogue(&catalogue))
            .map(|problem| format!("{}: {problem}", problem.path))
            .collect();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    }

    #[test]
    fn names_the_provider_does_not_have_are_told_with_the_nearest_it_has() {
        assert_eq!(
            after(|text| text.replace("set \"storage_encrypted\"", "set \"storage_encrypt\"")),
            ["`storage_encrypt` is not in the schema of aws_db_instance | did you mean `storage_encrypted`?"]
        );
        assert_eq!(
            after(|text| text.replace("target.replicate_source_db != null", "target.replicate_source != null")),
            ["`replicate_source` is not in the schema of aws_db_instance | did you mean `replicate_source_db`?"]
        );
        assert_eq!(
            after(|text| text.replace("resource = \"aws_db_instance\"\n  }", "resource = \"aws_db_instanse\"\n  }")),
            ["no provider has a resource type `aws_db_instanse` | did you mean `aws_db_instance`?"]
        );
    }

    #[test]
    fn words_of_the_rule_language_are_checked() {
        assert_eq!(
            after(|text| text.replace("  severity =", "  severty =")).first().map(String::as_str),
            Some("a rule has no argument `severty` | did you mean `severity`?")
        );
        assert_eq!(
            after(|text| text.replace("\"disruptive\"", "\"disrupting\"")),
            ["`disrupting` is no value of `level` | did you mean `disruptive`?"]
        );
        assert_eq!(
            after(|text| text.replace("param.kms_key_id != null", "param.kms_key != null")),
            ["the rule has no parameter `kms_key` | did you mean `kms_key_id`?"]
        );
        assert_eq!(
            after(|text| text.replace("value   = true\n    default = false", "value   = \"yes\"\n    default = false")),
            ["`storage_encrypted` takes `true` or `false` | "]
        );
    }
}
