//! Our own line drawings, one path each, always beside words: never the only carrier of a meaning.

use leptos::prelude::*;

/// A drawing on a field of 24 × 24, stroked in the colour of the text around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Home.
    Home,
    /// Statement: lines of a ledger.
    Ledger,
    /// Requests: a slip in a tray.
    Tray,
    /// A document.
    Document,
    /// A person.
    Person,
    /// Several people.
    People,
    /// Information.
    Info,
    /// Done.
    Check,
    /// Wants attention; a calm exclamation in a circle.
    Attention,
    /// Back or newer.
    Back,
    /// On or older.
    Forward,
    /// Download.
    Download,
    /// Attach or send a file.
    Attach,
    /// Search.
    Search,
    /// A date.
    Calendar,
    /// Messages.
    Chat,
    /// A boleto.
    Barcode,
    /// E-mail.
    Mail,
    /// Narrowing a list.
    Filter,
    /// Print.
    Print,
    /// A chart of the day's figures.
    Chart,
    /// Rules and keys.
    Settings,
    /// Coming back to the customer.
    Refund,
    /// A protected thing.
    Lock,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Home => "M4 11.2 12 4l8 7.2M6 9.8V20h12V9.8M10 20v-5.5h4V20",
            Self::Ledger => "M6 3.5h12v17l-2.4-1.6-1.8 1.6-1.8-1.6-1.8 1.6-1.8-1.6L6 20.5ZM9 8.5h6M9 12h6",
            Self::Tray => "M4 13.5 6.5 5h11L20 13.5V19H4ZM4 13.5h4.5l1 2.5h5l1-2.5H20M9 9h6",
            Self::Document => "M6.5 3.5h7l4 4v13h-11ZM13.5 3.5v4h4M9.5 12h5M9.5 15.5h5",
            Self::Person => "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6",
            Self::People => {
                "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 19.5c.5-3.5 3-5.3 6.5-5.3s6 1.8 6.5 5.3M15.5 4.8a3.5 3.5 0 0 1 0 6.4M18 14.7c2 .8 3.2 2.4 3.5 4.8"
            }
            Self::Info => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 11v5.5M12 7.6v.1",
            Self::Check => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8 12.3l2.8 2.8L16 9.5",
            Self::Attention => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.5V13M12 16.4v.1",
            Self::Back => "M14.5 5.5 8 12l6.5 6.5",
            Self::Forward => "M9.5 5.5 16 12l-6.5 6.5",
            Self::Download => "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4.5 19.5h15",
            Self::Attach => "M19.5 11.5l-7.6 7.6a4.6 4.6 0 0 1-6.5-6.5l8-8a3.1 3.1 0 0 1 4.4 4.4l-7.8 7.8a1.5 1.5 0 0 1-2.2-2.2l7-7",
            Self::Search => "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.3 15.3 20 20",
            Self::Calendar => "M4.5 6h15v14h-15ZM4.5 10h15M8.5 3.5v4M15.5 3.5v4",
            Self::Chat => "M4 5h16v11h-8.5L7 20v-4H4ZM8 9h8M8 12h5",
            Self::Barcode => "M4 6v12M7 6v12M10.5 6v12M13 6v12M16.5 6v12M20 6v12",
            Self::Mail => "M3.5 6h17v12.5h-17ZM4 6.5l8 6.5 8-6.5",
            Self::Filter => "M4 7h16M7 12h10M10 17h4",
            Self::Print => "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7Z",
            Self::Chart => "M4 4v16h16M8 16v-4M12 16V8M16 16v-6",
            Self::Settings => "M5 8h8M17 8h2M5 16h2M11 16h8M15 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM9 18a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
            Self::Refund => "M8 5.5 4 9.5l4 4M4.5 9.5H14a5 5 0 0 1 0 10H8",
            Self::Lock => "M6 11h12v9H6ZM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2",
        }
    }
}

/// Draws an icon; hidden from screen readers, since the words beside it say the same.
#[component]
pub fn Symbol(icon: Icon) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=icon.path()></path>
        </svg>
    }
}

/// The mark of Em Dia: the day's sun rising over the stroke that ticks it off.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 48 48" aria-hidden="true" focusable="false">
            <rect class="mark-ground" width="48" height="48" rx="12"></rect>
            <circle class="mark-sun" cx="21.5" cy="18.5" r="9.5"></circle>
            <path class="mark-horizon" d="M9 27l9 9 21-21v18H9z"></path>
            <path class="mark-line" d="M9 27l9 9 21-21"></path>
        </svg>
    }
}
