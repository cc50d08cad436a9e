-- Money whose slip nobody knew is looked up when another file brings it again.
create index unidentified_payments_paid on unidentified_payments (paid_on, amount);
