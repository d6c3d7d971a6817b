//! Looking into expressions: what they refer to, where they stand, the entries of object literals.

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::template::StringTemplate;
use hcl_edit::visit::{Visit, visit_expr};

use crate::model::Span;

use super::literal::key_text;

/// A reference such as `aws_s3_bucket.logs[0].id` or `var.name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The names up to the first index, splat or end: `["aws_s3_bucket", "logs"]` and, after an index, the names that follow it.
    pub names: Vec<String>,
    /// Bytes of the whole traversal, when the expression was parsed from text.
    pub span: Option<Span>,
}

impl Reference {
    /// The name at `index`, or the empty string.
    #[must_use]
    pub fn name(&self, index: usize) -> &str {
        self.names.get(index).map_or("", String::as_str)
    }

    /// Whether the reference begins with these names.
    #[must_use]
    pub fn starts_with(&self, names: &[&str]) -> bool {
        self.names.len() >= names.len() && self.names.iter().zip(names).all(|(a, b)| a == b)
    }
}

/// The names of a traversal, indexes and splats left out; `None` when it does not begin with a name.
#[must_use]
pub fn traversal_names(expression: &Expression) -> Option<Vec<String>> {
    match expression {
        Expression::Variable(name) => Some(vec![name.as_str().to_owned()]),
        Expression::Parenthesis(inner) => traversal_names(inner.inner()),
        Expression::Traversal(traversal) => names_of(traversal),
        _ => None,
    }
}

fn names_of(traversal: &Traversal) -> Option<Vec<String>> {
    let mut names = traversal_names(&traversal.expr)?;
    for operator in &traversal.operators {
        match operator.value() {
            TraversalOperator::GetAttr(name) => names.push(name.as_str().to_owned()),
            TraversalOperator::Index(Expression::String(key)) => names.push(key.as_str().to_owned()),
            _ => {}
        }
    }
    Some(names)
}

struct Collector {
    references: Vec<Reference>,
}

impl Visit for Collector {
    fn visit_traversal(&mut self, traversal: &Traversal) {
        match names_of(traversal) {
            Some(names) => self.references.push(Reference { names, span: traversal.span().map(Span::from) }),
            None => self.visit_expr(&traversal.expr),
        }
        for operator in &traversal.operators {
            if let TraversalOperator::Index(index) = operator.value() {
                self.visit_expr(index);
            }
        }
    }

    fn visit_object_key(&mut self, key: &ObjectKey) {
        // A bare name as a key is a name, not a reference.
        if let ObjectKey::Expression(expression) = key
            && !matches!(expression, Expression::Variable(_))
        {
            self.visit_expr(expression);
        }
    }

    fn visit_expr(&mut self, expression: &Expression) {
        if let Expression::Variable(name) = expression {
            self.references.push(Reference { names: vec![name.as_str().to_owned()], span: name.span().map(Span::from) });
        } else {
            visit_expr(self, expression);
        }
    }
}

/// Everything an expression refers to, in order, `for` variables included.
#[must_use]
pub fn references(expression: &Expression) -> Vec<Reference> {
    let mut collector = Collector { references: Vec::new() };
    collector.visit_expr(expression);
    collector.references
}

/// The bytes of an expression, when it was parsed from a file.
#[must_use]
pub fn expression_span(expression: &Expression) -> Option<Span> {
    expression.span().map(Span::from)
}

/// The expression of a template that is nothing else: `"${…}"`.
#[must_use]
pub fn only_interpolation(template: &StringTemplate) -> Option<&Expression> {
    let mut elements = template.iter();
    match (elements.next(), elements.next()) {
        (Some(only), None) => only.as_interpolation().map(|interpolation| &interpolation.expr),
        _ => None,
    }
}

/// One `key = value` of an object literal.
#[derive(Debug, Clone, Copy)]
pub struct ObjectEntry<'a> {
    /// The key's expression.
    pub key: &'a ObjectKey,
    /// The value.
    pub value: &'a Expression,
}

impl ObjectEntry<'_> {
    /// The key as text, when it is a name, string or number.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        key_text(self.key)
    }

    /// Bytes of the key.
    #[must_use]
    pub fn key_span(&self) -> Option<Span> {
        match self.key {
            ObjectKey::Ident(name) => name.span().map(Span::from),
            ObjectKey::Expression(expression) => expression_span(expression),
        }
    }

    /// Bytes of the value.
    #[must_use]
    pub fn value_span(&self) -> Option<Span> {
        expression_span(self.value)
    }
}

/// The entries of an object literal, in order; empty for any other expression.
#[must_use]
pub fn object_entries(expression: &Expression) -> Vec<ObjectEntry<'_>> {
    match expression {
        Expression::Object(object) => object.iter().map(|(key, value)| ObjectEntry { key, value: value.expr() }).collect(),
        Expression::Parenthesis(inner) => object_entries(inner.inner()),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_everywhere_but_in_keys() {
        let expression: Expression = "merge({ bucket = aws_s3_bucket.b[0].id, (var.k) = \"${local.x}-y\" }, [for s in var.list : s.id], lookup(each.value, \"k\", data.a.b[\"c\"].d))".parse().unwrap();
        let names: Vec<String> = references(&expression).into_iter().map(|reference| reference.names.join(".")).collect();
        assert_eq!(names, ["aws_s3_bucket.b.id", "var.k", "local.x", "var.list", "s.id", "each.value", "data.a.b.c.d"]);
    }

    #[test]
    fn entries_have_spans() {
        let text = "a = {\n  x   = 1\n  \"y\" : var.z\n}\n";
        let document = super::super::document::Document::parse(text).unwrap();
        let entries = object_entries(&document.body().attributes[0].value);
        let texts: Vec<(&str, &str)> =
            entries.iter().map(|entry| (document.slice(entry.key_span().unwrap()), document.slice(entry.value_span().unwrap()))).collect();
        assert_eq!(texts, [("x", "1"), ("\"y\"", "var.z")]);
    }
}
