//! What the XML of a fiscal document says of itself: key, number, parties, date and amount; or that another one is cancelled.
//!
//! Reads the national NFS-e, the towns' ABRASF 2.x, and the key and parties of NF-e, NFCom and NF3e; and the events that cancel them.
//! Never follows an entity, never fetches anything, and checks no signature: whether a note is in force only the tax authority tells.

use std::borrow::Cow;

use chrono::NaiveDate;
use domain::access_keys::{AccessKey, AccessKeyError};
use domain::money::Money;
use domain::tax_ids::TaxId;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use roxmltree::{Document, Node, ParsingOptions};

/// The longest XML. A note with its signature has 10 to 40 KB; one of hundreds of items stays below a megabyte.
pub(super) const LARGEST: u64 = 2 * 1024 * 1024;
/// The most nodes: some twenty bytes each at least, in a tree that takes about a hundred a node.
const MOST_NODES: u32 = 100_000;
/// The deepest nesting. NF-e, the deepest of them, has 12.
const DEEPEST: u16 = 40;

/// What an XML is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fiscal {
    /// A note.
    Invoice(Invoice),
    /// The event that cancels one, or replaces it by another.
    Cancellation {
        /// The key of the note that is no longer in force.
        key: AccessKey,
        /// Who asked for it, where that is said.
        author: Option<TaxId>,
    },
}

/// A note. What the XML does not say, or says in a way that cannot be read, is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Invoice {
    /// Its access key; a town's own note has none.
    pub(super) key: Option<AccessKey>,
    /// Its number, without leading zeros.
    pub(super) number: String,
    /// The days it may be said to be of: when it was asked for and when it was made may differ by one.
    pub(super) issued: Vec<NaiveDate>,
    /// What it is about, before taxes withheld.
    pub(super) amount: Option<Money>,
    /// Who issued it.
    pub(super) provider: Option<TaxId>,
    /// Who it is for.
    pub(super) taker: Option<TaxId>,
    /// Whether the same file says that it was cancelled.
    pub(super) cancelled: bool,
    /// Whether it was made to try the system, and counts for nothing.
    pub(super) trial: bool,
}

/// Why an XML is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum XmlError {
    /// A DOCTYPE: where entities, and addresses to fetch, are declared.
    Doctype,
    /// Cut off, or not well formed.
    Broken {
        /// The line of the XML.
        line: u32,
    },
    /// More nodes, or deeper ones, than any note has.
    TooLarge,
    /// Neither UTF-8, UTF-16 nor Windows-1252 (ISO-8859-1), or not what it says to be.
    Encoding,
    /// No note and no event that is known here, or several.
    Unknown,
    /// The key in it is none.
    Key(AccessKeyError),
}

/// Reads an XML. [`LARGEST`] is the caller's to keep.
pub(super) fn read(bytes: &[u8]) -> Result<Fiscal, XmlError> {
    let text = decoded(bytes)?;
    // No DTD, hence no entities but the five of XML itself; nothing is ever resolved from outside.
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, entity_resolver: None };
    let document = Document::parse_with_options(text.trim_start(), options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => XmlError::Doctype,
        roxmltree::Error::NodesLimitReached | roxmltree::Error::AttributesLimitReached | roxmltree::Error::NamespacesLimitReached => {
            XmlError::TooLarge
        }
        // What is missing would stand at the end.
        roxmltree::Error::UnclosedRootNode | roxmltree::Error::NoRootNode | roxmltree::Error::UnexpectedEndOfStream => {
            XmlError::Broken { line: u32::try_from(text.lines().count()).unwrap_or(u32::MAX) }
        }
        error => XmlError::Broken { line: error.pos().row },
    })?;
    not_too_deep(&document)?;
    let root = document.root_element();
    if let Some(event) = cancellation(root)? {
        return Ok(event);
    }
    // A file of several notes belongs to nobody in particular.
    let mut notes = root.descendants().filter(|node| matches!(name(*node), "infNFSe" | "InfNfse" | "infNFe" | "infNFCom" | "infNF3e"));
    let (Some(note), None) = (notes.next(), notes.next()) else { return Err(XmlError::Unknown) };
    Ok(Fiscal::Invoice(match name(note) {
        "infNFSe" => national(note)?,
        "InfNfse" => municipal(root, note),
        _ => of_goods(root, note)?,
    }))
}

