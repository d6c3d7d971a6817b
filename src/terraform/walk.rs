//! Walking lists, sets and objects: `for` expressions and splats.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::evaluate::{Evaluator, computed, key_text, literal};
use super::origin::Origin;
use super::scope::Scope;
use super::syntax::{Expression, For};
use super::value::{Entry, Traced, Value, Why};
use crate::model::Span;

/// The items of a value that can be walked.
pub(super) struct Walk {
    /// Key (or index) and value.
    pub items: Vec<(Traced, Traced)>,
    /// There may be others.
    pub open: Option<Arc<Why>>,
}

/// Key and value of every item; a value that cannot be walked has none and says why.
pub(super) fn items(value: &Value) -> Walk {
    match value {
        Value::List(list) => {
            #[expect(clippy::cast_precision_loss, reason = "no list is that long")]
            let key = |index: usize, item: &Traced| if list.set { item.clone() } else { Traced::bare(Value::number(index as f64)) };
            let items = list.items.iter().enumerate().map(|(index, item)| (key(index, item), item.clone())).collect();
            Walk { items, open: list.open.clone() }
        }
        Value::Object(object) => {
            let items = object
                .entries
                .iter()
                .map(|(key, entry)| (Traced { value: Value::String(key.clone()), origin: entry.key.clone() }, entry.value.clone()))
                .collect();
            Walk { items, open: object.open.clone() }
        }
        Value::Unknown(why) => Walk { items: Vec::new(), open: Some(why.clone()) },
        other => {
            let why = Why::Invalid(Arc::from(format!("{} cannot be walked", other.kind())));
            Walk { items: Vec::new(), open: Some(Arc::new(why)) }
        }
    }
}

/// What a `for` expression has gathered.
#[derive(Default)]
struct Gathered {
    list: Vec<Traced>,
    entries: BTreeMap<Arc<str>, Entry>,
    groups: BTreeMap<Arc<str>, (Origin, Vec<Traced>)>,
    open: Option<Arc<Why>>,
}

impl Evaluator<'_> {
    pub(super) fn for_expression(&self, scope: &Scope, span: Span, expression: &For) -> Traced {
        let collection = self.eval(scope, &expression.collection);
        let walk = items(&collection.value);
        let walkable = matches!(collection.value, Value::List(_) | Value::Object(_));
        if let (false, Some(why)) = (walkable, &walk.open) {
            return computed(scope, span, "for", vec![collection.origin], Value::because(why));
        }
        let mut gathered = Gathered { open: walk.open, ..Gathered::default() };
        for (key, item) in walk.items {
            if !self.spend(1) {
                return computed(scope, span, "for", vec![collection.origin], Value::unknown(Why::Bound));
            }
            let mut inner = scope.with(expression.value_name.clone(), item);
            if let Some(name) = &expression.key_name {
                inner = inner.with(name.clone(), key);
            }
            self.gather(&inner, expression, &mut gathered);
        }
        let Gathered { list, mut entries, groups, open } = gathered;
        for (key, (origin, values)) in groups {
            let list = computed(scope, span, "for", Vec::new(), Value::list(values));
            entries.insert(key, Entry { key: origin, value: list });
        }
        let value = if expression.key.is_some() { Value::build_object(entries, open) } else { Value::build_list(list, false, open) };
        computed(scope, span, "for", vec![collection.origin], value)
    }

    fn gather(&self, scope: &Scope, expression: &For, gathered: &mut Gathered) {
        if let Some(condition) = &expression.condition {
            let condition = self.eval(scope, condition).value;
            match condition.as_bool() {
                Some(true) => {}
                Some(false) => return,
                None => {
                    // Perhaps an item, perhaps not.
                    let why = condition.first_unknown().cloned();
                    gathered.open =
                        Some(why.unwrap_or_else(|| Arc::new(Why::Invalid(Arc::from("the condition of a `for` must be a bool")))));
                    return;
                }
            }
        }
        let value = self.eval(scope, &expression.value);
        let Some(key) = &expression.key else {
            gathered.list.push(value);
            return;
        };
        let key = self.eval(scope, key);
        match key_text(&key.value) {
            Err(why) => gathered.open = Some(why),
            Ok(text) if expression.group => gathered.groups.entry(text).or_insert_with(|| (key.origin, Vec::new())).1.push(value),
            Ok(text) => drop(gathered.entries.insert(text, Entry { key: key.origin, value })),
        }
    }

    /// `value[*]…` and `value.*…`: the rest of the steps on every item.
    pub(super) fn splat(&self, scope: &Scope, whole: &Expression, value: Traced, each: impl Fn(Traced) -> Traced) -> Traced {
        let (items, open, set) = match &value.value {
            Value::Null => (Vec::new(), None, false),
            Value::List(list) => (list.items.clone(), list.open.clone(), list.set),
            Value::Unknown(why) => return computed(scope, whole.span, "splat", vec![value.origin], Value::because(why)),
            _ => (vec![value.clone()], None, false),
        };
        let mut results = Vec::with_capacity(items.len());
        for item in items {
            if !self.spend(1) {
                return Traced::unknown(Why::Bound);
            }
            results.push(each(item));
        }
        let _ = set;
        literal(scope, whole, Value::build_list(results, false, open))
    }
}
