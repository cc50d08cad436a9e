//! The house's own wording of what the portal writes to people: what is written, the variables each may use and those it has to, and the form.
//! Never says the words themselves: the built-in ones are in the translations.
//!
//! The two letters the law prescribes parts of, the notice of default (RN 593/2023; [`crate::default_notices::Content`]) and the letter that
//! asks for payment (CDC, art. 42-A; [`crate::demands::Content`]), keep their sentences built in, and the house words what stands before and
//! after them. Making their parts mandatory variables would keep the figures and lose the sentences: that the contract holds today, that one
//! may contest, by when, and what follows. A notice without one of them is none, and the days it was to open are lost; no form can tell
//! whether what somebody wrote instead says the same.

use serde::{Deserialize, Serialize};

use super::Template;
use super::addresses::elsewhere;
use crate::forms::{FieldError, Fields, Problem, optional_text, text};
use crate::words::words;

words! {
    /// What the portal writes.
    pub enum Kind {
        /// The code one signs in with.
        SignInCode = "sign_in_code",
        /// The code with which an agreement is made.
        AgreementCode = "agreement_code",
        /// The code with which it is said where a refund goes.
        RefundCode = "refund_code",
        /// The letter that makes somebody a member of staff.
        Invitation = "invitation",
        /// A request arrived.
        RequestReceived = "request_received",
        /// Something is asked.
        RequestAsked = "request_asked",
        /// What was asked is still waited for.
        RequestReminded = "request_reminded",
        /// Another part of the house answers.
        RequestReferred = "request_referred",
        /// A message waits.
        RequestNote = "request_note",
        /// Decided in favour.
        RequestApproved = "request_approved",
        /// Decided against.
        RequestRefused = "request_refused",
        /// What was approved did not happen.
        RequestFailed = "request_failed",
        /// Done.
        RequestDone = "request_done",
        /// Taken back.
        RequestWithdrawn = "request_withdrawn",
        /// Copies of slips, as a file.
        SlipCopy = "slip_copy",
        /// Something was paid twice.
        Duplicate = "duplicate",
        /// The day one has promised to pay on is near.
        Promise = "promise",
        /// An agreement is paid in full.
        AgreementSettled = "agreement_settled",
        /// Somebody chose to pay installments before their day.
        AgreementEarly = "agreement_early",
        /// Installments are late: until when they can be paid.
        AgreementWarned = "agreement_warned",
        /// They were paid in time.
        AgreementMended = "agreement_mended",
        /// They were not.
        AgreementBroken = "agreement_broken",
        /// An agency or a lawyer has bills.
        Placement = "placement",
        /// An incident relieves bills of late charges.
        IncidentRelieved = "incident_relieved",
        /// It does no longer.
        IncidentLifted = "incident_lifted",
        /// That a notice of default waits on the portal.
        DefaultMail = "default_mail",
        /// What stands around the notice of default.
        DefaultLetter = "default_letter",
        /// That a letter which asks for payment waits on the portal.
        DemandMail = "demand_mail",
        /// What stands around the letter.
        DemandLetter = "demand_letter",
    }

    /// What stands in braces, by its name there.
    pub enum Variable {
        /// The name of whoever reads it.
        Name = "nome",
        /// The creditor's name.
        Creditor = "credor",
        /// How to reach the creditor: telephone and e-mail.
        Contact = "contato",
        /// Where on the portal to go on.
        Link = "link",
        /// The code that is typed on the portal.
        Code = "codigo",
        /// Who invites.
        Inviter = "quem_convida",
        /// The number of the request.
        Protocol = "protocolo",
        /// What is asked for.
        Subject = "assunto",
        /// The day by which it is answered.
        Deadline = "prazo",
        /// The last day, or hour.
        Until = "ate",
        /// How many slips.
        Slips = "boletos",
        /// The day, in digits.
        Day = "dia",
        /// The day, in words.
        LongDay = "dia_por_extenso",
        /// The numbers of the bills.
        Bills = "contas",
        /// Who has the bills.
        Agency = "agencia",
        /// How to reach them.
        AgencyContact = "contato_da_agencia",
        /// What happened, in the house's words.
        Reason = "motivo",
        /// What is given up.
        Waived = "dispensa",
        /// The contract's number.
        Contract = "contrato",
        /// What is late.
        Late = "atraso",
        /// What was paid.
        Paid = "pago",
        /// What is left to pay.
        Left = "saldo",
        /// What is to pay.
        ToPay = "a_pagar",
        /// What need not be paid.
        Saved = "desconto",
        /// Where on the portal there is help.
        Help = "ajuda",
    }
}

