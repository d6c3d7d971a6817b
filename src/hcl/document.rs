//! One file as blocks and attributes with exact byte spans.

use std::sync::{Arc, OnceLock};

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{BlockLabel, Structure};

use crate::model::{Edit, LineColumn, Span};

use super::align::{apply, apply_with};
use super::block_body::BlockBody;
use super::format::is_formatted_with;
use super::json_twin::Twin;
use super::lexer::{Comment, Token, comments, comments_among, tokens};
use super::splice::{SpliceError, splice};

/// Largest file that is parsed. Memory while parsing is about forty times the input.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Most `=` and `:` in one file: object literals cost the square of their keys in the parser, so this bounds its time.
pub const MAX_KEYS: usize = 60_000;

/// The text is not Terraform that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct SyntaxError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl SyntaxError {
    /// An error at byte `offset` of `text`.
    pub fn at(text: &str, offset: usize, message: impl Into<String>) -> Self {
        let LineColumn { line, column } = LineColumn::of(text, offset);
        Self { line, column, message: message.into() }
    }
}

/// The two syntaxes Terraform reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// `.tf`, `.tofu`, `.tfvars`.
    Native,
    /// `.tf.json` and friends. Spans of attributes are those of the JSON members; those of expressions in strings count in
    /// [`Document::text`].
    Json,
}

/// A parsed file. All spans are byte ranges of [`Document::text`], a byte-order mark included.
#[derive(Debug, Clone)]
pub struct Document {
    text: Arc<str>,
    /// The file's bytes; for native syntax the same.
    source: Arc<str>,
    /// Of JSON.
    twin: Option<Twin>,
    body: Body,
    syntax: Syntax,
    /// Found out when they are asked for.
    tokens: OnceLock<Arc<[Token]>>,
    formatted: OnceLock<bool>,
}

/// What stands between two braces, or the whole file.
#[derive(Debug, Clone)]
pub struct Body {
    /// From after the opening brace to before the closing one; the whole text for a file.
    pub span: Span,
    /// `name = value` in order.
    pub attributes: Vec<Attribute>,
    /// Nested blocks in order.
    pub blocks: Vec<Block>,
}

/// `name = value`.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// From the first byte of the name to the last of the value.
    pub span: Span,
    /// The value's bytes.
    pub value_span: Span,
    /// The value; its inner spans count from the start of the same text.
    pub value: Arc<Expression>,
}

/// A label of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The label without quotes.
    pub text: String,
    /// Its bytes, quotes included.
    pub span: Span,
}

/// `kind "label" "label" { … }`.
#[derive(Debug, Clone)]
pub struct Block {
    /// `resource`, `variable`, `ingress`, …
    pub kind: String,
    /// Its labels.
    pub labels: Vec<Label>,
    /// From the first byte of the kind to the closing brace.
    pub span: Span,
    /// What it holds.
    pub body: BlockBody,
}

impl Document {
    /// Parses native syntax. A byte-order mark and CRLF are fine; NUL bytes, files over [`MAX_BYTES`] or with more than
    /// [`MAX_KEYS`] keys are errors.
    pub fn parse(text: impl Into<Arc<str>>) -> Result<Self, SyntaxError> {
        let text = text.into();
        check_limits(&text)?;
        let body = if let Some(rest) = text.strip_prefix('\u{feff}') { parse_native(&format!("   {rest}"))? } else { parse_native(&text)? };
        let span = Span::new(0, text.len());
        let body = convert_body(body, span, &text);
        Ok(Self::of(text, body, Syntax::Native))
    }

    /// Parses a file by the syntax that its name says (`.json` or not).
    pub fn parse_file(path: &str, text: impl Into<Arc<str>>) -> Result<Self, SyntaxError> {
        if is_json_path(path) { Self::parse_json(text) } else { Self::parse(text) }
    }

    /// Parses Terraform's JSON syntax. Objects in block position appear both as attributes and as blocks: only the provider
    /// knows which of the two an argument is.
    pub fn parse_json(text: impl Into<Arc<str>>) -> Result<Self, SyntaxError> {
        let text = text.into();
        check_limits(&text)?;
        let (body, twin) = super::json_document::read(&text)?;
        let read = Self::of(Arc::clone(&twin.text), body, Syntax::Json);
        Ok(Self { source: text, twin: Some(twin), ..read })
    }

    pub(super) fn of(text: Arc<str>, body: Body, syntax: Syntax) -> Self {
        Self { source: Arc::clone(&text), text, body, syntax, twin: None, tokens: OnceLock::new(), formatted: OnceLock::new() }
    }

    pub(super) fn tokens(&self) -> &Arc<[Token]> {
        self.tokens.get_or_init(|| tokens(&self.text).into())
    }

    pub(super) fn set_tokens(&self, tokens: Arc<[Token]>) {
        let _ = self.tokens.set(tokens);
    }

    pub(super) fn set_formatted(&self, formatted: bool) {
        let _ = self.formatted.set(formatted);
    }

