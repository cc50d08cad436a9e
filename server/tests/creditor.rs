use server::{Error, creditor, on_both_databases, policies, sql};

const EXAMPLE: &str = include_str!("../examples/creditor.toml");

#[test]
fn every_problem_of_the_file_is_told_at_once() {
    let text = EXAMPLE.replace("81\"", "82\"").replace("\"000000\"", "\"x\"").replace("#0b6e5f", "green").replace("\"001\"", "\"1\"");
    let Err(Error::Config(problems)) = creditor::read(&text) else { panic!() };
    for part in ["cnpj", "ans_registration", "brand_color", "bank_code"] {
        assert!(problems.contains(part), "{part} in {problems}");
    }
    assert!(creditor::read("name = 1").is_err());
    let compounding = format!("{EXAMPLE}\n[plans.interest]\nprice = \"0.01\"\n");
    assert!(matches!(creditor::read(&compounding), Err(Error::Config(problem)) if problem.starts_with("plans: ")));
    assert!(creditor::read(&format!("surprise = 1\n{EXAMPLE}")).is_err());
}

on_both_databases! {
    async fn the_file_takes_effect_and_policies_keep_their_versions(t: TestServer) {
        let mut file = creditor::read(EXAMPLE).unwrap();
        creditor::put(&t, &file, &[]).await.unwrap();
        creditor::put(&t, &file, &[]).await.unwrap();
        let mut conn = t.db.read().await.unwrap();
        assert_eq!(policies::creditor(&mut conn).await.unwrap().name, "Cooperativa Exemplo");
        assert_eq!(policies::plans(&t, &mut conn).await.unwrap().version, "2026-1");
        let count = async |conn: &mut server::db::Conn| sql!(conn, one (i64,): "select count(*) from policies").unwrap().0;
        assert_eq!(count(&mut conn).await, 2, "the same file again makes no version");
        drop(conn);
        file.plans.version = "2026-2".into();
        creditor::put(&t, &file, &[]).await.unwrap();
        let mut conn = t.db.read().await.unwrap();
        assert_eq!(count(&mut conn).await, 3);
        assert_eq!(policies::plans(&t, &mut conn).await.unwrap().version, "2026-2");
    }
}
