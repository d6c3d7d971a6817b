//! String functions. Those that names are made with keep what is known of a string in part.

use std::sync::Arc;

use super::function::{Answer, Arguments, Outcome};
use super::value::{Piece, Traced, Value, Why};

/// The function `name`, if it is one of these.
pub(super) fn find(name: &str) -> Option<fn(&Arguments<'_>) -> Answer> {
    Some(match name {
        "lower" => |arguments| per_piece(arguments, |text| text.to_lowercase()),
        "upper" => |arguments| per_piece(arguments, |text| text.to_uppercase()),
        "title" => title,
        "format" => format,
        "formatlist" => formatlist,
        "join" => join,
        "split" => split,
        "replace" => replace,
        "substr" => substr,
        "trimspace" => |arguments| trimmed(arguments, char::is_whitespace, true, true),
        "chomp" => |arguments| trimmed(arguments, |c| matches!(c, '\n' | '\r'), false, true),
        "trim" => |arguments| {
            let cut = arguments.text(1)?;
            trimmed(arguments, |c| cut.contains(c), true, true)
        },
        "trimprefix" => trimprefix,
        "trimsuffix" => trimsuffix,
        "startswith" => startswith,
        "endswith" => endswith,
        "strcontains" => strcontains,
        "strrev" => |arguments| Ok(Value::string(arguments.text(0)?.chars().rev().collect::<String>()).into()),
        "indent" => indent,
        "regex" => regex,
        "regexall" => regexall,
        _ => return None,
    })
}

/// Changes the known parts of a string one by one; holes stay holes.
fn per_piece(arguments: &Arguments<'_>, change: fn(&str) -> String) -> Answer {
    let pieces = arguments.pieces(0)?.into_iter().map(|piece| match piece {
        Piece::Text(text) => Piece::Text(Arc::from(change(&text))),
        hole @ Piece::Hole(_) => hole,
    });
    Ok(Value::from_pieces(pieces.collect()).into())
}

fn title(arguments: &Arguments<'_>) -> Answer {
    let text = arguments.text(0)?;
    let mut result = String::with_capacity(text.len());
    let mut start = true;
    for c in text.chars() {
        if start {
            result.extend(c.to_uppercase());
        } else {
            result.push(c);
        }
        start = !(c.is_alphanumeric() || matches!(c, '_' | '\''));
    }
    Ok(Value::string(result).into())
}

fn format(arguments: &Arguments<'_>) -> Answer {
    let values: Vec<Value> = arguments.all.iter().skip(1).map(|argument| argument.value.clone()).collect();
    Ok(format_with(&arguments.text(0)?, &values)?.into())
}

/// `%s`-style formatting with holes for what is not known.
fn format_with(shape: &str, values: &[Value]) -> Result<Value, Value> {
    let mut pieces = Vec::new();
    let mut next = 0;
    let mut rest = shape;
    while let Some(at) = rest.find('%') {
        push_text(&mut pieces, rest.get(..at).unwrap_or_default());
        rest = rest.get(at + 1..).unwrap_or_default();
        let verb_at = rest.find(|c: char| c.is_alphabetic() || c == '%').ok_or_else(|| Value::invalid("`%` without a verb"))?;
        let (flags, after) = rest.split_at(verb_at);
        let verb = after.chars().next().unwrap_or('%');
        rest = after.get(verb.len_utf8()..).unwrap_or_default();
        if verb == '%' {
            push_text(&mut pieces, "%");
            continue;
        }
        let flags = match flags.split_once(']').and_then(|(index, flags)| Some((index.strip_prefix('[')?.parse::<usize>().ok()?, flags))) {
            Some((index, flags)) => {
                next = index.saturating_sub(1);
                flags
            }
            None => flags,
        };
        let value = values.get(next).ok_or_else(|| Value::invalid("`format` has too few arguments"))?;
        next += 1;
        pieces.extend(verb_pieces(verb, flags, value)?);
    }
    push_text(&mut pieces, rest);
    Ok(Value::from_pieces(pieces))
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    if !text.is_empty() {
        pieces.push(Piece::Text(Arc::from(text)));
    }
}

/// Widest padding that is produced.
const WIDEST: usize = 1024;

