//! What managers ask, held against what anybody can count from the messages and clients themselves.

mod calls;
mod cost;
mod days;
mod pages;
mod reach;
mod unread;
mod week;
