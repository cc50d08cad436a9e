//! What the portal writes to people, in the house's words where it has some in the reader's language, and in the built-in ones where not. Never
//! in another language than the reader's, and never in words that lack what a notice has to say: those give way to the built-in ones.
//!
//! Words are taken when something is written, and what was written stays as it was: notices keep their text, mails wait in the outbox worded.

mod examples;
pub mod versions;

use domain::templates::notices::{Kind, Variable, Words};

use crate::db::Conn;
use crate::error::Result;
use crate::policies::{self, Creditor};
use crate::sql;
use crate::texts::{self, Locale};

/// Values of the variables that only whoever writes knows: those of [`Kind::given`].
pub(crate) type Values = Vec<(Variable, String)>;

/// What a notice says to somebody, in their language.
pub(crate) async fn word(conn: &mut Conn, kind: Kind, l: Locale, name: &str, values: &[(Variable, String)]) -> Result<Words> {
    let creditor = policies::creditor(conn).await?;
    let given = |variable: Variable| values.iter().find(|(one, _)| *one == variable).map(|(_, value)| value.clone());
    debug_assert!(kind.given().all(|variable| given(variable).is_some()), "{kind} is written without something it may say");
    let value = |variable| of_everything(&creditor, name, variable).or_else(|| given(variable)).unwrap_or_default();
    let own = sql!(conn, optional (Option<String>, Option<String>):
        "select head, body from templates where kind = $1 and locale = $2 order by version desc limit 1", kind.as_str(), l.tag())?;
    let Some(own) = own.and_then(|(head, body)| Some(Words { head: head?, body: body? })) else {
        return Ok(built_in(kind, l, &value));
    };
    Ok(kind.read(&own).map_or_else(
        |_| {
            tracing::warn!(%kind, language = l.tag(), "the house's words do not fit any more; the built-in ones are used");
            built_in(kind, l, &value)
        },
        |own| own.fill(kind, value),
    ))
}

/// What is known without whoever writes.
fn of_everything(creditor: &Creditor, name: &str, variable: Variable) -> Option<String> {
    match variable {
        Variable::Name => Some(name.to_owned()),
        Variable::Creditor => Some(creditor.name.clone()),
        Variable::Contact => Some(creditor.contact()),
        _ => None,
    }
}

