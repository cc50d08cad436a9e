//! The one clock, at the edge. The rules never read it: they are told `today` and `now`.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, NaiveDate, NaiveDateTime, SubsecRound, TimeDelta, Utc};
use chrono_tz::Tz;

/// Tells the time in the creditor's time zone; tests can move it.
#[derive(Clone, Debug)]
pub struct Clock {
    zone: Tz,
    shift_seconds: Arc<AtomicI64>,
}

impl Clock {
    /// A clock for a time zone, right until it is moved.
    #[must_use]
    pub fn new(zone: Tz) -> Self {
        Self { zone, shift_seconds: Arc::default() }
    }

    /// Now, to the millisecond: the precision that both databases keep.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        (Utc::now() + TimeDelta::seconds(self.shift_seconds.load(Ordering::Relaxed))).trunc_subsecs(3)
    }

    /// The creditor's date.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.local(self.now()).date_naive()
    }

    /// A time as the creditor's wall shows it.
    #[must_use]
    pub fn local(&self, at: DateTime<Utc>) -> DateTime<Tz> {
        at.with_timezone(&self.zone)
    }

    /// The moment at which the creditor's wall shows this time: the first of two, none where the clocks were put forward.
    #[must_use]
    pub fn moment(&self, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
        wall.and_local_timezone(self.zone).earliest().map(|at| at.with_timezone(&Utc))
    }

    /// Another clock that is so far from this one; for demonstrations, which have a past.
    #[must_use]
    pub fn moved(&self, by: TimeDelta) -> Self {
        let shift = self.shift_seconds.load(Ordering::Relaxed) + by.num_seconds();
        Self { zone: self.zone, shift_seconds: Arc::new(AtomicI64::new(shift)) }
    }

    /// Moves the clock; for tests and demonstrations.
    pub fn advance(&self, by: TimeDelta) {
        self.shift_seconds.fetch_add(by.num_seconds(), Ordering::Relaxed);
    }
}
