//! E-mail: how a mail is written (`message`, its headers in `head`), signed (`dkim`), and handed
//! over: by `smtp`, or over HTTP to a service (`ses`, `mailgun`, `brevo`; `mailer` has what those share).
//! What services tell of mails is read in `events`, a mailbox that mails come back to in `inbox`.

pub mod brevo;
pub mod dkim;
pub mod events;
mod head;
pub mod inbox;
mod mailer;
pub mod mailgun;
mod marks;
pub mod message;
pub mod ses;
pub mod smtp;
mod unwritten;
