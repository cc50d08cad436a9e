//! Webhooks: what is told, when it is tried again, and which addresses may be called. Never calls one: the server does.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::words::words;

words! {
    /// What the creditor's systems can be told of.
    pub enum Topic {
        /// A customer, or staff for one, opened a request.
        RequestOpened = "request.opened",
        /// A request was approved or refused.
        RequestDecided = "request.decided",
        /// A request is over: done, refused or taken back.
        RequestClosed = "request.closed",
        /// A payment is in the ledger.
        PaymentPosted = "payment.posted",
        /// Nothing is open of a bill any more.
        BillSettled = "bill.settled",
        /// An agreement is in force.
        AgreementEffective = "agreement.effective",
        /// An agreement is over: kept, or given back before it began.
        AgreementEnded = "agreement.ended",
        /// The house has given bills up.
        WriteOffApproved = "write_off.approved",
        /// Something of it came back: paid after all, or undone.
        WriteOffReversed = "write_off.reversed",
    }

    /// Where a delivery stands.
    pub enum Delivery {
        /// To be tried, or tried again.
        Due = "due",
        /// The endpoint has confirmed it.
        Delivered = "delivered",
        /// Tried as often as anything is; somebody must look.
        Dead = "dead",
    }
}

/// Tries of one delivery. The waits between them come to a little over 25 hours.
pub const TRIES: i32 = 10;
/// The first wait, in seconds; each is three times the one before …
const FIRST_WAIT: i64 = 30;
/// … up to eight hours.
const LONGEST_WAIT: i64 = 8 * 3600;

/// Seconds until the next try after `tried` failed ones. Up to a fifth more is added by `chance` (0 to 255), so that what failed
/// together does not come back together.
///
/// ```
/// use domain::webhooks::wait;
/// assert_eq!((wait(1, 0), wait(2, 0), wait(3, 0), wait(9, 0)), (30, 90, 270, 28_800));
/// assert_eq!((wait(1, 255), wait(9, 255)), (35, 34_537));
/// ```
#[must_use]
pub fn wait(tried: i32, chance: u8) -> i64 {
    let times = u32::try_from(tried.saturating_sub(1)).unwrap_or(0);
    let plain = 3_i64.saturating_pow(times).saturating_mul(FIRST_WAIT).min(LONGEST_WAIT);
    plain + plain * i64::from(chance) / 1280
}

/// Whether an address is one of the internet at large. Whoever registers an address must not make the server call its own
/// neighbours: loopback, private networks, the cloud's metadata, addresses that stand for others.
///
/// Sources: IANA's registries of special-purpose addresses (RFC 6890 and what has updated them).
///
/// ```
/// use domain::webhooks::is_public;
/// assert!(is_public("93.184.216.34".parse()?) && is_public("2606:2800:220:1::1".parse()?));
/// for inside in ["127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "::1", "fd00::1", "::ffff:10.0.0.1"] {
///     assert!(!is_public(inside.parse()?), "{inside}");
/// }
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match embedded(v6) {
            Some(v4) => is_public_v4(v4),
            None => is_public_v6(v6),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    // "This network", shared space (RFC 6598), protocol assignments, 6to4 relays, benchmarks (RFC 2544), reserved.
    let special = a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19))
        || a >= 240;
    !(special
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation())
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, NAT64 (RFC 6052) and 6to4 (RFC 3056).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let parts = address.segments();
    let of = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Some(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => of(high, low),
        [0x2002, high, low, ..] => of(high, low),
        _ => None,
    }
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // Only 2000::/3 is given out; of it, Teredo and other protocols (2001::/23), documentation and 3fff::/20 are special.
    let global = (first & 0xe000) == 0x2000;
    let special = matches!((first, second), (0x2001, 0..0x0200 | 0x0db8) | (0x3fff, 0..0x1000));
    global && !special
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_that_stand_for_others_are_looked_through() {
        for inside in
            ["::127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::10.0.0.1", "2002:a00:1::", "2001::1", "2001:db8::1", "ff02::1", "fe80::1", "::"]
        {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for inside in ["0.0.0.0", "0.1.2.3", "255.255.255.255", "198.18.0.1", "192.0.0.8", "224.0.0.1", "203.0.113.7"] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2804:14c::1", "172.32.0.1", "100.128.0.1", "192.0.1.1"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn the_waits_come_to_a_day_and_more() {
        let all: i64 = (1..TRIES).map(|tried| wait(tried, 0)).sum();
        assert_eq!(all, 30 + 90 + 270 + 810 + 2_430 + 7_290 + 21_870 + 28_800 + 28_800);
        assert!((24 * 3600..36 * 3600).contains(&all), "{all}");
    }

    proptest! {
        #[test]
        fn a_wait_is_never_nothing_and_never_a_day(tried in any::<i32>(), chance in any::<u8>()) {
            prop_assert!((30..12 * 3600).contains(&wait(tried, chance)));
        }
    }
}
