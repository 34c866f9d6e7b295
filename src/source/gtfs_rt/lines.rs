//! The tags of those whom an alert or a delay concerns: a line by its `route_id`, as the settings
//! write it.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::{Environment, UndefinedBehavior, Value};

use super::message::GtfsSelector;
use super::settings::GtfsLines;
use crate::domain::limits::{GTFS_TAGS, SOURCE_FIELD};
use crate::template::conditions;

const TAG: &str = "tag";
const STOP: &str = "stop";
const AGENCY: &str = "agency";

#[derive(Debug)]
pub(super) struct LineTags {
    engine: Environment<'static>,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct Concerned {
    pub(super) tags: BTreeSet<String>,
    pub(super) routes: BTreeSet<String>,
    pub(super) stops: BTreeSet<String>,
}

impl LineTags {
    /// A fault names the key whose text makes no tag.
    pub(super) fn new(lines: &GtfsLines) -> Result<Self, String> {
        let mut tags = Self {
            engine: conditions(),
        };
        tags.engine
            .set_undefined_behavior(UndefinedBehavior::Strict);
        for (key, text) in [
            (TAG, Some(&lines.tag)),
            (STOP, lines.stop.as_ref()),
            (AGENCY, lines.agency.as_ref()),
        ] {
            let Some(text) = text else { continue };
            let fault = |detail: String| format!("`lines`: `{key}`: {detail}");
            if text.len() > SOURCE_FIELD {
                return Err(fault(format!("it is longer than {SOURCE_FIELD} bytes")));
            }
            tags.engine
                .add_template_owned(key, text.clone())
                .map_err(|error| fault(error.to_string()))?;
            let [one, other] = ["1", "2"].map(|id| tags.made(key, id, id));
            if one.map_err(fault)? == other.map_err(fault)? {
                return Err(format!(
                    "`lines`: `{key}` is the same for all; name what tells them apart, as in \
                     \"line:{{{{ route_id }}}}\""
                ));
            }
        }
        Ok(tags)
    }

    /// The tag of a line.
    pub(super) fn of_line(&self, route: &str, agency: &str) -> Result<String, String> {
        self.made(TAG, route, agency)
    }

    /// Whom these selectors name. What names a trip names its line.
    pub(super) fn of(&self, informed: &[GtfsSelector]) -> Result<Concerned, String> {
        let mut concerned = Concerned::default();
        for selector in informed {
            let agency = named(selector.agency_id.as_ref()).unwrap_or_default();
            let of_trip = selector.trip.as_ref();
            let of_trip = of_trip.and_then(|trip| named(trip.route_id.as_ref()));
            let route = named(selector.route_id.as_ref()).or(of_trip);
            let stop = named(selector.stop_id.as_ref());
            let tag = match (route, stop) {
                (Some(route), _) => Some(self.of_line(route, agency)?),
                (None, Some(stop)) => self.if_set(STOP, stop)?,
                (None, None) if agency.is_empty() => None,
                (None, None) => self.if_set(AGENCY, agency)?,
            };
            concerned.tags.extend(tag.filter(|tag| !tag.is_empty()));
            concerned.routes.extend(route.map(str::to_owned));
            concerned.stops.extend(stop.map(str::to_owned));
            if concerned.tags.len() > GTFS_TAGS || concerned.stops.len() > GTFS_TAGS {
                return Err(format!("it names more than {GTFS_TAGS} lines or stops"));
            }
        }
        Ok(concerned)
    }

    fn if_set(&self, key: &str, id: &str) -> Result<Option<String>, String> {
        match self.engine.get_template(key) {
            Ok(_) => self.made(key, id, id).map(Some),
            Err(_not_set) => Ok(None),
        }
    }

    /// Of each key, only what it may name is there.
    fn made(&self, key: &str, id: &str, agency: &str) -> Result<String, String> {
        let id_named = match key {
            STOP => "stop_id",
            AGENCY => "agency_id",
            _ => "route_id",
        };
        let mut facts = BTreeMap::from([(id_named, Value::from(id))]);
        if key == TAG {
            facts.insert("agency_id", Value::from(agency));
        }
        let template = self.engine.get_template(key);
        let made = template.and_then(|template| template.render(facts));
        let made = made.map_err(|error| error.to_string())?;
        Ok(made.trim().to_owned())
    }
}

/// An id that says something.
pub(super) fn named(id: Option<&String>) -> Option<&str> {
    id.map(|id| id.trim()).filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::message::GtfsTrip;
    use super::*;

    fn selector(agency: &str, route: &str, stop: &str) -> GtfsSelector {
        let id = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        GtfsSelector {
            agency_id: id(agency),
            route_id: id(route),
            trip: None,
            stop_id: id(stop),
        }
    }

    fn lines(stop: Option<&str>, agency: Option<&str>) -> GtfsLines {
        GtfsLines {
            stop: stop.map(str::to_owned),
            agency: agency.map(str::to_owned),
            ..GtfsLines::default()
        }
    }

    #[test]
    fn many_stops_of_one_line_are_one_tag() {
        let tags = LineTags::new(&lines(None, None)).unwrap();
        let informed: Vec<_> = (0..40)
            .map(|stop| selector("tper", "12", &format!("S{stop}")))
            .collect();
        let concerned = tags.of(&informed).unwrap();
        assert_eq!(concerned.tags, BTreeSet::from(["line:12".to_owned()]));
        assert_eq!(concerned.stops.len(), 40);
    }

    #[test]
    fn a_stop_or_an_agency_alone_has_a_tag_where_the_settings_give_it_one() {
        let informed = [selector("tper", "", "S1"), selector("tper", "", "")];
        let none = LineTags::new(&lines(None, None)).unwrap();
        assert!(none.of(&informed).unwrap().tags.is_empty());
        let both = lines(Some("stop:{{ stop_id }}"), Some("{{ agency_id | upper }}"));
        let both = LineTags::new(&both).unwrap().of(&informed).unwrap();
        let expected = ["TPER", "stop:S1"].map(str::to_owned);
        assert_eq!(both.tags, BTreeSet::from(expected));
    }

    #[test]
    fn what_names_a_trip_names_its_line() {
        let tags = LineTags::new(&lines(None, None)).unwrap();
        let mut of_trip = selector("", "", "");
        of_trip.trip = Some(GtfsTrip {
            route_id: Some(" 7 ".to_owned()),
            ..GtfsTrip::default()
        });
        assert_eq!(
            tags.of(&[of_trip]).unwrap().tags,
            BTreeSet::from(["line:7".to_owned()])
        );
    }
}
