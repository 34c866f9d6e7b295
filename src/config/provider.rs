//! `[provider.NAME]`: understood by `channel`, which knows the kinds. What each of them charges is the same
//! for all kinds, and is read here.

use std::collections::BTreeMap;

use super::error::{ConfigError, Origin};
use super::layers::{Entries, Layers};
use super::named;
use crate::channel::ProviderSettings;
use crate::domain::Channel;
use crate::domain::limits::{PREFIX_DIGITS, PRICE_PREFIXES};
use crate::domain::mail_return::MAILBOX_REPORTS;
use crate::domain::money::{Money, PriceFault, PriceList};
use crate::text::toml_faults::plain;

/// Keys that providers of every kind have.
const OF_ALL_KINDS: [&str; 2] = ["price", "prices"];

/// One provider as it is configured.
#[derive(Debug, Clone)]
pub struct ConfiguredProvider {
    /// Its kind and what that kind needs.
    pub settings: ProviderSettings,
    /// What it charges, as far as that is known.
    pub prices: PriceList,
    /// Where its section begins.
    pub at: Origin,
    keys: BTreeMap<String, Origin>,
}

impl ConfiguredProvider {
    /// The line to look at for a fault, which names its key in backticks first.
    #[must_use]
    pub fn place(&self, fault: &str) -> &Origin {
        let quoted = |key: &str| {
            let inside = fault.find(&format!("`{key}."));
            fault.find(&format!("`{key}`")).or(inside)
        };
        let keys = self.keys.iter();
        keys.filter_map(|(key, at)| Some((quoted(key)?, at)))
            .min_by_key(|(first, _)| *first)
            .map_or(&self.at, |(_, at)| at)
    }
}

/// Takes every `provider.NAME` out of the layers.
pub(super) fn read(
    layers: &mut Layers,
) -> Result<BTreeMap<String, ConfiguredProvider>, ConfigError> {
    let sections: Vec<(String, Entries)> = layers
        .0
        .extract_if(.., |section, _| section.starts_with("provider."))
        .collect();
    sections
        .into_iter()
        .map(|(section, entries)| {
            let name = section.trim_start_matches("provider.").to_owned();
            if name == MAILBOX_REPORTS {
                let detail = format!(
                    "reports by mail are called `{MAILBOX_REPORTS}`; give the provider another name"
                );
                return Err(named::fault(&section, &entries, detail));
            }
            Ok((name, understood(&section, entries)?))
        })
        .collect()
}

fn understood(section: &str, entries: Entries) -> Result<ConfiguredProvider, ConfigError> {
    let fault = |detail: String| named::fault(section, &entries, detail);
    let (charges, own): (toml::Table, toml::Table) = named::table(&entries)
        .into_iter()
        .partition(|(key, _)| OF_ALL_KINDS.contains(&key.as_str()));
    let settings: ProviderSettings = own
        .try_into()
        .map_err(|error: toml::de::Error| fault(with_all_keys(&entries, plain(error.message()))))?;
    let prices = price_list(&charges, settings.channel()).map_err(fault)?;
    let at = entries.at;
    let keys = entries.keys.into_iter();
    let keys = keys.map(|(key, entry)| (key, entry.at)).collect();
    Ok(ConfiguredProvider {
        settings,
        prices,
        at,
        keys,
    })
}

/// A kind's settings know its own keys only. What is unknown inside of a table of theirs is not meant.
fn with_all_keys(entries: &Entries, detail: String) -> String {
    let unknown = detail.strip_prefix("unknown field `");
    let unknown = unknown.and_then(|rest| rest.split('`').next());
    match unknown.is_some_and(|key| entries.keys.contains_key(key)) {
        true => format!(
            "{detail}, {}",
            OF_ALL_KINDS.map(|key| format!("`{key}`")).join(", ")
        ),
        false => detail,
    }
}

fn price_list(charges: &toml::Table, channel: Channel) -> Result<PriceList, String> {
    let each = charges.get("price");
    let each = each.map(|value| price(value).map_err(|why| format!("`price`: {why}")));
    let by_prefix = match charges.get("prices") {
        None => BTreeMap::new(),
        Some(_) if channel == Channel::Email => {
            return Err("`prices` is for SMS; write `price`, for each e-mail".to_owned());
        }
        Some(toml::Value::Table(table)) => prefixes(table)?,
        Some(_) => {
            let example = "{ \"+39\" = \"0.045\" }";
            return Err(format!(
                "`prices`: write a price for each prefix, such as {example}"
            ));
        }
    };
    Ok(PriceList {
        each: each.transpose()?,
        by_prefix,
    })
}

fn prefixes(table: &toml::Table) -> Result<BTreeMap<String, Money>, String> {
    if table.len() > PRICE_PREFIXES {
        return Err(format!(
            "`prices` has {} prefixes; write at most {PRICE_PREFIXES}",
            table.len()
        ));
    }
    let one = |(prefix, value): (&String, &toml::Value)| {
        if !is_prefix(prefix) {
            return Err(format!(
                "`prices`: \"{prefix}\" is not how a number begins; write + and digits, such as \"+39\""
            ));
        }
        let price = price(value).map_err(|why| format!("`prices`: of \"{prefix}\": {why}"))?;
        Ok((prefix.clone(), price))
    };
    table.iter().map(one).collect()
}

fn is_prefix(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (1..=PREFIX_DIGITS).contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_digit())
    })
}

fn price(value: &toml::Value) -> Result<Money, String> {
    match value {
        toml::Value::String(text) => text
            .parse()
            .map_err(|why: PriceFault| format!("\"{text}\" is no price: {why}")),
        other => Err(format!(
            "{other} stands without quotation marks; write it as a text, such as \"0.045\", so that it is \
             never rounded"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str, channel: Channel) -> Result<PriceList, String> {
        price_list(&toml::from_str(text).unwrap(), channel)
    }

    #[test]
    fn prices_are_texts_and_each_fault_names_its_key() {
        let read = list(
            "price = \"0.05\"\nprices = { \"+39\" = \"0.045\", \"+41\" = \"0.07\" }",
            Channel::Sms,
        );
        let read = read.unwrap();
        assert_eq!(read.each, Some(Money::from_micros(50_000)));
        assert_eq!(
            read.of_number("+41791234567"),
            Some(Money::from_micros(70_000))
        );
        assert_eq!(list("", Channel::Email), Ok(PriceList::default()));
        for (text, channel, said) in [
            (
                "price = 0.045",
                Channel::Sms,
                "`price`: 0.045 stands without",
            ),
            (
                "price = \"0,045\"",
                Channel::Sms,
                "`price`: \"0,045\" is no price: write digits",
            ),
            (
                "prices = \"0.045\"",
                Channel::Sms,
                "`prices`: write a price for each prefix",
            ),
            (
                "prices = { 39 = \"1\" }",
                Channel::Sms,
                "`prices`: \"39\" is not how a number",
            ),
            (
                "prices = { \"+39\" = \"-1\" }",
                Channel::Sms,
                "`prices`: of \"+39\": \"-1\" is no price",
            ),
            ("prices = {}", Channel::Email, "`prices` is for SMS"),
        ] {
            let fault = list(text, channel).unwrap_err();
            assert!(fault.starts_with(said), "{text}: {fault}");
        }
    }
}
