//! The shape of a canonical id: literal text with named and generated parts.

/// One piece of a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// A Terraform argument's value; `slashes`: may hold `/` and `:`; `start`: how it begins.
    Argument {
        name: String,
        slashes: bool,
        start: String,
    },
    /// The generated id.
    Id,
    /// A generated part beside a name.
    Any,
    /// What another argument than the naming ones says.
    Beside {
        argument: String,
        shape: Beside,
    },
    /// What lies within the resource and is named after it: this text, and anything behind it.
    Within(String),
    /// Exactly this many generated characters.
    Generated(usize),
    /// GCP project, AWS account, Azure subscription.
    Account,
    /// Region, zone or location.
    Region,
}

/// How an id writes what an argument beside the name says.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Beside {
    /// As the argument has it, or as the name of the resource that the argument refers to.
    Text,
    /// A path that ends in `/`, or nothing; the argument's begins with `/` too.
    Path,
    /// One of these texts, each with the argument's values that it stands for.
    Choice(Vec<(String, String)>),
}

/// Which scheme a shape belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Arn { region: bool, account: bool },
    Arm,
    Gcp,
}

/// The shape of one kind of id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    scheme: Scheme,
    service: String,
    pieces: Vec<Piece>,
}

/// What a shape reads out of an id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Captures {
    pub(super) arguments: Vec<(String, String)>,
    /// Arguments beside the naming ones, each with the values that agree with the id.
    pub(super) beside: Vec<(String, Vec<String>)>,
    /// Length of what lies within the resource, at the end of the text.
    pub(super) within: usize,
    pub(super) id: Option<String>,
    pub(super) account: Option<String>,
    pub(super) region: Option<String>,
}

impl Pattern {
    /// From `service:R:A:resource`.
    pub(super) fn arn(text: &str) -> Self {
        let mut fields = text.splitn(4, ':');
        let mut next = || fields.next().unwrap_or_default();
        let (service, region, account, resource) = (next(), next(), next(), next());
        Self {
            scheme: Scheme::Arn { region: !region.is_empty(), account: !account.is_empty() },
            service: service.to_owned(),
            pieces: pieces(resource),
        }
    }

    /// From `Namespace/type[/type]`; the service is the lower-cased whole.
    pub(super) fn arm(text: &str, generated: bool) -> Self {
        let last = if generated { Piece::Id } else { Piece::Argument { name: "name".into(), slashes: false, start: String::new() } };
        Self { scheme: Scheme::Arm, service: text.to_ascii_lowercase(), pieces: vec![last] }
    }

    /// From `service/path`.
    pub(super) fn gcp(text: &str) -> Self {
        let (service, path) = text.split_once('/').unwrap_or((text, ""));
        let mut out = Vec::new();
        for piece in pieces(path) {
            match piece {
                Piece::Text(text) => out.extend(project_and_location(&text)),
                other => out.push(other),
            }
        }
        Self { scheme: Scheme::Gcp, service: service.to_owned(), pieces: out }
    }

    /// AWS service, Azure type or GCP service.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Whether a part of it is made up by the cloud and names the resource.
    #[must_use]
    pub fn has_generated_id(&self) -> bool {
        self.pieces.contains(&Piece::Id)
    }

    /// Terraform arguments in it, in order.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        self.pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Argument { name, .. } => Some(name.clone()),
                _ => None,
            })
            .collect()
    }

    /// The argument that refers to the resource above this one (`load_balancer_arn`), where the id has that one's name.
    pub(super) fn refers(&self) -> Option<&str> {
        self.pieces.iter().find_map(|piece| match piece {
            Piece::Beside { argument, shape: Beside::Text } => Some(argument.as_str()),
            _ => None,
        })
    }

    /// Whether an ARN of this shape states the region.
    pub(super) fn has_region(&self) -> bool {
        matches!(self.scheme, Scheme::Arn { region: true, .. })
    }

    /// Whether an ARN of this shape states the account.
    pub(super) fn has_account(&self) -> bool {
        matches!(self.scheme, Scheme::Arn { account: true, .. })
    }

    /// Reads `text` (the resource part of an ARN, the last Azure name, the GCP path); `None` when it has another shape.
    pub(super) fn read(&self, text: &str) -> Option<Captures> {
        let mut found = Captures::default();
        take(&self.pieces, text, &mut found).then_some(found)
    }

    /// Writes the resource part with `name` for its only unknown; `None` when more than the name is needed.
    pub(super) fn write(&self, name: &str, account: Option<&str>, region: Option<&str>) -> Option<String> {
        let names = self.pieces.iter().filter(|piece| matches!(piece, Piece::Argument { .. } | Piece::Id)).count();
        if names > 1 {
            return None;
        }
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Argument { start, .. } => {
                    if !name.starts_with(start.as_str()) {
                        out.push_str(start);
                    }
                    out.push_str(name);
                }
                Piece::Id => out.push_str(name),
                // Any path: the name alone does not tell it.
                Piece::Beside { shape: Beside::Path, .. } => out.push_str("*/"),
                Piece::Account => out.push_str(account?),
                Piece::Region => out.push_str(region?),
                Piece::Any | Piece::Generated(_) | Piece::Beside { .. } | Piece::Within(_) => return None,
            }
        }
        Some(out)
    }
}