/// To whom something is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// A customer, or who acts for one, in their language.
    Customer,
    /// Somebody of staff, in the house's.
    Staff,
}

/// What the house words of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Subject and text of a message.
    Message,
    /// What stands before and after the built-in sentences of a letter.
    Around,
}

/// A variable, and whether the text cannot be without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// Which.
    pub variable: Variable,
    /// Whether the text has to say it.
    pub mandatory: bool,
}

impl Kind {
    /// To whom it is written.
    #[must_use]
    pub const fn reader(self) -> Reader {
        match self {
            Self::Invitation => Reader::Staff,
            _ => Reader::Customer,
        }
    }

    /// What the house words of it.
    #[must_use]
    pub const fn shape(self) -> Shape {
        match self {
            Self::DefaultLetter | Self::DemandLetter => Shape::Around,
            _ => Shape::Message,
        }
    }

    /// The variables that it has and others have not, mandatory or not. What is written about debts by mail has none that tells of them: an
    /// e-mail is read over shoulders.
    const fn own(self) -> &'static [(Variable, bool)] {
        use Variable as V;
        match self {
            Self::SignInCode => &[(V::Code, true)],
            Self::AgreementCode | Self::RefundCode => &[(V::Code, true), (V::Subject, true)],
            Self::Invitation => &[(V::Link, true), (V::Until, true), (V::Inviter, false)],
            Self::RequestReceived | Self::RequestReferred => {
                &[(V::Protocol, true), (V::Deadline, true), (V::Link, true), (V::Subject, false)]
            }
            Self::RequestAsked | Self::RequestReminded => &[(V::Protocol, true), (V::Until, true), (V::Link, true), (V::Subject, false)],
            Self::RequestNote
            | Self::RequestApproved
            | Self::RequestRefused
            | Self::RequestFailed
            | Self::RequestDone
            | Self::RequestWithdrawn => &[(V::Protocol, true), (V::Link, true), (V::Subject, false)],
            Self::SlipCopy => &[(V::Slips, false)],
            Self::Duplicate | Self::DefaultMail | Self::DemandMail => &[(V::Link, true)],
            Self::Promise => &[(V::LongDay, true), (V::Link, true), (V::Day, false)],
            Self::AgreementSettled | Self::AgreementMended => &[(V::Protocol, true)],
            Self::AgreementWarned => {
                &[(V::Protocol, true), (V::Late, true), (V::LongDay, true), (V::Link, true), (V::Day, false), (V::Help, false)]
            }
            Self::AgreementEarly => {
                &[(V::Protocol, true), (V::ToPay, true), (V::Saved, true), (V::LongDay, true), (V::Link, true), (V::Day, false)]
            }
            Self::AgreementBroken => &[(V::Protocol, true), (V::Paid, true), (V::Left, true), (V::Link, true)],
            Self::Placement => &[(V::Agency, true), (V::AgencyContact, true), (V::Bills, true), (V::Link, true)],
            Self::IncidentRelieved => &[(V::Bills, true), (V::Waived, true), (V::Link, true), (V::Reason, false)],
            Self::IncidentLifted => &[(V::Bills, true), (V::Day, true), (V::Link, true), (V::Reason, false)],
            Self::DefaultLetter => &[(V::Contract, false)],
            Self::DemandLetter => &[(V::Until, false)],
        }
    }

    /// The variables it may use, the mandatory ones first. Every message has to say who writes.
    #[must_use]
    pub fn variables(self) -> Vec<Use> {
        let creditor = (Variable::Creditor, self.shape() == Shape::Message);
        let common = [creditor, (Variable::Name, false), (Variable::Contact, false)];
        let mut all: Vec<Use> =
            self.own().iter().chain(&common).map(|(variable, mandatory)| Use { variable: *variable, mandatory: *mandatory }).collect();
        all.sort_by_key(|one| !one.mandatory);
        all
    }

    /// The variables that whoever writes it gives; the others are known of everything.
    pub fn given(self) -> impl Iterator<Item = Variable> {
        self.own().iter().map(|(variable, _)| *variable)
    }

    /// The most characters of head and body.
    #[must_use]
    pub const fn longest(self) -> (u16, u16) {
        match self.shape() {
            // A mail program shows about seventy of a subject.
            Shape::Message => (150, 5_000),
            Shape::Around => (1_000, 1_000),
        }
    }

    /// Reads words as templates.
    ///
    /// # Errors
    /// What is wrong, by field: `head` and `body`.
    pub fn read(self, words: &Words) -> Result<Read, Vec<FieldError>> {
        let mut fields = Fields::default();
        let head = fields.read("head", self.read_head(&words.head));
        let body = fields.read("body", self.read_body(&words.body));
        fields.finish((|| Some(Read { head: head?, body: body? }))())
    }

    fn read_head(self, head: &str) -> Result<Template<Variable>, Problem> {
        let known: Vec<Variable> = self.variables().iter().map(|one| one.variable).collect();
        Template::parse(head, &known)
    }

    /// Reads the text, which has to say all that is mandatory: that the subject says it is not enough.
    fn read_body(self, body: &str) -> Result<Template<Variable>, Problem> {
        let body = self.read_head(body)?;
        let lacks = |one: &Use| one.mandatory && !body.uses(one.variable);
        let missing: Vec<String> = self.variables().iter().filter(|one| lacks(one)).map(|one| format!("{{{}}}", one.variable)).collect();
        if missing.is_empty() { Ok(body) } else { Err(Problem::MissingVariables { names: missing.join(", ") }) }
    }
}

