//! When a certificate ends: the one field of X.509 (RFC 5280, 4.1) that TLS libraries do not tell.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The end of the first certificate in `pem`.
pub fn valid_until(pem: &str) -> Option<Timestamp> {
    let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
    let (encoded, _) = rest.split_once("-----END CERTIFICATE-----")?;
    let der = BASE64_STANDARD.decode(encoded.split_whitespace().collect::<String>()).ok()?;
    let (_, certificate, _) = element(&der)?;
    let (_, mut fields, _) = element(certificate)?;
    // Version (where it is written), serial number, algorithm, issuer; then from when to when.
    if fields.first() == Some(&VERSION) {
        (_, _, fields) = element(fields)?;
    }
    for _ in 0..3 {
        (_, _, fields) = element(fields)?;
    }
    let (SEQUENCE, validity, _) = element(fields)? else { return None };
    let (_, _, after) = element(validity)?;
    let (kind, end, _) = element(after)?;
    time(kind, std::str::from_utf8(end).ok()?)
}

/// Tag, content and what follows, of the first element of `der`.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..0x80 => (usize::from(first), rest),
        _ => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let within = bytes.len() <= size_of::<u32>();
            (within.then(|| bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))?, rest)
        }
    };
    let (content, after) = rest.split_at_checked(length)?;
    Some((tag, content, after))
}

/// `260517101500Z`, whose century is told by its year, or `20760517101500Z`.
fn time(kind: u8, text: &str) -> Option<Timestamp> {
    let whole = match kind {
        UTC_TIME if text.get(..2)? < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let civil = DateTime::strptime("%Y%m%d%H%M%SZ", whole).ok()?;
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNTIL_2036: &str = "-----BEGIN CERTIFICATE-----
MIIBVTCCAQegAwIBAgIUebZYPpS+xCk9RMEnfvvTJRjtjKkwBQYDK2VwMCAxHjAc
BgNVBAMMFXNjcmliZS5jbGluaWMuZXhhbXBsZTAeFw0yNjExMjkxNzA3MDBaFw0z
NjExMjYxNzA3MDBaMCAxHjAcBgNVBAMMFXNjcmliZS5jbGluaWMuZXhhbXBsZTAq
MAUGAytlcAMhAODrfAILXG2ixvO3XK8m+ViooeydBU9MY3bAkclt/ciNo1MwUTAd
BgNVHQ4EFgQUvxqXE9Hpor5PdHJNHa3+0Gg5ctQwHwYDVR0jBBgwFoAUvxqXE9Hp
or5PdHJNHa3+0Gg5ctQwDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXADQQA493B0P6Qc
/dOt4PIuSisa+40VRpk2Bmm6/3c8+U1As9qXFxAWL9cERMrSxEduO3Dp3wQlG6HB
/tAkRBWAP20L
-----END CERTIFICATE-----";

    const UNTIL_2076: &str = "-----BEGIN CERTIFICATE-----
MIIBVzCCAQmgAwIBAgIUQiJl1Mk3TDILfLC6OI+FoOvO5KIwBQYDK2VwMCAxHjAc
BgNVBAMMFXNjcmliZS5jbGluaWMuZXhhbXBsZTAgFw0yNjExMjkxNzA3MDBaGA8y
MDc2MTExNjE3MDcwMFowIDEeMBwGA1UEAwwVc2NyaWJlLmNsaW5pYy5leGFtcGxl
MCowBQYDK2VwAyEAS6DGDbUhTTWpSmG3gXyvqrWCAaagi0v3uCQzXpWe5vejUzBR
MB0GA1UdDgQWBBShPqmUrEgewJ+FUNj5NzkKGio77zAfBgNVHSMEGDAWgBShPqmU
rEgewJ+FUNj5NzkKGio77zAPBgNVHRMBAf8EBTADAQH/MAUGAytlcANBAF6XoMvi
De81sLev7y2w97uhoFRHFKjxr8ko5TP7cFaN8MqBD5y5KTP8jb3xGnKXl0Pp4YTQ
wMQ2Ub0MKkq6VAM=
-----END CERTIFICATE-----";

    #[test]
    fn the_end_is_read_in_either_form_of_time() {
        let end = |pem| valid_until(pem).map(|end| end.to_string());
        assert_eq!(end(UNTIL_2036).as_deref(), Some("2036-11-26T17:07:00Z"));
        assert_eq!(end(UNTIL_2076).as_deref(), Some("2076-11-16T17:07:00Z"));
    }

    #[test]
    fn what_is_cut_short_or_no_certificate_has_no_end() {
        assert_eq!(valid_until("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"), None);
        assert_eq!(valid_until("nothing"), None);
    }
}
