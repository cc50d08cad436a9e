-- Plans as they were offered, word for word: honoured until their last day, whatever becomes of the policy.
create table plan_offers (
    id blob primary key,
    customer_id blob not null references customers (id),
    -- What was asked for: bills, how much now, in how many, on which day. The same question finds the same offer.
    asked text not null,
    locale text not null,
    plan text not null,
    -- The policy it was worked out by.
    policy text not null,
    -- What each bill came to, line by line.
    costs text not null,
    terms text not null,
    hash text not null,
    as_of text not null,
    valid_until text not null,
    made_at text not null,
    -- Set once it was accepted.
    request_id blob references requests (id),
    unique (customer_id, hash)
) strict;
create index plan_offers_asked on plan_offers (customer_id, asked);
