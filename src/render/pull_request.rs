//! The pull request: title, body and commit message.

use askama::Template;
use chrono::{DateTime, Utc};

use super::escape::{Markdown, code, one_line, prose, text};
use super::{Marker, attack_path_diagram, owner_line, routing_lines};
use crate::model::{
    Applicability, DataClass, EffectKind, Finding, Patch, Place, RemediationId, Repository, Risk, Route, Severity, Target, Tier,
};
use crate::rule::Rule;

/// Instances or callers beyond this are counted, not listed.
const LIST_LIMIT: usize = 8;

/// What the texts need of a rule.
#[derive(Debug, Clone, Copy)]
pub struct RuleText<'a> {
    /// Its id.
    pub id: &'a str,
    /// One line, imperative.
    pub title: &'a str,
    /// Why it matters, Markdown.
    pub rationale: &'a str,
    /// Pages that say so.
    pub references: &'a [String],
}

impl<'a> From<&'a Rule> for RuleText<'a> {
    fn from(rule: &'a Rule) -> Self {
        Self { id: &rule.id, title: &rule.title, rationale: &rule.rationale, references: &rule.references }
    }
}

/// Who was asked for a review, and who could not be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reviewers {
    /// Owners in CODEOWNERS or in configuration whom GitHub does not know here, with the reason.
    pub left_out: Vec<(String, String)>,
    /// A problem with the CODEOWNERS file itself.
    pub broken_code_owners: Option<String>,
}

/// Everything the pull request is made of.
#[derive(Debug, Clone)]
pub struct PullRequestFacts<'a> {
    /// Our id.
    pub remediation: &'a RemediationId,
    /// Dedup key.
    pub key: &'a str,
    /// The findings it answers, the first one first; never empty.
    pub findings: &'a [Finding],
    /// The rules applied, main one first.
    pub rules: &'a [RuleText<'a>],
    /// The block.
    pub target: &'a Target,
    /// Line of the block, from 1.
    pub line: usize,
    /// The change.
    pub patch: &'a Patch,
    /// The score.
    pub risk: Option<&'a Risk>,
    /// Until when.
    pub due: Option<DateTime<Utc>>,
    /// Who owns it, and how that was found.
    pub route: Option<&'a Route>,
    /// Why it is here again, for one that came back.
    pub came_back: Option<&'a str>,
    /// Repository.
    pub repository: &'a Repository,
    /// GitHub's web address, without a slash at the end.
    pub web_url: &'a str,
    /// The commit the patch was made on.
    pub base: &'a str,
    /// Reviewers.
    pub reviewers: &'a Reviewers,
}

#[derive(Template)]
#[template(path = "pull_request.md", escape = "none")]
struct Body {
    lead: Markdown,
    found_by: Markdown,
    resource: Markdown,
    severity: &'static str,
    risk: Option<Markdown>,
    points: Vec<Markdown>,
    due: Option<String>,
    owner: Option<Markdown>,
    routing: Vec<Markdown>,
    came_back: Option<Markdown>,
    rationale: Markdown,
    facts: Vec<Markdown>,
    diagram: Option<String>,
    changes: Vec<Markdown>,
    reach: Markdown,
    callers: Vec<Markdown>,
    applicability: Markdown,
    warnings: Vec<Markdown>,
    runbook: Option<Markdown>,
    evidence: Vec<Markdown>,
    rule_names: Markdown,
    review_notes: Vec<Markdown>,
    marker: String,
}

/// The title: the rule's own title and the block's address. Titles are plain text to GitHub.
#[must_use]
pub fn pull_request_title(rule: RuleText<'_>, address: &str) -> String {
    let mut title = format!("{} ({})", rule.title, one_line(address));
    if title.chars().count() > 120 {
        title = title.chars().take(119).chain(['…']).collect();
    }
    title
}

