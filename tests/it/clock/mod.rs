//! The clock: what Araldo says by itself when nothing happens. The real clock, planner and rules over
//! both databases, while time is moved by hand.

mod bodies;
mod crash;
mod forwarded;
mod month;
mod office;
mod overlong;
mod seen;
mod surveys;
mod waits;
