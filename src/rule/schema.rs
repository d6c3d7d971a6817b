//! What the providers' resources accept, read from the vendored digest that `scripts/provider-schema.py` writes.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

static DIGEST: &[u8] = include_bytes!("providers.txt.z");

/// Arguments that Terraform itself gives to every resource.
pub const META_ARGUMENTS: &[&str] = &["count", "for_each", "provider", "depends_on", "lifecycle", "id", "type", "name", "key", "region"];

/// What kind of value an argument takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// Text.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// A list or set.
    List,
    /// A map.
    Map,
    /// An object or another structured value.
    Structured,
}

/// One argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argument {
    /// What it takes.
    pub kind: ValueKind,
    /// The provider rejects a block without it.
    pub required: bool,
}

/// A nested block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NestedBlock {
    /// Its body.
    pub shape: Shape,
    /// The provider rejects a body without it.
    pub required: bool,
    /// Its body is that of the block of the same name around it.
    pub recursive: bool,
}

/// The body of a resource or block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    /// Arguments by name.
    pub arguments: BTreeMap<String, Argument>,
    /// Nested blocks by name.
    pub blocks: BTreeMap<String, NestedBlock>,
    /// Attributes that can only be read.
    pub readable: Vec<String>,
}

/// What stands at the end of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Member<'a> {
    /// An argument.
    Argument(Argument),
    /// A block.
    Block(&'a Shape),
    /// An element of a map or of a structured value, whose inside the digest does not describe.
    Inside,
}

/// A step of a path that the schema does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownStep<'a> {
    /// The step.
    pub step: String,
    /// What is known at that place.
    pub known: Vec<&'a str>,
}

impl Shape {
    /// Names of arguments and blocks.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.arguments.keys().chain(self.blocks.keys()).map(String::as_str)
    }

    /// What `path` (names joined by dots, `[*]` allowed after a block) leads to.
    ///
    /// # Errors
    /// The first step that is not there, with what is.
    pub fn member(&self, path: &str) -> Result<Member<'_>, UnknownStep<'_>> {
        let mut shape = self;
        let mut around: Vec<(&str, &Shape)> = Vec::new();
        let steps: Vec<&str> = path.split('.').map(|step| step.trim_end_matches("[*]")).collect();
        for (index, step) in steps.iter().enumerate() {
            let last = index + 1 == steps.len();
            if let Some(block) = shape.blocks.get(*step) {
                let inner = if block.recursive {
                    around.iter().rev().find(|(name, _)| name == step).map_or(shape, |(_, shape)| *shape)
                } else {
                    &block.shape
                };
                if last {
                    return Ok(Member::Block(inner));
                }
                around.push((step, inner));
                shape = inner;
            } else if let Some(argument) = shape.arguments.get(*step) {
                // `[*]` after an argument that takes text: JSON in it, an object or a list of objects.
                let list_in_text = path.split('.').nth(index).is_some_and(|written| written.ends_with("[*]"));
                let structured = list_in_text || !matches!(argument.kind, ValueKind::String | ValueKind::Number | ValueKind::Bool);
                return match (last, structured) {
                    (true, _) => Ok(Member::Argument(*argument)),
                    (false, true) => Ok(Member::Inside),
                    (false, false) => Err(UnknownStep { step: steps[index + 1].to_owned(), known: Vec::new() }),
                };
            } else {
                return Err(UnknownStep { step: (*step).to_owned(), known: shape.names().collect() });
            }
        }
        Ok(Member::Inside)
    }

    /// Names that the provider demands in this body.
    pub fn required(&self) -> impl Iterator<Item = &str> {
        let arguments = self.arguments.iter().filter(|(_, argument)| argument.required).map(|(name, _)| name);
        arguments.chain(self.blocks.iter().filter(|(_, block)| block.required).map(|(name, _)| name)).map(String::as_str)
    }
}

fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let bytes = miniz_oxide::inflate::decompress_to_vec_zlib(DIGEST).unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    })
}