/// Words of a notice: of a message its subject and its text; of a letter what stands before its built-in sentences, and after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Words {
    /// The subject, or what stands before.
    pub head: String,
    /// The text, or what stands after.
    pub body: String,
}

/// Words that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    head: Template<Variable>,
    body: Template<Variable>,
}

impl Read {
    /// The words with each variable's value in its place. A subject stays one line, whatever is filled in.
    #[must_use]
    pub fn fill(&self, kind: Kind, value: impl Fn(Variable) -> String) -> Words {
        let head = self.head.fill(&value);
        let head = if kind.shape() == Shape::Message { head.replace(char::is_control, " ") } else { head };
        Words { head, body: self.body.fill(value) }
    }
}

/// The house's own words, as typed.
///
/// ```
/// use domain::forms::{FieldError, Problem};
/// use domain::templates::notices::{Kind, TemplateForm};
/// let form = TemplateForm {
///     head: "Seu código: {codigo}".into(),
///     body: "Seu código para entrar é {codigo}.\r\n{credor}".into(),
///     note: "Mais curto".into(),
/// };
/// let own = "https://contas.exemplo.com.br";
/// assert_eq!(form.parse(Kind::SignInCode, own)?.0.body, "Seu código para entrar é {codigo}.\n{credor}");
/// let wrong = TemplateForm { body: "Seu código está no assunto.".into(), ..form };
/// let missing = Problem::MissingVariables { names: "{codigo}, {credor}".into() };
/// assert_eq!(wrong.parse(Kind::SignInCode, own), Err(vec![FieldError::new("body", missing)]));
/// # Ok::<(), Vec<FieldError>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TemplateForm {
    /// See [`Words`].
    pub head: String,
    /// See [`Words`].
    pub body: String,
    /// Why: nobody should have to guess it in a year.
    pub note: String,
}

/// The longest note, in characters.
const LONGEST_NOTE: u16 = 500;