/// The commit message: the title, what changes, and whose finding it answers.
#[must_use]
pub fn commit_message(facts: &PullRequestFacts<'_>) -> String {
    let mut message = facts.rules.first().map(|rule| pull_request_title(*rule, &facts.patch.address)).unwrap_or_default();
    message.push_str("\n\n");
    for line in &facts.patch.summary {
        message.push_str(&format!("- {}\n", one_line(line)));
    }
    if let Some(finding) = facts.findings.first() {
        // A finding's id is foreign: one line, nothing that a commit trailer or a keyword could be made of.
        let id: String = one_line(&finding.id).chars().filter(|c| !c.is_whitespace() && *c != '#' && *c != '@').take(120).collect();
        message.push_str(&format!("\nAnswers finding {id} of {}.\n", one_line(&finding.source)));
    }
    message
}

/// The body, in Markdown.
#[must_use]
pub fn pull_request_body(facts: &PullRequestFacts<'_>) -> String {
    let marker = Marker {
        remediation: facts.remediation.0.clone(),
        key: facts.key.into(),
        rules: facts.rules.iter().map(|rule| rule.id.into()).collect(),
        address: facts.target.address.to_string(),
        path: facts.target.path.clone(),
        root_dir: facts.target.root_dir.clone(),
    };
    let first = facts.findings.first();
    let body = Body {
        lead: lead(facts),
        found_by: found_by(facts.findings),
        resource: first.map(resource).unwrap_or_default(),
        severity: first.map_or("unknown", |finding| severity_name(finding.severity)),
        risk: facts.risk.map(risk_line),
        points: facts.risk.map(risk_points).unwrap_or_default(),
        due: facts.due.map(|due| due.format("%-d %B %Y, %H:%M UTC").to_string()),
        owner: facts.route.and_then(owner_line),
        routing: facts.route.map(routing_lines).filter(|lines| lines.len() > 1).unwrap_or_default(),
        came_back: facts.came_back.map(prose),
        rationale: rationale(facts.rules),
        facts: context_facts(facts.findings),
        diagram: facts.findings.iter().find_map(|finding| attack_path_diagram(finding.context.attack_path.as_deref()?)),
        changes: facts.patch.summary.iter().map(|line| prose(line)).collect(),
        reach: reach(facts.patch),
        callers: callers(facts),
        applicability: Markdown::own(applicability_sentence(facts.patch.applicability)),
        warnings: warnings(facts.patch),
        runbook: facts.patch.runbook.clone().map(Markdown::own),
        evidence: facts.target.evidence.iter().map(|evidence| prose(&evidence.note)).collect(),
        rule_names: Markdown::join(&facts.rules.iter().map(|rule| code(rule.id)).collect::<Vec<_>>(), ", "),
        review_notes: review_notes(facts.reviewers),
        marker: marker.to_comment(),
    };
    body.render().map(|body| collapse_blank_lines(&body)).unwrap_or_default()
}

fn lead(facts: &PullRequestFacts<'_>) -> Markdown {
    let title = facts.rules.first().map_or("", |rule| rule.title);
    Markdown::own(format!(
        "**{title}** on {} in {}.",
        code(&facts.target.address.to_string()),
        permalink(facts, &facts.target.path, facts.line)
    ))
}

/// A link to a line at the base commit. Owner, name and commit are GitHub's own words; the path is encoded.
fn permalink(facts: &PullRequestFacts<'_>, path: &str, line: usize) -> Markdown {
    let encoded: Vec<String> = path.split('/').map(percent_encode).collect();
    let label = code(&format!("{path}:{line}"));
    Markdown::own(format!("[{label}]({}/{}/blob/{}/{}#L{line})", facts.web_url, facts.repository, facts.base, encoded.join("/")))
}

fn percent_encode(segment: &str) -> String {
    segment
        .bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
            },
        )
        .collect()
}

