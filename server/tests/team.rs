use chrono::TimeDelta;
use domain::actors::Role;
use domain::forms::Problem;
use domain::ids::StaffId;
use domain::sign_in::StaffSignInForm;
use domain::team::{InviteForm, JoinForm};
use server::error::Error;
use server::mail::mailbox;
use server::sessions::{self, Actors, Staff};
use server::testing::{PASSWORD, TOTP, TestServer};
use server::{on_both_databases, outbox, sign_in, sql, team};
use uuid::Uuid;

fn to(email: &str, role: &str) -> InviteForm {
    InviteForm { email: email.into(), name: "Ana Lima".into(), role: role.into() }
}

/// What the newest letter holds.
async fn token(t: &TestServer) -> String {
    outbox::deliver_due(t).await.unwrap();
    let body = mailbox(t).await.unwrap().remove(0).body;
    let line = body.lines().find(|line| line.contains("/equipe/convite/")).unwrap();
    line.rsplit('/').next().unwrap().to_owned()
}

async fn form(t: &TestServer, token: &str, password: &str) -> JoinForm {
    let letter = team::letter(t, &t.visit(), token).await.unwrap();
    assert!(letter.uri.contains(&letter.secret));
    JoinForm { password: password.into(), code: sign_in::code_of(t, &letter.secret) }
}

async fn joined(t: &TestServer, token: &str) -> Staff {
    let form = form(t, token, "quatro palavras ao acaso").await;
    signed_in(t, &team::join(t, &t.visit(), token, &form).await.unwrap().0).await.unwrap()
}

async fn signed_in(t: &TestServer, token: &str) -> Option<Staff> {
    match sessions::find(t, token).await.unwrap()?.actors {
        Actors::Staff(staff) => Some(staff),
        Actors::Customer(_) => panic!("customer"),
    }
}

