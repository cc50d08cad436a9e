//! Reads a file to the bank back into what it was written from. Never checks what is always there: other programs fill the
//! columns that banks do not look at in ways of their own.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use rust_decimal::Decimal;

use super::ReadError;
use super::banks::{Charge, Closing, Columns, Layout, Part, Value, layout};
use super::{Company, Instruction, Payer, Remessa, Term, TermValue, Title};
use crate::boleto::bank_code::BankCode;
use crate::cnab::CnabError;
use crate::cnab::fields::{Field, Lines, Order as DateOrder, Row, at};
use crate::tax_ids::TaxId;

/// Reads a file to one of the nine banks, of one lot, with segments P, Q and R.
///
/// # Errors
/// Names the line and the column that cannot be read, or a count that is wrong; see [`ReadError`].
pub fn read_remessa(bytes: &[u8]) -> Result<Remessa, ReadError> {
    let mut lines = Lines::of(bytes).filter(|line| !line.text.trim_end().is_empty());
    let mut next = |last: usize| lines.next().ok_or(ReadError::NoTrailer { line: last });
    let first = next(0).map_err(|_| CnabError::Empty)?;
    let header = Row::of(&first);
    let bank = BankCode::parse(header.raw(at(1, 3))).map_err(|_| CnabError::BankCode { line: first.number, column: 1 })?;
    if header.raw(at(4, 8)) != "00000" || header.character(143) != '1' {
        return Err(ReadError::NotARemessa { line: first.number });
    }
    let layout = layout(bank.as_str()).ok_or(CnabError::UnknownBank { line: first.number, bank })?;
    let mut reader = Reader { layout, company: None };
    let tax_id = reader.tax_id(&header, layout.file_company, 17)?;
    let company = reader.company.insert(Company { name: header.kept(at(73, 102)), ..Company::new(tax_id) });
    collect(layout.file_company, 17, &header, company, None)?;
    let (sequence, written) = (count(&header, at(158, 163))?, written(&header, layout)?);

    let second = next(first.number)?;
    let lot = Row::of(&second);
    record(&lot, '1')?;
    collect(layout.lot_company, 17, &lot, company, None)?;

    let mut instructions: Vec<Instruction> = Vec::new();
    let mut details = 0;
    let mut last = second.number;
    let end = loop {
        let line = next(last)?;
        last = line.number;
        let row = Row::of(&line);
        if row.len() > 240 {
            return Err(CnabError::Length { line: line.number, found: row.len() }.into());
        }
        if row.character(8) == '5' {
            break line;
        }
        record(&row, '3')?;
        details += 1;
        if row.count(at(9, 13))? != details {
            return Err(CnabError::Number { line: line.number, column: 9 }.into());
        }
        let segment = row.character(14);
        if segment == 'P' {
            instructions.push(reader.title(&row)?);
            continue;
        }
        let title = instructions.last_mut().ok_or(CnabError::Unpaired { line: line.number })?;
        let same = layout.orders.iter().any(|(order, code)| *order == title.order && *code == row.raw(at(16, 17)));
        match segment {
            'Q' if same && title.payer.is_none() && title.fine.is_none() => title.payer = Some(payer(&row)?),
            'R' if same && title.fine.is_none() => title.fine = term(&row, &layout.fine, 66)?,
            'Q' | 'R' => return Err(CnabError::Unpaired { line: line.number }.into()),
            _ => return Err(ReadError::Code { line: line.number, column: 14 }),
        }
    };
    expect(&Row::of(&end), at(18, 23), details + 2)?;
    let trailer = next(last)?;
    let row = Row::of(&trailer);
    record(&row, '9')?;
    expect(&row, at(18, 23), 1)?;
    expect(&row, at(24, 29), details + 4)?;
    if let Some(more) = lines.next() {
        return Err(ReadError::Code { line: more.number, column: 8 });
    }
    let company = reader.company.ok_or(CnabError::Empty)?;
    Ok(Remessa { bank, company, sequence, written, instructions })
}

