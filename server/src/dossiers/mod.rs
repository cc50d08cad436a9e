//! The dossier: everything about one customer in one file, for legal use: papers with an index that tells first what is lacking, the
//! calculation as a table too, what was uploaded and put away, the audit trail, and the sums of it all.
//!
//! It is taken as of a moment, and the same moment gives the same bytes. Never holds a stored file in memory, never holds anything of
//! another customer (who acts for this one is a number), and no account in clear.

mod facts;
mod gaps;
mod handed_over;
mod sheets;
mod trail;
mod words;

use std::collections::{HashMap, HashSet};
use std::io;

use bytes::Bytes;
use chrono::{DateTime, SubsecRound, Utc};
use domain::actors::Role;
use domain::forms::Problem;
use domain::ids::CustomerId;
use domain::money::Money;
use futures::Stream;
use serde_json::json;
use uuid::Uuid;

use self::facts::{Facts, Register};
use self::gaps::{Gap, Gaps};
use self::sheets::{Sheet, Wording};
use crate::archives::{self, Archive, Content, named, unique};
use crate::audit::{self, Event};
use crate::error::{Error, Result};
use crate::exports::{self, Cell};
use crate::papers::table;
use crate::pdf::Align::{Left, Right};
use crate::pdf::DocumentInfo;
use crate::pdf::letter::{self, Block, LetterSheet};
use crate::policies::Creditor;
use crate::sealing::sha256;
use crate::sessions::Staff;
use crate::texts::{self, Locale, dossiers as t};
use crate::throttle::{self, Limit};
use crate::{Server, policies, sql};

/// Those who may take one.
const TAKERS: &[Role] = &[Role::Legal, Role::Supervisor];
/// Of one person: each may read thousands of files.
const DOSSIERS: Limit = Limit { hits: 20, seconds: 600 };
/// The creditor's, whoever takes it: judges read it.
const LANGUAGE: Locale = Locale::PtBr;
/// Its last entry.
pub const SUMS: &str = "SHA256SUMS";
/// Numbers of one kind of gap on the index's first page; the others are on its last.
const FIRST_GAPS: usize = 8;

/// Whether somebody may take one.
#[must_use]
pub fn may_take(staff: &Staff) -> bool {
    staff.only(TAKERS).is_ok()
}

/// A customer's dossier as of a moment, to the second; now when none is given. That it was taken is recorded, with the SHA-256 of its list
/// of sums, and is in none of an earlier moment.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Form`] on the field `as_of` for a moment that is not over; [`Error::Throttled`];
/// [`Error::Files`] while the files are not reached.
pub async fn take(
    server: &Server,
    staff: &Staff,
    customer: CustomerId,
    as_of: Option<DateTime<Utc>>,
) -> Result<Archive<impl Stream<Item = io::Result<Bytes>> + Send + 'static + use<>>> {
    staff.only(TAKERS)?;
    let now = server.clock.now();
    let as_of = as_of.unwrap_or(now).trunc_subsecs(0);
    if as_of > now {
        return Err(Error::field("as_of", Problem::InTheFuture));
    }
    let register = begun(server, staff, customer, as_of).await?;
    let mut conn = server.db.read().await?;
    let calendar = policies::calendar(&mut conn).await?;
    let creditor = policies::creditor(&mut conn).await?;
    let day = server.clock.local(as_of).date_naive();
    let facts = facts::read(&mut conn, customer, register, as_of, day, &calendar).await?;
    drop(conn);
    let built = built(server, &creditor, facts).await?;
    let at = server.clock.local(as_of).format("%Y%m%d-%H%M%S");
    // The last characters are the random ones; nothing in the name of a file says whose it is.
    let id = Uuid::simple(customer.0).to_string();
    let name = format!("{}-{}-{at}.zip", t::file_name(LANGUAGE), id.get(26..).unwrap_or(&id));
    recorded(server, staff, customer, as_of, &built).await?;
    Ok(Archive { name, bytes: archives::stream(server, built.entries) })
}

/// Keeps what has no history of its own, unless a dossier of this moment did.
async fn begun(server: &Server, staff: &Staff, customer: CustomerId, as_of: DateTime<Utc>) -> Result<Register> {
    let mut tx = server.db.write().await?;
    let key = server.config.keys.digest("dossiers.take", &staff.id().to_string());
    if let Err(throttled) = throttle::hit(server, &mut tx, &key, DOSSIERS).await {
        tx.commit().await?;
        return Err(throttled);
    }
    let register = facts::register(&mut tx, customer).await?;
    let json = serde_json::to_string(&register).map_err(|_| Error::Corrupt("register of a dossier"))?;
    sql!(tx, execute: "insert into dossiers (id, customer_id, as_of, register, manifest_hash, entries, gaps, staff_id, made_at)
         values ($1, $2, $3, $4, '', 0, 0, $5, $6) on conflict (customer_id, as_of) do nothing",
        server.id::<Uuid>(), customer.0, as_of, json, staff.id().0, server.clock.now())?;
    let (kept,) = sql!(tx, one (String,): "select register from dossiers where customer_id = $1 and as_of = $2", customer.0, as_of)?;
    tx.commit().await?;
    serde_json::from_str(&kept).map_err(|_| Error::Corrupt("register of a dossier"))
}

