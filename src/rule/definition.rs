//! What a rule is: the desired end for one kind of resource, as data.
//!
//! A rule states an end; the check ("does it hold?"), the fix, the proof, the test and the manual page are all derived from it.

use std::collections::BTreeMap;

use hcl_edit::expr::Expression;

use crate::model::{Applicability, EffectKind, Severity, Span};

/// An HCL expression of a rule with its text and place in the rule file, for messages.
#[derive(Debug, Clone)]
pub struct RuleExpression {
    /// The parsed expression.
    pub expression: std::sync::Arc<Expression>,
    /// Its text, as written.
    pub text: String,
    /// Byte range in the rule file.
    pub span: Span,
}

/// How far a rule has proved itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// New.
    Preview,
    /// Proved.
    Stable,
    /// On its way out.
    Deprecated,
}

/// One loaded rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// `provider/service/slug`, equal to its path below the rules folder.
    pub id: String,
    /// Path of the file it came from.
    pub path: String,
    /// The file's text, for diagnostics.
    pub source: std::sync::Arc<str>,
    /// One line, imperative.
    pub title: String,
    /// Severity when the source gives none.
    pub severity: Severity,
    /// Maturity.
    pub status: Status,
    /// Version it first appeared in.
    pub since: String,
    /// Why it matters, Markdown.
    pub rationale: String,
    /// Pages that say so.
    pub references: Vec<String>,
    /// Scanner ids by scheme (`checkov` → ids).
    pub aliases: BTreeMap<String, Vec<String>>,
    /// What it applies to.
    pub target: TargetSpec,
    /// Parameters an organisation may set.
    pub params: Vec<Param>,
    /// The ends, in the order they are applied.
    pub operations: Vec<Operation>,
    /// The same end for published modules.
    pub modules: Vec<ModuleSpec>,
    /// How freely it may be applied, and what that does.
    pub applicability: ApplicabilitySpec,
    /// When to refuse.
    pub refusals: Vec<RefusalSpec>,
    /// Tests and manual.
    pub examples: Vec<Example>,
}

/// What a rule applies to.
#[derive(Debug, Clone)]
pub struct TargetSpec {
    /// Terraform types (`resource = "…"` or `resource = ["…", "…"]`); `data` targets are written `data.aws_iam_policy_document`.
    pub resources: Vec<String>,
    /// The rule is about such a resource only if this is true.
    pub when: Option<RuleExpression>,
    /// Provider versions it is for (`>= 4.0`); absent means any.
    pub provider_version: Option<String>,
    /// Other resources that scanners name for the same hole, and the argument that leads to the target.
    pub reached_from: Vec<ReachedFrom>,
}

/// `reached_from "aws_s3_bucket_public_access_block" { argument = "bucket" }`, or `reached_from "aws_lambda_function" { by = "function_name" }`.
#[derive(Debug, Clone)]
pub struct ReachedFrom {
    /// The other type.
    pub resource: String,
    /// Which of the two refers to which.
    pub link: ReachedBy,
}

/// How another resource leads to the target.
#[derive(Debug, Clone)]
pub enum ReachedBy {
    /// By its own argument, which refers to the target.
    Argument(String),
    /// By the target's argument, which refers to it.
    TargetArgument(String),
}

/// Types of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamType {
    /// An HCL expression written as is (`aws_kms_key.a.arn`, or a quoted string).
    Expression,
    /// A string.
    String,
    /// A number.
    Number,
    /// A boolean.
    Bool,
    /// A list of CIDR blocks.
    CidrList,
    /// A list of strings.
    StringList,
    /// Days, hours … written `30d`, `12h`.
    Duration,
}

/// A value that an organisation may set.
#[derive(Debug, Clone)]
pub struct Param {
    /// Name, unique in the rule.
    pub name: String,
    /// Type.
    pub kind: ParamType,
    /// Default; `None` (written `null` or absent) means "not set".
    pub default: Option<RuleExpression>,
    /// Without a value the rule refuses and names this parameter.
    pub required: bool,
    /// What it is, for the manual and for refusals.
    pub description: String,
}

/// A verb with its end.
#[derive(Debug, Clone)]
pub enum Operation {
    /// The argument has this value.
    Set(SetSpec),
    /// A nested block exists with at least this body.
    Block(BlockSpec),
    /// The argument or block is absent.
    Remove(RemoveSpec),
    /// A resource that refers to the target exists with this body.
    Companion(CompanionSpec),
    /// A CIDR list holds none of `drop`.
    Narrow(NarrowSpec),
    /// Matching policy statements have these members.
    Statement(StatementSpec),
}

