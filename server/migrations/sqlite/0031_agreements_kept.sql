-- The last day to pay what is late and keep an agreement, as the customer was told.
alter table agreements add column cure_until text;
-- What did not begin is undone, and not come back from: only an agreement that ended sends bills back.
update entries set kind = 'reversal', of_entry = (select t.id from entries t where t.bill_id = entries.bill_id and t.kind = 'to_agreement'
        and t.request_id = entries.request_id)
    where kind = 'from_agreement' and source like '%/not_begun/%';
