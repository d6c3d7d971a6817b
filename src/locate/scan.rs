//! Text to facts, over tokens: several times faster than a syntax tree, and enough for an index whose answers are checked.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::facts::{BackendFact, CallFact, Fact, FileFacts, ImportFact, ProviderFact, ResourceFact, TextPart};
use super::scan_value::value;
use crate::hcl::{MAX_BYTES, Token, TokenKind, tokens_into};
use crate::identity;

/// Keys of tags that tell where a resource comes from.
const PROVENANCE: [&str; 2] = ["yor_trace", "yor_name"];
/// What other such keys have in them (`git_file`, `code_repository`, …).
const PROVENANCE_PARTS: [&str; 3] = ["git", "repo", "file"];

/// Naming and prefix argument.
type NamingArguments = (Option<&'static str>, Option<&'static str>);

/// Naming and prefix argument of every type in the identity table.
static NAMING: LazyLock<HashMap<&'static str, NamingArguments>> = LazyLock::new(|| {
    let mut naming = HashMap::new();
    for kind in identity::kinds().all() {
        let parts = kind.parts.iter().map(|part| part.terraform_type.as_str());
        for name in kind.terraform_types().chain(parts) {
            let (names, prefix) = identity::naming(name).unwrap_or_default();
            naming.entry(name).or_insert((names.last().copied(), prefix));
        }
    }
    naming
});

/// The naming and prefix argument of a type; `name` for types that the table does not have.
pub(super) fn naming_arguments(kind: &str) -> NamingArguments {
    NAMING.get(kind).copied().unwrap_or((Some("name"), Some("name_prefix")))
}

/// Reads the facts of one file. Text that is no Terraform gives few or none; nothing fails.
#[must_use]
pub fn scan(path: &str, text: &str) -> FileFacts {
    scan_with(&mut Vec::new(), path, text)
}

/// As [`scan`]; the memory of `tokens` is used, and what it held is lost.
pub(super) fn scan_with(tokens: &mut Vec<Token>, path: &str, text: &str) -> FileFacts {
    if text.len() > MAX_BYTES || text.contains('\0') {
        return FileFacts::default();
    }
    if path.ends_with(".json") {
        return super::scan_json::scan_json(text);
    }
    tokens_into(tokens, text);
    let tokens = tokens.as_slice();
    let mut cursor = Cursor { text, tokens, at: 0 };
    let mut facts = FileFacts::default();
    let is_terragrunt = path.ends_with(".hcl");
    while cursor.at < tokens.len() {
        match cursor.item() {
            Some(Item::Attribute { name, value: range }) => {
                let fact = value(text, &tokens[range.clone()]);
                if is_terragrunt && name == "inputs" {
                    terragrunt_inputs(&mut facts, fact);
                } else if !is_terragrunt {
                    facts.values.push((name.into(), fact));
                }
            }
            Some(Item::Block(block)) if is_terragrunt => terragrunt_block(text, tokens, &block, &mut facts),
            Some(Item::Block(block)) => top_block(text, tokens, &block, &mut facts),
            None => cursor.at += 1,
        }
    }
    facts
}

/// A block by its tokens.
pub(super) struct BlockTokens<'t> {
    kind: &'t str,
    labels: Labels<'t>,
    span: (u32, u32),
    /// Tokens between the braces.
    body: std::ops::Range<usize>,
}

/// The labels of a block. No block that says something to the index has more than two.
#[derive(Default)]
struct Labels<'t> {
    first: [&'t str; 2],
    count: usize,
}

impl<'t> Labels<'t> {
    fn push(&mut self, label: &'t str) {
        if let Some(place) = self.first.get_mut(self.count) {
            *place = label;
        }
        self.count += 1;
    }

    /// All labels, as long as there are two at most; none otherwise.
    fn as_slice(&self) -> Option<&[&'t str]> {
        self.first.get(..self.count)
    }

    fn first(&self) -> Option<&'t str> {
        self.first.first().copied().filter(|_| self.count > 0)
    }
}

