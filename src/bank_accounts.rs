//! bank_accounts
