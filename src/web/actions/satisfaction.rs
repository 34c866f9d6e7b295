//! What the console's page of satisfaction and its twin in the API are made of: the sums of a period, by
//! kind of case, by body and by partner.

use crate::insight::Period;
use crate::insight::satisfaction::Satisfaction;
use crate::store::StoreError;
use crate::store::insight::satisfaction::SatisfactionBy;
use crate::web::Web;

/// How clients say that cases went which they were asked about in a period.
pub(in crate::web) struct SatisfactionSums {
    pub(in crate::web) all: Satisfaction,
    pub(in crate::web) kinds: Vec<Satisfaction>,
    pub(in crate::web) bodies: Vec<Satisfaction>,
    pub(in crate::web) partners: Vec<Satisfaction>,
}

impl SatisfactionSums {
    pub(in crate::web) async fn read(web: &Web, period: Period) -> Result<Self, StoreError> {
        let Period { from, to } = period;
        let mut tx = web.store.read().await?;
        let mut rows = tx.satisfaction();
        let mut lists = Vec::with_capacity(3);
        for by in [
            SatisfactionBy::Kind,
            SatisfactionBy::Body,
            SatisfactionBy::Partner,
        ] {
            let sums = rows.between(from, to, by).await?.into_iter();
            lists.push(sums.map(Satisfaction::from).collect::<Vec<_>>());
        }
        let mut lists = lists.into_iter();
        let kinds = lists.next().unwrap_or_default();
        Ok(Self {
            all: Satisfaction::all(&kinds),
            kinds,
            bodies: lists.next().unwrap_or_default(),
            partners: lists.next().unwrap_or_default(),
        })
    }
}
