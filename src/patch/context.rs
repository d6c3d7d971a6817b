//! What a rule sees of the code: its names and functions.

use std::collections::BTreeSet;
use std::sync::Arc;

use hcl_edit::expr::Expression;
use serde_json::Value;

use crate::hcl::{Body, Document};
use crate::model::{Refusal, RefusalKind};
use crate::rule::{Rule, RuleExpression};

use super::elements::by_element;
use super::evaluate::{Environment, Scope};
use super::follow::{Site, body_term, member_of};
use super::linked::find_linked;
use super::params::Bound;
use super::plan::Plan;
use super::term::Term;
use super::version;
use super::workbench::{BlockKey, Workbench, deciding_block};

/// One rule at one target.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub bench: &'a Workbench,
    pub rule: &'a Rule,
    pub params: &'a Bound,
    /// The block that the rule is about.
    pub target: &'a BlockKey,
}

/// Where a value is going to be written, which decides what `target.x` means there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    /// Nowhere: a condition. `target.x` is the value.
    Condition,
    /// In the target itself: `target.x` is the argument's own text.
    Target,
    /// In another block of the module: `target.x` is a reference.
    Elsewhere,
}

/// What `block` means. A body is looked at only when an expression speaks of it, for few do.
#[derive(Clone)]
pub(super) enum BlockMeaning<'a> {
    /// A value.
    Term(Term),
    /// A body in the file of this path and, if it is in one, in this top-level block.
    Body(&'a str, Option<&'a BlockKey>, &'a Body),
}

impl<'a> BlockMeaning<'a> {
    /// A body that stands at a site.
    pub(super) const fn body((site, body): (&'a Site, &'a Body)) -> Self {
        Self::Body(site.path.as_str(), site.block.as_ref(), body)
    }

    fn term(&self, bench: &Workbench) -> Term {
        match self {
            Self::Term(term) => term.clone(),
            Self::Body(path, block, body) => body_term(bench, &self.site(path, *block), body),
        }
    }

    /// `block.name`: of a body only what has that name is evaluated.
    fn member(&self, bench: &Workbench, name: &str) -> Term {
        match self {
            Self::Term(term) => term.member(name),
            Self::Body(path, block, body) => member_of(bench, &self.site(path, *block), body, name),
        }
    }

    fn site(&self, path: &str, block: Option<&BlockKey>) -> Site {
        Site { path: path.to_owned(), block: block.cloned() }
    }
}

/// The names of a rule's expressions.
pub(super) struct RuleScope<'a> {
    pub cx: Context<'a>,
    /// What `block` means.
    pub block: Option<BlockMeaning<'a>>,
    /// What `statement` means.
    pub statement: Option<Term>,
    pub writing: Writing,
}

impl<'a> Context<'a> {
    /// The target's file and block.
    pub(super) fn target_document(&self) -> Result<Arc<Document>, Refusal> {
        self.bench.document(&self.target.path)
    }

    /// The site of a top-level block.
    pub(super) fn site(key: &BlockKey) -> Site {
        Site { path: key.path.clone(), block: Some(key.clone()) }
    }

