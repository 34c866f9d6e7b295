//! What Amazon SNS brings ("Verifying the signatures of Amazon SNS messages"): signed by a certificate that
//! lies at an address of its own. A good signature says that Amazon signed it, not for whom: nothing is
//! looked at that is not of the topic in the settings, and nothing is fetched but from that region's SNS.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, Url};
use ring::signature::{RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use webpki::EndEntityCert;
use webpki::ring::RSA_PKCS1_2048_8192_SHA256;

use super::settings::WebhookKeys;
use super::{is_fresh, ses};
use crate::channel::callback::{CallRefused, MailEvent};
use crate::channel::caller::{CallerSettings, HttpCaller, checked_url};
use crate::channel::over_http::half_a_minute;
use crate::channel::settings::SetupError;
use crate::domain::Timestamp;

/// Certificates that are kept: the one in use, and those around a change.
const KEPT: usize = 4;

/// One topic of SNS.
pub(super) struct SnsTopic {
    provider: String,
    /// Its name, `arn:aws:sns:REGION:ACCOUNT:NAME`.
    arn: String,
    /// `https://sns.REGION.amazonaws.com`: nothing else is ever called.
    origin: String,
    caller: HttpCaller,
    /// By their addresses, the newest last. Whoever fetches one lets the others wait.
    certificates: Mutex<Vec<(String, CertificateDer<'static>)>>,
}

/// As SNS posts it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SnsMessage {
    #[serde(rename = "Type")]
    kind: String,
    message_id: String,
    topic_arn: String,
    message: String,
    timestamp: String,
    subject: Option<String>,
    signature: String,
    signature_version: String,
    #[serde(rename = "SigningCertURL")]
    certificate: String,
    #[serde(rename = "SubscribeURL")]
    subscribe: Option<String>,
    token: Option<String>,
}

impl SnsTopic {
    /// Connects to nobody yet.
    pub(super) fn new(keys: &WebhookKeys<'_>) -> Result<Self, SetupError> {
        let arn = keys.topic();
        let own = origin(arn).ok_or_else(|| {
            let wanted = "is the name of an SNS topic: arn:aws:sns:REGION:ACCOUNT:NAME";
            keys.fault("topic", wanted)
        })?;
        let given = keys.sns_url().unwrap_or(&own);
        let given = given.trim_end_matches('/');
        checked_url(keys.provider(), "sns_url", given, false)?;
        let caller = CallerSettings {
            connections: 1,
            timeout: half_a_minute(),
            ca_file: None,
        };
        Ok(Self {
            provider: keys.provider().to_owned(),
            arn: arn.to_owned(),
            origin: given.to_owned(),
            caller: HttpCaller::new(keys.provider(), &caller)?,
            certificates: Mutex::default(),
        })
    }

    /// What a call tells of mails. A subscription to the topic is confirmed on the way.
    pub(super) async fn events(
        &self,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Vec<MailEvent>, CallRefused> {
        let message: SnsMessage =
            serde_json::from_slice(body).map_err(|_| CallRefused::Unproven)?;
        let at = Timestamp::parse(&message.timestamp);
        let is_fresh = at.is_ok_and(|at| is_fresh(at, now));
        if message.topic_arn != self.arn || !is_fresh || !self.has_signed(&message).await? {
            return Err(CallRefused::Unproven);
        }
        match message.kind.as_str() {
            "SubscriptionConfirmation" => self.confirm(&message).await.map(|()| Vec::new()),
            "UnsubscribeConfirmation" => {
                tracing::warn!(
                    provider.name = self.provider.as_str(),
                    "the SNS topic was told to bring nothing more: subscribe it again, or what \
                     becomes of e-mails will not be known"
                );
                Ok(Vec::new())
            }
            _ => {
                // SES's own test of a topic is a sentence.
                let document: Value = serde_json::from_str(&message.message).unwrap_or_default();
                let event = ses::event(&document, &message.message_id);
                Ok(event.into_iter().collect())
            }
        }
    }

    async fn has_signed(&self, message: &SnsMessage) -> Result<bool, CallRefused> {
        let Some(text) = message.signed_text() else {
            return Ok(false);
        };
        let Ok(given) = STANDARD.decode(&message.signature) else {
            return Ok(false);
        };
        if !self.is_certificate(&message.certificate) {
            return Ok(false);
        }
        let algorithm: &dyn SignatureVerificationAlgorithm =
            match message.signature_version.as_str() {
                "1" => &RsaSha1,
                "2" => RSA_PKCS1_2048_8192_SHA256,
                _ => return Ok(false),
            };
        let certificate = self.certificate(&message.certificate).await?;
        let certificate = EndEntityCert::try_from(&certificate)
            .map_err(|_| CallRefused::NotNow("the certificate cannot be read".to_owned()))?;
        let verified = certificate.verify_signature(algorithm, text.as_bytes(), &given);
        Ok(verified.is_ok())
    }

    /// Whether an address is where SNS keeps its certificates.
    fn is_certificate(&self, address: &str) -> bool {
        let name = address
            .strip_prefix(&self.origin)
            .and_then(|rest| rest.strip_prefix("/SimpleNotificationService-"))
            .and_then(|rest| rest.strip_suffix(".pem"));
        let is_word = |name: &str| {
            (1..=100).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        name.is_some_and(is_word)
    }

    async fn certificate(&self, address: &str) -> Result<CertificateDer<'static>, CallRefused> {
        let mut kept = self.certificates.lock().await;
        if let Some((_, certificate)) = kept.iter().find(|(its, _)| its == address) {
            return Ok(certificate.clone());
        }
        let pem = self.fetch(address).await?;
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| CallRefused::NotNow("there is no certificate there".to_owned()))?;
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push((address.to_owned(), certificate.clone()));
        Ok(certificate)
    }

    /// `message`: it is this topic's, and signed.
    async fn confirm(&self, message: &SnsMessage) -> Result<(), CallRefused> {
        let address = message.subscribe.as_deref().unwrap_or_default();
        let rest = address.strip_prefix(&self.origin);
        if rest.is_none_or(|rest| !rest.starts_with("/?")) {
            let why = "`SubscribeURL` does not lead to the topic's SNS".to_owned();
            return Err(CallRefused::Unreadable(why));
        }
        self.fetch(address).await?;
        tracing::info!(
            provider.name = self.provider.as_str(),
            "the subscription to the SNS topic is confirmed"
        );
        Ok(())
    }

    /// `address`: below the origin.
    async fn fetch(&self, address: &str) -> Result<String, CallRefused> {
        let not_now = |why: String| CallRefused::NotNow(format!("SNS gives no answer: {why}"));
        let url: Url = address
            .parse()
            .map_err(|_| not_now("its address is none".to_owned()))?;
        let request = self.caller.request(Method::GET, url);
        let answer = self.caller.call(request).await;
        let answer = answer.map_err(|error| not_now(error.to_string()))?;
        match answer.status {
            200 => Ok(answer.text),
            status => Err(not_now(format!("it says {status}"))),
        }
    }
}

impl SnsMessage {
    /// What SNS signs of it. None: a kind that nobody knows.
    fn signed_text(&self) -> Option<String> {
        let pairs = match self.kind.as_str() {
            "Notification" => vec![
                ("Message", Some(&self.message)),
                ("MessageId", Some(&self.message_id)),
                ("Subject", self.subject.as_ref()),
                ("Timestamp", Some(&self.timestamp)),
                ("TopicArn", Some(&self.topic_arn)),
                ("Type", Some(&self.kind)),
            ],
            "SubscriptionConfirmation" | "UnsubscribeConfirmation" => vec![
                ("Message", Some(&self.message)),
                ("MessageId", Some(&self.message_id)),
                ("SubscribeURL", self.subscribe.as_ref()),
                ("Timestamp", Some(&self.timestamp)),
                ("Token", self.token.as_ref()),
                ("TopicArn", Some(&self.topic_arn)),
                ("Type", Some(&self.kind)),
            ],
            _ => return None,
        };
        let lines = pairs
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}\n{}\n", value?)));
        Some(lines.collect())
    }
}

