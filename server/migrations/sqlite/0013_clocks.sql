-- The clocks of requests: a deadline stands still while the customer is asked, is warned of once, and ends with the answer. And where
-- each request was routed when it was opened.
alter table requests add column clock text not null default 'counting';
-- From this day on little is left.
alter table requests add column warn_on text not null default '9999-12-31';
-- none, warned, escalated: what the supervisors were told.
alter table requests add column alert text not null default 'none';
-- While the customer is asked: until when we wait.
alter table requests add column waits_until text;
-- The day of the answer, and the business days it took, those of waiting left out.
alter table requests add column answered_on text;
alter table requests add column answered_in integer;
alter table requests add column area text not null default 'service';
alter table requests add column priority text not null default 'normal';

create table request_pauses (
    id blob primary key,
    request_id blob not null references requests (id),
    from_on text not null,
    -- The last day on which the customer's answer is awaited.
    until_on text not null,
    -- The day of the one reminder; none when there is no time for one.
    remind_on text,
    reminded_on text,
    -- The day the clock went on.
    to_on text,
    deadline_before text not null,
    deadline_after text
) strict;
create index request_pauses_request on request_pauses (request_id, from_on);
create unique index request_pauses_open on request_pauses (request_id) where to_on is null;
create index request_pauses_remind on request_pauses (remind_on) where to_on is null and reminded_on is null;

update requests set warn_on = deadline_on, clock = case
    when status = 'waiting_customer' then 'paused' when status in ('received', 'in_review', 'prepared') then 'counting' else 'stopped' end;
update requests set answered_on = (select substr(min(e.at), 1, 10) from request_events e
    where e.request_id = requests.id and e.action in ('approve', 'refuse', 'finish')) where clock = 'stopped';
-- Those who are asked now: since the last question. Business days are the program's; three weeks are enough for anybody.
insert into request_pauses (id, request_id, from_on, until_on, deadline_before)
    select randomblob(16), r.id, substr(max(e.at), 1, 10), date(substr(max(e.at), 1, 10), '+21 days'), r.deadline_on
    from requests r join request_events e on e.request_id = r.id and e.action = 'ask_more' where r.clock = 'paused' group by r.id;
update requests set waits_until = (select until_on from request_pauses p where p.request_id = requests.id) where clock = 'paused';

create index requests_warned on requests (warn_on) where closed_at is null and clock = 'counting';
create index requests_answered on requests (answered_on) where answered_on is not null;
