//! The statement: balances, ageing, what is due, and what was paid too much, all as functions of ledger entries and a date.
//! Never stores a balance, and never adds late charges that were not posted: those are worked out in [`crate::charges`].
//!
//! Amounts are centavos: positive where the customer owes more by them, negative where less. Dates are calendar days in the
//! creditor's time zone, and `as_of` is the end of one. Lateness begins after the next business day (Lei 7.089/1983).
//!
//! ```
//! use domain::calendar::Calendar;
//! use domain::ids::{BillId, EntryId};
//! use domain::money::Money;
//! use domain::statement::{Age, Bill, Entry, EntryKind, balance, balances, position};
//! # use chrono::NaiveDate;
//! # use uuid::Uuid;
//! let bill = Bill { id: BillId(Uuid::from_u128(1)), due_on: "2026-09-10".parse()? };
//! let entry = |number, on: NaiveDate, kind, cents| Entry {
//!     id: EntryId(Uuid::from_u128(number)), on, kind, amount: Money::cents(cents), bill: Some(bill.id), payment: None, of: None,
//! };
//! let ledger = [
//!     entry(1, "2026-08-20".parse()?, EntryKind::Charge, 52_347),
//!     entry(2, "2026-09-10".parse()?, EntryKind::Payment, -20_000),
//! ];
//! let as_of = "2026-10-17".parse()?;
//! assert_eq!((balance(&ledger, as_of), balances(&ledger, as_of)[&bill.id]), (Money::cents(32_347), Money::cents(32_347)));
//! // What is left is 37 days late.
//! let position = position(&[bill], &ledger, as_of, &Calendar::default());
//! assert_eq!((position.late, position.by_age[&Age::To60]), (Money::cents(32_347), Money::cents(32_347)));
//! assert_eq!((position.open_bills, position.next_due_on), (1, None));
//! # Ok::<(), chrono::ParseError>(())
//! ```

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::ids::{BillId, EntryId, PaymentId};
use crate::money::Money;
use crate::words::words;

words! {
    /// What a bill is for.
    pub enum Nature {
        /// The monthly fee of a plan (mensalidade).
        Monthly = "monthly",
        /// The customer's share of what was used (coparticipação).
        CoParticipation = "co_participation",
        /// An installment of an agreement.
        Installment = "installment",
        /// A difference charged afterwards.
        Adjustment = "adjustment",
        /// Anything else.
        Other = "other",
    }

    /// What may be done with a bill; what is owed on it is in the ledger.
    pub enum Standing {
        /// It can be paid by itself.
        Open = "open",
        /// The customer says it is wrong: collection and late charges pause until that is decided.
        Disputed = "disputed",
        /// It is paid through an agreement, never by itself.
        InAgreement = "in_agreement",
        /// Nothing is left to pay.
        Settled = "settled",
    }

    /// Which bills a statement shows.
    pub enum Shown {
        /// All of them.
        All = "all",
        /// Those on which something is left to pay.
        Open = "open",
        /// Those of them that are late.
        Late = "late",
        /// Those on which nothing is left to pay.
        Settled = "settled",
    }

    /// What one line of the ledger says. Its sign is fixed where one kind only adds or only takes off.
    ///
    /// ```
    /// use domain::money::Money;
    /// use domain::statement::EntryKind;
    /// assert!(EntryKind::Charge.fits(Money::cents(52_347)) && EntryKind::Payment.fits(Money::cents(-52_347)));
    /// assert!(!EntryKind::Payment.fits(Money::cents(52_347)));
    /// ```
    pub enum EntryKind {
        /// A bill was issued: the customer owes more.
        Charge = "charge",
        /// The bank's record of money received.
        Payment = "payment",
        /// A fine was charged.
        Fine = "fine",
        /// Interest was charged.
        Interest = "interest",
        /// Less to pay, by contract or decision.
        Discount = "discount",
        /// A credit moved from where it arose (debit there) to another bill (credit there).
        Compensation = "compensation",
        /// An amount in the customer's favour that is no payment.
        Credit = "credit",
        /// Money given back: the customer's credit ends.
        Refund = "refund",
        /// The creditor gives the amount up.
        WriteOff = "write_off",
        /// The bill was taken into an agreement, and is no longer to be paid by itself.
        ToAgreement = "to_agreement",
        /// The agreement ended: what was left came back to the bill.
        FromAgreement = "from_agreement",
        /// Undoes another entry.
        Reversal = "reversal",
    }

    /// How old an open bill is, by calendar days after it was due.
    ///
    /// ```
    /// use domain::statement::Age;
    /// assert_eq!([0, 1, 30, 31, 366].map(Age::of), [Age::NotDue, Age::To30, Age::To30, Age::To60, Age::Over365]);
    /// ```
    pub enum Age {
        /// Not yet due, or due today.
        NotDue = "not_due",
        /// 1 to 30 days.
        To30 = "to_30",
        /// 31 to 60 days.
        To60 = "to_60",
        /// 61 to 90 days.
        To90 = "to_90",
        /// 91 to 180 days.
        To180 = "to_180",
        /// 181 to 365 days.
        To365 = "to_365",
        /// More than 365 days.
        Over365 = "over_365",
    }

    /// How a credit came about. An example is at [`credits`].
    pub enum CreditOrigin {
        /// A second payment of a bill that was already settled.
        Duplicate = "duplicate",
        /// One payment larger than what the bill still cost.
        Overpayment = "overpayment",
        /// A bill was reduced after it had been paid.
        Reduced = "reduced",
        /// Money or a credit that belongs to no bill yet.
        Unapplied = "unapplied",
    }
}

