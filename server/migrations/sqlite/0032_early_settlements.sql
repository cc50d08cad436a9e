-- Installments to be paid before their day, with the interest that falls away taken off until a day.
create table early_settlements (
    -- Made by the form: the same form twice is one.
    id blob primary key,
    agreement_id blob not null references agreements (id),
    customer_id blob not null references customers (id),
    as_of text not null,
    pay_until text not null,
    made_at text not null,
    -- Once every installment is paid, or its reduction undone.
    ended_at text
) strict;
-- One at a time.
create unique index early_settlements_one on early_settlements (agreement_id) where ended_at is null;
create index early_settlements_agreement on early_settlements (agreement_id);

create table early_installments (
    early_id blob not null references early_settlements (id),
    bill_id blob not null references bills (id),
    -- What was left of it, and what was taken off.
    balance integer not null,
    saved integer not null,
    -- open, paid, undone
    state text not null,
    primary key (early_id, bill_id)
) strict;
create index early_installments_bill on early_installments (bill_id);
