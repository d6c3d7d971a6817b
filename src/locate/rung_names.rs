//! Names: what the code says the resource is called, evaluated; then patterns; then blocks of the type whose name nobody knows.

use std::collections::BTreeMap;

use super::above::{Above, above};
use super::block::place_of;
use super::ladder::{Found, Rungs};
use super::names::Hit;
use super::query::RepositoryView;
use super::scan::naming_arguments;
use super::variable_files::selections;
use crate::identity;
use crate::model::{Evidence, Place, Refusal, ResourceIdentity, Rung, Target};
use crate::terraform::{
    BlockInstance, Configuration, Evaluator, ModuleSource, NameMatch, Origin, Selection, Sources, Value, match_name, read_terragrunt,
};

/// Most root modules that are evaluated for one question.
const MOST_ROOTS: usize = 60;

/// A block whose name has holes and fits.
#[derive(Debug, Clone)]
pub(super) struct PatternFound {
    pub(super) found: Found,
    /// Characters of the name that the code fixes.
    pub(super) fixed: usize,
    /// What the holes stand for.
    pub(super) holes: Vec<String>,
}

/// What names tell.
#[derive(Default)]
pub(super) struct NameFinding {
    /// Blocks whose evaluated name is the name.
    pub(super) exact: Vec<Found>,
    /// Blocks whose name has holes and fits.
    pub(super) patterns: Vec<PatternFound>,
    /// Blocks of the type about whose name nothing is known.
    pub(super) open: Vec<Found>,
    /// The reason why nothing may be touched although the name was found.
    pub(super) refusal: Option<Refusal>,
    /// Whether a single pattern is enough for a draft.
    pub(super) decisive: bool,
    note: String,
}

impl NameFinding {
    /// Takes in what another spelling of the same name found.
    fn join(&mut self, other: Self) {
        if self.exact.is_empty() && !other.exact.is_empty() {
            self.note = other.note;
        }
        if !other.patterns.is_empty() {
            self.decisive = self.patterns.is_empty() && other.decisive;
        }
        self.exact.extend(other.exact);
        self.patterns.extend(other.patterns);
        self.refusal = self.refusal.take().or(other.refusal);
    }

    /// For the ladder's report.
    pub(super) fn reports(&self) -> Vec<(Rung, Vec<Found>, String)> {
        let mut reports = vec![(Rung::EvaluatedName, self.exact.clone(), self.note.clone())];
        if self.exact.is_empty() {
            let note = format!(
                "{} block(s) with a pattern that fits, {} of the type with a name that cannot be known",
                self.patterns.len(),
                self.open.len()
            );
            reports.push((Rung::NamePattern, self.patterns.iter().map(|pattern| pattern.found.clone()).collect(), note));
        }
        reports
    }
}

/// Path, type, name and module path of a hit.
type BlockKey<'h> = (&'h str, &'h str, &'h str, &'h [Box<str>]);

/// How a block's name fits.
enum Fit {
    Exact(Option<crate::model::InstanceKey>, Box<Evidence>),
    Pattern(NameMatch, Box<Evidence>),
    Open,
    No,
}

impl Fit {
    /// Of two answers about one block the higher counts.
    const fn rank(&self) -> u8 {
        match self {
            Self::Exact(..) => 3,
            Self::Pattern(..) => 2,
            Self::Open => 1,
            Self::No => 0,
        }
    }
}