/// The built-in words; around a letter there are none.
fn built_in(kind: Kind, l: Locale, v: &impl Fn(Variable) -> String) -> Words {
    use Variable as V;
    use texts::{
        acceptances, agreements, default_notices, demands, incidents, mail, placements, promises, reconciliation, requests as r, slips,
    };
    let request = |subject: fn(Locale, String) -> String, body: fn(Locale, String, String, String, String) -> String| {
        (subject(l, v(V::Protocol)), body(l, v(V::Creditor), v(V::Subject), v(V::Link), v(V::Protocol)))
    };
    let (head, body) = match kind {
        Kind::SignInCode => (mail::code_subject(l, v(V::Code)), mail::code_body(l, v(V::Code), v(V::Creditor))),
        Kind::AgreementCode => {
            (acceptances::mail_plan_subject(l, v(V::Code)), acceptances::mail_plan_body(l, v(V::Subject), v(V::Code), v(V::Creditor)))
        }
        Kind::RefundCode => {
            (acceptances::mail_refund_subject(l, v(V::Code)), acceptances::mail_refund_body(l, v(V::Subject), v(V::Code), v(V::Creditor)))
        }
        Kind::Invitation => (
            mail::invitation_subject(l, v(V::Creditor)),
            mail::invitation_body(l, v(V::Creditor), v(V::Inviter), v(V::Name), v(V::Until), v(V::Link)),
        ),
        Kind::RequestReceived => (
            r::received_subject(l, v(V::Protocol)),
            r::received_body(l, v(V::Creditor), v(V::Deadline), v(V::Subject), v(V::Link), v(V::Protocol)),
        ),
        Kind::RequestReferred => (
            r::referred_subject(l, v(V::Protocol)),
            r::referred_body(l, v(V::Creditor), v(V::Deadline), v(V::Subject), v(V::Link), v(V::Protocol)),
        ),
        Kind::RequestAsked => {
            (r::asked_subject(l, v(V::Protocol)), r::asked_body(l, v(V::Creditor), v(V::Subject), v(V::Link), v(V::Protocol), v(V::Until)))
        }
        Kind::RequestReminded => (
            r::reminded_subject(l, v(V::Protocol)),
            r::reminded_body(l, v(V::Creditor), v(V::Subject), v(V::Link), v(V::Protocol), v(V::Until)),
        ),
        Kind::RequestNote => request(r::note_subject, r::note_body),
        Kind::RequestApproved => request(r::approved_subject, r::approved_body),
        Kind::RequestRefused => request(r::refused_subject, r::refused_body),
        Kind::RequestFailed => request(r::failed_subject, r::failed_body),
        Kind::RequestDone => request(r::done_subject, r::done_body),
        Kind::RequestWithdrawn => request(r::withdrawn_subject, r::withdrawn_body),
        Kind::SlipCopy => (slips::mail_subject(l, v(V::Creditor), v(V::Slips)), slips::mail_body(l, v(V::Creditor), v(V::Slips))),
        Kind::Duplicate => (reconciliation::duplicate_subject(l).into(), reconciliation::duplicate_body(l, v(V::Creditor), v(V::Link))),
        Kind::Promise => (promises::mail_subject(l, v(V::Day)), promises::mail_body(l, v(V::Creditor), v(V::LongDay), v(V::Link))),
        Kind::AgreementSettled => (agreements::mail_settled_subject(l).into(), agreements::mail_settled(l, v(V::Creditor), v(V::Protocol))),
        Kind::AgreementWarned => (
            agreements::mail_cure_subject(l, v(V::Day)),
            agreements::mail_cure(l, v(V::Late), v(V::Creditor), v(V::Help), v(V::Link), v(V::Protocol), v(V::LongDay)),
        ),
        Kind::AgreementEarly => (
            agreements::mail_early_subject(l, v(V::Day)),
            agreements::mail_early(l, v(V::ToPay), v(V::Creditor), v(V::Link), v(V::Protocol), v(V::Saved), v(V::LongDay)),
        ),
        Kind::AgreementMended => (agreements::mail_mended_subject(l).into(), agreements::mail_mended(l, v(V::Creditor), v(V::Protocol))),
        Kind::AgreementBroken => (
            agreements::mail_broken_subject(l).into(),
            agreements::mail_broken(l, v(V::Creditor), v(V::Left), v(V::Link), v(V::Paid), v(V::Protocol)),
        ),
        Kind::Placement => (
            placements::told_subject(l).into(),
            placements::told_body(l, v(V::Agency), v(V::Bills), v(V::AgencyContact), v(V::Creditor), v(V::Link)),
        ),
        Kind::IncidentRelieved => (
            incidents::told_subject(l).into(),
            incidents::told_body(l, v(V::Bills), v(V::Creditor), v(V::Link), v(V::Reason), v(V::Waived)),
        ),
        Kind::IncidentLifted => (
            incidents::lifted_subject(l).into(),
            incidents::lifted_body(l, v(V::Bills), v(V::Creditor), v(V::Day), v(V::Link), v(V::Reason)),
        ),
        Kind::DefaultMail => (default_notices::mail_subject(l).into(), default_notices::mail_body(l, v(V::Creditor), v(V::Link))),
        Kind::DemandMail => (demands::mail_subject(l).into(), demands::mail_body(l, v(V::Creditor), v(V::Link))),
        Kind::DefaultLetter | Kind::DemandLetter => (String::new(), String::new()),
    };
    Words { head, body }
}

/// The built-in words as a template, with their variables in braces.
fn original(kind: Kind, l: Locale) -> Words {
    let words = built_in(kind, l, &|variable| format!("{{{variable}}}"));
    Words { head: words.head, body: words.body.trim_end().to_owned() }
}

#[cfg(test)]
mod tests {
    use domain::templates::notices::{Reader, Shape, TemplateForm};

    use super::*;

    #[test]
    fn the_built_in_words_are_such_as_the_house_may_write() {
        for (l, _) in Locale::ALL {
            for kind in Kind::ALL.iter().filter(|kind| kind.shape() == Shape::Message) {
                let Words { head, body } = original(*kind, l);
                let form = TemplateForm { head: head.clone(), body: body.clone(), note: "igual".into() };
                let read = form.parse(*kind, "https://contas.exemplo.com.br").unwrap_or_else(|errors| panic!("{l:?} {kind}: {errors:?}"));
                assert_eq!(read.0, Words { head, body });
                // Filled as the house's words they come to what the built-in ones do.
                let value = |variable: Variable| format!("<{variable}>");
                let (own, built_in) = (kind.read(&read.0).unwrap().fill(*kind, value), built_in(*kind, l, &value));
                assert_eq!((own.head, own.body.trim_end()), (built_in.head, built_in.body.trim_end()));
            }
        }
        assert_eq!(Kind::ALL.iter().filter(|kind| kind.reader() == Reader::Staff).count(), 1);
    }
}