enum Item<'t> {
    Attribute { name: &'t str, value: std::ops::Range<usize> },
    Block(BlockTokens<'t>),
}

struct Cursor<'t> {
    text: &'t str,
    tokens: &'t [Token],
    at: usize,
}

impl<'t> Cursor<'t> {
    fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    fn slice(&self, at: usize) -> &'t str {
        self.tokens.get(at).and_then(|token| self.text.get(token.span.range())).unwrap_or_default()
    }

    /// The item at the cursor, which is moved behind it; `None` when none begins here.
    fn item(&mut self) -> Option<Item<'t>> {
        let start = self.at;
        if self.kind(start)? != TokenKind::Ident {
            return None;
        }
        let kind = self.slice(start);
        let mut at = start + 1;
        if self.kind(at) == Some(TokenKind::Equal) {
            let end = self.end_of_value(at + 1);
            self.at = end;
            return Some(Item::Attribute { name: kind, value: at + 1..end });
        }
        let mut labels = Labels::default();
        loop {
            match self.kind(at)? {
                TokenKind::Ident => {
                    labels.push(self.slice(at));
                    at += 1;
                }
                TokenKind::OpenQuote if self.kind(at + 1) == Some(TokenKind::Text) && self.kind(at + 2) == Some(TokenKind::CloseQuote) => {
                    labels.push(self.slice(at + 1));
                    at += 3;
                }
                TokenKind::OpenBrace => break,
                _ => return None,
            }
        }
        let close = matching(self.tokens, at);
        let end = self.tokens.get(close).or_else(|| self.tokens.last()).map_or(0, |token| token.span.end);
        let from = self.tokens.get(start).map_or(0, |token| token.span.start);
        self.at = close + 1;
        let span = (u32::try_from(from).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX));
        Some(Item::Block(BlockTokens { kind, labels, span, body: at + 1..close.min(self.tokens.len()) }))
    }

    /// The token that ends a value: a line break, a comment or a closing brace outside of all brackets.
    fn end_of_value(&self, from: usize) -> usize {
        let mut depth = 0usize;
        let mut at = from;
        while let Some(kind) = self.kind(at) {
            match kind {
                TokenKind::OpenBrace | TokenKind::OpenBracket | TokenKind::OpenParen | TokenKind::OpenTemplate | TokenKind::OpenQuote => {
                    depth += 1
                }
                TokenKind::OpenHeredoc => depth += 1,
                TokenKind::CloseBrace if depth == 0 => return at,
                TokenKind::CloseBrace
                | TokenKind::CloseBracket
                | TokenKind::CloseParen
                | TokenKind::CloseTemplate
                | TokenKind::CloseQuote
                | TokenKind::CloseHeredoc => depth = depth.saturating_sub(1),
                TokenKind::Newline if depth == 0 => return at,
                TokenKind::Comment if depth == 0 && self.slice(at).ends_with('\n') => return at,
                _ => {}
            }
            at += 1;
        }
        at
    }
}

