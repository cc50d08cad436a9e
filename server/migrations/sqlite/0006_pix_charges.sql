-- Charges through the API Pix of the creditor's provider, and what was paid with them or without them.

create table pix_charges (
    id blob primary key,
    -- Chosen before the provider is asked: asking again is asking for the same.
    txid text not null unique,
    customer_id blob not null references customers (id),
    -- cob, cobv
    kind text not null,
    -- new, active, paid, ended, cancelled
    state text not null,
    amount integer not null check (amount > 0),
    -- The day for which late charges are in the amount; of a cobv the due date.
    pay_on text not null,
    created_at text not null,
    -- The first moment at which it is over.
    ends_at text not null,
    -- As the provider answered, and as it was checked.
    code text,
    location text,
    -- Why it is cancelled.
    reason text,
    -- When the provider was last asked about it.
    checked_at text not null
) strict;
create index pix_charges_customer on pix_charges (customer_id, id desc);
create index pix_charges_open on pix_charges (ends_at) where state in ('new', 'active');

create table pix_charge_bills (
    charge_id blob not null references pix_charges (id),
    bill_id blob not null references bills (id),
    -- What was open when it was asked for, and what paying late adds.
    principal integer not null,
    fine integer not null,
    interest integer not null,
    -- The slip with which it could be paid then.
    slip_id blob references slips (id),
    -- Whether the charge is new or active.
    live integer not null,
    primary key (charge_id, bill_id)
) strict;
-- One code at a time can be paid for a bill.
create unique index pix_charge_bills_live on pix_charge_bills (bill_id) where live;
create index pix_charge_bills_bill on pix_charge_bills (bill_id);

-- Every Pix that the provider told of, once.
create table pix_payments (
    end_to_end_id text primary key,
    txid text,
    charge_id blob references pix_charges (id),
    amount integer not null check (amount > 0),
    paid_at text not null,
    seen_at text not null,
    -- The words of domain::reconciliation::Outcome.
    outcome text not null,
    payment_id blob references payments (id),
    -- What was given back of it so far.
    returned integer not null
) strict;
create index pix_payments_charge on pix_payments (charge_id);
create index pix_payments_payment on pix_payments (payment_id);

create index payments_pix_reference on payments (bank_reference) where method = 'pix';

-- How far the provider's list was read; one row.
create table pix_reading (
    id integer primary key check (id = 1),
    -- What came before is none of our business.
    since text not null,
    read_to text not null,
    read_at text not null
) strict;

-- Money that nobody knows may also come by Pix.
create table unidentified_payments_of_all (
    id blob primary key,
    file_id blob references return_files (id),
    line integer,
    end_to_end_id text unique references pix_payments (end_to_end_id),
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
    foreign key (file_id, line) references return_lines (file_id, line),
    check ((file_id is null) <> (end_to_end_id is null))
) strict;
insert into unidentified_payments_of_all (id, file_id, line, amount, paid_on, state, bill_id, note, prepared_by, prepared_at, approved_by, allocated_at, payment_id)
    select id, file_id, line, amount, paid_on, state, bill_id, note, prepared_by, prepared_at, approved_by, allocated_at, payment_id from unidentified_payments;
drop table unidentified_payments;
alter table unidentified_payments_of_all rename to unidentified_payments;
create index unidentified_payments_open on unidentified_payments (paid_on, id) where state <> 'allocated';
create index unidentified_payments_paid on unidentified_payments (paid_on, amount);
