//! Checks requests against what GitHub's OpenAPI description says it takes.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, OnceLock};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// A request as a stand-in for GitHub saw it.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Method.
    pub method: String,
    /// Path below the REST base, percent-encoded.
    pub path: String,
    /// Query, percent-encoded, without `?`.
    pub query: String,
    /// JSON body, if there was one.
    pub body: Option<Value>,
}

impl Recorded {
    /// `POST /repos/acme/infra/pulls`.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// A value of the query.
    pub fn query(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// GitHub's description of what it takes.
pub struct Contract {
    paths: Map<String, Value>,
    components: Value,
    validators: Mutex<HashMap<String, &'static Validator>>,
}

/// Parameters whose value may hold slashes.
const LONG_PARAMETERS: [&str; 2] = ["{path}", "{ref}"];

impl Contract {
    /// The description in `testdata/github`.
    pub fn of_github() -> &'static Self {
        static CONTRACT: OnceLock<Contract> = OnceLock::new();
        CONTRACT.get_or_init(|| {
            let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/github/openapi-requests.json"))
                .expect("the description is there");
            let mut whole: Value = serde_json::from_str(&text).expect("the description is JSON");
            let Value::Object(paths) = whole["paths"].take() else { panic!("the description has no paths") };
            Self { paths, components: whole["components"].take(), validators: Mutex::default() }
        })
    }

    /// Checks path, method, query and body of a request.
    pub fn check(&self, request: &Recorded) -> Result<(), String> {
        let name = request.name();
        let template = self.template(&by_name(&request.path)).ok_or_else(|| format!("{name}: GitHub has no such path"))?;
        let operation = self.paths[template]
            .get(request.method.to_lowercase())
            .ok_or_else(|| format!("{name}: {template} does not take this method"))?;
        let parameters = self.parameters(operation);
        self.check_query(request, &parameters).map_err(|problem| format!("{name}: {problem}"))?;
        self.check_body(request, template, operation).map_err(|problem| format!("{name}: {problem}"))
    }

    /// The template that fits best: the one with most literal segments.
    fn template(&self, path: &str) -> Option<&str> {
        let fitting = self.paths.keys().filter_map(|template| fit(template, path).map(|literal| (literal, template.as_str())));
        fitting.max().map(|(_, template)| template)
    }

    fn parameters<'a>(&'a self, operation: &'a Value) -> Vec<&'a Value> {
        let own = operation.get("parameters").and_then(Value::as_array);
        own.into_iter().flatten().map(|parameter| self.resolve(parameter)).collect()
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix("#/components")) {
            Some(pointer) => self.components.pointer(pointer).expect("a reference leads somewhere"),
            None => value,
        }
    }

    fn check_query(&self, request: &Recorded, parameters: &[&Value]) -> Result<(), String> {
        let known: HashMap<&str, &&Value> = parameters
            .iter()
            .filter(|parameter| parameter["in"] == "query")
            .filter_map(|parameter| Some((parameter["name"].as_str()?, parameter)))
            .collect();
        let given: Vec<(String, String)> = url::form_urlencoded::parse(request.query.as_bytes()).into_owned().collect();
        for (name, value) in &given {
            let parameter = known.get(name.as_str()).ok_or_else(|| format!("the query has an unknown parameter `{name}`"))?;
            let typed = serde_json::from_str::<Value>(value).ok().filter(|value| value.is_number() || value.is_boolean());
            let fits = |value: &Value| self.validate(&format!("{}?{name}", request.name()), &parameter["schema"], value);
            let text = Value::String(value.clone());
            fits(&text)
                .or_else(|problem| typed.as_ref().map_or(Err(problem), fits))
                .map_err(|problem| format!("query `{name}={value}`: {problem}"))?;
        }
        let missing =
            known.iter().find(|(name, parameter)| parameter["required"] == true && !given.iter().any(|(given, _)| given == **name));
        missing.map_or(Ok(()), |(name, _)| Err(format!("the query lacks `{name}`")))
    }

    fn check_body(&self, request: &Recorded, template: &str, operation: &Value) -> Result<(), String> {
        let described = operation.get("requestBody").map(|body| self.resolve(body));
        match (&request.body, described) {
            (None, None) => Ok(()),
            (Some(_), None) => Err("GitHub takes no body here".into()),
            (None, Some(described)) if described["required"] == true => Err("GitHub wants a body here".into()),
            (None, Some(_)) => Ok(()),
            (Some(body), Some(described)) => {
                let schema = &described["content"]["application/json"]["schema"];
                self.validate(&format!("{} {template}", request.method), schema, body)?;
                self.check_names(schema, body)
            }
        }
    }

