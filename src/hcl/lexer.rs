//! Tokens and comments, as `hclwrite` counts them. Never fails: text that is no HCL gives tokens of kind `Other`.

use crate::model::Span;

/// Kinds of token that formatting tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A name or keyword.
    Ident,
    /// A number.
    Number,
    /// Line break outside of templates.
    Newline,
    /// A comment; `#` and `//` comments end with their line break.
    Comment,
    /// Opening quote.
    OpenQuote,
    /// Closing quote.
    CloseQuote,
    /// Text inside quotes or a heredoc.
    Text,
    /// `<<EOT` with its line break.
    OpenHeredoc,
    /// The line that ends a heredoc, with its indentation, without its line break.
    CloseHeredoc,
    /// `${` or `%{`.
    OpenTemplate,
    /// The `}` that ends a `${`.
    CloseTemplate,
    /// `{`.
    OpenBrace,
    /// `}`.
    CloseBrace,
    /// `[`.
    OpenBracket,
    /// `]`.
    CloseBracket,
    /// `(`.
    OpenParen,
    /// `)`.
    CloseParen,
    /// `=`.
    Equal,
    /// `.`.
    Dot,
    /// `,`.
    Comma,
    /// `...`.
    Ellipsis,
    /// `!`.
    Bang,
    /// `-`.
    Minus,
    /// `::`.
    DoubleColon,
    /// `:` and `?`, which a negative number may follow.
    Separator,
    /// Other operators.
    Operator,
    /// Anything else.
    Other,
}

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Kind.
    pub kind: TokenKind,
    /// Bytes.
    pub span: Span,
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Bytes, without the line break.
    pub span: Span,
    /// Text, without the line break, trimmed at the end.
    pub text: String,
}

/// The comments of a text, in order.
#[must_use]
pub fn comments(text: &str) -> Vec<Comment> {
    comments_among(text, &tokens(text))
}

/// The comments among the tokens of a text.
pub(super) fn comments_among(text: &str, tokens: &[Token]) -> Vec<Comment> {
    tokens
        .iter()
        .filter(|token| token.kind == TokenKind::Comment)
        .map(|token| {
            let whole = &text[token.span.range()];
            let trimmed = whole.trim_end();
            Comment { span: Span::new(token.span.start, token.span.start + trimmed.len()), text: trimmed.to_owned() }
        })
        .collect()
}

/// What the lexer is inside of.
enum Mode {
    /// `"…"`.
    Quoted,
    /// A heredoc with its end word.
    Heredoc(String),
    /// `${ … }` with the braces open in it.
    Template(usize),
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    modes: Vec<Mode>,
    tokens: &'a mut Vec<Token>,
}

/// All tokens of a text, whitespace left out. A byte-order mark is skipped.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    tokens_into(&mut tokens, text);
    tokens
}

