//! Greylisting (RFC 6647): a server that has not seen this sender and recipient before says "later",
//! and takes the mail when it comes again after a while. Recognised by its words alone.

use std::time::Duration;

/// Most servers want five minutes between tries (RFC 6647 §5, Postgrey's default).
const USUAL: Duration = Duration::from_mins(5);
/// The longest pause taken from a server's words.
const LONGEST: Duration = Duration::from_hours(1);

/// How long the server wants to be left alone with this recipient, if it is greylisting: as long
/// as it says, otherwise as long as is usual.
pub(super) fn pause(text: &str) -> Option<Duration> {
    let text = text.to_ascii_lowercase();
    let is_greylisting = ["greylist", "graylist", "grey-list", "gray-list", "postgrey"]
        .iter()
        .any(|word| text.contains(word));
    is_greylisting.then(|| said(&text).unwrap_or(USUAL).min(LONGEST))
}

/// `... 300 seconds`, `... 5 minutes`.
fn said(text: &str) -> Option<Duration> {
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let mut before = words.next()?;
    for word in words {
        if let Ok(count) = before.parse::<u32>() {
            if ["s", "sec", "secs", "second", "seconds"].contains(&word) {
                return Some(Duration::from_secs(count.into()));
            }
            if ["min", "mins", "minute", "minutes"].contains(&word) {
                return Some(Duration::from_secs(count.into()) * 60);
            }
        }
        before = word;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_is_the_servers_or_the_usual_one() {
        for (text, seconds) in [
            ("Greylisted, please come back", 300),
            ("Recipient address rejected: Greylisted for 60 seconds", 60),
            ("Graylisting in action, try again in 2 minutes.", 120),
            ("Greylisted, see http://postgrey.example/help/4.2.0/x", 300),
            ("greylisted for 99999999 minutes", 3_600),
        ] {
            assert_eq!(pause(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(pause("mailbox busy, try again in 60 seconds"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_words_ask_for_more_than_an_hour(text in ".{0,40}", count in 0_u64..u64::MAX) {
            let said = pause(&format!("greylisted {text} {count} minutes"));
            proptest::prop_assert!(said.is_some_and(|pause| pause <= LONGEST));
        }
    }
}
