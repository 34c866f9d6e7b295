//! What an incident is about, as it stands at the top of its pages.

use std::collections::BTreeMap;

use crate::domain::area::{Area, AreaShape};
use crate::domain::limits::SHAPES_DRAWN;
use crate::store::{StoreError, Tx};
use crate::web::console::shell::map::{Map, draw};
use crate::web::console::shell::{ConsoleWords, FluentValue};

/// Entries of a list that are named; of a longer one two fewer, and how many more there are.
const NAMED: usize = 12;

/// A map with what is said of it.
pub(super) struct SaidMap {
    pub(super) map: Map,
    pub(super) caption: String,
    /// For who cannot see it.
    pub(super) label: String,
}

/// What is known of the municipalities that an area names.
#[derive(Default)]
pub(super) struct KnownTowns {
    names: BTreeMap<String, String>,
    shapes: Vec<AreaShape>,
}

impl KnownTowns {
    pub(super) async fn of(tx: &mut Tx, area: Option<&Area>) -> Result<Self, StoreError> {
        let Some(area) = area.filter(|area| !area.municipalities.is_empty()) else {
            return Ok(Self::default());
        };
        let most = i64::try_from(SHAPES_DRAWN).unwrap_or(i64::MAX);
        Ok(Self {
            names: tx.areas().names(&area.municipalities).await?,
            shapes: tx.areas().of_codes(&area.municipalities, most).await?,
        })
    }

    /// The municipality's name, or its code where nobody knows one.
    fn name(&self, code: &str) -> String {
        self.names.get(code).map_or(code, String::as_str).to_owned()
    }
}

/// Where it is, if anything of it has a position. `dots`: places of those who were told.
pub(super) fn map(
    area: &Area,
    towns: &KnownTowns,
    dots: &[(f64, f64)],
    words: ConsoleWords,
) -> Option<SaidMap> {
    let map = draw(area, &towns.shapes, dots)?;
    let is_shaded = !map.outlines.is_empty() || map.circle.is_some() || !map.shapes.is_empty();
    let caption = match (is_shaded, dots.is_empty()) {
        (true, true) => "incidents-map-area",
        (true, false) => "incidents-map-both",
        (false, _) => "incidents-map-dots",
    };
    let label = if dots.is_empty() {
        words.say("incidents-map-area-label").into_owned()
    } else {
        let count = i64::try_from(dots.len()).unwrap_or(i64::MAX);
        words.count("incidents-map-label", count)
    };
    Some(SaidMap {
        caption: words.with(caption, "bar", &map.bar.1),
        label,
        map,
    })
}

/// Kind, service and severity in one line.
pub(super) fn what(
    kind: Option<&str>,
    service: Option<&str>,
    severity: Option<&str>,
    words: ConsoleWords,
) -> String {
    let said = [
        kind.map(|kind| words.of("incident-kind", kind)),
        service.map(|service| words.of("service", service)),
        severity.map(|severity| words.of("incidents-severity", severity)),
    ];
    let said: Vec<_> = said.into_iter().flatten().collect();
    said.join(" · ")
}

/// The parts of an area in words: what it lists, and what was drawn, for who cannot see the map. None:
/// it cannot be read, which is said where it would stand, so that nobody takes the incident for one that
/// covers nothing.
pub(super) fn area(
    area: Option<&Area>,
    towns: &KnownTowns,
    words: ConsoleWords,
) -> Vec<(String, String)> {
    let Some(area) = area else {
        let unreadable = words.say("incidents-area-unreadable").into_owned();
        return vec![(words.say("incidents-area").into_owned(), unreadable)];
    };
    let named = area.municipalities.iter().map(|code| towns.name(code));
    let named: Vec<String> = named.collect();
    let lists = [
        (words.say("incidents-municipalities"), &named),
        (words.say("incidents-postal-codes"), &area.postal_codes),
        (words.say("incidents-tags"), &area.tags),
        (words.say("incidents-places"), &area.places),
    ];
    lists
        .into_iter()
        .filter(|(_, list)| !list.is_empty())
        .map(|(word, list)| (word.into_owned(), listed(list, words)))
        .chain(drawn(area, words))
        .collect()
}

