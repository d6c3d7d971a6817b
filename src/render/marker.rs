//! Hidden marks by which the bot recognises its own pull requests and comments, even after its database is lost.

use serde::{Deserialize, Serialize};

const BEGIN: &str = "<!-- remediate:v1 ";
const END: &str = " -->";

/// What the body of a pull request tells about its remediation. Trust it only in a pull request that the App itself opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// Id of the remediation.
    pub remediation: String,
    /// Dedup key.
    pub key: String,
    /// Rules applied, main one first.
    pub rules: Vec<String>,
    /// Address of the target.
    pub address: String,
    /// Path of the target when the pull request was opened.
    pub path: String,
    /// Directory of the root module, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_dir: Option<String>,
}

impl Marker {
    /// The HTML comment for the body.
    #[must_use]
    pub fn to_comment(&self) -> String {
        // Inside JSON strings `-`, `<` and `>` may be written as escapes; a comment must not hold `--`.
        let json = serde_json::to_string(self).unwrap_or_default().replace('-', "\\u002d").replace('<', "\\u003c").replace('>', "\\u003e");
        format!("{BEGIN}{json}{END}")
    }
}

/// The marker in a pull request's body: the last one, because only ours ends the text.
#[must_use]
pub fn read_marker(body: &str) -> Option<Marker> {
    let begin = body.rfind(BEGIN)? + BEGIN.len();
    let length = body.get(begin..)?.find(END)?;
    serde_json::from_str(body.get(begin..begin + length)?).ok()
}

/// The hidden mark of a comment: what it is about (`command-42`, `outcome-…`).
#[must_use]
pub fn comment_marker(topic: &str) -> String {
    let topic: String = topic.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').collect();
    format!("<!-- remediate:comment:{topic} -->")
}

/// Whether a comment's body is ours about `topic`. Trust it only in a comment that the App itself wrote.
#[must_use]
pub fn has_comment_marker(body: &str, topic: &str) -> bool {
    body.trim_end().ends_with(&comment_marker(topic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_survives_the_round_trip_even_with_hostile_words() {
        let marker = Marker {
            remediation: "0190".into(),
            key: "aws/1/x--><script>/y".into(),
            rules: vec!["aws/s3/public-access-block".into()],
            address: "module.a[\"-->\"].aws_s3_bucket.b".into(),
            path: "main.tf".into(),
            root_dir: None,
        };
        let comment = marker.to_comment();
        assert_eq!(comment.matches("-->").count(), 1, "{comment}");
        assert_eq!(read_marker(&format!("text {BEGIN}{{}}{END} more\n{comment}\n")), Some(marker));
        assert_eq!(read_marker("<!-- remediate:v1 nonsense -->"), None);
    }
}
