-- What stands on an upload: its pages and their words, sealed, so that a file is read once.
create table readings (
    file_hash text primary key references files (hash) on delete cascade,
    -- read, unreadable or heavy: see `server::pictures`.
    state text not null,
    -- JSON of `server::pictures::Paper`.
    paper_sealed text,
    read_at text not null
) strict;

-- Numbers on it that exist once: two customers whose papers share one are looked at twice. Only digests.
create table reading_marks (
    file_hash text not null references readings (file_hash) on delete cascade,
    digest text not null,
    primary key (digest, file_hash)
) strict;
create index reading_marks_file on reading_marks (file_hash);

-- Answers that are given often, with variables, in the customer's language. One that is no longer used stays for what was said with it.
create table replies (
    id blob primary key,
    title text not null,
    -- The kind of request it is for; none for every kind.
    kind text,
    -- The step it goes with; none for every step.
    action text,
    words_pt text not null,
    words_en text,
    words_es text,
    words_ro text,
    changed_by blob not null references staff (id),
    changed_at text not null,
    closed_at text
) strict;

-- To which part of the house a request was handed.
alter table request_events add column to_area text;