/// Splits on `{…}`.
fn pieces(text: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        if !before.is_empty() {
            out.push(Piece::Text(before.to_owned()));
        }
        let (name, tail) = after.split_once('}').unwrap_or((after, ""));
        out.push(placeholder(name));
        rest = tail;
    }
    if !rest.is_empty() {
        out.push(Piece::Text(rest.to_owned()));
    }
    out
}

fn placeholder(name: &str) -> Piece {
    match name {
        "id" => Piece::Id,
        "*" => Piece::Any,
        _ => {
            if let Some(text) = name.strip_suffix("...") {
                return Piece::Within(text.to_owned());
            }
            if let Some((argument, shape)) = name.split_once(':') {
                return Piece::Beside { argument: argument.to_owned(), shape: beside(shape) };
            }
            if let Ok(count) = name.parse() {
                return Piece::Generated(count);
            }
            let (name, start) = name.split_once('=').unwrap_or((name, ""));
            let slashes = name.ends_with('+') || !start.is_empty();
            Piece::Argument { name: name.trim_end_matches('+').to_owned(), slashes, start: start.to_owned() }
        }
    }
}

/// What stands behind the colon in `{argument:…}`.
fn beside(shape: &str) -> Beside {
    let pair = |choice: &str| choice.split_once('=').map(|(text, values)| (text.to_owned(), values.to_owned()));
    match shape {
        "" => Beside::Text,
        "**" => Beside::Path,
        choices => Beside::Choice(choices.split('|').filter_map(pair).collect()),
    }
}

/// `projects/P/zones/L/instances/` → text and the two known holes.
fn project_and_location(text: &str) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    let mut plain = String::new();
    for (at, segment) in text.split('/').enumerate() {
        if at > 0 {
            plain.push('/');
        }
        match segment {
            "P" | "L" => {
                out.push(Piece::Text(std::mem::take(&mut plain)));
                out.push(if segment == "P" { Piece::Account } else { Piece::Region });
            }
            _ => plain.push_str(segment),
        }
    }
    if !plain.is_empty() {
        out.push(Piece::Text(plain));
    }
    out.retain(|piece| *piece != Piece::Text(String::new()));
    out
}

/// Matches the pieces against the whole of `text`, shortest hole first; ids are short, shapes have at most eight pieces.
fn take(pieces: &[Piece], text: &str, found: &mut Captures) -> bool {
    let Some((piece, rest)) = pieces.split_first() else { return text.is_empty() };
    match piece {
        Piece::Text(literal) => text.strip_prefix(literal.as_str()).is_some_and(|text| take(rest, text, found)),
        Piece::Generated(count) => {
            text.char_indices().nth(*count).map_or(text.len() == *count, |(at, _)| at == *count)
                && text.get(*count..).is_some_and(|text| take(rest, text, found))
        }
        Piece::Within(start) => {
            found.within = text.len();
            rest.is_empty() && text.starts_with(start.as_str())
        }
        Piece::Beside { argument, shape } => take_beside(shape, text, rest, found).is_some_and(|values| {
            found.beside.insert(0, (argument.clone(), values));
            true
        }),
        Piece::Argument { name, slashes, start } => {
            if !text.starts_with(start.as_str()) {
                return false;
            }
            hole(text, *slashes, rest, found).is_some_and(|value| {
                found.arguments.insert(0, (name.clone(), value));
                true
            })
        }
        Piece::Any => hole(text, false, rest, found).is_some(),
        Piece::Id => hole(text, false, rest, found).is_some_and(|value| {
            found.id = Some(value);
            true
        }),
        Piece::Account => hole(text, false, rest, found).is_some_and(|value| {
            found.account = Some(value);
            true
        }),
        Piece::Region => hole(text, false, rest, found).is_some_and(|value| {
            found.region = Some(value);
            true
        }),
    }
}

/// The values of an argument beside the name, so that the rest matches.
fn take_beside(shape: &Beside, text: &str, rest: &[Piece], found: &mut Captures) -> Option<Vec<String>> {
    match shape {
        Beside::Text => hole(text, false, rest, found).map(|value| vec![value]),
        Beside::Path => {
            // The longest path first, so that the name is what follows the last slash.
            let mut ends = text.char_indices().rev().filter(|(_, c)| *c == '/').map(|(at, _)| at + 1).chain([0]);
            ends.find(|end| take(rest, &text[*end..], found)).map(|end| vec![format!("/{}", &text[..end])])
        }
        Beside::Choice(choices) => choices.iter().find_map(|(start, values)| {
            let text = text.strip_prefix(start.as_str())?;
            take(rest, text, found).then(|| values.split(',').map(str::to_owned).collect())
        }),
    }
}

/// The text of a hole of at least one character, so that the rest matches.
fn hole(text: &str, slashes: bool, rest: &[Piece], found: &mut Captures) -> Option<String> {
    for (at, c) in text.char_indices() {
        if !slashes && (c == '/' || c == ':') {
            return None;
        }
        let end = at + c.len_utf8();
        if take(rest, &text[end..], found) {
            return Some(text[..end].to_owned());
        }
    }
    None
}