/// The address of SNS in the region of a topic.
fn origin(arn: &str) -> Option<String> {
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", partition, "sns", region, account, name] = parts.as_slice() else {
        return None;
    };
    let end = match *partition {
        "aws" | "aws-us-gov" => "",
        "aws-cn" => ".cn",
        _ => return None,
    };
    let is = |text: &str, mark: fn(char) -> bool| {
        let fits = |c: char| c.is_ascii_alphanumeric() || mark(c);
        !text.is_empty() && text.chars().all(fits)
    };
    let fits = is(region, |c| c == '-')
        && is(account, |_| false)
        && is(name, |c| matches!(c, '-' | '_' | '.'));
    fits.then(|| format!("https://sns.{region}.amazonaws.com{end}"))
}

/// PKCS #1 with SHA-1, which topics sign with unless they are told otherwise (`SignatureVersion` 1).
#[derive(Debug)]
struct RsaSha1;

impl SignatureVerificationAlgorithm for RsaSha1 {
    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        // sha1WithRSAEncryption, 1.2.840.113549.1.1.5
        AlgorithmIdentifier::from_slice(&[
            0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05, 0x05, 0x00,
        ])
    }

    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let algorithm = &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY;
        UnparsedPublicKey::new(algorithm, public_key)
            .verify(message, signature)
            .map_err(|_| InvalidSignature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_leads_to_its_regions_sns_and_nowhere_else() {
        let own = origin("arn:aws:sns:eu-south-1:123456789012:mails");
        assert_eq!(own.as_deref(), Some("https://sns.eu-south-1.amazonaws.com"));
        let china = origin("arn:aws-cn:sns:cn-north-1:123456789012:mails").unwrap();
        assert!(china.ends_with(".amazonaws.com.cn"), "{china}");
        for wrong in [
            "",
            "mails",
            "arn:aws:sqs:eu-south-1:123456789012:mails",
            "arn:aws:sns:evil.example/x?:123456789012:mails",
            "arn:aws:sns:eu-south-1::mails",
            "arn:aws:sns:eu-south-1:123456789012:mails:sub",
        ] {
            assert_eq!(origin(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_signed_stands_in_the_order_of_the_documentation() {
        let mut message = SnsMessage {
            kind: "Notification".to_owned(),
            message_id: "m".to_owned(),
            topic_arn: "t".to_owned(),
            message: "text".to_owned(),
            timestamp: "2026".to_owned(),
            subject: None,
            signature: String::new(),
            signature_version: "1".to_owned(),
            certificate: String::new(),
            subscribe: Some("u".to_owned()),
            token: Some("k".to_owned()),
        };
        let text =
            "Message\ntext\nMessageId\nm\nTimestamp\n2026\nTopicArn\nt\nType\nNotification\n";
        assert_eq!(message.signed_text().as_deref(), Some(text));
        message.subject = Some("s".to_owned());
        let text = text.replace("Timestamp", "Subject\ns\nTimestamp");
        assert_eq!(message.signed_text(), Some(text));
        message.kind = "SubscriptionConfirmation".to_owned();
        let text = "Message\ntext\nMessageId\nm\nSubscribeURL\nu\nTimestamp\n2026\nToken\nk\n\
                    TopicArn\nt\nType\nSubscriptionConfirmation\n";
        assert_eq!(message.signed_text().as_deref(), Some(text));
        message.kind = "News".to_owned();
        assert_eq!(message.signed_text(), None);
    }
}
