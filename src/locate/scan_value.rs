//! The tokens of a value to a fact.

use std::borrow::Cow;
use std::collections::HashMap;

use super::facts::{Fact, TextPart};
use crate::hcl::{Token, TokenKind};

/// Deepest nesting that is looked into.
const DEEPEST: usize = 16;

/// The fact of a value given by its tokens.
pub(super) fn value(text: &str, tokens: &[Token]) -> Fact {
    nested(text, trim(tokens), 0)
}

/// Without line breaks and comments at the ends.
fn trim(mut tokens: &[Token]) -> &[Token] {
    let blank = |token: &Token| matches!(token.kind, TokenKind::Newline | TokenKind::Comment);
    while let [first, rest @ ..] = tokens
        && blank(first)
    {
        tokens = rest;
    }
    while let [rest @ .., last] = tokens
        && blank(last)
    {
        tokens = rest;
    }
    tokens
}

fn slice<'t>(text: &'t str, token: &Token) -> &'t str {
    text.get(token.span.range()).unwrap_or_default()
}

fn nested(text: &str, tokens: &[Token], depth: usize) -> Fact {
    if depth > DEEPEST {
        return Fact::Unknown;
    }
    match tokens {
        [] => Fact::Unknown,
        [number] if number.kind == TokenKind::Number => Fact::literal(slice(text, number)),
        [word] if word.kind == TokenKind::Ident && matches!(slice(text, word), "true" | "false") => Fact::literal(slice(text, word)),
        [open, inner @ .., close] if open.kind == TokenKind::OpenQuote && close.kind == TokenKind::CloseQuote && one_quoted(inner) => {
            quoted(text, inner)
        }
        [open, inner @ .., close] if open.kind == TokenKind::OpenBrace && close.kind == TokenKind::CloseBrace => map(text, inner, depth),
        [open, inner @ .., close] if open.kind == TokenKind::OpenBracket && close.kind == TokenKind::CloseBracket => {
            list(text, inner, depth)
        }
        [name, open, inner @ .., close]
            if name.kind == TokenKind::Ident && open.kind == TokenKind::OpenParen && close.kind == TokenKind::CloseParen =>
        {
            function(text, slice(text, name), inner, depth)
        }
        _ => reference(text, tokens).map_or(Fact::Unknown, |names| Fact::Reference(names.into())),
    }
}

/// Whether no other quote begins at the top: `"a" == "b"` is no string.
fn one_quoted(inner: &[Token]) -> bool {
    let mut depth = 0usize;
    inner.iter().all(|token| {
        match token.kind {
            TokenKind::OpenTemplate => depth += 1,
            TokenKind::CloseTemplate => depth = depth.saturating_sub(1),
            TokenKind::CloseQuote if depth == 0 => return false,
            _ => {}
        }
        true
    })
}

/// `var.name` and its like, with literal indexes as names; `None` for anything else.
fn reference(text: &str, tokens: &[Token]) -> Option<String> {
    let mut names = String::new();
    let mut at = 0;
    loop {
        let name = tokens.get(at).filter(|token| token.kind == TokenKind::Ident)?;
        names.push_str(slice(text, name));
        at += 1;
        while let [open, quote, key, unquote, close, ..] = tokens.get(at..)?
            && (open.kind, quote.kind, key.kind) == (TokenKind::OpenBracket, TokenKind::OpenQuote, TokenKind::Text)
            && (unquote.kind, close.kind) == (TokenKind::CloseQuote, TokenKind::CloseBracket)
        {
            let key = slice(text, key);
            if key.contains('.') {
                return None;
            }
            names.push('.');
            names.push_str(key);
            at += 5;
        }
        match tokens.get(at).map(|token| token.kind) {
            None => return Some(names),
            Some(TokenKind::Dot) => names.push('.'),
            Some(_) => return None,
        }
        at += 1;
    }
}

