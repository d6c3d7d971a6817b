//! Rules that would undo each other on the same block: found when rules are loaded and checked, not when they meet in a repository.

use std::sync::Arc;

use hcl_edit::expr::Expression;
use serde_json::Value;

use super::catalogue::share_a_resource;
use super::{Catalogue, Operation, Problem, Rule, SetSpec};
use crate::hcl::literal;
use crate::model::Span;

/// Pairs of unconditional ends on the same argument of the same resource type of which each undoes the other.
pub(super) fn conflicts(catalogue: &Catalogue) -> Vec<Problem> {
    let rules: Vec<&Arc<Rule>> = catalogue.iter().collect();
    let mut problems = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        for (position, operation) in ends(rule) {
            let later = ends(rule).filter(move |(other, _)| *other > position).map(|(_, other)| (*rule, other));
            let others = rules[index + 1..].iter().filter(|other| share_a_resource(rule, other));
            for (other, second) in later.chain(others.flat_map(|other| ends(other).map(move |(_, second)| (*other, second)))) {
                // Told in the file of each: whoever checks one of them sees it.
                problems.extend(conflict(operation, second).map(|what| problem(rule, operation, other, second, &what)));
                problems.extend(conflict(second, operation).map(|what| problem(other, second, rule, operation, &what)));
            }
        }
    }
    problems
}

/// Ends that are wanted whatever else the block says.
fn ends(rule: &Rule) -> impl Iterator<Item = (usize, &Operation)> {
    let unconditional = |operation: &&Operation| match operation {
        Operation::Set(set) => set.when.is_none(),
        Operation::Block(block) => block.when.is_none() && block.matching.is_none(),
        Operation::Remove(remove) => remove.when.is_none(),
        _ => false,
    };
    let always = rule.target.when.is_none();
    rule.operations.iter().enumerate().filter(move |(_, operation)| always && unconditional(operation))
}

/// Path and place of an end.
fn path(operation: &Operation) -> (&str, Span) {
    match operation {
        Operation::Set(set) => (&set.path, set.span),
        Operation::Block(block) => (&block.path, block.span),
        Operation::Remove(remove) => (&remove.path, remove.span),
        _ => ("", Span::at(0)),
    }
}

/// What two ends disagree about; `None` when both can hold.
fn conflict(left: &Operation, right: &Operation) -> Option<String> {
    match (left, right) {
        (Operation::Set(left), Operation::Set(right)) if left.path == right.path => {
            let (wanted, other) = (written(left)?, written(right)?);
            // Where one accepts what the other writes, they settle on that.
            let agreed = accepts(left, &other)? || accepts(right, &wanted)?;
            (!agreed).then(|| format!("writes `{wanted}` to `{}`, where the other writes `{other}`", left.path))
        }
        (Operation::Remove(_), Operation::Set(_) | Operation::Block(_))
        | (Operation::Set(_) | Operation::Block(_), Operation::Remove(_)) => {
            let (removed, kept) = if matches!(left, Operation::Remove(_)) { (left, right) } else { (right, left) };
            let (removed, kept) = (path(removed).0, path(kept).0);
            let within = kept == removed || kept.strip_prefix(removed).is_some_and(|rest| rest.starts_with(['.', '[']));
            within.then(|| format!("and the other disagree on whether `{removed}` is there"))
        }
        _ => None,
    }
}

fn written(set: &SetSpec) -> Option<Value> {
    literal(&set.value.as_ref()?.expression)
}

