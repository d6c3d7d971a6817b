//! A lean syntax tree that native and JSON syntax share: every node knows its bytes.
//!
//! The parser's own tree keeps whitespace and comments for printing and takes some forty times the size of the text;
//! this one keeps what meaning needs, so that thousands of files fit into memory at once.

use std::sync::Arc;

use crate::model::Span;

/// Which of Terraform's two syntaxes a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// `.tf`, `.tofu`, `.tfvars`, `.hcl`.
    Native,
    /// `.tf.json`, `.tofu.json`, `.tfvars.json`.
    Json,
}

/// One parsed file.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Path in the workspace.
    pub path: Arc<str>,
    /// Its syntax.
    pub syntax: Syntax,
    /// What it holds; empty when it could not be read.
    pub body: Body,
    /// Why it could not be read, if so.
    pub problem: Option<SyntaxProblem>,
}

/// A file that could not be read as Terraform.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}: {message}")]
pub struct SyntaxProblem {
    /// Path in the workspace.
    pub path: Arc<str>,
    /// Line, from 1.
    pub line: usize,
    /// What the parser says.
    pub message: String,
}

/// Attributes and blocks between braces, or of a whole file, in the order they are written.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// `name = value` lines.
    pub attributes: Vec<Attribute>,
    /// Nested blocks.
    pub blocks: Vec<Block>,
}

impl Body {
    /// The attribute `name`.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| &*attribute.name == name)
    }

    /// The nested blocks of type `kind`, in order (without `dynamic` ones).
    pub fn blocks_of<'b>(&'b self, kind: &'b str) -> impl Iterator<Item = &'b Block> {
        self.blocks.iter().filter(move |block| &*block.kind == kind)
    }

    /// The first nested block of type `kind`.
    #[must_use]
    pub fn block(&self, kind: &str) -> Option<&Block> {
        self.blocks.iter().find(|block| &*block.kind == kind)
    }
}

/// `name = value`.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its name.
    pub name: Arc<str>,
    /// Bytes of the name (with the quotes in JSON).
    pub name_span: Span,
    /// The value.
    pub value: Expression,
    /// Bytes from the name to the end of the value.
    pub span: Span,
    /// The file it stands in: differs from the block's when an override file gives it.
    pub file: Arc<str>,
}

/// A block with its labels.
#[derive(Debug, Clone)]
pub struct Block {
    /// `resource`, `module`, `ingress`, …
    pub kind: Arc<str>,
    /// Labels, in order.
    pub labels: Vec<Label>,
    /// What is inside.
    pub body: Body,
    /// Bytes of the whole block.
    pub span: Span,
    /// The file it stands in.
    pub file: Arc<str>,
    /// The syntax of that file.
    pub syntax: Syntax,
}

impl Block {
    /// The text of label `index`, or `""`.
    #[must_use]
    pub fn label(&self, index: usize) -> &str {
        self.labels.get(index).map_or("", |label| &label.text)
    }

    /// The attribute `name` of the block's own body.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.body.attribute(name)
    }

    /// Where the block stands.
    #[must_use]
    pub fn site(&self) -> Site {
        Site { file: self.file.clone(), span: self.span }
    }
}

/// A label of a block.
#[derive(Debug, Clone)]
pub struct Label {
    /// Its text, without quotes.
    pub text: Arc<str>,
    /// Its bytes (with quotes, when it has them).
    pub span: Span,
}

/// A byte range in a file of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Site {
    /// Path in the workspace.
    pub file: Arc<str>,
    /// Bytes in that file.
    pub span: Span,
}

impl Site {
    /// Whether the bytes of `other` lie within these.
    #[must_use]
    pub fn holds(&self, other: &Self) -> bool {
        self.file == other.file && self.span.start <= other.span.start && other.span.end <= self.span.end
    }
}

/// An expression with its bytes.
#[derive(Debug, Clone)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Its bytes, quotes and heredoc markers included.
    pub span: Span,
}

impl Expression {
    /// The text of a plain string literal.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        match &self.kind {
            ExpressionKind::String(text) => Some(text),
            ExpressionKind::Parenthesis(inner) => inner.as_literal(),
            _ => None,
        }
    }

    /// The items of a list literal; empty for anything else.
    #[must_use]
    pub fn items(&self) -> &[Expression] {
        match &self.kind {
            ExpressionKind::Tuple(items) => items,
            _ => &[],
        }
    }

    /// The value of `key` in an object literal whose key is written plainly.
    #[must_use]
    pub fn member(&self, key: &str) -> Option<&ObjectItem> {
        match &self.kind {
            ExpressionKind::Object(items) => items.iter().find(|item| item.key.as_literal() == Some(key)),
            _ => None,
        }
    }

    /// The dotted text of a plain reference (`aws.west`, `var.name`), without indexes.
    #[must_use]
    pub fn as_reference(&self) -> Option<String> {
        match &self.kind {
            ExpressionKind::Reference(name) => Some(name.to_string()),
            // JSON syntax writes references of meta-arguments as strings, with or without `${…}`.
            ExpressionKind::String(text) => Some(text.to_string()),
            ExpressionKind::Template(parts) => match &**parts {
                [Part::Value(inner)] => inner.as_reference(),
                _ => None,
            },
            ExpressionKind::Access(access) => {
                let mut text = access.target.as_reference()?;
                for step in &access.steps {
                    let StepKind::Attribute(name) = &step.kind else { return None };
                    text.push('.');
                    text.push_str(name);
                }
                Some(text)
            }
            _ => None,
        }
    }
}

