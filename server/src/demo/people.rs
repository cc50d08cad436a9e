//! Invented people and companies. Never a real one on purpose: names are drawn from lists, numbers are synthetic and valid.

use domain::tax_ids::{Cnpj, Cpf};

use super::chance::Chance;
use crate::texts::folded;

/// Somebody who pays, or who acts for somebody who does.
pub(super) struct Person {
    pub(super) external_id: String,
    /// Unmasked.
    pub(super) tax_id: String,
    pub(super) name: String,
    /// Empty for the few who never gave one.
    pub(super) email: String,
    phone: String,
    home: Home,
    locale: &'static str,
}

/// Where somebody lives.
struct Home {
    address: String,
    city: &'static str,
    state: &'static str,
    postal_code: String,
}

const GIVEN: &[&str] = &[
    "Adriana",
    "Afonso",
    "Alice",
    "Anderson",
    "Antônia",
    "Aparecida",
    "Beatriz",
    "Benedito",
    "Bruno",
    "Caetano",
    "Carolina",
    "Célia",
    "César",
    "Cláudia",
    "Conceição",
    "Davi",
    "Débora",
    "Eduarda",
    "Elísio",
    "Estêvão",
    "Fabrício",
    "Fátima",
    "Flávio",
    "Francisca",
    "Gabriela",
    "Gérson",
    "Glória",
    "Heitor",
    "Helena",
    "Inácio",
    "Íris",
    "Isaías",
    "Joana",
    "João",
    "Joaquim",
    "José",
    "Júlia",
    "Lázaro",
    "Letícia",
    "Lúcia",
    "Luís",
    "Márcia",
    "Mateus",
    "Mônica",
    "Murilo",
    "Nair",
    "Natália",
    "Otávio",
    "Patrícia",
    "Raíssa",
    "Raquel",
    "Renato",
    "Rita",
    "Rogério",
    "Rubens",
    "Sebastião",
    "Sílvia",
    "Sônia",
    "Tânia",
    "Tomás",
    "Valéria",
    "Vinícius",
    "Vitória",
    "Zélia",
];

const FAMILY: &[&str] = &[
    "Abreu",
    "Albuquerque",
    "Alencar",
    "Araújo",
    "Assunção",
    "Bastos",
    "Bittencourt",
    "Brandão",
    "Brito",
    "Camargo",
    "Cardoso",
    "Castelo",
    "Conceição",
    "Coutinho",
    "Cunha",
    "da Silva",
    "de Araújo",
    "de Assis",
    "de Sá",
    "do Amaral",
    "do Nascimento",
    "dos Anjos",
    "dos Santos",
    "Esteves",
    "Farias",
    "Figueiredo",
    "Fonseca",
    "Furtado",
    "Galvão",
    "Gonçalves",
    "Guimarães",
    "Leitão",
    "Lemos",
    "Lopes",
    "Magalhães",
    "Maia",
    "Mendonça",
    "Menezes",
    "Moraes",
    "Muniz",
    "Negrão",
    "Paixão",
    "Peçanha",
    "Pimentel",
    "Queiróz",
    "Ramalho",
    "Rebouças",
    "Rezende",
    "Sampaio",
    "Saraiva",
    "Simões",
    "Taunay",
    "Teles",
    "Torres",
    "Valadão",
    "Vasconcelos",
    "Veríssimo",
    "Xavier",
];

const STREETS: &[&str] = &[
    "Rua das Araucárias",
    "Rua do Ipê-Roxo",
    "Avenida das Gralhas",
    "Rua Primeiro de Janeiro",
    "Travessa do Mirante",
    "Rua da Nascente",
    "Alameda dos Manacás",
    "Rua São Benedito",
    "Avenida da Estação",
    "Rua do Poço",
    "Rua Jaborandi",
    "Largo da Feira",
];

/// City, state, and the beginning of its postal codes.
const CITIES: &[(&str, &str, u64)] = &[
    ("Curitiba", "PR", 80),
    ("Londrina", "PR", 86),
    ("Maringá", "PR", 87),
    ("Ponta Grossa", "PR", 84),
    ("Joinville", "SC", 89),
    ("Florianópolis", "SC", 88),
    ("Campinas", "SP", 13),
    ("São José dos Pinhais", "PR", 83),
];

/// Twelve companies; the first is the one with thousands of bills.
pub(super) const COMPANIES: [&str; 12] = [
    "Metalúrgica Ipê Amarelo S.A.",
    "Padaria e Confeitaria Pão da Serra Ltda.",
    "Transportes Rota do Sul Ltda.",
    "Escola Jardim das Letras Ltda.",
    "Cerâmica Terra Vermelha Ltda.",
    "Auto Center Três Marias Ltda. – ME",
    "Supermercados Bom Cesto S.A.",
    "Construtora Pedra Angular Ltda.",
    "Associação dos Servidores Aposentados e Pensionistas do Vale do Rio Claro, seus Dependentes e Agregados",
    "Tecelagem Fio d'Água Ltda.",
    "Farmácia de Manipulação Erva-Doce Ltda.",
    "Gráfica e Editora Página Nova Ltda.",
];

