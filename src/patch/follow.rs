//! Following a value to the places where it is decided: defaults, tfvars, locals, module arguments, `for_each` maps.

use std::collections::HashSet;

use hcl_edit::expr::{Expression, TraversalOperator};
use serde_json::Value;

use crate::hcl::{Body, expression_span, literal, object_entries, traversal_names};
use crate::model::{Place, Span};

use super::term::{Term, equal};
use super::workbench::{BlockKey, Workbench, directory_of};

/// Bounds on one walk: steps taken, and depth.
const MAX_STEPS: usize = 2_000;
const MAX_DEPTH: usize = 24;

/// A step into a value that is not resolved yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// `.name` or `["name"]`.
    Name(String),
    /// `[0]`.
    Index(usize),
    /// `[each.key]`, `[*]`: any element.
    Any,
}

/// Where an expression stands: what its names mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Site {
    /// Path of the file.
    pub path: String,
    /// The top-level block around it, for `each.value`.
    pub block: Option<BlockKey>,
}

impl Site {
    pub(super) fn dir(&self) -> &str {
        directory_of(&self.path)
    }
}

/// What stands at a place that decides.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Decided {
    /// This value; it can be replaced when the leaf has a span.
    Value(Term),
    /// A reference to something else's attribute: not null, and known to nobody before an apply.
    Reference(Vec<String>),
    /// The object there has no such entry: it can be added. Absent counts as null.
    Absent(Vec<String>),
    /// It cannot be known; the sentence says why.
    Unknown(String),
}

/// One place that decides a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Leaf {
    /// Where.
    pub site: Site,
    /// The bytes that decide; for [`Decided::Absent`], those of the object.
    pub span: Option<Span>,
    /// What stands there.
    pub decided: Decided,
    /// Module calls and variables passed on the way, for people.
    pub through: Vec<Place>,
    /// Where only constants may stand: a variable's default or a tfvars file.
    pub constant: bool,
}

impl Leaf {
    /// The value as a condition sees it.
    pub(super) fn term(&self) -> Term {
        match &self.decided {
            Decided::Value(term) => term.clone(),
            Decided::Reference(names) => Term::Code(names.join(".")),
            Decided::Absent(_) => Term::NULL,
            Decided::Unknown(_) => Term::Unknown,
        }
    }
}

/// The common value of some leaves; unknown when they differ or there is none.
pub(super) fn common(leaves: &[Leaf]) -> Term {
    let Some(first) = leaves.first() else { return Term::Unknown };
    let term = first.term();
    let alike = leaves.iter().skip(1).all(|leaf| leaf.term() == term || equal(&leaf.term(), &term) == Some(true));
    match (&first.decided, leaves.len()) {
        (Decided::Unknown(_), _) => Term::Unknown,
        _ if alike => term,
        // Different values that are all something: at least not null.
        _ if leaves.iter().all(|leaf| leaf.term().is_null() == Some(false)) => Term::Code("several values".into()),
        _ => Term::Unknown,
    }
}

/// A walk over references.
pub(super) struct Walk<'b> {
    bench: &'b Workbench,
    steps: usize,
    visited: HashSet<(String, usize, usize)>,
    through: Vec<Place>,
}

/// Every place that decides `expression`, which stands at `site`.
pub(super) fn follow(bench: &Workbench, site: &Site, expression: &Expression, span: Option<Span>) -> Vec<Leaf> {
    let mut walk = Walk { bench, steps: 0, visited: HashSet::new(), through: Vec::new() };
    let mut leaves = Vec::new();
    walk.expression(site, expression, span, &[], false, 0, &mut leaves);
    let mut unique: Vec<Leaf> = Vec::new();
    for leaf in leaves {
        let known = unique.iter().position(|other| {
            other.site.path == leaf.site.path && other.span == leaf.span && other.decided == leaf.decided && leaf.span.is_some()
        });
        match known {
            Some(at) => unique[at].through.extend(leaf.through),
            None => unique.push(leaf),
        }
    }
    unique
}

/// The value of an expression for conditions; structure is kept, so that a list with one unknown element is still a list.
pub(super) fn term_of(bench: &Workbench, site: &Site, expression: &Expression, span: Option<Span>) -> Term {
    if let Some(value) = literal(expression) {
        return Term::Known(value);
    }
    match expression {
        Expression::Array(items) => Term::list(items.iter().map(|item| term_of(bench, site, item, expression_span(item))).collect()),
        Expression::Object(_) => {
            let members = object_entries(expression)
                .into_iter()
                .map(|entry| Some((entry.name()?, term_of(bench, site, entry.value, entry.value_span()))));
            members.collect::<Option<Vec<_>>>().map_or(Term::Unknown, Term::object)
        }
        _ => common(&follow(bench, site, expression, span)),
    }
}

