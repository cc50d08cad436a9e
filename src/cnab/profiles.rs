//! Where each bank writes what, and what its codes mean: data, read by [`super::cnab240`] and [`super::cnab400`].
//!
//! Never invents a layout: a bank without a table is refused in CNAB 400, where columns and codes are each bank's own, and
//! read by FEBRABAN's manual in CNAB 240.
//!
//! Sources: FEBRABAN "Layout Padrão CNAB 240" v10.6 (segments T and U, code C044); the banks' CNAB 400 manuals; where a
//! manual was not at hand, the columns and the names of codes that eduardokum/laravel-boleto (`src/Cnab/Retorno`) reads.

use super::Movement::{
    self, Closed, Information, InstructionRejected, Paid, PaidAfterClosing, PaymentCancelled, PaymentPending, Registered, Rejected,
};
use super::fields::{Field, Order, at};

/// The codes of each meaning; a code in none of the lists is [`Movement::Unknown`].
pub(super) type Codes = &'static [(Movement, &'static [&'static str])];

pub(super) fn meaning(codes: Codes, code: &str) -> Movement {
    codes.iter().find(|(_, codes)| codes.contains(&code)).map_or(Movement::Unknown, |(movement, _)| *movement)
}

/// Segment T of CNAB 240; segment U is the same at all banks.
pub(super) struct Profile240 {
    bank: &'static str,
    pub(super) nosso_numero: Field,
    pub(super) document: Field,
    pub(super) due: Field,
    pub(super) amount: Field,
    pub(super) company_use: Field,
    pub(super) fee: Field,
    pub(super) motives: Field,
    pub(super) codes: Codes,
}

/// FEBRABAN's own columns and codes (C044).
const FEBRABAN: Profile240 = Profile240 {
    bank: "",
    nosso_numero: at(38, 57),
    document: at(59, 73),
    due: at(74, 81),
    amount: at(82, 96),
    company_use: at(106, 130),
    fee: at(199, 213),
    motives: at(214, 223),
    codes: &[
        (Registered, &["02"]),
        (Rejected, &["03"]),
        // 45: paid by a cheque that has cleared.
        (Paid, &["06", "45"]),
        (PaidAfterClosing, &["17"]),
        // 25: protested and closed.
        (Closed, &["09", "25"]),
        (InstructionRejected, &["26", "30"]),
        // 44: the cheque that paid was returned.
        (PaymentCancelled, &["44"]),
        // 50: paid by a cheque that has yet to clear.
        (PaymentPending, &["50"]),
        (
            Information,
            &[
                "04", "05", "07", "08", "11", "12", "13", "14", "19", "20", "23", "24", "27", "28", "29", "38", "39", "51", "52", "53",
                "61", "63",
            ],
        ),
    ],
};

static PROFILES_240: &[Profile240] = &[
    // Santander's segment T leaves out five columns of FEBRABAN's.
    Profile240 {
        bank: "033",
        nosso_numero: at(41, 53),
        document: at(55, 69),
        due: at(70, 77),
        amount: at(78, 92),
        company_use: at(101, 125),
        fee: at(194, 208),
        motives: at(209, 218),
        ..FEBRABAN
    },
    Profile240 {
        bank: "104",
        nosso_numero: at(40, 56),
        document: at(59, 69),
        codes: &[
            (Registered, &["02"]),
            (Rejected, &["03", "40"]),
            // 46: paid on line.
            (Paid, &["06", "46"]),
            (PaidAfterClosing, &["17"]),
            (Closed, &["09", "25"]),
            (InstructionRejected, &["26", "30", "41"]),
            // 44: a closing or a payment undone; 47: an on-line payment undone.
            (PaymentCancelled, &["44", "47"]),
            (
                Information,
                &["04", "05", "07", "08", "11", "12", "13", "14", "19", "20", "23", "24", "27", "28", "29", "35", "36", "45", "61", "62"],
            ),
        ],
        ..FEBRABAN
    },
    Profile240 { bank: "341", nosso_numero: at(41, 48), document: at(59, 68), motives: at(214, 221), codes: ITAU, ..FEBRABAN },
    Profile240 { bank: "756", nosso_numero: at(38, 47), ..FEBRABAN },
];

pub(super) fn profile_240(bank: &str) -> &'static Profile240 {
    static DEFAULT: Profile240 = FEBRABAN;
    PROFILES_240.iter().find(|profile| profile.bank == bank).unwrap_or(&DEFAULT)
}