impl EntryKind {
    /// Whether an amount of this sign belongs to this kind. Debits (the customer owes more) are positive.
    #[must_use]
    pub const fn fits(self, amount: Money) -> bool {
        let cents = amount.as_cents();
        match self {
            Self::Charge | Self::Fine | Self::Interest | Self::Refund | Self::FromAgreement => cents > 0,
            Self::Payment | Self::Discount | Self::Credit | Self::WriteOff | Self::ToAgreement => cents < 0,
            Self::Compensation | Self::Reversal => cents != 0,
        }
    }
}

/// One line of the ledger. The order of a slice of entries is the order in which they were posted. An example is in
/// [the module](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The line.
    pub id: EntryId,
    /// The day it counts from.
    pub on: NaiveDate,
    /// What it says.
    pub kind: EntryKind,
    /// Positive when the customer owes more by it, negative when less.
    pub amount: Money,
    /// The bill it belongs to.
    pub bill: Option<BillId>,
    /// The bank's record behind it.
    pub payment: Option<PaymentId>,
    /// The entry this one undoes, gives back or moves elsewhere.
    pub of: Option<EntryId>,
}

/// What the rules need of a bill. An example is in [the module](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// The bill.
    pub id: BillId,
    /// Its due date as printed.
    pub due_on: NaiveDate,
}

/// Each entry with the balance after it, starting from `opening` (what was owed before the first).
///
/// ```
/// # use domain::ids::EntryId;
/// # use domain::money::Money;
/// # use domain::statement::{Entry, EntryKind, running};
/// # let entry = |kind, cents| Entry {
/// #     id: EntryId(uuid::Uuid::nil()), on: Default::default(), kind, amount: Money::cents(cents), bill: None, payment: None, of: None,
/// # };
/// let page = [entry(EntryKind::Charge, 52_347), entry(EntryKind::Payment, -52_347)];
/// let after: Vec<Money> = running(&page, Money::cents(1_000)).map(|(_, balance)| balance).collect();
/// assert_eq!(after, [Money::cents(53_347), Money::cents(1_000)]);
/// ```
pub fn running(entries: &[Entry], opening: Money) -> impl Iterator<Item = (&Entry, Money)> {
    entries.iter().scan(opening, |balance, entry| {
        *balance += entry.amount;
        Some((entry, *balance))
    })
}

/// What is owed at the end of a day, all entries together; negative in favour of the customer. An example is in
/// [the module](self).
#[must_use]
pub fn balance(entries: &[Entry], as_of: NaiveDate) -> Money {
    entries.iter().filter(|entry| entry.on <= as_of).map(|entry| entry.amount).sum()
}