/// The version of a provider that the digest describes (`6.25.0` for `aws`).
#[must_use]
pub fn provider_version(provider: &str) -> Option<&'static str> {
    text()
        .lines()
        .take_while(|line| line.starts_with('#'))
        .find_map(|line| line.trim_start_matches(['#', ' ']).strip_prefix(provider)?.strip_prefix(' '))
}

/// A line of the digest, and the shape it describes once that was asked for.
struct Described {
    line: &'static str,
    shape: OnceLock<Shape>,
}

fn digest() -> &'static HashMap<&'static str, Described> {
    static INDEX: OnceLock<HashMap<&'static str, Described>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let lines = text().lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' '));
        lines.map(|(name, line)| (name, Described { line, shape: OnceLock::new() })).collect()
    })
}

/// The body of a resource type (`aws_s3_bucket`) or data source (`data.aws_iam_policy_document`); `None` if no vendored provider has it.
#[must_use]
pub fn shape(type_name: &str) -> Option<&'static Shape> {
    let described = digest().get(type_name)?;
    Some(described.shape.get_or_init(|| Parser { rest: described.line }.body()))
}

/// All types the digest knows, in no order.
pub fn type_names() -> impl Iterator<Item = &'static str> {
    digest().keys().copied()
}

/// Reads one line of the digest; anything it cannot read ends the body it is in.
struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn body(&mut self) -> Shape {
        let mut shape = Shape::default();
        loop {
            self.rest = self.rest.trim_start_matches(' ');
            if self.rest.is_empty() || self.rest.starts_with('}') {
                return shape;
            }
            self.item(&mut shape);
        }
    }

    fn item(&mut self, shape: &mut Shape) {
        if let Some(rest) = self.rest.strip_prefix('=') {
            self.rest = rest;
            let name = self.name();
            shape.readable.push(name);
            return;
        }
        let required = self.rest.starts_with('!');
        self.rest = self.rest.trim_start_matches('!');
        let name = self.name();
        if let Some(rest) = self.rest.strip_prefix('{') {
            let recursive = rest.starts_with('*');
            self.rest = rest.trim_start_matches('*');
            let inner = self.body();
            self.rest = self.rest.strip_prefix('}').unwrap_or("");
            shape.blocks.insert(name, NestedBlock { shape: inner, required, recursive });
        } else {
            let kind = self.kind();
            shape.arguments.insert(name, Argument { kind, required });
        }
    }

    fn name(&mut self) -> String {
        let end = self.rest.find([' ', '{', '}', ':']).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        name.to_owned()
    }

    fn kind(&mut self) -> ValueKind {
        let Some(mark) = self.rest.strip_prefix(':').and_then(|rest| rest.chars().next()) else { return ValueKind::String };
        self.rest = self.rest.get(2..).unwrap_or("");
        match mark {
            'b' => ValueKind::Bool,
            'n' => ValueKind::Number,
            'l' => ValueKind::List,
            'm' => ValueKind::Map,
            _ => ValueKind::Structured,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_knows_arguments_blocks_and_what_is_required() {
        let bucket = shape("aws_s3_bucket_versioning").expect("a type of the provider");
        assert_eq!(bucket.required().collect::<Vec<_>>(), ["bucket", "versioning_configuration"]);
        assert!(matches!(
            bucket.member("versioning_configuration.status"),
            Ok(Member::Argument(Argument { kind: ValueKind::String, required: true }))
        ));
        assert!(matches!(bucket.member("versioning_configuration"), Ok(Member::Block(_))));
        let unknown = bucket.member("versioning_configuration.state").expect_err("no such argument");
        assert_eq!(unknown.step, "state");
        assert!(unknown.known.contains(&"status"));
        assert!(shape("data.aws_iam_policy_document").is_some_and(|shape| shape.member("statement[*].principals.type").is_ok()));
        assert!(shape("aws_s3_buckets").is_none());
    }

    #[test]
    fn every_line_of_the_digest_is_read_to_its_end() {
        for (name, described) in digest() {
            let mut parser = Parser { rest: described.line };
            parser.body();
            assert!(parser.rest.is_empty(), "{name}: {} left over", parser.rest);
        }
        assert!(digest().len() > 5000);
    }
}
