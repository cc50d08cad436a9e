//! The notice of default of individual health plans (Lei 9.656/1998, art. 13, sole paragraph, II; ANS, RN 593/2023 as amended by RN
//! 617/2024): how many days count, by when the customer is to be told, what the notice must say, and until when they may pay. Never says
//! that a contract is over: that is a person's decision, and only after what this module counts.
//!
//! Where the rule can be read in two ways, the default is the one that favours the customer, and says so.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, days_after};
use crate::forms::{FieldError, Fields, Problem, date, one_of, optional_text, text};
use crate::ids::BillId;
use crate::words::words;

words! {
    /// How days of several unpaid months add up.
    pub enum Counting {
        /// A day counts once, however many bills were late on it: the reading that favours the customer.
        Union = "union",
        /// The days of each bill, added.
        Sum = "sum",
    }

    /// Why a bill's days do not count, though it is unpaid.
    pub enum Excluded {
        /// No boleto that could be paid was there: the creditor's own doing.
        NoSlip = "no_slip",
        /// A new boleto was asked for, and not answered yet.
        SlipAsked = "slip_asked",
        /// The customer says it is wrong, and is not answered yet.
        Disputed = "disputed",
        /// It is paid through an agreement.
        InAgreement = "in_agreement",
    }

    /// By what a notice is proven (RN 593/2023, art. 8).
    pub enum Proof {
        /// The customer signed in with a code and opened it.
        Read = "read",
        /// A letter with acknowledgement of receipt (AR); whose signature it has does not matter.
        Letter = "letter",
        /// An agent's signed receipt.
        Agent = "agent",
        /// A recorded call in which data were confirmed.
        Call = "call",
        /// A message by SMS or an encrypted app that the customer answered.
        Message = "message",
        /// Every means was tried: the day of the last attempt.
        Exhausted = "exhausted",
    }

    /// What a notice must say; without any of it there is none.
    pub enum Content {
        /// The operator's legal name.
        CreditorName = "creditor_name",
        /// Its address.
        CreditorAddress = "creditor_address",
        /// Its registration with ANS.
        CreditorRegistration = "creditor_registration",
        /// How to reach it: telephone or e-mail.
        CreditorContact = "creditor_contact",
        /// The contract holder's name and CPF.
        Holder = "holder",
        /// Who may lose the plan, with CPF: the holder and dependants.
        Beneficiaries = "beneficiaries",
        /// The contract's number.
        Contract = "contract",
        /// The plan's commercial name.
        Plan = "plan",
        /// Its registration with ANS.
        PlanRegistration = "plan_registration",
        /// The unpaid months and what they come to today.
        Debt = "debt",
    }
}

/// The creditor's settings for notices of default: data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DefaultPolicy {
    /// Kinds of contracts, as imported, to which the rule applies.
    pub kinds: Vec<String>,
    /// How days add up.
    pub counting: Counting,
    /// Calendar days back that are looked at: twelve months.
    pub window: u32,
    /// Unpaid months without which there is no default to tell of.
    pub least_bills: u16,
    /// From this day on staff sees it come.
    pub warn_from: u32,
    /// From this day on it is time to tell.
    pub tell_from: u32,
    /// The last day of an ordinary notice.
    pub tell_by: u32,
    /// What has to be passed before anything may happen to the contract.
    pub threshold: u32,
    /// Calendar days to pay after the notice, or after the answer to a dispute.
    pub days_to_pay: u32,
}

impl Default for DefaultPolicy {
    fn default() -> Self {
        Self {
            kinds: vec!["individual".to_owned()],
            counting: Counting::Union,
            window: 365,
            least_bills: 2,
            warn_from: 30,
            tell_from: 40,
            tell_by: 50,
            threshold: 60,
            days_to_pay: 10,
        }
    }
}

/// A month that is unpaid today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unpaid {
    /// The bill.
    pub bill: BillId,
    /// Due, as printed.
    pub due_on: NaiveDate,
    /// Why its days do not count.
    pub excluded: Option<Excluded>,
}

/// How far a default is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Unpaid months that count.
    pub bills: u16,
    /// Days of default in the window.
    pub days: u32,
}

