//! Amazon SNS messages: the envelope, the text that is signed, and the hosts that are trusted. Pure; fetching the certificate and
//! checking the signature are an adapter's work.
//!
//! Source: <https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html>.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use url::Url;

use super::IngestError;

const FORMAT: &str = "SNS message";

/// The kinds of message that SNS posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum SnsKind {
    /// A published message.
    Notification,
    /// Asks to confirm a subscription.
    SubscriptionConfirmation,
    /// Tells that a subscription ended.
    UnsubscribeConfirmation,
}

impl SnsKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Notification => "Notification",
            Self::SubscriptionConfirmation => "SubscriptionConfirmation",
            Self::UnsubscribeConfirmation => "UnsubscribeConfirmation",
        }
    }
}

/// The envelope, as posted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SnsMessage {
    /// Kind.
    #[serde(rename = "Type")]
    pub kind: SnsKind,
    /// Stays the same over retries: the key by which repeats are recognised.
    pub message_id: String,
    /// The topic.
    pub topic_arn: String,
    /// Subject, for notifications that have one.
    #[serde(default)]
    pub subject: Option<String>,
    /// The payload: for Security Hub an EventBridge event as text.
    pub message: String,
    /// When SNS first sent it; exactly as written, since it is signed.
    pub timestamp: String,
    /// `1` (SHA-1) or `2` (SHA-256).
    pub signature_version: String,
    /// Base64.
    pub signature: String,
    /// Where the certificate is.
    #[serde(rename = "SigningCertURL", alias = "SigningCertUrl")]
    pub signing_cert_url: String,
    /// Where a subscription is confirmed.
    #[serde(rename = "SubscribeURL", alias = "SubscribeUrl", default)]
    pub subscribe_url: Option<String>,
    /// Token of a confirmation.
    #[serde(default)]
    pub token: Option<String>,
}

impl SnsMessage {
    /// Reads the envelope.
    ///
    /// # Errors
    /// When it is no JSON or a member is missing.
    pub fn parse(bytes: &[u8]) -> Result<Self, IngestError> {
        let value = super::json::value(bytes, FORMAT)?;
        serde_json::from_value(value).map_err(|error| IngestError::shape(FORMAT, "", error.to_string()))
    }

    /// The text that SNS signs: names and values on lines of their own, in byte order of the names.
    #[must_use]
    pub fn string_to_sign(&self) -> String {
        let mut members: Vec<(&str, &str)> = vec![
            ("Message", &self.message),
            ("MessageId", &self.message_id),
            ("Timestamp", &self.timestamp),
            ("TopicArn", &self.topic_arn),
            ("Type", self.kind.name()),
        ];
        if self.kind == SnsKind::Notification {
            members.extend(self.subject.as_deref().map(|subject| ("Subject", subject)));
        } else {
            members.extend(self.subscribe_url.as_deref().map(|url| ("SubscribeURL", url)));
            members.extend(self.token.as_deref().map(|token| ("Token", token)));
        }
        members.sort_unstable_by_key(|(name, _)| *name);
        members.into_iter().map(|(name, value)| format!("{name}\n{value}\n")).collect()
    }

    /// The time it was sent, if the timestamp is one.
    #[must_use]
    pub fn sent_at(&self) -> Option<DateTime<Utc>> {
        DateTime::parse_from_rfc3339(&self.timestamp).ok().map(|time| time.with_timezone(&Utc))
    }
}

/// The URL if it is HTTPS on the standard port of `sns.<region>.amazonaws.com` or `….com.cn`, without user, and for a certificate
/// with a path ending in `.pem`. Anything else could make us fetch what an attacker chose.
#[must_use]
pub fn trusted_url(text: &str, certificate: bool) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let host = url.host_str()?;
    let inner = host.strip_prefix("sns.")?;
    let region = inner.strip_suffix(".amazonaws.com").or_else(|| inner.strip_suffix(".amazonaws.com.cn"))?;
    let plain_region =
        !region.is_empty() && region.len() <= 32 && region.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let plain_url = url.scheme() == "https" && url.port().is_none() && url.username().is_empty() && url.password().is_none();
    let right_path = !certificate || (url.path().ends_with(".pem") && url.query().is_none());
    (plain_region && plain_url && right_path).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: &str) -> SnsMessage {
        let body = serde_json::json!({"Type": kind, "MessageId": "m", "TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Subject": "s", "Message": "hello",
            "Timestamp": "2024-01-01T00:00:00.000Z", "SignatureVersion": "2", "Signature": "", "SigningCertURL": "https://sns.us-east-1.amazonaws.com/x.pem",
            "SubscribeURL": "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription", "Token": "tok"});
        SnsMessage::parse(body.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn the_signed_text_is_that_of_the_documentation() {
        assert_eq!(
            message("Notification").string_to_sign(),
            "Message\nhello\nMessageId\nm\nSubject\ns\nTimestamp\n2024-01-01T00:00:00.000Z\nTopicArn\narn:aws:sns:us-east-1:123456789012:t\nType\nNotification\n"
        );
        assert_eq!(
            message("SubscriptionConfirmation").string_to_sign(),
            "Message\nhello\nMessageId\nm\nSubscribeURL\nhttps://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription\nTimestamp\n2024-01-01T00:00:00.000Z\nToken\ntok\nTopicArn\narn:aws:sns:us-east-1:123456789012:t\nType\nSubscriptionConfirmation\n"
        );
    }

    #[test]
    fn only_hosts_of_sns_are_trusted() {
        assert!(trusted_url("https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem", true).is_some());
        assert!(trusted_url("https://sns.cn-north-1.amazonaws.com.cn/a.pem", true).is_some());
        for bad in [
            "http://sns.us-east-1.amazonaws.com/a.pem",
            "https://sns.us-east-1.amazonaws.com.evil.net/a.pem",
            "https://sns.us-east-1.evil.amazonaws.com/a.pem",
            "https://u@sns.us-east-1.amazonaws.com/a.pem",
            "https://sns.us-east-1.amazonaws.com:8443/a.pem",
            "https://sns.us-east-1.amazonaws.com/a.txt",
            "https://evil.net/?sns.us-east-1.amazonaws.com/a.pem",
            "https://sns..amazonaws.com/a.pem",
        ] {
            assert!(trusted_url(bad, true).is_none(), "{bad}");
        }
    }
}
