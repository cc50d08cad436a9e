//! pix
