//! The living style guide: every part of `app::ui` in every state, and whole screens made of them, as static pages.
fn main() {}
