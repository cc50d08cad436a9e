//! Placements: late bills handed over to a collection agency or to lawyers, what may be handed over to whom, what keeps a bill with the
//! house, and what comes back of it. Never settles anything: what an agency says of a payment is its word, and the bank's counts.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::activities::{Channel, Outcome};
use crate::actors::Role;
use crate::flags::Flag;
use crate::forms::{FieldError, Fields, Problem, amount, date, email, ids, one_of, optional_text, submission, text, whole};
use crate::ids::{BillId, CustomerId};
use crate::money::Money;
use crate::statement::Standing;
use crate::words::words;

/// Bills of one hand-over.
pub const MOST: u16 = 5_000;
/// Lines of one file of results.
pub const MOST_RESULTS: usize = 5_000;
/// The farthest day that an agency may report as promised, in days.
pub const FARTHEST_DAYS: u32 = 120;

words! {
    /// Who takes care of what is handed over.
    pub enum AgencyKind {
        /// A collection agency (cobrança externa).
        Agency = "agency",
        /// An office of lawyers outside the house.
        LawOffice = "law_office",
        /// The house's own lawyers.
        InHouseLegal = "in_house_legal",
    }

    /// Where a hand-over stands.
    pub enum State {
        /// Somebody is to confirm it.
        Waiting = "waiting",
        /// Its bills were handed over.
        Placed = "placed",
        /// It never became effective.
        Discarded = "discarded",
    }

    /// Where one bill of a hand-over stands.
    pub enum BillState {
        /// Chosen, and not handed over yet.
        Chosen = "chosen",
        /// With the agency.
        Placed = "placed",
        /// The house took it back.
        Recalled = "recalled",
        /// It came back by itself: it is disputed, or in an agreement.
        Returned = "returned",
        /// Nothing is left to collect.
        Closed = "closed",
        /// It was chosen, and could not be handed over any more.
        LeftOut = "left_out",
    }

    /// Why a bill is not with an agency any more.
    pub enum End {
        /// The bank has its money, or nothing is open for another reason.
        Settled = "settled",
        /// The creditor gave it up.
        WrittenOff = "written_off",
        /// The customer says it is wrong.
        Disputed = "disputed",
        /// It is paid through an agreement.
        InAgreement = "in_agreement",
        /// Taken back by a person.
        Recalled = "recalled",
    }

    /// Why a bill stays with the house.
    pub enum LeftOut {
        /// Nothing is open on it.
        Settled = "settled",
        /// It is not late, or not late enough.
        NotLate = "not_late",
        /// It is paid through an agreement.
        InAgreement = "in_agreement",
        /// The customer says it is wrong.
        Disputed = "disputed",
        /// It is with somebody already.
        AlreadyPlaced = "already_placed",
        /// The customer says it is paid, and nobody has answered.
        ReceiptOpen = "receipt_open",
        /// The customer asked to split it, or for a new slip, and nobody has answered.
        Asked = "asked",
        /// Promised for a day that is not over.
        Promised = "promised",
        /// The customer's bills come to less than what is worth handing over.
        TooLittle = "too_little",
        /// In recovery, bankruptcy or civil insolvency.
        Insolvency = "insolvency",
        /// In court.
        InCourt = "in_court",
        /// The customer died.
        Deceased = "deceased",
        /// Over-indebted: a person looks for a way.
        OverIndebted = "over_indebted",
        /// The customer asked not to be contacted.
        DoNotContact = "do_not_contact",
    }

    /// What came of an agency's attempt, in its file's words.
    pub enum Code {
        /// Spoke with the customer.
        Contacted = "contacted",
        /// The customer said when they will pay.
        Promise = "promise",
        /// The customer will not pay, or not speak of it.
        Refusal = "refusal",
        /// The customer was not found by what is on file.
        NotFound = "not_found",
        /// The customer says it is paid: to be looked up, since it settles nothing.
        PaidClaimed = "paid_claimed",
    }

    /// Why one line of an agency's file is not taken.
    pub enum Refused {
        /// No bill has this number.
        UnknownBill = "unknown_bill",
        /// It was not with this agency on that day.
        NotPlaced = "not_placed",
        /// Not a day, or a day still to come.
        Day = "day",
        /// No code, or none that is known.
        Code = "code",
        /// No way, or none that is known.
        Channel = "channel",
        /// A promise without its day, or with one that is past or too far.
        PromisedDay = "promised_day",
        /// Too long a note.
        Note = "note",
        /// The same line came before.
        Repeated = "repeated",
    }
}

