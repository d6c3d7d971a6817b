//! The sandbox, with every request of the product held against GitHub's description when the test ends.

use std::ops::Deref;

use remediate_sandbox::{Exchange, Sandbox, SandboxConfig};

use crate::contract::{Contract, Recorded};

/// A sandbox that fails the test at its end if the product sent something GitHub does not take.
pub struct CheckedSandbox(Sandbox);

impl CheckedSandbox {
    /// Starts an empty sandbox.
    pub async fn start() -> Self {
        Self(Sandbox::start(SandboxConfig::default()).await.expect("the sandbox starts"))
    }

    /// What the product sent and GitHub would not have taken.
    pub fn breaches(&self) -> Vec<String> {
        self.0
            .requests()
            .iter()
            .filter(|exchange| is_ours(exchange))
            .filter_map(|exchange| Contract::of_github().check(&recorded(exchange)).err())
            .collect()
    }
}

/// The product's client names the version of the interface it was written for; browsers and git do not.
fn is_ours(exchange: &Exchange) -> bool {
    !exchange.is_git() && exchange.headers.iter().any(|(name, _)| name == "x-github-api-version")
}

fn recorded(exchange: &Exchange) -> Recorded {
    Recorded { method: exchange.method.clone(), path: exchange.path.clone(), query: exchange.query.clone(), body: exchange.body.clone() }
}

impl Deref for CheckedSandbox {
    type Target = Sandbox;

    fn deref(&self) -> &Sandbox {
        &self.0
    }
}

impl Drop for CheckedSandbox {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let breaches = self.breaches();
            assert!(breaches.is_empty(), "requests that GitHub does not take:\n{}", breaches.join("\n"));
        }
    }
}
