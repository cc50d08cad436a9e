-- Em Dia, first schema. One creditor per database: isolation between creditors is the database's own.
-- Money is integer centavos; `entries` and `audit_events` are append-only; `bills.balance` is the sum of the
-- bill's entries, kept by the one function that appends them and checked by `emdia verify`.

create table creditor (
    id integer primary key check (id = 1),
    name text not null,
    legal_name text not null,
    cnpj text not null,
    ans_registration text not null,
    address text not null,
    phone text not null,
    email text not null,
    privacy_contact text not null,
    time_zone text not null,
    brand_color text not null
) strict;

-- JSON of the rules in `domain`: `requests` (deadlines, levels of authority), `plans`; the newest valid version holds.
create table policies (
    id blob primary key,
    kind text not null,
    version integer not null,
    valid_from text not null,
    body text not null,
    unique (kind, version)
) strict;

create table holidays (
    day text primary key,
    name text not null
) strict;

-- The agreement with a bank under which slips are registered.
create table bank_agreements (
    id blob primary key,
    external_id text not null unique,
    bank_code text not null,
    bank_name text not null,
    branch text not null,
    beneficiary_code text not null,
    carteira text not null,
    payment_place text not null,
    -- Whether the bank has accepted boletos drawn by us for this carteira.
    own_drawing integer not null,
    -- Espécie do documento of what is registered under it: DS, DM, ND …
    especie text not null default 'DS'
) strict;

create table customers (
    id blob primary key,
    external_id text not null unique,
    tax_id text not null unique,
    name text not null,
    -- Name folded for search: lower case, no accents.
    search_name text not null,
    email text,
    email_changed_at text,
    phone text,
    address text not null,
    city text not null,
    state text not null,
    postal_code text not null,
    locale text not null,
    created_at text not null
) strict;
create index customers_search_name on customers (search_name);
create index customers_email on customers (lower(email));

-- Who may act for whom: a company's people, a parent's child.
create table representations (
    id blob primary key,
    representative_id blob not null references customers (id),
    customer_id blob not null references customers (id),
    scope text not null,
    starts_on text not null,
    ends_on text,
    unique (representative_id, customer_id)
) strict;
create index representations_customer on representations (customer_id);

create table contracts (
    id blob primary key,
    external_id text not null unique,
    customer_id blob not null references customers (id),
    number text not null,
    kind text not null,
    plan_name text not null,
    plan_registration text not null,
    state text not null,
    starts_on text not null,
    ends_on text,
    -- Decimal texts: what the contract says, nothing when it says nothing.
    fine_rate text not null,
    monthly_interest text not null
) strict;
create index contracts_customer on contracts (customer_id);

create table bills (
    id blob primary key,
    external_id text not null unique,
    customer_id blob not null references customers (id),
    contract_id blob not null references contracts (id),
    number text not null,
    nature text not null,
    competence text not null,
    description text not null,
    issued_on text not null,
    due_on text not null,
    amount integer not null check (amount > 0),
    balance integer not null,
    -- open, disputed, in_agreement, settled: what may be done with it; the money is in `entries`.
    standing text not null,
    agreement_id blob
) strict;
create index bills_of_customer on bills (customer_id, due_on desc, id desc);
create index bills_open on bills (customer_id, due_on desc, id desc) where balance <> 0;
create index bills_contract on bills (contract_id);

create table payments (
    id blob primary key,
    external_id text not null unique,
    customer_id blob not null references customers (id),
    bill_id blob references bills (id),
    slip_id blob,
    paid_on text not null,
    credited_on text,
    amount integer not null check (amount > 0),
    method text not null,
    bank_reference text not null,
    payer_tax_id text,
    created_at text not null
) strict;
create index payments_customer on payments (customer_id, paid_on desc);
create index payments_bill on payments (bill_id);

-- The ledger: debits positive, credits negative. Never updated, never deleted.
create table entries (
    id blob primary key,
    customer_id blob not null references customers (id),
    bill_id blob references bills (id),
    kind text not null,
    amount integer not null,
    effective_on text not null,
    posted_at text not null,
    payment_id blob references payments (id),
    request_id blob,
    -- The entry this one gives back, compensates or reverses.
    of_entry blob,
    -- What made it, unique: the same fact is never posted twice.
    source text not null unique,
    note text not null
) strict;
-- With the amount, so that a running balance is summed from the index alone.
create index entries_of_customer on entries (customer_id, effective_on desc, id desc, amount);
create index entries_unallocated on entries (customer_id) where bill_id is null;
create index entries_of_bill on entries (bill_id);