async fn recorded(server: &Server, staff: &Staff, customer: CustomerId, as_of: DateTime<Utc>, built: &Built) -> Result<()> {
    let mut tx = server.db.write().await?;
    let (entries, gaps) = (i64::try_from(built.entries.len()).unwrap_or(i64::MAX), i64::try_from(built.gaps).unwrap_or(i64::MAX));
    sql!(tx, execute: "update dossiers set manifest_hash = $3, entries = $4, gaps = $5 where customer_id = $1 and as_of = $2 and manifest_hash = ''",
        customer.0, as_of, built.manifest.as_str(), entries, gaps)?;
    let event = Event {
        actor: staff.actor(),
        action: "dossiers.take",
        subject_kind: "customer",
        subject_id: Some(customer.0),
        customer: Some(customer),
        detail: json!({ "as_of": as_of, "manifest": built.manifest, "entries": entries, "gaps": gaps }),
    };
    audit::record(server, &mut tx, event).await?;
    tx.commit().await
}

/// A dossier that was taken, for the first time of its moment.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Taken {
    /// The moment it is of.
    pub as_of: DateTime<Utc>,
    /// When it was taken first.
    pub made_at: DateTime<Utc>,
    /// By whom.
    pub by_name: String,
    /// How many kinds of things it lacks.
    pub gaps: i64,
    /// SHA-256 of its list of sums.
    pub manifest_hash: String,
}

