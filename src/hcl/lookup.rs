//! Dotted paths through nested and `dynamic` blocks: `metadata_options.http_tokens`, `rule[*].apply`.

use crate::model::Span;

use super::document::{Attribute, Block, Body};

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Name of the block or argument.
    pub name: String,
    /// Written `name[*]`: every block of that name there is, and none is created.
    pub every: bool,
}

/// Reads a dotted path. Empty names are dropped, so any text gives some path.
#[must_use]
pub fn parse_path(path: &str) -> Vec<Step> {
    path.split('.')
        .filter(|name| !name.is_empty())
        .map(|name| match name.strip_suffix("[*]") {
            Some(name) => Step { name: name.to_owned(), every: true },
            None => Step { name: name.to_owned(), every: false },
        })
        .collect()
}

/// One place that a path leads to.
#[derive(Debug, Clone, Copy)]
pub enum Found<'a> {
    /// The argument, in this body.
    Attribute {
        /// The body it stands in.
        body: &'a Body,
        /// The argument.
        attribute: &'a Attribute,
    },
    /// A block of that name.
    Block {
        /// The body it stands in.
        body: &'a Body,
        /// The block.
        block: &'a Block,
        /// Whether it is a `dynamic` block; its body is then that of `content`.
        dynamic: bool,
    },
    /// The path goes on inside the value of an argument (an object).
    Inside {
        /// The argument.
        attribute: &'a Attribute,
        /// How many steps lead up to and including it.
        depth: usize,
    },
    /// Nothing there: the first `depth` steps exist, the others do not.
    Missing {
        /// The innermost body that exists.
        body: &'a Body,
        /// Number of steps that exist.
        depth: usize,
    },
}

impl Body {
    /// Every place that `path` leads to from this body. A step that is missing ends there with [`Found::Missing`], unless it is
    /// written `name[*]`, which then gives nothing.
    #[must_use]
    pub fn find<'a>(&'a self, path: &[Step]) -> Vec<Found<'a>> {
        let mut found = Vec::new();
        self.collect(path, 0, &mut found);
        found
    }

    fn collect<'a>(&'a self, path: &[Step], depth: usize, found: &mut Vec<Found<'a>>) {
        let Some(step) = path.get(depth) else { return };
        let last = depth + 1 == path.len();
        let before = found.len();
        if let Some(attribute) = self.attribute(&step.name) {
            // In JSON an object is both an attribute and a block: further steps then lead through the block.
            if last {
                found.push(Found::Attribute { body: self, attribute });
            } else if self.nested(&step.name).next().is_none() {
                found.push(Found::Inside { attribute, depth: depth + 1 });
            }
        }
        for (block, inner, dynamic) in self.nested(&step.name) {
            if last {
                found.push(Found::Block { body: self, block, dynamic });
            } else {
                inner.collect(path, depth + 1, found);
            }
        }
        let entered = self.nested(&step.name).next().is_some();
        if found.len() == before && !entered && !step.every {
            found.push(Found::Missing { body: self, depth });
        }
    }

    /// Nested blocks of that kind with their bodies, `dynamic` ones with the body of their `content`, in order.
    pub fn nested<'a>(&'a self, kind: &str) -> impl Iterator<Item = (&'a Block, &'a Body, bool)> {
        self.blocks.iter().filter_map(move |block| {
            if block.kind == kind {
                Some((block, &*block.body, false))
            } else if block.kind == "dynamic" && block.label(0) == Some(kind) {
                block.body.blocks_of("content").next().map(|content| (block, &*content.body, true))
            } else {
                None
            }
        })
    }

    /// The innermost block at any depth whose bytes hold `offset`, outermost first.
    #[must_use]
    pub fn blocks_around(&self, offset: usize) -> Vec<&Block> {
        let mut around = Vec::new();
        let mut body = self;
        while let Some(block) = body.blocks.iter().find(|block| block.span.covers(Span::new(offset, offset + 1))) {
            around.push(block);
            body = &block.body;
        }
        around
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::Document;
    use super::*;

    #[test]
    fn paths_lead_through_nested_and_dynamic_blocks() {
        let document = Document::parse("a {\n  b {\n    c = 1\n  }\n  b {\n    d = 2\n  }\n  dynamic \"b\" {\n    for_each = x\n    content {\n      c = 3\n    }\n  }\n  m = { k = 1 }\n}\n").unwrap();
        let body = &document.body().blocks[0].body;
        let slices = |path: &str| -> Vec<String> {
            body.find(&parse_path(path))
                .into_iter()
                .map(|found| match found {
                    Found::Attribute { attribute, .. } => document.slice(attribute.span).to_owned(),
                    Found::Block { block, .. } => block.kind.clone(),
                    Found::Inside { attribute, depth } => format!("inside {} {depth}", attribute.name),
                    Found::Missing { depth, .. } => format!("missing {depth}"),
                })
                .collect()
        };
        assert_eq!(slices("b.c"), ["c = 1", "missing 1", "c = 3"]);
        assert_eq!(slices("b"), ["b", "b", "dynamic"]);
        assert_eq!(slices("x.y"), ["missing 0"]);
        assert!(slices("x[*].y").is_empty());
        assert_eq!(slices("m.k"), ["inside m 1"]);
    }
}
