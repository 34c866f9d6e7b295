//! Why an address was refused, in words for the one who sent it.
//!
//! The message quotes what was given, so it belongs in an answer and never in a log.

/// A text that is no address Araldo will use. Show it to the one who sent the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// On the SMS channel.
    #[error("`{given}` cannot be used for SMS: {fault}")]
    Phone {
        /// What was given, made harmless to print.
        given: String,
        /// What is wrong with it.
        fault: PhoneFault,
    },
    /// On the e-mail channel.
    #[error("`{given}` cannot be used for e-mail: {fault}")]
    Email {
        /// What was given, made harmless to print.
        given: String,
        /// What is wrong with it.
        fault: EmailFault,
    },
    /// In the settings: a country that is not on the list of ISO 3166-1.
    #[error("`{given}` is no country; write two letters such as `IT` (ISO 3166-1)")]
    Country { given: String },
}

/// What is wrong with a telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneFault {
    #[error("it is empty; write a mobile number such as `+393331234567`")]
    Empty,
    /// Something that is neither digit nor separator.
    #[error("`{}` has no place in a number; write digits, such as `+393331234567`", .0.escape_debug())]
    Character(char),
    /// An extension, a star, a second number.
    #[error("it holds more than one number or an extension; give each contact one number")]
    MoreThanOne,
    /// 112, 118, ...
    #[error("it is an emergency number; give the client's own mobile number")]
    Emergency,
    /// Service numbers of a few digits.
    #[error("it is a short service number; give a full mobile number such as `+393331234567`")]
    Short,
    /// The numbering plan of the country has no such number.
    #[error("no such number exists; check the digits, and the country code if it is not `{}`", .0.as_ref())]
    NotANumber(phonenumber::country::Id),
    /// Starts like an international number, with a country code nobody has.
    #[error("no country has this code; write `+` and the country code, such as `+393331234567`")]
    UnknownCountry,
    /// The caller pays extra: 89x, 199, +1900.
    #[error("it is a premium-rate number; give the client's own mobile number")]
    Premium,
    /// Toll-free, shared cost, company, voice mail, Internet telephony, pager, personal number.
    #[error("it is a service number that takes no SMS; give the client's own mobile number")]
    Service,
    /// Satellite and other world-wide networks: costly, and a known road for fraud.
    #[error("it is a satellite or world-wide service number; give a mobile number of a country")]
    WorldWide,
    /// An Italian fixed line.
    #[error("it is a fixed line; Italian mobile numbers begin with 3, such as `+393331234567`")]
    FixedLine,
    /// The settings do not allow its country.
    #[error("this installation sends no SMS to that country; see `allowed_countries`")]
    CountryNotAllowed,
}

/// What is wrong with an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailFault {
    #[error("it is empty; write an address such as `maria@example.it`")]
    Empty,
    /// More than 320 octets, 64 before the `@`, or 255 after it (RFC 5321 §4.5.3.1).
    #[error("it is too long; at most 64 characters before the `@` and 255 after it")]
    TooLong,
    /// A space, a line break, a control character, an invisible mark.
    #[error("`{}` has no place in an address; write it like `maria@example.it`", .0.escape_unicode())]
    Character(char),
    /// No `@`.
    #[error("the `@` is missing; write it like `maria@example.it`")]
    NoAt,
    /// Two addresses, a list, a name beside the address, quotes.
    #[error(
        "it is not one bare address; write only `maria@example.it`, and each in its own contact"
    )]
    NotBare,
    /// Before the `@`: dots in a row, at the edge, or nothing.
    #[error("the part before the `@` is not right; no dot at its ends, no two in a row")]
    Local,
    /// A machine's own name, such as `localhost`.
    #[error("the domain needs a dot, such as `example.it`")]
    NoDot,
    /// An IP address in place of a domain.
    #[error("a numeric address is no mail domain; write a name such as `example.it`")]
    Numeric,
    /// Anything else about the domain.
    #[error("the domain is not right; write it like `example.it`, no dot at its end")]
    Domain,
}
