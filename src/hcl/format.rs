//! What `terraform fmt` does to spaces: a port of the algorithm of HashiCorp's `hclwrite` formatter.
//!
//! Lines are cut into three cells (what leads, the assignment, the trailing comment); assignments and comments of
//! neighbouring lines are aligned to each other; indentation follows the brackets. Terraform's further clean-ups
//! (unwrapping `"${x}"`, quoting labels) are left alone: a fix does not restyle.

use std::sync::Arc;

use super::lexer::{Token, TokenKind, tokens};

/// One physical line in cells; each is a range of token indexes.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// Everything before the assignment or comment.
    pub lead: std::ops::Range<usize>,
    /// From `=` on, when the line holds a whole assignment.
    pub assign: std::ops::Range<usize>,
    /// The trailing comment.
    pub comment: std::ops::Range<usize>,
}

/// Tokens with the number of spaces before each.
pub(super) struct Layout<'a> {
    /// The text they stand in.
    pub text: &'a str,
    /// Tokens.
    pub tokens: Arc<[Token]>,
    /// Spaces before the token of the same index.
    pub spaces: Vec<usize>,
    /// Lines.
    pub lines: Vec<Line>,
}

/// The text as `terraform fmt` would lay it out (spaces only).
#[must_use]
pub fn format(text: &str) -> String {
    let mut layout = Layout::of(text);
    layout.lay_out();
    layout.print()
}

/// Whether [`format()`] would change nothing.
#[must_use]
pub fn is_formatted(text: &str) -> bool {
    Layout::of(text).stays_as_it_is()
}

/// Whether [`format()`] would change nothing in a text with these tokens.
#[must_use]
pub(super) fn is_formatted_with(text: &str, tokens: Arc<[Token]>) -> bool {
    Layout::with(text, tokens).stays_as_it_is()
}

/// +1 for an opening bracket, -1 for a closing one.
const fn bracket_change(kind: TokenKind) -> i32 {
    match kind {
        TokenKind::OpenBrace | TokenKind::OpenBracket | TokenKind::OpenParen | TokenKind::OpenTemplate => 1,
        TokenKind::CloseBrace | TokenKind::CloseBracket | TokenKind::CloseParen | TokenKind::CloseTemplate => -1,
        _ => 0,
    }
}

impl<'a> Layout<'a> {
    /// Cuts `text` into lines and cells, with the spaces that stand there now.
    pub(super) fn of(text: &'a str) -> Self {
        Self::with(text, tokens(text).into())
    }

    /// As [`Layout::of`], with the tokens of the text.
    pub(super) fn with(text: &'a str, tokens: Arc<[Token]>) -> Self {
        let mut spaces = Vec::with_capacity(tokens.len());
        let mut end = if text.starts_with('\u{feff}') { 3 } else { 0 };
        for token in tokens.iter() {
            spaces.push(width(&text[end..token.span.start]));
            end = token.span.end;
        }
        let mut layout = Self { text, tokens, spaces, lines: Vec::new() };
        layout.lines = layout.cut();
        layout
    }

    /// Sets all spaces as `terraform fmt` would.
    fn lay_out(&mut self) {
        self.indent();
        self.space();
        self.align_assignments(|_| true);
        self.align_comments(|_| true);
    }

    /// Whether the spaces are those of `terraform fmt` already.
    fn stays_as_it_is(mut self) -> bool {
        let written = self.spaces.clone();
        self.lay_out();
        // A gap of the same width keeps its bytes: where all do, only what stands behind the last token is left to compare.
        if self.spaces == written { trimmed(self.tail()) == self.tail() } else { self.print() == self.text }
    }