/// As [`tokens`], into memory that is there already: whoever reads thousands of files keeps it from one to the next.
pub fn tokens_into(tokens: &mut Vec<Token>, text: &str) {
    let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    tokens.clear();
    tokens.reserve(text.len() / 4);
    let mut lexer = Lexer { text, at, modes: Vec::new(), tokens };
    while lexer.at < text.len() {
        match lexer.modes.last() {
            Some(Mode::Quoted) => lexer.quoted(),
            Some(Mode::Heredoc(_)) => lexer.heredoc(),
            Some(Mode::Template(_)) | None => lexer.code(),
        }
    }
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        let length = length.max(1).min(self.text.len() - self.at);
        let mut end = self.at + length;
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        self.tokens.push(Token { kind, span: Span::new(self.at, end) });
        self.at = end;
    }

    fn code(&mut self) {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let Some(&first) = bytes.first() else { return };
        match first {
            b' ' | b'\t' => self.at += bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count(),
            b'\r' if bytes.get(1) == Some(&b'\n') => self.push(TokenKind::Newline, 2),
            b'\r' => self.at += 1,
            b'\n' => self.push(TokenKind::Newline, 1),
            b'#' => self.line_comment(),
            b'/' if bytes.get(1) == Some(&b'/') => self.line_comment(),
            b'/' if bytes.get(1) == Some(&b'*') => {
                let length = rest[2..].find("*/").map_or(rest.len(), |end| end + 4);
                self.push(TokenKind::Comment, length);
            }
            b'"' => {
                self.push(TokenKind::OpenQuote, 1);
                self.modes.push(Mode::Quoted);
            }
            b'<' if bytes.get(1) == Some(&b'<') => self.open_heredoc(),
            b'{' => {
                if let Some(Mode::Template(depth)) = self.modes.last_mut() {
                    *depth += 1;
                }
                self.push(TokenKind::OpenBrace, 1);
            }
            b'}' => self.close_brace(),
            _ => self.word_or_operator(),
        }
    }

    fn line_comment(&mut self) {
        let length = self.rest().find('\n').map_or(self.rest().len(), |end| end + 1);
        self.push(TokenKind::Comment, length);
    }

    fn close_brace(&mut self) {
        match self.modes.last_mut() {
            Some(Mode::Template(0)) => {
                self.modes.pop();
                self.push(TokenKind::CloseTemplate, 1);
            }
            Some(Mode::Template(depth)) => {
                *depth -= 1;
                self.push(TokenKind::CloseBrace, 1);
            }
            _ => self.push(TokenKind::CloseBrace, 1),
        }
    }

    fn open_heredoc(&mut self) {
        let rest = self.rest();
        let line_end = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let word = rest[2..line_end].trim_start_matches('-').trim();
        let is_word = !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        if is_word && line_end <= rest.len() && rest[..line_end].ends_with('\n') {
            let word = word.to_owned();
            self.push(TokenKind::OpenHeredoc, line_end);
            self.modes.push(Mode::Heredoc(word));
        } else {
            self.push(TokenKind::Operator, 1);
        }
    }

    fn word_or_operator(&mut self) {
        let rest = self.rest();
        let first = rest.chars().next().unwrap_or(' ');
        if first.is_alphabetic() || first == '_' {
            return self.push(TokenKind::Ident, word_length(rest));
        }
        if first.is_ascii_digit() {
            let length = number_length(rest);
            return self.push(TokenKind::Number, length);
        }
        let (kind, length) = match rest.as_bytes() {
            [b'.', b'.', b'.', ..] => (TokenKind::Ellipsis, 3),
            [b'=', b'=' | b'>', ..] | [b'!' | b'<' | b'>', b'=', ..] | [b'&', b'&', ..] | [b'|', b'|', ..] => (TokenKind::Operator, 2),
            [b':', b':', ..] => (TokenKind::DoubleColon, 2),
            [b'=', ..] => (TokenKind::Equal, 1),
            [b'.', ..] => (TokenKind::Dot, 1),
            [b',', ..] => (TokenKind::Comma, 1),
            [b'!', ..] => (TokenKind::Bang, 1),
            [b'-', ..] => (TokenKind::Minus, 1),
            [b'[', ..] => (TokenKind::OpenBracket, 1),
            [b']', ..] => (TokenKind::CloseBracket, 1),
            [b'(', ..] => (TokenKind::OpenParen, 1),
            [b')', ..] => (TokenKind::CloseParen, 1),
            [b':' | b'?', ..] => (TokenKind::Separator, 1),
            [b'+' | b'*' | b'/' | b'%' | b'<' | b'>' | b'&' | b'|', ..] => (TokenKind::Operator, 1),
            _ => (TokenKind::Other, first.len_utf8()),
        };
        // `~}` closes a template sequence as one token.
        if first == '~' && rest.as_bytes().get(1) == Some(&b'}') && matches!(self.modes.last(), Some(Mode::Template(0))) {
            self.modes.pop();
            return self.push(TokenKind::CloseTemplate, 2);
        }
        self.push(kind, length);
    }

    /// Where text in a template ends: at `${` or `%{` that is not escaped, or at `stop`.
    fn template_text(&mut self, stop: usize) -> bool {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let mut index = 0;
        while index < stop {
            match (bytes.get(index), bytes.get(index + 1), bytes.get(index + 2)) {
                (Some(a @ (b'$' | b'%')), Some(b), Some(b'{')) if a == b => index += 3,
                (Some(b'$' | b'%'), Some(b'{'), _) => break,
                _ => index += 1,
            }
        }
        let index = index.min(stop);
        if index > 0 {
            self.push(TokenKind::Text, index);
        }
        if index < stop {
            let strip = usize::from(self.rest().as_bytes().get(2) == Some(&b'~'));
            self.push(TokenKind::OpenTemplate, 2 + strip);
            self.modes.push(Mode::Template(0));
            return true;
        }
        false
    }

    fn quoted(&mut self) {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let mut stop = 0;
        let mut closed = None;
        while stop < bytes.len() {
            match bytes[stop] {
                b'\\' => stop += 2,
                b'$' | b'%' if bytes.get(stop + 1) == Some(&bytes[stop]) && bytes.get(stop + 2) == Some(&b'{') => stop += 3,
                b'$' | b'%' if bytes.get(stop + 1) == Some(&b'{') => break,
                b'"' => {
                    closed = Some(TokenKind::CloseQuote);
                    break;
                }
                b'\n' => {
                    closed = Some(TokenKind::Newline);
                    break;
                }
                _ => stop += 1,
            }
        }
        let stop = stop.min(bytes.len());
        if let Some(kind) = closed {
            if stop > 0 {
                self.push(TokenKind::Text, stop);
            }
            self.modes.pop();
            self.push(kind, 1);
        } else if stop < bytes.len() {
            let limit = stop + 2;
            self.template_text(limit.min(bytes.len()));
        } else {
            self.push(TokenKind::Text, stop);
            self.modes.pop();
        }
    }

    fn heredoc(&mut self) {
        let Some(Mode::Heredoc(word)) = self.modes.last() else { return };
        let rest = self.rest();
        let line_end = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let at_line_start = self.at == 0 || self.text.as_bytes().get(self.at - 1) == Some(&b'\n');
        if at_line_start && rest[..line_end].trim() == word {
            let length = rest[..line_end].trim_end().len();
            self.modes.pop();
            self.push(TokenKind::CloseHeredoc, length);
        } else {
            self.template_text(line_end);
        }
    }
}

