//! tax_ids
