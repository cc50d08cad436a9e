-- What somebody binds themselves to with a one-time code: waiting until the code is typed, and the evidence of it from then on.
create table acceptances (
    id uuid primary key,
    customer_id uuid not null references customers (id),
    -- Who acts, and whose contact the code goes to.
    person_id uuid not null references customers (id),
    -- The words of server::acceptances::Purpose.
    purpose text not null,
    -- The form that asked: the same one twice asks once.
    submission uuid not null unique,
    -- Fingerprint of what is agreed to: of an agreement's terms, or keyed, of an account and an amount.
    hash text not null,
    -- What was typed, sealed; empty once it came to a request.
    form_sealed text not null,
    amount bigint not null,
    payments integer not null,
    -- Account or key, masked.
    destination text not null,
    offer_id uuid references plan_offers (id),
    shown_at timestamptz,
    -- The version of the policy that decided.
    policy text not null,
    locale text not null,
    accepted_at timestamptz not null,
    accepted_address text not null,
    accepted_device text not null,
    -- Where the code went, masked; when the last one did, and how many.
    contact text not null,
    sent_at timestamptz not null,
    sendings integer not null,
    -- Set once the code was typed, with what came of it.
    entered_at timestamptz,
    tries integer,
    entered_address text,
    entered_device text,
    request_id uuid references requests (id)
);
create index acceptances_request on acceptances (request_id);
create index acceptances_customer on acceptances (customer_id);
create index acceptances_offer on acceptances (offer_id);