impl Operation {
    /// Where the rule file states it.
    #[must_use]
    pub const fn span(&self) -> Span {
        match self {
            Self::Set(spec) => spec.span,
            Self::Block(spec) => spec.span,
            Self::Remove(spec) => spec.span,
            Self::Companion(spec) => spec.span,
            Self::Narrow(spec) => spec.span,
            Self::Statement(spec) => spec.span,
        }
    }
}

/// `set "<path>" { … }`: exactly one of `value`, `at_least`, `at_most`, `one_of`, `contains` states the end.
#[derive(Debug, Clone)]
pub struct SetSpec {
    /// Dotted path; steps may enter nested blocks (`metadata_options.http_tokens`, `rule[*].x` for every block).
    pub path: String,
    /// Byte range of the whole operation in the rule file.
    pub span: Span,
    /// The wanted value; also what is written for the other forms.
    pub value: Option<RuleExpression>,
    /// Lower bound that also holds.
    pub at_least: Option<RuleExpression>,
    /// Upper bound that also holds.
    pub at_most: Option<RuleExpression>,
    /// List of values that hold.
    pub one_of: Option<RuleExpression>,
    /// Elements the list must contain; missing ones are added, others stay.
    pub contains: Option<RuleExpression>,
    /// Any value holds as long as the argument is there and not null or empty; `value` is written when it is absent.
    pub present: bool,
    /// What absence of the argument means to the provider.
    pub default: Option<RuleExpression>,
    /// Write when a nested block on the path is missing: create it (true, the default) or leave alone (false).
    pub create_blocks: bool,
    /// The end is wanted only if this is true.
    pub when: Option<RuleExpression>,
}

/// `block "<path>" { body { … } }`.
#[derive(Debug, Clone)]
pub struct BlockSpec {
    /// Dotted path of the block.
    pub path: String,
    /// Byte range in the rule file.
    pub span: Span,
    /// What the block must hold.
    pub body: Vec<BodyItem>,
    /// Which of several blocks of that name is meant (condition over `block`); absent: any.
    pub matching: Option<RuleExpression>,
    /// The end is wanted only if this is true.
    pub when: Option<RuleExpression>,
}

/// `remove "<path>" { when }`.
#[derive(Debug, Clone)]
pub struct RemoveSpec {
    /// Dotted path of the argument or block.
    pub path: String,
    /// Byte range in the rule file.
    pub span: Span,
    /// Only if this is true.
    pub when: Option<RuleExpression>,
}

/// `companion "<type>" { link, body { … } }`.
#[derive(Debug, Clone)]
pub struct CompanionSpec {
    /// Type of the companion.
    pub resource: String,
    /// Byte range in the rule file.
    pub span: Span,
    /// Its argument that refers to the target (dotted path allowed). Empty when the target refers to the companion instead.
    pub link: String,
    /// The other way round: the path of the target's argument that must refer to the companion. It holds with any value.
    pub referenced_by: Option<String>,
    /// Attribute of the companion that the target's argument is set to (`id`, `arn`).
    pub attribute: String,
    /// Text behind that attribute (`:*`, which some services want at the end of a log group's ARN); mostly empty.
    pub suffix: String,
    /// A companion that the target refers to already must have the body as well, if it is in the same module.
    pub complete: bool,
    /// `link` refers not to the target but to the resource of this type that an earlier companion of the rule wrote.
    pub link_to: Option<String>,
    /// Such resources must not refer to it: what `link` is set to instead. None is written.
    pub relink: Option<RuleExpression>,
    /// Which attributes of the target the link may use (`id`, `bucket`, `arn`, `name`): the first is written.
    pub link_attributes: Vec<String>,
    /// Name of a new companion; absent: the target's own name.
    pub name: Option<RuleExpression>,
    /// What it must hold.
    pub body: Vec<BodyItem>,
    /// Inline form for provider versions before the split (`aws < 4`): nested operations on the target instead.
    pub inline: Vec<Operation>,
    /// Provider constraint of the inline form (`aws < 4.0`).
    pub inline_version: Option<String>,
    /// The end is wanted only if this is true.
    pub when: Option<RuleExpression>,
}

/// An item of a wanted body.
#[derive(Debug, Clone)]
pub enum BodyItem {
    /// An argument with its wanted value; `keep` leaves whatever stands there if the argument exists at all.
    Argument {
        /// Name.
        name: String,
        /// Wanted value.
        value: RuleExpression,
        /// Other values that hold as well.
        one_of: Option<RuleExpression>,
        /// An existing value, whatever it is, holds.
        keep: bool,
        /// Written and wanted only if this is true.
        when: Option<RuleExpression>,
    },
    /// A nested block.
    Block {
        /// Type.
        name: String,
        /// Labels.
        labels: Vec<String>,
        /// Body.
        body: Vec<BodyItem>,
        /// Written and wanted only if this is true.
        when: Option<RuleExpression>,
        /// Which of several blocks of that name is meant (condition over `block`); absent: any.
        matching: Option<RuleExpression>,
    },
    /// Arguments and blocks of this name are absent.
    Absent {
        /// Name.
        name: String,
    },
    /// A blank line, kept when written.
    BlankLine,
}