/// A customer's name, and the dossiers of them that were taken, the newest first.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`].
pub async fn taken(server: &Server, staff: &Staff, customer: CustomerId) -> Result<(String, Vec<Taken>)> {
    staff.only(TAKERS)?;
    let mut conn = server.db.read().await?;
    let (name,) = sql!(conn, optional (String,): "select name from customers where id = $1", customer.0)?.ok_or(Error::NotFound)?;
    let taken = sql!(conn, all Taken: "select d.as_of, d.made_at, s.name as by_name, d.gaps, d.manifest_hash
        from dossiers d join staff s on s.id = d.staff_id where d.customer_id = $1 and d.manifest_hash <> '' order by d.as_of desc limit 50", customer.0)?;
    Ok((name, taken))
}

/// All entries, the list of their sums last.
struct Built {
    entries: Vec<(String, Content)>,
    manifest: String,
    gaps: usize,
}

async fn built(server: &Server, creditor: &Creditor, facts: Facts) -> Result<Built> {
    let (originals, lost) = originals(server, &facts).await?;
    // Drawing is work: not on a thread that answers.
    let (clock, creditor) = (server.clock.clone(), creditor.clone());
    tokio::task::spawn_blocking(move || put_together(&clock, &creditor, &facts, originals, lost))
        .await
        .map_err(|_| Error::Corrupt("a dossier"))?
}

/// A stored file and its place in the archive.
struct Original {
    /// Which document, or which upload of all requests together.
    of: (usize, bool),
    place: String,
    hash: String,
}

/// The files as they were put away, each looked at once; and those that cannot go in.
async fn originals(server: &Server, facts: &Facts) -> Result<(Vec<Original>, Gaps)> {
    let l = LANGUAGE;
    let mut stored = Vec::new();
    for (at, one) in facts.documents.iter().enumerate() {
        stored.push(((at, false), texts::frame::documents(l).to_lowercase(), named(&one.name, &one.media_type), &one.file_hash));
    }
    let uploads = facts.requests.iter().flat_map(|request| request.uploads.iter().map(move |upload| (request, upload)));
    for (at, (request, upload)) in uploads.enumerate() {
        stored.push(((at, true), request.row.protocol.clone(), named(&upload.name, &upload.media_type), &upload.file_hash));
    }
    let (mut names, mut originals, mut lost) = (HashSet::new(), Vec::new(), Gaps::new());
    for (of, folder, name, hash) in stored {
        // A folder of its own is a part of the name: what a person calls a file leads out of no folder.
        let place = format!("{}/{}", t::originals(l), unique(&mut names, &folder, &name));
        match server.files.get(hash).await? {
            Some(got) if got.whole => originals.push(Original { of, place, hash: hash.clone() }),
            Some(_) => lost.entry(Gap::FileChanged).or_default().push(place),
            None => lost.entry(Gap::FileMissing).or_default().push(place),
        }
    }
    Ok((originals, lost))
}

fn put_together(clock: &crate::clock::Clock, creditor: &Creditor, facts: &Facts, originals: Vec<Original>, lost: Gaps) -> Result<Built> {
    let l = LANGUAGE;
    let w = Wording::new(l, clock, facts);
    let mut gaps = gaps::of(facts, |on| w.day(on), |at| w.local_day(at));
    gaps.extend(lost);
    let places: HashMap<(usize, bool), String> = originals.iter().map(|original| (original.of, original.place.clone())).collect();
    let papers = [
        sheets::person(&w),
        sheets::bills_and_ledger(&w),
        sheets::sums(&w),
        sheets::payments(&w),
        sheets::slips(&w),
        sheets::agreements(&w),
        sheets::notices(&w),
        sheets::requests(&w),
        sheets::documents(&w, &places),
        handed_over::sheet(&w),
    ];
    let draw = |title: &str, blocks: Vec<Block>| {
        let info = DocumentInfo { title: title.to_owned(), language: l.tag().to_owned(), created: facts.as_of };
        let sheet = LetterSheet {
            brand: creditor.brand(),
            sender: creditor.party(),
            kind: t::paper(l).to_owned(),
            title: title.to_owned(),
            blocks,
            footer: t::footer(l, w.moment(facts.as_of), &facts.register.person.name),
            page_of: texts::statement::paper_page(l, "{page}", "{pages}"),
        };
        letter::draw(&sheet, &info)
    };
    let mut parts: Vec<Part> = Vec::new();
    for Sheet { file, title, blocks, records } in papers {
        let bytes = draw(title, blocks)?;
        parts.push(Part { name: format!("{file}.pdf"), records, hash: sha256(&bytes), bytes });
        if file == t::sums_file(l) {
            let sheet = calculations(l, facts);
            for (ending, bytes) in [("csv", exports::csv(&sheet)?), ("xlsx", exports::workbook(std::slice::from_ref(&sheet), facts.as_of)?)]
            {
                parts.push(Part { name: format!("{file}.{ending}"), records: sheet.rows.len(), hash: sha256(&bytes), bytes });
            }
        }
    }
    let bytes = trail::lines(facts)?;
    parts.push(Part { name: format!("{}.jsonl", t::trail_file(l)), records: facts.trail.len(), hash: sha256(&bytes), bytes });
    let index = draw(t::index(l), index(&w, &gaps, &parts, originals.len()))?;
    let first = Part { name: format!("{}.pdf", t::index_file(l)), records: 0, hash: sha256(&index), bytes: index };

    let mut sums = String::new();
    let mut entries = Vec::with_capacity(parts.len() + originals.len() + 2);
    for part in std::iter::once(first).chain(parts) {
        sums.push_str(&format!("{}  {}\n", part.hash, part.name));
        entries.push((part.name, Content::Bytes(part.bytes)));
    }
    for original in originals {
        sums.push_str(&format!("{}  {}\n", original.hash, original.place));
        entries.push((original.place, Content::Stored(original.hash)));
    }
    let manifest = sha256(sums.as_bytes());
    entries.push((SUMS.to_owned(), Content::Bytes(sums.into_bytes())));
    Ok(Built { entries, manifest, gaps: gaps.values().map(Vec::len).sum() })
}

/// An entry that we wrote.
struct Part {
    name: String,
    records: usize,
    hash: String,
    bytes: Vec<u8>,
}

fn index(w: &Wording<'_>, gaps: &Gaps, parts: &[Part], originals: usize) -> Vec<Block> {
    let (l, facts) = (w.l, w.facts);
    let sum = |of: &dyn Fn(&facts::Bill) -> Money| texts::money(l, facts.bills.iter().map(of).sum());
    let open = |bill: &facts::Bill| bill.balance.max(Money::ZERO);
    let late = |bill: &facts::Bill| if bill.is_late() { open(bill) } else { Money::ZERO };
    let charges = |bill: &facts::Bill| bill.calculation.as_ref().map_or(Money::ZERO, |calculation| calculation.charges());
    let favour = |bill: &facts::Bill| (-bill.balance).max(Money::ZERO);
    let unallocated: Money = facts.entries.iter().filter(|entry| entry.bill_id.is_none()).map(|entry| -entry.amount).sum();
    let credits: Money = facts.bills.iter().map(favour).sum::<Money>() + unallocated.max(Money::ZERO);
    let mut blocks = vec![Block::Pairs(
        [
            (texts::papers::holder(l), facts.register.person.name.clone()),
            (texts::papers::holder_tax_id(l), w.tax_id()),
            (t::external_id(l), facts.register.person.external_id.clone()),
            (t::as_of(l), w.moment(facts.as_of)),
            (t::open(l), sum(&open)),
            (t::late(l), sum(&late)),
            (t::charges(l), sum(&charges)),
            (t::total_today(l), sum(&|bill| late(bill) + charges(bill))),
            (t::credits(l), texts::money(l, credits)),
        ]
        .map(|(label, value)| (label.to_owned(), value))
        .to_vec(),
    )];
    blocks.push(Block::Heading(t::gaps(l).to_owned()));
    let columns = [(t::gap(l), 74, Left), (t::gap_count(l), 16, Right), (t::gap_where(l), 90, Left)];
    if gaps.is_empty() {
        blocks.push(Block::Paragraph(t::no_gaps(l).to_owned()));
    } else {
        let row = |(gap, found): (&Gap, &Vec<String>)| {
            let mut places = found.iter().take(FIRST_GAPS).cloned().collect::<Vec<_>>().join(", ");
            if let Some(more) = found.len().checked_sub(FIRST_GAPS).filter(|more| *more > 0) {
                places = format!("{places} {}", t::and_more(l, i64::try_from(more).unwrap_or(i64::MAX)));
            }
            vec![gap.words(l).to_owned(), found.len().to_string(), places]
        };
        blocks.push(table(&columns, gaps.iter().map(row).collect(), None));
    }
    blocks.push(Block::Heading(t::contents(l).to_owned()));
    let mut rows: Vec<Vec<String>> =
        parts.iter().map(|part| vec![part.name.clone(), part.records.to_string(), part.hash.clone()]).collect();
    rows.push(vec![t::originals_row(l, t::originals(l)), originals.to_string(), SUMS.to_owned()]);
    blocks.push(table(&[(t::column_file(l), 56, Left), (t::column_records(l), 16, Right), (t::column_hash(l), 108, Left)], rows, None));
    blocks.push(Block::Heading(t::how(l).to_owned()));
    let chain = match &facts.head {
        Some((seq, hash)) => t::how_trail(l, hash, seq),
        None => t::how_trail_none(l).to_owned(),
    };
    blocks.push(Block::Clauses(vec![t::how_sums(l).to_owned(), t::how_moment(l).to_owned(), chain, t::how_masked(l).to_owned()]));
    if gaps.values().any(|found| found.len() > FIRST_GAPS) {
        blocks.push(Block::Heading(t::gaps_whole(l).to_owned()));
        for (gap, found) in gaps.iter().filter(|(_, found)| found.len() > FIRST_GAPS) {
            blocks.push(Block::Paragraph(gap.words(l).to_owned()));
            blocks.push(Block::Paragraph(found.join(", ")));
        }
    }
    blocks
}

/// The calculations as a table, a row for each open bill: what a program or a spreadsheet can do again.
fn calculations(l: Locale, facts: &Facts) -> exports::Sheet {
    let columns = [
        t::bill(l),
        t::due(l),
        t::due_adjusted(l),
        t::on(l),
        t::principal(l),
        t::days(l),
        t::fine_rate(l),
        t::fine_base(l),
        t::fine_exact(l),
        t::fine(l),
        t::interest_rate(l),
        t::interest_base(l),
        t::interest_exact(l),
        t::interest_amount(l),
        t::total(l),
        t::rule(l),
    ];
    let rows = facts.bills.iter().filter_map(|bill| bill.calculation.as_ref().map(|calculation| (bill, calculation)));
    let money = |amount: Money| Cell::Cents(amount.as_cents());
    let rows = rows.map(|(bill, calculation)| {
        let (fine, interest) = (&calculation.fine, &calculation.interest);
        vec![
            Cell::text(bill.row.number.clone()),
            Cell::Day(calculation.due_on),
            Cell::Day(calculation.adjusted_due_on),
            Cell::Day(calculation.on),
            money(calculation.principal),
            Cell::Count(i64::from(calculation.days)),
            Cell::text(crate::calculations::rate(l, fine.rate)),
            money(fine.base),
            Cell::text(crate::calculations::exact(l, fine)),
            money(fine.amount),
            Cell::text(crate::calculations::rate(l, interest.rate)),
            money(interest.base),
            Cell::text(crate::calculations::exact(l, interest)),
            money(interest.amount),
            money(calculation.total),
            Cell::text(calculation.version.clone()),
        ]
    });
    exports::Sheet { name: t::sums(l).to_owned(), columns: columns.map(str::to_owned).to_vec(), rows: rows.collect() }
}