    /// The comments of native syntax, in order; in JSON they stand in the code of templates.
    #[must_use]
    pub fn comments(&self) -> Vec<Comment> {
        match &self.twin {
            None => comments_among(&self.text, self.tokens()),
            Some(twin) => twin.codes().flat_map(|code| comments(self.slice(code))).collect(),
        }
    }

    /// Whether `terraform fmt` would leave the spaces of native syntax as they are.
    #[must_use]
    pub fn is_formatted(&self) -> bool {
        *self.formatted.get_or_init(|| is_formatted_with(&self.text, Arc::clone(self.tokens())))
    }

    /// The text with edits applied by the rules of its syntax: native text keeps the alignment of `terraform fmt` as
    /// [`apply`] does, JSON is spliced.
    ///
    /// # Errors
    /// Edits that overlap or do not fit the text.
    pub fn edited(&self, edits: &[Edit]) -> Result<String, SpliceError> {
        match self.syntax {
            Syntax::Native => self.edited_apart(edits),
            Syntax::Json => {
                let edits = self.twin.as_ref().map_or_else(|| Ok(edits.to_vec()), |twin| twin.edits(edits))?;
                splice(&self.source, &edits)
            }
        }
    }

    /// The edits, and the alignment of what stands around them.
    fn edited_apart(&self, edits: &[Edit]) -> Result<String, SpliceError> {
        let (from, to) = (edits.iter().map(|edit| edit.span.start).min(), edits.iter().map(|edit| edit.span.end).max());
        let apart = self.set_apart(Span::new(from.unwrap_or_default(), to.unwrap_or_default()));
        let (Some(part), true) = (self.text.get(apart.range()), apart.len() < self.text.len()) else {
            return apply_with(&self.text, Arc::clone(self.tokens()), edits);
        };
        let inside = |span: Span| Span::new(span.start - apart.start, span.end - apart.start);
        let edits: Vec<Edit> = edits.iter().map(|edit| Edit { span: inside(edit.span), text: edit.text.clone() }).collect();
        Ok([&self.text[..apart.start], &apply(part, &edits)?, &self.text[apart.end..]].concat())
    }

    /// The text in which spans count. Of a JSON file it is the twin: the same bytes, but templates in strings are written as native
    /// syntax writes them, with spaces behind them where escapes were.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The file's own text.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The top level.
    #[must_use]
    pub const fn body(&self) -> &Body {
        &self.body
    }

    /// Which syntax.
    #[must_use]
    pub const fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// Which syntax holds at a place: in a JSON file the code of a template is native.
    #[must_use]
    pub fn syntax_at(&self, span: Span) -> Syntax {
        match &self.twin {
            Some(twin) if twin.code_around(span).is_none() => Syntax::Json,
            _ => Syntax::Native,
        }
    }

    /// The JSON string that is one template with the expression at `span` in it, and nothing else.
    #[must_use]
    pub fn string_of(&self, span: Span) -> Option<Span> {
        self.twin.as_ref()?.string_of(span)
    }

    /// The bytes of `span`; empty when it does not lie in the text.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The top-level blocks of a kind with these labels (`block("resource", &["aws_s3_bucket", "logs"])`).
    pub fn blocks_labelled<'a>(&'a self, kind: &'a str, labels: &'a [&'a str]) -> impl Iterator<Item = &'a Block> {
        self.body
            .blocks_of(kind)
            .filter(move |block| block.labels.len() == labels.len() && block.labels.iter().zip(labels).all(|(a, b)| a.text == *b))
    }

    /// Line and column of a byte.
    #[must_use]
    pub fn position(&self, offset: usize) -> LineColumn {
        LineColumn::of(&self.source, self.twin.as_ref().map_or(offset, |twin| twin.offset(offset)))
    }
}

/// Whether a path names Terraform's JSON syntax.
pub(crate) fn is_json_path(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.to_ascii_lowercase().ends_with(".json"))
}

impl Body {
    /// The attribute of that name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// Nested blocks of that kind, in order.
    pub fn blocks_of<'a>(&'a self, kind: &str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| block.kind == kind)
    }

    /// `dynamic "kind"` blocks, in order.
    pub fn dynamic_blocks_of<'a>(&'a self, kind: &str) -> impl Iterator<Item = &'a Block> {
        self.blocks_of("dynamic").filter(move |block| block.label(0) == Some(kind))
    }

    /// Whether nothing stands in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty() && self.blocks.is_empty()
    }
}

impl Block {
    /// The label at `index`.
    #[must_use]
    pub fn label(&self, index: usize) -> Option<&str> {
        self.labels.get(index).map(|label| label.text.as_str())
    }

    /// The attribute of that name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.body.attribute(name)
    }
}

/// Bounds the parser's time and memory before it starts.
pub(super) fn check_limits(text: &str) -> Result<(), SyntaxError> {
    let whole = |message: String| SyntaxError { line: 1, column: 1, message };
    if text.len() > MAX_BYTES {
        return Err(whole(format!("the file has {} bytes; more than {MAX_BYTES} are not read", text.len())));
    }
    if let Some(nul) = text.find('\0') {
        return Err(SyntaxError::at(text, nul, "a NUL byte: this is no text file"));
    }
    let keys = text.bytes().filter(|byte| matches!(byte, b'=' | b':')).count();
    if keys > MAX_KEYS {
        return Err(whole(format!("the file has about {keys} keys; more than {MAX_KEYS} are not read")));
    }
    Ok(())
}

