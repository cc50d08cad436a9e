//! Flags: what is to be known of a customer before anybody speaks or writes to them. One table says who sets a flag and lifts it, what
//! it asks for and what it stops. Never decides whether a flag is true: a person does, and answers for it.
//!
//! A flag protects: whoever learns of a death or of "do not contact me" may set it, and fewer may lift it. What ends in court is said
//! by those who answer for it there.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::actors::Role::{self, Legal, Operator, Receivables, Supervisor};
use crate::forms::{FieldError, Fields, Problem, date, one_of, optional_text, text};
use crate::words::words;

words! {
    /// What is to be known of a customer.
    pub enum Flag {
        /// Judicial or extrajudicial recovery, bankruptcy, civil insolvency: debts are paid by that proceeding's order.
        Insolvency = "insolvency",
        /// In court between the customer and the creditor.
        Legal = "legal",
        /// With a collection agency.
        Agency = "agency",
        /// The customer died: who answers is the estate.
        Deceased = "deceased",
        /// Over-indebted (Lei 14.181/2021): a person looks for a way, the portal's limits are not the last word.
        OverIndebted = "over_indebted",
        /// The customer asked not to be written to or called.
        DoNotContact = "do_not_contact",
    }
}

/// What holds for one flag.
///
/// ```
/// use domain::actors::Role;
/// use domain::flags::Flag;
/// let rule = Flag::DoNotContact.rule();
/// assert!(rule.set_by.contains(&Role::Operator) && !rule.lifted_by.contains(&Role::Operator));
/// assert!(rule.stops_reminders && !rule.stops_plans);
/// assert!(Flag::Legal.rule().needs_case);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Which.
    pub flag: Flag,
    /// Who may set it.
    pub set_by: &'static [Role],
    /// Who may lift it.
    pub lifted_by: &'static [Role],
    /// A case number is part of it.
    pub needs_case: bool,
    /// Nothing is sent by our own channels: no reminder, no campaign. What the law asks for goes by post.
    pub stops_reminders: bool,
    /// No plan by self-service: a person has to be asked.
    pub stops_plans: bool,
    /// Nothing is handed over to a collection agency.
    pub stops_agencies: bool,
    /// Nor to lawyers.
    pub stops_lawyers: bool,
}

/// Those who meet customers.
const DESK: &[Role] = &[Operator, Receivables, Supervisor, Legal];

/// The rules, one for each flag.
const RULES: [Rule; 6] = [
    // What is paid outside the proceeding may be void (Lei 11.101/2005, art. 49 and 172): neither reminders nor plans.
    Rule {
        flag: Flag::Insolvency,
        set_by: &[Legal, Supervisor],
        lifted_by: &[Legal],
        needs_case: true,
        stops_reminders: true,
        stops_plans: true,
        stops_agencies: true,
        stops_lawyers: false,
    },
    // Between the parties' lawyers; an agreement may be made there.
    Rule {
        flag: Flag::Legal,
        set_by: &[Legal],
        lifted_by: &[Legal],
        needs_case: true,
        stops_reminders: true,
        stops_plans: true,
        stops_agencies: true,
        stops_lawyers: false,
    },
    // The agency reminds; two voices for one bill confuse. The customer may still help themselves.
    Rule {
        flag: Flag::Agency,
        set_by: &[Receivables, Supervisor],
        lifted_by: &[Receivables, Supervisor],
        needs_case: false,
        stops_reminders: true,
        stops_plans: false,
        stops_agencies: false,
        stops_lawyers: false,
    },
    // Nobody writes to the dead, and their family is not dunned; the estate answers, by whoever proves to speak for it: lawyers know the way.
    Rule {
        flag: Flag::Deceased,
        set_by: DESK,
        lifted_by: &[Supervisor, Legal],
        needs_case: false,
        stops_reminders: true,
        stops_plans: true,
        stops_agencies: true,
        stops_lawyers: false,
    },
    // Help is what is asked for: plans stay open, and a person may offer more than the policy does. No stranger is sent for them.
    Rule {
        flag: Flag::OverIndebted,
        set_by: DESK,
        lifted_by: &[Supervisor, Legal],
        needs_case: false,
        stops_reminders: false,
        stops_plans: false,
        stops_agencies: true,
        stops_lawyers: true,
    },
    Rule {
        flag: Flag::DoNotContact,
        set_by: DESK,
        lifted_by: &[Supervisor],
        needs_case: false,
        stops_reminders: true,
        stops_plans: false,
        stops_agencies: true,
        stops_lawyers: true,
    },
];

impl Flag {
    /// What holds for it.
    #[must_use]
    pub const fn rule(self) -> &'static Rule {
        match self {
            Self::Insolvency => &RULES[0],
            Self::Legal => &RULES[1],
            Self::Agency => &RULES[2],
            Self::Deceased => &RULES[3],
            Self::OverIndebted => &RULES[4],
            Self::DoNotContact => &RULES[5],
        }
    }
}

