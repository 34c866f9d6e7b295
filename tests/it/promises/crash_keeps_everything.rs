//! `kill -9` in the middle of a fan-out: nobody is forgotten, and who got it twice is among
//! those shown as unknown.
