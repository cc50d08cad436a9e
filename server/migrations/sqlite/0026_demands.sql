-- Letters that ask for payment: what each named, until when, and how it is proven.
create table demands (
    -- Made by the form: the same form twice is one letter.
    id blob primary key,
    customer_id blob not null references customers (id),
    -- What the customer reads; opened by them, it proves itself.
    notice_id blob not null references notices (id),
    staff_id blob not null references staff (id),
    made_at text not null,
    sending text not null,
    pay_until text not null,
    -- The table of the letter, as it was worked out.
    lines text not null,
    total integer not null,
    proof text,
    proof_on text,
    proof_note text,
    proof_by blob references staff (id),
    proof_at text
) strict;
create index demands_customer on demands (customer_id, made_at);
create index demands_notice on demands (notice_id);
create index demands_made on demands (made_at);

create table demand_bills (
    demand_id blob not null references demands (id),
    bill_id blob not null references bills (id),
    primary key (demand_id, bill_id)
) strict;
