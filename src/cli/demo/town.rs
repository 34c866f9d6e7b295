//! The town: who lives there, how they can be reached, where they are served.
//!
//! Each client follows from a number, so the town is the same each time and takes no memory
//! however large it is. None of it can be real: telephone numbers begin with +39 000, mail
//! addresses end in `.example`, and the codes of places lie outside of what is assigned.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Map, Value, json};

use super::DemoNode;
use super::names::{FAMILY, FAMILY_ENGLISH, FIRMS, FIRST, FIRST_ENGLISH};
use crate::intake::import::{Importer, read_line};

/// The town's name, and the name of the firm that writes to it.
pub(super) const TOWN: &str = "Montelume";

/// Another number is another town.
const SEED: u64 = 20_261_122;
/// Settling takes longer than this: show how far it is.
const PATIENCE: Duration = Duration::from_secs(1);

/// The first clients are agencies that look after others.
const AGENCIES: [(&str, &str); 2] = [
    ("agency-1", "Agenzia Pratiche Ferri"),
    ("agency-2", "Agenzia Casa & Luce"),
];

/// The reference of the one whose people may log in.
pub(super) const AGENCY: &str = AGENCIES[0].0;

/// One of the town's districts.
pub(super) struct District {
    /// Six digits like an ISTAT code; no province has the number 999.
    pub(super) code: &'static str,
    /// Five digits like a postal code; none begins with 99.
    pub(super) postal_code: &'static str,
    /// The middle, in degrees.
    centre: (f64, f64),
    /// How the tags of its feeders begin.
    feeder: &'static str,
    /// How many feeders it has.
    feeders: u32,
    /// Of a hundred clients, how many are served here.
    share: u32,
}

/// The town itself and its two neighbours.
pub(super) const DISTRICTS: [District; 3] = [
    District {
        code: "999001",
        postal_code: "99901",
        centre: (44.201, 10.702),
        feeder: "feeder:ML",
        feeders: 8,
        share: 55,
    },
    District {
        code: "999002",
        postal_code: "99902",
        centre: (44.262, 10.781),
        feeder: "feeder:VD",
        feeders: 4,
        share: 25,
    },
    District {
        code: "999003",
        postal_code: "99903",
        centre: (44.148, 10.633),
        feeder: "feeder:PL",
        feeders: 4,
        share: 20,
    },
];

/// A feeder of a district, counted from 0 around and around.
pub(super) fn feeder(district: &District, number: u32) -> String {
    format!("{}-{:02}", district.feeder, number % district.feeders + 1)
}

/// The reference of a client, counted from 0.
pub(super) fn reference(number: u32) -> String {
    match AGENCIES.get(number as usize) {
        Some((reference, _)) => (*reference).to_owned(),
        None => format!("C-{number:05}"),
    }
}

/// Imports every client. Shows a bar when it takes longer than a moment.
pub(super) async fn settle(stage: &DemoNode, clients: u32) -> anyhow::Result<()> {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}")?;
    let bar = ProgressBar::with_draw_target(Some(u64::from(clients)), ProgressDrawTarget::hidden())
        .with_style(style)
        .with_message("Settling the town");
    let begun = Instant::now();
    let mut importer = Importer::new(
        &stage.store,
        stage.clock.as_ref(),
        stage.ids.as_ref(),
        false,
    );
    for number in 0..clients {
        let line = client(number).to_string();
        if let Some(client) = read_line(line.as_bytes(), &stage.phones)? {
            importer.add(client, ()).await?;
        }
        if bar.is_hidden() && begun.elapsed() > PATIENCE {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        bar.inc(1);
    }
    importer.finish().await?;
    bar.finish_and_clear();
    Ok(())
}