fn found_by(findings: &[Finding]) -> Markdown {
    let one = |finding: &Finding| {
        let rules: Vec<String> = finding.rules.iter().take(3).map(|rule| code(&rule.id).to_string()).collect();
        let rules = if rules.is_empty() { String::new() } else { format!(" {}", rules.join(" ")) };
        format!("{}{rules} (finding {})", text(&finding.source), code(&finding.id))
    };
    let mut lines: Vec<String> = findings.iter().take(LIST_LIMIT).map(one).collect();
    if findings.len() > LIST_LIMIT {
        lines.push(format!("and {} more", findings.len() - LIST_LIMIT));
    }
    Markdown::own(lines.join("<br>"))
}

fn resource(finding: &Finding) -> Markdown {
    let identity = finding.resource.identity.as_ref();
    let id = finding
        .resource
        .raw_id
        .clone()
        .or_else(|| finding.code.as_ref()?.address.clone())
        .unwrap_or_else(|| "named by position only".into());
    let account = finding.context.account_name.as_deref().or_else(|| identity?.account.as_deref());
    match account {
        Some(account) => Markdown::own(format!("{} in account {}", code(&id), code(account))),
        None => code(&id),
    }
}

/// The severity as people write it.
pub(super) const fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
        Severity::Informational => "informational",
    }
}

fn risk_line(risk: &Risk) -> Markdown {
    Markdown::own(format!("**{}** of 100, threshold {}, tier {}", risk.score, risk.threshold, tier_name(risk.tier)))
}

/// The named points that the score is the sum of.
pub(super) fn risk_points(risk: &Risk) -> Vec<Markdown> {
    let mut lines: Vec<Markdown> = risk
        .points
        .iter()
        .map(|point| Markdown::own(format!("{:+} {}: {}", point.points, code(&point.name), prose(&point.reason))))
        .collect();
    let sum: i32 = risk.points.iter().map(|point| point.points).sum();
    if sum != risk.score {
        lines.push(Markdown::own(format!("{sum} in all, kept between 0 and 100")));
    }
    lines
}

/// The tier as people write it.
pub(super) const fn tier_name(tier: Tier) -> &'static str {
    match tier {
        Tier::Development => "development",
        Tier::Standard => "standard",
        Tier::Production => "production",
        Tier::CriticalPath => "critical path",
    }
}

fn rationale(rules: &[RuleText<'_>]) -> Markdown {
    let mut parts: Vec<String> = rules.iter().map(|rule| rule.rationale.trim().to_owned()).collect();
    if let Some(reference) = rules.first().and_then(|rule| rule.references.first()) {
        parts.push(format!("[Read more]({reference})"));
    }
    Markdown::own(parts.join("\n\n"))
}

fn context_facts(findings: &[Finding]) -> Vec<Markdown> {
    let mut facts = Vec::new();
    let contexts = || findings.iter().map(|finding| &finding.context);
    if contexts().any(|context| context.internet_reachable == Some(true)) {
        facts.push(Markdown::own("It can be reached from the internet."));
    }
    let mut classes: Vec<&str> = contexts().flat_map(|context| &context.data_classes).map(|class| data_class(*class)).collect();
    classes.dedup();
    if !classes.is_empty() {
        facts.push(Markdown::own(format!("It holds {}.", classes.join(", "))));
    }
    if contexts().any(|context| context.privileged == Some(true)) {
        facts.push(Markdown::own("The identity involved has broad permissions."));
    }
    if contexts().any(|context| context.choke_point == Some(true)) {
        facts.push(Markdown::own("Closing it cuts more than one attack path."));
    }
    if let Some(path) = contexts().find_map(|context| context.attack_path.as_deref()) {
        facts.push(Markdown::own(format!("Attack path: {}", text(path))));
    }
    if let Some(url) = contexts().find_map(|context| context.remediation_url.as_deref()) {
        facts.push(Markdown::own(format!("Guide named by the source: {}", code(url))));
    }
    facts
}

const fn data_class(class: DataClass) -> &'static str {
    match class {
        DataClass::Pii => "personal data",
        DataClass::Pci => "card data",
        DataClass::Phi => "health data",
        DataClass::Secrets => "secrets",
        DataClass::Sensitive => "sensitive data",
    }
}