fn verb_pieces(verb: char, flags: &str, value: &Value) -> Result<Vec<Piece>, Value> {
    if let (Value::Unknown(why), false) = (value, value.why().is_some_and(|why| why.is_error())) {
        return Ok(vec![Piece::Hole(why.clone())]);
    }
    let text = |text: String| Ok(vec![Piece::Text(Arc::from(pad(flags, text)?))]);
    let number = || value.as_number().ok_or_else(|| super::function::refuse(value, "a number"));
    #[expect(clippy::cast_possible_truncation, reason = "a float to integer cast saturates")]
    match verb {
        's' | 'v' if matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Template(_)) => {
            let pieces = value.pieces()?;
            match Value::from_pieces(pieces.clone()) {
                Value::String(known) => text(known.to_string()),
                _ => Ok(pieces),
            }
        }
        'v' => text(value.to_json().map(|json| json.to_string()).ok_or_else(|| super::function::refuse(value, "a value"))?),
        'q' => text(serde_json::Value::from(value.as_str().ok_or_else(|| super::function::refuse(value, "a string"))?).to_string()),
        'd' => text(format!("{}", number()?.trunc() as i64)),
        'x' => text(format!("{:x}", number()?.trunc() as i64)),
        'X' => text(format!("{:X}", number()?.trunc() as i64)),
        'b' => text(format!("{:b}", number()?.trunc() as i64)),
        'o' => text(format!("{:o}", number()?.trunc() as i64)),
        'f' => {
            let precision = flags.split_once('.').and_then(|(_, digits)| digits.parse().ok()).unwrap_or(6_usize).min(64);
            text(format!("{:.precision$}", number()?))
        }
        't' => text(value.as_bool().ok_or_else(|| super::function::refuse(value, "a bool"))?.to_string()),
        _ => Err(Value::invalid(format!("`%{verb}` is not understood"))),
    }
}

/// Pads to the width in `flags` (`-8`, `03`, `+4.2`).
fn pad(flags: &str, text: String) -> Result<String, Value> {
    let digits = flags.trim_start_matches(['-', '+', '#', ' ']);
    let (zero, digits) = digits.strip_prefix('0').map_or((false, digits), |rest| (true, rest));
    let width = digits.split('.').next().and_then(|width| width.parse::<usize>().ok()).unwrap_or(0);
    if width > WIDEST || digits.starts_with(|c: char| c.is_ascii_digit()) && width == 0 {
        return Err(Value::unknown(Why::Bound));
    }
    let missing = width.saturating_sub(text.chars().count());
    if flags.contains('-') {
        return Ok(text + &" ".repeat(missing));
    }
    Ok(match text.strip_prefix('-') {
        Some(digits) if zero => format!("-{}{digits}", "0".repeat(missing)),
        _ => (if zero { "0" } else { " " }).repeat(missing) + &text,
    })
}

fn formatlist(arguments: &Arguments<'_>) -> Answer {
    let shape = arguments.text(0)?;
    let rest = arguments.all.get(1..).unwrap_or_default();
    let mut length = None;
    for argument in rest {
        if let Value::List(list) = &argument.value {
            if let Some(why) = &list.open {
                return Err(Value::because(why));
            }
            if *length.get_or_insert(list.items.len()) != list.items.len() {
                return Err(Value::invalid("the lists given to `formatlist` differ in length"));
            }
        }
    }
    let mut results = Vec::new();
    for at in 0..length.unwrap_or(1) {
        arguments.spend(1)?;
        let pick = |argument: &Traced| match &argument.value {
            Value::List(list) => list.items.get(at).map_or(Value::Null, |item| item.value.clone()),
            other => other.clone(),
        };
        results.push(Traced::bare(format_with(&shape, &rest.iter().map(pick).collect::<Vec<_>>())?));
    }
    Ok(Value::list(results).into())
}

fn join(arguments: &Arguments<'_>) -> Answer {
    let separator = arguments.pieces(0)?;
    let mut pieces: Vec<Piece> = Vec::new();
    let mut first = true;
    for at in 1..arguments.all.len() {
        let list = match &arguments.get(at)?.value {
            Value::List(list) => list,
            Value::Unknown(why) if !why.is_error() => {
                pieces.push(Piece::Hole(why.clone()));
                continue;
            }
            other => return Err(super::function::refuse(other, "a list")),
        };
        for item in &list.items {
            arguments.spend(1)?;
            if !std::mem::take(&mut first) {
                pieces.extend(separator.iter().cloned());
            }
            pieces.extend(item.value.pieces()?);
        }
        if let Some(why) = &list.open {
            pieces.push(Piece::Hole(why.clone()));
        }
    }
    let length: usize = pieces.iter().map(|piece| if let Piece::Text(text) = piece { text.len() } else { 0 }).sum();
    arguments.spend(length / 16)?;
    if length > super::evaluate::LONGEST_TEXT { Err(Value::unknown(Why::Bound)) } else { Ok(Value::from_pieces(pieces).into()) }
}

