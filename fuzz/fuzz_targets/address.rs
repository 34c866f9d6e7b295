//! Any text: what is let in is let in again unchanged and fit for a header; what is refused is
//! refused with a message of one line.
#![no_main]

use araldo::domain::Channel;
use araldo::domain::address::{Address, PhonePolicy};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let policy = PhonePolicy::default();
    for channel in Channel::ALL {
        match Address::parse(*channel, text, &policy) {
            Ok(address) => {
                assert!(!address.as_str().contains(|c: char| c.is_control() || c.is_whitespace()));
                let again = Address::parse(*channel, address.as_str(), &policy);
                assert_eq!(again.as_ref(), Ok(&address));
                assert!(!format!("{address:?}").contains(address.as_str()));
            }
            Err(error) => assert!(!error.to_string().contains(char::is_control)),
        }
    }
    // What a damaged store could hand back must not stop the daemon either.
    for channel in Channel::ALL {
        let _masked: String = Address::from_stored(*channel, text.to_owned()).masked();
    }
});
