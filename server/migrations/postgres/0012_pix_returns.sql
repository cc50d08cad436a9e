-- Pix given back to where they came from, by the provider: for refunds that were approved, and for money that nobody knows.

-- The Pix that a refund gives back, when it goes to its origin.
alter table refunds add column end_to_end_id text references pix_payments (end_to_end_id);

create table pix_returns (
    -- Chosen before the provider is asked: asking again is asking for the same.
    id text primary key,
    end_to_end_id text not null references pix_payments (end_to_end_id),
    amount bigint not null check (amount > 0),
    -- The words of domain::pix::returns::State.
    state text not null,
    request_id uuid references requests (id),
    unidentified_id uuid references unidentified_payments (id),
    ordered_at timestamptz not null,
    -- When the provider is asked next, and how often it was.
    attempt_at timestamptz not null,
    attempts integer not null,
    -- The bank's number of the transfer that went back.
    transfer text,
    ended_at timestamptz,
    -- The words of domain::pix::returns::Failure, and what the provider says of it.
    failure text,
    said text,
    check ((request_id is null) <> (unidentified_id is null))
);
-- One at a time for whatever asks for it; what failed may be tried again.
create unique index pix_returns_request on pix_returns (request_id) where state <> 'failed';
create unique index pix_returns_unidentified on pix_returns (unidentified_id) where state <> 'failed';
create index pix_returns_pix on pix_returns (end_to_end_id);
create index pix_returns_open on pix_returns (attempt_at) where state in ('ordered', 'under_way');
