//! One run of the crash matrix: five households, one blackout, one death at a named place, and
//! everything that comes of it, compared with what `matrix` says.

use std::collections::HashSet;
use std::sync::Arc;

use araldo::domain::clock::FixedClock;
use araldo::domain::receipt::ReceiptKind;
use araldo::domain::rule::{
    Audience, ChannelChoice, Fallback, FallbackUnless, Rule, UnreadableChoice,
};
use araldo::domain::{Channel, Class, Clock as _, Lane, MessageId, OnUnknown};
use araldo::runtime::Lifecycle;
use araldo::store::messages::receipts::NewReceipt;
use araldo::track::ReceiptInbox;
use araldo_sandbox::dice::Dice;
use chrono::TimeDelta;

use super::carrier::Kind;
use super::checks::what_is_wrong;
use super::crash::{arm, disarm};
use super::ground::{BEGIN, Ground};
use super::matrix::{Catch, catches, expected};
use super::story::{Story, Trade, settings};
use super::town::{Town, blackout, notice_with_a_hole};
use super::world::Weather;
use crate::support::node::Eye;

/// One run of the matrix.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub(super) point: &'static str,
    pub(super) kind: Kind,
    pub(super) policy: OnUnknown,
}

impl Cell {
    /// The beginning of a run, in fine weather and silence.
    pub(super) async fn begin(self, ground: &mut Ground) -> Story {
        let clock = Arc::new(FixedClock::at(BEGIN));
        let trades = [("texts", Channel::Sms), ("mails", Channel::Email)];
        let trades = trades.map(|(name, channel)| Trade {
            name,
            channel,
            kind: self.kind,
        });
        let mut settings = settings(&mut Dice::of(0));
        settings.quiet_hours = None;
        // One message is at the place of death, the others wait: the table is about that one.
        settings.claim = 1;
        let weather = Weather {
            silent: true,
            ..Weather::FINE
        };
        let plot = ground.plot().await;
        let rules = vec![self.rule()];
        let town = Town::of_five();
        Story::new(
            0,
            plot,
            town,
            rules,
            settings,
            trades.into(),
            weather,
            clock,
        )
        .await
    }

    fn rule(self) -> Rule {
        Rule {
            name: String::from("tell-all"),
            on: vec![String::from("incident.opened")],
            when: None,
            late: false,
            audience: Audience::IncidentArea,
            template: String::from("incident-started"),
            topic: String::from("outages"),
            class: Class::Safety,
            lane: Lane::Urgent,
            channels: vec![ChannelChoice::Fixed(Channel::Sms)],
            fallback: self.point.starts_with("fallback").then(|| Fallback {
                after: TimeDelta::minutes(20),
                channel: Channel::Email,
                unless: FallbackUnless::Delivered,
                unreadable: UnreadableChoice::Send,
            }),
            respects_quiet_hours: false,
            coalesce: None,
            expires: TimeDelta::hours(4),
            on_unknown: self.policy,
        }
    }

    /// Lives up to the place and dies there. Returns the messages that were caught.
    async fn die(self, story: &mut Story) -> HashSet<i64> {
        let now = story.clock.now();
        let stem = self
            .point
            .split_once("-before")
            .or(self.point.split_once("-after"));
        let stem = stem.map_or("", |(stem, _)| stem);
        if stem == "skip" {
            story.tell(notice_with_a_hole(now)).await;
            story.plan().await;
            self.turn_and_die(story).await;
        }
        story.tell(blackout(now)).await;
        match stem {
            "plan" | "chunk" => self.plan_and_die(story).await,
            "skip" => {}
            "give-back" => {
                story.plan().await;
                story.plot.eye.execute(SPOIL).await;
                self.turn_and_die(story).await;
                story.plot.eye.execute(MEND).await;
            }
            "rescue" => {
                let caught = Self::die_in_the_close(story).await;
                self.turn_and_die(story).await;
                return caught;
            }
            "look" => {
                let caught = Self::die_in_the_close(story).await;
                // Rescues, and sends the others.
                while story.turn().await > 0 {}
                self.until_next(story).await;
                self.turn_and_die(story).await;
                return caught;
            }
            "fallback" => {
                story.plan().await;
                while story.turn().await > 0 {}
                self.until_next(story).await;
                self.turn_and_die(story).await;
            }
            "receipt" => {
                story.plan().await;
                story.turn().await;
                self.report_and_die(story).await;
            }
            _ => {
                story.plan().await;
                self.turn_and_die(story).await;
            }
        }
        sending(story).await
    }

    async fn die_in_the_close(story: &mut Story) -> HashSet<i64> {
        story.plan().await;
        arm("finish-before-commit", 0);
        story.turn().await;
        assert_eq!(story.crashes, 1, "nothing was closed");
        sending(story).await
    }

    async fn until_next(self, story: &Story) {
        let next = story.next().await.expect("something to wait for");
        story.clock.advance(next - story.clock.now());
    }