    /// A scope for conditions.
    pub(super) const fn scope(self) -> RuleScope<'a> {
        RuleScope { cx: self, block: None, statement: None, writing: Writing::Condition }
    }

    /// The value of an expression of the rule, with `block` bound to a body.
    pub(super) fn evaluate(self, expression: &RuleExpression, block: Option<(&Site, &Body)>) -> Term {
        let scope = RuleScope { block: block.map(BlockMeaning::body), ..self.scope() };
        Environment::new(&scope).evaluate(&expression.expression)
    }

    /// What `plan` wants where a condition is true; nothing where it is false. Where that is not known, an end that holds anyway
    /// is fine, and one that does not is a refusal.
    pub(super) fn gate(
        self,
        when: Option<&RuleExpression>,
        block: Option<(&Site, &Body)>,
        plan: impl Fn() -> Result<Plan, Refusal>,
    ) -> Result<Plan, Refusal> {
        self.gate_meaning(when, block.map(BlockMeaning::body), plan)
    }

    /// The same with `block` bound to a value.
    pub(super) fn gate_term(
        self,
        when: Option<&RuleExpression>,
        block: Term,
        plan: impl Fn() -> Result<Plan, Refusal>,
    ) -> Result<Plan, Refusal> {
        self.gate_meaning(when, Some(BlockMeaning::Term(block)), plan)
    }

    fn gate_meaning(
        self,
        when: Option<&RuleExpression>,
        block: Option<BlockMeaning<'_>>,
        plan: impl Fn() -> Result<Plan, Refusal>,
    ) -> Result<Plan, Refusal> {
        let Some(when) = when else { return plan() };
        let scope = RuleScope { block, ..self.scope() };
        match Environment::new(&scope).evaluate(&when.expression).truth() {
            Some(true) => plan(),
            Some(false) => Ok(Plan::new()),
            None => match plan() {
                Ok(changes) if changes.is_empty() => Ok(changes),
                _ => by_element(self, when, scope.block.as_ref(), &plan).unwrap_or_else(|| Err(self.undecided(when))),
            },
        }
    }

    /// A refusal because a condition depends on something that is not known.
    pub(super) fn undecided(&self, when: &RuleExpression) -> Refusal {
        let callers = self.bench.callers(self.target.dir()).len();
        let (why, next) = if callers > 1 {
            (
                format!("which is not known, or not the same for all {callers} calls of the module"),
                "Make the change by hand in the call that is meant, or give the values it depends on a default.",
            )
        } else {
            (
                "which these files do not decide".to_owned(),
                "Give the values it depends on a default or a tfvars entry, or make the change by hand.",
            )
        };
        let when = super::plan::shorten(&when.text);
        let message = format!("Whether rule `{}` wants a change here depends on `{when}`, {why}.", self.rule.id);
        let refusal = Refusal::new(RefusalKind::DecidedElsewhere, message).next(next);
        let span = self.target_document().ok().and_then(|document| self.target.in_document(&document).map(|block| block.span));
        match span {
            Some(span) => refusal.at(self.bench.place(&self.target.path, span, "the block in question")),
            None => refusal,
        }
    }

    /// Whether a condition is true; absent ones are.
    pub(super) fn wants(self, when: Option<&RuleExpression>, block: Option<(&Site, &Body)>) -> bool {
        when.is_none_or(|when| self.evaluate(when, block).truth() == Some(true))
    }

    /// Whether a condition may be true.
    pub(super) fn may(self, when: &RuleExpression) -> bool {
        self.evaluate(when, None).truth() != Some(false)
    }

    /// The target's instance key as other blocks with the same repetition write it.
    pub(super) fn instance_key(&self) -> &'static str {
        let Ok(document) = self.target_document() else { return "" };
        match self.target.in_document(&document) {
            Some(block) if block.attribute("for_each").is_some() => "[each.key]",
            Some(block) if block.attribute("count").is_some() => "[count.index]",
            _ => "",
        }
    }

    /// `aws_s3_bucket.b[each.key].id`.
    pub(super) fn reference(&self, attribute: &str) -> String {
        format!("{}{}.{attribute}", self.target.local_address(), self.instance_key())
    }

    /// The resource of type `kind` that an earlier companion of the rule wrote, as code: with the target's repetition it has the
    /// same keys. Null when it wrote none.
    fn companion(&self, kind: &str) -> Term {
        match super::companion_reverse::written(*self, kind) {
            Some(key) => Term::Code(format!("{}{}", key.local_address(), self.instance_key())),
            None => Term::NULL,
        }
    }

    fn target_member(&self, name: &str, writing: Writing) -> Term {
        let key = deciding_block(self.bench, self.target, name);
        let Ok(document) = self.bench.document(&key.path) else { return Term::Unknown };
        let Some(block) = key.in_document(&document) else { return Term::Unknown };
        match writing {
            Writing::Elsewhere => Term::Code(self.reference(name)),
            Writing::Target => match block.attribute(name) {
                Some(attribute) => Term::Code(document.slice(attribute.value_span).to_owned()),
                // Blocks, if any, or null.
                None => member_of(self.bench, &Self::site(&key), &block.body, name),
            },
            Writing::Condition => {
                let term = member_of(self.bench, &Self::site(&key), &block.body, name);
                let computed = term == Term::NULL && matches!(name, "id" | "arn");
                if computed { Term::Code(self.reference(name)) } else { term }
            }
        }
    }

    /// A refusal that names parameters which have no value, each once.
    pub(super) fn needs(&self, names: &[String]) -> Refusal {
        let names: BTreeSet<&String> = names.iter().collect();
        let described: Vec<String> = names
            .iter()
            .map(|name| match self.rule.params.iter().find(|param| param.name == **name) {
                Some(param) => format!("`{name}` ({})", param.description.trim_end_matches('.')),
                None => format!("`{name}`"),
            })
            .collect();
        Refusal::new(
            RefusalKind::NeedsParameter,
            format!("Rule `{}` needs a value that only the organisation can give: {}.", self.rule.id, described.join(", ")),
        )
        .next(format!(
            "Set it under `params:` in `.github/remediate.yml`, or give it with the command: {}.",
            names.iter().map(|name| format!("`{name}=…`")).collect::<Vec<_>>().join(" ")
        ))
    }
}

