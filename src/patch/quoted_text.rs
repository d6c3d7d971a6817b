//! Text in a quoted string: read without its escapes, edited with them.

use crate::hcl::{self, Unquoted};
use crate::model::{Edit, Span};

/// A quoted string of a file.
pub(super) struct QuotedText {
    /// The bytes between its quotes.
    pub content: Span,
    unquoted: Unquoted,
}

impl QuotedText {
    /// The quoted string at `span`, and the file's text as it would be without its escapes.
    pub(super) fn read(text: &str, span: Span) -> Option<(Self, String)> {
        text.get(span.range())?.strip_prefix('"')?.strip_suffix('"')?;
        let content = Span::new(span.start + 1, span.end - 1);
        let unquoted = Unquoted::read(&text[content.range()])?;
        let whole = format!("{}{}{}", &text[..content.start], unquoted.text(), &text[content.end..]);
        Some((Self { content, unquoted }, whole))
    }

    /// An edit of the text without escapes as one of the file. Lines end as they do in the string, whatever the file does.
    pub(super) fn outward(&self, edit: &Edit) -> Edit {
        let place = |at: usize| self.content.start + self.unquoted.offset(at.saturating_sub(self.content.start));
        let text = match self.unquoted.whole().contains("\r\n") {
            true => edit.text.clone(),
            false => edit.text.replace("\r\n", "\n"),
        };
        Edit { span: Span::new(place(edit.span.start), place(edit.span.end)), text: hcl::requote(&text) }
    }
}