/// Itaú's codes, the same in both layouts. 10 closes a title because it was paid, by Pix for one.
const ITAU: Codes = &[
    (Registered, &["02", "64", "71", "73"]),
    (Rejected, &["03", "60"]),
    (Paid, &["06", "07", "08", "10", "59"]),
    (Closed, &["05", "09", "32", "47", "72"]),
    (InstructionRejected, &["15", "16", "17", "18", "24", "74"]),
    (PaymentPending, &["65"]),
    (PaymentCancelled, &["69"]),
    (
        Information,
        &[
            "04", "11", "12", "13", "14", "19", "20", "21", "23", "25", "26", "27", "28", "29", "30", "33", "34", "35", "36", "37", "38",
            "39", "40", "41", "42", "43", "44", "45", "46", "48", "51", "52", "53", "54", "55", "56", "57", "61", "62", "63", "75", "77",
            "78", "79",
        ],
    ),
];

/// The details of a CNAB 400 return.
pub(super) struct Profile400 {
    bank: &'static str,
    /// The type of record (column 1) that holds a title.
    pub(super) record: char,
    pub(super) company_use: Option<Field>,
    pub(super) nosso_numero: Field,
    pub(super) code: Field,
    pub(super) occurred_on: Field,
    pub(super) document: Option<Field>,
    pub(super) due: Field,
    pub(super) amount: Field,
    pub(super) fee: Option<Field>,
    pub(super) other_expenses: Option<Field>,
    pub(super) tax: Option<Field>,
    pub(super) abatement: Option<Field>,
    pub(super) discount: Option<Field>,
    pub(super) paid: Field,
    /// Whether `paid` is what the bank credited, its fee already taken off.
    pub(super) net: bool,
    pub(super) interest: Option<Field>,
    pub(super) fine: Option<Field>,
    pub(super) other_credits: Option<Field>,
    pub(super) credited_on: Option<(Field, Order)>,
    /// The motives and how many characters each has.
    pub(super) motives: Option<(Field, usize)>,
    pub(super) codes: Codes,
    /// The date of the file, in the header.
    pub(super) date: (Field, Order),
    /// The number the bank gives its files, in the header.
    pub(super) sequence: Option<Field>,
    /// In the trailer, how many details the file has and the sum of their amounts.
    pub(super) totals: Option<(Field, Field)>,
}

/// What most banks share; the codes are those of CNAB 400's common core alone.
const COMMON: Profile400 = Profile400 {
    bank: "",
    record: '1',
    company_use: Some(at(38, 62)),
    nosso_numero: at(63, 73),
    code: at(109, 110),
    occurred_on: at(111, 116),
    document: Some(at(117, 126)),
    due: at(147, 152),
    amount: at(153, 165),
    fee: Some(at(176, 188)),
    other_expenses: Some(at(189, 201)),
    tax: Some(at(215, 227)),
    abatement: Some(at(228, 240)),
    discount: Some(at(241, 253)),
    paid: at(254, 266),
    net: false,
    interest: Some(at(267, 279)),
    fine: None,
    other_credits: Some(at(280, 292)),
    credited_on: Some((at(296, 301), Order::DayFirst)),
    motives: None,
    codes: &[(Registered, &["02"]), (Rejected, &["03"]), (Paid, &["06"]), (Closed, &["09", "10"]), (Information, &["12", "13", "14"])],
    date: (at(95, 100), Order::DayFirst),
    sequence: None,
    totals: None,
};

/// Banco do Brasil: 05 without registration, 07 in part, 08 by balance, 15 at a notary; 46 by a cheque yet to clear, 44 by
/// one that was returned. The fee has seven columns, after the date of credit.
const BANCO_DO_BRASIL: Profile400 = Profile400 {
    bank: "001",
    credited_on: Some((at(176, 181), Order::DayFirst)),
    fee: Some(at(182, 188)),
    codes: &[
        (Registered, &["02"]),
        (Rejected, &["03"]),
        (Paid, &["05", "06", "07", "08", "15"]),
        (Closed, &["09", "10"]),
        (PaymentPending, &["46"]),
        (PaymentCancelled, &["44"]),
        (Information, &["11", "12", "13", "14", "61"]),
    ],
    sequence: Some(at(101, 107)),
    ..COMMON
};