/// The kinds of expression.
#[derive(Debug, Clone)]
pub enum ExpressionKind {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A quoted string or heredoc without interpolation; also a bare object key.
    String(Arc<str>),
    /// A quoted string or heredoc with interpolation.
    Template(Box<[Part]>),
    /// `[…]`.
    Tuple(Box<[Expression]>),
    /// `{…}`.
    Object(Box<[ObjectItem]>),
    /// The first name of a reference.
    Reference(Arc<str>),
    /// `target.a[0].*.b`.
    Access(Box<Access>),
    /// `name(args…)`.
    Call(Box<Call>),
    /// `condition ? yes : no`.
    Conditional(Box<Conditional>),
    /// `-x`, `!x`.
    Unary(UnaryOperator, Box<Expression>),
    /// `a + b`.
    Binary(Box<Binary>),
    /// `(x)`.
    Parenthesis(Box<Expression>),
    /// `[for …]`, `{for …}`.
    For(Box<For>),
}

/// A part of a template.
#[derive(Debug, Clone)]
pub enum Part {
    /// Literal text.
    Text(Arc<str>),
    /// `${…}`.
    Value(Expression),
    /// `%{ if }…%{ else }…%{ endif }`.
    If {
        /// The condition.
        condition: Expression,
        /// When true.
        yes: Box<[Part]>,
        /// When false.
        no: Box<[Part]>,
    },
    /// `%{ for k, v in … }…%{ endfor }`.
    For {
        /// Name of the key.
        key: Option<Arc<str>>,
        /// Name of the value.
        value: Arc<str>,
        /// What is walked.
        collection: Expression,
        /// What is repeated.
        body: Box<[Part]>,
    },
}

/// `key = value` in an object literal.
#[derive(Debug, Clone)]
pub struct ObjectItem {
    /// The key: a bare name is a [`ExpressionKind::String`].
    pub key: Expression,
    /// The value.
    pub value: Expression,
}

impl ObjectItem {
    /// Bytes from the key to the end of the value.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(self.key.span.start, self.value.span.end)
    }
}

/// A value and the way into it.
#[derive(Debug, Clone)]
pub struct Access {
    /// What is entered.
    pub target: Expression,
    /// The steps.
    pub steps: Box<[Step]>,
}

/// One step with its bytes.
#[derive(Debug, Clone)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// Its bytes.
    pub span: Span,
}

/// The kinds of step.
#[derive(Debug, Clone)]
pub enum StepKind {
    /// `.name`.
    Attribute(Arc<str>),
    /// `[expression]` or `.0`.
    Index(Expression),
    /// `.*`.
    AttributeSplat,
    /// `[*]`.
    FullSplat,
}

/// A function call.
#[derive(Debug, Clone)]
pub struct Call {
    /// The function's name (with `provider::x::` in front, if written).
    pub name: Arc<str>,
    /// The arguments.
    pub arguments: Box<[Expression]>,
    /// Whether the last one is followed by `...`.
    pub expand: bool,
}

/// `condition ? yes : no`.
#[derive(Debug, Clone)]
pub struct Conditional {
    /// The condition.
    pub condition: Expression,
    /// When true.
    pub yes: Expression,
    /// When false.
    pub no: Expression,
}

/// `-` and `!`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `-`.
    Negate,
    /// `!`.
    Not,
}

/// An operation on two values.
#[derive(Debug, Clone)]
pub struct Binary {
    /// Left side.
    pub left: Expression,
    /// The operator.
    pub operator: BinaryOperator,
    /// Right side.
    pub right: Expression,
}

/// The operators between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum BinaryOperator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    And,
    Or,
}

/// `[for k, v in c : value if condition]`.
#[derive(Debug, Clone)]
pub struct For {
    /// Name of the key.
    pub key_name: Option<Arc<str>>,
    /// Name of the value.
    pub value_name: Arc<str>,
    /// What is walked.
    pub collection: Expression,
    /// The key of an object result; absent for a list.
    pub key: Option<Expression>,
    /// The value.
    pub value: Expression,
    /// Whether values of equal key are grouped (`...`).
    pub group: bool,
    /// The filter.
    pub condition: Option<Expression>,
}
