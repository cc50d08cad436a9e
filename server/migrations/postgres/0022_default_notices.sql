-- Notices of default of individual plans (ANS, RN 593/2023): what was told, of which months, and how it is proven.
create table default_notices (
    -- Made by the form: the same form twice is one notice.
    id uuid primary key,
    contract_id uuid not null references contracts (id),
    customer_id uuid not null references customers (id),
    -- What the customer reads; opened by them, it proves itself.
    notice_id uuid not null references notices (id),
    staff_id uuid not null references staff (id),
    made_at timestamptz not null,
    sending text not null,
    -- As counted on the day it was made.
    days bigint not null,
    debt bigint not null,
    proof text,
    proof_on date,
    proof_note text,
    proof_by uuid references staff (id),
    proof_at timestamptz
);
create index default_notices_contract on default_notices (contract_id, made_at);

create table default_notice_bills (
    default_notice_id uuid not null references default_notices (id),
    bill_id uuid not null references bills (id),
    primary key (default_notice_id, bill_id)
);
