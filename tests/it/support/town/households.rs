//! Many clients alike, each with one number or address.

use std::fmt::Write as _;

use serde_json::json;

use crate::promises::place;
use crate::support::node::channel_of;

/// Where all of them live.
pub(crate) const MUNICIPALITY: &str = "037006";

/// Clients `C-0`, `C-1` and so on, one for each of these numbers and addresses, one a line.
pub(crate) fn households(addresses: impl IntoIterator<Item = String>) -> String {
    let mut lines = String::new();
    for (number, address) in addresses.into_iter().enumerate() {
        let client = json!({
            "client": format!("C-{number}"), "name": "Maria Rossi",
            "contacts": [{ "channel": channel_of(&address), "address": address }],
            "places": [place(&format!("POD-{number}"), MUNICIPALITY)],
        });
        writeln!(lines, "{client}").unwrap();
    }
    lines
}