impl AgencyKind {
    /// Whether lawyers have it: what is in a proceeding or an estate is theirs alone.
    #[must_use]
    pub const fn lawyers(self) -> bool {
        matches!(self, Self::LawOffice | Self::InHouseLegal)
    }
}

impl End {
    /// Where the bill stands by it.
    #[must_use]
    pub const fn state(self) -> BillState {
        match self {
            Self::Settled | Self::WrittenOff => BillState::Closed,
            Self::Disputed | Self::InAgreement => BillState::Returned,
            Self::Recalled => BillState::Recalled,
        }
    }
}

/// What is known of a bill that somebody would hand over.
///
/// ```
/// use domain::flags::Flag;
/// use domain::money::Money;
/// use domain::placements::{AgencyKind, Candidate, LeftOut};
/// use domain::statement::Standing;
/// let late = Candidate { days_late: 95, balance: Money::cents(52_347), ..Candidate::default() };
/// assert_eq!(late.left_out(60, &[], AgencyKind::Agency), None);
/// assert_eq!(late.left_out(120, &[], AgencyKind::Agency), Some(LeftOut::NotLate));
/// // Nobody duns a family: what an estate owes is for lawyers, who know the way.
/// assert_eq!(late.left_out(60, &[Flag::Deceased], AgencyKind::Agency), Some(LeftOut::Deceased));
/// assert_eq!(late.left_out(60, &[Flag::Deceased], AgencyKind::LawOffice), None);
/// let disputed = Candidate { standing: Standing::Disputed, ..late };
/// assert_eq!(disputed.left_out(60, &[], AgencyKind::LawOffice), Some(LeftOut::Disputed));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Calendar days.
    pub days_late: u32,
    /// What is open of it.
    pub balance: Money,
    /// What may be done with it.
    pub standing: Standing,
    /// It is with somebody.
    pub placed: bool,
    /// A receipt of it waits for an answer.
    pub receipt: bool,
    /// A plan or a new slip was asked for.
    pub asked: bool,
    /// It is promised for a day that is not over.
    pub promised: bool,
}

impl Default for Candidate {
    fn default() -> Self {
        Self { days_late: 0, balance: Money::ZERO, standing: Standing::Open, placed: false, receipt: false, asked: false, promised: false }
    }
}

impl Candidate {
    /// Why it stays with the house; none when it may go to such an agency. `days` is from how many days late on.
    #[must_use]
    pub fn left_out(&self, days: u32, flags: &[Flag], kind: AgencyKind) -> Option<LeftOut> {
        match self.standing {
            Standing::Disputed => return Some(LeftOut::Disputed),
            Standing::InAgreement => return Some(LeftOut::InAgreement),
            Standing::Settled => return Some(LeftOut::Settled),
            Standing::Open => {}
        }
        if !self.balance.is_positive() {
            return Some(LeftOut::Settled);
        }
        if self.days_late < days.max(1) {
            return Some(LeftOut::NotLate);
        }
        if self.placed {
            return Some(LeftOut::AlreadyPlaced);
        }
        flags.iter().find_map(|flag| against(*flag, kind)).or(match self {
            Self { receipt: true, .. } => Some(LeftOut::ReceiptOpen),
            Self { asked: true, .. } => Some(LeftOut::Asked),
            Self { promised: true, .. } => Some(LeftOut::Promised),
            _ => None,
        })
    }
}

/// What a flag says against handing a customer's bills over.
#[must_use]
pub fn against(flag: Flag, kind: AgencyKind) -> Option<LeftOut> {
    let rule = flag.rule();
    if !(if kind.lawyers() { rule.stops_lawyers } else { rule.stops_agencies }) {
        return None;
    }
    Some(match flag {
        Flag::Insolvency => LeftOut::Insolvency,
        Flag::Legal => LeftOut::InCourt,
        Flag::Deceased => LeftOut::Deceased,
        Flag::OverIndebted => LeftOut::OverIndebted,
        Flag::DoNotContact => LeftOut::DoNotContact,
        Flag::Agency => LeftOut::AlreadyPlaced,
    })
}

