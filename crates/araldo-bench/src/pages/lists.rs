//! What is opened: each page that the filled store can show, as `tests/it/accessible/pages.rs` names
//! them. Left out are those that need what people did: a conversation, a declared incident, an invitation.

/// Pages of the console, as an admin opens them. `FI-BIG` stands for the largest incident that goes on.
pub(super) const CONSOLE: &[&str] = &[
    "/console/now",
    "/console/messages",
    "/console/messages?state=held",
    "/console/messages?state=unresolved",
    "/console/messages?channel=sms",
    "/console/messages?template=case-opened",
    "/console/messages?template=nothing",
    "/console/messages?client=F-1",
    "/console/messages?event=fill-2",
    "/console/messages?incident=FI-1",
    "/console/messages?case=FC-2",
    "/console/messages/5",
    "/console/clients",
    "/console/clients/F-1",
    "/console/clients/F-1?about=FI-1",
    "/console/cases",
    "/console/cases/FC-2",
    "/console/replies",
    "/console/inbox",
    "/console/forwardings",
    "/console/incidents",
    "/console/incidents/new",
    "/console/incidents/FI-1",
    "/console/incidents/FI-BIG",
    "/console/incidents/FI-BIG/change?as=update",
    "/console/rectify?plan=2",
    "/console/insight",
    "/console/insight?days=90",
    "/console/insight/reach",
    "/console/insight/satisfaction",
    "/console/insight/unread",
    "/console/insight/calls",
    "/console/templates",
    "/console/templates/case-progress",
    "/console/templates/case-progress?locale=it&channel=email",
    "/console/rules",
    "/console/rules/try",
    "/console/rules/replay?rule=case-waiting",
    "/console/rules/edit?rule=case-opened",
    "/console/audit",
    "/console/audit?person=nobody@araldo.example",
    "/console/people",
    "/console/me",
    "/console/webhooks",
    "/console/sources",
    "/console/settings",
];

/// What is searched among the clients. All of the filled store are called Maria Rossi and a number.
pub(super) const SEARCHES: &[&str] = &[
    "/console/clients?q=rossi",
    "/console/clients?q=ross+mar",
    "/console/clients?q=R%C3%B2ssi+M%C3%A0ria",
    "/console/clients?q=77+maria",
    "/console/clients?q=rossi+nobody",
    "/console/clients?q=nobody",
    "/console/search?q=cliente.5@posta.example",
    "/console/search?q=IT001E10000005",
    "/console/clients?q=IT001E1000",
    "/console/search?q=FC-2",
    "/console/search?q=F-1",
    "/v1/clients?search=77+maria",
    "/v1/clients?search=nobody",
];

/// What stands open to all. `TOKEN` is that of a client's status page.
pub(super) const OPEN: &[&str] = &[
    "/console/login",
    "/s/TOKEN",
    "/s/TOKEN/yours",
    "/s/TOKEN/stop-all",
    "/docs",
    "/docs/messages",
    "/docs/schemas-m-z",
];

/// Answers of the API.
pub(super) const API: &[&str] = &[
    "/v1/stats",
    "/v1/insight",
    "/v1/insight/satisfaction",
    "/v1/insight/unread",
    "/v1/reachability",
    "/v1/contacts-per-day",
    "/v1/clients",
    "/v1/clients/F-1",
    "/v1/cases",
    "/v1/cases/FC-2",
    "/v1/incidents",
    "/v1/rules",
    "/v1/conversations",
    "/v1/feed",
    "/v1/messages",
    "/v1/messages?state=held",
    "/v1/messages?state=unresolved",
    "/v1/messages?template=case-opened",
    "/v1/messages?client=F-1",
    "/v1/messages?event=fill-2",
    "/v1/messages?incident=FI-1",
    "/v1/messages?case=FC-2",
];

/// What an editor asks for with each letter that is typed.
pub(super) const TYPED: &[&str] = &["/console/templates/case-progress/preview"];
