//! Who reads a local or a variable.

use std::collections::HashSet;

use hcl_edit::expr::Expression;

use crate::hcl::{self, Attribute, Block, Body, Document, Reference, object_entries, references, traversal_names};
use crate::model::Span;
use crate::terraform::directory_of;

use super::dynamic;
use super::follow_names::terragrunt_module;
use super::workbench::{BlockKey, Workbench};

/// Most readers that are looked for: whoever has more is shared enough.
const MOST: usize = 200;
/// Blocks that only check or move, and pass no value on.
const SILENT: [&str; 6] = ["variable", "check", "moved", "import", "removed", "terraform"];

/// A local or a variable of a module, and what inside of it is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Name {
    /// The module's directory.
    pub dir: String,
    /// `local`, `var`, or `data` for a data source as a whole.
    pub root: &'static str,
    /// Its name.
    pub name: String,
    /// Names of the object entries that lead to the value; empty for the whole.
    pub entries: Vec<String>,
}

impl Name {
    /// As code refers to it: `local.name`.
    pub(super) fn shown(&self) -> String {
        format!("{}.{}", self.root, self.name)
    }

    /// As code refers to the value inside: `local.name.entry`.
    pub(super) fn whole(&self) -> String {
        self.entries.iter().fold(self.shown(), |whole, entry| format!("{whole}.{entry}"))
    }

    /// Whether a reference is to this and may see the value inside; what it names beyond is returned.
    fn seen_by(&self, reference: &Reference) -> Option<Vec<String>> {
        let mut parts = std::iter::once(self.root).chain(self.name.split('.'));
        let count = 1 + self.name.split('.').count();
        let is_it = reference.names.len() >= count && reference.names.iter().take(count).all(|name| parts.next() == Some(name));
        if is_it { left_of(&self.entries, &reference.names[count..]) } else { None }
    }
}

/// What is left of the entries that lead to a value behind those that a reference names; `None` where they lead elsewhere. A key
/// given by an index is not among the names, so that their order counts, not their place.
fn left_of(entries: &[String], named: &[String]) -> Option<Vec<String>> {
    let mut left = entries;
    for name in named {
        if left.is_empty() {
            break;
        }
        left = left.iter().position(|entry| entry == name).map(|at| &left[at + 1..])?;
    }
    Some(left.to_vec())
}

/// An argument whose value hangs on a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reader {
    /// The top-level block around it.
    pub key: BlockKey,
    /// Dotted path of the argument in the block, as people read it.
    pub argument: String,
    /// The bytes of the reference, or of the argument's value where those are not known.
    pub span: Span,
    /// Whether it says how many there are (`count`, `for_each`).
    pub repeats: bool,
}

/// The name under which a value is known that stands at `span` of a file; `None` where it has none, or one of a module that is not
/// among the files.
pub(super) fn name_at(bench: &Workbench, path: &str, span: Span) -> Option<Name> {
    let document = bench.document(path).ok()?;
    let top = document.body();
    if let Some(attribute) = top.attributes.iter().find(|attribute| attribute.span.covers(span)) {
        return if path.ends_with("terragrunt.hcl") {
            terragrunt_input(bench, &document, path, attribute, span)
        } else {
            given(bench, path, attribute, span)
        };
    }
    let block = top.blocks.iter().find(|block| block.span.covers(span))?;
    let dir = directory_of(path).to_owned();
    if block.kind == "data" {
        return Some(Name { dir, root: "data", name: format!("{}.{}", block.label(0)?, block.label(1)?), entries: Vec::new() });
    }
    let attribute = block.body.attributes.iter().find(|attribute| attribute.span.covers(span))?;
    let entries = entries_to(attribute, span);
    match block.kind.as_str() {
        "locals" => Some(Name { dir, root: "local", name: attribute.name.clone(), entries }),
        "variable" if matches!(attribute.name.as_str(), "default" | "type") => {
            Some(Name { dir, root: "var", name: block.label(0)?.to_owned(), entries })
        }
        "module" => {
            let key = BlockKey::of(path, &document, top.blocks.iter().position(|other| other.span == block.span)?)?;
            Some(Name { dir: bench.calls().at(&key)?.source_dir.clone()?, root: "var", name: attribute.name.clone(), entries })
        }
        _ => None,
    }
}

/// A value of a variable file: the variable is declared in its folder or in one above.
fn given(bench: &Workbench, path: &str, attribute: &Attribute, span: Span) -> Option<Name> {
    let mut dir = directory_of(path);
    loop {
        if !bench.blocks(dir, "variable", Some(&attribute.name)).is_empty() {
            return Some(Name { dir: dir.to_owned(), root: "var", name: attribute.name.clone(), entries: entries_to(attribute, span) });
        }
        if dir.is_empty() {
            return None;
        }
        dir = directory_of(dir);
    }
}

