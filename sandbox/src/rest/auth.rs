//! Who is calling: an app by JWT, an installation by token.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Utc;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

use super::{Access, Request};
use crate::error::{ApiError, Outcome};
use crate::state::World;

/// Longest life of an app's JWT, in seconds.
const LONGEST_JWT: i64 = 600;
/// How far a clock may run ahead of GitHub's, in seconds.
const CLOCK_DRIFT: i64 = 60;

/// Who is calling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// No credentials.
    Nobody,
    /// An app.
    App(u64),
    /// An installation of an app.
    Installation {
        /// The app.
        app: u64,
        /// The installation.
        id: u64,
        /// The token, as sent.
        token: String,
    },
}

/// Reads the credentials of a request. Wrong ones are an error even where none are needed, as on GitHub.
pub fn identify(world: &World, request: &Request) -> Outcome<Caller> {
    let Some(header) = request.headers.get("authorization") else { return Ok(Caller::Nobody) };
    let (scheme, value) = header.split_once(' ').unwrap_or((header, ""));
    let bad = || ApiError::new(401, "Bad credentials");
    match scheme.to_lowercase().as_str() {
        "bearer" | "token" if value.matches('.').count() == 2 => by_jwt(world, value.trim()),
        "bearer" | "token" => by_token(world, value.trim()),
        "basic" => {
            let decoded = STANDARD.decode(value.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(bad)?;
            let (_, password) = decoded.split_once(':').ok_or_else(bad)?;
            by_token(world, password)
        }
        _ => Err(bad()),
    }
}

fn by_token(world: &World, text: &str) -> Outcome<Caller> {
    let bad = || ApiError::new(401, "Bad credentials");
    let token = world.tokens.get(text).filter(|token| token.expires_at > Utc::now()).ok_or_else(bad)?;
    let installation = world.installations.get(&token.installation).ok_or_else(bad)?;
    if installation.suspended_at.is_some() {
        return Err(ApiError::new(403, "This installation has been suspended"));
    }
    Ok(Caller::Installation { app: installation.app, id: installation.id, token: text.into() })
}

fn by_jwt(world: &World, text: &str) -> Outcome<Caller> {
    let refuse = |message: &str| ApiError::new(401, message);
    let undecodable = || refuse("A JSON web token could not be decoded");
    let header = jsonwebtoken::decode_header(text).map_err(|_| undecodable())?;
    if header.alg != Algorithm::RS256 {
        return Err(undecodable());
    }
    let claims = unchecked_claims(text).ok_or_else(undecodable)?;
    let issuer = match claims.get("iss") {
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) => text.clone(),
        _ => return Err(refuse("'Issuer' claim ('iss') must be an Integer")),
    };
    let app = world.apps.values().find(|app| app.id.to_string() == issuer || app.client_id == issuer);
    let app = app.ok_or_else(|| ApiError::new(404, "Integration not found"))?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let key = DecodingKey::from_rsa_der(&app.key.public_der);
    jsonwebtoken::decode::<Value>(text, &key, &validation).map_err(|_| undecodable())?;
    let now = Utc::now().timestamp();
    let expires = claims.get("exp").and_then(Value::as_i64).filter(|expires| *expires > now).ok_or_else(|| {
        refuse("'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires")
    })?;
    if expires - now > LONGEST_JWT {
        return Err(refuse("'Expiration time' claim ('exp') is too far in the future"));
    }
    let issued = claims.get("iat").and_then(Value::as_i64);
    if issued.is_none_or(|issued| issued > now + CLOCK_DRIFT) {
        return Err(refuse("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"));
    }
    Ok(Caller::App(app.id))
}

/// The claims before the signature is checked; they say which app's key to check with.
fn unchecked_claims(text: &str) -> Option<Value> {
    let payload = text.split('.').nth(1)?;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Lets a kind of caller through, or says in GitHub's words why not.
pub fn admit(access: Access, caller: &Caller) -> Outcome<()> {
    match (access, caller) {
        (Access::Anyone, _) | (Access::App, Caller::App(_)) | (Access::Installation | Access::Needs(_), Caller::Installation { .. }) => {
            Ok(())
        }
        (_, Caller::Nobody) => Err(ApiError::new(401, "Requires authentication")),
        (Access::App, _) => Err(ApiError::new(401, "A JSON web token could not be decoded")),
        (_, Caller::App(_)) => Err(ApiError::new(403, "Resource not accessible by integration")),
    }
}
