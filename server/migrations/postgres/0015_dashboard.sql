-- What the dashboard adds up: money that came in by day, and who did what lately.
create index entries_received on entries (effective_on) where kind = 'payment';
create index request_events_by on request_events (actor_id, at) where actor_kind = 'staff';
