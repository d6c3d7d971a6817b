//! The evaluator: expressions to values, as far as they can be known.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::configuration::{Configuration, NodeId};
use super::instances::ModuleInstance;
use super::origin::{Origin, Role};
use super::scope::{InstanceId, Scope};
use super::syntax::{Expression, ExpressionKind, ObjectItem, Site};
use super::value::{Entry, Traced, Value, Why};
use crate::model::{InstanceKey, Span};

/// How much work an [`Evaluator`] may do before it answers "unknown".
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Steps for one question. A step is one node of an expression or one item that is walked.
    pub steps: u64,
    /// Steps for all questions to one evaluator together.
    pub total: u64,
    /// Deepest nesting of evaluations (expressions inside locals inside modules …).
    pub depth: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 200_000, total: 10_000_000, depth: 256 }
    }
}

/// Longest string that is built.
pub(super) const LONGEST_TEXT: usize = 1 << 20;

/// Evaluates expressions of one [`Configuration`]. What it worked out once it remembers.
#[derive(Debug)]
pub struct Evaluator<'c> {
    pub(super) configuration: &'c Configuration<'c>,
    limits: Limits,
    left: Cell<u64>,
    total: Cell<u64>,
    depth: Cell<u32>,
    /// The bound on depth was met since this was last cleared.
    too_deep: Cell<bool>,
    pub(super) instances: RefCell<Vec<Instance>>,
    interned: RefCell<HashMap<CallInstance, InstanceId>>,
    pub(super) memory: RefCell<HashMap<Name, Slot>>,
    /// The instances of the module at each place.
    pub(super) places: RefCell<HashMap<NodeId, Arc<[ModuleInstance]>>>,
}

/// The calling instance, the call's name, its key, and whether it stands for unknown ones.
type CallInstance = (InstanceId, Arc<str>, Option<InstanceKey>, bool);

/// One instance of a module.
#[derive(Debug, Clone)]
pub(super) struct Instance {
    pub node: NodeId,
    /// The calling scope, with `each` or `count` bound; arguments are evaluated there.
    pub caller: Option<Scope>,
}

/// Something with a name whose value is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Name {
    pub instance: InstanceId,
    pub kind: NameKind,
    pub name: Arc<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum NameKind {
    Variable,
    Local,
    Output,
    /// `address\nargument` of a resource instance.
    Argument,
}

#[derive(Debug, Clone)]
pub(super) enum Slot {
    Running,
    Done(Traced),
    /// Worked out at this depth, where the bound on depth was in the way: known better only from further up.
    CutShort(Traced, u32),
}

impl<'c> Evaluator<'c> {
    /// With the ordinary limits.
    #[must_use]
    pub fn new(configuration: &'c Configuration<'c>) -> Self {
        Self::with_limits(configuration, Limits::default())
    }

    /// With limits of one's own.
    #[must_use]
    pub fn with_limits(configuration: &'c Configuration<'c>, limits: Limits) -> Self {
        let root = Instance { node: configuration.root().id, caller: None };
        Self {
            configuration,
            limits,
            left: Cell::new(limits.steps),
            total: Cell::new(limits.total),
            depth: Cell::new(0),
            too_deep: Cell::new(false),
            instances: RefCell::new(vec![root]),
            interned: RefCell::default(),
            memory: RefCell::default(),
            places: RefCell::default(),
        }
    }

    /// The configuration whose expressions it evaluates.
    #[must_use]
    pub fn configuration(&self) -> &'c Configuration<'c> {
        self.configuration
    }

    /// The root module, seen from its file `file`.
    #[must_use]
    pub fn root_scope(&self, file: &str) -> Scope {
        Scope::new(InstanceId(0), Arc::from(file))
    }

    /// The value of `expression`, which stands in `scope.file`.
    #[must_use]
    pub fn value(&self, scope: &Scope, expression: &Expression) -> Traced {
        self.question(|| self.eval(scope, expression))
    }

    /// Answers one question with fresh steps, unless it is part of another.
    pub(super) fn question<T>(&self, answer: impl FnOnce() -> T) -> T {
        if self.depth.get() == 0 {
            self.left.set(self.limits.steps);
        }
        answer()
    }

    /// Takes steps; `false` when there are none left.
    pub(super) fn spend(&self, steps: u64) -> bool {
        let enough = self.left.get() >= steps && self.total.get() >= steps;
        self.left.set(self.left.get().saturating_sub(steps));
        self.total.set(self.total.get().saturating_sub(steps));
        enough
    }

    fn exhausted(&self) -> bool {
        self.left.get() == 0 || self.total.get() == 0
    }

    /// Runs `work` one level deeper, within the bounds.
    pub(super) fn deeper(&self, work: impl FnOnce() -> Traced) -> Traced {
        let depth = self.depth.get();
        if depth >= self.limits.depth {
            self.too_deep.set(true);
        }
        if depth >= self.limits.depth || !self.spend(1) {
            return Traced::unknown(Why::Bound);
        }
        self.depth.set(depth + 1);
        let result = work();
        self.depth.set(depth);
        result
    }