/// What each bill costs at the end of a day, without late charges that were not posted. Entries that belong to no bill are left
/// out. An example is in [the module](self).
#[must_use]
pub fn balances(entries: &[Entry], as_of: NaiveDate) -> HashMap<BillId, Money> {
    let mut balances = HashMap::new();
    for entry in entries.iter().filter(|entry| entry.on <= as_of) {
        if let Some(bill) = entry.bill {
            *balances.entry(bill).or_insert(Money::ZERO) += entry.amount;
        }
    }
    balances
}

/// How many calendar days a bill is late. A bill due on a closed day is not late until the next business day is over; from
/// then on, days count from that business day, as charges do by default.
///
/// ```
/// use domain::calendar::Calendar;
/// use domain::statement::days_late;
/// // Due on Friday, 20 November 2026, a holiday: payable on Monday, and one day late on Tuesday.
/// let days = |as_of: &str| as_of.parse().map(|as_of| days_late("2026-11-20".parse().unwrap(), as_of, &Calendar::default()));
/// assert_eq!((days("2026-11-23"), days("2026-11-24")), (Ok(0), Ok(1)));
/// ```
#[must_use]
pub fn days_late(due_on: NaiveDate, as_of: NaiveDate, calendar: &Calendar) -> u32 {
    if as_of <= due_on {
        return 0;
    }
    u32::try_from(as_of.signed_duration_since(calendar.next_business_day(due_on)).num_days()).unwrap_or(0)
}

/// The first due date that is not late on a day: whatever fell due before it is late.
///
/// ```
/// use domain::calendar::Calendar;
/// use domain::statement::late_before;
/// // On Monday what was due from Friday's holiday on is not late yet; on Tuesday it is.
/// let calendar = Calendar::default();
/// assert_eq!(late_before("2026-11-23".parse()?, &calendar), "2026-11-20".parse()?);
/// assert_eq!(late_before("2026-11-24".parse()?, &calendar), "2026-11-24".parse()?);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn late_before(as_of: NaiveDate, calendar: &Calendar) -> NaiveDate {
    let mut first = as_of;
    while let Some(before) = first.pred_opt() {
        if calendar.next_business_day(before) < as_of {
            break;
        }
        first = before;
    }
    first
}

impl Age {
    /// The bucket for so many days late.
    #[must_use]
    pub const fn of(days_late: u32) -> Self {
        match days_late {
            0 => Self::NotDue,
            1..=30 => Self::To30,
            31..=60 => Self::To60,
            61..=90 => Self::To90,
            91..=180 => Self::To180,
            181..=365 => Self::To365,
            _ => Self::Over365,
        }
    }
}

/// The open bills of a customer on a day: what is late, what falls due today, what comes later.
///
/// ```
/// use domain::calendar::Calendar;
/// use domain::money::Money;
/// use domain::statement::Position;
/// let (today, calendar) = ("2026-11-24".parse()?, Calendar::default());
/// let mut position = Position::default();
/// position.add("2026-11-10".parse()?, Money::cents(52_347), today, &calendar);
/// position.add("2026-12-10".parse()?, Money::cents(38_990), today, &calendar);
/// position.add("2026-12-10".parse()?, Money::cents(-5_000), today, &calendar); // a credit, which is no open bill
/// assert_eq!((position.payable_now(), position.open()), (Money::cents(52_347), Money::cents(91_337)));
/// assert_eq!((position.open_bills, position.next_due_on), (2, Some("2026-12-10".parse()?)));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Open and late.
    pub late: Money,
    /// Open and to be paid today at the latest.
    pub due_today: Money,
    /// Open and not yet due.
    pub later: Money,
    /// Open amounts by age.
    pub by_age: BTreeMap<Age, Money>,
    /// How many bills are open.
    pub open_bills: u32,
    /// The next day on which something falls due, after today.
    pub next_due_on: Option<NaiveDate>,
}

impl Position {
    /// What is to be paid by today: late and due today.
    #[must_use]
    pub fn payable_now(&self) -> Money {
        self.late + self.due_today
    }

    /// Everything that is open.
    #[must_use]
    pub fn open(&self) -> Money {
        self.late + self.due_today + self.later
    }

