-- Names by their words, so that people are found by some of them, by their beginnings and in spite of a slip (domain::names). In the order
-- of their letters, whatever the database's language.
create table name_words (
    word text collate "C" primary key
);
create table customer_words (
    word text collate "C" not null,
    customer_id uuid not null references customers (id),
    primary key (word, customer_id)
);
insert into customer_words (word, customer_id)
select distinct word, id from customers, regexp_split_to_table(search_name, '[^[:alnum:]]+') as word
 where word not in ('', 'da', 'das', 'de', 'di', 'do', 'dos', 'e');
insert into name_words (word) select distinct word from customer_words;
-- By the amount on a bill or of a payment, which is what people have before them.
create index bills_amount on bills (amount);
create index payments_amount on payments (amount);
