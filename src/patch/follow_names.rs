//! Following names: variables with their callers, tfvars and Terragrunt inputs, locals, `each`, outputs.

use hcl_edit::expr::{Expression, TraversalOperator};
use serde_json::Value;

use crate::hcl::{Body, Document, literal, object_entries, traversal_names};
use crate::model::Span;
use crate::terraform::{directory_of, local_source};

use super::follow::{MAX_DEPTH, Walk, term_of};
use super::leaf::{Decided, Leaf, Site, Step};
use super::term::Term;

/// The directory of the module that a Terragrunt file runs: its own, or that of its local `source`.
pub(super) fn terragrunt_module(path: &str, document: &Document) -> Option<String> {
    let source =
        document.body().blocks_of("terraform").find_map(|block| literal(&block.attribute("source")?.value)?.as_str().map(str::to_owned));
    match source {
        Some(source) => local_source(directory_of(path), &source),
        None => Some(directory_of(path).to_owned()),
    }
}

/// The default of what `rest` leads to in a type: `optional(bool, false)` inside `object({ … })`, lists and maps of them.
fn optional_default<'t>(wanted: &'t Expression, rest: &[Step]) -> Option<&'t Expression> {
    let Expression::FuncCall(call) = wanted else { return None };
    let first = call.args.iter().next()?;
    match (call.name.name.as_str(), rest) {
        ("optional", []) => call.args.iter().nth(1),
        ("optional", _) => optional_default(first, rest),
        ("object", [Step::Name(name), rest @ ..]) => {
            let entries = object_entries(first);
            let entry = entries.into_iter().find(|entry| entry.name().as_deref() == Some(name))?;
            optional_default(entry.value, rest)
        }
        ("list" | "set" | "map", [_, rest @ ..]) => optional_default(first, rest),
        _ => None,
    }
}

impl Walk<'_> {
    pub(super) fn reference(
        &mut self,
        site: &Site,
        expression: &Expression,
        span: Option<Span>,
        rest: &[Step],
        depth: usize,
        leaves: &mut Vec<Leaf>,
    ) {
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
                    let mut entered = vec![site.block.as_ref().map_or(Step::Any, |key| self.bench.element(key, iterator))];
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
            (crate::hcl::UNREADABLE, _) => leaves.push(self.unknown(site, span, "a template that cannot be read")),
            _ => leaves.push(self.unknown(site, span, "a name that means nothing here")),
        }
    }

    /// The `for_each` of the `dynamic` block whose iterator has this name.
    fn iterated(&self, site: &Site, iterator: &str) -> Option<(std::sync::Arc<Expression>, Span)> {
        fn find<'d>(body: &'d Body, iterator: &str) -> Option<&'d crate::hcl::Attribute> {
            body.blocks.iter().find_map(|block| {
                let own = block.kind == "dynamic" && super::dynamic::iterator(block).as_deref() == Some(iterator);
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
            leaves.push(self.given(site, span, rest, format!("`var.{name}` is not declared in this module")));
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
                let why = format!("`var.{name}` has no default, and its value is not given in these files");
                leaves.push(self.given(&here, at, rest, why));
            }
            _ => {}
        }
        if let Some(wanted) = block.and_then(|block| block.attribute("type")).filter(|_| !rest.is_empty()) {
            let here = Site { path: key.path.clone(), block: Some(key.clone()) };
            self.optional(&here, wanted, rest, &mut leaves[from..]);
        }
        if leaves.len() == from {
            leaves.push(self.unknown(site, span, format!("`var.{name}` is given no value in these files")));
        }
    }

    /// What an object lacks is what `optional(type, default)` of the variable's type says. In the variable's own default an entry can
    /// be added; where callers leave it out, the type is the place.
    fn optional(&self, site: &Site, wanted: &crate::hcl::Attribute, rest: &[Step], leaves: &mut [Leaf]) {
        let Some(default) = optional_default(&wanted.value, rest) else { return };
        let (term, span) = (term_of(self.bench, site, default, None), crate::hcl::expression_span(default));
        for leaf in leaves.iter_mut() {
            let Decided::Absent(names) = &leaf.decided else { continue };
            if leaf.site == *site {
                leaf.decided = Decided::Implied(names.clone(), term.clone());
                continue;
            }
            let note = self.bench.place(&site.path, wanted.span, "the default in the variable's type");
            let through = leaf.through.iter().cloned().chain([note]).collect();
            *leaf = Leaf { site: site.clone(), span, decided: Decided::Value(term.clone()), through, constant: true };
        }
    }

    /// A variable that whoever uses the module sets. Of what is inside it not even that is known.
    fn given(&self, site: &Site, span: Option<Span>, rest: &[Step], why: String) -> Leaf {
        let leaf = self.unknown(site, span, why.clone());
        if rest.is_empty() { Leaf { decided: Decided::Given(why), ..leaf } } else { leaf }
    }

    /// The argument of a call; false when the call leaves it out.
    fn argument(&mut self, call: &super::calls::Call, name: &str, rest: &[Step], depth: usize, leaves: &mut Vec<Leaf>) -> bool {
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
        let folders = self.bench.folders();
        let paths: Vec<&str> =
            folders.variable_files(dir).filter(|path| self.bench.files().get(path).is_some_and(|text| text.contains(name))).collect();
        let mut always = false;
        for path in paths {
            let below = directory_of(path);
            // A folder below with Terraform files of its own is another root.
            if below != dir && folders.configuration(below).next().is_some() {
                continue;
            }
            let Ok(document) = self.bench.document(path) else { continue };
            let Some(attribute) = document.body().attribute(name) else { continue };
            let file = path.rsplit('/').next().unwrap_or(path);
            always |= below == dir && (matches!(file, "terraform.tfvars" | "terraform.tfvars.json") || file.contains(".auto.tfvars"));
            let here = Site { path: path.to_owned(), block: None };
            self.through.push(self.bench.place(path, attribute.span, format!("`{name}` in `{path}`")));
            self.expression(&here, &attribute.value, Some(attribute.value_span), rest, true, depth, leaves);
            self.through.pop();
        }
        always
    }

    /// The `inputs` of Terragrunt files that run this module: in its own directory, or with a local `source` that leads there.
    /// `Some(true)` when there are such files and every one gives the variable.
    fn terragrunt(&mut self, dir: &str, name: &str, rest: &[Step], depth: usize, leaves: &mut Vec<Leaf>) -> Option<bool> {
        let folders = self.bench.folders();
        let mut all = None;
        for path in folders.terragrunt_files() {
            let Ok(document) = self.bench.document(path) else { continue };
            if terragrunt_module(path, &document).as_deref() != Some(dir) {
                continue;
            }
            let entries = document.body().attribute("inputs").map(|inputs| object_entries(&inputs.value)).unwrap_or_default();
            let entry = entries.iter().find(|entry| entry.name().as_deref() == Some(name));
            all = Some(all != Some(false) && entry.is_some());
            let Some(entry) = entry else { continue };
            let here = Site { path: path.to_owned(), block: None };
            if let Some(span) = entry.value_span() {
                self.through.push(self.bench.place(path, span, format!("the input `{name}` in `{path}`")));
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
                let mut steps = vec![site.block.as_ref().map_or(Step::Any, |key| self.bench.element(key, "each"))];
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
            .in_directory(site.dir())
            .find(|call| call.block.labels.first().map(String::as_str) == Some(module))
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
