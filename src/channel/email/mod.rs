//! E-mail: how a mail is written (`message`, its headers in `head`), signed (`dkim`), and handed
//! over (`smtp`).

pub mod dkim;
mod head;
pub mod message;
pub mod smtp;