impl TemplateForm {
    /// Reads the form: words and note. `own` is the portal's address, the only one that may stand in them.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(&self, kind: Kind, own: &str) -> Result<(Words, String), Vec<FieldError>> {
        let words = self.words(kind, own);
        let note = note(&self.note);
        match (words, note) {
            (Ok(words), Ok(note)) => Ok((words, note)),
            (words, note) => {
                Err(words.err().into_iter().flatten().chain(note.err().map(|problem| FieldError::new("note", problem))).collect())
            }
        }
    }

    /// Reads the words alone, to look at them.
    ///
    /// # Errors
    /// What is wrong with them, by field.
    pub fn words(&self, kind: Kind, own: &str) -> Result<Words, Vec<FieldError>> {
        let mut fields = Fields::default();
        let (longest_head, longest_body) = kind.longest();
        let [head, body] = match kind.shape() {
            Shape::Message => [text(&self.head, longest_head).and_then(one_line), text(&self.body, longest_body)],
            Shape::Around => {
                let around = [optional_text(&self.head, longest_head), optional_text(&self.body, longest_body)];
                if around == [Ok(None), Ok(None)] {
                    fields.refuse("head", Problem::Missing);
                }
                around.map(|one| one.map(Option::unwrap_or_default))
            }
        };
        let plain = |words: String| plain(&words.replace("\r\n", "\n"), own);
        let head = fields.read("head", head.and_then(plain).and_then(|head| kind.read_head(&head).map(|_| head)));
        let body = fields.read("body", body.and_then(plain).and_then(|body| kind.read_body(&body).map(|_| body)));
        fields.finish((|| Some(Words { head: head?, body: body? }))())
    }
}

/// Why something was changed.
///
/// # Errors
/// As [`text`].
pub fn note(raw: &str) -> Result<String, Problem> {
    text(raw, LONGEST_NOTE)
}

/// The place of a character, as people count.
fn place(words: &str, byte: usize) -> u16 {
    u16::try_from(words[..byte].chars().count() + 1).unwrap_or(u16::MAX)
}

fn one_line(words: String) -> Result<String, Problem> {
    match words.find(char::is_control) {
        Some(byte) => Err(Problem::UnexpectedCharacter { at: place(&words, byte) }),
        None => Ok(words),
    }
}

