-- Dossiers that were handed out: who took everything about a customer, as of which moment, and what it was. Names, contacts and contracts
-- have no history of their own: they are kept as they stood when the first dossier of a moment was made, so that the next is the same.
create table dossiers (
    id blob primary key,
    customer_id blob not null references customers (id),
    as_of text not null,
    -- JSON.
    register text not null,
    -- SHA-256 of its list of sums.
    manifest_hash text not null,
    entries integer not null,
    gaps integer not null,
    staff_id blob not null references staff (id),
    made_at text not null,
    unique (customer_id, as_of)
) strict;

-- Proof that a notice left: when the mail server took the message that carries it.
alter table notices add column delivered_at text;
alter table outbox add column notice_id blob references notices (id);
