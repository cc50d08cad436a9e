//! Where each bank writes what in CNAB 400, and what its codes mean: data, read by [`super::cnab400`].
//!
//! Never invents a layout: a bank without a table is refused, because columns and codes are each bank's own.
//!
//! Sources: the banks' CNAB 400 manuals; where a manual was not at hand, the columns and the names of codes that
//! eduardokum/laravel-boleto (`src/Cnab/Retorno/Cnab400`) reads.

use super::Movement::{
    Closed, Information, InstructionRejected, Paid, PaidAfterClosing, PaymentCancelled, PaymentPending, Registered, Rejected,
};
use super::codes::{self, Answers, Codes};
use super::fields::{Field, Order, at};

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
    /// Where the instruction stands that the bank answers to, and what code and instruction mean together.
    pub(super) answers: Option<(Field, Answers)>,
    /// The date of the file, in the header.
    pub(super) date: (Field, Order),
    /// The number the bank gives its files, in the header.
    pub(super) sequence: Option<Field>,
    /// What the trailer counts of the file; not what it counts of the bank's portfolio.
    pub(super) totals: &'static [Total],
}

/// In the trailer, how many details have one of these codes, or any where there are none, and the sum of their amounts.
#[derive(Clone, Copy)]
pub(super) struct Total {
    pub(super) codes: &'static [&'static str],
    pub(super) details: Field,
    pub(super) amount: Option<Field>,
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
    answers: None,
    date: (at(95, 100), Order::DayFirst),
    sequence: None,
    totals: &[],
};

/// Banco do Brasil: 05 without registration, 07 in part, 08 by balance, 15 at a notary; 46 by a cheque yet to clear, 44 by
/// one that was returned. The fee has seven columns, after the date of credit.
const BANCO_DO_BRASIL: Profile400 = Profile400 {
    bank: "001",
    credited_on: Some((at(176, 181), Order::DayFirst)),
    fee: Some(at(182, 188)),
    // Why a command was refused, or how a title was paid or closed.
    motives: Some((at(87, 88), 2)),
    codes: &[
        (Registered, &["02"]),
        (Rejected, &["03"]),
        (Paid, &["05", "06", "07", "08", "15"]),
        (Closed, &["09", "10"]),
        (PaymentPending, &["46"]),
        (PaymentCancelled, &["44"]),
        (
            Information,
            &[
                "11", "12", "13", "14", "16", "19", "20", "21", "22", "23", "24", "25", "26", "28", "31", "32", "33", "34", "35", "36",
                "37", "38", "39", "41", "42", "61", "72", "96", "97", "98",
            ],
        ),
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
        (Information, &["11", "12", "13", "14", "18", "19", "20", "21", "23", "28", "29", "33", "34", "35", "55", "68", "69"]),
    ],
    sequence: Some(at(109, 113)),
    // Counts alone: the manual does not say of which amount the sums are ("400 posições", return, trailer), and a sample
    // sums its entries otherwise than their nominal amounts.
    totals: &[
        Total { codes: &["02"], details: at(58, 62), amount: None },
        Total { codes: &["06"], details: at(87, 91), amount: None },
        Total { codes: &["09", "10"], details: at(104, 108), amount: None },
        Total { codes: &["13"], details: at(121, 125), amount: None },
        Total { codes: &["14"], details: at(138, 142), amount: None },
        Total { codes: &["12"], details: at(155, 159), amount: None },
    ],
    ..COMMON
};

/// Pine's layout, which Fibra, Rendimento and Delbank share: 01 is registered at the payments' chamber (CIP).
const PINE: Profile400 = Profile400 {
    bank: "643",
    credited_on: None,
    motives: Some((at(378, 385), 2)),
    codes: &[
        (Registered, &["01", "02"]),
        (Rejected, &["03"]),
        (Paid, &["06", "08", "10"]),
        (Closed, &["09", "43"]),
        (InstructionRejected, &["15", "16"]),
        (Information, &["05", "12", "13", "14", "19", "20", "22", "23", "24", "28", "40", "96", "97", "98", "99"]),
    ],
    ..COMMON
};

