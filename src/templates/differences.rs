//! What differs between two texts, word by word, for people who read a history. Never loses a character: what was kept and taken away is the
//! old text, what was kept and added the new one.

use std::cmp::Reverse;

/// A run of words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// In both.
    Kept(String),
    /// In the old one alone.
    Removed(String),
    /// In the new one alone.
    Added(String),
}

/// Pairs of words that are compared at most, about 1,400 changed words on either side: beyond them the whole is shown as replaced.
const MOST: usize = 2_000_000;

/// What differs from `old` to `new`.
///
/// ```
/// use domain::templates::differences::{Part, differences};
/// let parts = differences("Seu pedido chegou.", "Seu pedido já chegou.");
/// assert_eq!(parts, [Part::Kept("Seu pedido ".into()), Part::Added("já ".into()), Part::Kept("chegou.".into())]);
/// assert!(differences("", "").is_empty());
/// ```
#[must_use]
pub fn differences(old: &str, new: &str) -> Vec<Part> {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.split_inclusive(char::is_whitespace).collect(), new.split_inclusive(char::is_whitespace).collect());
    let same = |pair: &(&&str, &&str)| pair.0 == pair.1;
    let before = old.iter().zip(&new).take_while(same).count();
    let after = old[before..].iter().rev().zip(new[before..].iter().rev()).take_while(same).count();
    let (from, to) = (&old[before..old.len() - after], &new[before..new.len() - after]);
    let mut parts = Parts::default();
    old[..before].iter().for_each(|word| parts.kept(word));
    if from.len().saturating_mul(to.len()) > MOST {
        from.iter().for_each(|word| parts.removed(word));
        to.iter().for_each(|word| parts.added(word));
    } else {
        walk(from, to, &mut parts);
    }
    old[old.len() - after..].iter().for_each(|word| parts.kept(word));
    parts.0
}

/// The longest common run of words, kept; the rest on either side of it.
fn walk(from: &[&str], to: &[&str], parts: &mut Parts) {
    let width = to.len() + 1;
    // The longest common run of what follows each pair of places.
    let mut longest = vec![0_u16; (from.len() + 1) * width];
    for i in (0..from.len()).rev() {
        for j in (0..to.len()).rev() {
            let here = if from[i] == to[j] {
                longest[(i + 1) * width + j + 1].saturating_add(1)
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
            longest[i * width + j] = here;
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < from.len() && j < to.len() {
        if from[i] == to[j] {
            parts.kept(from[i]);
            (i, j) = (i + 1, j + 1);
        } else if Reverse(longest[(i + 1) * width + j]) <= Reverse(longest[i * width + j + 1]) {
            parts.removed(from[i]);
            i += 1;
        } else {
            parts.added(to[j]);
            j += 1;
        }
    }
    from[i..].iter().for_each(|word| parts.removed(word));
    to[j..].iter().for_each(|word| parts.added(word));
}

#[derive(Default)]
struct Parts(Vec<Part>);

impl Parts {
    fn kept(&mut self, word: &str) {
        match self.0.last_mut() {
            Some(Part::Kept(words)) => words.push_str(word),
            _ => self.0.push(Part::Kept(word.to_owned())),
        }
    }

    fn removed(&mut self, word: &str) {
        match self.0.last_mut() {
            Some(Part::Removed(words)) => words.push_str(word),
            _ => self.0.push(Part::Removed(word.to_owned())),
        }
    }

    fn added(&mut self, word: &str) {
        match self.0.last_mut() {
            Some(Part::Added(words)) => words.push_str(word),
            _ => self.0.push(Part::Added(word.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sides(parts: &[Part]) -> (String, String) {
        let (mut old, mut new) = (String::new(), String::new());
        for part in parts {
            match part {
                Part::Kept(words) => {
                    old.push_str(words);
                    new.push_str(words);
                }
                Part::Removed(words) => old.push_str(words),
                Part::Added(words) => new.push_str(words),
            }
        }
        (old, new)
    }

    #[test]
    fn texts_too_long_to_compare_are_replaced_whole() {
        let (old, new) = ("a ".repeat(2_000), "b ".repeat(2_000));
        let parts = differences(&old, &new);
        assert_eq!((parts.len(), sides(&parts)), (2, (old, new)));
    }

    proptest! {
        #[test]
        fn nothing_is_lost(old in "[ab \n]{0,30}", new in "[ab \n]{0,30}") {
            let parts = differences(&old, &new);
            prop_assert_eq!(parts.iter().any(|part| !matches!(part, Part::Kept(_))), old != new);
            prop_assert_eq!(sides(&parts), (old, new));
        }
    }
}