/// Counts the days of default today. A day on which banks were closed is no day late; a month that was paid since does not count.
///
/// ```
/// use domain::calendar::Calendar;
/// use domain::default_notices::{Count, Counting, DefaultPolicy, Unpaid, count};
/// use domain::ids::BillId;
/// let bill = |n, due: &str| Unpaid { bill: BillId(uuid::Uuid::from_u128(n)), due_on: due.parse().unwrap(), excluded: None };
/// // Due on Monday, 5 October, and on Thursday, 5 November 2026; on 22 November 48 and 17 days late.
/// let bills = [bill(1, "2026-10-05"), bill(2, "2026-11-05")];
/// let (today, calendar) = ("2026-11-22".parse()?, Calendar::default());
/// assert_eq!(count(&bills, today, &DefaultPolicy::default(), &calendar), Count { bills: 2, days: 48 });
/// let summed = DefaultPolicy { counting: Counting::Sum, ..DefaultPolicy::default() };
/// assert_eq!(count(&bills, today, &summed, &calendar).days, 65);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn count(bills: &[Unpaid], today: NaiveDate, policy: &DefaultPolicy, calendar: &Calendar) -> Count {
    let first = today.checked_sub_days(Days::new(u64::from(policy.window))).unwrap_or(NaiveDate::MIN);
    let counted = bills.iter().filter(|bill| bill.excluded.is_none());
    // The days after the last one on which it could be paid in time: (from, today].
    let starts: Vec<NaiveDate> =
        counted.map(|bill| calendar.next_business_day(bill.due_on).max(first)).filter(|from| *from < today).collect();
    let days_of = |from: NaiveDate| u32::try_from((today - from).num_days()).unwrap_or(0);
    // All end today: what they cover together is what the longest covers.
    let days = match policy.counting {
        Counting::Union => starts.iter().copied().min().map_or(0, days_of),
        Counting::Sum => starts.iter().copied().map(days_of).sum(),
    };
    Count { bills: u16::try_from(starts.len()).unwrap_or(u16::MAX), days }
}

/// A notice that was given, as far as the clock needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The day the customer was told, as it is proven; none while it is not.
    pub proven_on: Option<NaiveDate>,
    /// The months it named.
    pub bills: Vec<BillId>,
    /// Disputes of those months after the notice: the day of the answer, none while it is awaited.
    pub disputes: Vec<Option<NaiveDate>>,
}

/// Where a contract stands. What it is to be told is never "cancelled".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing, or too little to speak of.
    Clear,
    /// The day of the notice comes.
    Near,
    /// It is time to give notice; this is the last day of an ordinary one.
    Tell(NaiveDate),
    /// The fiftieth day went by without notice: one given now still opens the days to pay.
    Overdue,
    /// Notice left, and is not proven yet.
    Unproven,
    /// The customer may pay until this day.
    Running(NaiveDate),
    /// The notice is disputed: the clock stands until the answer.
    Contested,
    /// The days to pay are over, and the threshold is not passed.
    Waiting,
    /// Everything that the law asks for before a decision is there; the decision is a person's.
    ToDecide,
}

impl Given {
    /// Whether the notice is of the default of today: at least so many of the months that it named are still unpaid. A customer who paid
    /// them and falls behind again is told again (the reading that favours the customer).
    #[must_use]
    pub fn serves(&self, unpaid: &[Unpaid], policy: &DefaultPolicy) -> bool {
        let left = self.bills.iter().filter(|bill| unpaid.iter().any(|one| one.bill == **bill)).count();
        left >= usize::from(policy.least_bills)
    }

    /// The last day to pay; none while the notice is not proven, or while a dispute of it is not answered.
    #[must_use]
    pub fn pay_until(&self, policy: &DefaultPolicy) -> Option<NaiveDate> {
        let answers: Option<Vec<NaiveDate>> = self.disputes.iter().copied().collect();
        let from = answers?.into_iter().chain(self.proven_on).max().filter(|_| self.proven_on.is_some())?;
        Some(days_after(from, policy.days_to_pay))
    }
}

/// Where a contract stands today, with the notice that was given last.
///
/// ```
/// use domain::calendar::Calendar;
/// use domain::default_notices::{DefaultPolicy, Given, Stage, Unpaid, stage};
/// use domain::ids::BillId;
/// let ids = [1, 2].map(|n| BillId(uuid::Uuid::from_u128(n)));
/// let bills = [(ids[0], "2026-10-05"), (ids[1], "2026-11-05")].map(|(bill, due)| Unpaid { bill, due_on: due.parse().unwrap(), excluded: None });
/// let (policy, calendar) = (DefaultPolicy::default(), Calendar::default());
/// let on = |day: &str, given: Option<&Given>| stage(&bills, given, day.parse().unwrap(), &policy, &calendar);
/// assert_eq!(on("2026-11-22", None), Stage::Tell("2026-11-24".parse()?)); // day 48 of 50
/// assert_eq!(on("2026-11-25", None), Stage::Overdue);
/// let told = Given { proven_on: Some("2026-11-23".parse()?), bills: ids.to_vec(), disputes: Vec::new() };
/// assert_eq!(on("2026-11-25", Some(&told)), Stage::Running("2026-12-03".parse()?));
/// assert_eq!(on("2026-12-04", Some(&told)), Stage::Waiting); // day 60
/// assert_eq!(on("2026-12-05", Some(&told)), Stage::ToDecide); // more than 60
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn stage(unpaid: &[Unpaid], given: Option<&Given>, today: NaiveDate, policy: &DefaultPolicy, calendar: &Calendar) -> Stage {
    let Count { bills, days } = count(unpaid, today, policy, calendar);
    if bills < policy.least_bills && given.is_none_or(|given| given.disputes.iter().all(Option::is_some)) {
        return Stage::Clear;
    }
    let Some(given) = given.filter(|given| given.serves(unpaid, policy)) else {
        return match days {
            days if bills < policy.least_bills || days < policy.warn_from => Stage::Clear,
            days if days < policy.tell_from => Stage::Near,
            days if days <= policy.tell_by => Stage::Tell(days_after(today, policy.tell_by - days)),
            _ => Stage::Overdue,
        };
    };
    if given.proven_on.is_none() {
        return Stage::Unproven;
    }
    match given.pay_until(policy) {
        None => Stage::Contested,
        Some(until) if today <= until => Stage::Running(until),
        Some(_) if days <= policy.threshold => Stage::Waiting,
        Some(_) => Stage::ToDecide,
    }
}