struct Reader {
    layout: &'static Layout,
    company: Option<Company>,
}

impl Reader {
    fn tax_id(&self, row: &Row<'_>, columns: Columns, from: usize) -> Result<TaxId, ReadError> {
        let mut column = from;
        let mut kind = ' ';
        for part in columns.iter().copied().flatten() {
            match part {
                Part::TaxIdKind => kind = row.character(column),
                Part::TaxId(width) => return tax_id(row, kind, at(column, column + width - 1)),
                _ => {}
            }
            column += part.width();
        }
        Err(ReadError::TaxId { line: row.number(), column: from })
    }

    fn title(&mut self, row: &Row<'_>) -> Result<Instruction, ReadError> {
        let layout = self.layout;
        let line = row.number();
        let code = row.raw(at(16, 17));
        let order = layout.orders.iter().find(|(_, known)| *known == code).ok_or(ReadError::Code { line, column: 16 })?.0;
        let mut title = Title {
            document: row.kept(at(63, 62 + layout.document)),
            due: row.date(at(78, 85), DateOrder::DayFirst)?,
            amount: row.money(at(86, 100))?.unwrap_or_default(),
            kind: Some(row.kept(at(107, 108))).filter(|kind| layout.kind.is_none() && kind != "00").unwrap_or_default(),
            accepted: row.character(109) == 'A',
            issued: row.date(at(110, 117), DateOrder::DayFirst)?,
            interest: term(row, &layout.interest, 118)?,
            discount: term(row, &layout.discount, 142)?,
            abatement: row.money(at(181, 195))?.unwrap_or_default(),
            company_use: row.kept(at(196, 220)),
            closes_after: closing(row, layout)?,
            ..Title::default()
        };
        if let Some(company) = &mut self.company {
            collect(layout.title, 18, row, company, Some(&mut title))?;
        }
        Ok(Instruction { order, title, payer: None, fine: None })
    }
}

/// Reads what the company and the title are known by. What stands in several places must be the same in all.
fn collect(columns: Columns, from: usize, row: &Row<'_>, company: &mut Company, title: Option<&mut Title>) -> Result<(), ReadError> {
    let mut column = from;
    let mut number = None;
    for part in columns.iter().copied().flatten() {
        let field = at(column, column + part.width() - 1);
        let (value, text) = match *part {
            // The bank's number of the title keeps its zeros: the return will have them, too.
            Part::Number(Value::NossoNumero, _) | Part::Left(Value::NossoNumero, _) => {
                number = Some(row.kept(field));
                column += part.width();
                continue;
            }
            Part::Number(value, _) => (value, row.raw(field).trim().trim_start_matches('0').to_owned()),
            Part::Left(value, _) => (value, row.kept(field)),
            _ => {
                column += part.width();
                continue;
            }
        };
        if !company.take(value, text) {
            return Err(ReadError::Code { line: row.number(), column });
        }
        column += part.width();
    }
    if let (Some(title), Some(number)) = (title, number) {
        title.nosso_numero = number;
    }
    Ok(())
}

impl Company {
    /// Keeps a value; false where another was there before.
    fn take(&mut self, value: Value, text: String) -> bool {
        let kept = match value {
            Value::Agreement => &mut self.agreement,
            Value::Wallet => &mut self.wallet,
            Value::Variation => &mut self.variation,
            Value::Branch => &mut self.branch,
            Value::Account => &mut self.account,
            Value::BranchDigit => return take_digit(&mut self.branch_digit, &text),
            Value::AccountDigit => return take_digit(&mut self.account_digit, &text),
            Value::Collection => {
                self.collection = text.chars().next().unwrap_or(' ');
                return true;
            }
            Value::NossoNumero => return true,
        };
        if kept.is_empty() {
            *kept = text;
            return true;
        }
        *kept == text
    }
}