/// Whether a person may confirm a hand-over; the word of the refusal otherwise. Up to one's own level one decides alone; beyond it a
/// second person confirms, whose level covers it, or who is a supervisor: nothing is given up by it, and it is taken back in one act.
///
/// ```
/// use domain::actors::Role::{Receivables, Supervisor};
/// use domain::money::Money;
/// use domain::placements::may_confirm;
/// let (level, more) = (Money::cents(200_000), Money::cents(200_001));
/// assert_eq!(may_confirm(Receivables, level, level, true), Ok(()));
/// assert_eq!(may_confirm(Receivables, level, more, true), Err("placement_four_eyes"));
/// assert_eq!(may_confirm(Receivables, level, more, false), Err("placement_level"));
/// assert_eq!(may_confirm(Supervisor, level, more, false), Ok(()));
/// ```
///
/// # Errors
/// `placement_four_eyes`, `placement_level`.
pub fn may_confirm(role: Role, level: Money, amount: Money, prepared_it: bool) -> Result<(), &'static str> {
    if amount <= level {
        Ok(())
    } else if prepared_it {
        Err("placement_four_eyes")
    } else if role == Role::Supervisor {
        Ok(())
    } else {
        Err("placement_level")
    }
}

impl Code {
    /// As an activity of ours it is this.
    ///
    /// ```
    /// use domain::activities::Outcome;
    /// use domain::placements::Code;
    /// assert_eq!(Code::PaidClaimed.outcome(), Outcome::ClaimedPaid);
    /// assert!(!Code::NotFound.outcome().reached());
    /// ```
    #[must_use]
    pub const fn outcome(self) -> Outcome {
        match self {
            Self::Contacted => Outcome::Spoke,
            Self::Promise => Outcome::Promised,
            Self::Refusal => Outcome::Refused,
            Self::NotFound => Outcome::WrongContact,
            Self::PaidClaimed => Outcome::ClaimedPaid,
        }
    }
}

/// An agency, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AgencyForm {
    /// As customers read it.
    pub name: String,
    /// The word of an [`AgencyKind`].
    pub kind: String,
    /// Where customers and the house write to.
    pub email: String,
    /// Where customers call.
    pub phone: String,
    /// See [`submission`].
    pub submission: String,
}

/// An agency that can be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidAgencyForm {
    /// As customers read it.
    pub name: String,
    /// What it is.
    pub kind: AgencyKind,
    /// Where customers and the house write to.
    pub email: String,
    /// Where customers call.
    pub phone: Option<String>,
    /// The number of this showing of the form.
    pub submission: Uuid,
}

impl AgencyForm {
    /// Reads the form.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self) -> Result<ValidAgencyForm, Vec<FieldError>> {
        let mut fields = Fields::default();
        let name = fields.read("name", text(&self.name, 120));
        let kind = fields.read("kind", one_of(&self.kind));
        let email = fields.read("email", email(&self.email));
        let phone = fields.read("phone", optional_text(&self.phone, 40));
        let submission = fields.read("submission", submission(&self.submission));
        fields.finish((|| Some(ValidAgencyForm { name: name?, kind: kind?, email: email?, phone: phone?, submission: submission? }))())
    }
}

/// A hand-over, as typed: bills that were ticked, or all that fit.
///
/// ```
/// use domain::money::Money;
/// use domain::placements::{Chosen, PlacementForm};
/// let form = PlacementForm {
///     agency: uuid::Uuid::from_u128(7).to_string(),
///     days: "90".into(),
///     least: "150,00".into(),
///     submission: uuid::Uuid::from_u128(3).to_string(),
///     ..PlacementForm::default()
/// };
/// assert_eq!(form.parse().unwrap().chosen, Chosen::Fitting { days: 90, least: Money::cents(15_000) });
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlacementForm {
    /// To whom.
    pub agency: String,
    /// Bills late for so many days or more …
    pub days: String,
    /// … of customers whose bills come to this at least; empty for any amount.
    pub least: String,
    /// Of this customer alone, by the bills that are named.
    pub customer: String,
    /// Bills of that customer.
    pub bills: Vec<String>,
    /// See [`submission`].
    pub submission: String,
}

/// Which bills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// All that fit.
    Fitting {
        /// Late for so many days or more.
        days: u32,
        /// Of customers whose bills come to this at least.
        least: Money,
    },
    /// These of one customer.
    Of {
        /// Whose.
        customer: CustomerId,
        /// Which.
        bills: Vec<BillId>,
    },
}

/// A hand-over that can be prepared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidPlacementForm {
    /// To whom.
    pub agency: Uuid,
    /// Which bills.
    pub chosen: Chosen,
    /// The number of this showing of the form.
    pub submission: Uuid,
}