/// An entry of Terragrunt's `inputs`.
fn terragrunt_input(bench: &Workbench, document: &Document, path: &str, attribute: &Attribute, span: Span) -> Option<Name> {
    let mut entries = entries_to(attribute, span).into_iter();
    let name = entries.next().filter(|_| attribute.name == "inputs")?;
    let dir = terragrunt_module(path, document)?;
    let declared = !bench.blocks(&dir, "variable", Some(&name)).is_empty();
    declared.then(|| Name { dir, root: "var", name, entries: entries.collect() })
}

/// The names of the object entries around `span`, from the outside in.
fn entries_to(attribute: &Attribute, span: Span) -> Vec<String> {
    fn enter(expression: &Expression, span: Span, names: &mut Vec<String>) {
        if let Expression::Array(items) = expression {
            let around = items.iter().find(|item| hcl::expression_span(item).is_some_and(|item| item.covers(span)));
            return around.into_iter().for_each(|item| enter(item, span, names));
        }
        let entries = object_entries(expression);
        let around = entries.iter().find(|entry| entry.value_span().is_some_and(|value| value.covers(span)));
        if let Some((entry, name)) = around.and_then(|entry| Some((entry, entry.name()?))) {
            names.push(name);
            enter(entry.value, span, names);
        }
    }
    let mut names = Vec::new();
    enter(&attribute.value, span, &mut names);
    names
}

/// Every argument that hangs on a name, through locals and local modules; each once.
pub(super) fn readers(bench: &Workbench, name: &Name) -> Vec<Reader> {
    let mut search = Search { bench, seen: HashSet::new(), found: Vec::new() };
    search.name(name);
    search.found
}

struct Search<'b> {
    bench: &'b Workbench,
    seen: HashSet<Name>,
    found: Vec<Reader>,
}

impl Search<'_> {
    fn name(&mut self, name: &Name) {
        if self.found.len() >= MOST || !self.seen.insert(name.clone()) {
            return;
        }
        let last_part = name.name.rsplit('.').next().unwrap_or(&name.name);
        for (path, document) in self.bench.module_files(&name.dir).iter().filter(|(_, document)| document.text().contains(last_part)) {
            for (index, block) in document.body().blocks.iter().enumerate().filter(|(_, block)| !SILENT.contains(&block.kind.as_str())) {
                if let Some(key) = BlockKey::of(path, document, index) {
                    self.block(name, &key, block, "");
                }
            }
        }
    }

    fn block(&mut self, name: &Name, key: &BlockKey, block: &Block, prefix: &str) {
        for attribute in &block.body.attributes {
            for reference in references(&attribute.value) {
                // How many entries there are does not hang on what stands inside of one.
                let seen = name.seen_by(&reference).filter(|left| left.is_empty() || !only_counted(&attribute.value, &reference));
                if let Some(left) = seen {
                    // A name for the very value is read further; what is made of it hangs on it as a whole.
                    let same = traversal_names(&attribute.value).as_ref() == Some(&reference.names);
                    let elements = attribute.name == "for_each" && passes_on(&attribute.value, &reference.names, &name.entries);
                    let left = if same || elements { left } else { Vec::new() };
                    self.attribute(name, (key, block), (attribute, reference.span), prefix, left);
                }
            }
        }
        for inner in block.body.blocks.iter().filter(|inner| inner.kind != "precondition" && inner.kind != "postcondition") {
            let kind = if inner.kind == "dynamic" { inner.label(0).unwrap_or_default() } else { &inner.kind };
            let prefix = if inner.kind == "content" { prefix.to_owned() } else { format!("{prefix}{kind}.") };
            self.block(name, key, inner, &prefix);
        }
    }

    /// An argument that names what is searched; `left` is what of it lies still further inside.
    fn attribute(
        &mut self,
        name: &Name,
        (key, block): (&BlockKey, &Block),
        (attribute, span): (&Attribute, Option<Span>),
        prefix: &str,
        left: Vec<String>,
    ) {
        match key.kind.as_str() {
            "locals" => {
                let local = Name { dir: name.dir.clone(), root: "local", name: attribute.name.clone(), entries: left };
                return self.name(&local);
            }
            "output" => return self.output(name, key),
            _ => {}
        }
        if let Some(input) = self.input(key, attribute, prefix) {
            return self.name(&Name { entries: left, ..input });
        }
        if attribute.name == "for_each" && !left.is_empty() {
            let iterator = dynamic::iterator(block).filter(|_| block.kind == "dynamic");
            return self.elements(&left, iterator.as_deref().unwrap_or("each"), (key, &block.body), prefix);
        }
        let repeats = matches!(attribute.name.as_str(), "count" | "for_each");
        self.add(key, format!("{prefix}{}", attribute.name), span.unwrap_or(attribute.value_span), repeats);
    }

    /// The variable that an argument of a call of a local module sets.
    fn input(&self, key: &BlockKey, attribute: &Attribute, prefix: &str) -> Option<Name> {
        let is_input =
            key.kind == "module" && prefix.is_empty() && !matches!(attribute.name.as_str(), "count" | "for_each" | "source" | "version");
        let dir = self.bench.calls().at(key).filter(|_| is_input)?.source_dir.clone()?;
        Some(Name { dir, root: "var", name: attribute.name.clone(), entries: Vec::new() })
    }

    /// The arguments that read `each.value` where the value lies inside an element.
    fn elements(&mut self, entries: &[String], iterator: &str, (key, body): (&BlockKey, &Body), prefix: &str) {
        for attribute in &body.attributes {
            let all = references(&attribute.value);
            let reads = all
                .iter()
                .filter(|reference| reference.starts_with(&[iterator, "value"]) && left_of(entries, &reference.names[2..]).is_some());
            for reference in reads {
                match self.input(key, attribute, prefix) {
                    Some(input) => {
                        let same = traversal_names(&attribute.value).as_ref() == Some(&reference.names);
                        let left = left_of(entries, &reference.names[2..]).filter(|_| same).unwrap_or_default();
                        self.name(&Name { entries: left, ..input });
                    }
                    None => self.add(key, format!("{prefix}{}", attribute.name), reference.span.unwrap_or(attribute.value_span), false),
                }
            }
        }
        for inner in &body.blocks {
            let prefix = if inner.kind == "content" { prefix.to_owned() } else { format!("{prefix}{}.", inner.kind) };
            self.elements(entries, iterator, (key, &inner.body), &prefix);
        }
    }

    /// An output is read where a caller names it.
    fn output(&mut self, name: &Name, key: &BlockKey) {
        let output = key.labels.first().cloned().unwrap_or_default();
        for call in self.bench.callers(&name.dir) {
            let label = call.block.labels.first().cloned().unwrap_or_default();
            for (path, document) in self.bench.module_files(&call.dir).iter() {
                for (index, block) in document.body().blocks.iter().enumerate() {
                    let read = block_references(block).into_iter().any(|reference| reference.starts_with(&["module", &label, &output]));
                    if let Some(key) = BlockKey::of(path, document, index).filter(|_| read) {
                        self.add(&key, format!("module.{label}.{output}"), block.span, false);
                    }
                }
            }
        }
    }

    fn add(&mut self, key: &BlockKey, argument: String, span: Span, repeats: bool) {
        let reader = Reader { key: key.clone(), argument, span, repeats };
        if !self.found.contains(&reader) {
            self.found.push(reader);
        }
    }
}

