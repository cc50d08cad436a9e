-- Return files of banks: what they said, line by line, and what came of it.

alter table payments add column credited_amount bigint;
alter table payments add column bank_fee bigint;
alter table payments add column fine bigint;
alter table payments add column interest bigint;
alter table payments add column discount bigint;
-- When the bank's record reached us; `credited_on` is when the money is in the account.
alter table payments add column found_at timestamptz;
-- When the bank took it back.
alter table payments add column reversed_at timestamptz;
create index payments_slip on payments (slip_id) where slip_id is not null;
create index entries_payment on entries (payment_id) where payment_id is not null;

-- Numbers of slips are compared bare: without separators and leading zeros.
create index slips_bare_number on slips (ltrim(upper(replace(replace(replace(replace(nosso_numero, '-', ''), '/', ''), '.', ''), ' ', '')), '0'));
create index slips_document_number on slips (document_number);

create table return_files (
    id uuid primary key,
    -- SHA-256 of the lines as read: renamed, or saved with other line ends or in another encoding, it is the same file.
    content_hash text not null unique,
    -- SHA-256 of the bytes as they came first.
    file_hash text not null,
    name text not null,
    layout text not null,
    bank_code text not null,
    bank_agreement_id uuid not null references bank_agreements (id),
    agreement text not null,
    -- The number that the bank gave it; none where the layout has none.
    sequence bigint,
    file_date date,
    lines integer not null,
    -- Titles: a line each in CNAB 400, two and more in CNAB 240.
    events integer not null,
    -- Sums of what the file says, whatever came of it.
    paid bigint not null,
    credited bigint not null,
    fees bigint not null,
    -- applying, applied
    state text not null,
    -- Events applied so far: who goes on begins here.
    position integer not null,
    received_at timestamptz not null,
    applied_at timestamptz,
    -- None when applied at a terminal.
    applied_by uuid references staff (id)
);
-- A bank gives a number once a day at most; some begin again with 1.
create unique index return_files_sequence on return_files (bank_agreement_id, layout, sequence, file_date) where sequence is not null;

create table return_lines (
    file_id uuid not null references return_files (id),
    -- The first line of the event in the file; 1 is the first.
    line integer not null,
    code text not null,
    movement text not null,
    motives text not null,
    nosso_numero text,
    company_use text,
    document text,
    due_on date,
    nominal bigint,
    paid bigint,
    credited bigint,
    fee bigint,
    fine bigint,
    interest bigint,
    discount bigint,
    abatement bigint,
    tax bigint,
    other_expenses bigint,
    other_credits bigint,
    occurred_on date,
    credited_on date,
    outcome text not null,
    matched_by text,
    slip_id uuid references slips (id),
    payment_id uuid references payments (id),
    primary key (file_id, line)
);
create index return_lines_slip on return_lines (slip_id);

-- Money whose slip is not known. What the bank said of it is in its line.
create table unidentified_payments (
    id uuid primary key,
    file_id uuid not null references return_files (id),
    line integer not null,
    amount bigint not null check (amount > 0),
    paid_on date not null,
    -- open, prepared, allocated
    state text not null,
    bill_id uuid references bills (id),
    note text not null,
    prepared_by uuid references staff (id),
    prepared_at timestamptz,
    approved_by uuid references staff (id),
    allocated_at timestamptz,
    payment_id uuid references payments (id),
    unique (file_id, line),
    foreign key (file_id, line) references return_lines (file_id, line)
);
create index unidentified_payments_open on unidentified_payments (paid_on, id) where state <> 'allocated';
create index unidentified_payments_paid on unidentified_payments (paid_on, amount);
