-- What the plan takes off a bill for paying in few installments; it comes back if the agreement does not begin.
alter table agreement_bills add column discount bigint not null default 0;