/// Plain text that leads nowhere but to the portal: no tag, no character that hides or turns others around, no other address.
fn plain(words: &str, own: &str) -> Result<String, Problem> {
    let hides = |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    if let Some(byte) = words.find(hides) {
        return Err(Problem::UnexpectedCharacter { at: place(words, byte) });
    }
    let opens = |rest: &str| rest.starts_with(|c: char| c.is_alphabetic() || matches!(c, '/' | '!' | '?'));
    if let Some((byte, _)) = words.match_indices('<').find(|(byte, _)| opens(&words[byte + 1..])) {
        return Err(Problem::Markup { at: place(words, byte) });
    }
    match elsewhere(words, own) {
        Some(address) => Err(Problem::AddressElsewhere { address }),
        None => Ok(words.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OWN: &str = "https://contas.exemplo.com.br";
    const BRACES: [char; 2] = ['{', '}'];

    fn form(kind: Kind) -> TemplateForm {
        let all: Vec<String> = kind.variables().iter().map(|one| format!("{{{}}}", one.variable)).collect();
        TemplateForm { head: "Aviso de {credor}".into(), body: all.join(" e "), note: "Porque sim".into() }
    }

    fn problem(form: &TemplateForm, kind: Kind) -> (String, Problem) {
        let mut errors = form.parse(kind, OWN).unwrap_err();
        assert_eq!(errors.len(), 1, "{errors:?}");
        let error = errors.remove(0);
        (error.field.into_owned(), error.problem)
    }

    #[test]
    fn none_of_what_is_mandatory_can_be_left_away() {
        for kind in Kind::ALL {
            assert!(form(*kind).parse(*kind, OWN).is_ok(), "{kind}");
            for one in kind.variables() {
                let name = format!("{{{}}}", one.variable);
                let without = TemplateForm { body: form(*kind).body.replace(&name, "-"), ..form(*kind) };
                if one.mandatory {
                    assert_eq!(problem(&without, *kind), ("body".into(), Problem::MissingVariables { names: name }), "{kind}");
                } else {
                    assert!(without.parse(*kind, OWN).is_ok(), "{kind}: {name}");
                }
            }
            assert_eq!(kind.shape() == Shape::Message, kind.variables().iter().any(|one| one.mandatory), "{kind}");
        }
        // That it stands in the subject is not enough.
        let code = TemplateForm { head: "{codigo}".into(), body: "{credor}".into(), ..form(Kind::SignInCode) };
        assert_eq!(problem(&code, Kind::SignInCode), ("body".into(), Problem::MissingVariables { names: "{codigo}".into() }));
    }

    #[test]
    fn every_kind_knows_each_variable_once_and_no_others() {
        for kind in Kind::ALL {
            let variables: Vec<Variable> = kind.variables().iter().map(|one| one.variable).collect();
            let mut sorted = variables.clone();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), variables.len(), "{kind}");
            for other in Variable::ALL.iter().filter(|one| !variables.contains(one)) {
                let with = TemplateForm { head: format!("{{{other}}}"), ..form(*kind) };
                assert_eq!(problem(&with, *kind), ("head".into(), Problem::UnknownVariable { at: 1, name: other.to_string() }), "{kind}");
            }
        }
    }

    #[test]
    fn it_is_plain_text_that_leads_nowhere_else() {
        let kind = Kind::RequestDone;
        let with = |more: &str| TemplateForm { body: format!("{} {more}", form(kind).body), ..form(kind) };
        let at = u16::try_from(form(kind).body.chars().count()).unwrap() + 2;
        for (more, expected) in [
            ("<b>já</b>", Problem::Markup { at }),
            ("</p>", Problem::Markup { at }),
            ("\u{202e}x", Problem::UnexpectedCharacter { at }),
            ("golpe\u{200b}.com", Problem::UnexpectedCharacter { at: at + 5 }),
            ("https://golpe.example/pagar", Problem::AddressElsewhere { address: "https://golpe.example/pagar".into() }),
            ("{", Problem::UnclosedBrace { at }),
            ("{valor}", Problem::UnknownVariable { at, name: "valor".into() }),
        ] {
            assert_eq!(problem(&with(more), kind), ("body".into(), expected), "{more}");
        }
        assert!(with("1 < 2, e veja https://contas.exemplo.com.br/ajuda").parse(kind, OWN).is_ok());
        let two_lines = TemplateForm { head: "Olá\nBcc: x".into(), ..form(kind) };
        assert_eq!(problem(&two_lines, kind), ("head".into(), Problem::UnexpectedCharacter { at: 4 }));
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let kind = Kind::Duplicate;
        let wrong = TemplateForm { head: "{nome".into(), body: "{credor} em golpe.example, {link}".into(), note: "n".into() };
        let fields: Vec<_> = wrong.parse(kind, OWN).unwrap_err().into_iter().map(|error| error.problem).collect();
        assert_eq!(fields, [Problem::UnclosedBrace { at: 1 }, Problem::AddressElsewhere { address: "golpe.example,".into() }]);
        let wrong = TemplateForm { head: "x".repeat(151), body: "y".repeat(5_001), note: " ".into() };
        let fields: Vec<_> =
            wrong.parse(kind, OWN).unwrap_err().into_iter().map(|error| (error.field.into_owned(), error.problem)).collect();
        let expected = [("head", Problem::TooLong { max: 150 }), ("body", Problem::TooLong { max: 5_000 }), ("note", Problem::Missing)];
        assert_eq!(fields, expected.map(|(field, problem)| (field.to_owned(), problem)));
        // Around a letter either may be empty, but not both.
        let around = |head: &str, body: &str| TemplateForm { head: head.into(), body: body.into(), note: "n".into() };
        for (head, body) in [("Olá, {nome}.", ""), ("", "Até {ate}.")] {
            assert!(around(head, body).parse(Kind::DemandLetter, OWN).is_ok());
        }
        assert_eq!(problem(&around(" ", ""), Kind::DemandLetter), ("head".into(), Problem::Missing));
    }

    proptest! {
        #[test]
        fn what_was_taken_is_read_again_and_filled_whole(head in "[a-zé {}\n]{0,12}", more in "\\PC{0,20}", value in "\\PC{0,8}|\\{nome\\}|a\nb", at in 0..Kind::ALL.len()) {
            let kind = Kind::ALL[at];
            let form = TemplateForm { head: format!("x{head}"), body: format!("{} {more}", form(kind).body), note: "n".into() };
            if let Ok((words, _)) = form.parse(kind, OWN) {
                let read = kind.read(&words).unwrap();
                let bare = read.fill(kind, |_| String::new());
                prop_assert!(![bare.head, bare.body].concat().contains(BRACES));
                let filled = read.fill(kind, |_| value.clone());
                prop_assert!(kind.shape() == Shape::Around || !filled.head.contains('\n'));
                prop_assert!(filled.body.contains(&value));
            }
        }
    }
}
