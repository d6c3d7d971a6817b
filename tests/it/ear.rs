//! A server on loopback that hears what other systems would be told, and answers as it is asked to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};

use super::bot::eventually;

/// One call.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Method and path.
    pub call: String,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Heard {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }
}

/// Hears every path. Answers with the statuses it was given, in order, and with 200 and a token afterwards.
#[derive(Clone)]
pub struct Ear {
    url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl Ear {
    pub async fn start(answers: &[u16]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let ear = Self { url, heard: Arc::default(), answers: Arc::new(Mutex::new(answers.iter().copied().collect())) };
        let router = Router::new().fallback(Self::hear).with_state(ear.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        ear
    }

    async fn hear(State(ear): State<Self>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> (StatusCode, axum::Json<Value>) {
        let heard = Heard { call: format!("{method} {}", uri.path()), headers, bytes: body.to_vec() };
        ear.heard.lock().expect("the ear").push(heard);
        let status = ear.answers.lock().expect("the ear").pop_front().unwrap_or(200);
        (StatusCode::from_u16(status).expect("a status"), axum::Json(json!({ "access_token": "t", "token": "t" })))
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Everything so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("the ear").clone()
    }

    /// The first `count` calls, once they are there.
    pub async fn hears(&self, count: usize) -> Vec<Heard> {
        eventually(&format!("{count} calls"), || Some(self.heard()).filter(|heard| heard.len() >= count)).await
    }
}