/// The token that closes the brace at `open`; the number of tokens when none does.
fn matching(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            TokenKind::OpenBrace => depth += 1,
            TokenKind::CloseBrace => {
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

/// The items of a body.
fn items<'t>(text: &'t str, tokens: &'t [Token], body: std::ops::Range<usize>) -> impl Iterator<Item = Item<'t>> {
    let window = tokens.get(..body.end).unwrap_or_default();
    let mut cursor = Cursor { text, tokens: window, at: body.start };
    std::iter::from_fn(move || {
        while cursor.at < window.len() {
            if let Some(item) = cursor.item() {
                return Some(item);
            }
            cursor.at += 1;
        }
        None
    })
}

fn top_block(text: &str, tokens: &[Token], block: &BlockTokens<'_>, facts: &mut FileFacts) {
    let Some(labels) = block.labels.as_slice() else { return };
    match (block.kind, labels) {
        ("resource", [kind, name]) => facts.resources.push(resource(text, tokens, block, kind, name)),
        ("module", [name]) => facts.calls.push(call(text, tokens, block, name)),
        ("locals", []) => {
            let attributes = attributes(text, tokens, block);
            facts.locals.extend(attributes.into_iter().map(|(name, fact)| (name.into(), fact)));
        }
        ("variable", [name]) => {
            let default = attribute(text, tokens, block, "default");
            facts.variables.push(((*name).into(), default));
        }
        ("provider", [name]) => {
            facts.root_sign = true;
            facts.providers.push(provider(text, tokens, block, name));
        }
        ("terraform", []) => settings(text, tokens, block, facts),
        ("import", []) => facts.imports.extend(import(text, tokens, block)),
        _ => {}
    }
}

/// The value of one attribute of a block; those of the others are not worked out.
fn attribute(text: &str, tokens: &[Token], block: &BlockTokens<'_>, wanted: &str) -> Option<Fact> {
    items(text, tokens, block.body.clone()).find_map(|item| match item {
        Item::Attribute { name, value: range } if name == wanted => Some(value(text, tokens.get(range)?)),
        _ => None,
    })
}

fn attributes<'t>(text: &'t str, tokens: &'t [Token], block: &BlockTokens<'_>) -> Vec<(&'t str, Fact)> {
    items(text, tokens, block.body.clone())
        .filter_map(|item| match item {
            Item::Attribute { name, value: range } => Some((name, value(text, tokens.get(range)?))),
            Item::Block(_) => None,
        })
        .collect()
}

fn resource(text: &str, tokens: &[Token], block: &BlockTokens<'_>, kind: &str, name: &str) -> ResourceFact {
    let (naming, prefix) = naming_arguments(kind);
    let mut fact = ResourceFact {
        kind: kind.into(),
        name: name.into(),
        span: block.span,
        called: None,
        prefix: false,
        for_each: None,
        provider: None,
        region: None,
        account: None,
        tags: Box::default(),
    };
    for item in items(text, tokens, block.body.clone()) {
        let Item::Attribute { name, value: range } = item else { continue };
        let Some(range) = tokens.get(range) else { continue };
        if Some(name) == naming {
            fact.called = Some(value(text, range));
            fact.prefix = false;
        } else if Some(name) == prefix && fact.called.is_none() {
            fact.called = Some(value(text, range));
            fact.prefix = true;
        } else if name == "for_each" {
            fact.for_each = Some(value(text, range));
        } else if name == "provider" {
            fact.provider =
                text.get(range.first().map_or(0, |token| token.span.start)..range.last().map_or(0, |token| token.span.end)).map(Box::from);
        } else if matches!(name, "region" | "location" | "zone") {
            fact.region = Some(value(text, range));
        } else if name == "project" {
            fact.account = Some(value(text, range));
        } else if matches!(name, "tags" | "labels" | "extra_tags") {
            // Most tags say nothing of where they come from: only those that may are worked out.
            let written = text.get(range.first().map_or(0, |token| token.span.start)..range.last().map_or(0, |token| token.span.end));
            fact.tags = if written.is_some_and(may_tell_provenance) { provenance(&value(text, range)) } else { Box::default() };
        }
    }
    fact
}

/// Whether a text with keys in it may tell where a resource comes from.
fn may_tell_provenance(text: &str) -> bool {
    PROVENANCE.iter().chain(&PROVENANCE_PARTS).any(|part| text.contains(part))
}

/// The literal provenance entries of a map of tags, also inside `merge(…)`.
pub(super) fn provenance(tags: &Fact) -> Box<[(Box<str>, Box<str>)]> {
    let Fact::Map(entries) = tags else { return Box::default() };
    let tells = |key: &str| PROVENANCE.contains(&key) || PROVENANCE_PARTS.iter().any(|part| key.contains(part));
    let known = entries.iter().filter(|(key, _)| tells(key));
    known.filter_map(|(key, value)| Some((key.clone(), value.as_literal()?.into()))).collect()
}

fn call(text: &str, tokens: &[Token], block: &BlockTokens<'_>, name: &str) -> CallFact {
    call_of(name, block.span, attributes(text, tokens, block).into_iter().map(|(name, fact)| (name.into(), fact)).collect())
}

/// A call from its attributes.
pub(super) fn call_of(name: &str, span: (u32, u32), attributes: Vec<(Box<str>, Fact)>) -> CallFact {
    let literal = |wanted: &str| {
        let found = attributes.iter().find(|(name, _)| name.as_ref() == wanted);
        found.and_then(|(_, fact)| fact.as_literal()).unwrap_or_default().into()
    };
    let (source, version) = (literal("source"), literal("version"));
    let for_each = attributes.iter().find(|(name, _)| name.as_ref() == "for_each").map(|(_, fact)| fact.clone());
    let providers = attributes.iter().find(|(name, _)| name.as_ref() == "providers").map(|(_, fact)| fact.clone());
    let own = ["source", "version", "for_each", "count", "providers", "depends_on"];
    let arguments = attributes.into_iter().filter(|(name, _)| !own.contains(&name.as_ref()));
    CallFact { name: name.into(), span, source, version, for_each, providers, arguments: arguments.collect() }
}

fn provider(text: &str, tokens: &[Token], block: &BlockTokens<'_>, name: &str) -> ProviderFact {
    let mut own = attributes(text, tokens, block);
    for item in items(text, tokens, block.body.clone()) {
        if let Item::Block(inner) = item
            && inner.kind == "assume_role"
        {
            own.extend(attributes(text, tokens, &inner).into_iter().filter(|(name, _)| *name == "role_arn"));
        }
    }
    provider_of(name, own.into_iter().map(|(name, fact)| (name.to_owned(), fact)))
}

/// A provider configuration from its attributes, those of `assume_role` among them.
pub(super) fn provider_of(name: &str, attributes: impl Iterator<Item = (String, Fact)>) -> ProviderFact {
    let mut found = ProviderFact { name: name.into(), ..ProviderFact::default() };
    let mut accounts = Vec::new();
    for (argument, fact) in attributes {
        match (argument.as_str(), &fact) {
            ("alias", _) => found.name = format!("{name}.{}", fact.as_literal().unwrap_or_default()).into(),
            ("region", _) => found.region = Some(fact),
            ("allowed_account_ids", Fact::List(ids)) => accounts.extend(ids.iter().cloned()),
            ("allowed_account_ids" | "role_arn" | "project" | "subscription_id", _) => accounts.push(fact),
            _ => {}
        }
    }
    found.accounts = accounts.into();
    found
}

fn settings(text: &str, tokens: &[Token], block: &BlockTokens<'_>, facts: &mut FileFacts) {
    for item in items(text, tokens, block.body.clone()) {
        let Item::Block(inner) = item else { continue };
        let kind = match (inner.kind, inner.labels.first()) {
            ("backend", Some(kind)) => kind,
            ("cloud", _) => "cloud",
            _ => continue,
        };
        let mut arguments: Vec<(Box<str>, Box<str>)> = Vec::new();
        let mut collect = |prefix: &str, inner: &BlockTokens<'_>| {
            for (name, fact) in attributes(text, tokens, inner) {
                if let Some(value) = fact.as_literal() {
                    arguments.push((format!("{prefix}{name}").into(), value.into()));
                }
            }
        };
        collect("", &inner);
        for nested in items(text, tokens, inner.body.clone()) {
            if let Item::Block(nested) = nested
                && nested.kind == "workspaces"
            {
                collect("workspaces.", &nested);
            }
        }
        facts.backend = Some(BackendFact { kind: kind.into(), arguments: arguments.into() });
        facts.root_sign = true;
    }
}