/// Whether a reference stands in `length(…)`.
fn only_counted(expression: &Expression, reference: &Reference) -> bool {
    struct Lengths(Vec<Span>);
    impl hcl_edit::visit::Visit for Lengths {
        fn visit_func_call(&mut self, call: &hcl_edit::expr::FuncCall) {
            if call.name.name.as_str() == "length" {
                self.0.extend(call.args.iter().filter_map(hcl::expression_span));
            }
            hcl_edit::visit::visit_func_call(self, call);
        }
    }
    let mut lengths = Lengths(Vec::new());
    hcl_edit::visit::Visit::visit_expr(&mut lengths, expression);
    reference.span.is_some_and(|span| lengths.0.iter().any(|counted| counted.covers(span)))
}

/// Whether an expression gives the elements of what it names as they are: the name itself, a `merge` of it, or a `for` that takes
/// every element whole (merged with others, perhaps) and makes its keys of something else than the value in question.
fn passes_on(expression: &Expression, named: &[String], entries: &[String]) -> bool {
    match expression {
        Expression::FuncCall(call) => {
            matches!(call.name.name.as_str(), "toset" | "tomap" | "tolist" | "merge" | "concat")
                && call.args.iter().any(|argument| passes_on(argument, named, entries))
        }
        Expression::ForExpr(each) => {
            let element = each.intro.value_var.as_str();
            let whole = passes_on(&each.value_expr, &[element.to_owned()], entries);
            let keys = each.key_expr.iter().flat_map(references);
            let other_keys =
                keys.filter(|key| key.name(0) == element).all(|key| key.names.len() > 1 && left_of(entries, &key.names[1..]).is_none());
            let named_here = passes_on(&each.intro.collection_expr, named, entries) || passes_on(&each.value_expr, named, entries);
            each.cond.is_none() && whole && other_keys && named_here
        }
        _ => traversal_names(expression).is_some_and(|names| names == named),
    }
}

/// Everything that a block refers to.
fn block_references(block: &Block) -> Vec<Reference> {
    fn collect(body: &Body, all: &mut Vec<Reference>) {
        all.extend(body.attributes.iter().flat_map(|attribute| references(&attribute.value)));
        body.blocks.iter().for_each(|inner| collect(&inner.body, all));
    }
    let mut all = Vec::new();
    collect(&block.body, &mut all);
    all
}
