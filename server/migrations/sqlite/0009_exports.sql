-- Exports that left for the creditor's own systems: who took what of which days, when, and how much it was.
create table exports (
    id blob primary key,
    -- refunds, compensations, slips, decisions
    kind text not null,
    -- csv, csv_bom, xlsx
    format text not null,
    from_on text not null,
    to_on text not null,
    row_count integer not null,
    sum integer not null,
    -- SHA-256 of the file.
    file_hash text not null,
    -- None at a terminal.
    staff_id blob references staff (id),
    made_at text not null
) strict;

-- What they are read by: days, and what comes after the last row read.
create index refunds_ordered on refunds (ordered_at, request_id) where way = 'refund' and ordered_at is not null;
create index entries_compensations on entries (posted_at, id) where kind = 'compensation' and amount < 0;
create index slips_pending on slips (issued_on, id) where state = 'pending';
create index request_events_decisions on request_events (at, id) where action in ('approve', 'refuse');
