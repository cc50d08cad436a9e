-- Return files of banks: what they said, line by line, and what came of it.

alter table payments add column credited_amount integer;
alter table payments add column bank_fee integer;
alter table payments add column fine integer;
alter table payments add column interest integer;
alter table payments add column discount integer;
-- When the bank's record reached us; `credited_on` is when the money is in the account.
alter table payments add column found_at text;
-- When the bank took it back.
alter table payments add column reversed_at text;
create index payments_slip on payments (slip_id) where slip_id is not null;
create index entries_payment on entries (payment_id) where payment_id is not null;

-- Numbers of slips are compared bare: without separators and leading zeros.
create index slips_bare_number on slips (ltrim(upper(replace(replace(replace(replace(nosso_numero, '-', ''), '/', ''), '.', ''), ' ', '')), '0'));
create index slips_document_number on slips (document_number);

create table return_files (
    id blob primary key,
    -- SHA-256 of the lines as read: renamed, or saved with other line ends or in another encoding, it is the same file.
    content_hash text not null unique,
    -- SHA-256 of the bytes as they came first.
    file_hash text not null,
    name text not null,
    layout text not null,
    bank_code text not null,
    bank_agreement_id blob not null references bank_agreements (id),
    agreement text not null,
    -- The number that the bank gave it; none where the layout has none.
    sequence integer,
    file_date text,
    lines integer not null,
    -- Titles: a line each in CNAB 400, two and more in CNAB 240.
    events integer not null,
    -- Sums of what the file says, whatever came of it.
    paid integer not null,
    credited integer not null,
    fees integer not null,
    -- applying, applied
    state text not null,
    -- Events applied so far: who goes on begins here.
    position integer not null,
    received_at text not null,
    applied_at text,
    -- None when applied at a terminal.
    applied_by blob references staff (id)
) strict;
-- A bank gives a number once a day at most; some begin again with 1.
create unique index return_files_sequence on return_files (bank_agreement_id, layout, sequence, file_date) where sequence is not null;

create table return_lines (
    file_id blob not null references return_files (id),
    -- The first line of the event in the file; 1 is the first.
    line integer not null,
    code text not null,
    movement text not null,
    motives text not null,
    nosso_numero text,
    company_use text,
    document text,
    due_on text,
    nominal integer,
    paid integer,
    credited integer,
    fee integer,
    fine integer,
    interest integer,
    discount integer,
    abatement integer,
    tax integer,
    other_expenses integer,
    other_credits integer,
    occurred_on text,
    credited_on text,
    outcome text not null,
    matched_by text,
    slip_id blob references slips (id),
    payment_id blob references payments (id),
    primary key (file_id, line)
) strict;
create index return_lines_slip on return_lines (slip_id);

-- Money whose slip is not known. What the bank said of it is in its line.
create table unidentified_payments (
    id blob primary key,
    file_id blob not null references return_files (id),
    line integer not null,
    amount integer not null check (amount > 0),
    paid_on text not null,
    -- open, prepared, allocated
    state text not null,
    bill_id blob references bills (id),
    note text not null,
    prepared_by blob references staff (id),
    prepared_at text,
    approved_by blob references staff (id),
    allocated_at text,
    payment_id blob references payments (id),
    unique (file_id, line),
    foreign key (file_id, line) references return_lines (file_id, line)
) strict;
create index unidentified_payments_open on unidentified_payments (paid_on, id) where state <> 'allocated';
create index unidentified_payments_paid on unidentified_payments (paid_on, amount);
