//! Encodings and hashes.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest as _;

use super::function::{Answer, Arguments};
use super::origin::Origin;
use super::value::{Entry, Traced, Value, Why};

/// The function `name`, if it is one of these.
pub(super) fn find(name: &str) -> Option<fn(&Arguments<'_>) -> Answer> {
    Some(match name {
        "jsonencode" => |arguments| arguments.long_text(escape_html(&arguments.json(0)?.to_string())),
        "jsondecode" => jsondecode,
        "yamlencode" => yamlencode,
        "yamldecode" => yamldecode,
        "base64encode" => |arguments| arguments.long_text(to_base64(arguments.text(0)?.as_bytes())),
        "base64decode" => base64decode,
        "urlencode" => urlencode,
        "sha1" => |arguments| Ok(Value::string(hex::encode(super::digest::sha1(arguments.text(0)?.as_bytes()))).into()),
        "sha256" => |arguments| Ok(Value::string(hex::encode(sha2::Sha256::digest(arguments.text(0)?.as_bytes()))).into()),
        "sha512" => |arguments| Ok(Value::string(hex::encode(sha2::Sha512::digest(arguments.text(0)?.as_bytes()))).into()),
        "base64sha256" => |arguments| Ok(Value::string(to_base64(&sha2::Sha256::digest(arguments.text(0)?.as_bytes()))).into()),
        "base64sha512" => |arguments| Ok(Value::string(to_base64(&sha2::Sha512::digest(arguments.text(0)?.as_bytes()))).into()),
        "md5" => |arguments| Ok(Value::string(hex::encode(super::digest::md5(arguments.text(0)?.as_bytes()))).into()),
        _ => return None,
    })
}

/// Standard Base64.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Terraform's encoder escapes what could end an HTML script.
fn escape_html(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

fn jsondecode(arguments: &Arguments<'_>) -> Answer {
    let text = arguments.text(0)?;
    arguments.spend(text.len() / 4)?;
    let json: serde_json::Value = serde_json::from_str(&text).map_err(|_| Value::invalid("not valid JSON"))?;
    Ok(from_json(&json).into())
}

/// A JSON value; the parser bounds its nesting.
fn from_json(json: &serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => number.as_f64().map_or(Value::Null, Value::number),
        Json::String(text) => Value::string(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(|item| Traced::bare(from_json(item))).collect()),
        Json::Object(members) => {
            let entry = |value| Entry { key: Origin::default(), value: Traced::bare(from_json(value)) };
            Value::object(members.iter().map(|(key, value)| (Arc::from(key.as_str()), entry(value))).collect::<BTreeMap<_, _>>())
        }
    }
}

/// Terraform's YAML quotes every string; its own shape matters to nobody who only compares values, so flow style is refused rather than imitated.
fn yamlencode(arguments: &Arguments<'_>) -> Answer {
    arguments.json(0)?;
    Err(Value::unknown(Why::Function(Arc::from("yamlencode"))))
}

fn yamldecode(arguments: &Arguments<'_>) -> Answer {
    let text = arguments.text(0)?;
    arguments.spend(text.len())?;
    let json: serde_json::Value = serde_saphyr::from_str(&text).map_err(|_| Value::invalid("not valid YAML"))?;
    Ok(from_json(&json).into())
}

fn base64decode(arguments: &Arguments<'_>) -> Answer {
    let bytes = STANDARD.decode(arguments.text(0)?.as_bytes()).map_err(|_| Value::invalid("not valid Base64"))?;
    let text = String::from_utf8(bytes).map_err(|_| Value::invalid("the decoded bytes are not text"))?;
    Ok(Value::string(text).into())
}

fn urlencode(arguments: &Arguments<'_>) -> Answer {
    let text = arguments.text(0)?;
    arguments.long_text(url::form_urlencoded::byte_serialize(text.as_bytes()).collect())
}
