//! What a message counts in, once more, as SQL over `message m` and `plan p`: for looking at rows
//! (`reports`), for holding the sums against them (`invariants`), and for counting them again
//! (`recount`). The same table as `super::standing`, which moves the sums.

/// A provider took it.
macro_rules! is_accepted {
    () => {
        "m.state IN ('accepted', 'delivered', 'undelivered', 'unconfirmed')"
    };
}

/// A person gave a sign of having read it: opened, clicked, replied, viewed, confirmed.
macro_rules! is_read {
    () => {
        "m.engaged & 117 <> 0"
    };
}

/// Taken, and not known to have missed the reader.
macro_rules! is_reached {
    () => {
        concat!(
            "(m.state IN ('accepted', 'delivered', 'unconfirmed') OR (m.state = 'undelivered' AND ",
            $crate::store::messages::rollup::is_read!(),
            "))"
        )
    };
}

/// Taken by a provider that reports, or reported all the same: as arrived, or as come back.
macro_rules! is_reporting {
    () => {
        concat!(
            $crate::store::messages::rollup::is_accepted!(),
            " AND (coalesce(m.reports, m.channel = 'sms') OR m.state IN ('delivered', 'undelivered'))"
        )
    };
}

/// Reached, and the client did not refuse to be measured.
macro_rules! is_readable {
    () => {
        concat!(
            $crate::store::messages::rollup::is_reached!(),
            " AND m.tracking <> 'none'"
        )
    };
}

/// The day a message is summed under.
macro_rules! day {
    () => {
        "coalesce(p.day, m.created_at / 86400000000)"
    };
}

/// Every message as a row of ones and zeros: its sum's key, then each sum it is in. What follows
/// is the text's own FROM and WHERE, with `message m` and `plan p`.
macro_rules! ones {
    ($($from:tt)+) => {
        concat!(
            "SELECT m.id, ", $crate::store::messages::rollup::day!(), " AS day, p.template, p.version, m.channel,
             CASE WHEN m.state = 'suppressed' THEN 1 ELSE 0 END AS suppressed,
             CASE WHEN ", $crate::store::messages::rollup::is_accepted!(), " THEN 1 ELSE 0 END AS accepted,
             CASE WHEN ", $crate::store::messages::rollup::is_accepted!(), " AND m.price IS NOT NULL
             THEN 1 ELSE 0 END AS priced,
             CASE WHEN ", $crate::store::messages::rollup::is_accepted!(), "
             THEN coalesce(m.price, 0) ELSE 0 END AS cost,
             CASE WHEN m.state = 'delivered' THEN 1 ELSE 0 END AS delivered,
             CASE WHEN m.state = 'undelivered' THEN 1 ELSE 0 END AS undelivered,
             CASE WHEN m.state = 'unconfirmed' THEN 1 ELSE 0 END AS unconfirmed,
             CASE WHEN m.state IN ('unknown', 'unresolved') THEN 1 ELSE 0 END AS unknown,
             CASE WHEN ", $crate::store::messages::rollup::is_reporting!(), " THEN 1 ELSE 0 END AS reporting,
             CASE WHEN ", $crate::store::messages::rollup::is_reached!(), " THEN 1 ELSE 0 END AS reached,
             CASE WHEN ", $crate::store::messages::rollup::is_reached!(), " AND m.tracking = 'individual'
             AND m.channel = 'email' THEN 1 ELSE 0 END AS measurable,
             CASE WHEN ", $crate::store::messages::rollup::is_readable!(), "
             AND coalesce(p.clicks, TRUE) THEN 1 ELSE 0 END AS clicks_measurable,
             CASE WHEN ", $crate::store::messages::rollup::is_readable!(), " THEN 1 ELSE 0 END
             AS read_measurable,
             CASE WHEN m.engaged & 1 <> 0 THEN 1 ELSE 0 END AS did_open,
             CASE WHEN m.engaged & 2 <> 0 THEN 1 ELSE 0 END AS machine_opened,
             CASE WHEN m.engaged & 4 <> 0 THEN 1 ELSE 0 END AS did_click,
             CASE WHEN m.engaged & 8 <> 0 THEN 1 ELSE 0 END AS machine_clicked,
             CASE WHEN m.engaged & 16 <> 0 THEN 1 ELSE 0 END AS did_reply,
             CASE WHEN m.engaged & 64 <> 0 THEN 1 ELSE 0 END AS did_confirm,
             CASE WHEN ", $crate::store::messages::rollup::is_read!(), " THEN 1 ELSE 0 END AS did_read ",
            $($from)+
        )
    };
}

