//! Addresses in words that go out in the creditor's name. A message that people trust is what a thief inside the house would want to put a
//! link into; so the only addresses in it are the portal's own, which variables fill in, or which begin with the portal's.
//!
//! It asks what a mail program would make a link of, not what is a valid address: a word with a dot and letters behind it is one, and a
//! missing blank after a full stop is told rather than guessed.

/// The longest piece of an address that is told.
const SHOWN: usize = 60;

/// The first address in the text that leads anywhere but to `own`, the portal's address without a slash at its end.
///
/// ```
/// use domain::templates::addresses::elsewhere;
/// let own = "https://contas.exemplo.com.br";
/// assert_eq!(elsewhere("Veja em {link}, ou em https://contas.exemplo.com.br/pagar.", own), None);
/// assert_eq!(elsewhere("Pague em https://contas.exemplo.com.br.golpe.net/pagar", own).as_deref(), Some("https://contas.exemplo.com.br.golpe.net/pagar"));
/// assert_eq!(elsewhere("Escreva para a golpe@banco.example.", own).as_deref(), Some("golpe@banco.example."));
/// assert_eq!(elsewhere("São R$ 1.234,56 (Lei 9.656/1998, S.A.).", own), None);
/// ```
#[must_use]
pub fn elsewhere(text: &str, own: &str) -> Option<String> {
    text.split_whitespace().find(|token| leads_elsewhere(token, own)).map(|token| token.chars().take(SHOWN).collect())
}

fn leads_elsewhere(token: &str, own: &str) -> bool {
    let mut rest = token;
    while let Some(at) = Some(own).filter(|own| !own.is_empty()).and_then(|own| rest.find(own)) {
        let (before, after) = (&rest[..at], &rest[at + own.len()..]);
        // The host has to end there: neither more of it, nor a port, nor somebody's name before an at sign.
        if looks_like_one(before) || !(after.starts_with(['/', '?', '#']) || after.trim_matches(|c| ".,;:!?)\"'”»]".contains(c)).is_empty())
        {
            return true;
        }
        rest = after.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "-_/.?=&%#~+{}:".contains(c));
    }
    looks_like_one(rest)
}

/// Whether a mail program might make a link of it: a scheme, or a name with dots whose last part is of letters.
fn looks_like_one(token: &str) -> bool {
    // Dots that browsers take for dots (UTS 46).
    let dots = |c: char| matches!(c, '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}');
    let of_a_name = |c: char| c.is_alphanumeric() || dots(c) || "-_{}".contains(c);
    let letters = |label: &str| match label.split_once('{') {
        // What a variable makes of it is not known.
        Some((before, _)) => before.chars().all(char::is_alphabetic),
        None => label.chars().count() >= 2 && (label.starts_with("xn--") || label.chars().all(char::is_alphabetic)),
    };
    let named = |name: &str| {
        let labels: Vec<&str> = name.trim_matches(dots).split(dots).collect();
        let numeric = |label: &str| label.chars().all(|c| c.is_ascii_digit());
        labels.len() > 1
            && labels.iter().all(|label| !label.is_empty())
            // A number with dots and letters in its middle is a CNPJ.
            && (labels.last().is_some_and(|last| letters(last)) || labels.windows(2).any(|pair| !numeric(pair[0]) && letters(pair[1])))
    };
    token.contains("://") || token.split(|c: char| !of_a_name(c)).any(named)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OWN: &str = "https://contas.exemplo.com.br";

    #[test]
    fn what_people_write_is_let_through() {
        for text in [
            "",
            "Olá, {nome}. Veja em {link}.",
            "({link}), \"{link}\"; {link}!",
            "Pague R$ 1.234,56 até 05/11/2026, às 10h.",
            "CNPJ 12.345.678/0001-95, ou 12.ABC.345/01DE-35; Lei 9.656/1998, art. 13, II; S.A. e Ltda.",
            "https://contas.exemplo.com.br",
            "https://contas.exemplo.com.br/pagar?dia=1#topo, depois",
            "(https://contas.exemplo.com.br/ajuda).",
            "https://contas.exemplo.com.br/pedidos/{protocolo}",
            "Telefone 0800 123 4567. Espere... e tente de novo…",
        ] {
            assert_eq!(elsewhere(text, OWN), None, "{text}");
        }
    }

    #[test]
    fn what_leads_elsewhere_is_found() {
        for address in [
            "http://contas.exemplo.com.br/pagar",
            "https://golpe.example",
            "HTTPS://GOLPE.EXAMPLE",
            "ftp://golpe",
            "www.golpe.com",
            "golpe.com.br",
            "t.me/golpe",
            "golpe.com{link}",
            "ana@golpe.com",
            "mailto:ana@golpe.com",
            "https://contas.exemplo.com.br.golpe.com",
            "https://contas.exemplo.com.br@golpe.com",
            "https://contas.exemplo.com.br:8443/",
            "https://contas.exemplo.com.br-golpe.com/",
            "https://golpe.com/https://contas.exemplo.com.br/",
            "https://contas.exemplo.com.br/,golpe.com",
            "https://{credor}.com",
            "{credor}.golpe.com",
            "{credor}.com",
            "golpe.c{assunto}",
            "golpe。com",
            "xn--golpe-9na.xn--p1ai",
            "golpé.com.",
            "golpe.com.5",
        ] {
            assert_eq!(elsewhere(&format!("antes {address} depois"), OWN).as_deref(), Some(address));
        }
        // Without an address of its own there is none to go to.
        assert!(elsewhere("https://contas.exemplo.com.br/", "").is_some());
    }

    proptest! {
        #[test]
        fn no_scheme_passes_but_the_portals(before in "[ -~]{0,12}", after in "[ -~]{0,12}") {
            let text = format!("{before}http://{after}");
            prop_assert!(elsewhere(&text, OWN).is_some());
        }

        #[test]
        fn never_panics(text in "\\PC{0,60}", own in "\\PC{0,9}") {
            let _ = elsewhere(&text, &own);
        }
    }
}
