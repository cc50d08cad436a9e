//! Any four lines are a bank account or what is wrong by field; an account reads back as it is written and as it is
//! stored, and hides most of its number.
#![no_main]

use domain::bank_accounts::{BankAccount, NumberError, TypedAccount};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut lines = text.split('\n').map(str::to_owned);
    let mut next = || lines.next().unwrap_or_default();
    let typed = TypedAccount { bank: next(), branch: next(), account: next(), kind: next() };
    match BankAccount::parse(&typed) {
        Ok(account) => {
            let digits = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
            assert_eq!(digits(&account.account_text()), digits(&typed.account));
            assert!(digits(&account.branch_text()).ends_with(&digits(&typed.branch)));
            assert_eq!(account.branch().len(), 4);
            let written = TypedAccount { branch: account.branch_text(), account: account.account_text(), ..typed.clone() };
            assert_eq!(BankAccount::parse(&written), Ok(account.clone()));
            for separator in [".", " ", "\u{200b}"] {
                let typed = |text: &str| format!("{separator}{text}{separator}");
                let pasted = TypedAccount { branch: typed(&written.branch), account: typed(&written.account), ..written.clone() };
                assert_eq!(BankAccount::parse(&pasted), Ok(account.clone()));
            }
            let stored = serde_json::to_string(&account).unwrap();
            assert_eq!(serde_json::from_str::<BankAccount>(&stored).unwrap(), account);
            let _ = (account.branch_verdict(), account.account_verdict());
            let masked = account.masked_for_display();
            assert!(masked.starts_with("***") && masked.ends_with(account.account_dv()));
            assert!(digits(&masked).len() <= account.account().len() / 2 + 1);
        }
        Err(errors) => {
            for (field, error) in [(&typed.branch, errors.branch), (&typed.account, errors.account)] {
                if let Some(NumberError::Character(at)) = error {
                    assert!(!field.chars().nth(at).unwrap().is_ascii_digit());
                }
            }
        }
    }
});