/// The length of the word that a text begins with. Nearly all words are ASCII: these are not decoded.
fn word_length(rest: &str) -> usize {
    let plain = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
    match rest.as_bytes().get(plain) {
        Some(byte) if !byte.is_ascii() => rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len()),
        _ => plain,
    }
}

fn number_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let digits = |from: usize| from + bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if bytes.get(end + 1 + sign).is_some_and(u8::is_ascii_digit) {
            end = digits(end + 1 + sign);
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn comments_are_told_from_text() {
        let text = "a = \"# no ${x /* yes */} // no\" # one\n/* two\n three */ b = <<E\n # no\nE\n// four";
        let texts: Vec<String> = comments(text).into_iter().map(|comment| comment.text).collect();
        assert_eq!(texts, ["/* yes */", "# one", "/* two\n three */", "// four"]);
    }

    proptest! {
        #[test]
        fn tokens_cover_everything_but_whitespace(text in "[a-c\"{}$%#/*<=\\n \\\\E-]{0,60}") {
            let mut at = 0;
            for token in tokens(&text) {
                prop_assert!(token.span.start >= at && token.span.end > token.span.start);
                prop_assert!(text[at..token.span.start].trim().is_empty());
                at = token.span.end;
            }
            prop_assert!(text[at..].trim().is_empty());
        }
    }
}
