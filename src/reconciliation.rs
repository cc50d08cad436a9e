//! Reconciliation: what a line of a bank's return file does to the bills of its slip, and whose slip it is.
//!
//! Never matches by name, never forgives principal, and never keeps more late charges than the contract allows or the bank
//! says it took: what is left over stays the payer's.
//!
//! Of what was paid, each centavo goes to one place: the charges for paying late, then what was open, then the payer's
//! credit. Charges that were not paid are forgiven within the creditor's [`Tolerance`] and stay open beyond it; principal that
//! was not paid always stays open.
//!
//! ```
//! use domain::charges::Tolerance;
//! use domain::money::Money;
//! use domain::reconciliation::{Due, Received, split};
//! // R$ 523,47 was open, with a fine of 10,47 and interest of 6,46; the bank took 540,38, two centavos less.
//! let due = Due { open: Money::cents(52_347), fine: Money::cents(1_047), interest: Money::cents(646) };
//! let received = Received { paid: Money::cents(54_038), charged: Some(Money::cents(1_691)), ..Received::default() };
//! let split = split(&due, &received, &Tolerance::default());
//! assert_eq!((split.principal, split.fine, split.interest), (Money::cents(52_347), Money::cents(1_047), Money::cents(644)));
//! assert!(split.tolerated && split.excess.is_zero() && split.left(due.open).is_zero());
//! ```

use chrono::NaiveDate;

use crate::calendar::Calendar;
use crate::charges::{Posted, Terms, Tolerance, late_charges, late_charges_after};
use crate::cnab::Movement;
use crate::money::Money;
use crate::slips::SlipState;
use crate::statement::Standing;
use crate::words::words;

words! {
    /// What came of a line.
    pub enum Outcome {
        /// The bill is paid, to the centavo.
        Settled = "settled",
        /// The bill is paid; its late charges differ from ours by so little that nobody asks for it.
        WithinTolerance = "within_tolerance",
        /// Something of the bill, or of its late charges, is still open.
        Partial = "partial",
        /// The bill is paid, and more: the rest is the customer's.
        Excess = "excess",
        /// Paid after the bank had closed the slip.
        AfterClosing = "after_closing",
        /// Paid with a slip that another one had replaced.
        Superseded = "superseded",
        /// Paid although the house had given the bill up: what was paid is not given up any more.
        WrittenOff = "written_off",
        /// Paid although the bill is in an agreement.
        InAgreement = "in_agreement",
        /// Nothing was open any more: all of it is the customer's.
        Duplicate = "duplicate",
        /// The same payment as one that we have from another file: somebody must say whether it is another.
        Repeated = "repeated",
        /// A payment is undone.
        Cancelled = "cancelled",
        /// A payment would be undone that we do not have.
        NothingToCancel = "nothing_to_cancel",
        /// Money whose slip we do not know.
        Unidentified = "unidentified",
        /// The slip was closed without payment.
        Closed = "closed",
        /// The bank has registered the slip.
        Registered = "registered",
        /// The bank has refused the slip, or an instruction.
        Rejected = "rejected",
        /// Money that has yet to clear.
        Pending = "pending",
        /// Something else that the bank's table names.
        Information = "information",
        /// A code of no table: somebody must look.
        Unknown = "unknown",
    }

    /// By what a line found its slip.
    pub enum MatchedBy {
        /// The bank's number of the slip.
        NossoNumero = "nosso_numero",
        /// What the creditor wrote for itself (uso da empresa).
        CompanyUse = "company_use",
        /// The creditor's number of the document, with amount and due date.
        Document = "document",
        /// A person who looked.
        Staff = "staff",
    }

    /// How far money is.
    pub enum Stage {
        /// The customer says so.
        Informed = "informed",
        /// The bank's file says so.
        Found = "found",
        /// It is in the account.
        Cleared = "cleared",
        /// The bank took it back.
        Reversed = "reversed",
    }
}