fn import(text: &str, tokens: &[Token], block: &BlockTokens<'_>) -> Option<ImportFact> {
    let mut to = None;
    let mut id = None;
    for item in items(text, tokens, block.body.clone()) {
        let Item::Attribute { name, value: range } = item else { continue };
        let range = tokens.get(range)?;
        match name {
            "to" => to = text.get(range.first()?.span.start..range.last()?.span.end),
            "id" => id = value(text, range).as_literal().map(str::to_owned),
            _ => {}
        }
    }
    Some(ImportFact { to: to?.into(), id: id?.into() })
}

/// Terragrunt's `terraform { source = … }` is a call without a name; its `inputs` are the arguments.
fn terragrunt_block(text: &str, tokens: &[Token], block: &BlockTokens<'_>, facts: &mut FileFacts) {
    match block.kind {
        "terraform" => {
            let call = terragrunt_call(facts);
            call.span = block.span;
            if let Some(source) = attribute(text, tokens, block, "source") {
                call.source = match &source {
                    Fact::Text(parts) => match parts.as_ref() {
                        [TextPart::Hole, TextPart::Text(rest)] if rest.starts_with('/') => format!("repo-root:{rest}").into(),
                        _ => source.as_literal().unwrap_or_default().into(),
                    },
                    _ => "".into(),
                };
            }
        }
        "locals" => {
            facts.locals.extend(attributes(text, tokens, block).into_iter().map(|(name, fact)| (name.into(), fact)));
        }
        _ => {}
    }
}

