-- "I will pay on …": said by the customer or to staff, kept or not by what the bank says.
create table promises (
    -- Made by the form: the same form twice is one promise.
    id uuid primary key,
    customer_id uuid not null references customers (id),
    -- Who said it: the customer or somebody who acts for them; none where staff wrote it down.
    person_id uuid references customers (id),
    staff_id uuid references staff (id),
    made_on date not null,
    made_at timestamptz not null,
    on_day date not null,
    -- The last day on which a payment counts.
    until_on date not null,
    remind_on date,
    reminded_at timestamptz,
    amount bigint not null check (amount > 0),
    status text not null,
    ended_at timestamptz,
    -- What the bank had received when it ended.
    paid bigint,
    check ((person_id is null) <> (staff_id is null))
);
create index promises_customer on promises (customer_id, made_at);
create index promises_open on promises (on_day) where status = 'open';
create index promises_ended on promises (ended_at) where ended_at is not null;

create table promise_bills (
    promise_id uuid not null references promises (id),
    bill_id uuid not null references bills (id),
    open boolean not null,
    primary key (promise_id, bill_id)
);
-- At most one open promise for a bill.
create unique index promise_bills_open on promise_bills (bill_id) where open;
