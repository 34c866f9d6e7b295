//! SMS.
