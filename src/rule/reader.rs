//! Reads values out of a rule file's blocks and remembers every mistake, so that an author sees all of them at once.

use std::sync::Arc;

use hcl_edit::expr::Expression;
use hcl_edit::structure::{Attribute, Block, Body, Structure};

use super::RuleExpression;
use super::problem::Problem;
use crate::model::Span;

/// The file being read and the mistakes found so far.
pub(super) struct Reader {
    pub(super) path: String,
    pub(super) source: Arc<str>,
    pub(super) problems: Vec<Problem>,
}

/// The byte range of a node of the parsed file; hcl-edit gives one to everything it parsed except empty one-line bodies.
pub(super) fn span_of(node: &impl hcl_edit::Span) -> Option<Span> {
    node.span().map(Span::from)
}

impl Reader {
    pub(super) fn new(path: &str, source: Arc<str>) -> Self {
        Self { path: path.to_owned(), source, problems: Vec::new() }
    }

    /// Notes a mistake and gives it back for words beside the caret.
    pub(super) fn problem(&mut self, span: Option<Span>, message: impl Into<String>) -> Problem {
        Problem::new(&self.path, &self.source, span, message)
    }

    pub(super) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Notes every attribute and block of `body` that `what` does not have.
    pub(super) fn only(&mut self, body: &Body, what: &str, attributes: &[&str], blocks: &[&str]) {
        for structure in body {
            let (kind, word, span, known) = match structure {
                Structure::Attribute(attribute) => ("argument", attribute.key.as_str(), span_of(&attribute.key), attributes),
                Structure::Block(block) => ("block", block.ident.as_str(), span_of(&block.ident), blocks),
            };
            if known.contains(&word) {
                continue;
            }
            let problem = self.problem(span, format!("{what} has no {kind} `{word}`")).label(format!("unknown {kind}"));
            let other = if kind == "block" { attributes } else { blocks };
            let problem = if other.contains(&word) {
                problem.help(if kind == "block" {
                    format!("write it as an argument: `{word} = …`")
                } else {
                    format!("write it as a block: `{word} {{ … }}`")
                })
            } else {
                problem.nearest(word, known.iter().copied())
            };
            self.report(problem);
        }
    }

    /// The text between quotes, or a heredoc's content exactly as it stands in the file (less the common indentation).
    pub(super) fn text(&mut self, body: &Body, name: &str) -> Option<String> {
        let attribute = body.get_attribute(name)?;
        self.text_of(&attribute.value, name)
    }

    pub(super) fn text_of(&mut self, expression: &Expression, name: &str) -> Option<String> {
        match expression {
            Expression::String(text) => Some(text.value().clone()),
            Expression::HeredocTemplate(_) => span_of(expression).map(|span| heredoc(&self.source[span.range()])),
            _ => {
                let problem = self
                    .problem(span_of(expression), format!("`{name}` must be text"))
                    .label("not a quoted string or heredoc")
                    .help("Write it in quotes; a literal `${` in quotes is written `$${`.");
                self.report(problem);
                None
            }
        }
    }

    /// Like [`Reader::text`], but its absence is a mistake of `block`.
    pub(super) fn required_text(&mut self, body: &Body, name: &str, what: &str, span: Option<Span>) -> String {
        if !body.has_attribute(name) {
            let problem = self.problem(span, format!("{what} has no `{name}`")).label(format!("`{name} = …` is missing here"));
            self.report(problem);
            return String::new();
        }
        self.text(body, name).unwrap_or_default()
    }

    pub(super) fn boolean(&mut self, body: &Body, name: &str) -> Option<bool> {
        let attribute = body.get_attribute(name)?;
        let value = attribute.value.as_bool();
        if value.is_none() {
            let problem = self.problem(span_of(&attribute.value), format!("`{name}` must be `true` or `false`"));
            self.report(problem);
        }
        value
    }

    /// A list of texts; one text alone stands for a list of one.
    pub(super) fn texts(&mut self, attribute: &Attribute) -> Vec<String> {
        let name = attribute.key.as_str().to_owned();
        match &attribute.value {
            Expression::Array(items) => items.iter().filter_map(|item| self.text_of(item, &name)).collect(),
            single => self.text_of(single, &name).into_iter().collect(),
        }
    }