/// Bradesco: 22 a payment cancelled, 40 one given back, 16 by a cheque yet to clear.
const BRADESCO: Profile400 = Profile400 {
    bank: "237",
    nosso_numero: at(71, 82),
    motives: Some((at(319, 328), 2)),
    codes: &[
        (Registered, &["02"]),
        (Rejected, &["03", "24"]),
        (Paid, &["06", "15"]),
        (PaidAfterClosing, &["17"]),
        (PaymentPending, &["16"]),
        (PaymentCancelled, &["22", "40"]),
        (Closed, &["09", "10"]),
        (InstructionRejected, &["27", "30", "32"]),
        (Information, &["12", "13", "14", "23", "55", "69"]),
    ],
    sequence: Some(at(109, 113)),
    ..COMMON
};

static PROFILES_400: &[Profile400] = &[
    // Agreements of seven digits have details of type 7, those of six have type 1.
    Profile400 { record: '7', company_use: Some(at(39, 63)), nosso_numero: at(64, 80), ..BANCO_DO_BRASIL },
    BANCO_DO_BRASIL,
    // Banco do Nordeste writes no date of credit; 51 is a title refused.
    Profile400 {
        bank: "004",
        nosso_numero: at(63, 70),
        credited_on: None,
        codes: &[
            (Registered, &["02"]),
            (Rejected, &["51"]),
            (Paid, &["06", "07", "08"]),
            (Closed, &["09", "10", "15"]),
            (Information, &["04", "12", "13", "14", "18", "21", "22"]),
        ],
        ..COMMON
    },
    // Santander: 16 is a title that had been closed or paid; an amount with it was paid after that.
    Profile400 {
        bank: "033",
        nosso_numero: at(63, 70),
        motives: Some((at(137, 145), 3)),
        codes: &[
            (Registered, &["02"]),
            (Rejected, &["03"]),
            (Paid, &["06", "07", "08", "17"]),
            (PaidAfterClosing, &["16"]),
            (Closed, &["09", "10"]),
            (Information, &["12", "13", "14", "21"]),
        ],
        ..COMMON
    },
    // Banrisul: 08 closes a title because it was paid; 30 and 31 are payments still on their way to the account.
    Profile400 {
        bank: "041",
        nosso_numero: at(63, 72),
        motives: Some((at(383, 392), 2)),
        codes: &[
            (Registered, &["02", "47"]),
            (Rejected, &["03"]),
            (Paid, &["06", "07", "08", "15"]),
            (PaymentPending, &["30", "31"]),
            (Closed, &["04", "09", "10", "25", "26", "40"]),
            (Information, &["12", "13", "14", "16", "18", "23", "33", "42", "69"]),
        ],
        ..COMMON
    },
    // Inter has columns of its own.
    Profile400 {
        bank: "077",
        nosso_numero: at(71, 81),
        code: at(90, 91),
        occurred_on: at(92, 97),
        document: Some(at(98, 107)),
        due: at(119, 124),
        amount: at(125, 137),
        fee: None,
        other_expenses: None,
        tax: None,
        abatement: None,
        discount: None,
        paid: at(160, 172),
        interest: None,
        other_credits: None,
        credited_on: Some((at(173, 178), Order::DayFirst)),
        codes: &[(Registered, &["02"]), (Rejected, &["03"]), (Paid, &["06"]), (Closed, &["07"])],
        ..COMMON
    },
    // Caixa: 23 returned, 24 franked, 25 protested; 33 undoes a closing or a payment.
    Profile400 {
        bank: "104",
        company_use: Some(at(32, 56)),
        nosso_numero: at(57, 73),
        credited_on: Some((at(294, 299), Order::DayFirst)),
        motives: Some((at(80, 82), 3)),
        other_expenses: None,
        codes: &[
            (Registered, &["01"]),
            (Rejected, &["99"]),
            (Paid, &["21", "22"]),
            (PaymentCancelled, &["33"]),
            (Closed, &["02", "23", "24", "25"]),
            (Information, &["04", "08", "11", "12", "28", "29", "34", "35"]),
        ],
        ..COMMON
    },
    BRADESCO,
    // Itaú's amount (254 to 266) is what it credited: its sample has 395,41 + 0,01 of interest − 3,33 of fee = 392,09.
    Profile400 {
        bank: "341",
        nosso_numero: at(86, 94),
        net: true,
        motives: Some((at(378, 385), 2)),
        codes: ITAU,
        sequence: Some(at(109, 113)),
        totals: Some((at(213, 220), at(221, 234))),
        ..COMMON
    },
    // HSBC is gone, its old files are not. 06 to 16 and 38 were paid in cash, 31 to 36 and 39 by cheque.
    Profile400 {
        bank: "399",
        credited_on: None,
        codes: &[
            (Registered, &["02"]),
            (Rejected, &["03"]),
            (Paid, &["06", "07", "15", "31", "32", "33", "38", "39"]),
            (PaidAfterClosing, &["16", "36"]),
            (Closed, &["09", "10", "37"]),
            (Information, &["12", "13", "14", "23", "49", "73", "74"]),
        ],
        ..COMMON
    },
    Profile400 {
        bank: "643",
        credited_on: None,
        motives: Some((at(378, 385), 2)),
        codes: &[
            (Registered, &["01", "02"]),
            (Rejected, &["03"]),
            (Paid, &["06", "08", "10"]),
            (Closed, &["09", "43"]),
            (InstructionRejected, &["15", "16"]),
            (Information, &["05", "12", "13", "14", "22", "40", "97", "98"]),
        ],
        ..COMMON
    },
    Profile400 { bank: "712", codes: COMMON.codes, sequence: None, ..BRADESCO },
    Profile400 {
        bank: "748",
        company_use: None,
        nosso_numero: at(48, 62),
        tax: None,
        fine: Some(at(280, 292)),
        other_credits: None,
        credited_on: Some((at(329, 336), Order::YearFirst)),
        motives: Some((at(319, 328), 2)),
        codes: &[
            (Registered, &["02"]),
            (Rejected, &["03", "24"]),
            (Paid, &["06", "15"]),
            (PaidAfterClosing, &["17"]),
            (Closed, &["09", "10"]),
            (InstructionRejected, &["27", "30", "32"]),
            (Information, &["12", "13", "14", "23", "29", "33", "35"]),
        ],
        date: (at(95, 102), Order::YearFirst),
        sequence: Some(at(111, 117)),
        ..COMMON
    },
    // Sicoob's 05 is paid without registration.
    Profile400 {
        bank: "756",
        nosso_numero: at(63, 74),
        document: Some(at(117, 134)),
        credited_on: Some((at(176, 181), Order::DayFirst)),
        fee: Some(at(182, 188)),
        codes: &[(Registered, &["02"]), (Paid, &["05", "06", "15"]), (Closed, &["09", "10"]), (Information, &["14", "23"])],
        ..COMMON
    },
];

