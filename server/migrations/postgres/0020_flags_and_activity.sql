-- What is to be known of a customer before anybody speaks or writes to them: append-only. A flag is lifted by a row that ends it.
create table customer_flags (
    id uuid primary key,
    customer_id uuid not null references customers (id),
    flag text not null,
    -- The row this one ends: nothing ends twice.
    ends uuid unique references customer_flags (id),
    reason text not null,
    case_number text,
    since_on date not null,
    by_id uuid not null references staff (id),
    at timestamptz not null
);
create index customer_flags_customer on customer_flags (customer_id, at);

-- What staff did to reach a customer, and what came of it: append-only.
create table activities (
    -- Made by the form: the same form twice is one activity.
    id uuid primary key,
    customer_id uuid not null references customers (id),
    at timestamptz not null,
    by_id uuid not null references staff (id),
    channel text not null,
    kind text not null,
    outcome text not null,
    -- Whether the customer was reached, by the rules of the day.
    reached boolean not null,
    reason text,
    note text,
    -- When to try again.
    next_on date,
    -- What was late then: reasons are reported by it.
    late_amount bigint not null
);
create index activities_customer on activities (customer_id, at);
create index activities_reasons on activities (at) where reason is not null;

-- Who has a customer of the list of those who cannot be reached before them, for a while.
create table reach_holds (
    customer_id uuid primary key references customers (id),
    staff_id uuid not null references staff (id),
    until_at timestamptz not null
);

-- What a contact on file was before it changed.
create table contacts_before (
    id uuid primary key,
    customer_id uuid not null references customers (id),
    kind text not null,
    value text not null,
    until_at timestamptz not null
);
create index contacts_before_customer on contacts_before (customer_id, until_at);
