//! What a key of the HTTP API opens. Never the key itself: that is the server's secret.

use crate::words::words;

words! {
    /// One thing that the creditor's own system may do; a key holds those it was made with.
    pub enum Scope {
        /// Read customers.
        CustomersRead = "customers:read",
        /// Put customers.
        CustomersWrite = "customers:write",
        /// Put contracts.
        ContractsWrite = "contracts:write",
        /// Read bills, their balances and what they cost.
        BillsRead = "bills:read",
        /// Put bills.
        BillsWrite = "bills:write",
        /// Put boletos as the bank registered them.
        SlipsWrite = "slips:write",
        /// Put payments as the bank reported them.
        PaymentsWrite = "payments:write",
        /// Put documents with their files.
        DocumentsWrite = "documents:write",
        /// Read requests and what was decided.
        RequestsRead = "requests:read",
        /// Read the files that came with requests.
        EvidenceRead = "evidence:read",
        /// Say where webhooks go, and have them delivered again.
        Webhooks = "webhooks",
    }
}
