-- What is to be known of a customer before anybody speaks or writes to them: append-only. A flag is lifted by a row that ends it.
create table customer_flags (
    id blob primary key,
    customer_id blob not null references customers (id),
    flag text not null,
    -- The row this one ends: nothing ends twice.
    ends blob unique references customer_flags (id),
    reason text not null,
    case_number text,
    since_on text not null,
    by_id blob not null references staff (id),
    at text not null
) strict;
create index customer_flags_customer on customer_flags (customer_id, at);

-- What staff did to reach a customer, and what came of it: append-only.
create table activities (
    -- Made by the form: the same form twice is one activity.
    id blob primary key,
    customer_id blob not null references customers (id),
    at text not null,
    by_id blob not null references staff (id),
    channel text not null,
    kind text not null,
    outcome text not null,
    -- Whether the customer was reached, by the rules of the day.
    reached integer not null,
    reason text,
    note text,
    -- When to try again.
    next_on text,
    -- What was late then: reasons are reported by it.
    late_amount integer not null
) strict;
create index activities_customer on activities (customer_id, at);
create index activities_reasons on activities (at) where reason is not null;

-- Who has a customer of the list of those who cannot be reached before them, for a while.
create table reach_holds (
    customer_id blob primary key references customers (id),
    staff_id blob not null references staff (id),
    until_at text not null
) strict;

-- What a contact on file was before it changed.
create table contacts_before (
    id blob primary key,
    customer_id blob not null references customers (id),
    kind text not null,
    value text not null,
    until_at text not null
) strict;
create index contacts_before_customer on contacts_before (customer_id, until_at);