fn split(arguments: &Arguments<'_>) -> Answer {
    let (separator, text) = (arguments.text(0)?, arguments.text(1)?);
    arguments.spend(text.len() / 16)?;
    let parts: Vec<Traced> = if separator.is_empty() {
        text.chars().map(|c| Traced::bare(Value::string(c.to_string()))).collect()
    } else {
        text.split(&*separator).map(|part| Traced::bare(Value::string(part))).collect()
    };
    arguments.spend(parts.len())?;
    Ok(Value::list(parts).into())
}

fn replace(arguments: &Arguments<'_>) -> Answer {
    let (from, to) = (arguments.text(1)?, arguments.text(2)?);
    if from.len() > 1 && from.starts_with('/') && from.ends_with('/') {
        let text = arguments.text(0)?;
        let pattern = compile(from.get(1..from.len() - 1).unwrap_or_default())?;
        return arguments.long_text(pattern.replace_all(&text, &*to).into_owned());
    }
    // Within a known part only; what lies across a hole cannot be seen, so one character at a time is safe and more is not.
    let pieces = arguments.pieces(0)?;
    let has_hole = pieces.iter().any(|piece| matches!(piece, Piece::Hole(_)));
    if has_hole && from.chars().count() != 1 {
        let why = arguments.get(0)?.value.first_unknown().cloned();
        return Err(why.map_or(Value::Null, |why| Value::because(&why)));
    }
    let mut results = Vec::new();
    for piece in pieces {
        results.push(match piece {
            Piece::Text(text) => {
                let growth = if from.is_empty() { text.len() + 1 } else { text.matches(&*from).count() };
                arguments.spend(growth.saturating_mul(to.len()) / 16 + text.len() / 16)?;
                Piece::Text(Arc::from(text.replace(&*from, &to)))
            }
            hole @ Piece::Hole(_) => hole,
        });
    }
    Ok(Value::from_pieces(results).into())
}

/// A pattern, bounded in size; the engine's running time is linear in the text.
fn compile(pattern: &str) -> Result<::regex::Regex, Value> {
    ::regex::RegexBuilder::new(pattern)
        .size_limit(1 << 18)
        .build()
        .map_err(|_| Value::invalid("the regular expression is not valid or too large"))
}

fn substr(arguments: &Arguments<'_>) -> Answer {
    let (offset, length) = (arguments.integer(1)?, arguments.integer(2)?);
    let pieces = arguments.pieces(0)?;
    if let [Piece::Text(start), Piece::Hole(why), ..] = pieces.as_slice() {
        // The known beginning may be long enough.
        let known = start.chars().count();
        let (from, count) = (usize::try_from(offset), usize::try_from(length));
        return match (from, count) {
            (Ok(from), Ok(count)) if from.saturating_add(count) <= known => {
                Ok(Value::string(start.chars().skip(from).take(count).collect::<String>()).into())
            }
            (Ok(from), _) if from < known => {
                let text: String = start.chars().skip(from).collect();
                Ok(Value::from_pieces(vec![Piece::Text(Arc::from(text)), Piece::Hole(why.clone())]).into())
            }
            _ => Err(Value::because(why)),
        };
    }
    let text = arguments.text(0)?;
    let count = text.chars().count();
    let start =
        usize::try_from(offset).unwrap_or_else(|_| count.saturating_sub(usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX)));
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    Ok(Value::string(text.chars().skip(start).take(length).collect::<String>()).into())
}

/// Trims the known ends. A hole at an end may be empty, so that its neighbour is trimmed too: the hole then stands for what was cut as well.
fn trimmed(arguments: &Arguments<'_>, cut: impl Fn(char) -> bool, start: bool, end: bool) -> Answer {
    let mut pieces = arguments.pieces(0)?;
    if let (true, Some(Piece::Text(text))) = (start, pieces.iter_mut().find(|piece| matches!(piece, Piece::Text(_)))) {
        *text = Arc::from(text.trim_start_matches(&cut));
    }
    if let (true, Some(Piece::Text(text))) = (end, pieces.iter_mut().rfind(|piece| matches!(piece, Piece::Text(_)))) {
        *text = Arc::from(text.trim_end_matches(&cut));
    }
    Ok(Value::from_pieces(pieces).into())
}

