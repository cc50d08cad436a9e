-- In up to how many monthly parts an incident lets its bills be paid, at no cost.
alter table incidents add column parts integer;
