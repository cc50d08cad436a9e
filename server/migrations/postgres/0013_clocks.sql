-- The clocks of requests: a deadline stands still while the customer is asked, is warned of once, and ends with the answer. And where
-- each request was routed when it was opened.
alter table requests add column clock text not null default 'counting';
-- From this day on little is left.
alter table requests add column warn_on date not null default '9999-12-31';
-- none, warned, escalated: what the supervisors were told.
alter table requests add column alert text not null default 'none';
-- While the customer is asked: until when we wait.
alter table requests add column waits_until date;
-- The day of the answer, and the business days it took, those of waiting left out.
alter table requests add column answered_on date;
alter table requests add column answered_in bigint;
alter table requests add column area text not null default 'service';
alter table requests add column priority text not null default 'normal';

create table request_pauses (
    id uuid primary key,
    request_id uuid not null references requests (id),
    from_on date not null,
    -- The last day on which the customer's answer is awaited.
    until_on date not null,
    -- The day of the one reminder; none when there is no time for one.
    remind_on date,
    reminded_on date,
    -- The day the clock went on.
    to_on date,
    deadline_before date not null,
    deadline_after date
);
create index request_pauses_request on request_pauses (request_id, from_on);
create unique index request_pauses_open on request_pauses (request_id) where to_on is null;
create index request_pauses_remind on request_pauses (remind_on) where to_on is null and reminded_on is null;

update requests set warn_on = deadline_on, clock = case
    when status = 'waiting_customer' then 'paused' when status in ('received', 'in_review', 'prepared') then 'counting' else 'stopped' end;
update requests set answered_on = (select min(e.at)::date from request_events e
    where e.request_id = requests.id and e.action in ('approve', 'refuse', 'finish')) where clock = 'stopped';
-- Those who are asked now: since the last question. Business days are the program's; three weeks are enough for anybody.
insert into request_pauses (id, request_id, from_on, until_on, deadline_before)
    select gen_random_uuid(), r.id, max(e.at)::date, max(e.at)::date + 21, r.deadline_on
    from requests r join request_events e on e.request_id = r.id and e.action = 'ask_more' where r.clock = 'paused' group by r.id;
update requests set waits_until = (select until_on from request_pauses p where p.request_id = requests.id) where clock = 'paused';

create index requests_warned on requests (warn_on) where closed_at is null and clock = 'counting';
create index requests_answered on requests (answered_on) where answered_on is not null;
