-- Declarations made from the ledger. The same content is the same declaration; what changed makes another one.
create table declarations (
    id blob primary key,
    -- What is printed on it and typed to check it.
    code text not null unique,
    customer_id blob not null references customers (id),
    kind text not null,
    year integer not null,
    content_hash text not null,
    -- Older bills that were open when it was issued, which it says.
    earlier_open integer not null,
    issued_at text not null,
    unique (customer_id, kind, year, content_hash, earlier_open)
) strict;
