//! What a period comes to: its sums, those of the period before, and what `store::insight` counted. The
//! console's insight, its twin in the API and the mail of the week are made of it. It reads sums and never
//! messages.

use super::findings::{Finding, Grounds, SmsText, findings};
use super::reach::zones;
use super::spending::spared;
use super::waits::{KeyWaits, waits};
use super::{Period, Proportion};
use crate::domain::money::Money;
use crate::domain::{Channel, Timestamp};
use crate::store::insight::days::{COUNTED, ProviderSums, ReadingHour};
use crate::store::insight::fallbacks::FallbackSums;
use crate::store::insight::zones::ZoneKind;
use crate::store::messages::restated::RestatedDay;
use crate::store::reports::{Counts, Reports, StatsBy, StatsRow};
use crate::store::{Store, StoreError, Tx};

/// Templates whose texts are looked at.
const TEXTS_READ: usize = 20;

/// A share that is looked at: its name, and how many of how many.
pub type NamedShare = (&'static str, fn(&Counts) -> Proportion);

/// The steps of the funnel; each is a share of its own whole.
pub const SHARES: [NamedShare; 8] = [
    ("accepted", |c| {
        Proportion::new(c.accepted, c.planned - c.suppressed)
    }),
    ("delivered", |c| Proportion::new(c.delivered, c.reporting)),
    ("read", |c| Proportion::new(c.read, c.read_measurable)),
    ("opened", |c| Proportion::new(c.opened, c.measurable)),
    ("clicked", |c| {
        Proportion::new(c.clicked, c.clicks_measurable)
    }),
    ("confirmed", |c| Proportion::new(c.confirmed, c.reached)),
    ("replied", |c| Proportion::new(c.replied, c.reached)),
    ("measurable", |c| {
        Proportion::new(c.read_measurable, c.reached)
    }),
];

/// Templates with how they are read: those that are surely read least come first, those with few cases
/// last.
#[must_use]
pub fn least_read(rows: &[StatsRow]) -> Vec<(&StatsRow, Proportion)> {
    let rate = |row: &StatsRow| Proportion::new(row.counts.read, row.counts.read_measurable);
    let mut ranked: Vec<_> = rows.iter().map(|row| (row, rate(row))).collect();
    ranked.sort_by(|(_, a), (_, b)| a.rank_low(*b));
    ranked
}

/// The sums of a period.
pub struct Sums {
    pub all: Counts,
    /// Of the period before.
    pub before: Counts,
    pub by_template: Vec<StatsRow>,
    pub by_version: Vec<StatsRow>,
    pub by_channel: Vec<StatsRow>,
    pub by_day: Vec<StatsRow>,
    pub hours: Vec<ReadingHour>,
    /// By channel, then by template.
    pub waits: [Vec<KeyWaits>; 2],
    pub providers: Vec<ProviderSums>,
    /// When hours, waits and providers were counted. None: never yet.
    pub counted_at: Option<Timestamp>,
    /// What became of messages that could turn to a second channel, by template and channel.
    pub fallbacks: Vec<FallbackSums>,
    /// What those would have cost that a second channel was spared, about; none: not known.
    pub spared: Option<Money>,
    /// Days whose sums were stated anew after they had ended.
    pub restated: Vec<RestatedDay>,
    /// What to improve, the most helpful first.
    pub findings: Vec<Finding>,
}

impl Sums {
    /// Reads them in one unit of work.
    pub async fn read(store: &Store, period: Period) -> Result<Self, StoreError> {
        let Period { from, to } = period;
        let mut tx = store.read().await?;
        let by = By::read(&mut tx.reports(), period).await?;
        let before = period.before();
        let before = tx.reports().totals_between(before.from, before.to).await?;
        let zones = zones(&tx.zones().kept(ZoneKind::Municipality).await?);
        let texts = sms_texts(&mut tx, &by.both).await?;
        let counted = tx.upkeep().mark(COUNTED).await?;
        let mut days = tx.insight_days();
        let providers = days.providers(from, to).await?;
        let delays = days.delays(from, to).await?;
        let hours = days.hours(from, to).await?;
        let fallbacks = tx.fallbacks().between(from, to).await?;
        let restated = tx.restated_days().between(from, to).await?;
        let grounds = Grounds {
            templates: &by.template,
            versions: &by.version,
            zones: &zones,
            providers: &providers,
            delays: &delays,
            texts: &texts,
        };
        Ok(Self {
            findings: findings(grounds),
            all: by.all,
            before,
            hours,
            waits: [
                waits(&delays, |count| &count.channel),
                waits(&delays, |count| &count.template),
            ],
            providers,
            counted_at: (counted > 0).then(|| Timestamp::from_micros(counted)),
            spared: spared(&fallbacks, &by.both),
            fallbacks,
            restated,
            by_template: by.template,
            by_version: by.version,
            by_channel: by.channel,
            by_day: by.day,
        })
    }
}

/// The sums of `rollup`, grouped.
struct By {
    all: Counts,
    template: Vec<StatsRow>,
    version: Vec<StatsRow>,
    channel: Vec<StatsRow>,
    day: Vec<StatsRow>,
    /// By template and channel.
    both: Vec<StatsRow>,
}

impl By {
    async fn read(
        reports: &mut Reports<'_>,
        Period { from, to }: Period,
    ) -> Result<Self, StoreError> {
        let all = StatsBy::default();
        let day = StatsBy { day: true, ..all };
        let channel = StatsBy {
            channel: true,
            ..all
        };
        let template = StatsBy {
            template: true,
            ..all
        };
        let version = StatsBy {
            version: true,
            ..template
        };
        let both = StatsBy {
            channel: true,
            ..template
        };
        Ok(Self {
            both: reports.stats(from, to, both).await?,
            all: reports.totals_between(from, to).await?,
            template: reports.stats(from, to, template).await?,
            version: reports.stats(from, to, version).await?,
            channel: reports.stats(from, to, channel).await?,
            day: reports.stats(from, to, day).await?,
        })
    }
}

/// The published SMS texts of those templates of which most went out.
async fn sms_texts(tx: &mut Tx, rows: &[StatsRow]) -> Result<Vec<SmsText>, StoreError> {
    let is_sms = |row: &&StatsRow| row.channel == Channel::Sms.as_str();
    let mut most: Vec<&StatsRow> = rows.iter().filter(is_sms).collect();
    most.sort_by_key(|row| -row.counts.accepted);
    let mut texts = Vec::new();
    for row in most.into_iter().take(TEXTS_READ) {
        let found = tx.templates().lookup_published(&row.template).await?;
        let parts = found
            .iter()
            .flat_map(|version| version.source.parts.values());
        texts.extend(parts.filter_map(|parts| {
            Some(SmsText {
                template: row.template.clone(),
                text: parts.sms.clone()?,
                sent: row.counts.accepted,
            })
        }));
    }
    Ok(texts)
}