impl RuleScope<'_> {
    /// The expression that `target.x` or `block.x` stands for, where it is written in that very block.
    pub(super) fn attribute(&self, root: &str, name: &str) -> Option<Arc<Expression>> {
        match (root, self.block.as_ref()) {
            ("target" | "module", _) => {
                let document = self.cx.target_document().ok()?;
                Some(Arc::clone(&self.cx.target.in_document(&document)?.attribute(name)?.value))
            }
            ("block", Some(BlockMeaning::Body(_, _, body))) => Some(Arc::clone(&body.attribute(name)?.value)),
            _ => None,
        }
    }

    /// `target.x` or `block.x` as code that means the same where the value is written; `None` where nothing does.
    pub(super) fn code(&self, root: &str, name: &str) -> Option<Term> {
        match (root, self.block.as_ref(), self.writing) {
            ("target" | "module", ..) => Some(self.cx.target_member(name, self.writing)),
            ("block", Some(BlockMeaning::Body(path, _, body)), Writing::Target) => {
                let document = self.cx.bench.document(path).ok()?;
                Some(Term::Code(document.slice(body.attribute(name)?.value_span).to_owned()))
            }
            _ => None,
        }
    }
}

impl Scope for RuleScope<'_> {
    fn member(&self, root: &str, name: &str) -> Option<Term> {
        match root {
            // Inside `module "…" { }` the call's arguments are called `module.x` as well.
            "target" | "module" => Some(self.cx.target_member(name, self.writing)),
            "param" => Some(self.cx.params.get(name).cloned().unwrap_or(Term::NULL)),
            "block" => Some(self.block.as_ref().map_or(Term::NULL, |block| block.member(self.cx.bench, name))),
            "statement" => Some(self.statement.as_ref().map_or(Term::Unknown, |statement| statement.member(name))),
            "resource" => match name {
                "name" => self.cx.target.labels.last().map(|label| Term::Known(Value::from(label.as_str()))),
                "type" => self.cx.target.labels.first().map(|label| Term::Known(Value::from(label.as_str()))),
                "several" => Some(Term::Known(Value::Bool(super::reach::several(self.cx.bench, self.cx.target)))),
                "repetition" => {
                    let document = self.cx.target_document().ok()?;
                    self.cx.target.in_document(&document).map(|block| repetition(&document, &block.body))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn root(&self, root: &str) -> Option<Term> {
        match root {
            "block" => self.block.as_ref().map(|block| block.term(self.cx.bench)),
            "statement" => self.statement.clone(),
            _ => None,
        }
    }

    fn call(&self, name: &str, arguments: &[Term]) -> Option<Term> {
        let text = |at: usize| arguments.get(at).and_then(Term::text);
        Some(match name {
            "linked" if arguments.len() == 4 => {
                let between = find_linked(self.cx, text(2)?, text(3)?);
                let leads_on = |key: &BlockKey| Some(!find_linked(Context { target: key, ..self.cx }, text(0)?, text(1)?).is_empty());
                Term::Known(Value::Bool(between.iter().any(|key| leads_on(key) == Some(true))))
            }
            "linked" => Term::Known(Value::Bool(!find_linked(self.cx, text(0)?, text(1)?).is_empty())),
            "companion" => self.cx.companion(text(0)?),
            "linked_resource" => {
                find_linked(self.cx, text(0)?, text(1)?).first().map_or(Term::NULL, |key| resource_term(self.cx.bench, key))
            }
            "resources" => {
                let found = self.cx.bench.blocks(self.cx.target.dir(), "resource", text(0));
                Term::list(found.iter().map(|(key, _)| resource_term(self.cx.bench, key)).collect())
            }
            "region" => super::region::region_of(self.cx.bench, self.cx.target),
            "provider_at_least" => {
                let (provider, wanted) =
                    if arguments.len() == 2 { (text(0)?, text(1)?) } else { (self.cx.target.labels.first()?.split('_').next()?, text(0)?) };
                version::at_least(self.cx.bench, self.cx.target.dir(), provider, wanted)
                    .map_or(Term::Unknown, |value| Term::Known(Value::Bool(value)))
            }
            _ => return None,
        })
    }
}

/// What decides how many instances of a block there are, as it is written: two blocks with the same have the same instances. Null
/// where there is exactly one.
fn repetition(document: &Document, body: &Body) -> Term {
    let written = |name: &str| {
        let value = document.slice(body.attribute(name)?.value_span);
        Some(Term::Known(Value::from(format!("{name} = {}", value.split_whitespace().collect::<Vec<_>>().join(" ")))))
    };
    written("count").or_else(|| written("for_each")).unwrap_or(Term::NULL)
}

/// A resource as an object: its arguments, `name` of the block as `resource_name`, `reference` (code that names it), and `repetition`.
fn resource_term(bench: &Workbench, key: &BlockKey) -> Term {
    let Ok(document) = bench.document(&key.path) else { return Term::Unknown };
    let Some(block) = key.in_document(&document) else { return Term::Unknown };
    let site = Context::site(key);
    let mut members = body_term(bench, &site, &block.body).members().unwrap_or_default();
    members.push(("resource_name".into(), Term::Known(Value::from(block.label(1).unwrap_or_default()))));
    members.push(("reference".into(), Term::Code(key.local_address())));
    members.push(("repetition".into(), repetition(&document, &block.body)));
    Term::object(members)
}
