//! Names as people remember them: looked for by their words, by their beginnings, and in spite of a slip of the finger or another way
//! to spell the same sound. Never decides who somebody is: a name found is a name to choose from.
//!
//! Words come in folded: lower case, without accents. `Luiz` and `Luís`, `Thereza` and `Teresa`, `Walter` and `Valter`, `Yara` and
//! `Iara` are written both ways in Brazil; so are doubled letters and a silent h.

/// Small words between names, which nobody remembers: `Maria da Silva` is found by `maria silva`.
const BETWEEN: &[&str] = &["da", "das", "de", "di", "do", "dos", "e"];
/// Words shorter than this are taken as they are: within one slip of `Ana` are too many others.
const SHORTEST: usize = 4;
/// From this many letters on two slips are forgiven.
const LONG: usize = 8;

/// The words of a folded name that it is looked for by.
///
/// ```
/// use domain::names::words;
/// assert_eq!(words("maria d'avila e silva-souza").collect::<Vec<_>>(), ["maria", "d", "avila", "silva", "souza"]);
/// assert_eq!(words("transportes 3 irmaos ltda.").count(), 4);
/// ```
pub fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty() && !BETWEEN.contains(word))
}

/// How a word sounds in Portuguese, roughly: what is spelled in several ways comes out as one.
///
/// ```
/// use domain::names::sound;
/// for (one, other) in [("luiz", "luis"), ("thereza", "teresa"), ("walter", "valter"), ("yara", "iara"), ("felippe", "felipe"),
///     ("sophia", "sofia"), ("helena", "elena"), ("kelly", "queli"), ("giselle", "jisele"), ("cintia", "sintia"), ("xavier", "chavier")]
/// {
///     assert_eq!(sound(one), sound(other), "{one}");
/// }
/// assert_ne!(sound("ana"), sound("ane"));
/// ```
#[must_use]
pub fn sound(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let at = |index: usize| letters.get(index).copied().unwrap_or(' ');
    let soft = |index: usize| matches!(at(index), 'e' | 'i' | 'y');
    let mut out = String::with_capacity(word.len());
    let mut index = 0;
    while index < letters.len() {
        let letter = at(index);
        let (sounds, taken) = match (letter, at(index + 1)) {
            ('p', 'h') => ('f', 2),
            ('c', 'h') | ('s', 'h') => ('x', 2),
            ('q', 'u') if matches!(at(index + 2), 'e' | 'i' | 'y') => ('c', 2),
            ('g', 'u') if matches!(at(index + 2), 'e' | 'i' | 'y') => ('g', 2),
            // lh and nh are sounds of their own; any other h is silent.
            ('l', 'h') => ('\u{13c}', 2),
            ('n', 'h') => ('\u{144}', 2),
            ('h', _) => (' ', 1),
            ('c', _) if soft(index + 1) => ('s', 1),
            ('g', _) if soft(index + 1) => ('j', 1),
            ('k' | 'q', _) => ('c', 1),
            ('w', _) => ('v', 1),
            ('y', _) => ('i', 1),
            ('z', _) => ('s', 1),
            (other, _) => (other, 1),
        };
        if sounds != ' ' && !out.ends_with(sounds) {
            out.push(sounds);
        }
        index += taken;
    }
    out
}

/// The letters a word may begin with that sounds like this one at its beginning.
///
/// ```
/// assert_eq!(domain::names::initials("helena"), ['h', 'e']);
/// assert!(domain::names::initials("karla").contains(&'c'));
/// ```
#[must_use]
pub fn initials(word: &str) -> Vec<char> {
    let mut letters = word.chars();
    let Some(first) = letters.next() else { return Vec::new() };
    let mut all = vec![first];
    all.extend(match first {
        'c' => &['k', 's', 'q', 'x'][..],
        'k' | 'q' => &['c', 'k', 'q'],
        's' => &['c', 'z'],
        'z' => &['s'],
        'g' => &['j'],
        'j' => &['g'],
        'i' => &['y', 'h'],
        'y' => &['i'],
        'v' => &['w'],
        'w' => &['v'],
        'f' => &['p'],
        'p' => &['f'],
        'x' => &['c'],
        'a' | 'e' | 'o' | 'u' => &['h'],
        _ => &[],
    });
    if first == 'h' {
        all.extend(letters.next());
    }
    let mut kept = Vec::with_capacity(all.len());
    all.retain(|letter| {
        let new = !kept.contains(letter);
        kept.push(*letter);
        new
    });
    all
}

