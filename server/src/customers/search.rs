//! One box for whatever staff has at hand: a name, a CPF or CNPJ, an e-mail address, a protocol, a bill's or a boleto's number, its line or
//! its Pix code, an amount. Every search is recorded, and none of what was searched.

use domain::boleto::typed::{Typed, read_typed};
use domain::forms::Problem;
use domain::ids::{CustomerId, RequestId};
use domain::money::Money;
use domain::names;
use domain::tax_ids::TaxId;
use serde_json::json;
use uuid::Uuid;

use crate::db::{Conn, Link, Tx};
use crate::error::{Error, Result};
use crate::sessions::Staff;
use crate::texts::folded;
use crate::{Server, rows, sql};

/// Customers told at most: more say that the search should be narrowed.
const MOST: usize = 50;
/// Rows read before those nearest to what was typed are chosen.
const READ: i64 = 400;
/// Words that may stand for one that was typed.
const MEANT: usize = 60;
/// Words of a name that the database is asked for; a fifth only narrows what was found.
const ASKED: usize = 4;

/// What a search went by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matched {
    /// CPF or CNPJ.
    TaxId,
    /// E-mail address.
    Email,
    /// The boleto's line or bars.
    Barcode,
    /// A Pix code.
    Pix,
    /// The protocol of a request.
    Protocol,
    /// The bank's number of a boleto.
    NossoNumero,
    /// A bill's number.
    Bill,
    /// The amount of a bill or of a payment.
    Amount,
    /// The words of a name.
    Name,
    /// Words that are like those typed.
    LikeName,
}

impl Matched {
    const fn as_str(self) -> &'static str {
        match self {
            Self::TaxId => "tax_id",
            Self::Email => "email",
            Self::Barcode => "barcode",
            Self::Pix => "pix",
            Self::Protocol => "protocol",
            Self::NossoNumero => "nosso_numero",
            Self::Bill => "bill",
            Self::Amount => "amount",
            Self::Name => "name",
            Self::LikeName => "like_name",
        }
    }
}

/// A customer that a search led to.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Found {
    /// Which.
    #[sqlx(try_from = "Uuid")]
    pub id: CustomerId,
    /// Name.
    pub name: String,
    /// CPF or CNPJ, unmasked.
    pub tax_id: String,
    /// City.
    pub city: String,
    request_id: Option<Uuid>,
}

impl Found {
    /// The request whose protocol number was searched.
    #[must_use]
    pub fn request(&self) -> Option<RequestId> {
        self.request_id.map(RequestId)
    }
}

/// What a search led to.
#[derive(Clone, Debug)]
pub struct Finding {
    /// By what.
    pub matched: Matched,
    /// Fifty at most; of names the nearest first.
    pub found: Vec<Found>,
    /// Whether there are more.
    pub more: bool,
}

/// Looks for customers. That somebody searched is recorded, with what the search went by and how many it found, without what was typed.
///
/// # Errors
/// [`Error::Forbidden`] for a role that has no business with customers; [`Error::Form`] on the field `q` for fewer than three characters.
pub async fn find(server: &Server, staff: &Staff, query: &str) -> Result<Finding> {
    staff.sees_customers()?;
    let query = query.trim();
    if query.chars().count() < 3 {
        return Err(Error::field("q", Problem::TooShort { min: 3 }));
    }
    let mut conn = server.db.read().await?;
    let (matched, mut found) = search(&mut conn, query).await?;
    drop(conn);
    let more = found.len() > MOST;
    found.truncate(MOST);
    let mut tx = server.db.write().await?;
    super::look(server, &mut tx, staff, "customers.find", None, json!({ "by": matched.as_str(), "found": found.len() })).await?;
    tx.commit().await?;
    Ok(Finding { matched, found, more })
}

