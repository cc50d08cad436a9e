-- Charges through the API Pix of the creditor's provider, and what was paid with them or without them.

create table pix_charges (
    id uuid primary key,
    -- Chosen before the provider is asked: asking again is asking for the same.
    txid text not null unique,
    customer_id uuid not null references customers (id),
    -- cob, cobv
    kind text not null,
    -- new, active, paid, ended, cancelled
    state text not null,
    amount bigint not null check (amount > 0),
    -- The day for which late charges are in the amount; of a cobv the due date.
    pay_on date not null,
    created_at timestamptz not null,
    -- The first moment at which it is over.
    ends_at timestamptz not null,
    -- As the provider answered, and as it was checked.
    code text,
    location text,
    -- Why it is cancelled.
    reason text,
    -- When the provider was last asked about it.
    checked_at timestamptz not null
);
create index pix_charges_customer on pix_charges (customer_id, id desc);
create index pix_charges_open on pix_charges (ends_at) where state in ('new', 'active');

create table pix_charge_bills (
    charge_id uuid not null references pix_charges (id),
    bill_id uuid not null references bills (id),
    -- What was open when it was asked for, and what paying late adds.
    principal bigint not null,
    fine bigint not null,
    interest bigint not null,
    -- The slip with which it could be paid then.
    slip_id uuid references slips (id),
    -- Whether the charge is new or active.
    live boolean not null,
    primary key (charge_id, bill_id)
);
-- One code at a time can be paid for a bill.
create unique index pix_charge_bills_live on pix_charge_bills (bill_id) where live;
create index pix_charge_bills_bill on pix_charge_bills (bill_id);

-- Every Pix that the provider told of, once.
create table pix_payments (
    end_to_end_id text primary key,
    txid text,
    charge_id uuid references pix_charges (id),
    amount bigint not null check (amount > 0),
    paid_at timestamptz not null,
    seen_at timestamptz not null,
    -- The words of domain::reconciliation::Outcome.
    outcome text not null,
    payment_id uuid references payments (id),
    -- What was given back of it so far.
    returned bigint not null
);
create index pix_payments_charge on pix_payments (charge_id);
create index pix_payments_payment on pix_payments (payment_id);

create index payments_pix_reference on payments (bank_reference) where method = 'pix';

-- How far the provider's list was read; one row.
create table pix_reading (
    id integer primary key check (id = 1),
    -- What came before is none of our business.
    since timestamptz not null,
    read_to timestamptz not null,
    read_at timestamptz not null
);

-- Money that nobody knows may also come by Pix.
alter table unidentified_payments alter column file_id drop not null;
alter table unidentified_payments alter column line drop not null;
alter table unidentified_payments add column end_to_end_id text unique references pix_payments (end_to_end_id);
alter table unidentified_payments add check ((file_id is null) <> (end_to_end_id is null));