    async fn plan_and_die(self, story: &mut Story) {
        arm(self.point, 0);
        story.plan().await;
    }

    async fn turn_and_die(self, story: &mut Story) {
        arm(self.point, 0);
        story.turn().await;
    }

    /// The task that keeps reports dies; the provider is not answered and reports again.
    async fn report_and_die(self, story: &mut Story) {
        let message = story.world.arrivals()[0].message;
        let receipt = NewReceipt {
            provider: String::from("texts"),
            key: String::from("report-1"),
            message: Some(message),
            kind: ReceiptKind::Delivered,
            code: None,
            detail: None,
            provider_at: None,
            bad_address: false,
        };
        arm(self.point, 0);
        for time in 0..2 {
            let lifecycle = Lifecycle::new();
            let inbox = ReceiptInbox::start(
                &lifecycle,
                story.plot.store.clone(),
                story.clock.clone(),
                Arc::clone(&story.ids),
                story.world.desk.horizon,
            );
            let kept = inbox.take(receipt.clone()).await;
            assert_eq!(kept.is_ok(), time == 1, "{kept:?}");
            lifecycle.stop();
            let crashed = lifecycle.ended(std::time::Duration::from_secs(60)).await;
            story.crashes += u32::try_from(crashed).expect("one at most");
        }
    }

    /// What is wrong with this cell, if anything.
    pub(super) async fn run(self, ground: &mut Ground) -> Vec<String> {
        let mut story = self.begin(ground).await;
        let caught = self.die(&mut story).await;
        let mut wrong = Vec::new();
        let deaths = 1 + u32::from(self.dies_twice());
        if disarm() || story.crashes != deaths {
            wrong.push(format!("died {} times, not {deaths}", story.crashes));
        }
        let arrived: HashSet<i64> = arrivals(&story).into_iter().collect();
        let had = caught.intersection(&arrived).count();
        let as_said = match catches(self.point) {
            Catch::Nothing => caught.is_empty(),
            Catch::Unsent => !caught.is_empty() && had == 0,
            Catch::Sent => had > 0,
        };
        if !as_said {
            wrong.push(format!(
                "caught {} of which {had} had arrived",
                caught.len()
            ));
        }
        story.until_quiet().await;
        wrong.extend(self.compare(&story, &caught, had).await);
        wrong.extend(what_is_wrong(&story).await);
        story.end().await;
        wrong
    }

    fn dies_twice(self) -> bool {
        self.point.starts_with("rescue") || self.point.starts_with("look")
    }

    async fn compare(self, story: &Story, caught: &HashSet<i64>, had: usize) -> Vec<String> {
        let (lost, twice, unknown) = expected(self.point, self.kind, self.policy);
        let all = arrivals(story);
        let once: HashSet<i64> = all.iter().copied().collect();
        let eye = &story.plot.eye;
        let told = ids(eye, TOLD).await;
        let shown = ids(eye, UNKNOWN).await;
        // Who has neither the text nor a row that says that nobody knows.
        let lost_ones = told.difference(&once).filter(|id| !shown.contains(*id));
        let found_lost = i64::try_from(lost_ones.count()).expect("a few");
        let found_twice = all.len() - once.len();
        let count = |each: u32, of: usize| i64::from(each) * i64::try_from(of).expect("a few");
        let found = (
            found_lost,
            i64::try_from(found_twice).expect("a few"),
            i64::try_from(shown.len()).expect("a few"),
        );
        let wanted = (
            i64::from(lost),
            count(twice, had),
            count(unknown, caught.len()),
        );
        if found == wanted && told.len() >= 5 {
            return Vec::new();
        }
        vec![format!(
            "lost, twice, unknown are {found:?}, not {wanted:?}, of {} told",
            told.len()
        )]
    }
}

const SPOIL: &str = "UPDATE plan SET settings = '{' || settings";
const MEND: &str = "UPDATE plan SET settings = substr(settings, 2)";
const SENDING: &str = "SELECT CAST(id AS TEXT) FROM message WHERE state = 'sending'";
const UNKNOWN: &str = "SELECT CAST(id AS TEXT) FROM message WHERE state = 'unresolved'";
/// Those who were to be told. The text with a hole is told to nobody.
const TOLD: &str = "SELECT CAST(id AS TEXT) FROM message WHERE state <> 'expired'";

async fn sending(story: &Story) -> HashSet<i64> {
    ids(&story.plot.eye, SENDING).await
}

async fn ids(eye: &Eye, sql: &'static str) -> HashSet<i64> {
    let ids = eye.texts(sql).await;
    ids.iter().map(|id| id.parse().expect("a number")).collect()
}

fn arrivals(story: &Story) -> Vec<i64> {
    let arrivals = story.world.arrivals();
    arrivals
        .iter()
        .map(|one| MessageId::get(one.message))
        .collect()
}