fn trimprefix(arguments: &Arguments<'_>) -> Answer {
    let (mut pieces, prefix) = (arguments.pieces(0)?, arguments.text(1)?);
    let several = pieces.len() > 1;
    match pieces.first_mut() {
        Some(Piece::Text(text)) => match text.strip_prefix(&*prefix) {
            Some(rest) => *text = Arc::from(rest),
            None if prefix.starts_with(&**text) && several => return unknown_of(arguments),
            None => {}
        },
        Some(Piece::Hole(_)) | None => {}
    }
    Ok(Value::from_pieces(pieces).into())
}

fn trimsuffix(arguments: &Arguments<'_>) -> Answer {
    let (mut pieces, suffix) = (arguments.pieces(0)?, arguments.text(1)?);
    let several = pieces.len() > 1;
    match pieces.last_mut() {
        Some(Piece::Text(text)) => match text.strip_suffix(&*suffix) {
            Some(rest) => *text = Arc::from(rest),
            None if suffix.ends_with(&**text) && several => return unknown_of(arguments),
            None => {}
        },
        Some(Piece::Hole(_)) | None => {}
    }
    Ok(Value::from_pieces(pieces).into())
}

fn unknown_of(arguments: &Arguments<'_>) -> Answer {
    Err(super::function::refuse(&arguments.get(0)?.value, "a string"))
}

fn startswith(arguments: &Arguments<'_>) -> Answer {
    let prefix = arguments.text(1)?;
    match arguments.pieces(0)?.as_slice() {
        [Piece::Text(text), ..] if text.starts_with(&*prefix) => Ok(Value::Bool(true).into()),
        [Piece::Text(text), Piece::Hole(_), ..] if prefix.starts_with(&**text) => unknown_of(arguments),
        [Piece::Hole(_), ..] => unknown_of(arguments),
        _ => Ok(Value::Bool(prefix.is_empty()).into()),
    }
}

fn endswith(arguments: &Arguments<'_>) -> Answer {
    let suffix = arguments.text(1)?;
    match arguments.pieces(0)?.as_slice() {
        [.., Piece::Text(text)] if text.ends_with(&*suffix) => Ok(Value::Bool(true).into()),
        [.., Piece::Hole(_), Piece::Text(text)] if suffix.ends_with(&**text) => unknown_of(arguments),
        [.., Piece::Hole(_)] => unknown_of(arguments),
        _ => Ok(Value::Bool(suffix.is_empty()).into()),
    }
}

fn strcontains(arguments: &Arguments<'_>) -> Answer {
    let needle = arguments.text(1)?;
    let pieces = arguments.pieces(0)?;
    if pieces.iter().any(|piece| matches!(piece, Piece::Text(text) if text.contains(&*needle))) {
        return Ok(Value::Bool(true).into());
    }
    Ok(Value::Bool(arguments.text(0)?.contains(&*needle)).into())
}

fn indent(arguments: &Arguments<'_>) -> Answer {
    let (width, text) = (arguments.integer(0)?, arguments.text(1)?);
    let width = usize::try_from(width).ok().filter(|width| *width <= WIDEST).ok_or_else(|| Value::unknown(Why::Bound))?;
    arguments.spend(text.matches('\n').count().saturating_mul(width) / 16)?;
    arguments.long_text(text.replace('\n', &format!("\n{}", " ".repeat(width))))
}

/// The whole match, its groups as a list, or its named groups as an object.
fn captured(pattern: &::regex::Regex, found: &::regex::Captures<'_>) -> Value {
    let text = |group: Option<::regex::Match<'_>>| Traced::bare(group.map_or(Value::Null, |group| Value::string(group.as_str())));
    let names: Vec<&str> = pattern.capture_names().flatten().collect();
    if !names.is_empty() {
        let entries = names
            .iter()
            .map(|name| (Arc::from(*name), super::value::Entry { key: super::origin::Origin::default(), value: text(found.name(name)) }));
        return Value::object(entries.collect());
    }
    if found.len() == 1 { text(found.get(0)).value } else { Value::list(found.iter().skip(1).map(text).collect()) }
}

fn regex(arguments: &Arguments<'_>) -> Answer {
    let (pattern, text) = (compile(&arguments.text(0)?)?, arguments.text(1)?);
    arguments.spend(text.len() / 4)?;
    let found = pattern.captures(&text).ok_or_else(|| Value::invalid("the pattern does not match"))?;
    Ok(Outcome::Value(captured(&pattern, &found)))
}

fn regexall(arguments: &Arguments<'_>) -> Answer {
    let (pattern, text) = (compile(&arguments.text(0)?)?, arguments.text(1)?);
    arguments.spend(text.len())?;
    Ok(Value::list(pattern.captures_iter(&text).map(|found| Traced::bare(captured(&pattern, &found))).collect()).into())
}