    /// Adds one bill with its balance; a bill that is settled, or in the customer's favour, adds nothing.
    pub fn add(&mut self, due_on: NaiveDate, balance: Money, as_of: NaiveDate, calendar: &Calendar) {
        if !balance.is_positive() {
            return;
        }
        self.open_bills += 1;
        let days = days_late(due_on, as_of, calendar);
        *self.by_age.entry(Age::of(days)).or_insert(Money::ZERO) += balance;
        if days > 0 {
            self.late += balance;
        } else if due_on <= as_of {
            self.due_today += balance;
        } else {
            self.later += balance;
            self.next_due_on = Some(self.next_due_on.map_or(due_on, |next| next.min(due_on)));
        }
    }
}

/// The position of these bills at the end of a day. An example is in [the module](self).
#[must_use]
pub fn position(bills: &[Bill], entries: &[Entry], as_of: NaiveDate, calendar: &Calendar) -> Position {
    let balances = balances(entries, as_of);
    let mut position = Position::default();
    for bill in bills {
        let balance = balances.get(&bill.id).copied().unwrap_or(Money::ZERO);
        position.add(bill.due_on, balance, as_of, calendar);
    }
    position
}

/// Money in the customer's favour, and where it came from. An example is at [`credits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// How it came about.
    pub origin: CreditOrigin,
    /// How much, as a positive amount.
    pub amount: Money,
    /// The payment (or credit) entry it rests on: a refund names it, and so is never made twice.
    pub entry: EntryId,
    /// The bank's record behind that entry.
    pub payment: Option<PaymentId>,
    /// The bill it was meant for.
    pub bill: Option<BillId>,
    /// The day of that entry.
    pub on: NaiveDate,
}

/// What can be given back or compensated: duplicates, overpayments, payments of bills reduced afterwards, and money that
/// belongs to no bill. Oldest first.
///
/// A bill's excess is found from its whole balance, so the order in which a charge and its payment were posted does not
/// matter, and a refund or a compensation ends it. It is laid on the bill's latest payments first.
///
/// ```
/// # use domain::ids::{BillId, EntryId, PaymentId};
/// # use domain::money::Money;
/// # use domain::statement::{CreditOrigin, Entry, EntryKind, credits};
/// # use uuid::Uuid;
/// # let entry = |number: u128, kind, cents| Entry {
/// #     id: EntryId(Uuid::from_u128(number)), on: Default::default(), kind, amount: Money::cents(cents),
/// #     bill: Some(BillId(Uuid::from_u128(1))), payment: (kind == EntryKind::Payment).then(|| PaymentId(Uuid::from_u128(number))), of: None,
/// # };
/// // Paid by Pix, and by boleto again.
/// let mut ledger = vec![
///     entry(1, EntryKind::Charge, 52_347),
///     entry(2, EntryKind::Payment, -52_347),
///     entry(3, EntryKind::Payment, -52_347),
/// ];
/// let [credit] = credits(&ledger)[..] else { panic!() };
/// assert_eq!((credit.origin, credit.amount, credit.entry), (CreditOrigin::Duplicate, Money::cents(52_347), ledger[2].id));
/// // Given back: the refund names the payment, and nothing is left to give back again.
/// ledger.push(Entry { of: Some(credit.entry), ..entry(4, EntryKind::Refund, 52_347) });
/// assert!(credits(&ledger).is_empty());
/// ```
#[must_use]
pub fn credits(entries: &[Entry]) -> Vec<Credit> {
    let given_back = given_back(entries);
    let mut by_bill: HashMap<Option<BillId>, Vec<&Entry>> = HashMap::new();
    let mut order = Vec::new();
    for entry in entries {
        let lines = by_bill.entry(entry.bill).or_default();
        if lines.is_empty() {
            order.push(entry.bill);
        }
        lines.push(entry);
    }
    let mut credits = Vec::new();
    for bill in order {
        let lines = by_bill.get(&bill).map_or(&[][..], Vec::as_slice);
        credits_of(bill, lines, &given_back, &mut credits);
    }
    credits.sort_by_key(|credit| (credit.on, credit.entry));
    credits
}

