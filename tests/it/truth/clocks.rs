//! Clocks and delays of sources, as weather: news comes hours after it happened, and one source's
//! clock runs ahead of everybody's. The simulator alone knows when a thing really happened.

use std::collections::BTreeMap;

use araldo::domain::Clock as _;
use araldo::domain::event::Event;
use araldo_sandbox::dice::Dice;
use chrono::TimeDelta;
use serde_json::Value;

use super::story::Story;

/// A piece of news that is to be told.
#[derive(Debug, Clone)]
pub(super) struct News {
    /// The event, without its time.
    value: Value,
    /// How long it was under way.
    late: TimeDelta,
    /// How far its source's clock was ahead; none when the source gives no time.
    ahead: Option<TimeDelta>,
}

impl News {
    pub(super) fn of(value: Value, dice: &mut Dice) -> Self {
        Self {
            value,
            late: match dice.between(0, 9) {
                0..=5 => TimeDelta::zero(),
                6..=7 => TimeDelta::minutes(dice.between(1, 30)),
                _ => TimeDelta::minutes(dice.between(30, 1_440)),
            },
            ahead: match dice.between(0, 9) {
                0..=5 => Some(TimeDelta::zero()),
                6 => Some(TimeDelta::seconds(dice.between(1, 290))),
                7..=8 => Some(TimeDelta::minutes(dice.between(6, 1_440))),
                _ => None,
            },
        }
    }

    fn id(&self) -> String {
        self.value["id"].as_str().unwrap_or_default().to_owned()
    }
}

/// What was said, and what was true.
#[derive(Debug, Default)]
pub(super) struct Clocks {
    /// By event, the words in which it was told: a repeat has the same.
    said: BTreeMap<String, (Value, News)>,
}

impl Story {
    /// A piece of news comes in, with the time that its source's clock shows.
    pub(super) async fn tell_news(&mut self, news: News) {
        let now = self.clock.now();
        let said = self.clocks.said.entry(news.id()).or_insert_with(|| {
            let mut value = news.value.clone();
            if let Some(ahead) = news.ahead {
                value["time"] = (now - news.late + ahead).to_string().into();
            }
            (value, news)
        });
        let event = Event::parse(&said.0, now).expect("an event of the right form");
        self.tell(event).await;
    }
}

const FROM_THE_FUTURE: &str =
    "SELECT CAST(count(*) AS BIGINT) FROM event WHERE occurred_at > received_at";
/// Which news took the place of which.
const OVERTAKEN: &str = "SELECT e.event_id || ' ' || n.event_id FROM plan p
    JOIN event e ON e.id = p.event_id JOIN plan q ON q.id = p.superseded_by
    JOIN event n ON n.id = q.event_id";
/// What was sent, by which rule.
const SENT: &str = "SELECT e.event_id || ' ' || p.rule FROM message m
    JOIN plan p ON p.id = m.plan_id JOIN event e ON e.id = p.event_id WHERE m.opens > 0";

/// Times that deceived the product.
pub(super) async fn what_is_wrong(story: &Story) -> Vec<String> {
    let mut wrong = Vec::new();
    let eye = &story.plot.eye;
    let future = eye.number(FROM_THE_FUTURE).await;
    if future > 0 {
        wrong.push(format!("{future} events happen after they were heard of"));
    }
    let told = |id: &str| story.told.iter().position(|event| event.id == id);
    for pair in eye.texts(OVERTAKEN).await {
        let (overtaken, by) = pair.split_once(' ').expect("two names");
        if story.is_fresh(overtaken) && told(by) < told(overtaken) {
            wrong.push(format!(
                "{overtaken} was news, and {by}, told before, silenced it"
            ));
        }
    }
    for pair in eye.texts(SENT).await {
        let (id, rule) = pair.split_once(' ').expect("two names");
        if story.is_stale(id, rule) {
            wrong.push(format!("{id} was told by {rule} long after it happened"));
        }
    }
    wrong
}

impl Story {
    /// Whether it was told at the moment it happened, so that nothing told before can be newer.
    fn is_fresh(&self, id: &str) -> bool {
        let said = self.clocks.said.get(id);
        said.is_some_and(|(_, news)| news.late == TimeDelta::zero())
    }

    /// Whether its source said that it had happened longer ago than the rule gives news to live.
    fn is_stale(&self, id: &str, rule: &str) -> bool {
        let Some((_, news)) = self.clocks.said.get(id) else {
            return false;
        };
        let rule = self.rules.iter().find(|known| known.name == rule);
        let age = news.ahead.map(|ahead| news.late - ahead);
        rule.zip(age).is_some_and(|(rule, age)| age >= rule.expires)
    }
}
