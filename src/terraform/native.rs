//! From the parser's tree to ours, for native syntax.

use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr as h;
use hcl_edit::structure as hs;
use hcl_edit::template as ht;

use super::syntax::{
    Access, Attribute, Binary, BinaryOperator, Block, Body, Call, Conditional, Expression, ExpressionKind, For, Label, ObjectItem, Part,
    Step, StepKind, Syntax, UnaryOperator,
};
use crate::model::Span;

/// How the parser's byte offsets become offsets in the file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Offsets {
    /// Add this many bytes (a byte order mark, or the place of a string in a JSON file).
    Shift(usize),
    /// The text was decoded: only the place as a whole is known.
    Fixed(Span),
}

impl Offsets {
    fn span(self, range: Option<Range<usize>>, outer: Span) -> Span {
        match (self, range) {
            (Self::Fixed(span), _) => span,
            (Self::Shift(by), Some(range)) => Span::new(range.start + by, range.end + by),
            (Self::Shift(_), None) => outer,
        }
    }
}

/// Converts one file's tree.
pub(super) struct Converter {
    /// Path of the file.
    pub file: Arc<str>,
    /// Where its bytes are.
    pub offsets: Offsets,
}

impl Converter {
    pub(super) fn body(&self, body: &hs::Body, outer: Span) -> Body {
        let mut converted = Body::default();
        for structure in body {
            match structure {
                hs::Structure::Attribute(attribute) => converted.attributes.push(self.attribute(attribute, outer)),
                hs::Structure::Block(block) => converted.blocks.push(self.block(block, outer)),
            }
        }
        converted
    }

    fn attribute(&self, attribute: &hs::Attribute, outer: Span) -> Attribute {
        let name_span = self.offsets.span(attribute.key.span(), outer);
        let value = self.expression(&attribute.value, outer);
        let span = Span::new(name_span.start, value.span.end.max(name_span.end));
        Attribute { name: Arc::from(attribute.key.as_str()), name_span, value, span, file: self.file.clone() }
    }

    fn block(&self, block: &hs::Block, outer: Span) -> Block {
        let span = self.offsets.span(block.span(), outer);
        let labels = block
            .labels
            .iter()
            .map(|label| Label { text: Arc::from(label.as_str()), span: self.offsets.span(label.span(), span) })
            .collect();
        Block {
            kind: Arc::from(block.ident.as_str()),
            labels,
            body: self.body(&block.body, span),
            span,
            file: self.file.clone(),
            syntax: Syntax::Native,
        }
    }

    pub(super) fn expression(&self, expression: &h::Expression, outer: Span) -> Expression {
        let span = self.offsets.span(expression.span(), outer);
        let inner = |expression: &h::Expression| self.expression(expression, span);
        let kind = match expression {
            h::Expression::Null(_) => ExpressionKind::Null,
            h::Expression::Bool(value) => ExpressionKind::Bool(*value.value()),
            h::Expression::Number(value) => ExpressionKind::Number(value.value().as_f64().unwrap_or(f64::NAN)),
            h::Expression::String(value) => ExpressionKind::String(Arc::from(value.value().as_str())),
            h::Expression::Array(items) => ExpressionKind::Tuple(items.iter().map(inner).collect()),
            h::Expression::Object(object) => ExpressionKind::Object(self.object(object, span)),
            h::Expression::StringTemplate(template) => self.template(template, span),
            h::Expression::HeredocTemplate(heredoc) => self.template(&heredoc.template, span),
            h::Expression::Parenthesis(parenthesis) => ExpressionKind::Parenthesis(Box::new(inner(parenthesis.inner()))),
            h::Expression::Variable(name) => ExpressionKind::Reference(Arc::from(name.value().as_str())),
            h::Expression::Conditional(conditional) => ExpressionKind::Conditional(Box::new(Conditional {
                condition: inner(&conditional.cond_expr),
                yes: inner(&conditional.true_expr),
                no: inner(&conditional.false_expr),
            })),
            h::Expression::FuncCall(call) => ExpressionKind::Call(Box::new(self.call(call, span))),
            h::Expression::Traversal(traversal) => ExpressionKind::Access(Box::new(self.access(traversal, span))),
            h::Expression::UnaryOp(operation) => {
                ExpressionKind::Unary(unary(*operation.operator.value()), Box::new(inner(&operation.expr)))
            }
            h::Expression::BinaryOp(operation) => ExpressionKind::Binary(Box::new(Binary {
                left: inner(&operation.lhs_expr),
                operator: binary(*operation.operator.value()),
                right: inner(&operation.rhs_expr),
            })),
            h::Expression::ForExpr(for_expression) => ExpressionKind::For(Box::new(self.for_expression(for_expression, span))),
        };
        Expression { kind, span }
    }

