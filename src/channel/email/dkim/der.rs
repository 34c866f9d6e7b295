//! The wrapping of an RSA public key (RFC 5280 §4.1, RFC 8017 §A.1.1): DNS has it wrapped, `ring`
//! takes it bare.

/// `AlgorithmIdentifier` of rsaEncryption (RFC 3279 §2.3.1).
const RSA: &[u8] = &[
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];
const INTEGER: u8 = 2;
const BIT_STRING: u8 = 3;
const SEQUENCE: u8 = 0x30;

/// `SubjectPublicKeyInfo` around an `RSAPublicKey`.
pub(super) fn wrapped(key: &[u8]) -> Vec<u8> {
    // A bit string begins with the count of unused bits.
    let bits = element(BIT_STRING, &[&[0], key].concat());
    element(SEQUENCE, &[RSA, &bits].concat())
}

/// The `RSAPublicKey` inside a `SubjectPublicKeyInfo`, or the one that stands there bare (RFC 6376
/// §3.6.1 describes this, everybody publishes that).
pub(super) fn bare(key: &[u8]) -> Option<&[u8]> {
    let (SEQUENCE, content, _) = first(key)? else {
        return None;
    };
    let Some(rest) = content.strip_prefix(RSA) else {
        return modulus(key).map(|_| key);
    };
    let (BIT_STRING, bits, _) = first(rest)? else {
        return None;
    };
    let bare = bits.strip_prefix(&[0])?;
    modulus(bare).map(|_| bare)
}

/// The length in bits of an `RSAPublicKey`'s modulus.
pub(super) fn modulus_bits(key: &[u8]) -> Option<usize> {
    let mut number = modulus(key)?;
    while let Some(rest) = number.strip_prefix(&[0]) {
        number = rest;
    }
    let leading = number.first()?.leading_zeros();
    Some(number.len() * 8 - usize::try_from(leading).ok()?)
}

fn modulus(key: &[u8]) -> Option<&[u8]> {
    let (SEQUENCE, content, _) = first(key)? else {
        return None;
    };
    let (INTEGER, number, _) = first(content)? else {
        return None;
    };
    Some(number)
}

/// Tag, length in its shortest form, content (X.690 §8.1).
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let zeros = length.iter().take_while(|byte| **byte == 0).count();
    let length = &length[zeros.min(length.len() - 1)..];
    let mut out = vec![tag];
    if length.len() > 1 || length[0] > 0x7f {
        out.push(0x80 | u8::try_from(length.len()).unwrap_or(0));
    }
    out.extend_from_slice(length);
    out.extend_from_slice(content);
    out
}

/// Tag, content and what follows.
fn first(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, length], rest) = bytes.split_first_chunk()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        0x81 => rest
            .split_first()
            .map(|(one, rest)| (usize::from(*one), rest))?,
        0x82 => {
            let (two, rest) = rest.split_first_chunk()?;
            (usize::from(u16::from_be_bytes(*two)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An `RSAPublicKey` with a modulus of so many bytes.
    fn key(bytes: usize) -> Vec<u8> {
        let modulus = element(INTEGER, &[&[0, 0x9f][..], &vec![7; bytes - 1]].concat());
        let exponent = element(INTEGER, &[1, 0, 1]);
        element(SEQUENCE, &[modulus, exponent].concat())
    }

    #[test]
    fn what_is_wrapped_comes_out_bare_with_its_length() {
        for bytes in [64, 128, 256, 512] {
            let key = key(bytes);
            assert_eq!(bare(&wrapped(&key)), Some(key.as_slice()));
            assert_eq!(bare(&key), Some(key.as_slice()));
            assert_eq!(modulus_bits(&key), Some(bytes * 8));
        }
    }

    #[test]
    fn what_is_cut_short_is_no_key() {
        let whole = wrapped(&key(256));
        for length in 0..whole.len() {
            assert_eq!(bare(&whole[..length]), None, "cut at {length}");
        }
    }
}
