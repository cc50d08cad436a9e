//! boleto