/// What a notice would say, part by part: nothing where it is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Each part and its words.
    pub parts: Vec<(Content, String)>,
}

impl Facts {
    /// What is missing, in the order of the notice: without it there is no notice.
    ///
    /// ```
    /// use domain::default_notices::{Content, Facts};
    /// let all = Facts { parts: Content::ALL.iter().map(|part| (*part, "x".to_owned())).collect() };
    /// assert_eq!(all.missing(), []);
    /// let mut without = all;
    /// without.parts[1].1 = " ".to_owned();
    /// assert_eq!(without.missing(), [Content::CreditorAddress]);
    /// assert_eq!(Facts::default().missing().len(), Content::ALL.len());
    /// ```
    #[must_use]
    pub fn missing(&self) -> Vec<Content> {
        let said = |part: &Content| self.parts.iter().any(|(one, words)| one == part && !words.trim().is_empty());
        Content::ALL.iter().copied().filter(|part| !said(part)).collect()
    }
}

words! {
    /// How a notice leaves.
    pub enum Sending {
        /// By e-mail, with reading confirmed in the portal.
        Mail = "mail",
        /// By letter; the proof is entered when it comes.
        Post = "post",
    }
}

/// A notice to be given, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoticeForm {
    /// The word of a [`Sending`].
    pub sending: String,
    /// Who may lose the plan, with CPF, one a line.
    pub beneficiaries: String,
    /// See [`crate::forms::submission`].
    pub submission: String,
}

impl NoticeForm {
    /// Reads the form.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self) -> Result<(Sending, String), Vec<FieldError>> {
        let mut fields = Fields::default();
        let sending = fields.read("sending", one_of(&self.sending));
        let beneficiaries = fields.read("beneficiaries", text(&self.beneficiaries, 2_000));
        fields.finish(sending.zip(beneficiaries))
    }
}

/// The proof of a notice, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProofForm {
    /// The word of a [`Proof`].
    pub proof: String,
    /// The day it proves.
    pub on: String,
    /// Number of the letter, of the recording …
    pub note: String,
}

impl ProofForm {
    /// Reads the form: what a person enters is never [`Proof::Read`], which the portal sees by itself.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self, sent_on: NaiveDate, today: NaiveDate) -> Result<(Proof, NaiveDate, Option<String>), Vec<FieldError>> {
        let mut fields = Fields::default();
        let proof = one_of(&self.proof).and_then(|proof| if proof == Proof::Read { Err(Problem::ChooseOne) } else { Ok(proof) });
        let proof = fields.read("proof", proof);
        let on = date(&self.on).and_then(|day| match day {
            day if day < sent_on => Err(Problem::InThePast),
            day if day > today => Err(Problem::InTheFuture),
            day => Ok(day),
        });
        let on = fields.read("on", on);
        let note = fields.read("note", optional_text(&self.note, 200));
        fields.finish((|| Some((proof?, on?, note?)))())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn bill(n: u128, due: &str) -> Unpaid {
        Unpaid { bill: BillId(Uuid::from_u128(n)), due_on: day(due), excluded: None }
    }

    fn counted(bills: &[Unpaid], today: &str) -> (u16, u32) {
        let Count { bills, days } = count(bills, day(today), &DefaultPolicy::default(), &Calendar::default());
        (bills, days)
    }