/// The text, by its mark or its declaration.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, XmlError> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, bytes.get(length..).unwrap_or_default()),
        None => (declared(bytes)?, bytes),
    };
    if ![UTF_8, UTF_16LE, UTF_16BE, WINDOWS_1252].contains(&encoding) {
        return Err(XmlError::Encoding);
    }
    encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or(XmlError::Encoding)
}

/// The encoding that `<?xml version="1.0" encoding="…"?>` names; UTF-8 where it names none.
fn declared(bytes: &[u8]) -> Result<&'static Encoding, XmlError> {
    let head = bytes.trim_ascii_start();
    let Some(end) = head.starts_with(b"<?xml").then(|| head.iter().take(200).position(|byte| *byte == b'>')).flatten() else {
        return Ok(UTF_8);
    };
    let head = String::from_utf8_lossy(head.get(..end).unwrap_or_default());
    let Some((_, after)) = head.split_once("encoding") else { return Ok(UTF_8) };
    let after = after.trim_start().strip_prefix('=').unwrap_or_default().trim_start();
    let label = after.strip_prefix(['"', '\'']).and_then(|rest| rest.split(['"', '\'']).next());
    let found = label.and_then(|label| Encoding::for_label(label.as_bytes())).ok_or(XmlError::Encoding)?;
    // UTF-16 without its mark cannot be declared in a byte a letter.
    if found == UTF_8 || found == WINDOWS_1252 { Ok(found) } else { Err(XmlError::Encoding) }
}

fn not_too_deep(document: &Document<'_>) -> Result<(), XmlError> {
    // Parents come before their children.
    let mut depths: Vec<u16> = Vec::new();
    for node in document.root().descendants() {
        let above = node.parent().and_then(|parent| depths.get(parent.id().get_usize()).copied());
        let depth = above.map_or(0, |depth| depth.saturating_add(1));
        if depth > DEEPEST {
            return Err(XmlError::TooLarge);
        }
        depths.push(depth);
    }
    Ok(())
}

/// The national NFS-e: its key is the `Id`, parties and amount are in the declaration (DPS) within.
fn national(note: Node<'_, '_>) -> Result<Invoice, XmlError> {
    let declaration = below(note, "infDPS").unwrap_or(note);
    Ok(Invoice {
        key: Some(key(note, "NFS")?),
        number: number(child(note, "nNFSe")),
        issued: [child(note, "dhProc"), child(declaration, "dhEmi")].into_iter().flatten().filter_map(day).collect(),
        amount: at(declaration, &["valores", "vServPrest", "vServ"]).and_then(amount),
        provider: child(note, "emit").or_else(|| child(declaration, "prest")).and_then(party),
        taker: child(declaration, "toma").and_then(party),
        cancelled: false,
        trial: child(declaration, "tpAmb").is_some_and(|kind| words(kind) == "2"),
    })
}

/// A town's note by ABRASF 2.x: parties and amount are in the declaration within, or, as some towns do, in the note itself.
fn municipal(root: Node<'_, '_>, note: Node<'_, '_>) -> Invoice {
    let declaration = below(note, "InfDeclaracaoPrestacaoServico").unwrap_or(note);
    let within = |name| child(declaration, name).or_else(|| child(note, name));
    let provider = within("Prestador").and_then(party).or_else(|| within("PrestadorServico").and_then(party));
    Invoice {
        key: None,
        number: number(child(note, "Numero")),
        issued: child(note, "DataEmissao").and_then(day).into_iter().collect(),
        amount: within("Servico").and_then(|service| at(service, &["Valores", "ValorServicos"])).and_then(amount),
        provider,
        taker: within("TomadorServico").or_else(|| within("Tomador")).and_then(party),
        // Both stand beside the note, not within it.
        cancelled: below(root, "NfseCancelamento").is_some() || below(root, "NfseSubstituicao").is_some(),
        trial: false,
    }
}