impl PlacementForm {
    /// Reads the form.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self) -> Result<ValidPlacementForm, Vec<FieldError>> {
        let mut fields = Fields::default();
        let agency = fields.read("agency", one_of(&self.agency));
        let chosen = if self.customer.trim().is_empty() { self.fitting(&mut fields) } else { self.of_one(&mut fields) };
        let submission = fields.read("submission", submission(&self.submission));
        fields.finish((|| Some(ValidPlacementForm { agency: agency?, chosen: chosen?, submission: submission? }))())
    }

    fn fitting(&self, fields: &mut Fields) -> Option<Chosen> {
        let days = fields.read("days", whole(&self.days, 1, 3_650));
        let least = if self.least.trim().is_empty() { Some(Money::ZERO) } else { fields.read("least", amount(&self.least)) };
        Some(Chosen::Fitting { days: days?, least: least? })
    }

    fn of_one(&self, fields: &mut Fields) -> Option<Chosen> {
        let customer = fields.read("customer", one_of(&self.customer));
        let bills = match ids(&self.bills) {
            Ok(bills) if bills.is_empty() => Err(Problem::Missing),
            Ok(bills) if bills.len() > usize::from(MOST) => Err(Problem::OutOfRange { min: 1, max: u32::from(MOST) }),
            read => read,
        };
        let bills = fields.read("bills", bills);
        Some(Chosen::Of { customer: customer?, bills: bills? })
    }
}

/// What an agency did for one bill, as it wrote it: a form's fields, or the cells of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResultForm {
    /// The bill's number.
    pub bill: String,
    /// The day.
    pub on: String,
    /// The word of a [`Channel`].
    pub channel: String,
    /// The word of a [`Code`].
    pub code: String,
    /// The day a customer named, with a promise.
    pub promised_on: String,
    /// What was said, as far as it matters.
    pub note: String,
}

/// A result that can be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidResult {
    /// The bill's number.
    pub bill: String,
    /// The day.
    pub on: NaiveDate,
    /// By which way.
    pub channel: Channel,
    /// What came of it.
    pub code: Code,
    /// The day a customer named.
    pub promised_on: Option<NaiveDate>,
    /// What was said.
    pub note: Option<String>,
}

impl ResultForm {
    /// Reads it.
    ///
    /// ```
    /// use domain::forms::{FieldError, Problem};
    /// use domain::placements::{Code, Refused, ResultForm, refused};
    /// let today = "2026-11-22".parse()?;
    /// let row = ResultForm { bill: "000123".into(), on: "20/11/2026".into(), channel: "phone".into(), code: "promise".into(), ..ResultForm::default() };
    /// let problems = row.parse(today).unwrap_err();
    /// assert_eq!(problems, [FieldError::new("promised_on", Problem::Missing)]);
    /// assert_eq!(refused(&problems), Refused::PromisedDay);
    /// let whole = ResultForm { promised_on: "2026-11-30".into(), ..row };
    /// assert_eq!(whole.parse(today).unwrap().code, Code::Promise);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self, today: NaiveDate) -> Result<ValidResult, Vec<FieldError>> {
        let mut fields = Fields::default();
        let bill = fields.read("bill", text(&self.bill, 100));
        let on = fields.read("on", date(&self.on).and_then(|on| if on > today { Err(Problem::InTheFuture) } else { Ok(on) }));
        let channel = fields.read("channel", one_of(&self.channel));
        let code: Option<Code> = fields.read("code", one_of(&self.code));
        let promised_on = match (code, self.promised_on.trim()) {
            (Some(Code::Promise), raw) => fields.read("promised_on", promised(raw, on, today)).map(Some),
            _ => Some(None),
        };
        let note = fields.read("note", optional_text(&self.note, 500));
        fields.finish((|| {
            Some(ValidResult { bill: bill?, on: on?, channel: channel?, code: code?, promised_on: promised_on?, note: note? })
        })())
    }
}

/// The day of a promise: not before the day it was given, and not farther than one may wait.
fn promised(raw: &str, on: Option<NaiveDate>, today: NaiveDate) -> Result<NaiveDate, Problem> {
    let last = crate::calendar::days_after(today, FARTHEST_DAYS);
    match date(raw)? {
        day if on.is_some_and(|on| day < on) => Err(Problem::InThePast),
        day if day > last => Err(Problem::TooFar { last }),
        day => Ok(day),
    }
}

