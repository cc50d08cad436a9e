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

alter table request_events add column to_id blob references staff (id);

-- Parts of the queue under names: filters as JSON, see `domain::requests::queue::Filter`.
create table queue_views (
    id blob primary key,
    owner_id blob not null references staff (id),
    name text not null,
    filter text not null,
    shared integer not null,
    created_at text not null,
    unique (owner_id, name)
) strict;

-- How somebody's queue opens, and whether single keys do something there.
create table staff_settings (
    staff_id blob primary key references staff (id),
    default_view blob references queue_views (id),
    keys integer not null
) strict;

-- Who is away, first and last day included; one that was ended early has its last day moved.
create table absences (
    id blob primary key,
    staff_id blob not null references staff (id),
    from_on text not null,
    to_on text not null,
    made_by blob not null references staff (id),
    made_at text not null
) strict;
create index absences_staff on absences (staff_id, to_on);