/// How a bank writes the details of this type of record.
pub(super) fn profile_400(bank: &str, record: char) -> Option<&'static Profile400> {
    PROFILES_400.iter().find(|profile| profile.bank == bank && profile.record == record)
}

/// How a bank writes its header and trailer.
pub(super) fn bank_400(bank: &str) -> Option<&'static Profile400> {
    PROFILES_400.iter().find(|profile| profile.bank == bank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_has_two_meanings() {
        let tables = PROFILES_240.iter().map(|profile| (profile.bank, profile.codes));
        for (bank, codes) in tables.chain(PROFILES_400.iter().map(|profile| (profile.bank, profile.codes))).chain([("", FEBRABAN.codes)]) {
            let mut all: Vec<_> = codes.iter().flat_map(|(_, codes)| codes.iter()).collect();
            let written = all.len();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), written, "{bank}");
        }
    }

    #[test]
    fn codes_are_each_banks_own() {
        let of = |bank, code| meaning(bank_400(bank).unwrap().codes, code);
        assert_eq!(of("237", "17"), PaidAfterClosing);
        assert_eq!(of("237", "22"), PaymentCancelled);
        assert_eq!(of("341", "17"), InstructionRejected);
        assert_eq!(of("104", "21"), Paid);
        assert_eq!(of("033", "77"), Movement::Unknown);
        assert_eq!(meaning(profile_240("341").codes, "17"), InstructionRejected);
        assert_eq!(meaning(profile_240("001").codes, "17"), PaidAfterClosing);
        assert_eq!(meaning(profile_240("104").codes, "46"), Paid);
    }
}