/// What stands between two quotes.
fn quoted(text: &str, tokens: &[Token]) -> Fact {
    if let [token] = tokens
        && token.kind != TokenKind::OpenTemplate
    {
        return Fact::literal(&unescape(slice(text, token)));
    }
    let mut parts: Vec<TextPart> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token.kind {
            TokenKind::OpenTemplate => {
                let end = template_end(tokens, at);
                let inner = tokens.get(at + 1..end).unwrap_or_default();
                let is_directive = slice(text, token).starts_with('%');
                let part = reference(text, inner).filter(|_| !is_directive);
                parts.push(part.map_or(TextPart::Hole, |names| TextPart::Reference(names.into())));
                at = end + 1;
            }
            _ => {
                push_text(&mut parts, &unescape(slice(text, token)));
                at += 1;
            }
        }
    }
    Fact::Text(parts.into())
}

fn push_text(parts: &mut Vec<TextPart>, more: &str) {
    if let Some(TextPart::Text(last)) = parts.last_mut() {
        *last = format!("{last}{more}").into();
    } else {
        parts.push(TextPart::Text(more.into()));
    }
}

fn template_end(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            TokenKind::OpenTemplate => depth += 1,
            TokenKind::CloseTemplate => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

fn unescape(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| matches!(byte, b'\\' | b'$' | b'%')) {
        return text.into();
    }
    text.replace("$${", "${").replace("%%{", "%{").replace("\\\"", "\"").replace("\\\\", "\\").into()
}

/// Splits at commas (and, for objects, line breaks) outside of brackets.
fn split(tokens: &[Token], lines: bool) -> Vec<&[Token]> {
    let mut found = Vec::new();
    let (mut from, mut depth) = (0, 0usize);
    for (at, token) in tokens.iter().enumerate() {
        let opens = matches!(
            token.kind,
            TokenKind::OpenBrace
                | TokenKind::OpenBracket
                | TokenKind::OpenParen
                | TokenKind::OpenTemplate
                | TokenKind::OpenQuote
                | TokenKind::OpenHeredoc
        );
        let closes = matches!(
            token.kind,
            TokenKind::CloseBrace
                | TokenKind::CloseBracket
                | TokenKind::CloseParen
                | TokenKind::CloseTemplate
                | TokenKind::CloseQuote
                | TokenKind::CloseHeredoc
        );
        if opens {
            depth += 1;
        } else if closes {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && (token.kind == TokenKind::Comma || (lines && matches!(token.kind, TokenKind::Newline | TokenKind::Comment)))
        {
            found.push(trim(&tokens[from..at]));
            from = at + 1;
        }
    }
    found.push(trim(&tokens[from..]));
    found.retain(|part| !part.is_empty());
    found
}

fn map(text: &str, tokens: &[Token], depth: usize) -> Fact {
    if trim(tokens).first().is_some_and(|token| slice(text, token) == "for") {
        return Fact::Unknown;
    }
    let mut entries: Vec<(Box<str>, Fact)> = Vec::new();
    for entry in split(tokens, true) {
        let Some((key, value)) = entry_of(text, entry) else { return Fact::Unknown };
        entries.push((key.into(), nested(text, trim(value), depth + 1)));
    }
    Fact::Map(entries.into())
}

/// `key = value` or `key : value` with a literal key.
fn entry_of<'t>(text: &str, tokens: &'t [Token]) -> Option<(String, &'t [Token])> {
    let (key, rest) = match tokens {
        [open, key, close, rest @ ..]
            if (open.kind, key.kind, close.kind) == (TokenKind::OpenQuote, TokenKind::Text, TokenKind::CloseQuote) =>
        {
            (unescape(slice(text, key)).into_owned(), rest)
        }
        [key, rest @ ..] if matches!(key.kind, TokenKind::Ident | TokenKind::Number) => (slice(text, key).to_owned(), rest),
        _ => return None,
    };
    match rest {
        [separator, value @ ..] if separator.kind == TokenKind::Equal || slice(text, separator) == ":" => Some((key, value)),
        _ => None,
    }
}

