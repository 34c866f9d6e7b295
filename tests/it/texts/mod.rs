//! Whatever an operator types, nothing but the text itself suffers from it.

mod attacks;
mod limits;
