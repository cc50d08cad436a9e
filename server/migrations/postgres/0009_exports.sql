-- Exports that left for the creditor's own systems: who took what of which days, when, and how much it was.
create table exports (
    id uuid primary key,
    -- refunds, compensations, slips, decisions
    kind text not null,
    -- csv, csv_bom, xlsx
    format text not null,
    from_on date not null,
    to_on date not null,
    row_count bigint not null,
    sum bigint not null,
    -- SHA-256 of the file.
    file_hash text not null,
    -- None at a terminal.
    staff_id uuid references staff (id),
    made_at timestamptz not null
);

-- What they are read by: days, and what comes after the last row read.
create index refunds_ordered on refunds (ordered_at, request_id) where way = 'refund' and ordered_at is not null;
create index entries_compensations on entries (posted_at, id) where kind = 'compensation' and amount < 0;
create index slips_pending on slips (issued_on, id) where state = 'pending';
create index request_events_decisions on request_events (at, id) where action in ('approve', 'refuse');
