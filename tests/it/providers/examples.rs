//! Every example of the page about providers is a provider that can be built, and that reads what it is
//! called back.

use std::path::Path;

use araldo::channel::{self, ProviderSettings};

use super::{Running, context, signer};

const PAGE: &str = include_str!("../../../docs/providers.md");

/// The example with its secrets here: they are on the machine of whoever reads the page.
fn with_secrets_in(folder: &Path, example: &str) -> String {
    for word in example
        .split('"')
        .filter(|word| word.starts_with("/etc/araldo/"))
    {
        let name = Path::new(word).file_name().unwrap();
        std::fs::write(folder.join(name), "0123456789abcdef0123\n").unwrap();
    }
    example.replace("/etc/araldo", folder.to_str().unwrap())
}

#[tokio::test]
async fn every_example_of_the_page_is_a_provider() {
    let running = Running::new();
    let context = context(&running, "https://araldo.example", None);
    let folder = tempfile::tempdir().unwrap();
    let mut built = Vec::new();
    for example in PAGE.split("```toml\n").skip(1) {
        let (text, _) = example.split_once("```").unwrap();
        let text = with_secrets_in(folder.path(), text);
        let table: toml::Table = toml::from_str(&text).unwrap();
        let providers = table["provider"].as_table().unwrap();
        assert_eq!((table.len(), providers.len()), (1, 1), "{text}");
        for (name, section) in providers {
            let settings: ProviderSettings = section.clone().try_into().unwrap();
            let provider = channel::build(name, &settings, &context).unwrap();
            assert!(provider.capabilities().gives_receipts, "{name}");
            let reader = channel::callbacks(name, &settings, "https://araldo.example", &signer());
            let kind = section["kind"].as_str().unwrap();
            let mails = channel::mail_callbacks(name, &settings).unwrap();
            let is_read = reader.unwrap().is_some() || mails.is_some();
            // A centre brings its reports over its own connection.
            assert_eq!(is_read, kind != "smpp", "{name}");
            built.push(kind.to_owned());
        }
    }
    built.sort();
    assert_eq!(
        built,
        [
            "brevo", "commify", "http", "http", "mailgun", "ses", "smpp", "smtp", "smtp", "twilio",
            "vonage"
        ]
    );
}

#[test]
fn a_provider_that_calls_back_is_not_named_as_a_part_of_the_address() {
    let settings = "kind = \"twilio\"\naccount = \"a\"\ntoken = \"t\"";
    let settings: ProviderSettings = toml::from_str(settings).unwrap();
    let wrong = channel::callbacks("kannel", &settings, "https://a.example", &signer());
    let said = wrong.err().unwrap().to_string();
    assert!(said.contains("`kannel` is taken"), "{said}");
}
