//! `count` and `for_each`: the instances of a block.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::access;
use super::evaluate::{Evaluator, computed, key_text};
use super::origin::Origin;
use super::scope::Scope;
use super::syntax::{Block, Expression, Step, StepKind};
use super::value::{Entry, Traced, Value, Why};
use crate::model::InstanceKey;

/// Most instances of one block that are told apart.
const MOST_INSTANCES: usize = 2_000;

/// The instances of a block.
#[derive(Debug, Clone)]
pub(super) struct Repetition {
    /// Known instances, and at the end the one that stands for all unknown ones.
    pub members: Vec<Member>,
    /// Whether `count` or `for_each` is used at all.
    pub repeated: bool,
}

/// One instance, or the stand-in for unknown ones.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// Its key.
    pub key: Option<InstanceKey>,
    /// Stands for an unknown number of instances.
    pub any: bool,
    /// The block's scope with `each` or `count` bound.
    pub scope: Scope,
}

impl Evaluator<'_> {
    /// The instances of `block`, which stands in the module of `scope`.
    pub(super) fn repetition(&self, scope: &Scope, block: &Block) -> Repetition {
        let scope = scope.in_file(&block.file);
        if let Some(count) = block.attribute("count") {
            let value = self.eval(&scope.in_file(&count.file), &count.value);
            return counted(&scope, &value);
        }
        if let Some(for_each) = block.attribute("for_each") {
            let value = self.eval(&scope.in_file(&for_each.file), &for_each.value);
            return keyed(&scope, &value);
        }
        Repetition { members: vec![Member { key: None, any: false, scope }], repeated: false }
    }

    /// Picks the instance that the first of `rest` asks for and goes on with `enter`.
    pub(super) fn pick(
        &self,
        scope: &Scope,
        whole: &Expression,
        repetition: &Repetition,
        rest: &[Step],
        enter: &dyn Fn(&Member, &[Step]) -> Traced,
    ) -> Traced {
        if !repetition.repeated {
            let Some(member) = repetition.members.first() else { return Traced::unknown(Why::Bound) };
            // `x[0]` and `x[*]` on a single block happen in code that also serves repeated ones.
            return match rest {
                [Step { kind: StepKind::FullSplat | StepKind::AttributeSplat, .. }, rest @ ..] => {
                    computed(scope, whole.span, "splat", Vec::new(), Value::list(vec![enter(member, rest)]))
                }
                _ => enter(member, rest),
            };
        }
        match rest {
            [Step { kind: StepKind::Index(index), .. }, rest @ ..] => {
                let index = self.eval(scope, index);
                self.pick_by(repetition, &index.value, rest, enter)
            }
            [Step { kind: StepKind::FullSplat | StepKind::AttributeSplat, .. }, rest @ ..] => {
                let (items, open) = self.each_member(repetition, |member| enter(member, rest));
                computed(scope, whole.span, "splat", Vec::new(), Value::build_list(items, false, open))
            }
            _ => {
                let value = self.all_members(repetition, enter);
                self.follow(scope, whole, value, rest)
            }
        }
    }

    fn pick_by(&self, repetition: &Repetition, index: &Value, rest: &[Step], enter: &dyn Fn(&Member, &[Step]) -> Traced) -> Traced {
        if let Some(why) = index.first_unknown() {
            let (choices, open) = self.each_member(repetition, |member| enter(member, rest));
            return match open {
                None if !choices.is_empty() && choices.len() <= 64 => Traced::bare(Value::either(choices)),
                _ => Traced::bare(Value::because(why)),
            };
        }
        let wanted = instance_key(index);
        let exact = repetition.members.iter().find(|member| !member.any && member.key.is_some() && member.key == wanted);
        match exact.or_else(|| repetition.members.iter().find(|member| member.any)) {
            Some(member) => enter(member, rest),
            None => Traced::bare(Value::invalid("there is no such instance")),
        }
    }

    fn each_member(&self, repetition: &Repetition, enter: impl Fn(&Member) -> Traced) -> (Vec<Traced>, Option<Arc<Why>>) {
        let mut items = Vec::new();
        let mut open = None;
        for member in &repetition.members {
            if member.any || !self.spend(1) {
                open =
                    Some(Arc::new(if member.any { Why::Invalid(Arc::from("the number of instances is not known")) } else { Why::Bound }));
            } else {
                items.push(enter(member));
            }
        }
        (items, open)
    }

    /// All instances as a list (`count`) or an object (`for_each`).
    fn all_members(&self, repetition: &Repetition, enter: &dyn Fn(&Member, &[Step]) -> Traced) -> Traced {
        let (items, open) = self.each_member(repetition, |member| enter(member, &[]));
        let by_key = repetition.members.iter().any(|member| matches!(member.key, Some(InstanceKey::Key(_))));
        let value = if by_key {
            let keys = repetition.members.iter().filter(|member| !member.any).filter_map(|member| match &member.key {
                Some(InstanceKey::Key(key)) => Some(Arc::from(key.as_str())),
                _ => None,
            });
            Value::build_object(keys.zip(items).map(|(key, value)| (key, Entry { key: Origin::default(), value })).collect(), open)
        } else if items.is_empty() {
            open.map_or_else(|| Value::list(Vec::new()), |why| Value::because(&why))
        } else {
            Value::build_list(items, false, open)
        };
        Traced::bare(value)
    }
}

