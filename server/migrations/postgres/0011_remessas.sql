-- Files to banks (remessas): what each asked of which slips, and what an agreement has to say in them.

alter table bank_agreements add column account text;
alter table bank_agreements add column account_digit text;
-- Convênio, wallet, its variation, the code of the wallet and the kind of title, as the bank's own manual names them.
alter table bank_agreements add column remessa_agreement text;
alter table bank_agreements add column remessa_wallet text;
alter table bank_agreements add column remessa_variation text;
alter table bank_agreements add column remessa_collection text;
alter table bank_agreements add column remessa_kind text;
-- The number of the newest file; it only grows.
alter table bank_agreements add column remessa_sequence bigint not null default 0;

create table remessas (
    id uuid primary key,
    bank_agreement_id uuid not null references bank_agreements (id),
    sequence bigint not null,
    file_hash text not null references files (hash),
    -- Slips to be registered, their amounts together, and slips to be closed.
    entries bigint not null,
    sum bigint not null,
    closings bigint not null,
    -- None at a terminal.
    staff_id uuid references staff (id),
    written_at timestamptz not null,
    -- When somebody said that the bank never took it.
    not_taken_at timestamptz,
    not_taken_by uuid references staff (id),
    unique (bank_agreement_id, sequence)
);
create index remessas_file on remessas (file_hash);

create table remessa_lines (
    remessa_id uuid not null references remessas (id),
    slip_id uuid not null references slips (id),
    -- enter, close
    instruction text not null,
    primary key (remessa_id, slip_id)
);
create index remessa_lines_slip on remessa_lines (slip_id);

-- Those that may have to be closed at the bank.
create index slips_replaced on slips (limit_on, id) where state = 'replaced';
