-- Dossiers that were handed out: who took everything about a customer, as of which moment, and what it was. Names, contacts and contracts
-- have no history of their own: they are kept as they stood when the first dossier of a moment was made, so that the next is the same.
create table dossiers (
    id uuid primary key,
    customer_id uuid not null references customers (id),
    as_of timestamptz not null,
    -- JSON.
    register text not null,
    -- SHA-256 of its list of sums.
    manifest_hash text not null,
    entries bigint not null,
    gaps bigint not null,
    staff_id uuid not null references staff (id),
    made_at timestamptz not null,
    unique (customer_id, as_of)
);

-- Proof that a notice left: when the mail server took the message that carries it.
alter table notices add column delivered_at timestamptz;
alter table outbox add column notice_id uuid references notices (id);

-- Incidents: bills that something of the creditor's touched, and what is given up of their late charges because of it.
create table incidents (
    id uuid primary key,
    -- Made by the form that prepared it: the same form twice makes one incident.
    submission uuid not null unique,
    -- Customers read it.
    reason text not null,
    waive_from date,
    waive_to date,
    until_on date,
    -- waiting, active, lifted, discarded
    state text not null,
    bills bigint not null,
    customers bigint not null,
    -- Open on its bills, and what of their charges it gives up at most: by the last day it says something about.
    amount bigint not null,
    waived bigint not null,
    -- JSON: numbers that were typed and cannot be taken, each with its reason.
    refused text not null,
    -- Customers told by mail, and those who have no address and see it on the portal alone.
    reached bigint not null default 0,
    unreached bigint not null default 0,
    made_by uuid not null references staff (id),
    made_at timestamptz not null,
    confirmed_by uuid references staff (id),
    confirmed_at timestamptz,
    lifted_by uuid references staff (id),
    lifted_at timestamptz,
    lifted_on date
);

create table incident_bills (
    incident_id uuid not null references incidents (id),
    bill_id uuid not null references bills (id),
    customer_id uuid not null references customers (id),
    amount bigint not null,
    waived bigint not null,
    primary key (incident_id, bill_id)
);
create index incident_bills_bill on incident_bills (bill_id);
create index incident_bills_customer on incident_bills (customer_id);

-- JSON of the bill's reliefs, those that were lifted too: kept by the one function that confirms and lifts incidents.
alter table bills add column reliefs text;
