//! What a name refers to: variables, locals, modules, resources, paths.

use std::sync::Arc;

use super::access;
use super::configuration::{Given, NodeId};
use super::conversion;
use super::directory;
use super::evaluate::{Evaluator, Name, NameKind, site};
use super::module::Module;
use super::origin::{Origin, Role};
use super::scope::{InstanceId, Scope};
use super::syntax::{Attribute, Block, Expression, ExpressionKind, Step, StepKind};
use super::value::{Traced, Value, Why};

impl<'c> Evaluator<'c> {
    /// The definitions an instance sees.
    pub(super) fn module_of(&self, instance: InstanceId) -> &'c Module {
        &self.configuration.node(self.node_of(instance)).module
    }

    /// The value of `target` followed by `steps`; `whole` is the expression that holds both.
    pub(super) fn reference(&self, scope: &Scope, whole: &Expression, target: &Expression, steps: &[Step]) -> Traced {
        let ExpressionKind::Reference(name) = &target.kind else {
            let value = self.eval(scope, target);
            return self.follow(scope, whole, value, steps);
        };
        if let Some(bound) = scope.bound(name) {
            return self.follow(scope, whole, bound.clone(), steps);
        }
        let (value, used) = match (&**name, steps) {
            ("var", [Step { kind: StepKind::Attribute(name), .. }, ..]) => (self.variable(scope.instance, name), 1),
            ("local", [Step { kind: StepKind::Attribute(name), .. }, ..]) => (self.local(scope.instance, name), 1),
            ("path", [Step { kind: StepKind::Attribute(name), .. }, ..]) => (self.path(scope.instance, name), 1),
            ("terraform", [Step { kind: StepKind::Attribute(name), .. }, ..]) => (self.terraform(name), 1),
            ("module", [Step { kind: StepKind::Attribute(name), .. }, rest @ ..]) => return self.module_call(scope, whole, name, rest),
            ("include", _) if self.configuration.terragrunt().is_some() => {
                (Traced::bare(self.configuration.terragrunt().map_or(Value::Null, |context| context.includes.clone())), 0)
            }
            ("dependency" | "feature" | "values", _) if self.configuration.terragrunt().is_some() => {
                (Traced::unknown(Why::Data(access::written(whole))), steps.len())
            }
            ("each" | "count" | "self", _) => (Traced::unknown(Why::Undefined(name.clone())), steps.len()),
            _ => return self.resource_reference(scope, whole, name, steps),
        };
        self.follow(scope, whole, value, steps.get(used..).unwrap_or_default())
    }

    /// The value of variable `name` in a module instance.
    pub(super) fn variable(&self, instance: InstanceId, name: &Arc<str>) -> Traced {
        let remembered = Name { instance, kind: NameKind::Variable, name: name.clone() };
        self.remember(remembered, || self.deeper(|| self.find_variable(instance, name)))
    }

    fn find_variable(&self, instance: InstanceId, name: &Arc<str>) -> Traced {
        let Some(declared) = self.module_of(instance).variables.get(name) else {
            return Traced::unknown(Why::Undefined(Arc::from(format!("var.{name}"))));
        };
        let given = self.given(instance, name);
        let not_nullable =
            declared.attribute("nullable").is_some_and(|nullable| matches!(nullable.value.kind, ExpressionKind::Bool(false)));
        let given = given.filter(|given| !(not_nullable && matches!(given.value, Value::Null)));
        let raw = given.or_else(|| self.default_of(instance, declared, name)).unwrap_or_else(|| Traced {
            value: Value::unknown(Why::NoValue(name.clone())),
            origin: Origin::hop(declared.site(), Role::NoValue { name: name.clone() }, Vec::new()),
        });
        let Some(kind) = declared.attribute("type") else { return raw };
        conversion::convert(self, &Scope::new(instance, kind.file.clone()), raw, &kind.value)
    }

    fn default_of(&self, instance: InstanceId, declared: &Block, name: &Arc<str>) -> Option<Traced> {
        let default = declared.attribute("default")?;
        Some(self.assigned(&Scope::new(instance, default.file.clone()), default, Role::VariableDefault { name: name.clone() }))
    }

    /// What a caller or a variable file gives to a variable.
    fn given(&self, instance: InstanceId, name: &Arc<str>) -> Option<Traced> {
        let inst = self.instance(instance);
        let Some(caller) = inst.caller else {
            let given = self.configuration.given().get(name)?;
            return Some(match given {
                Given::Passed(value) => value.clone(),
                Given::Written(attribute) => {
                    let scope = Scope::new(instance, attribute.file.clone());
                    self.assigned(&scope, attribute, Role::VariableFile { name: name.clone() })
                }
            });
        };
        let call = self.configuration.call_of(self.configuration.node(inst.node))?;
        let argument = call.attribute(name)?;
        let role = Role::ModuleArgument { call: Arc::from(call.label(0)), name: name.clone() };
        Some(self.assigned(&caller, argument, role))
    }

    /// The value of an attribute, with a station of its own on the way.
    pub(super) fn assigned(&self, scope: &Scope, attribute: &Attribute, role: Role) -> Traced {
        let scope = scope.in_file(&attribute.file);
        let value = self.eval(&scope, &attribute.value);
        Traced { value: value.value, origin: Origin::hop(site(&scope, attribute.value.span), role, vec![value.origin]) }
    }

    /// The value of local `name` in a module instance.
    pub(super) fn local(&self, instance: InstanceId, name: &Arc<str>) -> Traced {
        let Some(attribute) = self.module_of(instance).locals.get(name) else {
            return Traced::unknown(Why::Undefined(Arc::from(format!("local.{name}"))));
        };
        let remembered = Name { instance, kind: NameKind::Local, name: name.clone() };
        self.remember(remembered, || {
            self.deeper(|| self.assigned(&Scope::new(instance, attribute.file.clone()), attribute, Role::Local { name: name.clone() }))
        })
    }

    /// `path.module` and `path.root` are relative to the root module, as Terraform gives them.
    fn path(&self, instance: InstanceId, name: &str) -> Traced {
        let root = self.configuration.root_dir();
        match name {
            "root" => Traced::bare(Value::string(".")),
            "module" => Traced::bare(Value::string(directory::relative(root, &self.module_of(instance).dir))),
            _ => Traced::unknown(Why::Impure(Arc::from(format!("path.{name}")))),
        }
    }

    fn terraform(&self, name: &str) -> Traced {
        match (name, &self.configuration.selection().workspace) {
            ("workspace", Some(workspace)) => Traced::bare(Value::string(workspace.as_str())),
            ("workspace", None) => Traced::unknown(Why::Workspace),
            _ => Traced::unknown(Why::Undefined(Arc::from(format!("terraform.{name}")))),
        }
    }

    /// `module.name…`.
    fn module_call(&self, scope: &Scope, whole: &Expression, name: &Arc<str>, rest: &[Step]) -> Traced {
        let node = self.configuration.node(self.node_of(scope.instance));
        let Some(call) = node.module.calls.get(name) else {
            return Traced::unknown(Why::Undefined(Arc::from(format!("module.{name}"))));
        };
        let Some(child) = node.children.get(name) else {
            let value = Value::unknown(Why::Unreadable(name.clone(), call.source.text()));
            let origin = Origin::hop(call.block.site(), Role::Unreadable { call: name.clone() }, Vec::new());
            return Traced { value, origin };
        };
        let base = Scope::new(scope.instance, call.block.file.clone());
        let repetition = self.repetition(&base, &call.block);
        let enter = |member: &super::repetition::Member| {
            self.intern(scope.instance, name, *child, member.key.clone(), member.any, member.scope.clone())
        };
        self.pick(scope, whole, &repetition, rest, &|member, rest| {
            let instance = enter(member);
            match rest {
                [Step { kind: StepKind::Attribute(output), .. }, rest @ ..] => {
                    let value = self.output(*child, instance, output);
                    self.follow(scope, whole, value, rest)
                }
                _ => self.outputs(*child, instance),
            }
        })
    }

    fn output(&self, node: NodeId, instance: InstanceId, name: &Arc<str>) -> Traced {
        let Some(value) = self.configuration.node(node).module.outputs.get(name).and_then(|output| output.attribute("value")) else {
            return Traced::unknown(Why::Undefined(Arc::from(format!("output.{name}"))));
        };
        let remembered = Name { instance, kind: NameKind::Output, name: name.clone() };
        self.remember(remembered, || {
            self.deeper(|| self.assigned(&Scope::new(instance, value.file.clone()), value, Role::Output { name: name.clone() }))
        })
    }

    /// All outputs of a module instance as one object.
    fn outputs(&self, node: NodeId, instance: InstanceId) -> Traced {
        let outputs = &self.configuration.node(node).module.outputs;
        let entries = outputs.keys().map(|name| {
            let value = self.output(node, instance, name);
            (name.clone(), super::value::Entry { key: Origin::default(), value })
        });
        Traced::bare(Value::object(entries.collect()))
    }

    /// The value of argument `name` of a block instance, remembered under the instance's address.
    pub(super) fn argument_of(&self, scope: &Scope, address: &str, attribute: &Attribute) -> Traced {
        let name = Arc::from(format!("{address}\n{}", attribute.name));
        let remembered = Name { instance: scope.instance, kind: NameKind::Argument, name };
        self.remember(remembered, || self.deeper(|| self.assigned(scope, attribute, Role::Argument { name: attribute.name.clone() })))
    }

    fn resource_reference(&self, scope: &Scope, whole: &Expression, head: &Arc<str>, steps: &[Step]) -> Traced {
        let undefined = || Traced::unknown(Why::Undefined(access::written(whole)));
        let attribute = |step: Option<&Step>| match step.map(|step| &step.kind) {
            Some(StepKind::Attribute(name)) => Some(name.clone()),
            _ => None,
        };
        let data = matches!(&**head, "data" | "ephemeral");
        let (kind, name, rest) = if data {
            (attribute(steps.first()), attribute(steps.get(1)), steps.get(2..))
        } else {
            (Some(head.clone()), attribute(steps.first()), steps.get(1..))
        };
        let (Some(kind), Some(name), Some(rest)) = (kind, name, rest) else { return undefined() };
        let mode = if data { crate::model::ResourceMode::Data } else { crate::model::ResourceMode::Managed };
        let Some(resource) = self.module_of(scope.instance).resource(mode, &kind, &name) else { return undefined() };
        let repetition = self.repetition(&Scope::new(scope.instance, resource.block.file.clone()), &resource.block);
        self.pick(scope, whole, &repetition, rest, &|member, rest| self.resource_member(scope, whole, resource, member, rest))
    }
}