/// How far a word of a name is from what was typed: 0 the same, 1 it begins so or sounds so, 2 and 3 so many slips less one; none when it
/// is another word.
///
/// ```
/// use domain::names::likeness;
/// assert_eq!(likeness("goncalves", "goncalves"), Some(0));
/// assert_eq!((likeness("gonc", "goncalves"), likeness("luiz", "luis")), (Some(1), Some(1)));
/// assert_eq!((likeness("gonsalves", "goncalves"), likeness("gonclaves", "goncalves")), (Some(2), Some(2)));
/// assert_eq!((likeness("ana", "ava"), likeness("silva", "souza")), (None, None));
/// ```
#[must_use]
pub fn likeness(typed: &str, word: &str) -> Option<u8> {
    if typed == word {
        return Some(0);
    }
    if typed.chars().count() >= 3 && word.starts_with(typed) {
        return Some(1);
    }
    let (one, other) = (sound(typed), sound(word));
    if one == other && !one.is_empty() {
        return Some(1);
    }
    let letters = typed.chars().count();
    let most = match letters {
        ..SHORTEST => return None,
        SHORTEST..LONG => 1,
        LONG.. => 2,
    };
    // A slip may change how a letter beside it sounds, so the letters themselves are counted too.
    let slips = slips(&one, &other, most).min(slips(typed, word, most));
    (slips <= most).then_some(slips + 1)
}

/// Letters to add, drop, change, or swap with their neighbour, to make one word of another; one more than `most` when it takes more.
/// Optimal string alignment: no letter is moved twice.
fn slips(one: &str, other: &str, most: u8) -> u8 {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let more = most.saturating_add(1);
    if one.len().abs_diff(other.len()) > usize::from(most) {
        return more;
    }
    let mut before: Vec<u8> = Vec::new();
    let mut last: Vec<u8> = (0..=other.len()).map(|at| u8::try_from(at).unwrap_or(u8::MAX)).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut line = vec![u8::try_from(row + 1).unwrap_or(u8::MAX)];
        for (column, against) in other.iter().enumerate() {
            let cell = |of: &[u8], at: usize| of.get(at).copied().unwrap_or(u8::MAX);
            let changed = cell(&last, column).saturating_add(u8::from(letter != against));
            let mut least = changed.min(cell(&last, column + 1).saturating_add(1)).min(cell(&line, column).saturating_add(1));
            let swapped = row > 0 && column > 0 && one.get(row - 1) == Some(against) && other.get(column - 1) == Some(letter);
            if swapped {
                least = least.min(cell(&before, column - 1).saturating_add(1));
            }
            line.push(least);
        }
        before = std::mem::replace(&mut last, line);
    }
    last.last().copied().unwrap_or(u8::MAX).min(more)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn one_slip_in_a_name_is_forgiven(word in "[a-z]{4,12}", at in any::<prop::sample::Index>(), letter in "[a-z]", how in 0..4) {
            let mut letters: Vec<char> = word.chars().collect();
            let at = at.index(letters.len());
            match how {
                0 => { letters.insert(at, letter.chars().next().unwrap()); }
                1 if letters.len() > SHORTEST => { letters.remove(at); }
                2 => letters[at] = letter.chars().next().unwrap(),
                _ => if at > 0 { letters.swap(at - 1, at) },
            }
            let typed: String = letters.into_iter().collect();
            prop_assert!(likeness(&typed, &word).is_some_and(|far| far <= 2), "{typed} for {word}");
        }

        #[test]
        fn what_sounds_alike_is_reached_by_an_initial(word in "[a-z]{4,10}") {
            // Whatever letter a word may begin with instead is among those looked through.
            for (from, to) in [("k", "c"), ("w", "v"), ("y", "i"), ("ph", "f")] {
                if let Some(rest) = word.strip_prefix(from) {
                    let other = format!("{to}{rest}");
                    if likeness(&word, &other) == Some(1) {
                        prop_assert!(initials(&word).contains(&other.chars().next().unwrap()), "{word} {other}");
                    }
                }
            }
        }

        #[test]
        fn noise_breaks_nothing(typed in "\\PC{0,40}", word in "\\PC{0,40}") {
            let _ = likeness(&typed, &word);
            let _ = initials(&typed);
            prop_assert!(words(&typed).all(|word| !word.is_empty()));
        }

        #[test]
        fn slips_go_both_ways(one in "[a-d]{0,8}", other in "[a-d]{0,8}") {
            prop_assert_eq!(slips(&one, &other, 3), slips(&other, &one, 3));
        }
    }

    #[test]
    fn another_name_stays_another() {
        for (typed, word) in [("maria", "mario"), ("souza", "silva"), ("jose", "joao"), ("paulo", "pedro"), ("marcos", "mateus")] {
            let far = likeness(typed, word);
            assert!(far.is_none_or(|far| far == 2), "{typed} {word} {far:?}");
        }
        assert_eq!(likeness("jose", "joao"), None);
        assert_eq!(likeness("rodrigues", "rodriguez"), Some(1));
    }
}