static PROFILES_400: &[Profile400] = &[
    // Agreements of seven digits have details of type 7, those of six have type 1.
    Profile400 { record: '7', company_use: Some(at(39, 63)), nosso_numero: at(64, 80), ..BANCO_DO_BRASIL },
    BANCO_DO_BRASIL,
    // Banco do Nordeste writes no date of credit; 51 is a title refused, and 52 to 72 an
    // error of the code fifty below.
    Profile400 {
        bank: "004",
        nosso_numero: at(63, 70),
        credited_on: None,
        codes: &[
            (Registered, &["02"]),
            (Rejected, &["51", "52"]),
            (Paid, &["06", "07", "08"]),
            (Closed, &["09", "10", "15"]),
            (InstructionRejected, &["54", "59", "60", "62", "63", "64", "65", "68", "69", "70", "71", "72"]),
            (Information, &["04", "11", "12", "13", "14", "18", "19", "20", "21", "22"]),
        ],
        ..COMMON
    },
    // Santander: 16 is a title that had been closed or paid; an amount with it was paid after that.
    // 01 answers to an instruction for a title that does not exist.
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
            (InstructionRejected, &["01"]),
            (Information, &["11", "12", "13", "14", "15", "21", "22", "24", "25", "26"]),
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
            (
                Information,
                &[
                    "11", "12", "13", "14", "16", "18", "19", "20", "21", "22", "23", "32", "33", "34", "41", "42", "43", "44", "45", "46",
                    "68", "69",
                ],
            ),
        ],
        ..COMMON
    },
    // Banco de Brasília's dates have eight digits. Its codes have no source: each is unknown, and somebody must look.
    // (Columns: kivanio/brcobranca and BoletoNet/boletonet.)
    Profile400 {
        bank: "070",
        nosso_numero: at(71, 82),
        occurred_on: at(111, 118),
        document: Some(at(129, 140)),
        due: at(149, 156),
        amount: at(157, 169),
        fee: Some(at(180, 192)),
        other_expenses: Some(at(193, 205)),
        tax: Some(at(219, 231)),
        abatement: Some(at(232, 244)),
        discount: Some(at(245, 257)),
        paid: at(258, 270),
        interest: None,
        other_credits: Some(at(284, 296)),
        credited_on: Some((at(300, 307), Order::DayFirst)),
        motives: Some((at(365, 394), 2)),
        codes: &[],
        date: (at(95, 102), Order::DayFirst),
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
    // Credisis ("Layout CNAB 400", version 1.1): 05 is a title it discounted, 06 an entry it refused.
    Profile400 {
        bank: "097",
        company_use: None,
        nosso_numero: at(57, 76),
        code: at(77, 78),
        occurred_on: at(79, 84),
        document: Some(at(85, 94)),
        fee: None,
        other_expenses: None,
        tax: None,
        abatement: None,
        other_credits: None,
        credited_on: Some((at(176, 181), Order::DayFirst)),
        codes: &[
            (Registered, &["01"]),
            (Paid, &["02"]),
            (Closed, &["03", "04"]),
            (Rejected, &["06"]),
            (InstructionRejected, &["08"]),
            (Information, &["05", "07"]),
        ],
        sequence: Some(at(101, 107)),
        ..COMMON
    },
    // Caixa ("CNAB 400 SIGCB", 67.126 v015): 23 returned, 24 franked, 25 protested; 33 undoes a closing or a payment. Interest
    // and fine stand apart.
    Profile400 {
        bank: "104",
        company_use: Some(at(32, 56)),
        nosso_numero: at(57, 73),
        credited_on: Some((at(294, 299), Order::DayFirst)),
        motives: Some((at(80, 82), 3)),
        other_expenses: None,
        fine: Some(at(280, 292)),
        other_credits: None,
        sequence: Some(at(390, 394)),
        codes: &[
            (Registered, &["01"]),
            (Rejected, &["99"]),
            (Paid, &["21", "22"]),
            (PaymentCancelled, &["33"]),
            (Closed, &["02", "23", "24", "25"]),
            (
                Information,
                &["03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "20", "26", "27", "28", "29", "30", "31", "32", "34", "35"],
            ),
        ],
        ..COMMON
    },
    // Cresol writes FEBRABAN's codes in Bradesco's columns ("Integrada, retorno CNAB 400").
    Profile400 { bank: "133", codes: codes::FEBRABAN, sequence: None, totals: &[], ..BRADESCO },
    // Unicred ("Layout CNAB 400 - Retorno"): the number of the document stands where others have other credits.
    Profile400 {
        bank: "136",
        company_use: None,
        nosso_numero: at(46, 62),
        document: Some(at(280, 305)),
        fee: Some(at(182, 188)),
        other_expenses: None,
        tax: None,
        other_credits: None,
        credited_on: Some((at(176, 181), Order::DayFirst)),
        motives: Some((at(319, 326), 2)),
        codes: codes::UNICRED,
        answers: Some((at(327, 328), codes::UNICRED_ANSWERS)),
        ..COMMON
    },
    Profile400 { bank: "224", ..PINE },
    BRADESCO,
    // C6: 07 is paid after it was closed; 72 closes what another bank was paid, 74 takes that back; 75 paid in part.
    Profile400 {
        bank: "336",
        tax: None,
        other_expenses: None,
        fine: Some(at(280, 292)),
        other_credits: None,
        motives: Some((at(378, 393), 4)),
        codes: &[
            (Registered, &["02"]),
            (Rejected, &["03"]),
            (Paid, &["06", "08", "75"]),
            (PaidAfterClosing, &["07"]),
            (PaymentPending, &["65"]),
            (PaymentCancelled, &["69"]),
            (Closed, &["09", "10", "32", "72"]),
            (InstructionRejected, &["15", "16", "17", "90"]),
            (
                Information,
                &[
                    "04", "05", "12", "13", "14", "19", "20", "21", "23", "29", "35", "36", "37", "38", "71", "74", "95", "96", "97", "98",
                    "99",
                ],
            ),
        ],
        date: (at(125, 130), Order::DayFirst),
        ..COMMON
    },
    // Itaú's amount (254 to 266) is what it credited: its sample has 395,41 + 0,01 of interest − 3,33 of fee = 392,09.
    Profile400 {
        bank: "341",
        nosso_numero: at(86, 94),
        net: true,
        motives: Some((at(378, 385), 2)),
        codes: codes::ITAU,
        sequence: Some(at(109, 113)),
        totals: &[Total { codes: &[], details: at(213, 220), amount: Some(at(221, 234)) }],
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
            (InstructionRejected, &["71"]),
            (Information, &["11", "12", "13", "14", "17", "18", "21", "22", "23", "27", "49", "51", "52", "69", "70", "72", "73", "74"]),
        ],
        ..COMMON
    },
    // Delbank: 10 closes a title because it was paid.
    Profile400 {
        bank: "435",
        credited_on: Some((at(386, 391), Order::DayFirst)),
        motives: Some((at(319, 328), 2)),
        codes: &[
            (Registered, &["01", "02"]),
            (Rejected, &["03"]),
            (Paid, &["06", "08"]),
            (Closed, &["09", "10", "43"]),
            (InstructionRejected, &["15", "16"]),
            (Information, &["05", "12", "13", "14", "19", "20", "22", "23", "24", "28", "40", "96", "97", "98", "99"]),
        ],
        ..PINE
    },
    Profile400 { bank: "633", ..PINE },
    PINE,
    Profile400 { bank: "712", codes: COMMON.codes, sequence: None, totals: &[], ..BRADESCO },
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
            (Information, &["12", "13", "14", "19", "20", "23", "28", "29", "33", "34", "35"]),
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
        codes: &[
            (Registered, &["02"]),
            (Paid, &["05", "06", "15"]),
            (Closed, &["09", "10"]),
            (Information, &["04", "11", "14", "23", "27", "48"]),
        ],
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
    use crate::cnab::codes::meaning;

    #[test]
    fn no_code_has_two_meanings() {
        for profile in PROFILES_400 {
            codes::assert_unambiguous(profile.bank, profile.codes);
        }
    }

    #[test]
    fn codes_are_each_banks_own() {
        let of = |bank, code| meaning(bank_400(bank).unwrap().codes, code);
        assert_eq!(of("237", "17"), PaidAfterClosing);
        assert_eq!(of("237", "22"), PaymentCancelled);
        assert_eq!(of("341", "17"), InstructionRejected);
        assert_eq!(of("104", "21"), Paid);
        assert_eq!(of("097", "02"), Paid);
    }
}
