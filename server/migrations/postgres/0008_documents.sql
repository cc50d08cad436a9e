-- Invoices by branch, and what is known of each; who may see which branch; every paper that the portal writes.

-- The establishment that a contract is for, where it is not the customer's own CNPJ.
alter table contracts add column branch_tax_id text;

alter table documents add column contract_id uuid references contracts (id);
-- Number and access key of a fiscal document, and what it is about.
alter table documents add column number text not null default '';
alter table documents add column access_key text;
alter table documents add column amount bigint;
-- valid, cancelled; never back.
alter table documents add column status text not null default 'valid';
create unique index documents_access_key on documents (access_key, kind) where access_key is not null;
create index documents_contract on documents (contract_id) where contract_id is not null;

-- A representation whose scope is `branches` reaches the documents of these contracts, and nothing else.
create table representation_contracts (
    representation_id uuid not null references representations (id),
    contract_id uuid not null references contracts (id),
    primary key (representation_id, contract_id)
);
-- Whoever gives it in an import names it.
alter table representations add column external_id text;
create unique index representations_external_id on representations (external_id) where external_id is not null;
