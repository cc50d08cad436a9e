-- Dossiers that were handed out: who took everything about a customer, as of which moment, and what it was. Names, contacts and contracts
-- have no history of their own: they are kept as they stood when the first dossier of a moment was made, so that the next is the same.
create table dossiers (
    id uuid primary key,
    customer_id uuid not null references customers (id),
    as_of timestamptz not null,
    -- JSON.
    register text not null,
    -- SHA-256 of its list of sums.
    manifest_hash text not null,
    entries bigint not null,
    gaps bigint not null,
    staff_id uuid not null references staff (id),
    made_at timestamptz not null,
    unique (customer_id, as_of)
);

-- Proof that a notice left: when the mail server took the message that carries it.
alter table notices add column delivered_at timestamptz;
alter table outbox add column notice_id uuid references notices (id);