/// A beneficiary.
pub(super) fn person(seed: u64, index: u64) -> Person {
    let mut chance = Chance::of(seed, index);
    let given = chance.pick(GIVEN);
    let name = match index {
        // What a page does with names like these is worth seeing.
        12 => "Maria Aparecida das Graças Nossa Senhora da Conceição Albuquerque e Vasconcelos de Alcântara Machado Filha".to_owned(),
        13 => "Ana Sá".to_owned(),
        14 => "José Luís Sant’Anna D’Ávila Gonçalves-Peçanha Júnior".to_owned(),
        _ => {
            let (middle, last) = (chance.pick(FAMILY), chance.pick(FAMILY));
            if chance.percent(55) && middle != last { format!("{given} {middle} {last}") } else { format!("{given} {last}") }
        }
    };
    let without_email = index >= 20 && chance.percent(2);
    let email = if without_email { String::new() } else { format!("{}@example.org", mailbox(&name, index)) };
    let locale = if index >= 20 && chance.percent(1) { "en" } else { "pt-BR" };
    let phone = if chance.percent(80) { format!("(41) 9{:04}-{:04}", chance.below(10_000), chance.below(10_000)) } else { String::new() };
    let home = home(&mut chance);
    Person { external_id: format!("VS-{:06}", index + 1), tax_id: cpf(seed, index), name, email, phone, home, locale }
}

/// A company; every other one has letters in its CNPJ, as new ones may since July 2026.
pub(super) fn company(seed: u64, index: u64) -> Person {
    let mut chance = Chance::of(seed, 1_000_000_000 + index);
    let name = usize::try_from(index).ok().and_then(|at| COMPANIES.get(at)).copied().unwrap_or_default().to_owned();
    let email = format!("financeiro@{}.example", name.split([' ', '.']).take(2).map(folded).collect::<String>().replace(['-', '\''], ""));
    let phone = format!("(41) 3{:03}-{:04}", chance.below(1_000), chance.below(10_000));
    let home = home(&mut chance);
    Person { external_id: format!("VS-E{:02}", index + 1), tax_id: cnpj(seed, index), name, email, phone, home, locale: "pt-BR" }
}

/// The creditor's own CNPJ: of root 99.999.999, which nobody has.
pub(super) fn creditor_cnpj() -> String {
    Cnpj::with_check_digits(b"999999990001").map_or_else(|_| String::new(), |cnpj| cnpj.as_str().to_owned())
}

fn home(chance: &mut Chance) -> Home {
    let at = usize::try_from(chance.below(CITIES.len() as u64)).unwrap_or_default();
    let (city, state, prefix) = CITIES.get(at).copied().unwrap_or(("Curitiba", "PR", 80));
    let number = chance.between(1, 2_400);
    let rest = if chance.percent(40) { format!(", ap. {}", chance.between(11, 184)) } else { String::new() };
    Home {
        address: format!("{}, {number}{rest}", chance.pick(STREETS)),
        city,
        state,
        postal_code: format!("{prefix:02}{:03}-{:03}", chance.below(1_000), chance.below(1_000)),
    }
}

/// Nine digits that differ for every index (7,919 is prime to ten), and the two that check them.
fn cpf(seed: u64, index: u64) -> String {
    let number = (seed.wrapping_mul(104_729) % 1_000_000_000 + 100_000_000 + index * 7_919) % 1_000_000_000;
    let mut digits = [b'0'; 9];
    digits.iter_mut().zip(format!("{number:09}").bytes()).for_each(|(place, digit)| *place = digit);
    match Cpf::with_check_digits(digits) {
        Ok(cpf) => cpf.as_str().to_owned(),
        // One digit nine times: the only numbers that are refused.
        Err(_) => cpf(seed, index + 500_000_000),
    }
}

fn cnpj(seed: u64, index: u64) -> String {
    let mut chance = Chance::of(seed, 2_000_000_000 + index);
    let mut base = *b"999000000001";
    for place in base.iter_mut().take(8).skip(3) {
        let drawn = chance.below(if index % 2 == 1 { 36 } else { 10 });
        *place = u8::try_from(drawn).map_or(b'0', |drawn| if drawn < 10 { b'0' + drawn } else { b'A' + drawn - 10 });
    }
    Cnpj::with_check_digits(&base).map_or_else(|_| String::new(), |cnpj| cnpj.as_str().to_owned())
}

/// An establishment of a company: its root, and the number of the establishment.
pub(super) fn branch(company: &str, number: u64) -> String {
    let text = format!("{}{number:04}", company.get(..8).unwrap_or_default());
    let base = text.into_bytes().try_into().ok().and_then(|base: [u8; 12]| Cnpj::with_check_digits(&base).ok());
    base.map_or_else(String::new, |cnpj| cnpj.as_str().to_owned())
}

/// `helena.araujo.17`: the number keeps namesakes apart.
fn mailbox(name: &str, index: u64) -> String {
    let plain = folded(name);
    let mut words = plain.split(' ').map(|word| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>());
    let first = words.next().unwrap_or_default();
    let last = words.next_back().unwrap_or_default();
    format!("{first}.{last}.{}", index + 1)
}

impl Person {
    /// A line of the file of customers.
    pub(super) fn line(&self) -> String {
        let Self { external_id, tax_id, name, email, phone, locale, .. } = self;
        let Home { address, city, state, postal_code } = &self.home;
        format!("{external_id};{tax_id};{name};{email};{phone};{address};{city};{state};{postal_code};{locale}\n")
    }
}
