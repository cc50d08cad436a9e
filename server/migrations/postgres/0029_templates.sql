-- The house's own wording of what the portal writes, version by version; the highest of a notice and language holds.
create table templates (
    id uuid primary key,
    kind text not null,
    locale text not null,
    version bigint not null,
    -- Subject and text of a message, what stands before and after the sentences of a letter; null where the built-in words hold again.
    head text,
    body text,
    note text not null,
    made_by uuid not null references staff (id),
    made_at timestamptz not null,
    unique (kind, locale, version)
);

-- Where among a letter's paragraphs its table stands: what the house says before it moves it down.
alter table demands add column table_at bigint not null default 3;
