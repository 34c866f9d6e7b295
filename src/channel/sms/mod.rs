//! SMS gateways, one folder per kind.

pub mod kannel;
