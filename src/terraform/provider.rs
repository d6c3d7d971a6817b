//! What provider blocks say: region, account, default tags.

use std::sync::Arc;

use super::evaluate::Evaluator;
use super::module::Resource;
use super::scope::Scope;
use super::value::Traced;

impl Evaluator<'_> {
    /// An attribute of a data source that the provider block answers.
    pub(super) fn provider_fact(&self, _scope: &Scope, _resource: &Resource, _name: &Arc<str>) -> Option<Traced> {
        None
    }

    /// The scope in which a value given from outside is evaluated.
    pub(super) fn given_scope(&self, given: &super::configuration::Given) -> Scope {
        Scope::new(super::scope::InstanceId(0), given.attribute.file.clone())
    }
}
