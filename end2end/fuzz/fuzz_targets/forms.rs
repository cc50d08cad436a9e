//! Any lines are a form or what is wrong with it, by field; what was read reads the same again.
#![no_main]

use chrono::NaiveDate;
use domain::agreements::forms::{AcceptForm, PlanForm};
use domain::agreements::policy::PlanPolicy;
use domain::disputes::DisputeForm;
use domain::forms::{FieldError, Problem, code, date, email, ids, optional_text, submission, whole};
use domain::ids::BillId;
use domain::receipts::ReceiptForm;
use domain::refunds::{Destination, HolderMatch, RefundForm, ValidRefundForm};
use domain::requests::forms::{DecisionForm, MessageForm, QuestionForm, SlipForm};
use domain::requests::protocol::Protocol;
use domain::requests::{Action, Kind};
use domain::sign_in::{CodeForm, SignInForm, StaffSignInForm};

const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();

/// The form or its problems, at least one, each naming a field and, where it names a place, one within a field.
fn check<T>(longest: usize, read: Result<T, Vec<FieldError>>) -> Option<T> {
    if let Err(errors) = &read {
        assert!(!errors.is_empty());
        for error in errors {
            if let Problem::UnexpectedCharacter { at } = error.problem {
                assert!((1..=longest).contains(&usize::from(at)));
            }
        }
    }
    read.ok()
}

fn check_fields(text: &str) {
    if let Ok(day) = date(text) {
        for written in [day.format("%d/%m/%Y").to_string(), day.to_string(), day.format("%d%m%Y").to_string()] {
            assert_eq!(date(&written), Ok(day), "{written}");
        }
    }
    if let Ok(address) = email(text) {
        assert!(address.len() <= 254);
        assert_eq!(email(&address), Ok(address));
    }
    if let Ok(digits) = code(text, 6) {
        assert_eq!(code(&digits, 6), Ok(digits));
    }
    if let Ok(number) = whole(text, 0, u32::MAX) {
        assert_eq!(whole(&number.to_string(), 0, u32::MAX), Ok(number));
    }
    match optional_text(text, 100) {
        Ok(Some(kept)) => assert_eq!(optional_text(&kept, 100), Ok(Some(kept))),
        Err(Problem::UnexpectedCharacter { at }) => assert!(text.chars().nth(usize::from(at) - 1).unwrap().is_control()),
        _ => {}
    }
    if let Ok(id) = submission(text) {
        assert_eq!(submission(&id.to_string()), Ok(id));
    }
    if let Ok(protocol) = text.parse::<Protocol>() {
        assert_eq!(protocol.to_string().parse(), Ok(protocol));
        assert_eq!(protocol.digits().parse(), Ok(protocol));
    }
}

fn check_refund(form: &RefundForm, holder: &str, longest: usize) {
    let Some(ValidRefundForm::Refund { destination, holder, holder_match }) = check(longest, form.parse(Some(holder), holder)) else {
        return;
    };
    assert_ne!(holder_match, HolderMatch::ThirdPerson);
    let json = serde_json::to_string(&destination).unwrap();
    assert_eq!(serde_json::from_str::<Destination>(&json).unwrap(), destination);
    match &destination {
        Destination::Pix { key, .. } => assert!(!format!("{destination:?}").contains(key.as_str())),
        Destination::Account { account, .. } => assert!(!destination.masked().contains(account.as_str())),
    }
    assert!(!format!("{holder:?}").contains(&holder.tax_id));
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    let lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let longest = text.len().max(1);
    for line in &lines {
        check_fields(line);
    }
    let line = |at: usize| lines.get(at).cloned().unwrap_or_default();
    let _ = ids::<BillId>(&lines);
    check(longest, SignInForm { tax_id: line(0) }.parse());
    check(longest, CodeForm { code: line(0) }.parse());
    check(longest, StaffSignInForm { email: line(0), password: line(1), code: line(2) }.parse());
    check(longest, QuestionForm { text: line(0), submission: line(1) }.parse());
    check(longest, SlipForm { bill: line(0), submission: line(1) }.parse());
    check(longest, AcceptForm { terms: line(0), accepted: line(1), submission: line(2) }.parse());
    let dispute = DisputeForm { bill: line(0), reason: line(1), text: line(2), submission: line(3) };
    check(longest, dispute.parse());
    let plan = PlanForm { bills: vec![line(0)], down_payment: line(1), count: line(2), day: line(3), reason: line(4) };
    if let Some(valid) = check(longest, plan.parse(&PlanPolicy::default())) {
        assert!((1..=36).contains(&valid.request.count) && (1..=31).contains(&valid.request.day_of_month));
    }
    let receipt = ReceiptForm { bills: vec![line(0)], paid_on: line(1), amount: line(2), note: line(3), submission: line(4) };
    if let Some(valid) = check(longest, receipt.parse(TODAY)) {
        assert!(valid.paid_on.is_none_or(|day| day <= TODAY) && valid.amount.is_none_or(|amount| amount.is_positive()));
    }
    for with_files in [false, true] {
        check(longest, MessageForm { text: line(0), submission: line(1) }.parse(with_files));
    }
    let decision = DecisionForm { told: line(0), internal: line(1), amount: line(2), area: line(3) };
    for (kind, action) in Kind::ALL.iter().flat_map(|kind| Action::ALL.iter().map(move |action| (*kind, *action))) {
        check(longest, decision.parse(kind, action));
    }
    let refund = RefundForm {
        way: "refund".into(),
        destination: line(0),
        key_kind: line(1),
        key: line(2),
        bank: line(3),
        branch: line(4),
        account: line(5),
        check_digit: line(6),
        account_kind: line(7),
        holder_tax_id: line(8),
        holder_name: line(9),
        confirm_digit: line(10),
        ..RefundForm::default()
    };
    check_refund(&refund, &refund.holder_tax_id, longest);
});