impl Rungs<'_> {
    /// The last two rungs together.
    pub(super) fn by_name(&self) -> NameFinding {
        let Some(identity) = &self.query.identity else {
            return NameFinding {
                note: "the finding has no cloud identity whose name could be looked up".into(),
                ..NameFinding::default()
            };
        };
        let types = self.types();
        let named = types.iter().any(|kind| naming_arguments(kind).0.is_some());
        match identity.name.as_deref().filter(|_| named && !is_generated(identity)) {
            Some(name) => {
                let mut finding = self.named(identity, &types, name);
                for other in identity::other_names(identity) {
                    finding.join(self.named(identity, &types, &other));
                }
                finding
            }
            None => self.unnamed(identity, &types),
        }
    }

    fn named(&self, identity: &ResourceIdentity, types: &[String], name: &str) -> NameFinding {
        let mut finding = NameFinding { decisive: true, ..NameFinding::default() };
        let mut looked = 0;
        let whole = self.whole_types(identity, types);
        for (at, (view, sources)) in self.repositories.iter().zip(&self.sources).enumerate() {
            let hits: Vec<Hit<'_>> = view.index.names().lookup(&whole, name).into_iter().filter(|hit| fits_place(identity, hit)).collect();
            let exact_only = hits.iter().any(|hit| hit.exact) && hits.len() > MOST_ROOTS;
            let mut by_root: BTreeMap<&str, Vec<&Hit<'_>>> = BTreeMap::new();
            for hit in hits.iter().filter(|hit| !exact_only || hit.exact) {
                by_root.entry(hit.root).or_default().push(hit);
            }
            for (root, hits) in by_root.into_iter().take(MOST_ROOTS) {
                looked += 1;
                self.judge(at, view, sources, root, &hits, name, &mut finding);
            }
            self.through_modules(at, view, identity, types, name, &mut finding);
        }
        finding.exact = self.by_environment(finding.exact);
        finding.patterns = self.by_holes(finding.patterns);
        finding.decisive = finding.decisive && !self.query.rivals && strong(&finding.patterns, name, !finding.open.is_empty());
        finding.note = match finding.exact.len() {
            0 => format!("no block is called `{name}` ({looked} root module(s) evaluated)"),
            count => format!("{count} block(s) are called `{name}`"),
        };
        finding
    }

    /// Evaluates the hits of one root module.
    #[expect(clippy::too_many_arguments, reason = "one step of a loop, told apart to be read")]
    fn judge<'w, 'h>(
        &self,
        at: usize,
        view: &RepositoryView<'w>,
        sources: &Sources<'w>,
        root: &str,
        hits: &[&Hit<'h>],
        name: &str,
        finding: &mut NameFinding,
    ) {
        let mut best: BTreeMap<BlockKey<'_>, Fit> = BTreeMap::new();
        let mut keep = |hit: &Hit<'h>, fit: Fit| {
            let slot = best.entry((hit.path, hit.kind, hit.block, hit.module)).or_insert(Fit::No);
            if fit.rank() > slot.rank() {
                *slot = fit;
            }
        };
        let identity = self.query.identity.as_ref();
        let (units, plain): (Vec<&Hit<'_>>, Vec<&Hit<'_>>) =
            hits.iter().partition(|hit| hit.module.first().is_some_and(|step| &**step == "terragrunt"));
        through_terragrunt(view, sources, (root, &units), name, identity, &mut keep);
        let applied = if plain.is_empty() { Vec::new() } else { selections(view.index, root) };
        for selection in applied {
            let configuration = Configuration::load_from(sources, root, &selection);
            let evaluator = Evaluator::new(&configuration);
            for hit in &plain {
                keep(hit, evaluate(view, &configuration, &evaluator, (hit, hit.module), name, identity));
            }
        }
        for hit in hits {
            let Some(fit) = best.remove(&(hit.path, hit.kind, hit.block, hit.module)) else { continue };
            let Some(mut target) = Self::target_of_hit(view, hit) else { continue };
            match fit {
                Fit::Exact(key, evidence) => {
                    target.address.key = key;
                    target.evidence.push(*evidence);
                    finding.exact.push(Found { repository: at, target });
                }
                Fit::Pattern(fit, evidence) => {
                    if contradicts(view, root, &fit) {
                        continue;
                    }
                    target.evidence.push(*evidence);
                    finding.patterns.push(PatternFound { found: Found { repository: at, target }, fixed: fit.fixed, holes: fit.holes });
                }
                Fit::Open => finding.open.push(Found { repository: at, target }),
                Fit::No => {}
            }
        }
    }

    /// A part without a name of its own (`aws_s3_bucket_policy`) is looked for by the whole.
    fn whole_types(&self, identity: &ResourceIdentity, types: &[String]) -> Vec<String> {
        let mut whole: Vec<String> = types.to_vec();
        let has_id = |own: &str| identity::kinds().of_type(own).is_some_and(|kind| !kind.patterns.is_empty());
        if let Some(own) = identity.terraform_type.as_deref().filter(|own| !has_id(own)) {
            for kind in identity::kinds().wholes_of(own) {
                whole.retain(|known| known != own);
                whole.extend(kind.terraform_types().map(str::to_owned).filter(|known| !types.contains(known)));
            }
        }
        whole
    }

    /// Among blocks with the same name, those whose root or variable file is named after the source's environment.
    fn by_environment(&self, found: Vec<Found>) -> Vec<Found> {
        let Some(environment) = self.query.environment.as_deref().filter(|name| !name.is_empty()) else { return found };
        if found.len() < 2 {
            return found;
        }
        let fits = |found: &Found| {
            found.target.root_dir.as_deref().is_some_and(|root| root.split('/').any(|part| part.eq_ignore_ascii_case(environment)))
        };
        let kept: Vec<Found> = found.iter().filter(|found| fits(found)).cloned().collect();
        if kept.len() == 1 { kept } else { found }
    }

    /// Among patterns of several roots, the one whose folder is named as the hole says.
    fn by_holes(&self, found: Vec<PatternFound>) -> Vec<PatternFound> {
        if found.len() < 2 {
            return found;
        }
        let fits = |pattern: &PatternFound| {
            let root = pattern.found.target.root_dir.as_deref().unwrap_or_default();
            pattern.holes.iter().filter(|hole| hole.len() > 1).any(|hole| root.split('/').any(|part| part == hole))
        };
        let kept: Vec<PatternFound> = found.iter().filter(|pattern| fits(pattern)).cloned().collect();
        if kept.len() == 1 { kept } else { found }
    }

    /// Types whose id the cloud makes up, or that have none: the tag `Name`, else a question.
    fn unnamed(&self, identity: &ResourceIdentity, types: &[String]) -> NameFinding {
        let mut finding = NameFinding::default();
        let wanted = self.query.tags.get("Name").map(String::as_str).filter(|name| name.len() > 2);
        for (at, (view, sources)) in self.repositories.iter().zip(&self.sources).enumerate() {
            let hits = view.index.names().of_types(types, 200);
            for hit in hits.iter().filter(|hit| fits_place(identity, hit) && !differs(sources, view, hit, identity)) {
                let Some(mut target) = Self::target_of_hit(view, hit) else { continue };
                let tagged = wanted.map(|name| tag_fit(sources, view, hit, name));
                match tagged {
                    Some(Some(true)) => {
                        let note = format!("the tag Name is `{}` in the cloud and in the code", wanted.unwrap_or_default());
                        let places = vec![place_of(view.workspace.get(&target.path).unwrap_or_default(), &target)];
                        target.evidence.push(Evidence { rung: Rung::NamePattern, note, places });
                        let fixed = wanted.map_or(0, str::len);
                        finding.patterns.push(PatternFound { found: Found { repository: at, target }, fixed, holes: Vec::new() });
                    }
                    Some(Some(false)) => {}
                    _ => finding.open.push(Found { repository: at, target }),
                }
            }
        }
        // A tag may be copied; it decides only when nothing else could carry it.
        finding.decisive = finding.open.is_empty() && !self.query.rivals;
        finding.note = format!("the id of {} is made up by the cloud; no argument holds it", self.said());
        finding
    }
}