impl Outcome {
    /// Whether money moved in the ledger.
    #[must_use]
    pub const fn moves_money(self) -> bool {
        matches!(
            self,
            Self::Settled
                | Self::WithinTolerance
                | Self::Partial
                | Self::Excess
                | Self::AfterClosing
                | Self::Superseded
                | Self::WrittenOff
                | Self::InAgreement
                | Self::Duplicate
                | Self::Cancelled
        )
    }

    /// Whether somebody has to look at it.
    #[must_use]
    pub const fn needs_eyes(self) -> bool {
        matches!(self, Self::InAgreement | Self::Repeated | Self::Unidentified | Self::NothingToCancel | Self::Rejected | Self::Unknown)
    }
}

impl Stage {
    /// How far a payment is on a day: in the account once the bank's day of credit is there.
    #[must_use]
    pub fn of(credited_on: Option<NaiveDate>, reversed: bool, today: NaiveDate) -> Self {
        match credited_on {
            _ if reversed => Self::Reversed,
            Some(day) if day <= today => Self::Cleared,
            _ => Self::Found,
        }
    }
}

/// What there is to pay on the day of payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// What is open of the bills, without late charges that were not posted.
    pub open: Money,
    /// The fine for paying late, as of the day of payment.
    pub fine: Money,
    /// The interest for paying late, correction included, as of the day of payment.
    pub interest: Money,
}

/// What the bank says of a payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// All that was paid, the bank's fee not taken off.
    pub paid: Money,
    /// Of that, what was charged for paying late, fine and interest together; none where the layout is silent.
    pub charged: Option<Money>,
    /// Of what was charged, the fine, where the bank writes it apart.
    pub fine: Option<Money>,
    /// What the bank took off: discount and abatement.
    pub discount: Money,
}

/// Where each centavo goes. `principal + fine + interest + excess` is what was paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// What was open.
    pub principal: Money,
    /// The fine.
    pub fine: Money,
    /// The interest.
    pub interest: Money,
    /// The payer's credit.
    pub excess: Money,
    /// Taken off what was open, without money.
    pub discount: Money,
    /// The fine that becomes due and is not paid.
    pub unpaid_fine: Money,
    /// The interest that becomes due and is not paid.
    pub unpaid_interest: Money,
    /// Whether a difference in late charges was let pass.
    pub tolerated: bool,
}

impl Split {
    /// All that was paid.
    #[must_use]
    pub fn paid(&self) -> Money {
        self.principal + self.fine + self.interest + self.excess
    }

    /// The fine to be posted, paid or not.
    #[must_use]
    pub fn fine_posted(&self) -> Money {
        self.fine + self.unpaid_fine
    }

    /// The interest to be posted, paid or not.
    #[must_use]
    pub fn interest_posted(&self) -> Money {
        self.interest + self.unpaid_interest
    }

    /// What is open afterwards, of what was open before; the credit is told apart.
    #[must_use]
    pub fn left(&self, open: Money) -> Money {
        open - self.discount - self.principal + self.unpaid_fine + self.unpaid_interest
    }
}

/// Splits a payment.
///
/// What the bank charged is believed up to our own figure plus the tolerance; where it charged more, our figure holds. Where it
/// does not say what it charged, what was paid beyond the open amount is charges, up to our figure. A fine or interest that was
/// not paid is posted only where all principal is paid and more than the tolerance is missing: before that, it goes on growing
/// by itself.
#[must_use]
pub fn split(due: &Due, received: &Received, tolerance: &Tolerance) -> Split {
    let open = due.open.max(Money::ZERO);
    let paid = received.paid.max(Money::ZERO);
    if open.is_zero() {
        return Split { excess: paid, ..Split::default() };
    }
    let expected = due.fine + due.interest;
    let discount = received.discount.max(Money::ZERO).min(open);
    let principal_due = open - discount;
    let beyond = (paid - principal_due).max(Money::ZERO);
    let said = received.charged.filter(|charged| charged.is_positive());
    let believed = match said {
        Some(said) if said <= expected || tolerance.accepts(expected, said) => said,
        Some(_) => expected,
        None if expected.is_positive() && beyond > expected && tolerance.accepts(expected, beyond) => beyond,
        None => expected.min(beyond),
    };
    let mut charges = believed.min(paid);
    let principal = (paid - charges).min(principal_due);
    let mut rest = paid - charges - principal;
    // The bank said that it charged less than it took: up to our figure that is charges as well.
    let more = rest.min((expected - charges).max(Money::ZERO));
    charges += more;
    rest -= more;
    let missing = if principal == principal_due { (expected - charges).max(Money::ZERO) } else { Money::ZERO };
    let let_pass = missing.is_zero() || tolerance.accepts(expected, charges);
    // Our fine first, unless the bank tells its own: interest is where two computers differ.
    let fine = received.fine.filter(|fine| fine.is_positive()).unwrap_or(due.fine).min(charges);
    let unpaid_fine = if let_pass { Money::ZERO } else { (due.fine - fine).max(Money::ZERO).min(missing) };
    Split {
        principal,
        fine,
        interest: charges - fine,
        excess: rest,
        discount,
        unpaid_fine,
        unpaid_interest: if let_pass { Money::ZERO } else { missing - unpaid_fine },
        tolerated: let_pass && principal == principal_due && charges != expected,
    }
}