    fn object(&self, object: &h::Object, outer: Span) -> Box<[ObjectItem]> {
        object
            .iter()
            .map(|(key, value)| {
                let key = match key {
                    h::ObjectKey::Ident(name) => Expression {
                        kind: ExpressionKind::String(Arc::from(name.value().as_str())),
                        span: self.offsets.span(name.span(), outer),
                    },
                    h::ObjectKey::Expression(expression) => bare_key(self.expression(expression, outer)),
                };
                ObjectItem { key, value: self.expression(value.expr(), outer) }
            })
            .collect()
    }

    fn call(&self, call: &h::FuncCall, outer: Span) -> Call {
        let mut name = String::new();
        for part in &call.name.namespace {
            name.push_str(part.value().as_str());
            name.push_str("::");
        }
        name.push_str(call.name.name.value().as_str());
        Call {
            name: Arc::from(name),
            arguments: call.args.iter().map(|argument| self.expression(argument, outer)).collect(),
            expand: call.args.expand_final(),
        }
    }

    fn access(&self, traversal: &h::Traversal, outer: Span) -> Access {
        let target = self.expression(&traversal.expr, outer);
        let steps = traversal
            .operators
            .iter()
            .map(|operator| {
                let span = self.offsets.span(operator.span(), outer);
                let kind = match operator.value() {
                    h::TraversalOperator::AttrSplat(_) => StepKind::AttributeSplat,
                    h::TraversalOperator::FullSplat(_) => StepKind::FullSplat,
                    h::TraversalOperator::GetAttr(name) => StepKind::Attribute(Arc::from(name.value().as_str())),
                    h::TraversalOperator::Index(index) => StepKind::Index(self.expression(index, span)),
                    #[expect(clippy::cast_precision_loss, reason = "an index past 2^53 fits no list")]
                    h::TraversalOperator::LegacyIndex(index) => {
                        StepKind::Index(Expression { kind: ExpressionKind::Number(*index.value() as f64), span })
                    }
                };
                Step { kind, span }
            })
            .collect();
        Access { target, steps }
    }

    fn for_expression(&self, expression: &h::ForExpr, outer: Span) -> For {
        let inner = |expression: &h::Expression| self.expression(expression, outer);
        For {
            key_name: expression.intro.key_var.as_ref().map(|name| Arc::from(name.value().as_str())),
            value_name: Arc::from(expression.intro.value_var.value().as_str()),
            collection: inner(&expression.intro.collection_expr),
            key: expression.key_expr.as_ref().map(inner),
            value: inner(&expression.value_expr),
            group: expression.grouping,
            condition: expression.cond.as_ref().map(|condition| inner(&condition.expr)),
        }
    }

    pub(super) fn template(&self, template: &ht::Template, outer: Span) -> ExpressionKind {
        let parts = self.parts(template, outer, false, false);
        match parts.as_slice() {
            [] => ExpressionKind::String(Arc::from("")),
            [Part::Text(text)] => ExpressionKind::String(text.clone()),
            _ => ExpressionKind::Template(parts.into_boxed_slice()),
        }
    }