/// One client, as an import brings it.
pub(super) fn client(number: u32) -> Value {
    let mut dice = dice(number, 0);
    let english = dice.random_ratio(6, 100);
    let person = person(&mut dice, english);
    let firm = dice.random_ratio(5, 100);
    let name = match AGENCIES.get(number as usize) {
        Some((_, name)) => (*name).to_owned(),
        None if firm => format!("{} {}", pick(&mut dice, FIRMS), pick(&mut dice, FAMILY)),
        None => format!("{} {}", person.0, person.1),
    };
    let mut client = json!({
        "client": reference(number),
        "name": name,
        "locale": if english { "en" } else { "it" },
        "contacts": contacts(&mut dice, number, person),
        "places": places(&mut dice, number, if firm { 3 } else { 1 }),
        "tracking_consent": match dice.random_range(0..100) {
            0..60 => "granted",
            60..75 => "denied",
            _ => "unknown",
        },
    });
    if let Some(client) = client.as_object_mut() {
        wishes(&mut dice, client);
        if number >= 2 && dice.random_ratio(8, 100) {
            client.insert("partner".into(), pick(&mut dice, &AGENCIES).0.into());
        }
    }
    client
}

/// What some clients chose; most never do.
fn wishes(dice: &mut StdRng, client: &mut Map<String, Value>) {
    match dice.random_range(0..100) {
        0..50 => drop(client.insert("preferred".into(), "sms".into())),
        50..75 => drop(client.insert("preferred".into(), "email".into())),
        _ => {}
    }
    let topics = match dice.random_range(0..100) {
        0..3 => json!({ "outages": false }),
        3..5 => json!({ "cases": false }),
        5..20 => json!({ "surveys": false }),
        20..40 => json!({ "outages": true }),
        _ => json!({}),
    };
    client.insert("topics".into(), topics);
    match dice.random_range(0..100) {
        0..4 => drop(client.insert(
            "quiet_hours".into(),
            json!({ "from": "22:00", "to": "07:00" }),
        )),
        4..6 => drop(client.insert(
            "quiet_hours".into(),
            json!({ "from": "13:00", "to": "15:30" }),
        )),
        _ => {}
    }
}

/// Most have both, some one, a few none.
fn contacts(dice: &mut StdRng, number: u32, person: (&str, &str)) -> Vec<Value> {
    let (by_sms, by_email) = match dice.random_range(0..100) {
        0..60 => (true, true),
        60..82 => (true, false),
        82..97 => (false, true),
        _ => (false, false),
    };
    let mut contacts = Vec::new();
    if by_sms {
        // Now and then two contracts of one household name the same telephone.
        let owner = if number % 25 == 7 { number - 1 } else { number };
        contacts.push(json!({ "channel": "sms", "address": phone(owner), "verified": true }));
    }
    if by_email {
        let address = mailbox(dice, number, person);
        contacts.push(json!({
            "channel": "email", "address": address, "verified": dice.random_bool(0.8),
        }));
    }
    contacts
}

/// The last two digits decide how the handset behaves; see `araldo_sandbox::world`.
fn phone(number: u32) -> String {
    let mut dice = dice(number, 1);
    let ending = match dice.random_range(0..1_000) {
        0..25 => 1,
        25..40 => 2,
        40..41 => 3,
        41..44 => 4,
        44..60 => 5,
        _ => dice.random_range(10..100),
    };
    format!("+39000{number:06}{ending:02}")
}

/// The word before the dot decides how the mailbox behaves, the domain which program reads it;
/// see `araldo_sandbox::world` and `habits`.
fn mailbox(dice: &mut StdRng, number: u32, (first, family): (&str, &str)) -> String {
    let domain = match dice.random_range(0..100) {
        0..40 => "posta",
        40..65 => "mela",
        65..88 => "grandeposta",
        _ => "ufficio",
    };
    let local = match dice.random_range(0..1_000) {
        0..20 => "bounce".to_owned(),
        20..25 => "defer".to_owned(),
        25..30 => "slow".to_owned(),
        30..32 => "drop".to_owned(),
        _ => format!("{}.{}", plain(first), plain(family)),
    };
    format!("{local}.{number}@{domain}.example")
}

