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
alter table bank_agreements add column remessa_sequence integer not null default 0;

create table remessas (
    id blob primary key,
    bank_agreement_id blob not null references bank_agreements (id),
    sequence integer not null,
    file_hash text not null references files (hash),
    -- Slips to be registered, their amounts together, and slips to be closed.
    entries integer not null,
    sum integer not null,
    closings integer not null,
    -- None at a terminal.
    staff_id blob references staff (id),
    written_at text not null,
    -- When somebody said that the bank never took it.
    not_taken_at text,
    not_taken_by blob references staff (id),
    unique (bank_agreement_id, sequence)
) strict;
create index remessas_file on remessas (file_hash);

create table remessa_lines (
    remessa_id blob not null references remessas (id),
    slip_id blob not null references slips (id),
    -- enter, close
    instruction text not null,
    primary key (remessa_id, slip_id)
) strict;
create index remessa_lines_slip on remessa_lines (slip_id);

-- Those that may have to be closed at the bank.
create index slips_replaced on slips (limit_on, id) where state = 'replaced';
