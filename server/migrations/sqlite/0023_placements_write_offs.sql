-- Who takes care of late bills for the house: collection agencies and lawyers.
create table agencies (
    -- Made by the form: the same form twice is one agency.
    id blob primary key,
    -- Name, e-mail and telephone are what customers read.
    name text not null,
    kind text not null,
    email text not null,
    phone text,
    made_by blob not null references staff (id),
    made_at text not null,
    -- Nothing more is handed over to it.
    retired_at text
) strict;

-- Hand-overs: prepared, looked at a second time where it takes two persons, and in force from then on.
create table placements (
    -- Made by the form: the same form twice is one hand-over.
    id blob primary key,
    agency_id blob not null references agencies (id),
    -- waiting, placed, discarded
    state text not null,
    bills integer not null,
    customers integer not null,
    amount integer not null,
    -- JSON: bills that stay with the house, each with its reason; and how many there were in all.
    left_out text not null,
    left_out_count integer not null,
    made_by blob not null references staff (id),
    made_at text not null,
    confirmed_by blob references staff (id),
    confirmed_at text
) strict;
create index placements_waiting on placements (made_at) where state = 'waiting';

create table placement_bills (
    id blob primary key,
    placement_id blob not null references placements (id),
    agency_id blob not null references agencies (id),
    bill_id blob not null references bills (id),
    customer_id blob not null references customers (id),
    -- Open on it when it was handed over; as long as it was not, when it was chosen.
    amount integer not null,
    -- chosen, placed, recalled, returned, closed, left_out
    state text not null,
    placed_on text,
    placed_at text,
    -- Why it is not there any more, or never was.
    why text,
    words text,
    ended_on text,
    ended_at text,
    -- None where it came back by itself.
    ended_by blob references staff (id),
    unique (placement_id, bill_id)
) strict;
-- A bill is with one at a time.
create unique index placement_bills_one on placement_bills (bill_id) where state = 'placed';
create index placement_bills_bill on placement_bills (bill_id);
create index placement_bills_customer on placement_bills (customer_id);
create index placement_bills_agency on placement_bills (agency_id, state);

-- What an agency did and reported; `by_id` is who wrote it down.
alter table activities add column agency_id blob references agencies (id);

-- Bills that the house gives up: proposed by one person, decided by another, undone by two.
create table write_offs (
    -- Made by the form: the same form twice is one proposal.
    id blob primary key,
    customer_id blob not null references customers (id),
    reason text not null,
    words text not null,
    amount integer not null,
    -- waiting, approved, refused, withdrawn, undoing, undone
    state text not null,
    proposed_by blob not null references staff (id),
    proposed_at text not null,
    decided_by blob references staff (id),
    decided_at text,
    -- The day on which it counts in the ledger.
    decided_on text,
    -- Why it was refused.
    decision text,
    undo_words text,
    undo_by blob references staff (id),
    undo_at text,
    undone_by blob references staff (id),
    undone_at text,
    undone_on text
) strict;
create index write_offs_customer on write_offs (customer_id);
create index write_offs_waiting on write_offs (proposed_at) where state in ('waiting', 'undoing');
create index write_offs_decided on write_offs (decided_on) where decided_on is not null;

create table write_off_bills (
    write_off_id blob not null references write_offs (id),
    bill_id blob not null references bills (id),
    -- What was open when it was proposed; from the decision on what was given up.
    amount integer not null,
    -- The entry that gives it up.
    entry_id blob references entries (id),
    -- Of that, what came back since: paid after all, or undone.
    back integer not null default 0,
    -- Whether it is proposed, or given up and not all back: a bill is in one such.
    live integer not null,
    primary key (write_off_id, bill_id)
) strict;
create unique index write_off_bills_one on write_off_bills (bill_id) where live;
create index write_off_bills_bill on write_off_bills (bill_id);

-- Papers that speak for a proposal.
create table write_off_files (
    id blob primary key,
    write_off_id blob not null references write_offs (id),
    file_hash text not null references files (hash),
    name text not null,
    staff_id blob not null references staff (id),
    at text not null
) strict;
create index write_off_files_of on write_off_files (write_off_id);
create index write_off_files_hash on write_off_files (file_hash);