/// What is known of a slip when its payment comes; of a bill without one, its own figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Title {
    /// What the bank last said of it.
    pub state: SlipState,
    /// Its registered amount, zero when the payer states it.
    pub nominal: Money,
    /// Its due date, as registered.
    pub due_on: NaiveDate,
}

/// A bill that a slip is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenBill {
    /// What is open of it; negative in the customer's favour.
    pub balance: Money,
    /// When it fell due.
    pub due_on: NaiveDate,
    /// What may be done with it.
    pub standing: Standing,
    /// Late charges that its ledger holds already.
    pub posted: Option<Posted>,
}

/// What there is to pay for these bills on a day, with this slip.
///
/// A slip registered anew for late bills has their charges in its amount: they count up to what the contract gives on its due
/// date, or on the day of payment if that is later. From its own due date on, every slip grows as the contract says.
#[must_use]
pub fn due(title: &Title, bills: &[OpenBill], paid_on: NaiveDate, terms: &Terms, calendar: &Calendar) -> Due {
    let open: Money = bills.iter().map(|bill| bill.balance.max(Money::ZERO)).sum();
    let mut due = Due { open, ..Due::default() };
    let day = paid_on.max(title.due_on);
    let renewed = bills.iter().any(|bill| bill.balance.is_positive() && bill.due_on < title.due_on);
    if renewed {
        let contained = (title.nominal - open).max(Money::ZERO);
        for bill in bills.iter().filter(|bill| bill.balance.is_positive()) {
            let charges = late_charges_after(bill.balance, bill.due_on, bill.posted, day, terms, calendar);
            due.fine += charges.fine.amount;
            due.interest += charges.charges() - charges.fine.amount;
        }
        due.fine = due.fine.min(contained);
        due.interest = due.interest.min(contained - due.fine);
    }
    let fresh: Money = bills.iter().filter(|bill| bill.posted.is_none()).map(|bill| bill.balance.max(Money::ZERO)).sum();
    let after = late_charges(fresh, title.due_on, paid_on, terms, calendar);
    // A fine is charged once.
    if due.fine.is_zero() {
        due.fine = after.fine.amount;
    }
    due.interest += after.charges() - after.fine.amount;
    for bill in bills.iter().filter(|bill| bill.posted.is_some()) {
        due.interest += late_charges_after(bill.balance, title.due_on, bill.posted, paid_on, terms, calendar).charges();
    }
    due
}

/// What a payment of a known slip is, and where its money goes.
#[must_use]
pub fn decide(
    title: &Title,
    bills: &[OpenBill],
    movement: Movement,
    due: &Due,
    received: &Received,
    tolerance: &Tolerance,
) -> (Outcome, Split) {
    let split = split(due, received, tolerance);
    let outcome = if !due.open.is_positive() {
        if bills.iter().any(|bill| bill.standing == Standing::InAgreement) { Outcome::InAgreement } else { Outcome::Duplicate }
    } else if title.state == SlipState::Replaced {
        Outcome::Superseded
    } else if title.state == SlipState::Closed || movement == Movement::PaidAfterClosing {
        Outcome::AfterClosing
    } else if split.left(due.open).is_positive() {
        Outcome::Partial
    } else if split.excess.is_positive() {
        Outcome::Excess
    } else if split.tolerated {
        Outcome::WithinTolerance
    } else {
        Outcome::Settled
    };
    (outcome, split)
}