    /// What stands behind the last token.
    fn tail(&self) -> &'a str {
        let bom = if self.text.starts_with('\u{feff}') { 3 } else { 0 };
        &self.text[self.tokens.last().map_or(bom, |token| token.span.end)..]
    }

    fn ends_line(&self, index: usize) -> bool {
        let token = self.tokens[index];
        token.kind == TokenKind::Newline || token.kind == TokenKind::Comment && self.text[token.span.range()].ends_with('\n')
    }

    fn cut(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut start = 0;
        for index in 0..self.tokens.len() {
            if self.ends_line(index) || index + 1 == self.tokens.len() {
                lines.push(self.cells(start..index + 1));
                start = index + 1;
            }
        }
        lines
    }

    fn cells(&self, line: std::ops::Range<usize>) -> Line {
        let mut lead = line.clone();
        let mut comment = line.end..line.end;
        if lead.len() > 1 && self.tokens[lead.end - 1].kind == TokenKind::Comment {
            comment = lead.end - 1..lead.end;
            lead.end -= 1;
        }
        let mut assign = lead.end..lead.end;
        if let Some(equal) = (lead.start + 1..lead.end).find(|index| self.tokens[*index].kind == TokenKind::Equal) {
            let net: i32 = self.tokens[equal..lead.end].iter().map(|token| bracket_change(token.kind)).sum();
            if net == 0 {
                assign = equal..lead.end;
                lead.end = equal;
            }
        }
        Line { lead, assign, comment }
    }

    fn indent(&mut self) {
        let mut open: Vec<i32> = Vec::with_capacity(10);
        let lines = std::mem::take(&mut self.lines);
        for line in &lines {
            let Some(first) = line.lead.clone().next() else { continue };
            if self.tokens[first].kind == TokenKind::Newline {
                self.spaces[first] = 0;
                continue;
            }
            let net: i32 = self.net_brackets(&line.lead) + self.net_brackets(&line.assign);
            if net > 0 {
                self.spaces[first] = 2 * open.len();
                open.push(net);
            } else {
                close(&mut open, -net);
                self.spaces[first] = 2 * open.len();
            }
        }
        self.lines = lines;
    }

    /// Brackets opened less brackets closed, up to the start of a heredoc.
    fn net_brackets(&self, cell: &std::ops::Range<usize>) -> i32 {
        let mut net = 0;
        for token in &self.tokens[cell.clone()] {
            net += bracket_change(token.kind);
            if token.kind == TokenKind::OpenHeredoc {
                break;
            }
        }
        net
    }

    fn space(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        for line in &lines {
            for cell in [&line.lead, &line.assign] {
                for index in cell.start..cell.end.saturating_sub(1) {
                    let before = (index > cell.start).then(|| self.tokens[index - 1].kind);
                    self.spaces[index + 1] = usize::from(self.space_after(index, before));
                }
            }
            if !line.assign.is_empty() {
                self.spaces[line.assign.start] = 1;
            }
        }
        self.lines = lines;
    }

    /// Whether one space stands between the token at `index` and the next.
    fn space_after(&self, index: usize, before: Option<TokenKind>) -> bool {
        use TokenKind as K;
        let (subject, after) = (self.tokens[index].kind, self.tokens[index + 1].kind);
        let keyword_in = || &self.text[self.tokens[index].span.range()] == "in";
        match (subject, after) {
            (_, K::Newline) => false,
            (K::Ident, K::OpenParen | K::DoubleColon) | (K::DoubleColon, K::Ident) => false,
            (K::Dot, _) | (_, K::Dot | K::Comma | K::Ellipsis) => false,
            (K::Comma, _) => true,
            (K::Text | K::OpenQuote | K::OpenHeredoc, _) | (_, K::Text | K::CloseQuote | K::CloseHeredoc) => false,
            (K::Ident, _) if keyword_in() && before == Some(K::Ident) => true,
            (K::Ident | K::Number, K::OpenBracket) => false,
            (_, K::OpenBracket) if bracket_change(subject) < 0 => false,
            (K::Bang, _) => false,
            (K::Minus, _) => minus_is_subtraction(before),
            (K::OpenBrace, K::CloseBrace) => false,
            (K::OpenBrace, _) | (_, K::CloseBrace) => true,
            (K::OpenTemplate, K::OpenBrace) | (K::CloseBrace, K::CloseTemplate) => true,
            (K::CloseTemplate, K::OpenTemplate) => false,
            _ => bracket_change(subject) <= 0 && bracket_change(after) >= 0,
        }
    }

    /// Width of a cell: spaces before each token and its characters.
    fn columns(&self, cell: &std::ops::Range<usize>) -> usize {
        cell.clone().map(|index| self.spaces[index] + width(&self.text[self.tokens[index].span.range()])).sum()
    }

    /// Aligns the `=` of each run of assignments for which `wanted` (a range of line numbers) says yes.
    pub(super) fn align_assignments(&mut self, wanted: impl Fn(std::ops::Range<usize>) -> bool) {
        for run in self.runs(|line| !line.assign.is_empty()) {
            if wanted(run.clone()) {
                let width = run.clone().map(|line| self.columns(&self.lines[line].lead)).max().unwrap_or(0);
                for line in run {
                    let Line { lead, assign, .. } = self.lines[line].clone();
                    self.spaces[assign.start] = width - self.columns(&lead) + 1;
                }
            }
        }
    }

    /// Aligns the trailing comments of each run for which `wanted` says yes.
    pub(super) fn align_comments(&mut self, wanted: impl Fn(std::ops::Range<usize>) -> bool) {
        for run in self.runs(|line| !line.comment.is_empty()) {
            if wanted(run.clone()) {
                let widths: Vec<usize> =
                    run.clone().map(|line| self.columns(&self.lines[line].lead) + self.columns(&self.lines[line].assign)).collect();
                let width = widths.iter().copied().max().unwrap_or(0);
                for (line, own) in run.zip(widths) {
                    let comment = self.lines[line].comment.start;
                    self.spaces[comment] = width - own + 1;
                }
            }
        }
    }

    /// Ranges of neighbouring lines that have the cell in question.
    pub(super) fn runs(&self, has: impl Fn(&Line) -> bool) -> Vec<std::ops::Range<usize>> {
        let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
        for (number, line) in self.lines.iter().enumerate() {
            if has(line) {
                match runs.last_mut() {
                    Some(run) if run.end == number => run.end += 1,
                    _ => runs.push(number..number + 1),
                }
            }
        }
        runs
    }

    /// The text with the spaces as they are now set. Gaps that were not changed keep their bytes (tabs too).
    pub(super) fn print(&self) -> String {
        let mut printed = String::with_capacity(self.text.len() + 64);
        let mut end = 0;
        if self.text.starts_with('\u{feff}') {
            printed.push('\u{feff}');
            end = 3;
        }
        for (token, spaces) in self.tokens.iter().zip(&self.spaces) {
            let gap = &self.text[end..token.span.start];
            if width(gap) == *spaces {
                printed.push_str(gap);
            } else {
                printed.extend(std::iter::repeat_n(' ', *spaces));
            }
            printed.push_str(&self.text[token.span.range()]);
            end = token.span.end;
        }
        // Spaces at the very end, after the last token.
        printed.push_str(trimmed(self.tail()));
        printed
    }
}

