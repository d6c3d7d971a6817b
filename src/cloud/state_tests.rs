//! State from each kind of backend, played by a server on loopback that checks who asks.

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use url::Url;

use super::*;
use crate::identity;
use crate::locate::state_location;

const STATE: &str = r#"{"version":4,"lineage":"l","outputs":{"p":{"value":"hunter2"}},"resources":[{"mode":"managed","type":"aws_vpc","name":"main","instances":[{"attributes":{"id":"vpc-0123456789abcdef0","password":"hunter2"}}]}]}"#;

/// One server for all kinds; a path answers only who shows the right token.
async fn answer(request: Request) -> Response {
    let authorization = request.headers().get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let host = request.headers().get("host").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let uri: &Uri = request.uri();
    let allowed = match uri.path() {
        "/tf-state/env:/prod/net%20work/a.tfstate" | "/tf-state/env%3A/prod/net%20work/a.tfstate" => {
            authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/") && authorization.contains("/eu-west-1/s3/aws4_request")
        }
        "/storage/v1/b/tf-state/o/net%2Fdefault.tfstate" => authorization == "Bearer gcs" && uri.query() == Some("alt=media"),
        "/container/net.tfstate" => uri.query() == Some("sig=secret"),
        "/http" => authorization == "Basic dXNlcjpwYXNz",
        "/archive" => authorization == "Bearer tfc",
        "/api/v2/organizations/acme/workspaces/net" if authorization == "Bearer tfc" => {
            return r#"{"data":{"id":"ws-1"}}"#.into_response();
        }
        "/api/v2/workspaces/ws-1/current-state-version" if authorization == "Bearer tfc" => {
            return format!(r#"{{"data":{{"attributes":{{"hosted-state-download-url":"http://{host}/archive"}}}}}}"#).into_response();
        }
        _ => false,
    };
    if allowed { STATE.into_response() } else { (StatusCode::FORBIDDEN, "hunter2").into_response() }
}

async fn reader() -> (StateReader, Url) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await.unwrap() });
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
    let config = SdkConfig::builder()
        .region(aws_config::Region::new("eu-west-1"))
        .endpoint_url(base.as_str().trim_end_matches('/'))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let access = StateAccess {
        gcs_token: Some("gcs".into()),
        terraform_cloud_token: Some("tfc".into()),
        http_user: Some(("user".into(), "pass".into())),
        gcs_base: Some(base.clone()),
        ..StateAccess::default()
    };
    (StateReader::new(http.clone(), Some(AwsCaller::new(http, config)), access), base)
}

#[tokio::test]
async fn every_kind_of_backend_is_read_and_reduced_to_identities() {
    let (reader, base) = reader().await;
    let places = [
        ("s3", "s3://tf-state/env:/prod/net work/a.tfstate".to_owned()),
        ("gcs", "gs://tf-state/net/default.tfstate".to_owned()),
        ("azurerm", format!("{base}container/net.tfstate?sig=secret")),
        ("http", format!("{base}http")),
        ("cloud", format!("{base}acme/net")),
    ];
    let vpc = identity::parse("vpc-0123456789abcdef0", None, None, None).unwrap();
    for (kind, location) in places {
        let source = StateSource::parse(kind, &location).unwrap();
        let state = reader.read(&source).await.unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(state.find(&vpc)[0].address.to_string(), "aws_vpc.main", "{kind}");
        let kept = format!("{state:?}");
        assert!(!kept.contains("hunter2") && !kept.contains("sig="), "{kind}: {kept}");
    }
}

#[tokio::test]
async fn a_refusal_names_the_place_and_repeats_no_secret() {
    let (reader, base) = reader().await;
    let source = StateSource::parse("azurerm", &format!("{base}container/other.tfstate?sig=topsecret")).unwrap();
    let error = reader.read(&source).await.unwrap_err().to_string();
    assert!(error.contains("/container/other.tfstate") && error.contains("403"), "{error}");
    assert!(!error.contains("topsecret") && !error.contains("hunter2"), "{error}");
    let missing = reader.read(&StateSource::parse("s3", "s3://tf-state/none").unwrap()).await.unwrap_err();
    assert!(missing.to_string().contains("s3://tf-state/none"), "{missing}");
}

#[tokio::test]
async fn a_local_state_is_read_from_its_path() {
    let (reader, _) = reader().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("terraform.tfstate");
    std::fs::write(&path, STATE).unwrap();
    let state = reader.read(&StateSource::parse("local", path.to_str().unwrap()).unwrap()).await.unwrap();
    assert_eq!((state.resources.len(), state.lineage.as_deref()), (1, Some("l")));
}

#[test]
fn locations_are_those_the_code_names() {
    let backend = crate::locate::BackendFact {
        kind: "gcs".into(),
        arguments: [("bucket".into(), "b".into()), ("prefix".into(), "net".into())].into(),
    };
    let location = state_location(&backend, None).unwrap();
    let source = StateSource::parse("gcs", &location).unwrap();
    assert_eq!(source, StateSource::Gcs { bucket: "b".into(), object: "net/default.tfstate".into() });
    assert_eq!(source.to_string(), location);
    for (kind, location) in [("s3", "s3://only"), ("cloud", "https://app.terraform.io/acme"), ("http", "file:///etc/passwd"), ("odd", "x")]
    {
        assert!(StateSource::parse(kind, location).is_err(), "{kind} {location}");
    }
}
