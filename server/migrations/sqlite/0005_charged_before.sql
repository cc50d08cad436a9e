-- Late charges that are in a bill's ledger: the day up to which they were charged, and what of them no payment has named. Kept by the one
-- function that appends entries, from the entries alone; nothing is charged twice because of them.
alter table bills add column charged_to text;
alter table bills add column charges_open integer not null default 0;
create index entries_given_back on entries (of_entry) where of_entry is not null;
-- Staff look for the bill of money that nobody knows, by its number or by amount and due date.
create index bills_number on bills (number);
create index bills_due on bills (due_on) where balance <> 0;

update bills set
    charged_to = (select max(e.effective_on) from entries e where e.bill_id = bills.id and e.kind in ('fine', 'interest')
        and not exists (select 1 from entries r where r.of_entry = e.id and r.kind = 'reversal')),
    charges_open = coalesce((select cast(sum(case when coalesce(case e.kind when 'fine' then p.fine else p.interest end, 0) >= e.amount then 0
            else e.amount - coalesce(case e.kind when 'fine' then p.fine else p.interest end, 0) end) as bigint)
        from entries e left join payments p on p.id = e.payment_id where e.bill_id = bills.id and e.kind in ('fine', 'interest')
        and not exists (select 1 from entries r where r.of_entry = e.id and r.kind = 'reversal')), 0)
 where exists (select 1 from entries e where e.bill_id = bills.id and e.kind in ('fine', 'interest'));
