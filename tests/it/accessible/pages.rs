//! Which pages are looked at. Each is named with its route, so that a route without one is found.

/// A page, in some state of it that is worth a look.
#[derive(Debug, Clone, Copy)]
pub(super) struct WatchedPage {
    /// As in the table of routes.
    pub(super) route: &'static str,
    /// Where it is; `{…}` is filled in by whoever made what is seen there.
    pub(super) address: &'static str,
    /// Somebody has it before them all day, or it is all that a client ever sees: it gets all looks.
    pub(super) is_daily: bool,
}

const fn daily(route: &'static str, address: &'static str) -> WatchedPage {
    WatchedPage {
        route,
        address,
        is_daily: true,
    }
}

const fn page(route: &'static str, address: &'static str) -> WatchedPage {
    WatchedPage {
        route,
        address,
        is_daily: false,
    }
}

/// A page whose address is its route.
const fn plain(route: &'static str) -> WatchedPage {
    page(route, route)
}

/// What an admin can open.
#[rustfmt::skip] // a table is read line by line
pub(super) const STAFF: &[WatchedPage] = &[
    daily("/console/now", "/console/now"),
    daily("/console/messages/{id}", "{message}"),
    daily("/console/incidents/{incident}", "/console/incidents/G-77"),
    daily("/console/templates/{name}", "/console/templates/case-progress"),
    daily("/console/insight", "/console/insight"),
    daily("/console/inbox", "/console/inbox"),
    daily("/console/clients/{client}", "/console/clients/C-1000"),
    daily("/console/cases/{case}", "/console/cases/PR-1"),
    page("/console/messages/{id}", "{mail}"),
    page("/console/templates/{name}", "/console/templates/case-progress?locale=it&channel=email"),
    page("/console/insight", "/console/insight?days=90"),
    page("/console/clients/{client}", "/console/clients/C-1005?about=G-77"),
    page("/console/inbox/{id}", "{conversation}"),
    plain("/console/forwardings"),
    page("/console/forwardings/new", "{forwarding}"),
    plain("/console/me"),
    plain("/console/messages"),
    plain("/console/clients"),
    page("/console/clients", "/console/clients?q=nobody"),
    plain("/console/cases"),
    plain("/console/replies"),
    plain("/console/incidents"),
    plain("/console/incidents/new"),
    page("/console/incidents/{incident}/change", "/console/incidents/G-77/change?as=update"),
    page("/console/incidents/{incident}/change", "/console/incidents/G-77/change?as=correct"),
    page("/console/declared/{id}", "{declared}"),
    page("/console/declared/{id}/edit", "{declared}/edit"),
    page("/console/rectify", "/console/rectify?plan=71"),
    page("/console/rectifications/{id}", "{rectification}"),
    plain("/console/insight/calls"),
    plain("/console/insight/reach"),
    plain("/console/insight/satisfaction"),
    plain("/console/insight/unread"),
    plain("/console/audit"),
    plain("/console/settings"),
    plain("/console/people"),
    page("/console/people/{id}", "{person}"),
    plain("/console/me/second-factor"),
    plain("/console/webhooks"),
    plain("/console/sources"),
    page("/console/sources/{name}", "/console/sources/desk"),
    page("/console/sources/{name}/try", "/console/sources/desk/try"),
    plain("/console/templates"),
    page("/console/templates/{name}/{asked}", "/console/templates/case-progress/roll-back?version=1"),
    plain("/console/rules"),
    plain("/console/rules/try"),
    page("/console/rules/replay", "/console/rules/replay?rule=case-waiting"),
    page("/console/rules/edit", "/console/rules/edit?rule=case-opened"),
    plain("/console/sandbox"),
    page("/console/sandbox/{channel}/{address}", "/console/sandbox/sms/%2B39000100"),
    page("/console/sandbox/{channel}/{address}", "/console/sandbox/email/client0%40mail.example"),
];

/// What somebody sees before the login.
pub(super) const STRANGERS: &[WatchedPage] = &[
    plain("/console/login"),
    plain("/console/login/code"),
    page("/console/invitation/{token}", "{invitation}"),
];

/// What people of partners can open.
pub(super) const PARTNERS: &[WatchedPage] = &[
    daily("/console/partner", "/console/partner"),
    daily(
        "/console/partner/cases/{case}",
        "/console/partner/cases/PR-1",
    ),
];

/// What stands behind the links in messages, and what stands open to all.
pub(super) const CLIENTS: &[WatchedPage] = &[
    daily("/s/{token}", "{case}"),
    daily("/s/{token}", "{outage}"),
    page("/s/{token}", "{text}"),
    page("/s/{token}/yours", "{text}/yours"),
    page("/s/{token}/stop-all", "{text}/stop-all"),
    page("/u/{token}", "{unsubscribe}"),
    plain("/docs"),
    page("/docs/{part}", "/docs/messages"),
    page("/docs/{part}", "/docs/schemas-m-z"),
];

/// What is asked for by GET and is no page of ours, and what it is instead.
#[rustfmt::skip] // a table is read line by line
pub(super) const NO_PAGES: &[(&str, &str)] = &[
    ("/", "a way to the first page"),
    ("/console", "a way to the first page"),
    ("/console/", "a way to the first page"),
    ("/console/assets/{hash}/{name}", "a style or a script"),
    ("/console/search", "a way to what was found"),
    ("/console/login/with/{name}", "a way to an identity provider"),
    ("/console/login/with/{name}/back", "a way in"),
    ("/console/now/live", "a stream"),
    ("/console/incidents/{incident}/live", "a stream"),
    ("/console/sandbox/live", "a stream"),
    ("/console/messages/{id}/mail", "the mail in the frame of a message"),
    ("/console/previews/{key}", "the mail in the frame of the editor"),
    ("/console/sandbox/mail/{address}/{id}", "the mail in the frame of a mailbox"),
    ("/console/clients/{client}/reveal", "the way back from an answer"),
    ("/console/declared/{id}/texts", "the way back from an answer"),
    ("/console/sources/{name}/records", "the way back from an answer"),
    ("/console/insight.csv", "a file"),
    ("/console/insight.xlsx", "a file"),
    ("/console/insight/reach.csv", "a file"),
    ("/console/insight/satisfaction.csv", "a file"),
    ("/console/audit.csv", "a file"),
    ("/healthz", "for programs"),
    ("/readyz", "for programs"),
    ("/metrics", "for programs"),
    ("/hooks/kannel/{provider}/{token}", "for programs"),
    ("/hooks/kannel/{provider}/reply/{secret}", "for programs"),
    ("/hooks/{provider}/{token}", "for programs"),
    ("/c/{token}", "a way to where a link leads"),
    ("/o/{name}", "a picture"),
];
