//! Words with variables in braces, `Olá, {nome}.`: the one engine for the house's ready answers ([`crate::requests::replies`]) and for its
//! wording of what the portal writes to people ([`notices`]). Never keeps a variable it does not know, and never reads again what it filled
//! in: a name with braces in it is a name.

pub mod addresses;
pub mod differences;
pub mod notices;

use std::str::FromStr;

use crate::forms::Problem;

/// The longest name of a variable that is told as one; a brace whose end is further away is one that was not closed.
const LONGEST_NAME: usize = 40;

/// Words that were read: text and variables of a closed list, in their order.
///
/// ```
/// use domain::forms::Problem;
/// use domain::requests::replies::Variable;
/// use domain::templates::Template;
/// let known = &[Variable::Name, Variable::Deadline];
/// let words = Template::parse("Olá, {nome}: respondemos até {prazo}.", known)?;
/// let filled = words.fill(|variable| match variable {
///     Variable::Name => "Ana {prazo}".to_owned(), // what is filled in is not read again
///     _ => "25/11/2026".to_owned(),
/// });
/// assert_eq!(filled, "Olá, Ana {prazo}: respondemos até 25/11/2026.");
/// assert_eq!(Template::parse("Olá, {nme}.", known), Err(Problem::UnknownVariable { at: 6, name: "nme".into() }));
/// assert_eq!(Template::parse("Olá, {nome.", known), Err(Problem::UnclosedBrace { at: 6 }));
/// # Ok::<(), Problem>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template<V> {
    pieces: Vec<Piece<V>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece<V> {
    Words(String),
    Variable(V),
}

impl<V: Copy + PartialEq + FromStr> Template<V> {
    /// Reads words that may use the variables given.
    ///
    /// # Errors
    /// [`Problem::UnclosedBrace`] for a brace without the other one; [`Problem::UnknownVariable`], by its name, for one that is not given.
    pub fn parse(text: &str, known: &[V]) -> Result<Self, Problem> {
        let place = |byte: usize| u16::try_from(text[..byte].chars().count() + 1).unwrap_or(u16::MAX);
        let (mut pieces, mut from) = (Vec::new(), 0);
        while let Some(brace) = text[from..].find(['{', '}']).map(|at| from + at) {
            let inside = text[brace..].strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(inside, _)| inside);
            let Some(inside) = inside.filter(|inside| !inside.contains(['{', '\n']) && inside.chars().count() <= LONGEST_NAME) else {
                return Err(Problem::UnclosedBrace { at: place(brace) });
            };
            let name = inside.trim();
            let Some(variable) = name.parse().ok().filter(|variable| known.contains(variable)) else {
                return Err(Problem::UnknownVariable { at: place(brace), name: name.to_owned() });
            };
            pieces.push(Piece::Words(text[from..brace].to_owned()));
            pieces.push(Piece::Variable(variable));
            from = brace + inside.len() + 2;
        }
        pieces.push(Piece::Words(text[from..].to_owned()));
        Ok(Self { pieces })
    }

    /// Whether a variable stands in them.
    #[must_use]
    pub fn uses(&self, variable: V) -> bool {
        self.pieces.contains(&Piece::Variable(variable))
    }

    /// The words with each variable's value in its place.
    #[must_use]
    pub fn fill(&self, value: impl Fn(V) -> String) -> String {
        let of = |piece: &Piece<V>| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Variable(variable) => value(*variable),
        };
        self.pieces.iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::requests::replies::Variable;

    const BRACES: [char; 2] = ['{', '}'];

    type Words = Template<Variable>;

    #[test]
    fn what_is_wrong_is_told_by_its_place_and_name() {
        let unclosed = [("{", 1), ("}", 1), ("a {nome", 3), ("á} {nome}", 2), ("{nome}{", 7), ("{ {nome} }", 1), ("{nome\n}", 1)];
        for (words, at) in unclosed {
            assert_eq!(Words::parse(words, Variable::ALL), Err(Problem::UnclosedBrace { at }), "{words}");
        }
        let far = format!("{{{}}}", "a".repeat(LONGEST_NAME + 1));
        assert_eq!(Words::parse(&far, Variable::ALL), Err(Problem::UnclosedBrace { at: 1 }));
        for (words, at, name) in [("{}", 1, ""), ("á { nme }", 3, "nme"), ("{nome}{Nome}", 7, "Nome"), ("{a<b}", 1, "a<b")] {
            assert_eq!(Words::parse(words, Variable::ALL), Err(Problem::UnknownVariable { at, name: name.into() }), "{words}");
        }
        // One that there is, but not here.
        assert!(Words::parse("{prazo}", &[Variable::Name]).is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_read_or_refused_and_never_panics(words in "\\PC{0,60}|[a-zé{}\n ]{0,40}|([a-z ]{0,5}\\{(nome|prazo)\\}){0,4}") {
            match Words::parse(&words, Variable::ALL) {
                // Only variables are replaced, and nothing of one is left.
                Ok(template) => {
                    let bare = template.fill(|_| String::new());
                    prop_assert!(!bare.contains(BRACES), "{}", bare);
                    let used = Variable::ALL.iter().any(|variable| template.uses(*variable));
                    prop_assert_eq!(used, words.contains('{'));
                    prop_assert!(used || bare == words);
                }
                Err(_) => prop_assert!(words.contains(BRACES)),
            }
        }

        #[test]
        fn every_variable_is_replaced_and_its_value_is_not_read(before in "[a-z ]{0,10}", after in "[a-z ]{0,10}", at in 0..Variable::ALL.len(), value in "[a-z{}]{0,12}") {
            let variable = Variable::ALL[at];
            let template = Words::parse(&format!("{before}{{ {variable} }}{after}{{{variable}}}"), Variable::ALL).unwrap();
            prop_assert!(template.uses(variable));
            prop_assert_eq!(template.fill(|_| value.clone()), format!("{before}{value}{after}{value}"));
        }
    }
}