/// Whether the short name is an id that the cloud made up.
fn is_generated(identity: &ResourceIdentity) -> bool {
    identity.terraform_type.as_deref().and_then(|kind| identity::kinds().of_type(kind)).is_some_and(identity::Kind::generated)
}

/// Whether account and region, where both sides know them, agree.
pub(super) fn fits_place(identity: &ResourceIdentity, hit: &Hit<'_>) -> bool {
    // AWS's own policies have its name for an account; nobody's code creates them.
    let managed = identity.provider == crate::model::Provider::Aws && identity.account.as_deref() == Some("aws");
    let account = identity
        .account
        .as_deref()
        .is_none_or(|account| hit.accounts.is_empty() || hit.accounts.iter().any(|known| known.eq_ignore_ascii_case(account)));
    let regional = if identity.id.starts_with("arn:") {
        identity.id.split(':').nth(3).is_some_and(|region| !region.is_empty()) || identity.id.starts_with("arn:aws:s3:::")
    } else {
        let kind = identity.terraform_type.as_deref().and_then(|kind| identity::kinds().of_type(kind));
        kind.is_some_and(identity::Kind::is_regional)
    };
    let region = match (identity.region.as_deref(), hit.region) {
        (Some(here), Some(there)) if identity.provider == crate::model::Provider::Aws => !regional || here == there,
        _ => true,
    };
    account && region && !managed
}