/// A number of a slip without what programs write differently: separators, blanks, leading zeros, small letters.
///
/// ```
/// use domain::reconciliation::bare;
/// assert_eq!(bare(" 109/00012345-p "), "10900012345P");
/// assert_eq!(bare("00012345-P"), bare("12345p"));
/// ```
#[must_use]
pub fn bare(number: &str) -> String {
    let all: String = number.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    all.trim_start_matches('0').to_owned()
}

/// What else a bank's number of a slip may be called, bare, the likelier first; never the number itself.
///
/// With and without its check digit, the agreement's code or the carteira: one system keeps them, another leaves them out. A
/// slip found by one of these is the right one only if its amount and due date say so too, since a digit left out makes one
/// number another's.
///
/// ```
/// use domain::reconciliation::spellings;
/// // Banco do Brasil's 17 digits begin with the agreement's seven; a system of the creditor's may keep the last ten alone.
/// assert!(spellings("001", "1238798", "17", "12387980000000042").contains(&"42".to_owned()));
/// // Bradesco's eleven digits come with a twelfth.
/// assert!(spellings("237", "1234", "09", "000000012345").contains(&"1234".to_owned()));
/// ```
#[must_use]
pub fn spellings(bank: &str, beneficiary: &str, carteira: &str, number: &str) -> Vec<String> {
    let number = bare(number);
    let mut found: Vec<String> = Vec::new();
    if number.is_empty() {
        return found;
    }
    let mut add = |text: &str| {
        let text = bare(text);
        if !text.is_empty() && text != number && !found.contains(&text) {
            found.push(text);
        }
    };
    let check_digits = match bank {
        "041" => 2,
        // Of an agreement with seven digits: the whole number, and no check digit.
        "001" if number.len() >= 15 => 0,
        _ => 1,
    };
    let shorter = |digits: usize| number.len().checked_sub(digits).and_then(|end| number.get(..end)).unwrap_or("");
    if check_digits > 0 {
        add(shorter(check_digits));
    }
    let code = bare(beneficiary);
    let prefixes = [code.as_str(), code.get(..code.len().saturating_sub(1)).unwrap_or(""), carteira];
    for prefix in prefixes.iter().map(|prefix| bare(prefix)).filter(|prefix| !prefix.is_empty()) {
        if let Some(rest) = number.strip_prefix(prefix.as_str()) {
            add(rest);
            if check_digits > 0 {
                add(rest.get(..rest.len().saturating_sub(check_digits)).unwrap_or(""));
            }
        }
    }
    // How wide the number is behind a prefix: Banco do Brasil 10 of 17, Caixa 15 of 17, Itaú 8, Bradesco 11.
    let width = match bank {
        "001" => 10,
        "104" => 15,
        "237" => 11,
        _ => 8,
    };
    add(&format!("{code}{number:0>width$}"));
    add(&format!("{carteira}{number:0>width$}"));
    if check_digits == 1 {
        // The last one is the check digit already.
        let whole = width + 1;
        add(&format!("{carteira}{number:0>whole$}"));
        for digit in "0123456789PX".chars() {
            add(&format!("{number}{digit}"));
            add(&format!("{carteira}{number:0>width$}{digit}"));
        }
    }
    found
}