fn terragrunt_inputs(facts: &mut FileFacts, inputs: Fact) {
    let call = terragrunt_call(facts);
    if let Fact::Map(entries) = inputs {
        call.arguments = entries;
    }
}

fn terragrunt_call(facts: &mut FileFacts) -> &mut CallFact {
    facts.root_sign = true;
    if facts.calls.is_empty() {
        facts.calls.push(call_of("terragrunt", (0, 0), Vec::new()));
    }
    &mut facts.calls[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_reduced_to_what_names_things() {
        let facts = scan(
            "main.tf",
            r#"
terraform {
  backend "s3" { 
    bucket = "acme-state" # where
    key    = "net/terraform.tfstate"
  }
}
locals { prefix = "acme-${var.env}" }
variable "env" {
  type    = string
  default = "dev"
}
resource "aws_s3_bucket" "logs" {
  for_each = toset(["eu", "us"])
  bucket   = "${local.prefix}-logs-${each.key}"
  tags = {
    yor_trace = "2c1e"
    Name      = var.x
  }
}
resource "aws_iam_role" "r" {
  name_prefix        = "app-"
  assume_role_policy = <<EOT
{ "name" = "not this" }
EOT
}
module "m" {
  source  = "./m"
  name    = "x" 
  enabled = true
}
import {
  to = aws_vpc.main["a"]
  id = "vpc-1"
}
"#,
        );
        assert_eq!(facts.backend.as_ref().map(|backend| (backend.kind.as_ref(), backend.arguments.len())), Some(("s3", 2)));
        assert_eq!(facts.resources.len(), 2);
        assert_eq!(facts.resources[0].tags.len(), 1);
        assert!(matches!(&facts.resources[0].called, Some(Fact::Text(parts)) if parts.len() == 3));
        assert!(matches!(&facts.resources[0].for_each, Some(Fact::List(items)) if items.len() == 2));
        assert!(facts.resources[1].prefix);
        assert_eq!((facts.calls[0].source.as_ref(), facts.calls[0].arguments.len()), ("./m", 2));
        assert_eq!(facts.variables[0].1.as_ref().and_then(Fact::as_literal), Some("dev"));
        assert_eq!((facts.imports[0].to.as_ref(), facts.imports[0].id.as_ref()), ("aws_vpc.main[\"a\"]", "vpc-1"));
    }

    #[test]
    fn json_says_the_same() {
        let facts = scan(
            "main.tf.json",
            r#"{"resource":{"aws_s3_bucket":{"logs":{"bucket":"${var.env}-logs"}}},"variable":{"env":{"default":"dev"}},"locals":{"a":"b"}}"#,
        );
        assert_eq!(facts.resources.len(), 1);
        assert!(matches!(&facts.resources[0].called, Some(Fact::Text(parts)) if parts.len() == 2));
        assert_eq!(facts.variables[0].1.as_ref().and_then(Fact::as_literal), Some("dev"));
    }

    #[test]
    fn broken_text_gives_what_can_be_read() {
        for text in ["resource \"a\" \"b\" {", "}}}}", "a = ", "resource", "module \"m\" { source = \"", "\u{feff}", "${", "x = <<EOT\n"] {
            let _ = scan("main.tf", text);
        }
    }
}
