//! Pushing a branch under a lease, over git's smart HTTP protocol (version 0, `git-receive-pack`).
//!
//! libgit2 works out what to push by walking history, which a shallow mirror does not have: as soon as the base has moved
//! on, its push fails. What has to be sent is known here anyway (one commit, a few trees and blobs), so the conversation is
//! held directly: one request tells where the branches are, one sends command and pack. The command names the commit the
//! branch must be at, and the server compares it under its own lock.
//! Facts: <https://git-scm.com/docs/http-protocol> and <https://git-scm.com/docs/pack-protocol>.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use reqwest::{Client, RequestBuilder, Response};
use secrecy::ExposeSecret;
use url::Url;

use super::change::Change;
use super::connection::Remote;
use super::error::GitError;
use super::pkt::{self, Packet};

/// The id that stands for "no commit".
const NOTHING: &str = "0000000000000000000000000000000000000000";
/// Answers beyond this are not read.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;
const MOST_REDIRECTIONS: usize = 3;

/// Where a branch must be for us to change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lease {
    /// It must not exist.
    Absent,
    /// It must be at this commit, which is the one we pushed last.
    At(String),
}

/// A commit to make and push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The commit to build on: a snapshot's.
    pub base: String,
    /// The branch to push to, without `refs/heads/`.
    pub branch: String,
    /// What the commit changes.
    pub change: Change,
    /// Where the branch must be.
    pub lease: Lease,
}

/// What was pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The commit the branch is at now.
    pub commit: String,
    /// Whether this call moved it; `false` when an earlier attempt had done so already.
    pub moved: bool,
}

/// What is to be sent.
#[derive(Debug, Clone)]
pub(super) struct Parcel {
    pub(super) commit: String,
    pub(super) branch: String,
    pub(super) lease: Lease,
    pub(super) pack: Vec<u8>,
}

/// One conversation with a server's `git-receive-pack`.
pub(super) struct Pusher<'a> {
    pub(super) client: &'a Client,
    pub(super) remote: &'a Remote,
    pub(super) deadline: Duration,
}

