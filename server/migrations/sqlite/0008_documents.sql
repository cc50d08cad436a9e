-- Invoices by branch, and what is known of each; who may see which branch; every paper that the portal writes.

-- The establishment that a contract is for, where it is not the customer's own CNPJ.
alter table contracts add column branch_tax_id text;

alter table documents add column contract_id blob references contracts (id);
-- Number and access key of a fiscal document, and what it is about.
alter table documents add column number text not null default '';
alter table documents add column access_key text;
alter table documents add column amount integer;
-- valid, cancelled; never back.
alter table documents add column status text not null default 'valid';
create unique index documents_access_key on documents (access_key, kind) where access_key is not null;
create index documents_contract on documents (contract_id) where contract_id is not null;

-- A representation whose scope is `branches` reaches the documents of these contracts, and nothing else.
create table representation_contracts (
    representation_id blob not null references representations (id),
    contract_id blob not null references contracts (id),
    primary key (representation_id, contract_id)
) strict;
-- Whoever gives it in an import names it.
alter table representations add column external_id text;
create unique index representations_external_id on representations (external_id) where external_id is not null;

-- Every paper that the portal writes: the declarations that a year is paid are the first kind of them. The same content is the same
-- paper; what changed makes another one.
create table papers (
    id blob primary key,
    -- What is printed on it and typed to check it.
    code text not null unique,
    customer_id blob not null references customers (id),
    -- clearance, income_tax, payments, agreement; and the year, the period or the protocol.
    kind text not null,
    about text not null,
    content_hash text not null,
    -- What stands on it and does not change whether it holds: of a clearance, how many older bills were open.
    variant text not null,
    issued_at text not null,
    unique (customer_id, kind, about, content_hash, variant)
) strict;
insert into papers (id, code, customer_id, kind, about, content_hash, variant, issued_at)
    select id, code, customer_id, kind, cast(year as text), content_hash, cast(earlier_open as text), issued_at from declarations;
drop table declarations;
