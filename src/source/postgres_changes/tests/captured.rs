//! What PostgreSQL 15.18 said when a table was written to: messages of `pgoutput`, byte by byte. The
//! table: id int primary key, pratica text, aperta bool, importo numeric(10,2), peso float8, quando
//! timestamptz, dati jsonb, etichette text[], nota text.

pub(super) const BEGIN: &[u8] = b"B\0\0\0\0\x04;_\x90\0\x03\x04\x83N>k\xa0\0\0\x02\xf7";
pub(super) const RELATION: &[u8] =
    b"R\0\0@\x1dpublic\0pratiche\0d\0\x09\x01id\0\0\0\0\x17\xff\xff\xff\xff\0pratica\0\0\0\0\
    \x19\xff\xff\xff\xff\0aperta\0\0\0\0\x10\xff\xff\xff\xff\0importo\0\0\0\x06\xa4\0\x0a\0\
    \x06\0peso\0\0\0\x02\xbd\xff\xff\xff\xff\0quando\0\0\0\x04\xa0\xff\xff\xff\xff\0dati\0\0\
    \0\x0e\xda\xff\xff\xff\xff\0etichette\0\0\0\x03\xf1\xff\xff\xff\xff\0nota\0\0\0\0\x19\
    \xff\xff\xff\xff";
pub(super) const INSERT: &[u8] =
    b"I\0\0@\x1dN\0\x09t\0\0\0\x011t\0\0\0\x04PR-1t\0\0\0\x01tt\0\0\0\x0512.50t\0\0\0\x051e+15\
    t\0\0\0\x182026-11-24 09:00:00.5+00t\0\0\0\x08{\"a\": 1}t\0\0\0\x0e{a,\"b c\",NULL}n";
pub(super) const UPDATE_OF_KEY: &[u8] =
    b"U\0\0@\x1dK\0\x09t\0\0\0\x011nnnnnnnnN\0\x09t\0\0\0\x012t\0\0\0\x04PR-1t\0\0\0\x01tt\0\0\
    \0\x0512.50t\0\0\0\x051e+15t\0\0\0\x182026-11-24 09:00:00.5+00t\0\0\0\x08{\"a\": 1}t\0\0\
    \0\x0e{a,\"b c\",NULL}n";
pub(super) const DELETE: &[u8] = b"D\0\0@\x1dK\0\x09t\0\0\0\x012nnnnnnnn";
pub(super) const COMMIT: &[u8] = b"C\0\0\0\0\0\x04;_\x90\0\0\0\0\x04;_\xc0\0\x03\x04\x83N>k\xa0";
pub(super) const BEGIN_3: &[u8] = b"B\0\0\0\0\x04;n`\0\x03\x04\x83N>l\xd0\0\0\x02\xf9";
pub(super) const UPDATE_BESIDE_TOAST: &[u8] =
    b"U\0\0@\x1dN\0\x09t\0\0\0\x013t\0\0\0\x04PR-3nnnnnnu";
pub(super) const COMMIT_3: &[u8] = b"C\0\0\0\0\0\x04;n`\0\0\0\0\x04;n\x90\0\x03\x04\x83N>l\xd0";
pub(super) const RELATION_IN_FULL: &[u8] =
    b"R\0\0@\x1dpublic\0pratiche\0f\0\x09\x01id\0\0\0\0\x17\xff\xff\xff\xff\x01pratica\0\0\0\0\
    \x19\xff\xff\xff\xff\x01aperta\0\0\0\0\x10\xff\xff\xff\xff\x01importo\0\0\0\x06\xa4\0\
    \x0a\0\x06\x01peso\0\0\0\x02\xbd\xff\xff\xff\xff\x01quando\0\0\0\x04\xa0\xff\xff\xff\xff\
    \x01dati\0\0\0\x0e\xda\xff\xff\xff\xff\x01etichette\0\0\0\x03\xf1\xff\xff\xff\xff\x01not\
    a\0\0\0\0\x19\xff\xff\xff\xff";
pub(super) const BEGIN_4: &[u8] = b"B\0\0\0\0\x04;}\xb8\0\x03\x04\x83N>m\xcb\0\0\x02\xfc";
pub(super) const UPDATE_IN_FULL: &[u8] =
    b"U\0\0@\x1dO\0\x09t\0\0\0\x013t\0\0\0\x04PR-3nnnnnnnN\0\x09t\0\0\0\x013t\0\0\0\x02\xc3\
    \xa8nnnnnnn";
pub(super) const COMMIT_4: &[u8] = b"C\0\0\0\0\0\x04;}\xb8\0\0\0\0\x04;}\xe8\0\x03\x04\x83N>m\xcb";
pub(super) const BEGIN_5: &[u8] = b"B\0\0\0\0\x04;~8\0\x03\x04\x83N>m\xee\0\0\x02\xfd";
pub(super) const DELETE_IN_FULL: &[u8] = b"D\0\0@\x1dO\0\x09t\0\0\0\x013t\0\0\0\x02\xc3\xa8nnnnnnn";
pub(super) const COMMIT_5: &[u8] = b"C\0\0\0\0\0\x04;~8\0\0\0\0\x04;~h\0\x03\x04\x83N>m\xee";
pub(super) const BEGIN_6: &[u8] = b"B\0\0\0\0\x04;\x8a\x10\0\x03\x04\x83N>o\xec\0\0\x02\xfe";
pub(super) const TRUNCATE: &[u8] = b"T\0\0\0\x01\0\0\0@\x1d";
pub(super) const COMMIT_6: &[u8] =
    b"C\0\0\0\0\0\x04;\x8a\x10\0\0\0\0\x04;\x8b\x80\0\x03\x04\x83N>o\xec";