impl Pusher<'_> {
    /// Sends the parcel if the branch is where the lease says. A branch that is at our commit already is success.
    pub(super) async fn push(&self, parcel: &Parcel) -> Result<Published, GitError> {
        let (base, heads) = self.heads().await?;
        let head = heads.get(&parcel.branch);
        let expected = match &parcel.lease {
            Lease::Absent => None,
            Lease::At(commit) => Some(commit),
        };
        if head == Some(&parcel.commit) {
            return Ok(Published { commit: parcel.commit.clone(), moved: false });
        }
        if head != expected {
            return Err(GitError::LeaseLost { branch: parcel.branch.clone(), head: head.cloned() });
        }
        let Err(error) = self.send(&base, parcel, head.map_or(NOTHING, String::as_str)).await else {
            return Ok(Published { commit: parcel.commit.clone(), moved: true });
        };
        // An answer may have been lost after the work was done, or somebody else was a moment quicker: look again.
        match (self.heads().await, &error) {
            (Ok((_, heads)), GitError::Transport(_) | GitError::Rejected { .. }) => {
                let now = heads.get(&parcel.branch);
                if now == Some(&parcel.commit) {
                    Ok(Published { commit: parcel.commit.clone(), moved: true })
                } else if now != expected {
                    Err(GitError::LeaseLost { branch: parcel.branch.clone(), head: now.cloned() })
                } else {
                    Err(error)
                }
            }
            _ => Err(error),
        }
    }

    /// Where the server's branches are, and the address that it answered from.
    async fn heads(&self) -> Result<(String, BTreeMap<String, String>), GitError> {
        let mut base = self.remote.url.trim_end_matches('/').to_owned();
        for _ in 0..=MOST_REDIRECTIONS {
            let response = self.answer(self.client.get(format!("{base}/info/refs?service=git-receive-pack"))).await?;
            if let Some(next) = redirection(&response, &base) {
                base = next;
                continue;
            }
            let bytes = self.read(response).await?;
            return Ok((base, heads(&bytes).map_err(GitError::Transport)?));
        }
        Err(GitError::Transport("redirected in circles".into()))
    }

    async fn send(&self, base: &str, parcel: &Parcel, old: &str) -> Result<(), GitError> {
        let agent = concat!("remediate/", env!("CARGO_PKG_VERSION"));
        let command = format!("{old} {} refs/heads/{}\0 report-status side-band-64k agent={agent}", parcel.commit, parcel.branch);
        let body = [pkt::packet(&command).as_slice(), pkt::FLUSH, &parcel.pack].concat();
        let request =
            self.client.post(format!("{base}/git-receive-pack")).header(CONTENT_TYPE, "application/x-git-receive-pack-request").body(body);
        let answer = self.read(self.answer(request).await?).await?;
        let verdict = verdict(&answer).map_err(GitError::Transport)?;
        verdict.map_err(|message| GitError::Rejected { branch: parcel.branch.clone(), message })
    }

    async fn answer(&self, request: RequestBuilder) -> Result<Response, GitError> {
        let password = format!("x-access-token:{}", self.remote.token.expose_secret());
        let basic = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(password));
        let response = request.header(AUTHORIZATION, basic).timeout(self.deadline).send().await.map_err(|error| self.silence(error))?;
        let repository = self.remote.repository.to_string();
        match response.status().as_u16() {
            ..=399 => Ok(response),
            401 => Err(GitError::Unauthorized { repository }),
            403 => Err(GitError::Forbidden { repository }),
            404 | 410 => Err(GitError::NotFound { repository }),
            status => Err(GitError::Transport(format!("the server of {repository} answered {status}"))),
        }
    }

    async fn read(&self, mut response: Response) -> Result<Vec<u8>, GitError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.silence(error))? {
            if bytes.len() + chunk.len() > LARGEST_ANSWER {
                return Err(GitError::TooLarge(format!("{} has more branches than are read", self.remote.repository)));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    fn silence(&self, error: reqwest::Error) -> GitError {
        if error.is_timeout() {
            return GitError::Deadline { what: format!("pushing to {}", self.remote.repository), seconds: self.deadline.as_secs() };
        }
        let error = error.without_url();
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        GitError::Transport(format!("pushing to {}: {error}{cause}", self.remote.repository))
    }
}

/// The repository's address after a redirection, if it stays on the same host.
fn redirection(response: &Response, base: &str) -> Option<String> {
    if !response.status().is_redirection() {
        return None;
    }
    let (from, location) = (Url::parse(base).ok()?, response.headers().get(LOCATION)?.to_str().ok()?);
    let next = from.join(location).ok().filter(|next| next.origin() == from.origin())?;
    next.as_str().split_once("/info/refs").map(|(base, _)| base.to_owned())
}

/// The branches in an answer to `info/refs`.
fn heads(bytes: &[u8]) -> Result<BTreeMap<String, String>, String> {
    let packets = pkt::packets(bytes)?;
    if !matches!(packets.first(), Some(Packet::Line(line)) if line.starts_with(b"# service=git-receive-pack")) {
        return Err("the server does not speak git over smart HTTP here".into());
    }
    let mut heads = BTreeMap::new();
    for packet in &packets[1..] {
        let Packet::Line(line) = packet else { continue };
        let line = String::from_utf8_lossy(line);
        let line = line.split('\0').next().unwrap_or_default().trim_end();
        if let Some((id, branch)) = line.split_once(" refs/heads/") {
            heads.insert(branch.to_owned(), id.to_owned());
        }
    }
    Ok(heads)
}

/// What the server reports: done, or its reasons; the outer error is an answer that cannot be read.
fn verdict(bytes: &[u8]) -> Result<Result<(), String>, String> {
    let (mut report, mut said) = (Vec::new(), Vec::new());
    for packet in pkt::packets(bytes)? {
        match packet {
            Packet::Line([1, rest @ ..]) => report.extend_from_slice(rest),
            Packet::Line([2 | 3, rest @ ..]) => said.extend_from_slice(rest),
            _ => {}
        }
    }
    let mut refused = None;
    let mut accepted = false;
    for packet in pkt::packets(&report)? {
        let Packet::Line(line) = packet else { continue };
        let line = String::from_utf8_lossy(line).trim_end().to_owned();
        match line.split_once(' ') {
            Some(("ok", _)) => accepted = true,
            Some(("ng", rest)) => refused = Some(rest.split_once(' ').map_or(rest, |(_, reason)| reason).to_owned()),
            Some(("unpack", state)) if state != "ok" => refused = Some(format!("the server could not unpack the commit: {state}")),
            _ => {}
        }
    }
    let said = String::from_utf8_lossy(&said).split_whitespace().collect::<Vec<_>>().join(" ");
    match refused {
        Some(reason) if said.is_empty() => Ok(Err(shortened(&reason))),
        Some(reason) => Ok(Err(shortened(&format!("{reason} ({said})")))),
        None if accepted => Ok(Ok(())),
        None => Err(format!("the server did not say what became of the push {}", shortened(&said))),
    }
}

fn shortened(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(400).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_reasons_are_kept() {
        let banded = |band: u8, text: &str| pkt::packet(&format!("{}{text}", char::from(band)));
        let report = |line: &str| String::from_utf8([pkt::packet("unpack ok\n"), pkt::packet(line), pkt::FLUSH.to_vec()].concat()).unwrap();
        let refused = [
            banded(2, "error: GH006: Protected branch\n"),
            banded(1, &report("ng refs/heads/x protected branch hook declined\n")),
            pkt::FLUSH.to_vec(),
        ]
        .concat();
        assert_eq!(verdict(&refused), Ok(Err("protected branch hook declined (error: GH006: Protected branch)".into())));
        let done = [banded(1, &report("ok refs/heads/x\n")), pkt::FLUSH.to_vec()].concat();
        assert_eq!(verdict(&done), Ok(Ok(())));
        assert!(verdict(b"0000").is_err(), "silence is no success");
        assert!(heads(b"<html>sign in</html>").is_err());
    }
}