/// A circle by its centre and radius; any other shape by that there is one.
fn drawn(area: &Area, words: ConsoleWords) -> Option<(String, String)> {
    let circle = area.circle.as_ref().map(|circle| {
        let [lat, lon] = [circle.lat, circle.lon].map(|degrees| format!("{degrees:.4}"));
        let km = format!("{:.1}", f64::from(circle.radius_m) / 1_000.0);
        let values = [("km", km.into()), ("lat", lat.into()), ("lon", lon.into())];
        words.say_with("incidents-drawn-circle", &values)
    });
    let shape = area.polygon.is_some() || area.geojson.is_some();
    let shape = shape.then(|| words.say("incidents-drawn-shape").into_owned());
    let said: Vec<String> = circle.into_iter().chain(shape).collect();
    let word = words.say("incidents-drawn").into_owned();
    (!said.is_empty()).then(|| (word, said.join(", ")))
}

fn listed(list: &[String], words: ConsoleWords) -> String {
    if list.len() <= NAMED {
        return list.join(", ");
    }
    let named = &list[..NAMED - 2];
    let more = i64::try_from(list.len() - named.len()).unwrap_or(i64::MAX);
    let values = [
        ("list", FluentValue::from(named.join(", "))),
        ("number", FluentValue::from(more.to_string())),
    ];
    words.say_with("incidents-and-more", &values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::area::Circle;

    #[test]
    fn a_long_list_is_cut_and_says_so() {
        let long = Area {
            postal_codes: (0..15).map(|at| format!("4{at:04}")).collect(),
            ..Area::default()
        };
        let said = area(Some(&long), &KnownTowns::default(), ConsoleWords::ENGLISH);
        assert_eq!(said[0].0, "Postal codes");
        assert!(said[0].1.ends_with("40009 and 5 more"), "{said:?}");
        let lost = area(None, &KnownTowns::default(), ConsoleWords::ENGLISH);
        assert!(lost[0].1.starts_with("not readable"), "{lost:?}");
    }

    #[test]
    fn what_was_drawn_is_said_too() {
        let drawn = Area {
            postal_codes: vec!["40121".to_owned()],
            polygon: Some(vec![(44.0, 11.0), (44.1, 11.0), (44.1, 11.1)]),
            circle: Some(Circle {
                lat: 44.5,
                lon: 11.25,
                radius_m: 1_500,
            }),
            ..Area::default()
        };
        let said = area(Some(&drawn), &KnownTowns::default(), ConsoleWords::ENGLISH);
        assert_eq!(said.len(), 2, "{said:?}");
        assert_eq!(said[1].0, "Drawn");
        assert_eq!(
            said[1].1,
            "a circle of 1.5 km around 44.5000, 11.2500, a shape on the map"
        );
    }

    #[test]
    fn a_municipality_is_said_by_its_name_where_there_is_one() {
        let two = Area {
            municipalities: vec!["037006".to_owned(), "037020".to_owned()],
            ..Area::default()
        };
        let names = BTreeMap::from([("037006".to_owned(), "Bologna".to_owned())]);
        let shapes = Vec::new();
        let said = area(
            Some(&two),
            &KnownTowns { names, shapes },
            ConsoleWords::ENGLISH,
        );
        assert_eq!(said[0].1, "Bologna, 037020");
    }

    #[test]
    fn a_word_of_the_organisations_own_is_said_as_it_is() {
        let said = what(
            Some("planned_outage"),
            Some("electricity"),
            Some("level 3"),
            ConsoleWords::ENGLISH,
        );
        assert_eq!(said, "planned outage · electricity · level 3");
    }
}
