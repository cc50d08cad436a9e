//! Answers that staff gives often: words with variables, in each language that customers read. Never sends anything: what was filled
//! in is changed and sent by a person.

use serde::{Deserialize, Serialize};

use super::{Action, Kind};
use crate::forms::{FieldError, Fields, Problem, one_of, optional_text, text};
use crate::templates::Template;
use crate::words::words;

words! {
    /// What stands in braces in the words of an answer, by its name there: an example is at [`fill`].
    pub enum Variable {
        /// The customer's name.
        Name = "nome",
        /// The number of the request.
        Protocol = "protocolo",
        /// The day by which it is answered.
        Deadline = "prazo",
        /// The money at stake.
        Amount = "valor",
        /// The numbers of the bills it is about.
        Bills = "contas",
        /// The creditor's name.
        Creditor = "credor",
        /// Who answers.
        Staff = "equipe",
    }
}

/// The longest answer, in characters: half of the longest message, for what is filled in.
const LONGEST: u16 = 2_000;

/// Steps whose words the customer reads.
pub const TELLING: &[Action] = &[Action::AskMore, Action::Approve, Action::Refuse, Action::Finish, Action::Refer, Action::Note];

/// An answer, as typed.
///
/// ```
/// use domain::forms::{FieldError, Problem};
/// use domain::requests::replies::ReplyForm;
/// let form = ReplyForm { title: "Pedir o comprovante".into(), pt: "Olá, {nome}. Envie o comprovante da conta {contas}.".into(), ..ReplyForm::default() };
/// assert!(form.parse().is_ok());
/// let wrong = ReplyForm { pt: "Olá, {nme}.".into(), ..form };
/// assert_eq!(wrong.parse(), Err(vec![FieldError::new("pt", Problem::UnknownVariable { at: 6, name: "nme".into() })]));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReplyForm {
    /// What staff finds it by.
    pub title: String,
    /// The kind of request it is for; empty for every kind.
    pub kind: String,
    /// The step it goes with; empty for every one.
    pub action: String,
    /// In Portuguese.
    pub pt: String,
    /// In English, where there is one.
    pub en: String,
    /// In Spanish.
    pub es: String,
    /// In Romanian.
    pub ro: String,
}

/// An answer that can be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidReply {
    /// What staff finds it by.
    pub title: String,
    /// The kind it is for.
    pub kind: Option<Kind>,
    /// The step it goes with.
    pub action: Option<Action>,
    /// In Portuguese.
    pub pt: String,
    /// In English.
    pub en: Option<String>,
    /// In Spanish.
    pub es: Option<String>,
    /// In Romanian.
    pub ro: Option<String>,
}

impl ReplyForm {
    /// Reads the form. Portuguese is asked for, since every customer can be answered in it.
    ///
    /// # Errors
    /// What is wrong, by field: also a variable that there is not, with its place.
    pub fn parse(&self) -> Result<ValidReply, Vec<FieldError>> {
        let mut fields = Fields::default();
        let title = fields.read("title", text(&self.title, 80));
        let kind = fields.read("kind", chosen(&self.kind));
        let action = fields.read(
            "action",
            chosen(&self.action).and_then(|action: Option<Action>| match action {
                Some(action) if !TELLING.contains(&action) => Err(Problem::ChooseOne),
                action => Ok(action),
            }),
        );
        let pt = fields.read("pt", text(&self.pt, LONGEST).and_then(|words| check(&words).map(|()| words)));
        let mut other = |field: &'static str, raw: &str| {
            let words = optional_text(raw, LONGEST);
            fields.read(field, words.and_then(|words| words.as_deref().map_or(Ok(()), check).map(|()| words)))
        };
        let (en, es, ro) = (other("en", &self.en), other("es", &self.es), other("ro", &self.ro));
        fields.finish((|| Some(ValidReply { title: title?, kind: kind?, action: action?, pt: pt?, en: en?, es: es?, ro: ro? }))())
    }
}

fn chosen<T: std::str::FromStr>(raw: &str) -> Result<Option<T>, Problem> {
    if raw.is_empty() { Ok(None) } else { one_of(raw).map(Some) }
}

/// The words with their variables filled in. Words that were never checked come back as they are.
///
/// ```
/// use domain::requests::replies::{Variable, fill};
/// let words = fill("Olá, {nome}: respondemos até {prazo}.", |variable| match variable {
///     Variable::Name => "Ana {nome}".to_owned(), // what is filled in is not read again
///     _ => "25/11/2026".to_owned(),
/// });
/// assert_eq!(words, "Olá, Ana {nome}: respondemos até 25/11/2026.");
/// ```
#[must_use]
pub fn fill(words: &str, value: impl Fn(Variable) -> String) -> String {
    Template::parse(words, Variable::ALL).map_or_else(|_| words.to_owned(), |template| template.fill(value))
}

/// Whether every brace opens a variable there is.
fn check(words: &str) -> Result<(), Problem> {
    Template::parse(words, Variable::ALL).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_stand_by_their_fields() {
        let form = ReplyForm { kind: "receipt".into(), action: "claim".into(), en: "Hi {name}".into(), ..ReplyForm::default() };
        let problems: Vec<_> = form.parse().unwrap_err().into_iter().map(|error| (error.field.to_string(), error.problem)).collect();
        let expected = [
            ("title", Problem::Missing),
            ("action", Problem::ChooseOne),
            ("pt", Problem::Missing),
            ("en", Problem::UnknownVariable { at: 4, name: "name".into() }),
        ];
        assert_eq!(problems, expected.map(|(field, problem)| (field.to_owned(), problem)));
        let form = ReplyForm { title: "a".into(), kind: "plan".into(), action: "refuse".into(), pt: "x".into(), ..ReplyForm::default() };
        let reply = form.parse().unwrap();
        assert_eq!((reply.kind, reply.action, reply.en), (Some(Kind::Plan), Some(Action::Refuse), None));
    }
}
