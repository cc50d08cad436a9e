-- What customers left with the creditor against not paying, as the creditor's own system keeps it.
create table guarantees (
    id blob primary key,
    external_id text not null unique,
    customer_id blob not null references customers (id),
    -- Of one contract, or of all.
    contract_id blob references contracts (id),
    kind text not null,
    -- The bank, the insurer, the person who answers; empty for money.
    issuer text not null,
    -- Number of the letter or the policy; whatever it is found by.
    reference text not null,
    amount integer not null check (amount > 0),
    given_on text not null,
    valid_until text,
    state text not null
) strict;
create index guarantees_customer on guarantees (customer_id);

-- When the service of a contract was suspended, and when it came back. The contract's own row says where it stands now.
create table contract_changes (
    id blob primary key,
    contract_id blob not null references contracts (id),
    -- Empty for a contract that was new.
    was text not null,
    state text not null,
    since_on text not null,
    at text not null
) strict;
create index contract_changes_contract on contract_changes (contract_id, since_on);
create index contract_changes_back on contract_changes (since_on) where was = 'suspended';
create index contracts_suspended on contracts (customer_id) where state = 'suspended';