/// Whether a pattern fixes enough of the name: a stub such as `a-${x}` proves nothing.
fn strong(patterns: &[PatternFound], name: &str, rivals: bool) -> bool {
    let length = name.chars().count();
    let enough = |fixed: usize| if rivals { fixed * 3 >= length * 2 && fixed >= 6 } else { fixed >= 4 && fixed * 4 >= length };
    patterns.iter().any(|pattern| enough(pattern.fixed))
}

/// The hole stands for something that names a folder beside the root: then that one is meant.
fn contradicts(view: &RepositoryView<'_>, root: &str, fit: &NameMatch) -> bool {
    let Some((parent, own)) = root.rsplit_once('/').or(Some(("", root))) else { return false };
    fit.holes.iter().filter(|hole| hole.len() > 1 && *hole != own).any(|hole| {
        let sibling = if parent.is_empty() { hole.clone() } else { format!("{parent}/{hole}") };
        !root.split('/').any(|part| part == hole) && view.index.is_root(&sibling)
    })
}

/// The file of the Terragrunt unit in a directory.
fn unit_of(directory: &str) -> String {
    if directory.is_empty() { "terragrunt.hcl".to_owned() } else { format!("{directory}/terragrunt.hcl") }
}

/// What the evaluator says of blocks whose variables the Terragrunt unit in `root` gives; the index, where its module cannot be entered.
fn through_terragrunt<'h>(
    view: &RepositoryView<'_>,
    sources: &Sources<'_>,
    (root, hits): (&str, &[&Hit<'h>]),
    name: &str,
    identity: Option<&ResourceIdentity>,
    keep: &mut impl FnMut(&Hit<'h>, Fit),
) {
    if hits.is_empty() {
        return;
    }
    let unit = unit_of(root);
    let directory = match read_terragrunt(view.workspace, &unit).map(|unit| unit.source) {
        Some(Some(ModuleSource::Local(directory))) => directory.to_string(),
        Some(None) => root.to_owned(),
        _ => return hits.iter().for_each(|hit| keep(hit, from_index(hit, name, identity))),
    };
    let selection = Selection { terragrunt: Some(unit), ..Selection::plain() };
    let configuration = Configuration::load_from(sources, &directory, &selection);
    let evaluator = Evaluator::new(&configuration);
    for hit in hits {
        keep(hit, evaluate(view, &configuration, &evaluator, (hit, hit.module.get(1..).unwrap_or_default()), name, identity));
    }
}

/// What the index alone says.
fn from_index(hit: &Hit<'_>, name: &str, identity: Option<&ResourceIdentity>) -> Fit {
    let evidence = |rung, note: String| Box::new(Evidence { rung, note, places: Vec::new() });
    let own = format!("{}.{}", hit.kind, hit.block);
    let fit = match (hit.exact, hit.fixed) {
        (true, _) => {
            Fit::Exact(None, evidence(Rung::EvaluatedName, format!("the name of {own} is `{name}` as {} gives it", unit_of(hit.root))))
        }
        (false, 0) => return Fit::Open,
        (false, fixed) => Fit::Pattern(
            NameMatch { exact: false, fixed, holes: Vec::new() },
            evidence(
                Rung::NamePattern,
                format!("the name of {own} fits `{name}` as {} gives it; the code fixes {fixed} characters", unit_of(hit.root)),
            ),
        ),
    };
    let beside = identity.and_then(|identity| identity::parents(identity, hit.kind).into_iter().next());
    match beside.map(|parent| parent.values.into_iter().next()) {
        Some(Some(wanted)) => below(fit, Above::Unproved(wanted), name),
        Some(None) => Fit::Open,
        None => fit,
    }
}

/// What the evaluator says of one block in one configuration.
fn evaluate(
    view: &RepositoryView<'_>,
    configuration: &Configuration<'_>,
    evaluator: &Evaluator<'_>,
    (hit, module): (&Hit<'_>, &[Box<str>]),
    name: &str,
    identity: Option<&ResourceIdentity>,
) -> Fit {
    let path: Vec<&str> = module.iter().map(AsRef::as_ref).collect();
    let Some(node) = configuration.node_at(&path) else { return from_index(hit, name, identity) };
    let Some(resource) = node.module.resource(crate::model::ResourceMode::Managed, hit.kind, hit.block) else { return Fit::No };
    let (naming, prefix) = naming_arguments(hit.kind);
    let mut best = Fit::No;
    for instance in evaluator.instances(node, &resource.block) {
        let fit = match naming.filter(|naming| resource.block.attribute(naming).is_some()) {
            Some(naming) => named_fit(view, evaluator, &instance, hit, naming, false, name),
            None => match prefix.filter(|prefix| resource.block.attribute(prefix).is_some()) {
                Some(prefix) => named_fit(view, evaluator, &instance, hit, prefix, true, name),
                None if name.starts_with("terraform-") || name.starts_with("tf-") => Fit::Open,
                None => Fit::No,
            },
        };
        let fit = match identity {
            Some(identity) if !matches!(fit, Fit::No) => {
                let fit = below(fit, above(configuration, evaluator, &instance, identity, hit.kind), name);
                with_beside(fit, identity, hit.kind)
            }
            _ => fit,
        };
        if let (Fit::Exact(key, _), Fit::Exact(..)) = (&mut best, &fit) {
            // Two instances with one name: the block is meant.
            *key = None;
        } else if fit.rank() > best.rank() {
            best = fit;
        }
    }
    best
}

/// A fit in the light of what stands above the name: a name alone is no proof when the id says more.
fn below(fit: Fit, above: Above, name: &str) -> Fit {
    match (fit, above) {
        (fit, Above::Agrees) | (fit @ (Fit::Pattern(..) | Fit::Open | Fit::No), Above::Unproved(_)) => fit,
        (_, Above::Differs) => Fit::No,
        (_, Above::Unprovable) => Fit::Open,
        (Fit::Exact(_, mut evidence), Above::Unproved(parent)) => {
            evidence.rung = Rung::NamePattern;
            evidence.note.push_str(&format!("; that it belongs to `{parent}` is not said by the code"));
            Fit::Pattern(NameMatch { exact: false, fixed: name.chars().count(), holes: Vec::new() }, evidence)
        }
    }
}

/// Tells what beside the name was compared: of two blocks with one name it is what decided.
fn with_beside(mut fit: Fit, identity: &ResourceIdentity, kind: &str) -> Fit {
    if let Fit::Exact(_, evidence) = &mut fit
        && identity.provider == crate::model::Provider::Aws
    {
        for parent in identity::parents(identity, kind) {
            if let (Some(argument), Some(value)) = (parent.arguments.first(), parent.values.first()) {
                evidence.note.push_str(&format!("; {argument} agrees with `{value}`"));
            }
        }
    }
    fit
}

fn named_fit(
    view: &RepositoryView<'_>,
    evaluator: &Evaluator<'_>,
    instance: &BlockInstance<'_>,
    hit: &Hit<'_>,
    argument: &str,
    prefix: bool,
    name: &str,
) -> Fit {
    let lookup = evaluator.argument(instance, &[argument]);
    let Some(found) = lookup.found.first() else { return if lookup.open.is_some() { Fit::Open } else { Fit::No } };
    let selection = evaluator.configuration().selection();
    let given = selection.var_files.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>();
    let from = match given.as_slice() {
        [] => selection.terragrunt.as_ref().map(|unit| format!(" with Terragrunt's inputs of `{unit}`")).unwrap_or_default(),
        [only] => format!(" with the variable file {only}"),
        several => format!(" with the variable files {}", several.join(", ")),
    };
    let places = places_of(view, &found.value.origin);
    let fit = fit_of(&found.value.value, hit.kind, prefix, name);
    match fit {
        Some(fit) if fit.exact => {
            let note = format!("{argument} of {} is `{name}`{from}", instance.pattern());
            let key = if instance.any() { None } else { instance.address.key.clone() };
            Fit::Exact(key, Box::new(Evidence { rung: Rung::EvaluatedName, note, places }))
        }
        Some(fit) => {
            let holes = fit.holes.iter().map(|hole| format!("`{hole}`")).collect::<Vec<_>>().join(", ");
            let note = format!(
                "{argument} of {}{from} fits `{name}` with {holes} where the code does not say; the code fixes {} characters",
                instance.pattern(),
                fit.fixed
            );
            Fit::Pattern(fit, Box::new(Evidence { rung: Rung::NamePattern, note, places }))
        }
        None if found.value.value.is_known() => Fit::No,
        None if matches!(found.value.value, Value::Unknown(_)) => Fit::Open,
        None => Fit::No,
    }
}

/// How a name fits a value of a type's naming argument.
fn fit_of(value: &Value, kind: &str, prefix: bool, name: &str) -> Option<NameMatch> {
    if prefix {
        let text = value.as_str()?;
        let rest = name.strip_prefix(text)?;
        // What providers append: a time stamp of 18 digits and a counter of 8 hexadecimal ones.
        let completed = rest.len() == 26
            && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
            && rest.bytes().take(18).all(|byte| byte.is_ascii_digit());
        let fixed = if completed { name.chars().count() } else { text.chars().count() };
        return Some(NameMatch { exact: false, fixed, holes: vec![rest.to_owned()] });
    }
    if let Value::Unknown(why) = value
        && let crate::terraform::Why::Either(choices) = why.root()
    {
        // One of several: an exact one among them is still only possible.
        let fits = choices.iter().filter_map(|choice| fit_of(&choice.value, kind, false, name)).max_by_key(|fit| fit.fixed)?;
        return Some(NameMatch { exact: false, ..fits });
    }
    match value {
        Value::String(text) if identity::same_name(kind, text, name) => {
            Some(NameMatch { exact: true, fixed: name.chars().count(), holes: Vec::new() })
        }
        _ => match_name(value, name),
    }
}

fn role_text(role: &crate::terraform::Role) -> String {
    use crate::terraform::Role;
    match role {
        Role::Literal => "written here".into(),
        Role::Computed { by } => format!("computed here ({by})"),
        Role::Reference { to } => format!("refers to {to}"),
        Role::VariableDefault { name } => format!("default of variable {name}"),
        Role::VariableFile { name } => format!("variable file gives {name}"),
        Role::TerragruntInput { name } => format!("Terragrunt input {name}"),
        Role::ModuleArgument { call, name } => format!("module {call} passes {name}"),
        Role::OptionalDefault { name } => format!("optional default of {name}"),
        Role::Local { name } => format!("local.{name}"),
        Role::Output { name } => format!("output {name}"),
        Role::Argument { name } => format!("argument {name}"),
        Role::Choice => "chosen by a condition".into(),
        Role::NoValue { name } => format!("variable {name} has no value in the code"),
        Role::TooLong => "the way is too long to follow".into(),
        Role::Unreadable { call } => format!("module {call} cannot be read"),
    }
}

/// Most places that are shown of the way of one value.
const PLACES_SHOWN: usize = 24;

/// How a value came about, as places to show. Stations on the same bytes are one place.
fn places_of(view: &RepositoryView<'_>, origin: &Origin) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for hop in origin.explained(PLACES_SHOWN) {
        let next = place(view, &hop.site.file, hop.site.span, &role_text(&hop.role));
        match places.iter_mut().find(|place| place.path == next.path && place.span == next.span) {
            Some(same) => same.note = format!("{}, {}", same.note, next.note),
            None => places.push(next),
        }
    }
    places
}

fn place(view: &RepositoryView<'_>, path: &str, span: crate::model::Span, note: &str) -> Place {
    let line = crate::model::LineColumn::of(view.workspace.get(path).unwrap_or_default(), span.start).line;
    Place { path: path.to_owned(), line, span: Some(span), note: note.to_owned() }
}

/// Whether every instance of a block contradicts what the id says beside the generated part: the load balancer of a listener.
fn differs(sources: &Sources<'_>, view: &RepositoryView<'_>, hit: &Hit<'_>, identity: &ResourceIdentity) -> bool {
    if identity::parents(identity, hit.kind).is_empty() {
        return false;
    }
    let path: Vec<&str> = hit.module.iter().map(AsRef::as_ref).collect();
    selections(view.index, hit.root).into_iter().all(|selection| {
        let configuration = Configuration::load_from(sources, hit.root, &selection);
        let evaluator = Evaluator::new(&configuration);
        let Some(node) = configuration.node_at(&path) else { return false };
        let Some(resource) = node.module.resource(crate::model::ResourceMode::Managed, hit.kind, hit.block) else { return false };
        let instances = evaluator.instances(node, &resource.block);
        !instances.is_empty()
            && instances.iter().all(|instance| above(&configuration, &evaluator, instance, identity, hit.kind) == Above::Differs)
    })
}

/// Whether the tag `Name` of a block is `name`: yes, no, or not known.
fn tag_fit(sources: &Sources<'_>, view: &RepositoryView<'_>, hit: &Hit<'_>, name: &str) -> Option<bool> {
    let path: Vec<&str> = hit.module.iter().map(AsRef::as_ref).collect();
    let mut known = false;
    for selection in selections(view.index, hit.root) {
        let configuration = Configuration::load_from(sources, hit.root, &selection);
        let evaluator = Evaluator::new(&configuration);
        let node = configuration.node_at(&path)?;
        let resource = node.module.resource(crate::model::ResourceMode::Managed, hit.kind, hit.block)?;
        for instance in evaluator.instances(node, &resource.block) {
            let lookup = evaluator.argument(&instance, &["tags", "Name"]);
            match lookup.found.first().map(|found| &found.value.value) {
                Some(Value::String(text)) if **text == *name => return Some(true),
                Some(Value::String(_)) => known = true,
                Some(value) if match_name(value, name).is_none() && matches!(value, Value::Template(_)) => known = true,
                Some(_) => return None,
                None if lookup.open.is_some() => return None,
                None => known = true,
            }
        }
    }
    known.then_some(false)
}

/// Marks a target with the evidence of a module argument.
pub(super) fn with_argument(mut target: Target, text: &str, argument: &str, name: &str) -> Target {
    let note = format!("{} passes {argument} = `{name}`", target.address);
    target.evidence.push(Evidence { rung: Rung::EvaluatedName, note, places: vec![place_of(text, &target)] });
    target
}
