//! What managers ask that the sums by template do not say: days (`days`), zones (`zones`), clients
//! who never read (`unread`), and how often clients ask by themselves (`calls`). `upkeep` has it counted each hour; `web` reads it. None of it
//! is touched on the path of a message, and each part is written anew as a whole; but for second
//! channels (`fallbacks`), which are counted as they are decided, and for how cases went (`satisfaction`),
//! which is counted when it is asked.

pub mod calls;
pub mod days;
pub mod fallbacks;
pub mod satisfaction;
pub mod unread;
pub mod zones;