/// Whether the header of a file names this agreement: its code at one end of what the header says, or after the branch.
///
/// ```
/// use domain::reconciliation::names_agreement;
/// // CNAB 240 of Banco do Brasil: code, product, carteira and its variation.
/// assert!(names_agreement("001238798001417019", "1234-5", "1238798"));
/// // CNAB 400 of Itaú: branch, zeros, account and its digit.
/// assert!(names_agreement("067700123459", "0677", "12345-9"));
/// assert!(!names_agreement("001238798001417019", "1234-5", "9999999"));
/// ```
#[must_use]
pub fn names_agreement(header: &str, branch: &str, beneficiary: &str) -> bool {
    let (header, branch, whole) = (bare(header), bare(branch), bare(beneficiary));
    if whole.is_empty() {
        return false;
    }
    // With its check digit or without.
    let without_digit = beneficiary.split_once('-').map_or_else(String::new, |(code, _)| bare(code));
    [whole, without_digit].iter().filter(|code| !code.is_empty()).any(|code| {
        let after_branch = (!branch.is_empty()).then(|| header.strip_prefix(branch.as_str())).flatten();
        // Too short a code would be found in any number.
        header == *code
            || (code.len() >= 4 && (header.starts_with(code.as_str()) || header.ends_with(code.as_str())))
            || after_branch.is_some_and(|rest| bare(rest) == *code)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn money(cents: i64) -> Money {
        Money::cents(cents)
    }

    const ON_TIME: Due = Due { open: Money::cents(52_347), fine: Money::ZERO, interest: Money::ZERO };
    const LATE: Due = Due { open: Money::cents(52_347), fine: Money::cents(1_047), interest: Money::cents(646) };

    fn title(state: SlipState) -> Title {
        Title { state, nominal: money(52_347), due_on: day("2026-09-10") }
    }

    fn bill(balance: i64, standing: Standing) -> OpenBill {
        OpenBill { balance: money(balance), due_on: day("2026-09-10"), standing, posted: None }
    }

    fn outcome(state: SlipState, movement: Movement, due: &Due, paid: i64, charged: Option<i64>) -> (Outcome, Split) {
        let received = Received { paid: money(paid), charged: charged.map(money), ..Received::default() };
        let bills = [bill(due.open.as_cents(), Standing::Open)];
        decide(&title(state), &bills, movement, due, &received, &Tolerance::default())
    }

    #[test]
    fn every_outcome_of_a_payment() {
        use Movement::{Paid, PaidAfterClosing};
        use SlipState::{Closed, Registered, Replaced};
        for (state, movement, due, paid, charged, expected) in [
            (Registered, Paid, ON_TIME, 52_347, None, Outcome::Settled),
            (Registered, Paid, LATE, 54_040, Some(1_693), Outcome::Settled),
            (Registered, Paid, LATE, 54_040, None, Outcome::Settled),
            // Two centavos less, and twelve more, than our own interest.
            (Registered, Paid, LATE, 54_038, Some(1_691), Outcome::WithinTolerance),
            (Registered, Paid, LATE, 54_052, Some(1_705), Outcome::WithinTolerance),
            (Registered, Paid, LATE, 54_052, None, Outcome::WithinTolerance),
            // Late, and nothing for it.
            (Registered, Paid, LATE, 52_347, Some(0), Outcome::Partial),
            (Registered, Paid, ON_TIME, 52_346, None, Outcome::Partial),
            (Registered, Paid, ON_TIME, 60_000, None, Outcome::Excess),
            // The bank charged what the contract does not give.
            (Registered, Paid, LATE, 56_000, Some(3_653), Outcome::Excess),
            (Registered, PaidAfterClosing, ON_TIME, 52_347, None, Outcome::AfterClosing),
            (Closed, Paid, ON_TIME, 52_347, None, Outcome::AfterClosing),
            (Replaced, Paid, ON_TIME, 52_347, None, Outcome::Superseded),
        ] {
            let (found, split) = outcome(state, movement, &due, paid, charged);
            assert_eq!((found, split.paid()), (expected, money(paid)), "{state} {movement} {paid} {charged:?}");
        }
        let paid = Due { open: Money::ZERO, ..LATE };
        let (found, split) = outcome(Registered, Paid, &paid, 52_347, Some(1_000));
        assert_eq!((found, split), (Outcome::Duplicate, Split { excess: money(52_347), ..Split::default() }));
        let received = Received { paid: money(52_347), ..Received::default() };
        let (found, _) = decide(&title(Registered), &[bill(0, Standing::InAgreement)], Paid, &paid, &received, &Tolerance::default());
        assert_eq!(found, Outcome::InAgreement);
    }

    #[test]
    fn charges_beyond_the_tolerance_stay_open() {
        let (_, split) = outcome(SlipState::Registered, Movement::Paid, &LATE, 52_347, Some(0));
        assert_eq!((split.unpaid_fine, split.unpaid_interest, split.left(LATE.open)), (money(1_047), money(646), money(1_693)));
        // With half of the fine paid, the other half and the interest are missing.
        let (_, split) = outcome(SlipState::Registered, Movement::Paid, &LATE, 52_847, None);
        assert_eq!((split.fine, split.unpaid_fine, split.unpaid_interest), (money(500), money(547), money(646)));
        // While principal is open, its charges go on growing by themselves.
        let (_, split) = outcome(SlipState::Registered, Movement::Paid, &LATE, 20_000, Some(0));
        assert_eq!((split.principal, split.left(LATE.open)), (money(20_000), money(32_347)));
    }

    #[test]
    fn a_discount_is_the_banks_word() {
        let received = Received { paid: money(50_000), discount: money(2_347), ..Received::default() };
        let split = split(&ON_TIME, &received, &Tolerance::default());
        assert_eq!((split.principal, split.discount, split.left(ON_TIME.open)), (money(50_000), money(2_347), Money::ZERO));
    }

    #[test]
    fn what_a_renewed_slip_contains_is_due() {
        let (terms, calendar) = (Terms::default(), Calendar::default());
        let old = [bill(52_347, Standing::Open)];
        let first = title(SlipState::Registered);
        assert_eq!(due(&first, &old, day("2026-09-10"), &terms, &calendar), ON_TIME);
        assert_eq!(due(&first, &old, day("2026-10-17"), &terms, &calendar), LATE);
        // Registered again for 17 October, charges included: the same on whatever day before.
        let renewed = Title { nominal: money(54_040), due_on: day("2026-10-17"), ..first };
        assert_eq!(due(&renewed, &old, day("2026-10-12"), &terms, &calendar), LATE);
        // Registered again without charges: whoever pays in time owes none.
        let waived = Title { nominal: money(52_347), ..renewed };
        assert_eq!(due(&waived, &old, day("2026-10-17"), &terms, &calendar), ON_TIME);
        // Late again: interest from then on, and a fine once.
        let late = due(&renewed, &old, day("2026-10-29"), &terms, &calendar);
        assert_eq!((late.fine, late.interest > LATE.interest), (LATE.fine, true));
    }

    #[test]
    fn what_was_charged_before_is_not_due_again() {
        let (terms, calendar) = (Terms::default(), Calendar::default());
        let at = |open: i64, title: Title, on| {
            let posted = Some(Posted { to: day("2026-10-17"), open: money(1_693) });
            due(&title, &[OpenBill { posted, ..bill(open, Standing::Open) }], day(on), &terms, &calendar)
        };
        // The bill was paid 37 days late without its charges: they are all that is open, by the first slip or by one of their own.
        let first = title(SlipState::Registered);
        let own = Title { nominal: money(1_693), due_on: day("2026-11-10"), ..first };
        for title in [first, own] {
            assert_eq!(at(1_693, title, "2026-12-10"), Due { open: money(1_693), ..Due::default() });
        }
        // R$ 100,00 of the bill itself are open as well: 1 % of them for 30 days.
        assert_eq!(at(11_693, first, "2026-11-16"), Due { open: money(11_693), fine: Money::ZERO, interest: money(100) });
    }

    #[test]
    fn money_is_found_and_then_cleared() {
        let today = day("2026-11-20");
        assert_eq!(Stage::of(None, false, today), Stage::Found);
        assert_eq!(Stage::of(Some(day("2026-11-21")), false, today), Stage::Found);
        assert_eq!(Stage::of(Some(today), false, today), Stage::Cleared);
        assert_eq!(Stage::of(Some(today), true, today), Stage::Reversed);
    }

    #[test]
    fn numbers_as_systems_keep_them() {
        for (bank, code, carteira, in_file, kept) in [
            ("001", "1238798", "17", "12387980000000042", "42"),
            ("001", "1238798", "17", "42", "12387980000000042"),
            ("341", "12345-9", "109", "123456789", "109/12345678-9"),
            ("341", "12345-9", "109", "12345678", "109/12345678-9"),
            ("341", "12345-9", "109", "12345678", "12345678-9"),
            ("237", "4321", "09", "00000012345P", "12345"),
            ("237", "4321", "09", "00000012345P", "09/00000012345-P"),
            ("041", "1", "1", "0000001283", "12"),
            ("104", "123456", "14", "14000000000000019", "19"),
            ("104", "123456", "14", "19", "14/000000000000019"),
            ("748", "12345", "1", "211000118", "21100011"),
        ] {
            let kept = bare(kept);
            assert!(bare(in_file) == kept || spellings(bank, code, carteira, in_file).contains(&kept), "{bank} {in_file} {kept}");
        }
        // Another slip's number is none of them.
        assert!(!spellings("001", "1238798", "17", "12387980000000042").contains(&"12387980000000043".to_owned()));
        assert_eq!(spellings("001", "", "", "0"), Vec::<String>::new(), "zeros name nothing");
    }

    #[test]
    fn a_header_names_one_agreement() {
        assert!(names_agreement("00000000000001234567", "1", "123456-7"));
        assert!(names_agreement("123456", "1", "123456-7"));
        assert!(names_agreement("12345678", "1234", "5678"));
        assert!(names_agreement("12", "1", "12"));
        assert!(!names_agreement("123456", "1", "12"), "two digits are in any number");
        assert!(!names_agreement("", "1", ""));
    }

    fn cents(most: i64) -> impl Strategy<Value = Money> {
        prop_oneof![Just(0), 0..=most].prop_map(Money::cents)
    }

    proptest! {
        /// Every centavo goes to one place, none is made, and nobody pays twice.
        #[test]
        fn splits_add_up(
            open in cents(200_000), fine in cents(5_000), interest in cents(5_000), paid in cents(300_000),
            charged in prop::option::of(cents(12_000)), bank_fine in prop::option::of(cents(6_000)), discount in cents(3_000),
        ) {
            let due = Due { open, fine, interest };
            let split = split(&due, &Received { paid, charged, fine: bank_fine, discount }, &Tolerance::default());
            prop_assert_eq!(split.paid(), paid);
            let Split { principal, fine: f, interest: i, excess, discount: d, unpaid_fine, unpaid_interest, .. } = split;
            for part in [principal, f, i, excess, d, unpaid_fine, unpaid_interest] {
                prop_assert!(part >= Money::ZERO, "{:?}", split);
            }
            prop_assert!(principal + d <= open);
            prop_assert!(split.left(open) >= Money::ZERO);
            // No credit while something is open, and no charges above ours by more than the tolerance.
            prop_assert!(excess.is_zero() || principal + d == open);
            prop_assert!(f + i <= fine + interest + Tolerance::default().absolute);
            prop_assert!(split.fine_posted() + split.interest_posted() <= (f + i).max(fine + interest));
            // What the ledger then holds: open + posted − discount − paid is what is left, or the credit.
            let balance = open + split.fine_posted() + split.interest_posted() - d - paid;
            prop_assert_eq!(balance, split.left(open) - excess);
        }

        /// Zeros, separators and small letters make no other number; every spelling is bare and another one.
        #[test]
        fn a_number_is_the_same_however_written(number in "[1-9][0-9]{4,14}", zeros in 0usize..6, bank in "(001|033|041|104|237|341|748|756)") {
            let written = format!("{}{}-{}", "0".repeat(zeros), &number[..number.len() - 1], &number[number.len() - 1..]);
            prop_assert_eq!(bare(&written), number.clone());
            for spelling in spellings(&bank, "1238798", "17", &written) {
                prop_assert_eq!(&bare(&spelling), &spelling);
                prop_assert!(spelling != number);
            }
        }

        #[test]
        fn nothing_panics(bank in ".{0,4}", code in ".{0,8}", carteira in ".{0,4}", number in ".{0,30}") {
            let _ = spellings(&bank, &code, &carteira, &number);
            let _ = names_agreement(&number, &carteira, &code);
        }
    }
}