/// What was already given back of each entry, as a positive amount. A bounced refund is reversed by an entry of the refund,
/// which counts for the payment behind it. What brings value in gives nothing back, whatever it names.
fn given_back(entries: &[Entry]) -> HashMap<EntryId, Money> {
    let mut roots: HashMap<EntryId, EntryId> = HashMap::new();
    let mut given_back = HashMap::new();
    for entry in entries.iter().filter(|entry| !is_source(entry)) {
        if let Some(of) = entry.of {
            let root = roots.get(&of).copied().unwrap_or(of);
            roots.insert(entry.id, root);
            *given_back.entry(root).or_insert(Money::ZERO) += entry.amount;
        }
    }
    given_back
}

fn credits_of(bill: Option<BillId>, lines: &[&Entry], given_back: &HashMap<EntryId, Money>, credits: &mut Vec<Credit>) {
    let mut excess = -lines.iter().map(|entry| entry.amount).sum::<Money>();
    if !excess.is_positive() {
        return;
    }
    let left = |entry: &Entry| -entry.amount - given_back.get(&entry.id).copied().unwrap_or(Money::ZERO);
    // Payments whose money is still here, in the order of the bank's days.
    let mut sources: Vec<&Entry> = lines.iter().copied().filter(|entry| is_source(entry) && left(entry).is_positive()).collect();
    sources.sort_by_key(|entry| entry.on);
    let reduced: HashSet<EntryId> = reductions_after_payment(lines);
    while let Some(entry) = sources.pop() {
        if !excess.is_positive() {
            break;
        }
        let amount = left(entry).min(excess);
        excess -= amount;
        let origin = if bill.is_none() {
            CreditOrigin::Unapplied
        } else if amount == left(entry) && !sources.is_empty() {
            CreditOrigin::Duplicate
        } else if reduced.contains(&entry.id) {
            CreditOrigin::Reduced
        } else {
            CreditOrigin::Overpayment
        };
        credits.push(Credit { origin, amount, entry: entry.id, payment: entry.payment, bill, on: entry.on });
    }
}

/// Entries that bring value in, which can be given back.
fn is_source(entry: &Entry) -> bool {
    matches!(entry.kind, EntryKind::Payment | EntryKind::Credit) || (entry.kind == EntryKind::Compensation && entry.amount < Money::ZERO)
}