/// `narrow "<path>" { drop, to }`.
#[derive(Debug, Clone)]
pub struct NarrowSpec {
    /// Dotted path of the list or single value.
    pub path: String,
    /// Byte range in the rule file.
    pub span: Span,
    /// Values the list must not hold.
    pub drop: RuleExpression,
    /// What takes their place; absent or null: only removal, refused when the list would become empty.
    pub to: Option<RuleExpression>,
    /// What stands between several values in one text (`","`); absent: the text is one value.
    pub separator: Option<String>,
    /// The end is wanted only if this is true (`block` is the nested block, or the object of a list, in question).
    pub when: Option<RuleExpression>,
}

/// `statement "<path>" { where, set, drop, add }`.
#[derive(Debug, Clone)]
pub struct StatementSpec {
    /// Argument that holds the policy.
    pub path: String,
    /// Byte range in the rule file.
    pub span: Span,
    /// Which statements are meant: condition over `statement` (`effect`, `principals`, `actions`, `resources`, `conditions`).
    pub matching: Option<RuleExpression>,
    /// Members that matching statements must have, by member name.
    pub set: Vec<(String, RuleExpression)>,
    /// Matching statements must not exist.
    pub drop: bool,
    /// A statement like this must exist.
    pub add: Option<RuleExpression>,
    /// The end is wanted only if this is true.
    pub when: Option<RuleExpression>,
}

/// `module "<source>" { … }`: the same end through a published module's inputs.
#[derive(Debug, Clone)]
pub struct ModuleSpec {
    /// Registry source (`terraform-aws-modules/s3-bucket/aws`); `//modules/x` suffix allowed.
    pub source: String,
    /// Versions it is for; absent means any.
    pub version: Option<String>,
    /// Ends on the call's arguments.
    pub operations: Vec<Operation>,
    /// When to refuse.
    pub refusals: Vec<RefusalSpec>,
}

/// `applicability { … }`.
#[derive(Debug, Clone)]
pub struct ApplicabilitySpec {
    /// Level without any lowering.
    pub level: Applicability,
    /// One sentence for the pull request.
    pub note: Option<String>,
    /// Effects of an apply.
    pub effects: Vec<EffectSpec>,
    /// Steps for people, Markdown.
    pub runbook: Option<String>,
    /// Conditions that make it stricter.
    pub lower: Vec<LowerSpec>,
}

/// One effect (`replacement = true`, `downtime = "…"`, or `effect "downtime" { argument, note, source }`).
#[derive(Debug, Clone)]
pub struct EffectSpec {
    /// Kind.
    pub kind: EffectKind,
    /// The argument whose change has this effect; absent: any change of this rule.
    pub argument: Option<String>,
    /// One sentence.
    pub note: String,
    /// Page that says so.
    pub source: Option<String>,
}

/// `lower "<level>" { when, note }`: fires on true or unknown.
#[derive(Debug, Clone)]
pub struct LowerSpec {
    /// The stricter level.
    pub level: Applicability,
    /// Condition.
    pub when: RuleExpression,
    /// One sentence.
    pub note: String,
}

/// `refuse { when, note }`: fires on true or unknown.
#[derive(Debug, Clone)]
pub struct RefusalSpec {
    /// Condition.
    pub when: RuleExpression,
    /// What a person must decide.
    pub note: String,
}

/// What an example expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// This text comes out, to the letter.
    After(String),
    /// Nothing changes.
    Unchanged,
    /// The rule refuses, in a message that holds this text (empty: in whatever words).
    Refused(String),
}

/// One example: test and manual at once.
#[derive(Debug, Clone)]
pub struct Example {
    /// Its title.
    pub name: String,
    /// Text before (one file `main.tf`).
    pub before: String,
    /// Other files of the module that matter, by path.
    pub files: BTreeMap<String, String>,
    /// Wanted texts of those other files after the fix, where they change.
    pub files_after: BTreeMap<String, String>,
    /// What must come out.
    pub expectation: Expectation,
    /// Wanted applicability, if stated.
    pub applicability: Option<Applicability>,
    /// Parameters, as HCL expression text by name.
    pub params: BTreeMap<String, String>,
    /// Address of the block meant, when `before` holds several candidates.
    pub address: Option<String>,
    /// Byte range in the rule file.
    pub span: Span,
}