/// NF-e, NFCom and NF3e: one frame.
fn of_goods(root: Node<'_, '_>, note: Node<'_, '_>) -> Result<Invoice, XmlError> {
    let prefix = match name(note) {
        "infNFCom" => "NFCom",
        "infNF3e" => "NF3e",
        _ => "NFe",
    };
    let about = child(note, "ide").unwrap_or(note);
    let total = child(note, "total");
    Ok(Invoice {
        key: Some(key(note, prefix)?),
        number: number(child(about, "nNF")),
        issued: child(about, "dhEmi").and_then(day).into_iter().collect(),
        amount: total.and_then(|total| below(total, "vNF")).and_then(amount),
        provider: child(note, "emit").and_then(party),
        taker: child(note, "dest").and_then(party),
        // The protocol beside the note: 101, 151 and 155 say that it was cancelled.
        cancelled: below(root, "infProt")
            .and_then(|said| child(said, "cStat"))
            .is_some_and(|said| matches!(words(said), "101" | "151" | "155")),
        trial: child(about, "tpAmb").is_some_and(|kind| words(kind) == "2"),
    })
}

/// An event that ends a note. One that says something else of it is not known here.
fn cancellation(root: Node<'_, '_>) -> Result<Option<Fiscal>, XmlError> {
    // The national system's is `evento`, as registered; what was only asked for is a `pedRegEvento`.
    let of_services = name(root) == "evento" && below(root, "infPedReg").is_some();
    let of_goods = matches!(name(root), "procEventoNFe" | "procEventoNFCom" | "procEventoNF3e");
    if !of_services && !of_goods {
        return Ok(None);
    }
    let (about, noted) = if of_services {
        let asked = below(root, "infPedReg").ok_or(XmlError::Unknown)?;
        // By the taxpayer, by another note in its place, after the town's look at it, and by the town itself.
        let ends = ["e101101", "e105102", "e105104", "e305101"].iter().any(|kind| child(asked, kind).is_some());
        (ends.then_some(asked), child(asked, "chNFSe"))
    } else {
        let event = below(root, "infEvento").ok_or(XmlError::Unknown)?;
        let ends = child(event, "tpEvento").is_some_and(|kind| matches!(words(kind), "110111" | "110112"));
        // The authority's answer: registered, in time or after it.
        let registered =
            below(root, "retEvento").and_then(|said| below(said, "cStat")).is_some_and(|said| matches!(words(said), "135" | "136" | "155"));
        let noted = ["chNFe", "chNFCom", "chNF3e"].iter().find_map(|name| child(event, name));
        ((ends && registered).then_some(event), noted)
    };
    let (Some(about), Some(noted)) = (about, noted) else { return Err(XmlError::Unknown) };
    let key = AccessKey::parse(words(noted)).map_err(XmlError::Key)?;
    let author = child(about, "CNPJAutor").or_else(|| child(about, "CPFAutor")).or_else(|| child(about, "CNPJ"));
    Ok(Some(Fiscal::Cancellation { key, author: author.and_then(|author| TaxId::parse(words(author)).ok()) }))
}

fn key(note: Node<'_, '_>, prefix: &str) -> Result<AccessKey, XmlError> {
    let id = note.attribute("Id").unwrap_or_default().trim();
    AccessKey::parse(id.strip_prefix(prefix).unwrap_or(id)).map_err(XmlError::Key)
}

/// CPF or CNPJ of a party, which the towns wrap two or three times.
fn party(node: Node<'_, '_>) -> Option<TaxId> {
    let of = |node: Node<'_, '_>| {
        node.children().filter(|child| matches!(name(*child), "CNPJ" | "CPF" | "Cnpj" | "Cpf")).find_map(|id| TaxId::parse(words(id)).ok())
    };
    let within = |node: Node<'_, '_>| of(node).or_else(|| child(node, "CpfCnpj").and_then(of));
    within(node)
        .or_else(|| child(node, "IdentificacaoTomador").and_then(within))
        .or_else(|| child(node, "IdentificacaoPrestador").and_then(within))
}

