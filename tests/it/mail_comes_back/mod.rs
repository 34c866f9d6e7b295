//! E-mails come back and the message hears of it: what servers report and what readers answer, taken once,
//! believed as far as it can be proven.

mod alarm;
mod postbag;
mod servers;
mod staff;

/// A report as Postfix writes it. `to`: the address it comes to.
fn report(to: &str, about: &Report<'_>) -> String {
    let Report {
        name,
        recipient,
        action,
        status,
        said,
        message_id,
    } = about;
    format!(
        "Return-Path: <>\r\n\
         Delivered-To: {to}\r\n\
         Message-ID: <{name}@relay.example>\r\n\
         From: MAILER-DAEMON@relay.example (Mail Delivery System)\r\n\
         Subject: Undelivered Mail Returned to Sender\r\n\
         To: {to}\r\n\
         Date: Sun, 22 Nov 2026 09:59:30 +0000 (UTC)\r\n\
         Auto-Submitted: auto-replied\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status;\r\n\
         \tboundary=\"b1\"\r\n\
         \r\n\
         --b1\r\n\
         Content-Type: text/plain; charset=us-ascii\r\n\
         \r\n\
         I'm sorry to have to inform you that your message could not be delivered.\r\n\
         \r\n\
         --b1\r\n\
         Content-Type: message/delivery-status\r\n\
         \r\n\
         Reporting-MTA: dns; relay.example\r\n\
         Arrival-Date: Sun, 22 Nov 2026 09:59:28 +0000 (UTC)\r\n\
         \r\n\
         Final-Recipient: rfc822; {recipient}\r\n\
         Original-Recipient: rfc822;{recipient}\r\n\
         Action: {action}\r\n\
         Status: {status}\r\n\
         Diagnostic-Code: smtp; {said}\r\n\
         \r\n\
         --b1\r\n\
         Content-Type: text/rfc822-headers\r\n\
         \r\n\
         From: Araldo <avvisi@town.example>\r\n\
         To: {recipient}\r\n\
         Message-ID: <{message_id}>\r\n\
         Subject: La sua pratica\r\n\
         \r\n\
         --b1--\r\n"
    )
}

/// What a report says.
struct Report<'a> {
    /// The report's own name.
    name: &'a str,
    recipient: &'a str,
    action: &'a str,
    status: &'a str,
    said: &'a str,
    /// Of the mail that it is about.
    message_id: &'a str,
}

impl<'a> Report<'a> {
    /// Nobody has the address.
    fn broken(name: &'a str, recipient: &'a str, message_id: &'a str) -> Self {
        Self {
            name,
            recipient,
            action: "failed",
            status: "5.1.1",
            said: "550 5.1.1 no such person",
            message_id,
        }
    }
}
