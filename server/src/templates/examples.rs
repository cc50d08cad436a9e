//! What a notice looks like, with the creditor's own name and invented figures in it.

use chrono::NaiveDate;
use domain::money::Money;
use domain::templates::notices::{Kind, Read, Shape, Variable, Words};

use super::{built_in, of_everything};
use crate::policies::Creditor;
use crate::texts::{self, Locale, template_words as t};
use crate::{Server, default_notices, demands, incidents};

/// What somebody reads: of a letter the whole of it, with its built-in sentences.
pub(super) fn filled(server: &Server, creditor: &Creditor, kind: Kind, l: Locale, own: Option<&Read>) -> Words {
    let name = texts::replies::example_name(l);
    let value = |variable| of_everything(creditor, name, variable).unwrap_or_else(|| value(server, kind, l, variable));
    let words = own.map_or_else(|| built_in(kind, l, &value), |own| own.fill(kind, value));
    if kind.shape() == Shape::Message {
        return words;
    }
    match kind {
        Kind::DemandLetter => demands::example(server, creditor.clone(), l, name, &words),
        _ => default_notices::example(server, creditor.clone(), l, name, &words),
    }
}

/// An example of each variable, in a language.
pub(super) fn value(server: &Server, kind: Kind, l: Locale, variable: Variable) -> String {
    let day = |day| NaiveDate::from_ymd_opt(2026, 12, day).unwrap_or_default();
    match variable {
        Variable::Name => texts::replies::example_name(l).to_owned(),
        Variable::Creditor => "Cooperativa Exemplo".to_owned(),
        Variable::Contact => "0800 000 0000".to_owned(),
        Variable::Link => format!("{}{}", server.config.public_url, path(kind)),
        Variable::Code => "123456".to_owned(),
        Variable::Inviter => "Beatriz".to_owned(),
        Variable::Protocol => "123456.20261122.000123".to_owned(),
        Variable::Subject if kind == Kind::AgreementCode => texts::acceptances::about_plan(l, texts::money(l, Money::cents(157_041)), 6),
        Variable::Subject if kind == Kind::RefundCode => {
            texts::acceptances::about_refund(l, texts::money(l, Money::cents(52_347)), "Pix ***.456.789-**")
        }
        Variable::Subject => texts::requests::kind_plan(l).to_owned(),
        Variable::Deadline => texts::date(l, day(1)),
        Variable::Until if kind == Kind::Invitation => format!("{} 18:00", texts::date(l, day(1))),
        Variable::Until => texts::date(l, day(1)),
        Variable::Slips => texts::slips::mail_slips(l, 2),
        Variable::Day => texts::date(l, day(5)),
        Variable::LongDay => texts::long_date(l, day(5)),
        Variable::Bills => "0000000017, 0000000018".to_owned(),
        Variable::Agency => t::example_agency(l).to_owned(),
        Variable::AgencyContact => "0800 000 0000, contato@agencia.example".to_owned(),
        Variable::Reason => t::example_reason(l).to_owned(),
        Variable::Waived => incidents::what(l, Some(day(1)), Some(day(5)), None, None),
        Variable::Late => texts::money(l, Money::cents(52_347)),
        Variable::Paid => texts::money(l, Money::cents(104_694)),
        Variable::Left => texts::money(l, Money::cents(209_388)),
        Variable::ToPay => texts::money(l, Money::cents(157_041)),
        Variable::Saved => texts::money(l, Money::cents(5_315)),
        Variable::Help => format!("{}/ajuda", server.config.public_url),
        Variable::Contract => "C-000123".to_owned(),
    }
}

/// Where on the portal its link leads.
const fn path(kind: Kind) -> &'static str {
    match kind {
        Kind::Invitation => "/equipe/convite/0a1b2c3d",
        Kind::Duplicate => "/devolucao",
        Kind::Promise | Kind::AgreementWarned | Kind::AgreementEarly => "/pagar",
        Kind::AgreementBroken => "/acordos",
        Kind::Placement | Kind::IncidentRelieved | Kind::IncidentLifted => "/extrato",
        Kind::DefaultMail | Kind::DemandMail => "/avisos",
        _ => "/pedidos/12345620261122000123",
    }
}
