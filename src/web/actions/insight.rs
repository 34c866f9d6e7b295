//! What the console's insight and its twin in the API are made of: the sums of a period, those of
//! the period before, and what `store::insight` counted. It reads sums and never messages.

use crate::domain::{Channel, Timestamp};
use crate::insight::findings::{Finding, Grounds, SmsText, findings};
use crate::insight::reach::{ContactSums, ZoneReach, zones};
use crate::insight::waits::{KeyWaits, waits};
use crate::insight::{Period, Proportion};
use crate::store::insight::days::{COUNTED, ProviderSums, ReadingHour};
use crate::store::insight::fallbacks::FallbackSums;
use crate::store::insight::zones::ZoneKind;
use crate::store::reports::{Counts, Reports, StatsBy, StatsRow};
use crate::store::{StoreError, Tx};
use crate::web::Web;
use crate::web::cell::guarded;

/// Templates whose texts are looked at.
const TEXTS_READ: usize = 20;

/// A share that is looked at: its name, and how many of how many.
pub(in crate::web) type NamedShare = (&'static str, fn(&Counts) -> Proportion);

/// The steps of the funnel; each is a share of its own whole.
pub(in crate::web) const SHARES: [NamedShare; 8] = [
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

/// The sums of a period.
pub(in crate::web) struct Sums {
    pub(in crate::web) all: Counts,
    /// Of the period before.
    pub(in crate::web) before: Counts,
    pub(in crate::web) by_template: Vec<StatsRow>,
    pub(in crate::web) by_version: Vec<StatsRow>,
    pub(in crate::web) by_channel: Vec<StatsRow>,
    pub(in crate::web) by_day: Vec<StatsRow>,
    pub(in crate::web) hours: Vec<ReadingHour>,
    /// By channel, then by template.
    pub(in crate::web) waits: [Vec<KeyWaits>; 2],
    pub(in crate::web) providers: Vec<ProviderSums>,
    /// When hours, waits and providers were counted. None: never yet.
    pub(in crate::web) counted_at: Option<Timestamp>,
    /// What became of messages that could turn to a second channel, by template and channel.
    pub(in crate::web) fallbacks: Vec<FallbackSums>,
    /// What to improve, the most helpful first.
    pub(in crate::web) findings: Vec<Finding>,
}

impl Sums {
    pub(in crate::web) async fn read(web: &Web, period: Period) -> Result<Self, StoreError> {
        let Period { from, to } = period;
        let mut tx = web.store.read().await?;
        let by = By::read(&mut tx.reports(), period).await?;
        let before = period.before();
        let before = tx.reports().totals_between(before.from, before.to).await?;
        let zones = kept_zones(&mut tx, ZoneKind::Municipality).await?;
        let texts = sms_texts(&mut tx, &by.sms).await?;
        let counted = tx.upkeep().mark(COUNTED).await?;
        let mut days = tx.insight_days();
        let providers = days.providers(from, to).await?;
        let delays = days.delays(from, to).await?;
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
            hours: days.hours(from, to).await?,
            waits: [
                waits(&delays, |count| &count.channel),
                waits(&delays, |count| &count.template),
            ],
            providers,
            counted_at: (counted > 0).then(|| Timestamp::from_micros(counted)),
            fallbacks: tx.fallbacks().between(from, to).await?,
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
    /// By template, of SMS alone.
    sms: Vec<StatsRow>,
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
        let mut sms = reports.stats(from, to, both).await?;
        sms.retain(|row| row.channel == Channel::Sms.as_str());
        Ok(Self {
            sms,
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
    let mut most: Vec<&StatsRow> = rows.iter().collect();
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

/// The zones as they were counted last.
pub(in crate::web) async fn kept_zones(
    tx: &mut Tx,
    kind: ZoneKind,
) -> Result<Vec<ZoneReach>, StoreError> {
    Ok(zones(&tx.zones().kept(kind).await?))
}

/// One line for each zone and channel, for programs and table calculations.
pub(in crate::web) fn reach_csv(zones: &[ZoneReach]) -> csv::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "zone",
        "channel",
        "clients",
        "reachable",
        "unverified",
        "barred",
        "none",
    ])?;
    for zone in zones {
        let channels: [(&str, ContactSums); 3] =
            [("any", zone.any), ("sms", zone.sms), ("email", zone.email)];
        for (channel, sums) in channels {
            let counts = [
                zone.clients,
                sums.reachable,
                sums.unverified,
                sums.barred,
                sums.none,
            ];
            let texts = [guarded(&zone.zone), channel.to_owned()];
            let counts = counts.map(|count| count.to_string());
            writer.write_record(texts.iter().chain(&counts))?;
        }
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}