    /// The description allows properties it does not name; GitHub ignores them, so sending one is a mistake of ours.
    fn check_names(&self, schema: &Value, body: &Value) -> Result<(), String> {
        let mut known = BTreeSet::new();
        self.property_names(schema, &mut known);
        let unknown = body.as_object().into_iter().flat_map(Map::keys).find(|name| !known.contains(name.as_str()));
        unknown.map_or(Ok(()), |name| Err(format!("the body has an unknown property `{name}`")))
    }

    fn property_names<'a>(&'a self, schema: &'a Value, names: &mut BTreeSet<&'a str>) {
        let schema = self.resolve(schema);
        names.extend(schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys).map(String::as_str));
        for part in ["oneOf", "anyOf", "allOf"] {
            for inner in schema.get(part).and_then(Value::as_array).into_iter().flatten() {
                self.property_names(inner, names);
            }
        }
    }

    fn validate(&self, key: &str, schema: &Value, value: &Value) -> Result<(), String> {
        let validator = {
            let mut validators = self.validators.lock().expect("no test panics while compiling a schema");
            *validators.entry(key.to_owned()).or_insert_with(|| {
                let whole = json!({ "allOf": [schema], "components": self.components });
                Box::leak(Box::new(jsonschema::draft202012::new(&nullable(&whole)).expect("the description's schema compiles")))
            })
        };
        validator.validate(value).map_err(|error| format!("{error} at {}", error.instance_path()))
    }
}

/// How many literal segments of `template` fit `path`, if it fits at all.
fn fit(template: &str, path: &str) -> Option<usize> {
    let (parts, given): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let long = parts.last().is_some_and(|last| LONG_PARAMETERS.contains(last));
    if given.len() != parts.len() && !(long && given.len() > parts.len()) {
        return None;
    }
    let is_parameter = |part: &str| part.starts_with('{') && part.ends_with('}');
    let fits = parts.iter().zip(&given).all(|(part, given)| if is_parameter(part) { !given.is_empty() } else { part == given });
    fits.then(|| parts.iter().filter(|part| !is_parameter(part)).count())
}

/// `nullable: true` of OpenAPI 3.0 in JSON Schema's words.
fn nullable(schema: &Value) -> Value {
    match schema {
        Value::Object(object) => {
            let mut object: Map<String, Value> = object.iter().map(|(key, value)| (key.clone(), nullable(value))).collect();
            if object.remove("nullable") == Some(Value::Bool(true)) {
                return json!({ "anyOf": [Value::Object(object), { "type": "null" }] });
            }
            Value::Object(object)
        }
        Value::Array(list) => Value::Array(list.iter().map(nullable).collect()),
        other => other.clone(),
    }
}

/// GitHub redirects from a repository's old name to `/repositories/ID`, which stands for the same paths and is not described.
fn by_name(path: &str) -> String {
    let below =
        path.strip_prefix("/repositories/").map(|rest| rest.split_once('/').map(|(_, below)| format!("/{below}")).unwrap_or_default());
    below.map_or_else(|| path.to_owned(), |below| format!("/repos/owner/name{below}"))
}

fn request(method: &str, path: &str, query: &str, body: Option<Value>) -> Recorded {
    Recorded { method: method.into(), path: path.into(), query: query.into(), body }
}

#[test]
fn what_github_does_not_take_is_found() {
    let contract = Contract::of_github();
    let pull = json!({ "title": "t", "head": "h", "base": "main", "body": "b", "draft": true });
    let ok = |request: Recorded| contract.check(&request);
    assert_eq!(ok(request("POST", "/repos/a/b/pulls", "", Some(pull.clone()))), Ok(()));
    assert_eq!(ok(request("GET", "/repos/a/b/git/ref/heads/remediate/x/y", "", None)), Ok(()));
    assert_eq!(ok(request("GET", "/repos/a/b/pulls", "state=all&per_page=100", None)), Ok(()));
    let mut wrong = pull.clone();
    wrong["draft"] = json!("yes");
    let mut unknown = pull.clone();
    unknown["labels"] = json!([]);
    for (request, problem) in [
        (request("POST", "/repos/a/b/pulls", "", Some(wrong)), "not of type"),
        (request("POST", "/repos/a/b/pulls", "", Some(unknown)), "unknown property `labels`"),
        (request("POST", "/repos/a/b/pulls", "", Some(json!({ "title": "t" }))), "required"),
        (request("POST", "/repos/a/b/pulls", "", None), "wants a body"),
        (request("PUT", "/repos/a/b/pulls", "", Some(pull)), "does not take this method"),
        (request("GET", "/repos/a/b/pull", "", None), "no such path"),
        (request("GET", "/repos/a/b/pulls", "state=merged", None), "state=merged"),
        (request("GET", "/repos/a/b/pulls", "stat=all", None), "unknown parameter `stat`"),
    ] {
        let message = ok(request).expect_err(problem);
        assert!(message.contains(problem), "`{message}` should say `{problem}`");
    }
}
