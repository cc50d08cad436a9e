//! Which slips a file asks the bank about: those it does not know yet, those it knows that another has replaced, and those of bills that
//! the house has given up. Never changes anything: whoever writes the file does.

use chrono::NaiveDate;
use domain::boleto::barcode::Barcode;
use domain::cnab::remessa::{Draft, LeftOut as NotWritten, Payer, Problem, RemessaField, Slip};
use domain::money::Money;
use domain::statement::Standing;
use domain::tax_ids::TaxId;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{LeftOut, Why};
use crate::db::Conn;
use crate::error::Result;
use crate::{bills, sql};

/// Slips read at once.
const AT_ONCE: i64 = 1_000;
/// Before any slip was issued: imports take no day before 1990.
const BEGINNING: NaiveDate = match NaiveDate::from_ymd_opt(1900, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// What a file is to ask.
pub(super) struct Gathered {
    pub(super) draft: Draft,
    /// To be registered.
    pub(super) entries: Vec<Uuid>,
    /// To be closed.
    pub(super) closings: Vec<Uuid>,
    /// The amounts to be registered, together.
    pub(super) sum: Money,
    pub(super) left_out: Vec<LeftOut>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    external_id: String,
    nosso_numero: String,
    document_number: String,
    barcode: String,
    amount: i64,
    issued_on: NaiveDate,
    due_on: NaiveDate,
    limit_on: NaiveDate,
    tax_id: String,
    name: String,
    address: String,
    city: String,
    uf: String,
    postal_code: String,
}

/// A slip with one of its bills.
#[derive(sqlx::FromRow)]
struct Pending {
    #[sqlx(flatten)]
    slip: Row,
    balance: i64,
    #[sqlx(try_from = "String")]
    standing: Standing,
    fine_rate: String,
    monthly_interest: String,
}

/// Gathers into a draft what an agreement's bank is to be asked: closings first, they are few; then entries, the oldest first, at most
/// so many slips of them looked at.
pub(super) async fn gather(conn: &mut Conn, agreement: Uuid, draft: Draft, today: NaiveDate, most: usize) -> Result<Gathered> {
    let mut gathered = Gathered { draft, entries: Vec::new(), closings: Vec::new(), sum: Money::ZERO, left_out: Vec::new() };
    let mut over = replaced(conn, agreement, today).await?;
    over.extend(given_up(conn, agreement, today).await?);
    for row in over {
        match row.slip(Decimal::ZERO, Decimal::ZERO).and_then(|slip| gathered.draft.close(&slip).map_err(why)) {
            Ok(()) => gathered.closings.push(row.id),
            Err(why) => gathered.left_out.push(row.left_out(why)),
        }
    }
    let (mut day, mut id, mut looked) = (BEGINNING, Uuid::nil(), 0);
    while looked < most {
        let rows = pending(conn, agreement, day, id).await?;
        let Some(last) = rows.last() else { break };
        (day, id) = (last.slip.issued_on, last.slip.id);
        for of_one in rows.chunk_by(|a, b| a.slip.id == b.slip.id) {
            looked += 1;
            let Some(first) = of_one.first() else { continue };
            match enter(&mut gathered.draft, of_one, first, today) {
                Ok(()) => {
                    gathered.entries.push(first.slip.id);
                    gathered.sum += Money::cents(first.slip.amount);
                }
                Err(None) => return Ok(gathered),
                Err(Some(why)) => gathered.left_out.push(first.slip.left_out(why)),
            }
        }
    }
    Ok(gathered)
}

/// Asks for one slip; none of a reason when the file is full.
fn enter(draft: &mut Draft, of_one: &[Pending], first: &Pending, today: NaiveDate) -> Result<(), Option<Why>> {
    if first.slip.limit_on < today {
        return Err(Some(Why::PastLimit));
    }
    // Registering it would ask somebody for what is paid, or in an agreement, or disputed.
    if of_one.iter().any(|row| row.standing != Standing::Open || row.balance <= 0) {
        return Err(Some(Why::NotOwed));
    }
    // What its first bill says, as on the copy.
    let unreadable = Some(Why::Field(RemessaField::Interest, Problem::Character));
    let terms = bills::terms(&first.slip.tax_id, &first.fine_rate, &first.monthly_interest).map_err(|_| unreadable)?;
    let slip = first.slip.slip(terms.fine, terms.monthly_interest).map_err(Some)?;
    draft.enter(&slip).map_err(|refused| Some(refused).filter(|refused| *refused != NotWritten::Full).map(why))
}

fn why(refused: NotWritten) -> Why {
    match refused {
        // There is always room for closings: they come first, and fewer than a file holds are read.
        NotWritten::Full => Why::Field(RemessaField::Sequence, Problem::NotTaken),
        NotWritten::Field { field, problem } => Why::Field(field, problem),
    }
}

async fn pending(conn: &mut Conn, agreement: Uuid, day: NaiveDate, id: Uuid) -> Result<Vec<Pending>> {
    Ok(sql!(conn, all Pending:
        "select s.id, s.external_id, s.nosso_numero, s.document_number, s.barcode, s.amount, s.issued_on, s.due_on, s.limit_on,
                c.tax_id, c.name, c.address, c.city, c.state as uf, c.postal_code, b.balance, b.standing, k.fine_rate, k.monthly_interest
           from (select * from slips where state = 'pending' and bank_agreement_id = $1 and (issued_on, id) > ($2, $3)
                  order by issued_on, id limit $4) s
           join customers c on c.id = s.customer_id join slip_bills l on l.slip_id = s.id join bills b on b.id = l.bill_id
           join contracts k on k.id = b.contract_id
          order by s.issued_on, s.id, b.due_on, b.id", agreement, day, id, AT_ONCE)?)
}

/// Slips that another has replaced and banks still accept, unless they were closed or a file has asked for it.
async fn replaced(conn: &mut Conn, agreement: Uuid, today: NaiveDate) -> Result<Vec<Row>> {
    Ok(sql!(conn, all Row:
        "select s.id, s.external_id, s.nosso_numero, s.document_number, s.barcode, s.amount, s.issued_on, s.due_on, s.limit_on,
                c.tax_id, c.name, c.address, c.city, c.state as uf, c.postal_code
           from slips s join customers c on c.id = s.customer_id
          where s.state = 'replaced' and s.limit_on >= $2 and s.bank_agreement_id = $1
            and not exists (select 1 from return_lines r where r.slip_id = s.id and r.outcome = 'closed')
            and not exists (select 1 from remessa_lines l join remessas f on f.id = l.remessa_id and f.not_taken_at is null
                             where l.slip_id = s.id and l.instruction = 'close')
          order by s.limit_on, s.id limit 30000", agreement, today)?)
}

/// Slips whose bills the house has given up, while nothing of them is open and no file has asked to close them.
async fn given_up(conn: &mut Conn, agreement: Uuid, today: NaiveDate) -> Result<Vec<Row>> {
    Ok(sql!(conn, all Row:
        "select distinct s.id, s.external_id, s.nosso_numero, s.document_number, s.barcode, s.amount, s.issued_on, s.due_on, s.limit_on,
                c.tax_id, c.name, c.address, c.city, c.state as uf, c.postal_code
           from write_off_bills w join slip_bills g on g.bill_id = w.bill_id join slips s on s.id = g.slip_id join customers c on c.id = s.customer_id
          where w.live and w.entry_id is not null and s.state = 'registered' and s.limit_on >= $2 and s.bank_agreement_id = $1
            and not exists (select 1 from slip_bills l join bills b on b.id = l.bill_id where l.slip_id = s.id and b.balance > 0)
            and not exists (select 1 from remessa_lines l join remessas f on f.id = l.remessa_id and f.not_taken_at is null
                             where l.slip_id = s.id and l.instruction = 'close')
          order by s.limit_on, s.id limit 5000", agreement, today)?)
}

impl Row {
    fn slip(&self, fine: Decimal, monthly_interest: Decimal) -> Result<Slip, Why> {
        Ok(Slip {
            nosso_numero: self.nosso_numero.clone(),
            barcode: Barcode::parse(&self.barcode).map_err(|_| Why::Field(RemessaField::NossoNumero, Problem::Differs))?,
            document: self.document_number.clone(),
            reference: self.external_id.clone(),
            amount: Money::cents(self.amount),
            issued: self.issued_on,
            due: self.due_on,
            limit: self.limit_on,
            fine,
            monthly_interest,
            payer: Payer {
                tax_id: TaxId::parse(&self.tax_id).map_err(|_| Why::Field(RemessaField::Payer, Problem::Character))?,
                name: self.name.clone(),
                street: self.address.clone(),
                district: String::new(),
                postal_code: self.postal_code.clone(),
                city: self.city.clone(),
                state: self.uf.clone(),
            },
        })
    }

    fn left_out(&self, why: Why) -> LeftOut {
        LeftOut { external_id: self.external_id.clone(), nosso_numero: self.nosso_numero.clone(), why }
    }
}
