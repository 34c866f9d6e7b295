//! A full disk or a read-only database: intake answers 503, nothing is sent that cannot be
//! recorded, and all goes on by itself when there is room again.