    pub(super) fn texts_named(&mut self, body: &Body, name: &str) -> Vec<String> {
        body.get_attribute(name).map(|attribute| self.texts(attribute)).unwrap_or_default()
    }

    /// The expression with its text and place.
    pub(super) fn expression(&self, expression: &Expression) -> RuleExpression {
        let span = span_of(expression).unwrap_or(Span::at(0));
        RuleExpression { expression: Arc::new(expression.clone()), text: self.source[span.range()].trim().to_owned(), span }
    }

    pub(super) fn expression_named(&self, body: &Body, name: &str) -> Option<RuleExpression> {
        body.get_attribute(name).map(|attribute| self.expression(&attribute.value))
    }

    /// The condition named `when` (or another name), whose absence is a mistake.
    pub(super) fn required_expression(&mut self, body: &Body, name: &str, what: &str, span: Option<Span>) -> Option<RuleExpression> {
        let found = self.expression_named(body, name);
        if found.is_none() {
            let problem = self.problem(span, format!("{what} has no `{name}`")).label(format!("`{name} = …` is missing here"));
            self.report(problem);
        }
        found
    }

    /// The block's only label; another number of labels is a mistake.
    pub(super) fn label(&mut self, block: &Block, meaning: &str) -> String {
        match block.labels.as_slice() {
            [label] => label.as_str().to_owned(),
            _ => {
                let word = block.ident.as_str();
                let problem = self
                    .problem(span_of(&block.ident), format!("`{word}` takes one label, {meaning}"))
                    .help(format!("Write `{word} \"…\" {{ … }}`."));
                self.report(problem);
                String::new()
            }
        }
    }

    pub(super) fn no_labels(&mut self, block: &Block) {
        if let Some(label) = block.labels.first() {
            let problem = self.problem(span_of(label), format!("`{}` takes no label", block.ident.as_str()));
            self.report(problem);
        }
    }

    /// Picks one of `choices` by the text of argument `name`.
    pub(super) fn choice<T: Copy>(&mut self, body: &Body, name: &str, choices: &[(&str, T)]) -> Option<T> {
        let attribute = body.get_attribute(name)?;
        let text = self.text_of(&attribute.value, name)?;
        self.choose(&text, span_of(&attribute.value), name, choices)
    }

    pub(super) fn choose<T: Copy>(&mut self, text: &str, span: Option<Span>, name: &str, choices: &[(&str, T)]) -> Option<T> {
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let problem = self
            .problem(span, format!("`{text}` is no value of `{name}`"))
            .label("unknown value")
            .nearest(text, choices.iter().map(|(word, _)| *word));
        self.report(problem);
        None
    }
}

/// The text of a heredoc as written: what stands between the marker lines, less the common indentation for `<<-`.
///
/// Nothing inside is interpreted, so that an example holds `${var.env}` exactly as a Terraform file does.
fn heredoc(written: &str) -> String {
    let (marker, rest) = written.split_once('\n').unwrap_or((written, ""));
    let body = match rest.trim_end().rfind('\n') {
        Some(end) => &rest[..=end],
        None => "",
    };
    if !marker.starts_with("<<-") {
        return body.to_owned();
    }
    let indent =
        body.lines().filter(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start_matches([' ', '\t']).len()).min();
    body.lines().map(|line| format!("{}\n", line.get(indent.unwrap_or(0)..).unwrap_or_default())).collect()
}

#[cfg(test)]
mod tests {
    use super::heredoc;

    #[test]
    fn heredoc_text_is_taken_as_written_less_the_common_indentation() {
        assert_eq!(heredoc("<<-EOT\n    a = \"${var.x}\"\n\n      b\n  EOT"), "a = \"${var.x}\"\n\n  b\n");
        assert_eq!(heredoc("<<EOT\n  a\nEOT"), "  a\n");
        assert_eq!(heredoc("<<EOT\nEOT"), "");
    }
}
