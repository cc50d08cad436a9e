//! The check digits of boletos: modulus 10 and modulus 11, as FEBRABAN's layouts define them.
//!
//! Never looks at what a digit belongs to. Digits come as ASCII in groups, so that a field and its neighbour are
//! summed without being copied together; what comes back is ASCII too (but for [`complement_11`], which is a number). The
//! exceptions of a single bank (`P`, `X`, double digits) are in that bank's file. The examples are the manuals' own.

/// The groups' digits from the last to the first.
fn from_right<'a>(groups: &'a [&'a [u8]]) -> impl Iterator<Item = u32> + 'a {
    // The low four bits of an ASCII digit are its value.
    groups.iter().rev().flat_map(|group| group.iter().rev()).map(|digit| u32::from(digit & 0x0f))
}

/// Modulus 10: weights 2, 1, 2, 1… from the right, the digits of each product added, what is missing to the next ten.
///
/// Any single wrong digit changes it. Source: FEBRABAN, fields 1 to 3 of the digitable line.
///
/// ```
/// # use domain::boleto::check_digit::modulo_10;
/// // Banco do Brasil's line 00190.50095 40144.816069 06809.350314 3 37370000000100: fields 1 and 2.
/// assert_eq!(modulo_10(&[b"001905009"]), b'5');
/// assert_eq!(modulo_10(&[b"40144", b"81606"]), b'9');
/// ```
#[must_use]
pub fn modulo_10(groups: &[&[u8]]) -> u8 {
    /// 2 × d with the digits of the product added.
    const DOUBLED: [u32; 16] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9, 0, 0, 0, 0, 0, 0];
    let (mut sum, mut double) = (0, true);
    for digit in from_right(groups) {
        sum += if double { DOUBLED[digit as usize & 15] } else { digit };
        double = !double;
    }
    ascii((10 - sum % 10) % 10)
}

/// Eleven less the remainder of the weighted sum, from 0 to 10; weights 2, 3… `heaviest`, 2, 3… from the right.
///
/// Every modulus 11 of the manuals is this number: they differ in what they print for 10, and a few for 0.
/// (Weights 9, 8… 2 with the remainder itself, as Banco do Brasil words it, give the same.)
///
/// ```
/// # use domain::boleto::check_digit::complement_11;
/// // Bradesco's carteira 19 and nosso número 00000000001, weights 2 to 7: 10, which that bank prints as P.
/// assert_eq!(complement_11(&[b"19", b"00000000001"], 7), 10);
/// ```
#[must_use]
pub fn complement_11(groups: &[&[u8]], heaviest: u32) -> u8 {
    let (mut sum, mut weight) = (0, 2);
    for digit in from_right(groups) {
        sum += digit * weight;
        weight = if weight >= heaviest { 2 } else { weight + 1 };
    }
    // At most 10.
    ((11 - sum % 11) % 11) as u8
}

/// Modulus 11 with weights 2 to 9 where 10 is written 0: collection guides (arrecadação) and most banks' own digits.
///
/// ```
/// # use domain::boleto::check_digit::modulo_11;
/// // Caixa's beneficiary 005507-7 and nosso número 14000000000000019-7.
/// assert_eq!(modulo_11(&[b"005507"]), b'7');
/// assert_eq!(modulo_11(&[b"14000000000000019"]), b'7');
/// ```
#[must_use]
pub fn modulo_11(groups: &[&[u8]]) -> u8 {
    match complement_11(groups, 9) {
        10 => b'0',
        digit => b'0' + digit,
    }
}

/// The general digit of a boleto's barcode over its other 43 digits: modulus 11 with weights 2 to 9, never 0
/// (0 and 10 are written 1).
///
/// ```
/// # use domain::boleto::check_digit::general;
/// // The fifth digit of 00193373700000001000500940144816060680935031, from the four before and the 39 behind it.
/// assert_eq!(general(&[b"0019", b"373700000001000500940144816060680935031"]), b'3');
/// ```
#[must_use]
pub fn general(groups: &[&[u8]]) -> u8 {
    match complement_11(groups, 9) {
        0 | 10 => b'1',
        digit => b'0' + digit,
    }
}

/// Modulus 11 with weights 2 to `heaviest` where 10 is written as `ten`: `X` or `P`.
///
/// ```
/// # use domain::boleto::check_digit::modulo_11_or;
/// // Banco do Brasil's nosso número 05009401448-1, and Bradesco's 19/00000000001-P.
/// assert_eq!(modulo_11_or(&[b"05009401448"], 9, b'X'), b'1');
/// assert_eq!(modulo_11_or(&[b"19", b"00000000001"], 7, b'P'), b'P');
/// ```
#[must_use]
pub fn modulo_11_or(groups: &[&[u8]], heaviest: u32, ten: u8) -> u8 {
    match complement_11(groups, heaviest) {
        10 => ten,
        digit => b'0' + digit,
    }
}

const fn ascii(digit: u32) -> u8 {
    b'0' + (digit % 10) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_manuals() {
        // Fields 1 to 3 of Banco do Brasil's example, 00190.50095 40144.816069 06809.350314.
        assert_eq!(modulo_10(&[b"001905009"]), b'5');
        assert_eq!(modulo_10(&[b"40144", b"81606"]), b'9');
        assert_eq!(modulo_10(&[b"0680935031"]), b'4');
        assert_eq!(general(&[b"0019", b"373700000001000500940144816060680935031"]), b'3');
        // Banco do Brasil's nosso número 05009401448-1.
        assert_eq!(modulo_11_or(&[b"05009401448"], 9, b'X'), b'1');
        // Caixa's 005507-7 and 14000000000000019-7.
        assert_eq!(modulo_11(&[b"005507"]), b'7');
        assert_eq!(modulo_11(&[b"14000000000000019"]), b'7');
    }

    #[test]
    fn groups_do_not_matter() {
        assert_eq!(modulo_10(&[b"12", b"", b"345"]), modulo_10(&[b"12345"]));
        assert_eq!(complement_11(&[b"1234567", b"89012"], 7), complement_11(&[b"123456789012"], 7));
    }
}
