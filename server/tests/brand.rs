use domain::actors::Role;
use domain::brand::BrandForm;
use domain::forms::Problem;
use server::error::Error;
use server::{brand, on_both_databases, policies, sql};

use crate::requests::problem;

fn form(color: &str) -> BrandForm {
    BrandForm {
        name: "Casa Nova".into(),
        color: color.into(),
        phone: " 0800 000 ".into(),
        email: "contas@example.org".into(),
        privacy_contact: String::new(),
    }
}

on_both_databases! {
    async fn a_brand_is_changed_by_administrators_and_never_to_what_cannot_be_read(t: TestServer) {
        let admin = t.staff(Role::Administrator).await;
        assert!(matches!(problem(brand::put(&t, &admin, &form("#ffa500")).await), (field, Problem::TooPale { .. }) if field == "color"));
        assert_eq!(problem(brand::put(&t, &admin, &form("pine")).await), ("color".into(), Problem::NotAColour));
        assert_eq!(brand::see(&t, &admin).await.unwrap().name, "Cooperativa Teste");
        brand::put(&t, &admin, &form("#5B2A86")).await.unwrap();
        let now = policies::creditor(&mut t.db.read().await.unwrap()).await.unwrap();
        assert_eq!((now.name.as_str(), now.brand_color.as_str(), now.phone.as_str()), ("Casa Nova", "#5b2a86", "0800 000"));
        // Who it is by law is not this form's.
        assert_eq!((now.legal_name.as_str(), now.cnpj.as_str()), ("Cooperativa Teste Ltda.", "11222333000181"));
        for role in [Role::Operator, Role::Receivables, Role::Supervisor, Role::Legal] {
            let staff = t.staff(role).await;
            assert!(matches!(brand::see(&t, &staff).await, Err(Error::Forbidden)));
            assert!(matches!(brand::put(&t, &staff, &form("#5b2a86")).await, Err(Error::Forbidden)));
        }
        let mut conn = t.db.read().await.unwrap();
        assert_eq!(sql!(conn, one (i64,): "select count(*) from audit_events where action = 'brand.put'").unwrap().0, 1);
    }
}