/// Characters of a text. Nearly all of it is ASCII, where bytes need not be decoded.
fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

fn trimmed(tail: &str) -> &str {
    tail.trim_matches([' ', '\t'])
}

/// Takes `closed` brackets off the stack of openers.
fn close(open: &mut Vec<i32>, mut closed: i32) {
    while closed > 0 {
        let Some(last) = open.last_mut() else { return };
        if closed < *last {
            *last -= closed;
            return;
        }
        closed -= *last;
        open.pop();
    }
}

/// A minus after something that can end an expression subtracts; else it negates.
const fn minus_is_subtraction(before: Option<TokenKind>) -> bool {
    use TokenKind as K;
    !matches!(
        before,
        None | Some(K::OpenParen | K::OpenBrace | K::OpenBracket | K::Equal | K::Separator | K::Comma | K::Operator | K::Minus | K::Bang)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lays_out_as_terraform_fmt() {
        let text =
            "resource \"a\" \"b\" {\na=1 # x\nlong_name   =  [ 1,2 ]//y\n\nc = {\nd=-1\n  e = f( 1 ) ? x[0] :!y\n}\n  block{\n}\n}\n";
        let wanted = "resource \"a\" \"b\" {\n  a         = 1      # x\n  long_name = [1, 2] //y\n\n  c = {\n    d = -1\n    e = f(1) ? x[0] : !y\n  }\n  block {\n  }\n}\n";
        assert_eq!(format(text), wanted);
        assert!(is_formatted(wanted));
    }

    proptest! {
        #[test]
        fn formatted_is_what_formatting_leaves_alone(text in "\u{feff}?[a-c=#\n\t{} \"é-]{0,40}") {
            prop_assert_eq!(is_formatted(&text), format(&text) == text);
        }
    }
}
