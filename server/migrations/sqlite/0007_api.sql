-- The HTTP API of the creditor's systems: its keys, answers to requests that may come again, and webhooks.

create table api_keys (
    id blob primary key,
    name text not null,
    -- What a key begins with: enough to find it, nothing to use it.
    prefix text not null unique,
    secret_hash text not null,
    -- Words of domain::api_keys::Scope, with blanks between.
    scopes text not null,
    created_at text not null,
    -- To the minute, so that reading does not write.
    used_at text,
    revoked_at text
) strict;

-- What was answered to an Idempotency-Key, for a day; without a status while it is being worked out.
create table api_answers (
    key_id blob not null references api_keys (id),
    name_hash text not null,
    request_hash text not null,
    status integer,
    body_sealed text,
    created_at text not null,
    primary key (key_id, name_hash)
) strict;
create index api_answers_age on api_answers (created_at);

create table webhook_endpoints (
    id blob primary key,
    url text not null,
    secret_sealed text not null,
    -- Words of domain::webhooks::Topic, with blanks between.
    topics text not null,
    created_at text not null,
    removed_at text
) strict;

-- One thing to be told to one endpoint, written with the change that causes it. Its body names things by ids alone.
create table webhook_deliveries (
    id blob primary key,
    endpoint_id blob not null references webhook_endpoints (id),
    topic text not null,
    body text not null,
    created_at text not null,
    -- due, delivered, dead
    state text not null,
    attempts integer not null,
    attempt_at text not null,
    delivered_at text,
    -- Of the last try: the answer's status, or why there was none.
    status integer,
    failure text
) strict;
create index webhook_deliveries_due on webhook_deliveries (attempt_at) where state = 'due';
create index webhook_deliveries_endpoint on webhook_deliveries (endpoint_id, id desc);
create index webhook_deliveries_state on webhook_deliveries (state, id desc);

-- What has changed since a moment.
create index request_events_at on request_events (at);
