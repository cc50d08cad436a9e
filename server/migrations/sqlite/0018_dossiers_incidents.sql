-- Dossiers that were handed out: who took everything about a customer, as of which moment, and what it was. Names, contacts and contracts
-- have no history of their own: they are kept as they stood when the first dossier of a moment was made, so that the next is the same.
create table dossiers (
    id blob primary key,
    customer_id blob not null references customers (id),
    as_of text not null,
    -- JSON.
    register text not null,
    -- SHA-256 of its list of sums.
    manifest_hash text not null,
    entries integer not null,
    gaps integer not null,
    staff_id blob not null references staff (id),
    made_at text not null,
    unique (customer_id, as_of)
) strict;

-- Proof that a notice left: when the mail server took the message that carries it.
alter table notices add column delivered_at text;
alter table outbox add column notice_id blob references notices (id);

-- Incidents: bills that something of the creditor's touched, and what is given up of their late charges because of it.
create table incidents (
    id blob primary key,
    -- Made by the form that prepared it: the same form twice makes one incident.
    submission blob not null unique,
    -- Customers read it.
    reason text not null,
    waive_from text,
    waive_to text,
    until_on text,
    -- waiting, active, lifted, discarded
    state text not null,
    bills integer not null,
    customers integer not null,
    -- Open on its bills, and what of their charges it gives up at most: by the last day it says something about.
    amount integer not null,
    waived integer not null,
    -- JSON: numbers that were typed and cannot be taken, each with its reason.
    refused text not null,
    -- Customers told by mail, and those who have no address and see it on the portal alone.
    reached integer not null default 0,
    unreached integer not null default 0,
    made_by blob not null references staff (id),
    made_at text not null,
    confirmed_by blob references staff (id),
    confirmed_at text,
    lifted_by blob references staff (id),
    lifted_at text,
    lifted_on text
) strict;

create table incident_bills (
    incident_id blob not null references incidents (id),
    bill_id blob not null references bills (id),
    customer_id blob not null references customers (id),
    amount integer not null,
    waived integer not null,
    primary key (incident_id, bill_id)
) strict;
create index incident_bills_bill on incident_bills (bill_id);
create index incident_bills_customer on incident_bills (customer_id);

-- JSON of the bill's reliefs, those that were lifted too: kept by the one function that confirms and lifts incidents.
alter table bills add column reliefs text;
