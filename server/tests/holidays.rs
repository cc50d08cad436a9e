use domain::actors::Role;
use domain::forms::Problem;
use domain::holidays::HolidayForm;
use domain::requests::Kind;
use server::error::Error;
use server::{holidays, on_both_databases, policies};

use crate::requests::problem;

on_both_databases! {
    async fn a_holiday_counts_from_when_it_is_entered_until_it_is_taken_out(t: TestServer) {
        let (supervisor, today) = (t.staff(Role::Supervisor).await, t.clock.today());
        let calendar = policies::calendar(&mut t.db.read().await.unwrap()).await.unwrap();
        let days = policies::requests(&t, &mut t.db.read().await.unwrap()).await.unwrap().routed(Kind::Question, domain::money::Money::ZERO).days;
        let day = calendar.next_business_day(today + chrono::Days::new(1));
        let form = HolidayForm { day: day.format("%d/%m/%Y").to_string(), name: "Dia da cidade".into() };
        for role in [Role::Operator, Role::Receivables, Role::Legal] {
            let staff = t.staff(role).await;
            assert!(matches!(holidays::add(&t, &staff, &form).await, Err(Error::Forbidden)), "{role}");
            assert!(matches!(holidays::remove(&t, &staff, day).await, Err(Error::Forbidden)), "{role}");
            assert!(matches!(holidays::list(&t, &staff).await, Err(Error::Forbidden)), "{role}");
        }
        let both = futures::future::join_all((0..2).map(|_| holidays::add(&t, &supervisor, &form))).await;
        assert_eq!(both.iter().filter(|outcome| outcome.is_ok()).count(), 1, "one of two at once");
        assert_eq!(problem(holidays::add(&t, &supervisor, &form).await), ("day".into(), Problem::AlreadyThere));
        assert_eq!(holidays::list(&t, &t.staff(Role::Administrator).await).await.unwrap()[0].name, "Dia da cidade");
        let with = policies::calendar(&mut t.db.read().await.unwrap()).await.unwrap();
        assert!(with.add_business_days(today, days) > calendar.add_business_days(today, days), "deadlines to come are later");
        holidays::remove(&t, &supervisor, day).await.unwrap();
        assert!(matches!(holidays::remove(&t, &supervisor, day).await, Err(Error::NotFound)));
        assert_eq!(policies::calendar(&mut t.db.read().await.unwrap()).await.unwrap(), calendar);
        assert!(matches!(holidays::remove(&t, &supervisor, today).await, Err(Error::NotFound)));
        t.is_whole().await;
    }
}