fn take_digit(kept: &mut Option<char>, text: &str) -> bool {
    let digit = text.chars().next();
    if kept.is_none() {
        *kept = digit;
    }
    *kept == digit
}

fn payer(row: &Row<'_>) -> Result<Payer, ReadError> {
    Ok(Payer {
        tax_id: tax_id(row, row.character(18), at(19, 33))?,
        name: row.kept(at(34, 73)),
        street: row.kept(at(74, 113)),
        district: row.kept(at(114, 128)),
        postal_code: row.kept(at(129, 136)),
        city: row.kept(at(137, 151)),
        state: row.kept(at(152, 153)),
    })
}

/// The last 11 characters are a CPF, the last 14 a CNPJ; before them there are zeros.
fn tax_id(row: &Row<'_>, kind: char, field: Field) -> Result<TaxId, ReadError> {
    let wrong = ReadError::TaxId { line: row.number(), column: field.column() };
    let text = row.raw(field).trim();
    let length = match kind {
        '1' => 11,
        '2' => 14,
        _ => return Err(wrong),
    };
    let (before, number) = text.len().checked_sub(length).and_then(|at| text.split_at_checked(at)).ok_or(wrong)?;
    if before.bytes().any(|byte| byte != b'0') {
        return Err(wrong);
    }
    TaxId::parse(number).map_err(|_| wrong)
}

/// A code, a day and an amount or a percentage, from a column on.
fn term(row: &Row<'_>, charge: &Charge, column: usize) -> Result<Option<Term>, ReadError> {
    let code = row.character(column);
    let date = if charge.dated { row.date(at(column + 1, column + 8), DateOrder::DayFirst)? } else { None };
    let number = row.money(at(column + 9, column + 23))?.unwrap_or_default();
    if number.is_zero() {
        return Ok(None);
    }
    let value = if Some(code) == charge.amount {
        TermValue::Amount(number)
    } else if Some(code) == charge.rate {
        TermValue::Rate(Decimal::new(number.as_cents(), charge.decimals + 2).normalize())
    } else {
        return Err(ReadError::Code { line: row.number(), column });
    };
    Ok(Some(Term { value, date }))
}

fn closing(row: &Row<'_>, layout: &Layout) -> Result<Option<u16>, CnabError> {
    let Closing::Days { before, width, none, .. } = &layout.closing else { return Ok(None) };
    let field = at(224 + before.len(), 223 + before.len() + width);
    if none.is_some_and(|none| none == row.raw(at(224, 227))) || row.character(224) != '1' {
        return Ok(None);
    }
    Ok(row.number_in(field)?.and_then(|days| u16::try_from(days).ok()))
}

fn written(header: &Row<'_>, layout: &Layout) -> Result<NaiveDateTime, CnabError> {
    let line = header.number();
    let date: NaiveDate = header.date(at(144, 151), DateOrder::DayFirst)?.ok_or(CnabError::Date { line, column: 144 })?;
    let time = if layout.hour { header.number_in(at(152, 157))?.unwrap_or_default() } else { 0 };
    let part = |divisor: u64| u32::try_from(time / divisor % 100).unwrap_or(u32::MAX);
    let time = NaiveTime::from_hms_opt(part(10_000), part(100), part(1)).ok_or(CnabError::Number { line, column: 152 })?;
    Ok(date.and_time(time))
}

fn count(row: &Row<'_>, field: Field) -> Result<u32, CnabError> {
    u32::try_from(row.count(field)?).map_err(|_| CnabError::Number { line: row.number(), column: field.column() })
}

fn record(row: &Row<'_>, record: char) -> Result<(), ReadError> {
    if row.character(8) == record { Ok(()) } else { Err(ReadError::Code { line: row.number(), column: 8 }) }
}

fn expect(row: &Row<'_>, field: Field, found: u64) -> Result<(), ReadError> {
    let (line, column) = (row.number(), field.column());
    let written = row.count(field)?;
    if written == found { Ok(()) } else { Err(ReadError::Count { line, column, written, found }) }
}