-- What the bank registered; a copy is exactly this.
create table slips (
    id blob primary key,
    external_id text not null unique,
    customer_id blob not null references customers (id),
    bank_agreement_id blob not null references bank_agreements (id),
    nosso_numero text not null,
    document_number text not null,
    barcode text not null unique,
    emv text,
    amount integer not null,
    issued_on text not null,
    due_on text not null,
    -- Last day on which any bank accepts it.
    limit_on text not null,
    -- registered, paid, replaced, closed
    state text not null,
    instructions text not null,
    replaced_by blob references slips (id)
) strict;
create index slips_customer on slips (customer_id);
create index slips_nosso_numero on slips (nosso_numero);
-- Pix codes of one charge begin alike: whoever checks one looks a range up.
create index slips_emv on slips (emv) where emv is not null;

create table slip_bills (
    slip_id blob not null references slips (id),
    bill_id blob not null references bills (id),
    payable integer not null,
    primary key (slip_id, bill_id)
) strict;
-- At most one payable slip for a bill.
create unique index slip_bills_payable on slip_bills (bill_id) where payable;

-- Proof that the boleto was made available.
create table slip_copies (
    id blob primary key,
    slip_id blob not null references slips (id),
    customer_id blob not null references customers (id),
    person_id blob not null references customers (id),
    channel text not null,
    line_hash text not null,
    at text not null
) strict;
create index slip_copies_slip on slip_copies (slip_id);
create index slip_copies_customer on slip_copies (customer_id, at desc);

-- Bytes kept outside the web root under their SHA-256.
create table files (
    hash text primary key,
    size integer not null,
    media_type text not null,
    stored_at text not null
) strict;

create table documents (
    id blob primary key,
    external_id text not null unique,
    customer_id blob not null references customers (id),
    bill_id blob references bills (id),
    kind text not null,
    name text not null,
    competence text not null,
    issued_on text not null,
    file_hash text not null references files (hash)
) strict;
create index documents_customer on documents (customer_id, issued_on desc, id desc);
create index documents_bill on documents (bill_id);

create table staff (
    id blob primary key,
    email text not null unique,
    name text not null,
    role text not null,
    password_hash text not null,
    totp_sealed text not null,
    -- The last time step whose code was used: a code serves once.
    totp_step integer not null,
    active integer not null,
    created_at text not null
) strict;

create table sessions (
    id blob primary key,
    customer_id blob references customers (id),
    acting_for blob references customers (id),
    staff_id blob references staff (id),
    device text not null,
    network text not null,
    created_at text not null,
    seen_at text not null,
    expires_at text not null,
    revoked_at text,
    check ((customer_id is null) <> (staff_id is null))
) strict;
create index sessions_customer on sessions (customer_id);
create index sessions_staff on sessions (staff_id);

-- One-time codes; `customer_id` is null when the document is not ours, and nothing else differs.
create table codes (
    id blob primary key,
    customer_id blob references customers (id),
    purpose text not null,
    code_hash text not null,
    attempts integer not null,
    created_at text not null,
    expires_at text not null,
    used_at text
) strict;
create index codes_expiry on codes (expires_at);

create table throttles (
    key text not null,
    window_start integer not null,
    hits integer not null,
    primary key (key, window_start)
) strict;

-- A form that was refused, kept sealed for the page that shows it again.
create table flashes (
    id blob primary key,
    sealed text not null,
    expires_at text not null
) strict;

create table protocol_numbers (
    day text primary key,
    last integer not null
) strict;

create table requests (
    id blob primary key,
    protocol text not null unique,
    kind text not null,
    customer_id blob not null references customers (id),
    -- Who asked: the customer or somebody who acts for them.
    person_id blob not null references customers (id),
    status text not null,
    amount integer not null,
    -- Made by the form that submitted it: the same form twice makes one request.
    submission blob not null unique,
    opened_at text not null,
    deadline_on text not null,
    assignee_id blob references staff (id),
    prepared_by blob references staff (id),
    decided_by blob references staff (id),
    closed_at text,
    off_policy integer not null,
    note text not null
) strict;
create index requests_customer on requests (customer_id, opened_at desc);
create index requests_queue on requests (deadline_on, id) where closed_at is null;

create table request_bills (
    request_id blob not null references requests (id),
    bill_id blob not null references bills (id),
    primary key (request_id, bill_id)
) strict;
create index request_bills_bill on request_bills (bill_id);

-- The request's history: steps, messages, notes. What the customer is told is `told`; `internal` is for staff alone.
create table request_events (
    id blob primary key,
    request_id blob not null references requests (id),
    at text not null,
    actor_kind text not null,
    actor_id blob,
    action text not null,
    from_status text not null,
    to_status text not null,
    told text,
    internal text
) strict;
create index request_events_request on request_events (request_id, id);

