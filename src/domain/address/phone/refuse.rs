//! Numbers no SMS of ours may go to: they cost money, wake the wrong people, or do not exist.

use phonenumber::metadata::DATABASE;

use super::PhonePolicy;
use crate::domain::address::PhoneFault;

/// Nobody's own number has six digits or fewer; those are services, and some of them save lives.
pub(super) fn short(plain: &str) -> Result<(), PhoneFault> {
    const EMERGENCY: [&str; 14] = [
        "112", "113", "114", "115", "116000", "116117", "117", "118", "1515", "1522", "1530",
        "911", "999", "110",
    ];
    let digits = plain.trim_start_matches('+');
    if EMERGENCY.contains(&digits) {
        Err(PhoneFault::Emergency)
    } else if digits.len() <= 6 {
        Err(PhoneFault::Short)
    } else {
        Ok(())
    }
}

/// Numbers that exist and belong to nobody's pocket, and numbers that do not exist.
pub(super) fn kind(
    number: &phonenumber::PhoneNumber,
    normal: &str,
    policy: &PhonePolicy,
) -> Result<(), PhoneFault> {
    use phonenumber::Type;
    world_wide(number.code().value())?;
    // The library forgets leading zeros when it names the kind; Italian lines are known by them.
    if let Some(national) = normal.strip_prefix("+39") {
        italian(national)?;
    }
    match number.number_type(&DATABASE) {
        Type::PremiumRate | Type::SharedCost => return Err(PhoneFault::Premium),
        Type::TollFree
        | Type::Uan
        | Type::Voicemail
        | Type::Voip
        | Type::Pager
        | Type::PersonalNumber => return Err(PhoneFault::Service),
        Type::Emergency => return Err(PhoneFault::Emergency),
        Type::ShortCode => return Err(PhoneFault::Short),
        _ => {}
    }
    if number.is_valid() {
        Ok(())
    } else {
        Err(PhoneFault::NotANumber(policy.default_country))
    }
}

/// The Italian plan (AGCOM delibera 8/15/CIR): 0 fixed, 1 and 8 services, 3 mobile.
fn italian(national: &str) -> Result<(), PhoneFault> {
    match national.as_bytes() {
        [b'0', ..] => Err(PhoneFault::FixedLine),
        [b'8', b'0', ..] => Err(PhoneFault::Service),
        [b'1' | b'8', ..] => Err(PhoneFault::Premium),
        _ => Ok(()),
    }
}

/// Codes of the ITU that belong to no country (E.164 assigned codes): satellite, freephone,
/// shared cost, premium, personal.
const fn world_wide(code: u16) -> Result<(), PhoneFault> {
    match code {
        979 => Err(PhoneFault::Premium),
        800 | 808 | 870 | 878 | 881..=883 | 888 => Err(PhoneFault::WorldWide),
        _ => Ok(()),
    }
}
