-- Who was asked to join the staff, or to choose a password and an authenticator anew.
create table invitations (
    id blob primary key,
    email text not null,
    name text not null,
    role text not null,
    -- SHA-256 of what the letter holds.
    token_hash text not null unique,
    -- The authenticator's secret, the same however often the page is opened.
    totp_sealed text not null,
    -- None at a terminal.
    invited_by blob references staff (id),
    created_at text not null,
    expires_at text not null,
    used_at text,
    revoked_at text
) strict;
-- One at a time for an address.
create unique index invitations_open on invitations (email) where used_at is null and revoked_at is null;