async fn member(t: &TestServer, keeper: &Staff, id: StaffId) -> team::Member {
    team::team(t, keeper).await.unwrap().members.into_iter().find(|member| member.id == id).unwrap()
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> &'static str {
    match outcome {
        Err(Error::Refused(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

on_both_databases! {
    async fn somebody_is_invited_and_joins(t: TestServer) {
        let keeper = t.staff(Role::Administrator).await;
        team::invite(&t, &keeper, &to("Ana@Example.org", "supervisor")).await.unwrap();
        let waiting = team::team(&t, &keeper).await.unwrap().waiting;
        assert_eq!((waiting.len(), waiting[0].email.as_str(), waiting[0].role), (1, "ana@example.org", Role::Supervisor));
        let token = token(&t).await;
        // The letter's secret is nowhere in the database.
        let mut conn = t.db.read().await.unwrap();
        let (hash, sealed) = sql!(conn, one (String, String): "select token_hash, totp_sealed from invitations").unwrap();
        drop(conn);
        assert!(!hash.contains(&token) && !sealed.contains(&team::letter(&t, &t.visit(), &token).await.unwrap().secret));

        let good = form(&t, &token, "quatro palavras ao acaso").await;
        let short = JoinForm { password: "curta demais"[..11].into(), ..good.clone() };
        assert!(matches!(team::join(&t, &t.visit(), &token, &short).await, Err(Error::Form(errors)) if errors[0].problem == Problem::TooShort { min: 12 }));
        let other = if good.code == "000000" { "000001" } else { "000000" };
        let wrong = JoinForm { code: other.into(), ..good.clone() };
        assert!(matches!(team::join(&t, &t.visit(), &token, &wrong).await, Err(Error::Form(errors)) if errors[0].field == "code"));
        let ana = signed_in(&t, &team::join(&t, &t.visit(), &token, &good).await.unwrap().0).await.unwrap();
        assert_eq!((ana.role(), ana.name()), (Role::Supervisor, "Ana Lima"));
        // Once.
        assert!(matches!(team::join(&t, &t.visit(), &token, &good).await, Err(Error::NotFound)));
        assert!(matches!(team::letter(&t, &t.visit(), &token).await, Err(Error::NotFound)));
        // The code was used; the next one opens the door.
        let form = StaffSignInForm { email: "ana@example.org".into(), password: good.password.clone(), code: good.code.clone() };
        assert!(sign_in::staff(&t, &t.visit(), &form).await.is_err());
        assert!(team::team(&t, &keeper).await.unwrap().waiting.is_empty());
        t.is_whole().await;
    }

    async fn a_letter_is_good_once_for_a_while_and_until_the_next(t: TestServer) {
        let keeper = t.staff(Role::Administrator).await;
        team::invite(&t, &keeper, &to("ana@example.org", "operator")).await.unwrap();
        let first = token(&t).await;
        t.clock.advance(TimeDelta::seconds(1));
        team::invite(&t, &keeper, &to("ana@example.org", "legal")).await.unwrap();
        let second = token(&t).await;
        assert_ne!(first, second);
        assert!(matches!(team::letter(&t, &t.visit(), &first).await, Err(Error::NotFound)));
        assert_eq!(team::letter(&t, &t.visit(), &second).await.unwrap().role, Role::Legal);
        for nonsense in ["", "x", "é", &"0".repeat(64)] {
            assert!(matches!(team::letter(&t, &t.visit(), nonsense).await, Err(Error::NotFound)));
        }
        let waiting = team::team(&t, &keeper).await.unwrap().waiting;
        team::revoke(&t, &keeper, waiting[0].id).await.unwrap();
        assert!(matches!(team::revoke(&t, &keeper, waiting[0].id).await, Err(Error::NotFound)));
        assert!(matches!(team::letter(&t, &t.visit(), &second).await, Err(Error::NotFound)));
        t.clock.advance(TimeDelta::seconds(1));
        team::invite(&t, &keeper, &to("ana@example.org", "legal")).await.unwrap();
        let third = token(&t).await;
        t.clock.advance(TimeDelta::hours(72));
        assert!(matches!(team::letter(&t, &t.visit(), &third).await, Err(Error::NotFound)));
        assert_eq!(t.count("staff").await, 1);
    }

    async fn two_with_one_letter_are_one(t: TestServer) {
        let keeper = t.staff(Role::Administrator).await;
        team::invite(&t, &keeper, &to("ana@example.org", "operator")).await.unwrap();
        let token = token(&t).await;
        let form = form(&t, &token, "quatro palavras ao acaso").await;
        let visit = t.visit();
        let tries = futures::future::join_all((0..6).map(|_| team::join(&t, &visit, &token, &form))).await;
        assert_eq!(tries.iter().filter(|tried| tried.is_ok()).count(), 1);
        assert!(tries.into_iter().filter_map(Result::err).all(|error| matches!(error, Error::NotFound)));
    }

    async fn a_password_is_renewed_and_the_old_one_ends(t: TestServer) {
        let keeper = t.staff(Role::Administrator).await;
        let (id, email) = t.a_staff_id(Role::Operator).await;
        let old = StaffSignInForm { email: email.clone(), password: PASSWORD.into(), code: sign_in::totp_now(&t, &TOTP) };
        let session = sign_in::staff(&t, &t.visit(), &old).await.unwrap().0;
        assert!(matches!(team::invite(&t, &keeper, &to(&email, "operator")).await, Err(Error::Form(errors)) if errors[0].problem == Problem::AlreadyThere));
        team::renew(&t, &keeper, id).await.unwrap();
        assert!(signed_in(&t, &session).await.is_some(), "until the letter is used, nothing changes");
        let token = token(&t).await;
        let ana = joined(&t, &token).await;
        assert_eq!(ana.id(), id);
        assert!(signed_in(&t, &session).await.is_none());
        t.clock.advance(TimeDelta::minutes(2));
        let old = StaffSignInForm { code: sign_in::totp_now(&t, &TOTP), ..old };
        assert!(sign_in::staff(&t, &t.visit(), &old).await.is_err());
        assert!(matches!(team::renew(&t, &keeper, StaffId(Uuid::now_v7())).await, Err(Error::NotFound)));
    }

    async fn whoever_leaves_is_out_at_once(t: TestServer) {
        let keeper = t.staff(Role::Administrator).await;
        let (id, email) = t.a_staff_id(Role::Operator).await;
        let form = StaffSignInForm { email: email.clone(), password: PASSWORD.into(), code: sign_in::totp_now(&t, &TOTP) };
        let session = sign_in::staff(&t, &t.visit(), &form).await.unwrap().0;
        team::renew(&t, &keeper, id).await.unwrap();
        let letter = token(&t).await;
        team::deactivate(&t, &keeper, id).await.unwrap();
        assert!(signed_in(&t, &session).await.is_none());
        assert!(matches!(team::letter(&t, &t.visit(), &letter).await, Err(Error::NotFound)), "nor do they come back by a letter");
        assert!(matches!(team::deactivate(&t, &keeper, id).await, Err(Error::NotFound)));
        assert!(!member(&t, &keeper, id).await.active);
        t.clock.advance(TimeDelta::minutes(1));
        let again = StaffSignInForm { code: sign_in::totp_now(&t, &TOTP), ..form };
        assert!(sign_in::staff(&t, &t.visit(), &again).await.is_err());
        // Back by a new letter, as whom they were.
        team::renew(&t, &keeper, id).await.unwrap();
        let letter = token(&t).await;
        assert_eq!(joined(&t, &letter).await.id(), id);
        t.is_whole().await;
    }

    async fn a_role_changes_for_good(t: TestServer) {
        let keeper = t.staff(Role::Administrator).await;
        let (id, email) = t.a_staff_id(Role::Administrator).await;
        let form = StaffSignInForm { email, password: PASSWORD.into(), code: sign_in::totp_now(&t, &TOTP) };
        let session = sign_in::staff(&t, &t.visit(), &form).await.unwrap().0;
        team::renew(&t, &keeper, id).await.unwrap();
        let letter = token(&t).await;
        team::change_role(&t, &keeper, id, Role::Operator).await.unwrap();
        assert!(signed_in(&t, &session).await.is_none(), "no page goes on in the old role");
        assert_eq!(joined(&t, &letter).await.role(), Role::Operator, "nor does an older letter bring it back");
        assert_eq!(refusal(team::change_role(&t, &keeper, keeper.id(), Role::Operator).await), "own_role");
        assert_eq!(refusal(team::deactivate(&t, &keeper, keeper.id()).await), "own_role");
        assert!(matches!(team::change_role(&t, &keeper, StaffId(Uuid::now_v7()), Role::Legal).await, Err(Error::NotFound)));
    }

    async fn two_administrators_who_end_each_other_leave_one(t: TestServer) {
        let (one, other) = (t.staff(Role::Administrator).await, t.staff(Role::Administrator).await);
        let (first, second) = tokio::join!(team::deactivate(&t, &one, other.id()), team::change_role(&t, &other, one.id(), Role::Legal));
        assert_eq!([first.is_ok(), second.is_ok()].iter().filter(|done| **done).count(), 1, "{first:?} {second:?}");
        let failed = first.err().or(second.err());
        assert!(matches!(failed, Some(Error::Refused("last_administrator"))), "{failed:?}");
        let mut conn = t.db.read().await.unwrap();
        let (left,) = sql!(conn, one (i64,): "select count(*) from staff where role = 'administrator' and active = $1", true).unwrap();
        assert_eq!(left, 1);
    }

    async fn only_administrators_keep_the_team(t: TestServer) {
        let (id, _) = t.a_staff_id(Role::Operator).await;
        for role in Role::ALL.iter().copied().filter(|role| *role != Role::Administrator) {
            let staff = t.staff(role).await;
            assert!(matches!(team::team(&t, &staff).await, Err(Error::Forbidden)));
            assert!(matches!(team::invite(&t, &staff, &to("x@example.org", "administrator")).await, Err(Error::Forbidden)));
            assert!(matches!(team::renew(&t, &staff, id).await, Err(Error::Forbidden)));
            assert!(matches!(team::revoke(&t, &staff, Uuid::now_v7()).await, Err(Error::Forbidden)));
            assert!(matches!(team::change_role(&t, &staff, staff.id(), Role::Administrator).await, Err(Error::Forbidden)));
            assert!(matches!(team::deactivate(&t, &staff, id).await, Err(Error::Forbidden)));
        }
        assert_eq!(t.count("invitations").await, 0);
        let keeper = t.staff(Role::Administrator).await;
        let fields = |form: InviteForm| form.parse().unwrap_err().into_iter().map(|error| error.field).collect::<Vec<_>>();
        assert_eq!(fields(InviteForm { name: "a\nb".into(), ..InviteForm::default() }), ["email", "name", "role"]);
        assert!(matches!(team::invite(&t, &keeper, &to("x@example.org", "king")).await, Err(Error::Form(_))));
    }
}