    /// The remembered value of `name`, or what `work` makes of it; a name that needs itself is a cycle.
    pub(super) fn remember(&self, name: Name, work: impl FnOnce() -> Traced) -> Traced {
        let depth = self.depth.get();
        let known = self.memory.borrow().get(&name).cloned();
        match known {
            Some(Slot::Done(value)) => return value,
            Some(Slot::CutShort(value, at)) if depth >= at => {
                self.too_deep.set(true);
                return value;
            }
            Some(Slot::Running) => return Traced::unknown(Why::Cycle(name.name)),
            Some(Slot::CutShort(..)) | None => {}
        }
        self.memory.borrow_mut().insert(name.clone(), Slot::Running);
        let outside = self.too_deep.replace(false);
        let value = work();
        let cut = self.too_deep.replace(false);
        self.too_deep.set(outside || cut);
        let mut memory = self.memory.borrow_mut();
        if self.exhausted() {
            // Another question, with fresh steps, may know it.
            memory.remove(&name);
        } else if cut {
            memory.insert(name, Slot::CutShort(value.clone(), depth));
        } else {
            memory.insert(name, Slot::Done(value.clone()));
        }
        value
    }

    /// The instance of the module that `parent` calls with `name` and `key`.
    pub(super) fn intern(
        &self,
        parent: InstanceId,
        name: &Arc<str>,
        node: NodeId,
        key: Option<InstanceKey>,
        any: bool,
        caller: Scope,
    ) -> InstanceId {
        let index = (parent, name.clone(), key.clone(), any);
        if let Some(id) = self.interned.borrow().get(&index) {
            return *id;
        }
        let mut instances = self.instances.borrow_mut();
        let id = InstanceId(instances.len());
        instances.push(Instance { node, caller: Some(caller) });
        self.interned.borrow_mut().insert(index, id);
        id
    }

    pub(super) fn instance(&self, id: InstanceId) -> Instance {
        let instances = self.instances.borrow();
        // An id of another evaluator would be a mistake of the caller; the root is the safe answer.
        instances.get(id.0).or_else(|| instances.first()).cloned().unwrap_or(Instance { node: NodeId(0), caller: None })
    }

    /// The node an instance belongs to.
    pub(super) fn node_of(&self, id: InstanceId) -> NodeId {
        self.instance(id).node
    }

    pub(super) fn eval(&self, scope: &Scope, expression: &Expression) -> Traced {
        self.deeper(|| self.dispatch(scope, expression))
    }

    fn dispatch(&self, scope: &Scope, expression: &Expression) -> Traced {
        match &expression.kind {
            ExpressionKind::Null => literal(scope, expression, Value::Null),
            ExpressionKind::Bool(value) => literal(scope, expression, Value::Bool(*value)),
            ExpressionKind::Number(number) => literal(scope, expression, Value::number(*number)),
            ExpressionKind::String(text) => literal(scope, expression, Value::String(text.clone())),
            ExpressionKind::Template(parts) => self.template(scope, expression.span, parts),
            ExpressionKind::Tuple(items) => {
                let items = items.iter().map(|item| self.eval(scope, item)).collect();
                literal(scope, expression, Value::list(items))
            }
            ExpressionKind::Object(items) => literal(scope, expression, self.object(scope, items)),
            ExpressionKind::Reference(_) => self.reference(scope, expression, expression, &[]),
            ExpressionKind::Access(access) => self.reference(scope, expression, &access.target, &access.steps),
            ExpressionKind::Call(call) => self.call(scope, expression.span, call),
            ExpressionKind::Conditional(conditional) => self.conditional(scope, expression.span, conditional),
            ExpressionKind::Unary(operator, inner) => self.unary(scope, expression.span, *operator, inner),
            ExpressionKind::Binary(binary) => self.binary(scope, expression.span, binary),
            ExpressionKind::Parenthesis(inner) => self.eval(scope, inner),
            ExpressionKind::For(for_expression) => self.for_expression(scope, expression.span, for_expression),
        }
    }

    fn object(&self, scope: &Scope, items: &[ObjectItem]) -> Value {
        let mut entries = BTreeMap::new();
        let mut open = None;
        for item in items {
            let key = self.eval(scope, &item.key);
            let value = self.eval(scope, &item.value);
            match key_text(&key.value) {
                Ok(text) => drop(entries.insert(text, Entry { key: key.origin, value })),
                Err(why) => open = Some(why),
            }
        }
        Value::build_object(entries, open)
    }
}

/// A value written at `expression` itself.
pub(super) fn literal(scope: &Scope, expression: &Expression, value: Value) -> Traced {
    Traced { value, origin: Origin::hop(site(scope, expression.span), Role::Literal, Vec::new()) }
}

/// A value computed at `span` from others.
pub(super) fn computed(scope: &Scope, span: Span, by: &str, from: Vec<Origin>, value: Value) -> Traced {
    Traced { value, origin: Origin::hop(site(scope, span), Role::Computed { by: Arc::from(by) }, from) }
}

/// Bytes of the scope's file.
pub(super) fn site(scope: &Scope, span: Span) -> Site {
    Site { file: scope.file.clone(), span }
}

/// The text of an object key; `Err` says why it is not known.
pub(super) fn key_text(value: &Value) -> Result<Arc<str>, Arc<Why>> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => match value.pieces() {
            Ok(pieces) => Ok(Value::from_pieces(pieces).as_str().map_or_else(|| Arc::from(""), Arc::from)),
            Err(_) => Err(Arc::new(Why::Invalid(Arc::from("a key must be a string")))),
        },
        other => Err(other.first_unknown().cloned().unwrap_or_else(|| Arc::new(Why::Invalid(Arc::from("a key must be a string"))))),
    }
}
