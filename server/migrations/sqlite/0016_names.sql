-- Names by their words, so that people are found by some of them, by their beginnings and in spite of a slip (domain::names).
create table name_words (
    word text primary key
) strict, without rowid;
create table customer_words (
    word text not null,
    customer_id blob not null references customers (id),
    primary key (word, customer_id)
) strict, without rowid;
insert into customer_words (word, customer_id)
with recursive split (customer_id, word, rest) as (
    select id, '', replace(replace(replace(replace(search_name, '.', ' '), '-', ' '), '''', ' '), '/', ' ') || ' ' from customers
    union all
    select customer_id, substr(rest, 1, instr(rest, ' ') - 1), substr(rest, instr(rest, ' ') + 1) from split where rest <> ''
)
select distinct word, customer_id from split where word not in ('', 'da', 'das', 'de', 'di', 'do', 'dos', 'e');
insert into name_words (word) select distinct word from customer_words;
-- By the amount on a bill or of a payment, which is what people have before them.
create index bills_amount on bills (amount);
create index payments_amount on payments (amount);
