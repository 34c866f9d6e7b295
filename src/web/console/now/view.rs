//! What the regions of the page show.

use std::borrow::Cow;

use chrono::TimeDelta;

use super::bodies::BodyLine;
use super::cards::{Card, capped, cards};
use super::worries;
use crate::domain::Lane;
use crate::store::cluster::upkeep::Breach;
use crate::store::planning::incidents::IncidentRecord;
use crate::store::reports::{DeliveryFunnel, LaneLoad, ProviderRow};
use crate::store::sources::SourceRow;
use crate::web::console::messages::MessageLine;
use crate::web::console::shell::funnel::{FunnelStep, funnel};
use crate::web::console::shell::health::complaint;
use crate::web::console::shell::{Badge, ConsoleWords, FluentValue, Visit, When, in_path};
use crate::web::console::state::{Moment, ProviderFace, Snapshot, URGENT_WAIT, is_paused};

/// Everything the page's regions show.
pub(crate) struct NowView {
    pub(crate) alarms: Vec<Alarm>,
    pub(crate) cards: Vec<Card>,
    pub(crate) lanes: Vec<LaneBar>,
    pub(crate) incidents: Vec<GoingOn>,
    /// With whom cases stand still.
    pub(crate) bodies: Vec<BodyLine>,
    pub(crate) providers: Vec<ProviderLine>,
    pub(crate) recent: Vec<MessageLine>,
    pub(crate) words: ConsoleWords,
}

impl NowView {
    /// As this person is to see it: what waits for a second person is for those who may approve.
    pub(crate) fn new(snapshot: &Snapshot, visit: &Visit) -> Self {
        let now = visit.moment();
        let (lanes, incidents) = (snapshot.lanes.iter(), snapshot.incidents.iter());
        let (providers, bodies) = (snapshot.providers.iter(), snapshot.bodies.iter());
        let kinds = visit.web.pages.case_kinds();
        let breaches = snapshot.breaches.iter().map(|breach| alarm(breach, now));
        let sources = snapshot.sources.iter();
        let sources = sources.map(|source| source_alarm(source, now));
        let of_incidents = snapshot.worries.iter();
        let of_incidents = of_incidents.flat_map(|worry| worries::alarms(worry, now));
        let overlong = snapshot.overlong.iter();
        let overlong = overlong.map(|outage| worries::overlong(outage, now));
        let inboxes = snapshot.inboxes.iter();
        let inboxes = inboxes.map(|inbox| worries::unread_inbox(inbox, now));
        let declared = worries::declared(&snapshot.declared, visit);
        let given_up = worries::given_up(&snapshot.given_up, visit);
        let unheard = snapshot.unheard.as_ref();
        let unheard = unheard.map(|found| worries::unheard(*found, now));
        Self {
            alarms: breaches
                .chain(unheard)
                .chain(declared)
                .chain(of_incidents)
                .chain(overlong)
                .chain(sources)
                .chain(inboxes)
                .chain(given_up)
                .collect(),
            cards: cards(snapshot, now.words),
            lanes: lanes.map(|load| lane_bar(load, now)).collect(),
            incidents: incidents.map(|found| going_on(found, now)).collect(),
            bodies: bodies
                .map(|found| BodyLine::new(found, kinds, now))
                .collect(),
            providers: providers.map(|found| provider(found, now)).collect(),
            recent: MessageLine::all(snapshot.recent.clone(), now),
            words: now.words,
        }
    }
}

/// Something that must not be, and is: as `upkeep` found it, or as a source says it.
pub(crate) struct Alarm {
    pub(crate) sentence: String,
    pub(crate) found: When,
    /// The page of a message to look at.
    pub(crate) example: Option<i64>,
    /// The address of the page of the source that it is about.
    pub(crate) source: Option<String>,
    /// The address of the page of what is declared and waits.
    pub(crate) declared: Option<String>,
    /// What lets it go out.
    pub(crate) remedy: Cow<'static, str>,
}

pub(crate) struct LaneBar {
    pub(crate) lane: Cow<'static, str>,
    /// For who hears the page: which lane.
    pub(crate) label: String,
    pub(crate) waiting: String,
    /// 0 to 100, on a logarithmic scale: one waiting must show beside 100,000.
    pub(crate) fill: i64,
    pub(crate) oldest: String,
    pub(crate) late: bool,
}