/// By which way a customer may be told what was not asked for.
///
/// ```
/// use domain::flags::{Flag, Way, way};
/// assert_eq!(way(&[Flag::OverIndebted]), Way::OurChannels);
/// assert_eq!(way(&[Flag::OverIndebted, Flag::Deceased]), Way::ByPost);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By e-mail and whatever else is ours.
    OurChannels,
    /// Only what the law asks for, and by post.
    ByPost,
}

/// What a customer's flags leave of the ways to tell them something.
#[must_use]
pub fn way(flags: &[Flag]) -> Way {
    if flags.iter().any(|flag| flag.rule().stops_reminders) { Way::ByPost } else { Way::OurChannels }
}

/// The flag because of which there is no plan by self-service, if there is one.
#[must_use]
pub fn against_plans(flags: &[Flag]) -> Option<Flag> {
    flags.iter().copied().find(|flag| flag.rule().stops_plans)
}

/// A flag to be set, as typed.
///
/// ```
/// use domain::flags::FlagForm;
/// use domain::forms::{FieldError, Problem};
/// let today = "2026-11-22".parse()?;
/// let form = FlagForm { flag: "legal".into(), reason: "Ação revisional".into(), since: "20/11/2026".into(), ..FlagForm::default() };
/// assert_eq!(form.parse(today), Err(vec![FieldError::new("case_number", Problem::Missing)]));
/// let with_case = FlagForm { case_number: "0001234-56.2026.8.16.0001".into(), ..form };
/// assert_eq!(with_case.parse(today).unwrap().case_number.as_deref(), Some("0001234-56.2026.8.16.0001"));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FlagForm {
    /// The word of a [`Flag`].
    pub flag: String,
    /// Why, and how it is known.
    pub reason: String,
    /// The number of the case, where there is one.
    pub case_number: String,
    /// Since when; today when nothing is said.
    pub since: String,
}

/// A flag that can be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidFlagForm {
    /// Which.
    pub flag: Flag,
    /// Why.
    pub reason: String,
    /// The number of the case.
    pub case_number: Option<String>,
    /// Since when.
    pub since: NaiveDate,
}

impl FlagForm {
    /// Reads the form.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self, today: NaiveDate) -> Result<ValidFlagForm, Vec<FieldError>> {
        let mut fields = Fields::default();
        let flag: Option<Flag> = fields.read("flag", one_of(&self.flag));
        let since = if self.since.trim().is_empty() { Ok(today) } else { date(&self.since) };
        let since = fields.read("since", since.and_then(|day| if day > today { Err(Problem::InTheFuture) } else { Ok(day) }));
        let needs_case = flag.is_some_and(|flag| flag.rule().needs_case);
        let case_number = optional_text(&self.case_number, 60);
        let case_number = fields
            .read("case_number", case_number.and_then(|case| if needs_case && case.is_none() { Err(Problem::Missing) } else { Ok(case) }));
        let reason = fields.read("reason", text(&self.reason, 500));
        fields.finish((|| Some(ValidFlagForm { flag: flag?, reason: reason?, case_number: case_number?, since: since? }))())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_flag_has_its_own_rule_and_somebody_who_lifts_it() {
        for flag in Flag::ALL {
            let rule = flag.rule();
            assert_eq!(rule.flag, *flag);
            assert!(!rule.set_by.is_empty() && !rule.lifted_by.is_empty());
            // Whoever may take a protection away may also give it; nobody who keeps users does either.
            assert!(rule.lifted_by.iter().all(|role| rule.set_by.contains(role)), "{flag}");
            assert!(!rule.set_by.contains(&Role::Administrator), "{flag}");
        }
    }

    #[test]
    fn what_a_flag_stops() {
        let stops = |stop: fn(&Rule) -> bool| Flag::ALL.iter().copied().filter(|flag| stop(flag.rule())).collect::<Vec<_>>();
        use Flag::{Agency, Deceased, DoNotContact, Insolvency, Legal as InCourt};
        assert_eq!(stops(|rule| rule.stops_reminders), [Insolvency, InCourt, Agency, Deceased, DoNotContact]);
        assert_eq!(stops(|rule| rule.stops_plans), [Insolvency, InCourt, Deceased]);
        assert_eq!(against_plans(&[Agency, Deceased]), Some(Deceased));
        assert_eq!((against_plans(&[]), way(&[])), (None, Way::OurChannels));
    }

    #[test]
    fn the_form_says_everything_that_is_wrong() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let form = FlagForm { flag: "insolvency".into(), since: "2026-11-23".into(), ..FlagForm::default() };
        let problems: Vec<_> = form.parse(today).unwrap_err().into_iter().map(|error| (error.field.into_owned(), error.problem)).collect();
        let expected = [("since", Problem::InTheFuture), ("case_number", Problem::Missing), ("reason", Problem::Missing)];
        assert_eq!(problems, expected.map(|(field, problem)| (field.to_owned(), problem)));
        assert_eq!(FlagForm { flag: "vip".into(), ..FlagForm::default() }.parse(today).unwrap_err()[0].problem, Problem::ChooseOne);
        let valid = FlagForm { flag: "deceased".into(), reason: "Certidão apresentada pela filha".into(), ..FlagForm::default() };
        assert_eq!(valid.parse(today).unwrap().since, today);
    }
}
