-- Installments to be paid before their day, with the interest that falls away taken off until a day.
create table early_settlements (
    -- Made by the form: the same form twice is one.
    id uuid primary key,
    agreement_id uuid not null references agreements (id),
    customer_id uuid not null references customers (id),
    as_of date not null,
    pay_until date not null,
    made_at timestamptz not null,
    -- Once every installment is paid, or its reduction undone.
    ended_at timestamptz
);
-- One at a time.
create unique index early_settlements_one on early_settlements (agreement_id) where ended_at is null;
create index early_settlements_agreement on early_settlements (agreement_id);

create table early_installments (
    early_id uuid not null references early_settlements (id),
    bill_id uuid not null references bills (id),
    -- What was left of it, and what was taken off.
    balance bigint not null,
    saved bigint not null,
    -- open, paid, undone
    state text not null,
    primary key (early_id, bill_id)
);
create index early_installments_bill on early_installments (bill_id);
