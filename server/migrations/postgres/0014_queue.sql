-- The queue people work in: its order as an index, parts of it under names, and to whom a request was given.
drop index requests_queue;
-- Named as `Clock` and `Priority` are: in this order.
create index requests_risk on requests (clock, deadline_on, priority, (-amount), id) where closed_at is null;
create index requests_of_status on requests (status, deadline_on, priority, (-amount), id);
create index requests_of_assignee on requests (assignee_id, clock, deadline_on) where closed_at is null;
create index requests_of_kind on requests (kind, clock, deadline_on, priority, (-amount), id) where closed_at is null;
create index requests_of_amount on requests (amount) where closed_at is null;
-- By the clock too: SQLite, which knows no figures of the table, would otherwise read all that run.
drop index requests_warned;
create index requests_warned on requests (clock, warn_on) where closed_at is null;
create index requests_of_area on requests (area, clock, deadline_on, priority, (-amount), id) where closed_at is null;

alter table request_events add column to_id uuid references staff (id);

-- Parts of the queue under names: filters as JSON, see `domain::requests::queue::Filter`.
create table queue_views (
    id uuid primary key,
    owner_id uuid not null references staff (id),
    name text not null,
    filter text not null,
    shared boolean not null,
    created_at timestamptz not null,
    unique (owner_id, name)
);

-- How somebody's queue opens, and whether single keys do something there.
create table staff_settings (
    staff_id uuid primary key references staff (id),
    default_view uuid references queue_views (id),
    keys boolean not null
);

-- Who is away, first and last day included; one that was ended early has its last day moved.
create table absences (
    id uuid primary key,
    staff_id uuid not null references staff (id),
    from_on date not null,
    to_on date not null,
    made_by uuid not null references staff (id),
    made_at timestamptz not null
);
create index absences_staff on absences (staff_id, to_on);