    #[test]
    fn days_count_once_and_only_in_twelve_months() {
        // Days late one after another, and apart; the second month adds nothing to the first's days.
        assert_eq!(counted(&[bill(1, "2026-11-05")], "2026-11-22"), (1, 17));
        assert_eq!(counted(&[bill(1, "2026-11-05"), bill(2, "2026-10-05")], "2026-11-22"), (2, 48));
        // Due on a Saturday before a holiday on Monday: Tuesday is in time, Wednesday is the first day late.
        assert_eq!(counted(&[bill(1, "2026-10-10")], "2026-10-13"), (0, 0));
        assert_eq!(counted(&[bill(1, "2026-10-10")], "2026-10-14"), (1, 1));
        // Older than a year: its days of the last twelve months, and no more.
        assert_eq!(counted(&[bill(1, "2024-01-05")], "2026-11-22"), (1, 365));
        assert_eq!(counted(&[bill(1, "2026-12-05")], "2026-11-22"), (0, 0), "not due");
    }

    #[test]
    fn what_the_creditor_caused_does_not_count() {
        for excluded in Excluded::ALL {
            let caused = Unpaid { excluded: Some(*excluded), ..bill(1, "2026-09-05") };
            assert_eq!(counted(&[caused, bill(2, "2026-11-05")], "2026-11-22"), (1, 17), "{excluded}");
        }
    }

    #[test]
    fn one_month_alone_is_no_default_to_tell_of() {
        let (policy, calendar) = (DefaultPolicy::default(), Calendar::default());
        let stage = |bills: &[Unpaid], today: &str| stage(bills, None, day(today), &policy, &calendar);
        assert_eq!(stage(&[bill(1, "2026-06-05")], "2026-11-22"), Stage::Clear);
        let two = [bill(1, "2026-10-05"), bill(2, "2026-11-05")];
        assert_eq!(stage(&two, "2026-11-03"), Stage::Clear, "the second is not due");
        assert_eq!(stage(&two, "2026-11-06"), Stage::Near, "day 32");
        assert_eq!(stage(&two, "2026-11-13"), Stage::Near, "day 39");
        assert_eq!(stage(&two, "2026-11-14"), Stage::Tell(day("2026-11-24")), "day 40");
        assert_eq!(stage(&two, "2026-11-24"), Stage::Tell(day("2026-11-24")), "day 50");
        assert_eq!(stage(&two, "2026-11-25"), Stage::Overdue, "day 51");
    }

    #[test]
    fn ten_days_from_the_proof_or_from_the_answer() {
        let (policy, calendar) = (DefaultPolicy::default(), Calendar::default());
        let two = [bill(1, "2026-10-05"), bill(2, "2026-11-05")];
        let given = Given { proven_on: Some(day("2026-12-01")), bills: two.iter().map(|one| one.bill).collect(), disputes: Vec::new() };
        let on = |given: &Given, today: &str| stage(&two, Some(given), day(today), &policy, &calendar);
        let unproven = Given { proven_on: None, ..given.clone() };
        assert_eq!(on(&unproven, "2026-12-20"), Stage::Unproven, "a notice without proof opens no days");
        // Late notice: day 57, and its ten days all the same.
        assert_eq!(on(&given, "2026-12-11"), Stage::Running(day("2026-12-11")));
        assert_eq!(on(&given, "2026-12-12"), Stage::ToDecide);
        let contested = Given { disputes: vec![None], ..given.clone() };
        assert_eq!(on(&contested, "2026-12-30"), Stage::Contested);
        let answered = Given { disputes: vec![Some(day("2026-12-09"))], ..given.clone() };
        assert_eq!(on(&answered, "2026-12-12"), Stage::Running(day("2026-12-19")));
        // Answered before the notice was proven: the proof counts.
        let early = Given { disputes: vec![Some(day("2026-11-20"))], ..given.clone() };
        assert_eq!(early.pay_until(&policy), Some(day("2026-12-11")));
        assert_eq!(Given { disputes: vec![Some(day("2026-12-09"))], ..unproven }.pay_until(&policy), None);
        // One of the two was paid, another fell due: a new default, to be told anew.
        let later = [bill(2, "2026-11-05"), bill(3, "2026-12-07")];
        assert!(!given.serves(&later, &policy));
        assert_eq!(stage(&later, Some(&given), day("2026-12-18"), &policy, &calendar), Stage::Tell(day("2026-12-25")));
    }

    #[test]
    fn forms_say_what_is_wrong() {
        let form = ProofForm { proof: "read".into(), on: "2026-11-19".into(), note: String::new() };
        let errors = form.parse(day("2026-11-20"), day("2026-11-22")).unwrap_err();
        assert_eq!(errors, [FieldError::new("proof", Problem::ChooseOne), FieldError::new("on", Problem::InThePast)]);
        let good = ProofForm { proof: "letter".into(), on: "22/11/2026".into(), note: " AR BR123 ".into() };
        let read = good.parse(day("2026-11-20"), day("2026-11-22")).unwrap();
        assert_eq!(read, (Proof::Letter, day("2026-11-22"), Some("AR BR123".to_owned())));
        assert_eq!(NoticeForm::default().parse().unwrap_err().len(), 2);
    }
}