pub(crate) struct GoingOn {
    pub(crate) path: String,
    pub(crate) incident: String,
    pub(crate) what: String,
    pub(crate) began: When,
    pub(crate) expected_end: Option<When>,
    pub(crate) steps: Vec<FunnelStep>,
}

pub(crate) struct ProviderLine {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) channel: Cow<'static, str>,
    pub(crate) badge: Badge,
    pub(crate) detail: String,
}

fn alarm(breach: &Breach, now: Moment) -> Alarm {
    Alarm {
        sentence: complaint(breach, now.words),
        found: When::new(breach.found_at, now),
        example: breach.example,
        source: None,
        declared: None,
        remedy: now.words.say("now-breach-remedy"),
    }
}

fn source_alarm(source: &SourceRow, now: Moment) -> Alarm {
    let (name, words) = (&source.name, now.words);
    let named = ("source", FluentValue::from(name));
    let said = |key, why: &str| words.say_with(key, &[named.clone(), ("why", why.into())]);
    let sentence = match (&source.fault, &source.doubt) {
        (Some(fault), _) => said("now-source-fault", fault),
        (None, Some(doubt)) => said("now-source-doubt", doubt),
        (None, None) => {
            let dead = words.number(source.dead);
            let count = ("count", FluentValue::from(source.dead));
            words.say_with(
                "now-source-dead",
                &[named.clone(), count, ("number", dead.into())],
            )
        }
    };
    let since = source.fault_since.or(source.looked_at).unwrap_or(now.at);
    Alarm {
        sentence,
        found: When::new(since, now),
        example: None,
        source: Some(format!("/console/sources/{}", in_path(name))),
        declared: None,
        remedy: words.say("now-source-remedy"),
    }
}

fn lane_bar(load: &LaneLoad, now: Moment) -> LaneBar {
    let words = now.words;
    let age = load.oldest_due.map(|due| now.at - due);
    let digits = i64::from(load.waiting.checked_ilog2().map_or(0, |log| log + 1));
    let lane = words.of("lane", load.lane.as_str());
    LaneBar {
        label: words.with("now-lane-label", "lane", &lane),
        lane,
        waiting: capped(load.waiting, words),
        fill: (digits * 100 / 17).min(100),
        oldest: match age {
            Some(age) if age >= TimeDelta::zero() => {
                words.with("now-lane-oldest", "span", &words.span(age))
            }
            Some(_) => words.say("now-lane-none-due").into_owned(),
            None => words.say("now-lane-empty").into_owned(),
        },
        late: load.lane == Lane::Urgent && age.is_some_and(|age| age > URGENT_WAIT),
    }
}

fn going_on((record, delivery): &(IncidentRecord, DeliveryFunnel), now: Moment) -> GoingOn {
    let incident = &record.incident;
    let service = incident.service.as_deref().map_or_else(String::new, |s| {
        format!(" · {}", now.words.of("service", s))
    });
    let kind = now.words.of("incident-kind", incident.kind.as_str());
    GoingOn {
        path: in_path(&incident.incident),
        incident: incident.incident.clone(),
        what: format!("{kind}{service}"),
        began: When::new(incident.began(), now),
        expected_end: incident.expected_end.map(|end| When::new(end, now)),
        steps: funnel(delivery, now.words),
    }
}

fn provider((face, row): &(ProviderFace, Option<ProviderRow>), now: Moment) -> ProviderLine {
    let (row, words) = (row.as_ref(), now.words);
    let paused = row
        .and_then(|row| row.paused_until)
        .filter(|_| is_paused(row, now.at));
    let reason = row
        .and_then(|row| row.reason.as_deref())
        .unwrap_or_default();
    let (badge, detail) = match paused {
        Some(until) => {
            let values = [
                ("when", FluentValue::from(When::new(until, now).ago)),
                ("reason", FluentValue::from(reason)),
            ];
            (
                Badge::new("attention", &words.say("now-provider-paused")),
                words.say_with("now-provider-again", &values),
            )
        }
        None => (
            Badge::new("delivered", &words.say("now-provider-ready")),
            row.and_then(|row| row.weight)
                .map_or_else(String::new, |weight| {
                    words.with("now-provider-weight", "points", &words.number(weight))
                }),
        ),
    };
    ProviderLine {
        name: face.name.clone(),
        kind: face.kind.clone(),
        channel: words.of("channel", face.channel.as_str()),
        badge,
        detail,
    }
}
