//! Reading a file again after a fix, which changed a few of its lines: the blocks around them are taken over as they were read.

use std::sync::Arc;

use crate::model::Span;

use super::block_body::BlockBody;
use super::document::{Block, Body, Document, Syntax, SyntaxError, check_limits, parse_part};
use super::format::is_formatted;
use super::lexer::{Token, tokens};

impl Document {
    /// As [`Document::parse_file`], for a file that was read `before` and has changed since: only what stands between the blank
    /// lines around the change is read. What comes out is the same.
    ///
    /// # Errors
    /// As [`Document::parse_file`].
    pub fn parse_again(path: &str, before: &Self, text: impl Into<Arc<str>>) -> Result<Self, SyntaxError> {
        let text = text.into();
        match before.with_change(&text) {
            Some(document) => Ok(document),
            None => Self::parse_file(path, text),
        }
    }

    /// The part around `change` that top-level blocks and blank lines set apart: nothing outside of it is aligned with anything inside,
    /// and no token reaches across. The whole text where there is no such part.
    pub(super) fn set_apart(&self, change: Span) -> Span {
        let text = self.text();
        let whole = Span::new(0, text.len());
        if self.syntax() != Syntax::Native || !self.body().attributes.is_empty() || text.starts_with('\u{feff}') {
            return whole;
        }
        let blocks = &self.body().blocks;
        let first = blocks.partition_point(|block| block.span.end <= change.start);
        let above = (0..=first).rev().find_map(|index| {
            let from = index.checked_sub(1).map_or(0, |above| blocks[above].span.end);
            let to = blocks.get(index).map_or(text.len(), |block| block.span.start).min(change.start);
            blank_line(text, Span::new(from, to), |gap, blank| gap.rfind(blank))
        });
        let next = blocks.partition_point(|block| block.span.start < change.end);
        let below = (next..=blocks.len()).find_map(|index| {
            let from = index.checked_sub(1).map_or(0, |above| blocks[above].span.end).max(change.end);
            let to = blocks.get(index).map_or(text.len(), |block| block.span.start);
            blank_line(text, Span::new(from, to), |gap, blank| gap.find(blank))
        });
        Span::new(above.unwrap_or(0), below.unwrap_or(text.len()))
    }

    fn with_change(&self, text: &Arc<str>) -> Option<Self> {
        check_limits(text).ok()?;
        let old = self.text();
        let head = old.bytes().zip(text.bytes()).take_while(|(old, new)| old == new).count();
        let tail =
            old.bytes().rev().zip(text.bytes().rev()).take(old.len().min(text.len()) - head).take_while(|(old, new)| old == new).count();
        let apart = self.set_apart(Span::new(head, old.len() - tail));
        if apart == Span::new(0, old.len()) {
            return None;
        }
        let moved = |offset: usize| offset + text.len() - old.len();
        let part = Span::new(apart.start, moved(apart.end));
        let read = parse_part(text, part).ok()?;
        let mut body = Body { span: Span::new(0, text.len()), ..read };
        let between = std::mem::take(&mut body.blocks);
        let blocks = &self.body().blocks;
        body.blocks.extend(blocks.iter().filter(|block| block.span.end <= apart.start).cloned());
        body.blocks.extend(between);
        body.blocks.extend(blocks.iter().filter(|block| block.span.start >= apart.end).map(|block| shifted(block, text, &moved)));
        let document = Self::of(Arc::clone(text), body, Syntax::Native);
        if self.is_formatted() {
            document.set_formatted(is_formatted(&text[part.range()]));
        }
        document.set_tokens(around(self.tokens(), apart, part, text, &moved));
        Some(document)
    }
}

/// The offset behind a blank line in a stretch of text outside of blocks, as `search` finds one; `None` where there is none, or where
/// a comment over several lines may hold it.
fn blank_line(text: &str, gap: Span, search: impl Fn(&str, &str) -> Option<usize>) -> Option<usize> {
    let gap_text = text.get(gap.range()).filter(|gap| !gap.contains("/*") && !gap.contains("*/"))?;
    let at = ["\n\n", "\n\r\n"].into_iter().find_map(|blank| Some(search(gap_text, blank)? + blank.len()))?;
    Some(gap.start + at)
}

/// A block that stands elsewhere now.
fn shifted(block: &Block, text: &Arc<str>, moved: &impl Fn(usize) -> usize) -> Block {
    let place = |span: Span| Span::new(moved(span.start), moved(span.end));
    let span = place(block.span);
    let body = if span == block.span { block.body.clone() } else { BlockBody::moved(Arc::clone(text), span) };
    let labels = block.labels.iter().map(|label| super::Label { text: label.text.clone(), span: place(label.span) });
    Block { kind: block.kind.clone(), labels: labels.collect(), span, body }
}