/// The first of a line's problems, as the one word with which the line is given back.
#[must_use]
pub fn refused(problems: &[FieldError]) -> Refused {
    match problems.first().map(|problem| &*problem.field) {
        Some("on") => Refused::Day,
        Some("channel") => Refused::Channel,
        Some("code") => Refused::Code,
        Some("promised_on") => Refused::PromisedDay,
        Some("note") => Refused::Note,
        _ => Refused::UnknownBill,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn late() -> Candidate {
        Candidate { days_late: 90, balance: Money::cents(10_000), ..Candidate::default() }
    }

    #[test]
    fn every_reason_keeps_a_bill_with_the_house() {
        let out = |candidate: Candidate| candidate.left_out(60, &[], AgencyKind::Agency);
        assert_eq!(out(late()), None);
        assert_eq!(out(Candidate { balance: Money::ZERO, ..late() }), Some(LeftOut::Settled));
        assert_eq!(out(Candidate { standing: Standing::Settled, ..late() }), Some(LeftOut::Settled));
        assert_eq!(out(Candidate { standing: Standing::InAgreement, ..late() }), Some(LeftOut::InAgreement));
        assert_eq!(out(Candidate { placed: true, ..late() }), Some(LeftOut::AlreadyPlaced));
        assert_eq!(out(Candidate { receipt: true, promised: true, ..late() }), Some(LeftOut::ReceiptOpen));
        assert_eq!(out(Candidate { asked: true, ..late() }), Some(LeftOut::Asked));
        assert_eq!(out(Candidate { promised: true, ..late() }), Some(LeftOut::Promised));
        assert_eq!(out(Candidate { days_late: 59, ..late() }), Some(LeftOut::NotLate));
        // Not even where somebody asks for bills from today on.
        assert_eq!(Candidate { days_late: 0, ..late() }.left_out(0, &[], AgencyKind::Agency), Some(LeftOut::NotLate));
    }

    #[test]
    fn whom_a_flag_protects_stays_with_the_house_or_goes_to_lawyers_alone() {
        for flag in Flag::ALL {
            let to = |kind| late().left_out(1, &[*flag], kind);
            match flag {
                Flag::Insolvency | Flag::Legal | Flag::Deceased => {
                    assert!(
                        to(AgencyKind::Agency).is_some() && to(AgencyKind::LawOffice).is_none() && to(AgencyKind::InHouseLegal).is_none()
                    );
                }
                Flag::OverIndebted | Flag::DoNotContact => assert!(AgencyKind::ALL.iter().all(|kind| to(*kind).is_some())),
                // A customer whose one bill is out may have another follow it.
                Flag::Agency => assert!(AgencyKind::ALL.iter().all(|kind| to(*kind).is_none())),
            }
        }
    }

    #[test]
    fn the_forms_say_everything_that_is_wrong() {
        let names = |errors: Vec<FieldError>| errors.into_iter().map(|error| error.field.into_owned()).collect::<Vec<_>>();
        assert_eq!(names(AgencyForm::default().parse().unwrap_err()), ["name", "kind", "email", "submission"]);
        assert_eq!(names(PlacementForm::default().parse().unwrap_err()), ["agency", "days", "submission"]);
        let of_one = PlacementForm { customer: Uuid::from_u128(1).to_string(), ..PlacementForm::default() };
        assert_eq!(names(of_one.parse().unwrap_err()), ["agency", "bills", "submission"]);
        assert_eq!(names(ResultForm::default().parse(day("2026-11-22")).unwrap_err()), ["bill", "on", "channel", "code"]);
        let row = |promised_on: &str| ResultForm {
            bill: "1".into(),
            on: "2026-11-20".into(),
            channel: "phone".into(),
            code: "promise".into(),
            promised_on: promised_on.into(),
            note: String::new(),
        };
        let problem = |promised_on| row(promised_on).parse(day("2026-11-22")).unwrap_err()[0].problem.clone();
        assert_eq!(problem("2026-11-19"), Problem::InThePast);
        assert_eq!(problem("2027-11-19"), Problem::TooFar { last: day("2027-03-22") });
        assert!(row("2026-11-20").parse(day("2026-11-22")).is_ok());
        let future = ResultForm { on: "2026-11-23".into(), ..row("") };
        assert_eq!(refused(&future.parse(day("2026-11-22")).unwrap_err()), Refused::Day);
    }
}
