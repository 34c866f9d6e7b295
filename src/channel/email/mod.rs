//! E-mail: how a mail is written (`message`), and how it is handed over (`smtp`).

pub mod message;
pub mod smtp;
