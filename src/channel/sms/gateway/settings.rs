//! The keys of a provider with `kind = "http"`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use crate::channel::over_http::http_settings;
use crate::channel::settings::Secret;
use crate::channel::sms::SignatureHash;
use crate::domain::receipt::ReceiptKind;
use crate::text::text_enum::text_enum;

text_enum! {
    /// How the gateway is asked.
    pub enum GatewayMethod {
        /// Everything stands in the address.
        Get => "GET",
        Post => "POST",
        Put => "PUT",
    }
}

text_enum! {
    /// How a signature is written.
    pub enum SignatureForm {
        Hex => "hex",
        Base64 => "base64",
    }
}

http_settings! {
    /// A gateway over HTTP as configured.
    pub struct HttpSettings {
        #[serde(default = "post")]
        pub method: GatewayMethod,
        /// Where an SMS is handed in; expressions may stand after the host.
        pub url: String,
        #[serde(default)]
        pub headers: BTreeMap<String, GatewayHeader>,
        /// What is posted, with expressions over `to`, `text`, `reference` and the like.
        pub body: Option<String>,
        #[serde(default = "json")]
        pub content_type: String,
        /// Sender as the handset shows it, for `{{ from }}`.
        pub from: Option<String>,
        /// JSON pointer to the gateway's own name for the SMS in its answer.
        pub reference: Option<String>,
        /// When an answer means that the gateway has the SMS.
        #[serde(default = "any_of_three")]
        pub accepted: String,
        /// When it will never take this SMS.
        pub rejected: Option<String>,
        /// Besides that: when the number does not exist, and is barred.
        pub bad_number: Option<String>,
        /// When our own set-up is wrong: password, credit, sender.
        pub misconfigured: Option<String>,
        /// When it certainly did nothing, and may later.
        pub throttled: Option<String>,
        /// What it calls back to `{public_url}/hooks/NAME/...`.
        pub receipts: Option<ReceiptSettings>,
    }
}

/// The value of a header.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(
    untagged,
    expecting = "a header is a text, or a file as { file = \"/run/secrets/key\" }"
)]
pub enum GatewayHeader {
    Text(Secret),
    File(HeaderFile),
}

/// A header whose value is a secret.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderFile {
    pub file: PathBuf,
    /// Stands before it, such as `Bearer `.
    #[serde(default)]
    pub prefix: String,
}

/// What the gateway calls back, and how it proves that it is the gateway.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptSettings {
    /// JSON pointer to our reference, or to the gateway's own name. Not needed where the request
    /// gave it `{{ callback }}`.
    pub id: Option<String>,
    /// JSON pointer to its word for what became of the SMS.
    pub state: String,
    /// Its words by ours; what is in no list is not kept.
    pub map: BTreeMap<ReceiptKind, Vec<String>>,
    /// Its words for a number that does not exist, in `error`, if it says that apart.
    #[serde(default)]
    pub bad_number: Vec<String>,
    /// JSON pointer to a code beside the state.
    pub error: Option<String>,
    /// Stands in the address that it calls: `/hooks/NAME/SECRET`.
    pub secret: Option<Secret>,
    pub secret_file: Option<PathBuf>,
    /// HTTP Basic, with `password_file`.
    pub username: Option<String>,
    pub password_file: Option<PathBuf>,
    /// Stands in `Authorization: Bearer`.
    pub bearer_file: Option<PathBuf>,
    /// The key that the body is signed with.
    pub hmac_file: Option<PathBuf>,
    /// Where its signature stands.
    #[serde(default = "x_signature")]
    pub hmac_header: String,
    #[serde(default = "sha256")]
    pub hmac_hash: SignatureHash,
    #[serde(default = "hex")]
    pub hmac_form: SignatureForm,
    /// Stands before the signature, such as `sha256=`.
    #[serde(default)]
    pub hmac_prefix: String,
}

const fn post() -> GatewayMethod {
    GatewayMethod::Post
}

const fn sha256() -> SignatureHash {
    SignatureHash::Sha256
}

const fn hex() -> SignatureForm {
    SignatureForm::Hex
}

fn json() -> String {
    "application/json".to_owned()
}

fn x_signature() -> String {
    "X-Signature".to_owned()
}

fn any_of_three() -> String {
    "status in [200, 201, 202]".to_owned()
}