/// Whether a value meets an end; `None` when that depends on more than literals.
fn accepts(set: &SetSpec, value: &Value) -> Option<bool> {
    if set.present {
        return Some(!value.is_null());
    }
    let bound = |bound: &Option<super::RuleExpression>| bound.as_ref().map(|bound| literal(&bound.expression));
    let mut tested = false;
    let mut met = true;
    for (limit, fits) in [
        (bound(&set.at_least), (|value, limit| value >= limit) as fn(f64, f64) -> bool),
        (bound(&set.at_most), |value, limit| value <= limit),
    ] {
        let Some(limit) = limit else { continue };
        tested = true;
        met &= fits(value.as_f64()?, limit?.as_f64()?);
    }
    if let Some(choices) = &set.one_of {
        let Expression::Array(_) = &*choices.expression else { return None };
        tested = true;
        met &= literal(&choices.expression)?.as_array()?.contains(value);
    }
    if let Some(held) = &set.contains {
        tested = true;
        let held = literal(&held.expression)?;
        let (wanted, own) = (held.as_array()?, value.as_array()?);
        met &= wanted.iter().all(|item| own.contains(item));
    }
    if tested { Some(met) } else { Some(written(set)? == *value) }
}

fn problem(rule: &Arc<Rule>, operation: &Operation, other: &Arc<Rule>, second: &Operation, what: &str) -> Problem {
    let (path, span) = path(operation);
    let quoted = format!("\"{path}\"");
    let place = rule
        .source
        .get(span.start..)
        .and_then(|rest| rest.find(&quoted))
        .map(|at| Span::new(span.start + at, span.start + at + quoted.len()));
    let line = |at: Span| crate::model::LineColumn::of(&other.source, at.start).line;
    let place_of_other = format!("{}:{}", other.path, line(self::path(second).1));
    Problem::new(&rule.path, &rule.source, place.or(Some(span)), format!("two rules would undo each other: `{}` {what}", rule.id))
        .label(format!("the other is `{}` ({place_of_other})", other.id))
        .help("Give one of them a `when` that leaves the other's blocks alone, accept the other's value with `one_of`, or merge the two.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(id: &str, ends: &str) -> (String, String) {
        let text = format!(
            "rule \"{id}\" {{\n  title = \"t\"\n  severity = \"high\"\n  since = \"0.1.0\"\n  rationale = \"r\"\n  references = [\"https://acme.example\"]\n  target {{\n    resource = \"aws_db_instance\"\n  }}\n{ends}\n  applicability {{\n    level = \"safe\"\n  }}\n}}\n"
        );
        (format!("{id}.hcl"), text)
    }

    fn told(first: &str, second: &str) -> Vec<String> {
        let (catalogue, problems) = Catalogue::default().with_overlay(&[rule("a/a/a", first), rule("b/b/b", second)]);
        assert!(problems.is_empty(), "{problems:?}");
        conflicts(&catalogue).iter().map(Problem::in_words).collect()
    }

    #[test]
    fn each_undoing_the_other_is_a_conflict() {
        let on = "set \"multi_az\" {\n value = true\n}";
        let off = "set \"multi_az\" {\n value = false\n}";
        let found = told(on, off);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("a/a/a.hcl:") && found[0].contains("`b/b/b` (b/b/b.hcl:"), "{found:?}");
        assert!(found[1].starts_with("b/b/b.hcl:") && found[1].contains("`a/a/a` (a/a/a.hcl:"), "{found:?}");
        assert_eq!(told(on, "remove \"multi_az\" {}").len(), 2);
        assert_eq!(told("block \"timeouts\" {\n body {\n  create = \"1h\"\n }\n}", "remove \"timeouts\" {}").len(), 2);
    }

    #[test]
    fn settling_on_a_value_or_a_condition_is_none() {
        let days = |form: &str| format!("set \"backup_retention_period\" {{\n {form}\n}}");
        assert!(told(&days("value = 7\n at_least = 7"), &days("value = 30\n at_least = 30")).is_empty());
        assert!(told(&days("value = 7"), &days("value = 30\n present = true")).is_empty());
        assert_eq!(told(&days("value = 7\n at_most = 10"), &days("value = 30\n at_least = 30")).len(), 2);
        assert!(told(&days("value = 7"), &days("value = 30\n when = target.engine == \"mysql\"")).is_empty());
        assert!(told(&days("value = param.days"), &days("value = 30")).is_empty());
    }
}