/// The payments that did not exceed the bill when they came, but do since it was reduced.
fn reductions_after_payment(lines: &[&Entry]) -> HashSet<EntryId> {
    let mut owed = Money::ZERO;
    let mut fitted = HashSet::new();
    for entry in lines {
        owed += entry.amount;
        if is_source(entry) && owed >= Money::ZERO {
            fitted.insert(entry.id);
        }
    }
    fitted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn bill(number: u128) -> Option<BillId> {
        Some(BillId(Uuid::from_u128(number)))
    }

    /// Day, kind, centavos, bill, and the number of the entry it is of.
    type Line = (&'static str, EntryKind, i64, Option<BillId>, Option<u128>);

    /// A ledger by hand: the position in the list, from 1, is the entry's number.
    fn ledger(lines: &[Line]) -> Vec<Entry> {
        let entry = |number: u128| EntryId(Uuid::from_u128(number));
        lines
            .iter()
            .zip(1u128..)
            .map(|(&(on, kind, cents, bill, of), number)| {
                assert!(kind.fits(Money::cents(cents)), "{kind} {cents}");
                Entry {
                    id: entry(number),
                    on: day(on),
                    kind,
                    amount: Money::cents(cents),
                    bill,
                    payment: (kind == EntryKind::Payment).then(|| PaymentId(Uuid::from_u128(number))),
                    of: of.map(entry),
                }
            })
            .collect()
    }

    use EntryKind::{Charge, Compensation, Credit as CreditEntry, Discount, Fine, Payment, Refund, Reversal, ToAgreement};

    #[test]
    fn late_is_what_fell_due_before_the_first_day_that_is_not() {
        let calendar = Calendar::default();
        let mut as_of = day("2026-01-01");
        while as_of < day("2027-03-01") {
            let first = late_before(as_of, &calendar);
            let mut due = as_of - chrono::Days::new(15);
            while due <= as_of + chrono::Days::new(3) {
                assert_eq!(due < first, days_late(due, as_of, &calendar) > 0, "{due} on {as_of}");
                due = due.succ_opt().unwrap();
            }
            as_of = as_of.succ_opt().unwrap();
        }
    }

    #[test]
    fn the_balance_runs() {
        let entries = ledger(&[
            ("2026-09-01", Charge, 10_000, bill(1), None),
            ("2026-09-12", Fine, 200, bill(1), None),
            ("2026-09-12", Payment, -10_200, bill(1), None),
            ("2026-10-01", Charge, 5_000, bill(2), None),
        ]);
        let balances: Vec<i64> = running(&entries, Money::cents(100)).map(|(_, balance)| balance.as_cents()).collect();
        assert_eq!(balances, [10_100, 10_300, 100, 5_100]);
        assert_eq!(balance(&entries, day("2026-09-11")), Money::cents(10_000));
        assert_eq!(balance(&entries, day("2026-09-12")), Money::ZERO);
    }

    #[test]
    fn open_bills_by_age() {
        let calendar = Calendar::default();
        let due = |number, on| Bill { id: BillId(Uuid::from_u128(number)), due_on: day(on) };
        // 21 November 2026 is a Saturday; 20 November a holiday.
        let bills = [
            due(1, "2026-12-10"),
            due(2, "2026-11-21"),
            due(3, "2026-11-20"),
            due(4, "2026-10-10"),
            due(5, "2025-11-20"),
            due(6, "2026-01-01"),
        ];
        let entries = ledger(&[
            ("2026-01-01", Charge, 1, bill(1), None),
            ("2026-01-01", Charge, 10, bill(2), None),
            ("2026-01-01", Charge, 100, bill(3), None),
            ("2026-01-01", Charge, 1_000, bill(4), None),
            ("2025-01-01", Charge, 10_000, bill(5), None),
            ("2026-01-01", Charge, 5, bill(6), None),
            ("2026-01-02", ToAgreement, -5, bill(6), None),
        ]);
        let position = position(&bills, &entries, day("2026-11-22"), &calendar);
        assert_eq!((position.later, position.due_today, position.late), (Money::cents(1), Money::cents(110), Money::cents(11_000)));
        assert_eq!(position.by_age.get(&Age::To60), Some(&Money::cents(1_000)), "40 days from Tuesday 13 October");
        assert_eq!(position.by_age.get(&Age::Over365), Some(&Money::cents(10_000)));
        assert_eq!(position.open_bills, 5);
        assert_eq!(position.next_due_on, Some(day("2026-12-10")));
        assert_eq!(position.payable_now() + position.later, position.open());
        assert_eq!(days_late(day("2026-11-20"), day("2026-11-23"), &calendar), 0);
        assert_eq!(days_late(day("2026-11-20"), day("2026-11-24"), &calendar), 1);
    }

    #[test]
    fn the_buckets_meet_without_gaps() {
        let edges = [0, 1, 30, 31, 60, 61, 90, 91, 180, 181, 365, 366].map(Age::of);
        use Age::*;
        assert_eq!(edges, [NotDue, To30, To30, To60, To60, To90, To90, To180, To180, To365, To365, Over365]);
    }

    fn found(entries: &[Entry]) -> Vec<(CreditOrigin, i64, u128)> {
        credits(entries).iter().map(|credit| (credit.origin, credit.amount.as_cents(), credit.entry.0.as_u128())).collect()
    }

    #[test]
    fn a_second_payment_is_a_duplicate_until_it_is_given_back() {
        let mut lines = vec![
            ("2026-09-01", Charge, 10_000, bill(1), None),
            ("2026-09-10", Payment, -10_000, bill(1), None),
            ("2026-09-11", Payment, -10_000, bill(1), None),
        ];
        assert_eq!(found(&ledger(&lines)), [(CreditOrigin::Duplicate, 10_000, 3)]);
        lines.push(("2026-09-20", Refund, 10_000, bill(1), Some(3)));
        assert_eq!(found(&ledger(&lines)), []);
        // The account did not exist: the bank sent the refund back.
        lines.push(("2026-09-22", Reversal, -10_000, bill(1), Some(4)));
        assert_eq!(found(&ledger(&lines)), [(CreditOrigin::Duplicate, 10_000, 3)]);
    }

    #[test]
    fn of_three_payments_the_one_not_given_back_is_offered() {
        let lines = [
            ("2026-09-01", Charge, 10_000, bill(1), None),
            ("2026-09-10", Payment, -10_000, bill(1), None),
            ("2026-09-11", Payment, -10_000, bill(1), None),
            ("2026-09-12", Payment, -10_000, bill(1), None),
            ("2026-09-20", Refund, 10_000, bill(1), Some(4)),
        ];
        assert_eq!(found(&ledger(&lines)), [(CreditOrigin::Duplicate, 10_000, 3)]);
    }

    #[test]
    fn a_payment_posted_before_its_charge_is_no_duplicate() {
        let lines = [("2026-09-10", Payment, -10_000, bill(1), None), ("2026-09-10", Charge, 10_000, bill(1), None)];
        assert_eq!(found(&ledger(&lines)), []);
    }

    #[test]
    fn each_origin_has_its_name() {
        let lines = [
            ("2026-09-01", Charge, 10_000, bill(1), None),
            ("2026-09-10", Payment, -10_500, bill(1), None),
            ("2026-09-01", Charge, 10_000, bill(2), None),
            ("2026-09-11", Payment, -10_000, bill(2), None),
            ("2026-09-20", Discount, -3_000, bill(2), None),
            ("2026-09-21", CreditEntry, -700, None, None),
            ("2026-09-01", Charge, 900, bill(3), None),
            ("2026-09-12", Payment, -900, bill(3), None),
            // The bank took the payment back: nothing is left over.
            ("2026-09-13", Reversal, 900, bill(3), Some(8)),
        ];
        assert_eq!(
            found(&ledger(&lines)),
            [(CreditOrigin::Overpayment, 500, 2), (CreditOrigin::Reduced, 3_000, 4), (CreditOrigin::Unapplied, 700, 6)]
        );
    }

    #[test]
    fn a_compensated_credit_is_gone() {
        let lines = [
            ("2026-09-01", Charge, 10_000, bill(1), None),
            ("2026-09-10", Payment, -20_000, bill(1), None),
            ("2026-10-01", Charge, 15_000, bill(2), None),
            ("2026-10-02", Compensation, 10_000, bill(1), Some(2)),
            ("2026-10-02", Compensation, -10_000, bill(2), Some(2)),
        ];
        let entries = ledger(&lines);
        assert_eq!(found(&entries), []);
        assert_eq!(balances(&entries, day("2026-10-02"))[&bill(2).unwrap()], Money::cents(5_000));
    }

    proptest! {
        #[test]
        fn credits_are_exactly_what_bills_hold_too_much(
            lines in prop::collection::vec((0u128..4, 0usize..4, 1i64..1000, 0u32..60), 0..40)
        ) {
            let entries: Vec<Entry> = lines.iter().zip(1u128..).map(|(&(to, kind, cents, on), number)| {
                let (kind, amount) = match kind {
                    0 => (Charge, cents),
                    1 => (Fine, cents),
                    2 => (Payment, -cents),
                    _ => (CreditEntry, -cents),
                };
                Entry {
                    id: EntryId(Uuid::from_u128(number)),
                    on: crate::calendar::days_after(day("2026-01-01"), on),
                    kind,
                    amount: Money::cents(amount),
                    bill: if to == 0 { None } else { bill(to) },
                    payment: None,
                    of: None,
                }
            }).collect();
            let mut by_bill: HashMap<Option<BillId>, Money> = HashMap::new();
            for entry in &entries {
                *by_bill.entry(entry.bill).or_default() += entry.amount;
            }
            let too_much: Money = by_bill.values().filter(|balance| **balance < Money::ZERO).map(|balance| -*balance).sum();
            let credits = credits(&entries);
            prop_assert_eq!(credits.iter().map(|credit| credit.amount).sum::<Money>(), too_much);
            prop_assert!(credits.iter().all(|credit| credit.amount.is_positive()));
            let last = running(&entries, Money::ZERO).last().map_or(Money::ZERO, |(_, balance)| balance);
            prop_assert_eq!(last, balance(&entries, NaiveDate::MAX));
        }
    }
}