    /// The parts of a template, with `~` markers applied; the flags say whether the surroundings trim its ends.
    fn parts(&self, template: &ht::Template, outer: Span, trim_start: bool, trim_end: bool) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::with_capacity(template.len());
        let mut trim_next = trim_start;
        for element in template {
            match element {
                ht::Element::Literal(text) => {
                    let text = if trim_next { text.value().trim_start() } else { text.value().as_str() };
                    trim_next = trim_next && text.is_empty();
                    push_text(&mut parts, text);
                }
                ht::Element::Interpolation(interpolation) => {
                    trim_last(&mut parts, strips(interpolation.strip).0);
                    parts.push(Part::Value(self.expression(&interpolation.expr, outer)));
                    trim_next = strips(interpolation.strip).1;
                }
                ht::Element::Directive(directive) => {
                    let (part, start, end) = match directive.as_ref() {
                        ht::Directive::If(directive) => self.if_directive(directive, outer),
                        ht::Directive::For(directive) => self.for_directive(directive, outer),
                    };
                    trim_last(&mut parts, start);
                    parts.push(part);
                    trim_next = end;
                }
            }
        }
        trim_last(&mut parts, trim_end);
        parts
    }

    fn if_directive(&self, directive: &ht::IfDirective, outer: Span) -> (Part, bool, bool) {
        let (open, close) = (strips(directive.if_expr.strip), strips(directive.endif_expr.strip));
        let otherwise = directive.else_expr.as_ref().map(|otherwise| (strips(otherwise.strip), &otherwise.template));
        let yes_end = otherwise.as_ref().map_or(close.0, |(strip, _)| strip.0);
        let part = Part::If {
            condition: self.expression(&directive.if_expr.cond_expr, outer),
            yes: self.parts(&directive.if_expr.template, outer, open.1, yes_end).into(),
            no: otherwise.map(|(strip, template)| self.parts(template, outer, strip.1, close.0)).unwrap_or_default().into(),
        };
        (part, open.0, close.1)
    }

    fn for_directive(&self, directive: &ht::ForDirective, outer: Span) -> (Part, bool, bool) {
        let (open, close) = (strips(directive.for_expr.strip), strips(directive.endfor_expr.strip));
        let part = Part::For {
            key: directive.for_expr.key_var.as_ref().map(|name| Arc::from(name.value().as_str())),
            value: Arc::from(directive.for_expr.value_var.value().as_str()),
            collection: self.expression(&directive.for_expr.collection_expr, outer),
            body: self.parts(&directive.for_expr.template, outer, open.1, close.0).into(),
        };
        (part, open.0, close.1)
    }
}

/// A bare reference as a key (`{ (name) = 1 }` is not bare, `{ name = 1 }` is) stands for its own name.
fn bare_key(key: Expression) -> Expression {
    match key.kind {
        ExpressionKind::Reference(name) => Expression { kind: ExpressionKind::String(name), span: key.span },
        _ => key,
    }
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    if !text.is_empty() {
        parts.push(Part::Text(Arc::from(text)));
    }
}

fn trim_last(parts: &mut Vec<Part>, trim: bool) {
    if !trim {
        return;
    }
    if let Some(Part::Text(text)) = parts.last_mut() {
        *text = Arc::from(text.trim_end());
        if text.is_empty() {
            parts.pop();
        }
    }
}

fn strips(strip: ht::Strip) -> (bool, bool) {
    (strip.strip_start(), strip.strip_end())
}

fn unary(operator: h::UnaryOperator) -> UnaryOperator {
    match operator {
        h::UnaryOperator::Neg => UnaryOperator::Negate,
        h::UnaryOperator::Not => UnaryOperator::Not,
    }
}

fn binary(operator: h::BinaryOperator) -> BinaryOperator {
    match operator {
        h::BinaryOperator::Eq => BinaryOperator::Equal,
        h::BinaryOperator::NotEq => BinaryOperator::NotEqual,
        h::BinaryOperator::LessEq => BinaryOperator::LessOrEqual,
        h::BinaryOperator::GreaterEq => BinaryOperator::GreaterOrEqual,
        h::BinaryOperator::Less => BinaryOperator::Less,
        h::BinaryOperator::Greater => BinaryOperator::Greater,
        h::BinaryOperator::Plus => BinaryOperator::Add,
        h::BinaryOperator::Minus => BinaryOperator::Subtract,
        h::BinaryOperator::Mul => BinaryOperator::Multiply,
        h::BinaryOperator::Div => BinaryOperator::Divide,
        h::BinaryOperator::Mod => BinaryOperator::Modulo,
        h::BinaryOperator::And => BinaryOperator::And,
        h::BinaryOperator::Or => BinaryOperator::Or,
    }
}

/// An expression of the parser's tree as one of ours; its bytes are those it had in the text it was parsed from.
#[must_use]
pub fn expression_of(expression: &h::Expression) -> Expression {
    Converter { file: Arc::from(""), offsets: Offsets::Shift(0) }.expression(expression, Span::at(0))
}
