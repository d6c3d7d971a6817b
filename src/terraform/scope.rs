//! Where an expression is evaluated: in which instance of which module, with which names bound.

use std::sync::Arc;

use super::value::Traced;

/// One instance of a module in a [`Configuration`](super::Configuration), known to one [`Evaluator`](super::Evaluator).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct InstanceId(pub(super) usize);

/// Where an expression is evaluated. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The module instance.
    pub instance: InstanceId,
    /// The file the expression stands in.
    pub file: Arc<str>,
    bindings: Option<Arc<Binding>>,
}

#[derive(Debug)]
struct Binding {
    name: Arc<str>,
    value: Traced,
    outer: Option<Arc<Binding>>,
}

impl Scope {
    /// Nothing is bound but what the module defines.
    pub(super) fn new(instance: InstanceId, file: Arc<str>) -> Self {
        Self { instance, file, bindings: None }
    }

    /// The same place with `name` bound to `value`: `each`, `count`, a `for` variable, a `dynamic` block's iterator, or a name of the caller's own.
    #[must_use]
    pub fn with(&self, name: impl Into<Arc<str>>, value: Traced) -> Self {
        let binding = Binding { name: name.into(), value, outer: self.bindings.clone() };
        Self { bindings: Some(Arc::new(binding)), ..self.clone() }
    }

    /// The same names seen from another file of the module.
    #[must_use]
    pub fn in_file(&self, file: &Arc<str>) -> Self {
        Self { file: file.clone(), ..self.clone() }
    }

    pub(super) fn bound(&self, name: &str) -> Option<&Traced> {
        let mut next = self.bindings.as_deref();
        while let Some(binding) = next {
            if &*binding.name == name {
                return Some(&binding.value);
            }
            next = binding.outer.as_deref();
        }
        None
    }
}