fn instance_key(index: &Value) -> Option<InstanceKey> {
    match index {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a whole number from 0")]
        Value::Number(number) if *number >= 0.0 && number.fract() == 0.0 => Some(InstanceKey::Index(*number as u64)),
        other => key_text(other).ok().map(|key| InstanceKey::Key(key.to_string())),
    }
}

fn counted(scope: &Scope, count: &Traced) -> Repetition {
    let member = |key: Option<InstanceKey>, index: Traced, any: bool| {
        let entries = BTreeMap::from([(Arc::from("index"), Entry { key: Origin::default(), value: index })]);
        Member { key, any, scope: scope.with("count", Traced::bare(Value::object(entries))) }
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float to integer cast saturates")]
    let known = count.value.as_number().map(|number| number.max(0.0) as usize).or_else(|| count.value.as_bool().map(usize::from));
    let shown = known.unwrap_or(0).min(MOST_INSTANCES);
    #[expect(clippy::cast_precision_loss, reason = "bounded by MOST_INSTANCES")]
    let index = |index: usize| Traced::bare(Value::Number(index as f64));
    let mut members: Vec<Member> = (0..shown).map(|at| member(Some(InstanceKey::Index(at as u64)), index(at), false)).collect();
    if known.is_none_or(|known| known > shown) {
        let why = count.value.first_unknown().cloned().unwrap_or_else(|| Arc::new(Why::Bound));
        members.push(member(None, Traced { value: Value::because(&why), origin: count.origin.clone() }, true));
    }
    Repetition { members, repeated: true }
}

fn keyed(scope: &Scope, for_each: &Traced) -> Repetition {
    let member = |key: Option<InstanceKey>, each_key: Traced, each_value: Traced, any: bool| {
        let entry = |value| Entry { key: Origin::default(), value };
        let each = BTreeMap::from([(Arc::from("key"), entry(each_key)), (Arc::from("value"), entry(each_value))]);
        Member { key, any, scope: scope.with("each", Traced::bare(Value::object(each))) }
    };
    let walk = super::walk::items(&for_each.value);
    let is_object = matches!(for_each.value, Value::Object(_));
    let mut open = walk.open;
    let mut members = Vec::new();
    for (key, value) in walk.items {
        let key = if is_object { key } else { value.clone() };
        match key_text(&key.value) {
            Ok(text) if members.len() < MOST_INSTANCES => members.push(member(Some(InstanceKey::Key(text.to_string())), key, value, false)),
            Ok(_) => open = Some(Arc::new(Why::Bound)),
            // Its key is not known; the rest of it may be.
            Err(_) => members.push(member(None, key, value, true)),
        }
    }
    if let Some(why) = open {
        let unknown = Traced { value: Value::because(&why), origin: for_each.origin.clone() };
        members.push(member(None, unknown.clone(), unknown, true));
    }
    Repetition { members, repeated: true }
}

/// The name under which a resource instance's arguments are remembered.
pub(super) fn member_address(base: &str, member: &Member) -> String {
    let key = member.key.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("{base}{key}{}", if member.any { "[*]" } else { "" })
}

impl Evaluator<'_> {
    /// `rest` seen from one instance of a resource: what the code says, or "after apply".
    pub(super) fn resource_member(
        &self,
        scope: &Scope,
        whole: &Expression,
        resource: &super::module::Resource,
        member: &Member,
        rest: &[Step],
    ) -> Traced {
        let base = resource.address().to_string();
        let address = member_address(&base, member);
        let unknown = |name: &str| {
            let name: Arc<str> = Arc::from(if name.is_empty() { address.clone() } else { format!("{address}.{name}") });
            if base.starts_with("data.") { Why::Data(name) } else { Why::AfterApply(name) }
        };
        let [Step { kind: StepKind::Attribute(name), .. }, rest @ ..] = rest else {
            return Traced::unknown(unknown(""));
        };
        let argument = super::identity::argument_behind(resource.kind(), name).unwrap_or(name);
        let member_scope = member.scope.in_file(&resource.block.file);
        let value = match resource.block.attribute(argument) {
            Some(attribute) => self.argument_of(&member_scope, &address, attribute),
            None => match self.provider_fact(scope, resource, name) {
                Some(fact) => fact,
                None => Traced::unknown(unknown(name)),
            },
        };
        // A null argument is filled in by the provider.
        let value = if matches!(value.value, Value::Null) { Traced { value: Value::unknown(unknown(name)), ..value } } else { value };
        if rest.is_empty() && access::written(whole).is_empty() {
            return value;
        }
        self.follow(scope, whole, value, rest)
    }
}