/// The sums of the rows that [`ones`] gives: one row for each day, template, version, channel.
macro_rules! counted {
    ($($from:tt)+) => {
        concat!(
            "SELECT x.day, x.template, x.version, x.channel, min(x.id) AS example,
             count(*) AS planned, sum(x.suppressed) AS suppressed, sum(x.accepted) AS accepted,
             sum(x.delivered) AS delivered, sum(x.undelivered) AS undelivered,
             sum(x.unconfirmed) AS unconfirmed, sum(x.unknown) AS unknown,
             sum(x.measurable * x.did_open) AS opened,
             sum(x.measurable * x.machine_opened) AS opened_machine,
             sum(x.clicks_measurable * x.did_click) AS clicked,
             sum(x.clicks_measurable * x.machine_clicked) AS clicked_machine,
             sum(x.reached * x.did_reply) AS replied, sum(x.measurable) AS measurable,
             sum(x.reporting) AS reporting, sum(x.reached) AS reached,
             sum(x.clicks_measurable) AS clicks_measurable,
             sum(x.read_measurable) AS read_measurable,
             sum(x.read_measurable * x.did_read) AS read,
             sum(x.reached * x.did_confirm) AS confirmed, sum(x.priced) AS priced,
             sum(x.cost) AS cost FROM (",
            $($from)+,
            ") AS x GROUP BY x.day, x.template, x.version, x.channel"
        )
    };
}

/// A sum `r` that is not what was counted, `c`.
macro_rules! differs {
    () => {
        "(r.planned <> c.planned OR r.suppressed <> c.suppressed OR r.accepted <> c.accepted
         OR r.delivered <> c.delivered OR r.undelivered <> c.undelivered
         OR r.unconfirmed <> c.unconfirmed OR r.unknown <> c.unknown OR r.opened <> c.opened
         OR r.opened_machine <> c.opened_machine OR r.clicked <> c.clicked
         OR r.clicked_machine <> c.clicked_machine OR r.replied <> c.replied
         OR r.measurable <> c.measurable OR r.reporting <> c.reporting OR r.reached <> c.reached
         OR r.clicks_measurable <> c.clicks_measurable
         OR r.read_measurable <> c.read_measurable OR r.read <> c.read
         OR r.confirmed <> c.confirmed OR r.priced <> c.priced OR r.cost <> c.cost)"
    };
}

/// What the rows of `engagement e` of one message come to, as far as they are valid: see
/// `standing::Acts`.
macro_rules! acts {
    () => {
        "max(CASE WHEN e.invalidated_at IS NULL
         AND e.kind = 'opened' AND e.verdict = 'human' THEN 1 ELSE 0 END)
         + max(CASE WHEN e.invalidated_at IS NULL
         AND e.kind = 'opened' AND e.verdict = 'machine' THEN 2 ELSE 0 END)
         + max(CASE WHEN e.invalidated_at IS NULL
         AND e.kind = 'clicked' AND e.verdict = 'human' THEN 4 ELSE 0 END)
         + max(CASE WHEN e.invalidated_at IS NULL
         AND e.kind = 'clicked' AND e.verdict = 'machine' THEN 8 ELSE 0 END)
         + max(CASE WHEN e.invalidated_at IS NULL
         AND e.kind = 'replied' THEN 16 ELSE 0 END)
         + max(CASE WHEN e.invalidated_at IS NULL
         AND e.kind = 'viewed' AND e.verdict = 'human' THEN 32 ELSE 0 END)
         + max(CASE WHEN e.invalidated_at IS NULL
         AND e.kind = 'confirmed' THEN 64 ELSE 0 END)"
    };
}

pub(in crate::store) use {
    acts, counted, day, differs, is_accepted, is_reached, is_read, is_readable, is_reporting, ones,
};
