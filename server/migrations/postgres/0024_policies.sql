-- Policies kept on screens: who made a version, when and why. One without a name came from the creditor's file.
alter table policies add column made_by uuid references staff (id);
alter table policies add column made_at timestamptz;
-- Whoever put it into force, where that was somebody else.
alter table policies add column approved_by uuid references staff (id);
alter table policies add column note text not null default '';
update policies set
    made_by = (select a.actor_id from audit_events a where a.subject_id = policies.id and a.action = 'policies.save'),
    made_at = (select a.at from audit_events a where a.subject_id = policies.id and a.action = 'policies.save');

-- The next version as somebody wrote it, to be looked at before it is put into force, or dropped.
create table policy_drafts (
    id uuid primary key,
    kind text not null,
    -- The newest version when it was written: another since then, and it is written anew.
    base_version integer not null,
    valid_from date not null,
    body text not null,
    note text not null,
    made_by uuid not null references staff (id),
    made_at timestamptz not null,
    ended_at timestamptz,
    ended_by uuid references staff (id),
    -- The version it became; none when it was dropped.
    version integer
);
create index policy_drafts_open on policy_drafts (kind, made_at) where ended_at is null;