/// The tokens of the new text, of which only a part is cut anew.
fn around(known: &[Token], apart: Span, part: Span, text: &str, moved: &impl Fn(usize) -> usize) -> Arc<[Token]> {
    let above = known.partition_point(|token| token.span.end <= apart.start);
    let below = known.partition_point(|token| token.span.start < apart.end);
    let at =
        |token: Token, place: &dyn Fn(usize) -> usize| Token { span: Span::new(place(token.span.start), place(token.span.end)), ..token };
    let between = tokens(&text[part.range()]).into_iter().map(|token| at(token, &|offset| offset + part.start));
    known[..above].iter().copied().chain(between).chain(known[below..].iter().map(|token| at(*token, &moved))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hcl::apply;
    use crate::model::Edit;

    /// Everything that can be seen of a document.
    fn seen(document: &Document) -> String {
        fn write(body: &Body, out: &mut String) {
            out.push_str(&format!("{:?}\n", body.span));
            for held in &body.attributes {
                out.push_str(&format!("{} {:?} {:?} {:?}\n", held.name, held.span, held.value_span, held.value));
            }
            for block in &body.blocks {
                out.push_str(&format!("{} {:?} {:?}\n", block.kind, block.labels, block.span));
                write(&block.body, out);
            }
        }
        let mut out = format!("{:?} {:?}\n", document.tokens(), document.is_formatted());
        write(document.body(), &mut out);
        out
    }

    fn same(before: &str, after: &str) {
        let before = Document::parse(before).unwrap();
        match (Document::parse_again("main.tf", &before, after), Document::parse(after)) {
            (Ok(again), Ok(anew)) => assert_eq!(seen(&again), seen(&anew), "{after}"),
            (again, anew) => assert_eq!(again.map(drop), anew.map(drop), "{after}"),
        }
    }

    const FILE: &str = "# top\n\nvariable \"a\" { # one\n  default = 1\n}\n\n\nresource \"x\" \"y\" {\n  a   = 1 # c\n  bcd = [\n    2,\n  ] # d\n\n  e {\n    f = \"${var.a}\"\n  }\n}\nresource \"x\" \"z\" { # two\n  t = <<-EOT\n    /* no\n\n    comment */\n  EOT\n}\n\n/* a comment\n\nover lines */\nlocals {\n  k = { a = 1 }\n}\n\noutput \"o\" {\n  value = \"x\"\n}\n";

    #[test]
    fn what_reaches_across_blocks_is_not_missed() {
        for (from, to) in
            [("output", "/* output"), ("= 1\n}\n", "= <<EOT\n}\n"), ("} # d", "} x = 1 # d"), ("# top\n", "b = 1\n"), ("\"o\" {", "\"o\"")]
        {
            same(FILE, &FILE.replacen(from, to, 1));
        }
        same("a {}\n\nb {}\n", "a {} c = 1\n\nb {}\n");
        same("a {}\n\nb {}", "a {}\n\nb {}\n\nc {}");
        same("a {}\r\n\r\nb {\r\n  x = 1\r\n}\r\n\r\nc {}\r\n", "a {}\r\n\r\nb {\r\n  x = 22\r\n}\r\n\r\nc {}\r\n");
    }

    /// No heredocs: in text that Terraform would refuse, the parser and the lexer do not agree on where they begin and end.
    fn part() -> impl Strategy<Value = String> {
        let parts = ["\n", "\n\n", " ", "{", "}", "\"", "#", "/*", "*/", "=", "a = 1\n", "b {\n}\n", "${", "é", "  # c\n", "x"];
        proptest::collection::vec(proptest::sample::select(parts.to_vec()), 0..4).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn reading_again_is_reading(at in 0..200_usize, length in 0_usize..40, new in part()) {
            let file = FILE.replace("<<-EOT\n    /* no\n\n    comment */\n  EOT", "[\n\n    3\n  ]");
            let end = at + length;
            let after = [&file[..at], &new, &file[end..]].concat();
            same(&file, &after);
            let edit = Edit { span: Span::new(at, end), text: new };
            let document = Document::parse(file.as_str()).unwrap();
            // Edits after which the file cannot be read, or that make comments of what follows, are thrown away by the proofs.
            if Document::parse(after).is_ok() && !edit.text.contains("/*") {
                prop_assert_eq!(document.edited(std::slice::from_ref(&edit)), apply(&file, &[edit]));
            }
        }
    }
}