fn parse_native(text: &str) -> Result<hcl_edit::structure::Body, SyntaxError> {
    hcl_edit::parser::parse_body(text).map_err(|error| {
        let location = error.location();
        SyntaxError { line: location.line(), column: location.column(), message: error.message().replace('\n', "; ") }
    })
}

fn convert_body(body: hcl_edit::structure::Body, span: Span, text: &str) -> Body {
    let mut converted = Body { span, attributes: Vec::new(), blocks: Vec::new() };
    let mut from = span.start;
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => {
                let attribute = convert_attribute(attribute, from, text);
                from = attribute.span.end;
                converted.attributes.push(attribute);
            }
            Structure::Block(block) => {
                let block = convert_block(block, from, text);
                from = block.span.end;
                converted.blocks.push(block);
            }
        }
    }
    converted
}

fn convert_attribute(attribute: hcl_edit::structure::Attribute, from: usize, text: &str) -> Attribute {
    let value_span = attribute.value.span().map_or(Span::at(from), Span::from);
    let name = attribute.key.as_str().to_owned();
    // In a one-line body neither the attribute nor its key carries a span; the name is the first word after what came before.
    let start = attribute
        .key
        .span()
        .or_else(|| attribute.span())
        .map_or_else(|| text.get(from..).and_then(|rest| rest.find(&name)).map_or(from, |at| from + at), |span| span.start);
    Attribute { name, span: Span::new(start, value_span.end.max(start)), value_span, value: Arc::new(attribute.value) }
}

fn convert_block(block: hcl_edit::structure::Block, from: usize, text: &str) -> Block {
    let kind = block.ident.as_str().to_owned();
    let span = block.span().map_or(Span::at(from), Span::from);
    let mut after_head = span.start + kind.len();
    let mut labels = Vec::new();
    for label in &block.labels {
        let label_span = match label {
            BlockLabel::Ident(ident) => ident.span(),
            BlockLabel::String(string) => string.span(),
        };
        let label_span = label_span.map_or(Span::at(after_head), Span::from);
        after_head = after_head.max(label_span.end);
        labels.push(Label { text: label.as_str().to_owned(), span: label_span });
    }
    let open = text.get(after_head..span.end).and_then(|rest| rest.find('{')).map_or(after_head, |at| after_head + at + 1);
    let body_span = Span::new(open, span.end.saturating_sub(1).max(open));
    let body = convert_body(block.body, body_span, text);
    Block { kind, labels, span, body: body.into() }
}

/// What stands in a part of a text that begins and ends between top-level blocks, with spans that count from the text's start.
pub(super) fn parse_part(text: &str, part: Span) -> Result<Body, SyntaxError> {
    // Spaces in the place of what stands above: the parser counts the bytes, and skips them.
    let padded = [&" ".repeat(part.start), text.get(part.range()).unwrap_or_default()].concat();
    Ok(convert_body(parse_native(&padded)?, part, text))
}

/// The block whose bytes these are; `None` when they are none.
pub(super) fn parse_block_at(text: &str, span: Span) -> Option<Block> {
    parse_part(text, span).ok()?.blocks.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_exact_with_bom_and_crlf() {
        let text = "\u{feff}resource \"aws_s3_bucket\" \"b\" {\r\n  bucket = \"x\" # c\r\n  versioning { enabled = false }\r\n}\r\n";
        let document = Document::parse(text).unwrap();
        let block = document.blocks_labelled("resource", &["aws_s3_bucket", "b"]).next().unwrap();
        assert!(document.slice(block.span).starts_with("resource") && document.slice(block.span).ends_with('}'));
        let bucket = block.attribute("bucket").unwrap();
        assert_eq!((document.slice(bucket.span), document.slice(bucket.value_span)), ("bucket = \"x\"", "\"x\""));
        let versioning = block.body.blocks_of("versioning").next().unwrap();
        assert_eq!(document.slice(versioning.span), "versioning { enabled = false }");
        assert_eq!(document.slice(versioning.attribute("enabled").unwrap().span), "enabled = false");
    }

    #[test]
    fn heredocs_and_templates_have_their_whole_text() {
        let text = "a = <<-EOT\n  x ${b.c}\n  EOT\nb = \"p-${var.x}\"\nc = [1,\n 2]\n";
        let document = Document::parse(text).unwrap();
        let slices: Vec<&str> = document.body().attributes.iter().map(|attribute| document.slice(attribute.value_span)).collect();
        assert_eq!(slices, ["<<-EOT\n  x ${b.c}\n  EOT", "\"p-${var.x}\"", "[1,\n 2]"]);
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        let error = Document::parse("a = \n").unwrap_err();
        assert_eq!(error.line, 1);
        assert!(Document::parse("a\0").unwrap_err().message.contains("NUL"));
        assert!(Document::parse("[".repeat(100_000)).is_err());
        assert!(Document::parse(format!("a = {{\n{}}}\n", "k = 1\n".repeat(MAX_KEYS))).is_err());
    }
}
