//! The sums the page is made of.

use crate::store::StoreError;
use crate::store::reports::{Counts, StatsBy, StatsRow};
use crate::web::Web;

pub(super) struct Sums {
    pub(super) all: Counts,
    pub(super) by_template: Vec<StatsRow>,
    pub(super) by_version: Vec<StatsRow>,
    pub(super) by_channel: Vec<StatsRow>,
    pub(super) by_day: Vec<StatsRow>,
}

impl Sums {
    /// Of the last `days` days, today's included.
    pub(super) async fn read(web: &Web, days: i64) -> Result<Self, StoreError> {
        let to = web.moment().day();
        let from = to - days + 1;
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
        let mut tx = web.store.read().await?;
        let mut reports = tx.reports();
        Ok(Self {
            all: reports.totals_between(from, to).await?,
            by_template: reports.stats(from, to, template).await?,
            by_version: reports.stats(from, to, version).await?,
            by_channel: reports.stats(from, to, channel).await?,
            by_day: reports.stats(from, to, day).await?,
        })
    }
}