create table uploads (
    id blob primary key,
    request_id blob not null references requests (id),
    event_id blob references request_events (id),
    customer_id blob not null references customers (id),
    file_hash text not null references files (hash),
    name text not null,
    uploaded_at text not null
) strict;
create index uploads_request on uploads (request_id);
create index uploads_hash on uploads (file_hash);

create table receipts (
    request_id blob primary key references requests (id),
    paid_on text,
    amount integer
) strict;

create table refunds (
    request_id blob primary key references requests (id),
    way text not null,
    amount integer not null check (amount > 0),
    -- The payment, or credit, whose money is given back; and the overpaid bill it lies on, if on any.
    credit_entry blob not null references entries (id),
    bill_id blob references bills (id),
    payment_id blob references payments (id),
    target_bill_id blob references bills (id),
    -- Bank account or Pix key with its holder, sealed; the masked form is for screens, the digest finds it used again.
    destination_sealed text,
    destination_masked text,
    destination_digest text,
    holder_match text,
    -- Not exported before: a contact was changed not long ago.
    free_from text,
    -- The words of domain::refunds::OrderStatus; a compensation goes from prepared to paid at once.
    state text not null,
    ordered_at text,
    -- The export file that holds it.
    batch_id blob
) strict;
-- One open refund per credit, whatever happens at once; an approved one is in the ledger, and its credit gone.
create unique index refunds_credit on refunds (credit_entry) where state = 'prepared';
create index refunds_destination on refunds (destination_digest);

create table agreements (
    id blob primary key,
    request_id blob not null unique references requests (id),
    customer_id blob not null references customers (id),
    status text not null,
    -- The plan as simulated: JSON of domain::agreements::Plan, with the rule version.
    plan text not null,
    total integer not null,
    interest integer not null,
    reason text not null,
    accepted_at text not null,
    -- What was accepted, word for word (JSON), and its fingerprint.
    terms text not null,
    terms_hash text not null,
    starts_on text,
    ended_on text
) strict;
create index agreements_customer on agreements (customer_id);

create table agreement_bills (
    agreement_id blob not null references agreements (id),
    bill_id blob not null references bills (id),
    -- As of the day of acceptance: what was open, and what paying late had added.
    principal integer not null,
    fine integer not null,
    interest integer not null,
    amount integer not null,
    primary key (agreement_id, bill_id)
) strict;

create table installments (
    agreement_id blob not null references agreements (id),
    number integer not null,
    due_on text not null,
    amount integer not null check (amount > 0),
    bill_id blob references bills (id),
    primary key (agreement_id, number)
) strict;

create table disputes (
    request_id blob primary key references requests (id),
    reason text not null,
    -- What is taken off the bill, once proposed.
    granted integer
) strict;

-- What a decision says about a bill without moving money: a receipt was seen, a new slip was asked for.
create table bill_notes (
    id blob primary key,
    bill_id blob not null references bills (id),
    customer_id blob not null references customers (id),
    request_id blob not null references requests (id),
    kind text not null,
    at text not null
) strict;
create index bill_notes_bill on bill_notes (bill_id);

create table notices (
    id blob primary key,
    customer_id blob not null references customers (id),
    kind text not null,
    subject text not null,
    body text not null,
    channel text not null,
    created_at text not null,
    read_at text
) strict;
create index notices_customer on notices (customer_id, created_at desc, id desc);
create index notices_unread on notices (customer_id, created_at desc, id desc) where read_at is null;

-- Whatever leaves is written here with the change that causes it, and delivered afterwards.
create table outbox (
    id blob primary key,
    kind text not null,
    payload_sealed text not null,
    created_at text not null,
    attempt_at text not null,
    attempts integer not null,
    done_at text,
    failure text
) strict;
create index outbox_due on outbox (attempt_at) where done_at is null;

-- Where mail goes in the demo.
create table mailbox (
    id blob primary key,
    recipient text not null,
    subject text not null,
    body text not null,
    sent_at text not null
) strict;

-- Append-only and hash-chained: `hash` covers the event and the hash before it.
create table audit_events (
    seq integer primary key,
    at text not null,
    actor_kind text not null,
    actor_id blob,
    action text not null,
    subject_kind text not null,
    subject_id blob,
    customer_id blob,
    detail text not null,
    previous_hash text not null,
    hash text not null
) strict;
create index audit_events_customer on audit_events (customer_id, seq);
create index audit_events_subject on audit_events (subject_id);

create table imports (
    id blob primary key,
    kind text not null,
    file_hash text not null,
    created integer not null,
    updated integer not null,
    unchanged integer not null,
    refused integer not null,
    at text not null
) strict;