fn list(text: &str, tokens: &[Token], depth: usize) -> Fact {
    if trim(tokens).first().is_some_and(|token| slice(text, token) == "for") {
        return Fact::Unknown;
    }
    Fact::List(split(tokens, false).into_iter().map(|item| nested(text, item, depth + 1)).collect())
}

/// The few functions that names are built with; anything else is unknown.
fn function(text: &str, name: &str, inner: &[Token], depth: usize) -> Fact {
    // `a(b)(c)` and `a(b) + c(d)` end in a parenthesis too.
    let mut level = 0i32;
    for token in inner {
        level += match token.kind {
            TokenKind::OpenParen => 1,
            TokenKind::CloseParen => -1,
            _ => 0,
        };
        if level < 0 {
            return Fact::Unknown;
        }
    }
    let arguments: Vec<Fact> = split(inner, false).into_iter().map(|argument| nested(text, argument, depth + 1)).collect();
    match (name, arguments.as_slice()) {
        ("toset" | "tolist" | "tomap" | "tostring", [only]) => only.clone(),
        ("merge", maps) => merged(maps),
        ("concat", lists) => {
            let items: Option<Vec<&[Fact]>> =
                lists.iter().map(|list| if let Fact::List(items) = list { Some(items.as_ref()) } else { None }).collect();
            items.map_or(Fact::Unknown, |items| Fact::List(items.concat().into()))
        }
        ("format", [shape, arguments @ ..]) => formatted(shape, arguments),
        ("join", [glue, Fact::List(items)]) => joined(glue, items),
        _ => Fact::Unknown,
    }
}

/// Maps that are all literal, later ones winning. One unknown map makes the keys unknown.
fn merged(maps: &[Fact]) -> Fact {
    let mut entries: Vec<(Box<str>, Fact)> = Vec::new();
    let mut places: HashMap<Box<str>, usize> = HashMap::new();
    for map in maps {
        let Fact::Map(more) = map else { return Fact::Unknown };
        for (key, value) in more {
            match places.get(key).and_then(|at| entries.get_mut(*at)) {
                Some(entry) => entry.1 = value.clone(),
                None => {
                    places.insert(key.clone(), entries.len());
                    entries.push((key.clone(), value.clone()));
                }
            }
        }
    }
    Fact::Map(entries.into())
}

fn as_parts(fact: &Fact) -> Vec<TextPart> {
    match fact {
        Fact::Text(parts) => parts.to_vec(),
        Fact::Reference(names) => vec![TextPart::Reference(names.clone())],
        _ => vec![TextPart::Hole],
    }
}

/// `format("%s-logs", var.env)`; verbs other than `%s` and `%d` are holes.
fn formatted(shape: &Fact, arguments: &[Fact]) -> Fact {
    // No name is longer; a text of nothing but `%%` would be copied for each of them.
    let Some(shape) = shape.as_literal().filter(|shape| shape.len() <= 4_096) else { return Fact::Unknown };
    let mut parts = Vec::new();
    let mut arguments = arguments.iter();
    let mut rest = shape;
    while let Some((before, after)) = rest.split_once('%') {
        if !before.is_empty() {
            push_text(&mut parts, before);
        }
        let verb = after.chars().next();
        match verb {
            Some('%') => push_text(&mut parts, "%"),
            Some('s' | 'd') => match arguments.next() {
                Some(argument) => parts.extend(as_parts(argument)),
                None => return Fact::Unknown,
            },
            _ => return Fact::Unknown,
        }
        rest = after.get(1..).unwrap_or_default();
    }
    if !rest.is_empty() {
        push_text(&mut parts, rest);
    }
    Fact::Text(parts.into())
}

fn joined(glue: &Fact, items: &[Fact]) -> Fact {
    let Some(glue) = glue.as_literal() else { return Fact::Unknown };
    let mut parts = Vec::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            push_text(&mut parts, glue);
        }
        // An item that is itself a list would be an error: whatever it is, a hole covers it.
        parts.extend(as_parts(item));
    }
    Fact::Text(parts.into())
}