/// A number as systems compare it: without zeros before it.
pub(super) fn bare(number: &str) -> &str {
    let bare = number.trim().trim_start_matches('0');
    if bare.is_empty() { number.trim() } else { bare }
}

fn number(node: Option<Node<'_, '_>>) -> String {
    node.map(|node| bare(words(node)).chars().take(60).collect()).unwrap_or_default()
}

/// The day of `2026-11-05T10:00:00-03:00`, as written: it is the issuer's own.
fn day(node: Node<'_, '_>) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(words(node).get(..10)?, "%Y-%m-%d").ok()
}

/// `523.47`, as XML writes amounts: a point, and never thousands.
fn amount(node: Node<'_, '_>) -> Option<Money> {
    let (whole, part) = words(node).split_once('.').unwrap_or((words(node), ""));
    let part = part.trim_end_matches('0');
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 13 || part.len() > 2 || !digits(whole) || !digits(part) {
        return None;
    }
    format!("{whole}{part:0<2}").parse().ok().map(Money::cents)
}

// ---- the tree ----

fn name<'a>(node: Node<'a, '_>) -> &'a str {
    node.tag_name().name()
}

fn words<'a>(node: Node<'a, '_>) -> &'a str {
    node.text().unwrap_or_default().trim()
}

fn child<'a, 'i>(node: Node<'a, 'i>, wanted: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| name(*child) == wanted)
}

fn below<'a, 'i>(node: Node<'a, 'i>, wanted: &str) -> Option<Node<'a, 'i>> {
    node.descendants().find(|below| name(*below) == wanted)
}