impl Walk<'_> {
    fn unknown(&self, site: &Site, span: Option<Span>, why: impl Into<String>) -> Leaf {
        Leaf { site: site.clone(), span, decided: Decided::Unknown(why.into()), through: self.through.clone(), constant: false }
    }

    #[allow(clippy::too_many_arguments)]
    fn expression(
        &mut self,
        site: &Site,
        expression: &Expression,
        span: Option<Span>,
        rest: &[Step],
        constant: bool,
        depth: usize,
        leaves: &mut Vec<Leaf>,
    ) {
        self.steps += 1;
        if depth > MAX_DEPTH || self.steps > MAX_STEPS {
            leaves.push(self.unknown(site, span, "the chain of references is too long"));
            return;
        }
        let span = span.or_else(|| expression_span(expression));
        if rest.is_empty()
            && let Some(value) = literal(expression)
        {
            leaves.push(Leaf {
                site: site.clone(),
                span,
                decided: Decided::Value(Term::Known(value)),
                through: self.through.clone(),
                constant,
            });
            return;
        }
        let depth = depth + 1;
        match expression {
            Expression::Parenthesis(inner) => self.expression(site, inner.inner(), None, rest, constant, depth, leaves),
            Expression::StringTemplate(template) if template.iter().count() == 1 => {
                match template.iter().next().and_then(|element| element.as_interpolation()) {
                    Some(interpolation) => self.expression(site, &interpolation.expr, None, rest, constant, depth, leaves),
                    None => leaves.push(self.unknown(site, span, "a template")),
                }
            }
            Expression::Conditional(conditional) => {
                let condition = term_of(self.bench, site, &conditional.cond_expr, None).truth();
                if condition != Some(false) {
                    self.expression(site, &conditional.true_expr, None, rest, constant, depth, leaves);
                }
                if condition != Some(true) {
                    self.expression(site, &conditional.false_expr, None, rest, constant, depth, leaves);
                }
            }
            Expression::Variable(_) | Expression::Traversal(_) => self.reference(site, expression, span, rest, depth, leaves),
            Expression::Object(_) => self.object(site, expression, span, rest, constant, depth, leaves),
            Expression::Array(_) => self.array(site, expression, span, rest, constant, depth, leaves),
            Expression::FuncCall(call) => self.call(site, call, span, rest, constant, depth, leaves),
            _ => {
                let value = self.computed(site, expression);
                leaves.push(self.whole(site, None, value, span, rest));
            }
        }
    }

    /// A value that is computed: known, perhaps, but with no place that could be edited.
    fn whole(&self, site: &Site, span: Option<Span>, value: Term, at: Option<Span>, rest: &[Step]) -> Leaf {
        match value {
            Term::Unknown => self.unknown(site, at, "an expression whose value is known only when Terraform runs"),
            value if rest.is_empty() => {
                Leaf { site: site.clone(), span, decided: Decided::Value(value), through: self.through.clone(), constant: false }
            }
            _ => self.unknown(site, at, "an expression whose value is known only when Terraform runs"),
        }
    }

    fn computed(&self, site: &Site, expression: &Expression) -> Term {
        struct Outer<'w>(&'w Workbench, &'w Site);
        impl super::evaluate::Scope for Outer<'_> {
            fn member(&self, root: &str, name: &str) -> Option<Term> {
                let text = format!("{root}.{name}");
                let expression: Expression = text.parse().ok()?;
                Some(match root {
                    "var" | "local" => common(&follow(self.0, self.1, &expression, None)),
                    _ => Term::Unknown,
                })
            }
            fn root(&self, _: &str) -> Option<Term> {
                None
            }
            fn call(&self, _: &str, _: &[Term]) -> Option<Term> {
                None
            }
        }
        if self.steps > 200 {
            return Term::Unknown;
        }
        super::evaluate::Environment::new(&Outer(self.bench, site)).evaluate(expression)
    }

    #[allow(clippy::too_many_arguments)]
    fn object(
        &mut self,
        site: &Site,
        expression: &Expression,
        span: Option<Span>,
        rest: &[Step],
        constant: bool,
        depth: usize,
        leaves: &mut Vec<Leaf>,
    ) {
        let entries = object_entries(expression);
        match rest.split_first() {
            None => {
                let term = term_of(self.bench, site, expression, span);
                leaves.push(Leaf { site: site.clone(), span, decided: Decided::Value(term), through: self.through.clone(), constant });
            }
            Some((Step::Name(name), rest_after)) => match entries.iter().rfind(|entry| entry.name().as_deref() == Some(name)) {
                Some(entry) => self.expression(site, entry.value, entry.value_span(), rest_after, constant, depth, leaves),
                None if entries.iter().any(|entry| entry.name().is_none()) => {
                    leaves.push(self.unknown(site, span, "an object with computed keys"))
                }
                None => {
                    let path = rest.iter().filter_map(|step| if let Step::Name(name) = step { Some(name.clone()) } else { None }).collect();
                    leaves.push(Leaf { site: site.clone(), span, decided: Decided::Absent(path), through: self.through.clone(), constant });
                }
            },
            Some((_, rest_after)) => {
                for entry in &entries {
                    self.expression(site, entry.value, entry.value_span(), rest_after, constant, depth, leaves);
                }
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn array(
        &mut self,
        site: &Site,
        expression: &Expression,
        span: Option<Span>,
        rest: &[Step],
        constant: bool,
        depth: usize,
        leaves: &mut Vec<Leaf>,
    ) {
        let Expression::Array(items) = expression else { return };
        match rest.split_first() {
            None => {
                let term = term_of(self.bench, site, expression, span);
                leaves.push(Leaf { site: site.clone(), span, decided: Decided::Value(term), through: self.through.clone(), constant });
            }
            Some((Step::Index(index), rest)) => match items.get(*index) {
                Some(item) => self.expression(site, item, None, rest, constant, depth, leaves),
                None => leaves.push(self.unknown(site, span, "an index past the end of the list")),
            },
            Some((Step::Any, rest)) => {
                for item in items {
                    self.expression(site, item, None, rest, constant, depth, leaves);
                }
            }
            Some((Step::Name(_), _)) => leaves.push(self.unknown(site, span, "a list where an object was expected")),
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn call(
        &mut self,
        site: &Site,
        call: &hcl_edit::expr::FuncCall,
        span: Option<Span>,
        rest: &[Step],
        constant: bool,
        depth: usize,
        leaves: &mut Vec<Leaf>,
    ) {
        let arguments: Vec<&Expression> = call.args.iter().collect();
        match (call.name.name.as_str(), arguments.as_slice()) {
            ("tobool" | "tostring" | "tonumber" | "tolist" | "toset" | "tomap" | "sensitive" | "nonsensitive" | "one", [inner]) => {
                let mut steps = rest.to_vec();
                if call.name.name.as_str() == "one" {
                    steps.insert(0, Step::Index(0));
                }
                self.expression(site, inner, None, &steps, constant, depth, leaves);
            }
            ("try" | "coalesce", [first, others @ ..]) => {
                let from = leaves.len();
                self.expression(site, first, None, rest, constant, depth, leaves);
                let decides =
                    |leaf: &Leaf| !matches!(leaf.decided, Decided::Absent(_) | Decided::Unknown(_)) && leaf.term().is_null() == Some(false);
                if !leaves[from..].iter().all(decides) {
                    leaves.truncate_where(from, |leaf| {
                        decides(leaf) || matches!(leaf.decided, Decided::Unknown(_)) && call.name.name.as_str() == "coalesce"
                    });
                    for other in others {
                        self.expression(site, other, None, rest, constant, depth, leaves);
                    }
                }
            }
            ("lookup", [map, key, others @ ..]) => {
                let key = term_of(self.bench, site, key, None);
                let step = key.text().map_or(Step::Any, |name| Step::Name(name.to_owned()));
                let mut steps = vec![step];
                steps.extend_from_slice(rest);
                let from = leaves.len();
                self.expression(site, map, None, &steps, constant, depth, leaves);
                let absent = leaves[from..].iter().any(|leaf| matches!(leaf.decided, Decided::Absent(_)));
                if let (Some(default), true) = (others.first(), absent || leaves.len() == from) {
                    leaves.truncate_where(from, |leaf| !matches!(leaf.decided, Decided::Absent(_)));
                    self.expression(site, default, None, rest, constant, depth, leaves);
                }
            }
            ("merge", objects) if !rest.is_empty() => self.merge(site, objects, span, rest, constant, depth, leaves),
            ("element", [list, _]) => {
                let mut steps = vec![Step::Any];
                steps.extend_from_slice(rest);
                self.expression(site, list, None, &steps, constant, depth, leaves);
            }
            _ => {
                let whole = Expression::FuncCall(Box::new(call.clone()));
                let value = self.computed(site, &whole);
                leaves.push(self.whole(site, None, value, span, rest));
            }
        }
    }

    /// The last object of a `merge` that has the entry decides.
    #[allow(clippy::too_many_arguments)]
    fn merge(
        &mut self,
        site: &Site,
        objects: &[&Expression],
        span: Option<Span>,
        rest: &[Step],
        constant: bool,
        depth: usize,
        leaves: &mut Vec<Leaf>,
    ) {
        let mut absent = None;
        for object in objects.iter().rev() {
            let mut found = Vec::new();
            self.expression(site, object, None, rest, constant, depth, &mut found);
            let missing = found.iter().all(|leaf| matches!(leaf.decided, Decided::Absent(_)));
            if !missing {
                leaves.extend(found);
                return;
            }
            absent = found.into_iter().next().or(absent);
        }
        leaves.push(absent.unwrap_or_else(|| self.unknown(site, span, "a merge of nothing")));
    }

    fn reference(&mut self, site: &Site, expression: &Expression, span: Option<Span>, rest: &[Step], depth: usize, leaves: &mut Vec<Leaf>) {
        let mut names: Vec<String> = Vec::new();
        let mut steps: Vec<Step> = Vec::new();
        let traversal = expression.as_traversal();
        let base = traversal.map_or(expression, |traversal| &traversal.expr);
        let Expression::Variable(root) = base else {
            // `merge(a, b)["k"]`, `{…}[var.x]`: enter the base with these steps.
            let mut steps: Vec<Step> = traversal
                .map(|traversal| traversal.operators.iter().filter_map(|operator| self.step(site, operator.value())).collect())
                .unwrap_or_default();
            steps.extend_from_slice(rest);
            return self.expression(site, base, None, &steps, false, depth, leaves);
        };
        names.push(root.as_str().to_owned());
        for operator in traversal.iter().flat_map(|traversal| &traversal.operators) {
            steps.extend(self.step(site, operator.value()));
        }
        steps.extend_from_slice(rest);
        let first = |steps: &[Step]| match steps.first() {
            Some(Step::Name(name)) => Some(name.clone()),
            _ => None,
        };
        match (root.as_str(), first(&steps)) {
            ("var", Some(name)) => self.variable(site, &name, span, &steps[1..], depth, leaves),
            ("local", Some(name)) => self.local(site, &name, span, &steps[1..], depth, leaves),
            ("each", Some(name)) => self.each(site, &name, span, &steps[1..], depth, leaves),
            ("module", Some(name)) => self.output(site, &name, span, &steps[1..], depth, leaves),
            (iterator, Some(name)) if name == "value" && self.iterated(site, iterator).is_some() => {
                if let Some((expression, span)) = self.iterated(site, iterator) {
                    let mut entered = vec![Step::Any];
                    entered.extend_from_slice(&steps[1..]);
                    self.expression(site, &expression, Some(span), &entered, false, depth, leaves);
                }
            }
            ("count" | "self", _) => leaves.push(self.unknown(site, span, "it differs from instance to instance")),
            ("path" | "terraform", _) => leaves.push(Leaf {
                site: site.clone(),
                span: None,
                decided: Decided::Reference(traversal_names(expression).unwrap_or(names)),
                through: self.through.clone(),
                constant: false,
            }),
            (_, Some(_)) => leaves.push(Leaf {
                site: site.clone(),
                span,
                decided: Decided::Reference(traversal_names(expression).unwrap_or(names)),
                through: self.through.clone(),
                constant: false,
            }),
            _ => leaves.push(self.unknown(site, span, "a name that means nothing here")),
        }
    }

    /// The `for_each` of the `dynamic` block whose iterator has this name.
    fn iterated(&self, site: &Site, iterator: &str) -> Option<(std::sync::Arc<Expression>, Span)> {
        fn find<'d>(body: &'d Body, iterator: &str) -> Option<&'d crate::hcl::Attribute> {
            body.blocks.iter().find_map(|block| {
                let named =
                    block.attribute("iterator").and_then(|attribute| traversal_names(&attribute.value)).map(|names| names.join("."));
                let own = named.as_deref().or(block.label(0)) == Some(iterator) && block.kind == "dynamic";
                own.then(|| block.attribute("for_each")).flatten().or_else(|| find(&block.body, iterator))
            })
        }
        let key = site.block.as_ref()?;
        let document = self.bench.document(&key.path).ok()?;
        find(&key.in_document(&document)?.body, iterator).map(|attribute| (std::sync::Arc::clone(&attribute.value), attribute.value_span))
    }

    fn step(&self, site: &Site, operator: &TraversalOperator) -> Option<Step> {
        Some(match operator {
            TraversalOperator::GetAttr(name) => Step::Name(name.as_str().to_owned()),
            TraversalOperator::Index(index) => match term_of(self.bench, site, index, None) {
                Term::Known(Value::String(name)) => Step::Name(name),
                Term::Known(Value::Number(number)) => {
                    number.as_u64().and_then(|at| usize::try_from(at).ok()).map_or(Step::Any, Step::Index)
                }
                _ => Step::Any,
            },
            TraversalOperator::LegacyIndex(index) => usize::try_from(*index.value()).map_or(Step::Any, Step::Index),
            TraversalOperator::FullSplat(_) | TraversalOperator::AttrSplat(_) => Step::Any,
        })
    }

    fn variable(&mut self, site: &Site, name: &str, span: Option<Span>, rest: &[Step], depth: usize, leaves: &mut Vec<Leaf>) {
        let dir = site.dir().to_owned();
        let declared = self.bench.blocks(&dir, "variable", Some(name)).pop();
        let Some((key, document)) = declared else {
            leaves.push(self.unknown(site, span, format!("`var.{name}` is not declared in this module")));
            return;
        };
        let from = leaves.len();
        let callers = self.bench.callers(&dir);
        let mut default_counts = callers.is_empty();
        for call in &callers {
            default_counts |= !self.argument(call, name, rest, depth, leaves);
        }
        if callers.is_empty() {
            let given = self.tfvars(&dir, name, rest, depth, leaves);
            let passed = self.terragrunt(&dir, name, rest, depth, leaves);
            default_counts = !given && passed != Some(true);
        }
        let block = key.in_document(&document);
        let default = block.and_then(|block| block.attribute("default"));
        match default {
            Some(default) if default_counts => {
                let note = self.bench.place(&key.path, default.span, format!("the default of `var.{name}`"));
                let here = Site { path: key.path.clone(), block: Some(key.clone()) };
                self.through.push(note);
                self.expression(&here, &default.value, Some(default.value_span), rest, true, depth, leaves);
                self.through.pop();
            }
            None if default_counts => {
                let at = block.map(|block| block.span);
                let here = Site { path: key.path.clone(), block: Some(key.clone()) };
                leaves.push(self.unknown(&here, at, format!("`var.{name}` has no default, and its value is not given in these files")));
            }
            _ => {}
        }
        if leaves.len() == from {
            leaves.push(self.unknown(site, span, format!("`var.{name}` is given no value in these files")));
        }
    }

    /// The argument of a call; false when the call leaves it out.
    fn argument(&mut self, call: &super::workbench::Call, name: &str, rest: &[Step], depth: usize, leaves: &mut Vec<Leaf>) -> bool {
        let Ok(document) = self.bench.document(&call.block.path) else { return false };
        let Some(block) = call.block.in_document(&document) else { return false };
        let Some(attribute) = block.attribute(name) else { return false };
        if !self.visited.insert((call.block.path.clone(), attribute.span.start, depth)) && depth > MAX_DEPTH / 2 {
            return true;
        }
        let here = Site { path: call.block.path.clone(), block: Some(call.block.clone()) };
        self.through.push(self.bench.place(
            &call.block.path,
            attribute.span,
            format!("the argument `{name}` of module `{}`", call.block.labels.join(".")),
        ));
        self.expression(&here, &attribute.value, Some(attribute.value_span), rest, false, depth, leaves);
        self.through.pop();
        true
    }

    /// The entries of variable files; true when one that Terraform reads by itself sets the variable.
    fn tfvars(&mut self, dir: &str, name: &str, rest: &[Step], depth: usize, leaves: &mut Vec<Leaf>) -> bool {
        let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let is_tfvars = |path: &str| path.ends_with(".tfvars") || path.ends_with(".tfvars.json");
        let paths: Vec<String> = self
            .bench
            .files()
            .iter()
            .filter(|(path, text)| path.starts_with(&prefix) && is_tfvars(path) && text.contains(name))
            .map(|(path, _)| path.to_owned())
            .collect();
        let mut always = false;
        for path in paths {
            let below = directory_of(&path);
            // A folder below with Terraform files of its own is another root.
            if below != dir && self.bench.files().in_directory(below).any(|(path, _)| super::workbench::is_configuration(path)) {
                continue;
            }
            let Ok(document) = self.bench.document(&path) else { continue };
            let Some(attribute) = document.body().attribute(name) else { continue };
            let file = path.rsplit('/').next().unwrap_or(&path);
            always |= below == dir && (matches!(file, "terraform.tfvars" | "terraform.tfvars.json") || file.contains(".auto.tfvars"));
            let here = Site { path: path.clone(), block: None };
            self.through.push(self.bench.place(&path, attribute.span, format!("`{name}` in `{path}`")));
            self.expression(&here, &attribute.value, Some(attribute.value_span), rest, true, depth, leaves);
            self.through.pop();
        }
        always
    }

    /// The `inputs` of Terragrunt files that run this module: in its own directory, or with a local `source` that leads there.
    /// `Some(true)` when there are such files and every one gives the variable.
    fn terragrunt(&mut self, dir: &str, name: &str, rest: &[Step], depth: usize, leaves: &mut Vec<Leaf>) -> Option<bool> {
        let paths: Vec<String> = self
            .bench
            .files()
            .iter()
            .map(|(path, _)| path)
            .filter(|path| path.rsplit('/').next() == Some("terragrunt.hcl"))
            .map(str::to_owned)
            .collect();
        let mut all = None;
        for path in paths {
            let Ok(document) = self.bench.document(&path) else { continue };
            let source = document
                .body()
                .blocks_of("terraform")
                .find_map(|block| literal(&block.attribute("source")?.value)?.as_str().map(str::to_owned));
            let own = directory_of(&path) == dir;
            let led = source.as_deref().and_then(|source| super::workbench::resolve(directory_of(&path), source)).as_deref() == Some(dir);
            if !(led || own && source.is_none()) {
                continue;
            }
            let entries = document.body().attribute("inputs").map(|inputs| object_entries(&inputs.value)).unwrap_or_default();
            let entry = entries.iter().find(|entry| entry.name().as_deref() == Some(name));
            all = Some(all != Some(false) && entry.is_some());
            let Some(entry) = entry else { continue };
            let here = Site { path: path.clone(), block: None };
            if let Some(span) = entry.value_span() {
                self.through.push(self.bench.place(&path, span, format!("the input `{name}` in `{path}`")));
                self.expression(&here, entry.value, Some(span), rest, true, depth, leaves);
                self.through.pop();
            }
        }
        all
    }

    fn local(&mut self, site: &Site, name: &str, span: Option<Span>, rest: &[Step], depth: usize, leaves: &mut Vec<Leaf>) {
        for (key, document) in self.bench.blocks(site.dir(), "locals", None).into_iter().rev() {
            let Some(attribute) = key.in_document(&document).and_then(|block| block.attribute(name)) else { continue };
            let here = Site { path: key.path.clone(), block: Some(key.clone()) };
            self.through.push(self.bench.place(&key.path, attribute.span, format!("`local.{name}`")));
            self.expression(&here, &attribute.value, Some(attribute.value_span), rest, false, depth, leaves);
            self.through.pop();
            return;
        }
        leaves.push(self.unknown(site, span, format!("`local.{name}` is not declared in this module")));
    }

    /// `each.value` and `each.key`, by the `for_each` of the block around.
    fn each(&mut self, site: &Site, name: &str, span: Option<Span>, rest: &[Step], depth: usize, leaves: &mut Vec<Leaf>) {
        let around = site.block.as_ref().and_then(|key| self.bench.document(&key.path).ok().map(|document| (key.clone(), document)));
        let for_each = around.as_ref().and_then(|(key, document)| key.in_document(document)).and_then(|block| block.attribute("for_each"));
        match (name, for_each) {
            ("value", Some(attribute)) => {
                let mut steps = vec![Step::Any];
                steps.extend_from_slice(rest);
                self.through.push(self.bench.place(&site.path, attribute.span, "the `for_each` of the block"));
                self.expression(site, &attribute.value, Some(attribute.value_span), &steps, false, depth, leaves);
                self.through.pop();
            }
            _ => leaves.push(self.unknown(site, span, "it differs from instance to instance")),
        }
    }

    /// `module.name.output`.
    fn output(&mut self, site: &Site, module: &str, span: Option<Span>, rest: &[Step], depth: usize, leaves: &mut Vec<Leaf>) {
        let rest: Vec<Step> = if matches!(rest.first(), Some(Step::Any | Step::Index(_))) { rest[1..].to_vec() } else { rest.to_vec() };
        let reference = |walk: &Self, names: Vec<String>| Leaf {
            site: site.clone(),
            span,
            decided: Decided::Reference(names),
            through: walk.through.clone(),
            constant: false,
        };
        let Some(Step::Name(output)) = rest.first() else {
            leaves.push(reference(self, vec!["module".into(), module.to_owned()]));
            return;
        };
        let names = vec!["module".to_owned(), module.to_owned(), output.clone()];
        let child = self
            .bench
            .calls()
            .iter()
            .find(|call| call.dir == site.dir() && call.block.labels.first().map(String::as_str) == Some(module))
            .and_then(|call| call.source_dir.clone());
        let found = child.and_then(|dir| self.bench.blocks(&dir, "output", Some(output)).pop());
        let value = found.as_ref().and_then(|(key, document)| key.in_document(document)).and_then(|block| block.attribute("value"));
        match (found.as_ref(), value) {
            (Some((key, _)), Some(value)) => {
                let here = Site { path: key.path.clone(), block: Some(key.clone()) };
                self.expression(&here, &value.value, Some(value.value_span), &rest[1..], false, depth, leaves);
            }
            _ => leaves.push(reference(self, names)),
        }
    }
}

/// Keeping only some of the leaves that were added last.
trait TruncateWhere {
    fn truncate_where(&mut self, from: usize, keep: impl Fn(&Leaf) -> bool);
}

impl TruncateWhere for Vec<Leaf> {
    fn truncate_where(&mut self, from: usize, keep: impl Fn(&Leaf) -> bool) {
        let added = self.split_off(from.min(self.len()));
        self.extend(added.into_iter().filter(|leaf| keep(leaf)));
    }
}

/// An attribute or the blocks of a name in a body, as a condition sees them: absent is null, nested blocks are a list of objects.
pub(super) fn member_of(bench: &Workbench, site: &Site, body: &Body, name: &str) -> Term {
    if let Some(attribute) = body.attribute(name) {
        return term_of(bench, site, &attribute.value, Some(attribute.value_span));
    }
    let blocks: Vec<Term> = body
        .nested(name)
        .map(|(_, inner, dynamic)| if dynamic && inner.is_empty() { Term::Unknown } else { body_term(bench, site, inner) })
        .collect();
    if blocks.is_empty() { Term::NULL } else { Term::list(blocks) }
}

/// A whole body as an object.
pub(super) fn body_term(bench: &Workbench, site: &Site, body: &Body) -> Term {
    let mut members: Vec<(String, Term)> = body
        .attributes
        .iter()
        .map(|attribute| (attribute.name.clone(), term_of(bench, site, &attribute.value, Some(attribute.value_span))))
        .collect();
    for block in &body.blocks {
        let name = if block.kind == "dynamic" { block.label(0).unwrap_or_default() } else { &block.kind };
        if !members.iter().any(|(known, _)| known == name) {
            members.push((name.to_owned(), member_of(bench, site, body, name)));
        }
    }
    Term::object(members)
}

/// Every place that decides what `rest` names inside an object value (or inside each object of a list).
pub(super) fn follow_into(
    bench: &Workbench,
    site: &Site,
    expression: &Expression,
    span: Option<Span>,
    each: bool,
    rest: &[crate::hcl::Step],
) -> Vec<Leaf> {
    let mut steps: Vec<Step> = Vec::new();
    if each {
        steps.push(Step::Any);
    }
    steps.extend(rest.iter().map(|step| Step::Name(step.name.clone())));
    let mut walk = Walk { bench, steps: 0, visited: HashSet::new(), through: Vec::new() };
    let mut leaves = Vec::new();
    walk.expression(site, expression, span, &steps, false, 0, &mut leaves);
    leaves
}
