-- Return files of the watched folder that were not taken, for staff.
create table refused_return_files (
    id uuid primary key,
    name text not null,
    -- SHA-256 of the bytes; nothing for one that was too large to be read.
    file_hash text not null,
    -- In the creditor's language.
    reason text not null,
    at timestamptz not null
);
create index refused_return_files_at on refused_return_files (at);
-- The bytes as they came are kept: see `files`.
create index return_files_kept on return_files (file_hash);