fn at<'a, 'i>(node: Node<'a, 'i>, path: &[&str]) -> Option<Node<'a, 'i>> {
    path.iter().try_fold(node, |node, part| child(node, part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NATIONAL: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<NFSe xmlns="http://www.sped.fazenda.gov.br/nfse" versao="1.01"><infNFSe Id="NFS14001591201761135000132000000000000022096100197260">
<nNFSe>0022</nNFSe><cStat>100</cStat><dhProc>2022-09-06T00:01:00-03:00</dhProc><emit><CNPJ>11222333000181</CNPJ></emit>
<DPS><infDPS><tpAmb>1</tpAmb><dhEmi>2022-09-05T23:59:00-03:00</dhEmi><toma><CPF>52998224725</CPF></toma>
<valores><vServPrest><vServ>1523.40</vServ></vServPrest></valores></infDPS></DPS></infNFSe></NFSe>"#;

    const MUNICIPAL: &str = "<?xml version='1.0' encoding='ISO-8859-1'?>
<CompNfse xmlns='http://www.abrasf.org.br/nfse.xsd'><Nfse versao='2.02'><InfNfse Id='n1'><Numero>202600000000123</Numero>
<CodigoVerificacao>ABC9-X</CodigoVerificacao><DataEmissao>2026-11-05T10:00:00</DataEmissao><PrestadorServico><RazaoSocial>Sa\u{fa}de</RazaoSocial></PrestadorServico>
<DeclaracaoPrestacaoServico><InfDeclaracaoPrestacaoServico><Servico><Valores><ValorServicos>99.9</ValorServicos></Valores></Servico>
<Prestador><CpfCnpj><Cnpj>11222333000181</Cnpj></CpfCnpj></Prestador>
<Tomador><IdentificacaoTomador><CpfCnpj><Cnpj>12ABC34501DE35</Cnpj></CpfCnpj></IdentificacaoTomador></Tomador>
</InfDeclaracaoPrestacaoServico></DeclaracaoPrestacaoServico></InfNfse></Nfse></CompNfse>";

    const GOODS: &str = r#"<nfeProc xmlns="http://www.portalfiscal.inf.br/nfe"><NFe><infNFe Id="NFe35260712ABC34501DE35550010000000011000000014">
<ide><nNF>1</nNF><dhEmi>2026-07-01T08:00:00-03:00</dhEmi><tpAmb>1</tpAmb></ide><emit><CNPJ>12ABC34501DE35</CNPJ></emit><dest><CPF>52998224725</CPF></dest>
<total><ICMSTot><vNF>10.00</vNF></ICMSTot></total></infNFe></NFe><protNFe><infProt><cStat>100</cStat></infProt></protNFe></nfeProc>"#;

    const CANCELLED: &str = r#"<evento xmlns="http://www.sped.fazenda.gov.br/nfse"><infEvento Id="EVT1"><pedRegEvento><infPedReg Id="PRE1">
<CNPJAutor>11222333000181</CNPJAutor><chNFSe>14001591201761135000132000000000000022096100197260</chNFSe>
<e101101><xDesc>Cancelamento de NFS-e</xDesc></e101101></infPedReg></pedRegEvento></infEvento></evento>"#;

    fn id(text: &str) -> Option<TaxId> {
        Some(TaxId::parse(text).unwrap())
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn invoice(text: &str) -> Invoice {
        match read(text.as_bytes()).unwrap() {
            Fiscal::Invoice(invoice) => invoice,
            other @ Fiscal::Cancellation { .. } => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_layout_is_read() {
        let key = AccessKey::parse("14001591201761135000132000000000000022096100197260").unwrap();
        let expected = Invoice {
            key: Some(key),
            number: "22".into(),
            issued: vec![day("2022-09-06"), day("2022-09-05")],
            amount: Some(Money::cents(152_340)),
            provider: id("11222333000181"),
            taker: id("52998224725"),
            cancelled: false,
            trial: false,
        };
        assert_eq!(invoice(NATIONAL), expected);
        // Saved in the encoding that the declaration names: the ú is one byte.
        let (bytes, _, _) = WINDOWS_1252.encode(MUNICIPAL);
        let town = Invoice {
            key: None,
            number: "202600000000123".into(),
            issued: vec![day("2026-11-05")],
            amount: Some(Money::cents(9_990)),
            provider: id("11222333000181"),
            taker: id("12ABC34501DE35"),
            cancelled: false,
            trial: false,
        };
        assert_eq!(read(&bytes), Ok(Fiscal::Invoice(town)));
        let goods = invoice(GOODS);
        assert_eq!((goods.key.unwrap().as_str().len(), goods.number.as_str(), goods.amount), (44, "1", Some(Money::cents(1_000))));
        assert_eq!((goods.provider, goods.taker), (id("12ABC34501DE35"), id("52998224725")));
        assert_eq!(read(CANCELLED.as_bytes()), Ok(Fiscal::Cancellation { key, author: id("11222333000181") }));
    }

    #[test]
    fn what_ends_a_note_is_seen() {
        let beside = MUNICIPAL.replace("</Nfse>", "</Nfse><NfseCancelamento><Confirmacao/></NfseCancelamento>");
        assert!(invoice(&beside.replace("ISO-8859-1", "UTF-8")).cancelled);
        assert!(invoice(&GOODS.replace("<cStat>100", "<cStat>101")).cancelled);
        assert!(invoice(&GOODS.replace("<tpAmb>1", "<tpAmb>2")).trial && invoice(&NATIONAL.replace("<tpAmb>1", "<tpAmb>2")).trial);
        let of_goods = |kind: &str, answer: &str| {
            let event = format!(
                "<procEventoNFe><evento><infEvento><chNFe>35260712ABC34501DE35550010000000011000000014</chNFe><CNPJ>12ABC34501DE35</CNPJ>\
                 <tpEvento>{kind}</tpEvento></infEvento></evento><retEvento><infEvento><cStat>{answer}</cStat></infEvento></retEvento></procEventoNFe>"
            );
            read(event.as_bytes())
        };
        assert!(matches!(of_goods("110111", "135"), Ok(Fiscal::Cancellation { .. })));
        // A letter of correction ends nothing, and neither does what was not registered.
        assert_eq!((of_goods("110110", "135"), of_goods("110111", "573")), (Err(XmlError::Unknown), Err(XmlError::Unknown)));
        assert_eq!(read(CANCELLED.replace("e101101", "e105105").as_bytes()), Err(XmlError::Unknown));
    }

    #[test]
    fn entities_are_refused_and_nothing_is_fetched() {
        let laughs = r#"<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]><NFSe>&b;</NFSe>"#;
        let outside = r#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><NFSe>&f;</NFSe>"#;
        let remote = r#"<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd"><NFSe/>"#;
        for text in [laughs, outside, remote] {
            assert_eq!(read(text.as_bytes()), Err(XmlError::Doctype));
        }
        assert!(matches!(read(b"<NFSe>&f;</NFSe>"), Err(XmlError::Broken { .. })));
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        for cut in [1, NATIONAL.len() / 2, NATIONAL.len() - 3] {
            assert!(matches!(read(&NATIONAL.as_bytes()[..cut]), Err(XmlError::Broken { .. })), "{cut}");
        }
        assert_eq!(read(NATIONAL.replace("97260\"", "97261\"").as_bytes()), Err(XmlError::Key(AccessKeyError::CheckDigit(49))));
        assert!(matches!(read(NATIONAL.replace("NFS1400159", "NFSEXEMPLO").as_bytes()), Err(XmlError::Key(_))));
        let two = format!("<lista>{0}{0}</lista>", MUNICIPAL.lines().skip(1).collect::<String>());
        assert_eq!((read(two.as_bytes()), read(b"<NFSe/>")), (Err(XmlError::Unknown), Err(XmlError::Unknown)));
        let deep = format!("{}{}", "<a>".repeat(1_000), "</a>".repeat(1_000));
        assert_eq!(read(deep.as_bytes()), Err(XmlError::TooLarge));
        let wide = format!("<a>{}</a>", "<b/>".repeat(200_000));
        assert_eq!(read(wide.as_bytes()), Err(XmlError::TooLarge));
    }

    #[test]
    fn encodings_are_what_they_say() {
        let (marked, plain) = ([&b"\xef\xbb\xbf"[..], NATIONAL.as_bytes()].concat(), NATIONAL.as_bytes());
        assert_eq!(read(&marked), read(plain));
        let wide: Vec<u8> = "\u{feff}".encode_utf16().chain(NATIONAL.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&wide), read(plain));
        assert_eq!(read(b"<?xml version=\"1.0\" encoding=\"EBCDIC-37\"?><a/>"), Err(XmlError::Encoding));
        assert_eq!(read(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>\xff</a>"), Err(XmlError::Encoding));
        assert_eq!(read(b"<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><a/>"), Err(XmlError::Encoding));
    }

    proptest! {
        #[test]
        fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "(<|</)?[a-zA-Z]{0,3}(>|/>)?\\PC{0,80}") {
            let _ = (read(&bytes), read(text.as_bytes()));
        }

        /// A note with bytes changed, cut out or put in is read or refused.
        #[test]
        fn survives_damage(at in any::<prop::sample::Index>(), length in 0usize..40, with in prop::collection::vec(any::<u8>(), 0..40), which in 0usize..4) {
            let mut bytes = [NATIONAL, MUNICIPAL, GOODS, CANCELLED][which].as_bytes().to_vec();
            let from = at.index(bytes.len());
            let to = (from + length).min(bytes.len());
            bytes.splice(from..to, with);
            let _ = read(&bytes);
        }

        #[test]
        fn amounts_are_exact(cents in 0i64..10_000_000_000) {
            let text = format!("<a>{}.{:02}</a>", cents / 100, cents % 100);
            let document = Document::parse(&text).unwrap();
            prop_assert_eq!(amount(document.root_element()), Some(Money::cents(cents)));
        }
    }
}
