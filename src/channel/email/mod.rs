//! E-mail: how a mail is written (`message`, its headers in `head`), signed (`dkim`), and handed
//! over (`smtp`); and how a mailbox is read that mails come back to (`inbox`).

pub mod dkim;
mod head;
pub mod inbox;
pub mod message;
pub mod smtp;