/// One supply point each; firms have up to `most`, all on one feeder.
fn places(dice: &mut StdRng, number: u32, most: u32) -> Vec<Value> {
    let district = district(dice);
    let feeder = feeder(district, dice.random());
    (0..dice.random_range(1..=most))
        .map(|count| {
            let near = |dice: &mut StdRng, middle: f64| {
                ((middle + dice.random_range(-0.03..0.03)) * 1e5).round() / 1e5
            };
            json!({
                "place": format!("IT999E{:08}", number * 4 + count),
                "kind": "pod",
                "municipality": district.code,
                "postal_code": district.postal_code,
                "lat": near(dice, district.centre.0),
                "lon": near(dice, district.centre.1),
                "tags": [feeder],
            })
        })
        .collect()
}

fn district(dice: &mut StdRng) -> &'static District {
    let mut left: u32 = dice.random_range(0..100);
    for district in &DISTRICTS {
        if left < district.share {
            return district;
        }
        left -= district.share;
    }
    &DISTRICTS[0]
}

fn person(dice: &mut StdRng, english: bool) -> (&'static str, &'static str) {
    if english {
        (pick(dice, FIRST_ENGLISH), pick(dice, FAMILY_ENGLISH))
    } else {
        (pick(dice, FIRST), pick(dice, FAMILY))
    }
}

/// One of a list that is not empty.
pub(super) fn pick<T: Copy>(dice: &mut StdRng, list: &[T]) -> T {
    list.choose(dice).copied().unwrap_or(list[0])
}

/// Chance that is the same each time: for one client and one purpose.
fn dice(number: u32, purpose: u64) -> StdRng {
    StdRng::seed_from_u64((SEED << 33) ^ (purpose << 32) ^ u64::from(number))
}

/// Lower case letters of ASCII, as mailboxes have them.
fn plain(name: &str) -> String {
    name.to_lowercase()
        .chars()
        .filter_map(|letter| match letter {
            'a'..='z' => Some(letter),
            'à' => Some('a'),
            'è' | 'é' => Some('e'),
            'ò' => Some('o'),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::Channel;
    use crate::domain::address::PhonePolicy;
    use crate::domain::client::Client;

    fn town() -> Vec<Client> {
        let phones = PhonePolicy::default();
        (0..2_000)
            .map(|number| {
                let line = client(number).to_string();
                read_line(line.as_bytes(), &phones).unwrap().unwrap()
            })
            .collect()
    }

    #[test]
    fn the_import_takes_every_client_and_the_town_is_the_same_each_time() {
        let town = town();
        assert_eq!(town, self::town());
        let references: HashSet<_> = town.iter().map(|client| &client.client).collect();
        assert_eq!(references.len(), 2_000);
    }

    #[test]
    fn nobody_in_the_town_can_be_real() {
        for client in town() {
            for contact in &client.contacts {
                let address = contact.address.as_str();
                match contact.address.channel() {
                    Channel::Sms => assert!(address.starts_with("+39000"), "{address}"),
                    Channel::Email => assert!(address.ends_with(".example"), "{address}"),
                }
            }
            for place in &client.places {
                assert!(place.municipality.as_deref().unwrap().starts_with("999"));
                assert!(place.place.starts_with("IT999E"));
            }
        }
    }

    #[test]
    fn the_town_has_some_of_everyone() {
        let town = town();
        let share = |is: &dyn Fn(&Client) -> bool| town.iter().filter(|one| is(one)).count();
        assert!((20..120).contains(&share(&|one| one.contacts.is_empty())));
        assert!((60..200).contains(&share(&|one| one.locale == "en")));
        assert!((100..250).contains(&share(&|one| one.partner.is_some())));
        assert!((50..200).contains(&share(&|one| one.quiet_hours.is_some())));
        for district in &DISTRICTS {
            let here = share(&|one| one.places[0].municipality.as_deref() == Some(district.code));
            assert!(here > 300, "{} of {}", here, district.code);
        }
        let numbers: Vec<_> = town
            .iter()
            .flat_map(|one| &one.contacts)
            .filter(|contact| contact.address.channel() == Channel::Sms)
            .map(|contact| contact.address.as_str())
            .collect();
        let different: HashSet<_> = numbers.iter().collect();
        assert!(
            different.len() < numbers.len(),
            "no household shares a telephone"
        );
        for fault in ["01", "02", "05"] {
            assert!(numbers.iter().any(|number| number.ends_with(fault)));
        }
    }
}