fn reach(patch: &Patch) -> Markdown {
    match patch.reach.instances.as_slice() {
        [] => Markdown::own(format!("Reaches {}.", code(&patch.address))),
        [one] => Markdown::own(format!("Reaches {} and nothing else.", code(one))),
        many => {
            let listed: Vec<Markdown> = many.iter().take(LIST_LIMIT).map(|instance| code(instance)).collect();
            let more = if many.len() > LIST_LIMIT { format!(" and {} more", many.len() - LIST_LIMIT) } else { String::new() };
            Markdown::own(format!("Reaches {} instances: {}{more}.", many.len(), Markdown::join(&listed, ", ")))
        }
    }
}

fn callers(facts: &PullRequestFacts<'_>) -> Vec<Markdown> {
    let line = |place: &Place| Markdown::own(format!("{} {}", permalink(facts, &place.path, place.line), prose(&place.note)));
    facts.patch.reach.callers.iter().take(LIST_LIMIT).map(line).collect()
}

/// What the applicability means for the reader.
pub(super) const fn applicability_sentence(applicability: Applicability) -> &'static str {
    match applicability {
        Applicability::Safe => "**Safe.** Applied in place, with the intended effect only.",
        Applicability::Review => "**Please look.** It is applied in place but may change behaviour.",
        Applicability::Disruptive => {
            "**⚠️ Disruptive.** Applying this replaces a resource, interrupts service or may lose data. It is a draft for that reason: plan it first."
        }
    }
}

/// Notes and effects of a patch, most drastic first.
pub(super) fn warnings(patch: &Patch) -> Vec<Markdown> {
    let mut effects: Vec<_> = patch.effects.iter().collect();
    effects.sort_by_key(|effect| match effect.kind {
        EffectKind::DataLoss => 0,
        EffectKind::Replacement => 1,
        EffectKind::Downtime => 2,
        EffectKind::Behaviour => 3,
        EffectKind::Cost => 4,
    });
    let name = |kind| match kind {
        EffectKind::DataLoss => "Data loss",
        EffectKind::Replacement => "Replacement",
        EffectKind::Downtime => "Downtime",
        EffectKind::Behaviour => "Behaviour",
        EffectKind::Cost => "Cost",
    };
    let effect_line = |effect: &crate::model::Effect| {
        let source = effect.source.as_ref().map(|source| format!(" ([source]({source}))")).unwrap_or_default();
        Markdown::own(format!("{}: {}{source}", name(effect.kind), prose(&effect.note)))
    };
    let mut lines: Vec<Markdown> = effects.into_iter().map(effect_line).collect();
    lines.extend(patch.notes.iter().map(|note| prose(note)));
    lines
}

fn review_notes(reviewers: &Reviewers) -> Vec<Markdown> {
    let mut notes: Vec<Markdown> =
        reviewers.left_out.iter().map(|(who, why)| Markdown::own(format!("{} could not be asked: {}", code(who), text(why)))).collect();
    notes.extend(reviewers.broken_code_owners.iter().map(|problem| Markdown::own(format!("CODEOWNERS: {}", prose(problem)))));
    notes
}

/// The new body with what the old one says of reviewers who could not be asked, if the new one says nothing about them.
#[must_use]
pub fn keep_review_notes(new: String, old: &str) -> String {
    const SECTION: &str = "### Reviewers\n";
    const NEXT: &str = "### Not right?";
    let kept = old.split_once(SECTION).and_then(|(_, rest)| rest.split_once(NEXT)).map(|(notes, _)| notes);
    match kept {
        Some(notes) if !new.contains(SECTION) => new.replacen(NEXT, &format!("{SECTION}{notes}{NEXT}"), 1),
        _ => new,
    }
}

/// Templates leave runs of blank lines where a part is absent.
pub(super) fn collapse_blank_lines(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut blank = 0;
    for line in body.trim().lines() {
        blank = if line.trim().is_empty() { blank + 1 } else { 0 };
        if blank <= 1 {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}
