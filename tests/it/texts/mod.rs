//! Whatever an operator types, nothing but the text itself suffers from it.

mod attacks;
mod command_line;
mod editing;
mod limits;
mod readable;
mod through_the_router;