/// The first way of understanding what was typed that leads to somebody. One more than is told tells whether there are more.
async fn search(conn: &mut Conn, query: &str) -> Result<(Matched, Vec<Found>)> {
    if let Ok(tax_id) = TaxId::parse(query) {
        let found = sql!(conn, all Found:
            "select id, name, tax_id, city, null as request_id from customers where tax_id = $1", tax_id.as_str())?;
        if !found.is_empty() {
            return Ok((Matched::TaxId, found));
        }
    }
    if query.contains('@') {
        let found = sql!(conn, all Found:
            "select id, name, tax_id, city, null as request_id from customers where lower(email) = lower($1) order by name, id limit 51", query)?;
        return Ok((Matched::Email, found));
    }
    let slip = match read_typed(query) {
        Ok(Typed::Cobranca(barcode)) => Some((Matched::Barcode, barcode.as_str().to_owned())),
        Ok(Typed::Pix(code)) => Some((Matched::Pix, code.as_str().to_owned())),
        Ok(Typed::Arrecadacao(_)) | Err(_) => None,
    };
    if let Some((matched, code)) = slip {
        let found = sql!(conn, all Found:
            "select distinct c.id, c.name, c.tax_id, c.city, null as request_id from slips s join customers c on c.id = s.customer_id
              where s.barcode = $1 or s.emv = $1
              union select c.id, c.name, c.tax_id, c.city, null from pix_charges p join customers c on c.id = p.customer_id where p.code = $1", code)?;
        return Ok((matched, found));
    }
    let number: String = query.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-' | '/')).collect();
    if number.len() == 20 && number.bytes().all(|byte| byte.is_ascii_digit()) {
        let found = sql!(conn, all Found:
            "select c.id, c.name, c.tax_id, c.city, r.id as request_id from requests r join customers c on c.id = r.customer_id
              where r.protocol = $1", number.as_str())?;
        if !found.is_empty() {
            return Ok((Matched::Protocol, found));
        }
    }
    if let Some(amount) = amount(query) {
        return Ok((Matched::Amount, by_amount(conn, amount).await?));
    }
    if query.bytes().any(|byte| byte.is_ascii_digit()) {
        let found = sql!(conn, all Found:
            "select distinct c.id, c.name, c.tax_id, c.city, null as request_id from slips s join customers c on c.id = s.customer_id
              where s.nosso_numero in ($1, $2) order by c.name, c.id limit 51", query, number.as_str())?;
        if !found.is_empty() {
            return Ok((Matched::NossoNumero, found));
        }
        let found = sql!(conn, all Found:
            "select distinct c.id, c.name, c.tax_id, c.city, null as request_id from bills b join customers c on c.id = b.customer_id
              where b.number = $1 order by c.name, c.id limit 51", query)?;
        if !found.is_empty() {
            return Ok((Matched::Bill, found));
        }
    }
    by_name(conn, query).await
}

/// An amount, when what was typed can be nothing else: with its currency, or with centavos.
fn amount(query: &str) -> Option<Money> {
    let (said, figures) = match query.strip_prefix("R$").or_else(|| query.strip_prefix("r$")) {
        Some(rest) => (true, rest.trim()),
        None => (query.get(query.len().saturating_sub(3)..).is_some_and(|end| end.starts_with([',', '.'])), query),
    };
    Money::parse(figures).ok().filter(|amount| said && amount.is_positive())
}

/// Whoever has a bill, or made a payment, of this amount.
async fn by_amount(conn: &mut Conn, amount: Money) -> Result<Vec<Found>> {
    Ok(sql!(conn, all Found:
        "select c.id, c.name, c.tax_id, c.city, null as request_id from customers c
          where c.id in (select customer_id from bills where amount = $1 union select customer_id from payments where amount = $1)
          order by c.name, c.id limit 51", amount.as_cents())?)
}

#[derive(sqlx::FromRow)]
struct Named {
    #[sqlx(flatten)]
    found: Found,
    search_name: String,
}

/// Customers whose names have all the words typed, or begin so; when these are few, also those with words like them, the nearest first.
async fn by_name(conn: &mut Conn, query: &str) -> Result<(Matched, Vec<Found>)> {
    let folded = folded(query);
    let typed: Vec<&str> = names::words(&folded).collect();
    let mut exact = Vec::new();
    for word in typed.iter().take(ASKED) {
        exact.push(beginning(conn, word).await?);
    }
    let found = nearest(&typed, with_words(conn, exact).await?);
    if found.len() >= MOST || typed.is_empty() {
        return Ok((Matched::Name, found));
    }
    let mut meant = Vec::new();
    for word in typed.iter().take(ASKED) {
        meant.push(like(conn, word).await?);
    }
    let wider = nearest(&typed, with_words(conn, meant).await?);
    let matched = if wider.len() > found.len() { Matched::LikeName } else { Matched::Name };
    Ok((matched, wider))
}

/// Those whose words fit, by how well they do and by name.
fn nearest(typed: &[&str], rows: Vec<Named>) -> Vec<Found> {
    let far = |named: &Named| -> Option<u32> {
        let of = |word: &&str| names::words(&named.search_name).filter_map(|one| names::likeness(word, one)).min().map(u32::from);
        typed.iter().map(of).sum()
    };
    let mut ranked: Vec<(u32, Found)> = rows.into_iter().filter_map(|named| Some((far(&named)?, named.found))).collect();
    ranked.sort_by(|(far, one), (further, other)| (far, &one.name, one.id).cmp(&(further, &other.name, other.id)));
    ranked.truncate(MOST + 1);
    ranked.into_iter().map(|(_, found)| found).collect()
}

/// The word itself, and those that begin with it.
async fn beginning(conn: &mut Conn, word: &str) -> Result<Vec<String>> {
    let mut all = vec![word.to_owned()];
    if word.chars().count() >= 3 {
        // No letter comes after this one.
        let last = format!("{word}\u{10ffff}");
        let longer =
            sql!(conn, all (String,): "select word from name_words where word > $1 and word < $2 order by word limit 200", word, last)?;
        all.extend(longer.into_iter().map(|(word,)| word));
    }
    Ok(all)
}

/// The words nearest to one that was typed.
async fn like(conn: &mut Conn, typed: &str) -> Result<Vec<String>> {
    let letters = i64::try_from(typed.chars().count()).unwrap_or(i64::MAX - 2);
    let mut near: Vec<(u8, String)> = Vec::new();
    for initial in names::initials(typed) {
        let (from, to) = (initial.to_string(), format!("{initial}\u{10ffff}"));
        let words = sql!(conn, all (String,):
            "select word from name_words where word >= $1 and word < $2 and length(word) between $3 and $4", from, to, letters - 2, letters + 2)?;
        near.extend(words.into_iter().filter_map(|(word,)| Some((names::likeness(typed, &word)?, word))));
    }
    near.extend(beginning(conn, typed).await?.into_iter().filter_map(|word| Some((names::likeness(typed, &word)?, word))));
    near.sort();
    near.dedup();
    near.truncate(MEANT);
    Ok(near.into_iter().map(|(_, word)| word).collect())
}

/// Customers with a word of each set, beginning with the rarest.
async fn with_words(conn: &mut Conn, mut sets: Vec<Vec<String>>) -> Result<Vec<Named>> {
    let mut by_size = Vec::new();
    for set in sets.drain(..) {
        by_size.push((how_many(conn, &set).await?, set));
    }
    by_size.sort();
    let mut sets = by_size.into_iter().map(|(_, set)| set);
    let Some(rarest) = sets.next() else { return Ok(Vec::new()) };
    let others: [Vec<String>; ASKED - 1] = std::array::from_fn(|_| sets.next().unwrap_or_default());
    let [second, third, fourth] = others;
    Ok(match conn.link() {
        Link::Sqlite(c) => {
            let list = |words: Vec<String>| serde_json::Value::from(words).to_string();
            sqlx::query_as::<sqlx::Sqlite, Named>(
                "select c.id, c.name, c.tax_id, c.city, null as request_id, c.search_name
                   from (select distinct customer_id from customer_words where word in (select value from json_each($1))) w
                   join customers c on c.id = w.customer_id
                  where ($2 = '[]' or exists (select 1 from customer_words o where o.customer_id = c.id and o.word in (select value from json_each($2))))
                    and ($3 = '[]' or exists (select 1 from customer_words o where o.customer_id = c.id and o.word in (select value from json_each($3))))
                    and ($4 = '[]' or exists (select 1 from customer_words o where o.customer_id = c.id and o.word in (select value from json_each($4))))
                  limit $5",
            )
            .bind(list(rarest))
            .bind(list(second))
            .bind(list(third))
            .bind(list(fourth))
            .bind(READ)
            .fetch_all(c)
            .await?
        }
        Link::Postgres(c) => {
            sqlx::query_as::<sqlx::Postgres, Named>(
                "select c.id, c.name, c.tax_id, c.city, null::uuid as request_id, c.search_name
                   from (select distinct customer_id from customer_words where word = any($1)) w
                   join customers c on c.id = w.customer_id
                  where (cardinality($2::text[]) = 0 or exists (select 1 from customer_words o where o.customer_id = c.id and o.word = any($2)))
                    and (cardinality($3::text[]) = 0 or exists (select 1 from customer_words o where o.customer_id = c.id and o.word = any($3)))
                    and (cardinality($4::text[]) = 0 or exists (select 1 from customer_words o where o.customer_id = c.id and o.word = any($4)))
                  limit $5",
            )
            .bind(rarest)
            .bind(second)
            .bind(third)
            .bind(fourth)
            .bind(READ)
            .fetch_all(c)
            .await?
        }
    })
}

/// How many customers have one of these words, as far as it matters which set has the fewest.
async fn how_many(conn: &mut Conn, words: &[String]) -> Result<i64> {
    Ok(match conn.link() {
        Link::Sqlite(c) => {
            sqlx::query_scalar::<sqlx::Sqlite, i64>(
                "select count(*) from (select 1 from customer_words where word in (select value from json_each($1)) limit 2000) counted",
            )
            .bind(serde_json::Value::from(words).to_string())
            .fetch_one(c)
            .await?
        }
        Link::Postgres(c) => {
            sqlx::query_scalar::<sqlx::Postgres, i64>(
                "select count(*) from (select 1 from customer_words where word = any($1) limit 2000) counted",
            )
            .bind(words.to_vec())
            .fetch_one(c)
            .await?
        }
    })
}

/// Lets new customers be found by their names.
pub(crate) async fn index(tx: &mut Tx, customers: &[(Uuid, String)]) -> Result<()> {
    let pairs: Vec<(String, Uuid)> = customers
        .iter()
        .flat_map(|(id, name)| {
            let folded = folded(name);
            let mut words: Vec<String> = names::words(&folded).map(str::to_owned).collect();
            words.sort_unstable();
            words.dedup();
            words.into_iter().map(|word| (word, *id))
        })
        .collect();
    let mut words: Vec<&String> = pairs.iter().map(|(word, _)| word).collect();
    // In one order, so that two imports at once do not wait for each other in a circle.
    words.sort_unstable();
    words.dedup();
    rows!(tx, "insert into name_words (word)", words, |row| [row.as_str()], "on conflict (word) do nothing");
    rows!(tx, "insert into customer_words (word, customer_id)", pairs, |row| [&row.0, row.1], "on conflict (word, customer_id) do nothing");
    Ok(())
}

/// Lets a customer be found by a new name, and no longer by the old one.
pub(crate) async fn rename(tx: &mut Tx, customer: Uuid, old: &str, new: &str) -> Result<()> {
    let (old, folded_new) = (folded(old), folded(new));
    for word in names::words(&old).filter(|word| !names::words(&folded_new).any(|kept| kept == *word)) {
        sql!(tx, execute: "delete from customer_words where word = $1 and customer_id = $2", word, customer)?;
    }
    index(tx, &[(customer, new.to_owned())]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_told_from_a_number() {
        let cents = |query: &str| amount(query).map(Money::as_cents);
        assert_eq!(
            (cents("523,47"), cents("R$ 1.234,56"), cents("r$100"), cents("1,234.56")),
            (Some(52_347), Some(123_456), Some(10_000), Some(123_456))
        );
        assert_eq!(
            (cents("52347"), cents("Ana, 3"), cents("R$ 0"), cents("-5,00"), cents("12.345"), cents("é")),
            (None, None, None, None, None, None)
        );
    }
}
