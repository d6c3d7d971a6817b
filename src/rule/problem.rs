//! What is wrong with a rule file, told like a compiler tells it: file, place, caret, and what was probably meant.

use std::fmt;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

use crate::model::{LineColumn, Span};

/// One mistake in a rule file.
#[derive(Clone)]
pub struct Problem {
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// Path of the rule file.
    pub path: String,
    /// Byte range in the file; `None` when the mistake has no place (a missing example, for instance) and is shown at the first line.
    pub span: Option<Span>,
    /// What stands at the caret.
    pub label: String,
    /// What to do about it.
    pub help: Option<String>,
    source: NamedSource<Arc<str>>,
}

impl Problem {
    /// A mistake at `span` of the file `path` whose text is `source`.
    pub fn new(path: &str, source: &Arc<str>, span: Option<Span>, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            path: path.to_owned(),
            span,
            label: String::new(),
            help: None,
            source: NamedSource::new(path, Arc::clone(source)).with_language("hcl"),
        }
    }

    /// One line for a log or a comment: path, line and column, what is wrong, what to do.
    #[must_use]
    pub fn in_words(&self) -> String {
        let place = self.span.map_or_else(String::new, |span| {
            let at = LineColumn::of(self.source.inner(), span.start);
            format!(":{}:{}", at.line, at.column)
        });
        let label = if self.label.is_empty() { String::new() } else { format!(" ({})", self.label) };
        let help = self.help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
        format!("{}{place}: {}{label}{help}", self.path, self.message)
    }

    /// Adds words beside the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the advice "did you mean …", if one of `known` is close to `word`; else lists what is known.
    #[must_use]
    pub fn nearest<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        match nearest(word, known.iter().copied()) {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None if known.is_empty() || known.len() > 40 => self,
            None => self.help(format!("known here: {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))),
        }
    }
}

/// The known name closest to `word`, if one is close enough to be what was meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(word, name), name))
        .filter(|(score, _)| *score >= 0.8)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, name)| name)
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        // Something missing has no place of its own: the first line stands for the file.
        let first_line = || Span::new(0, self.source.inner().find('\n').unwrap_or(self.source.inner().len()));
        let span = self.span.unwrap_or_else(first_line);
        let label = (!self.label.is_empty()).then(|| self.label.clone());
        Some(Box::new(std::iter::once(LabeledSpan::new(label, span.start, span.len()))))
    }
}
