//! Slips: what the bank registered for a bill, and whether a copy of it may still be handed out.
//!
//! Never makes, changes or prices a slip: only the bank does.
//!
//! Dates are calendar days in the creditor's time zone. The limit date is the bank's: until the end of it any bank takes the
//! registered line, late or not (Nova Plataforma de Cobrança, since 10 November 2018). The slip itself is ruled by Resolução
//! BCB 443/2024.

use chrono::NaiveDate;

use crate::statement::Standing;
use crate::words::words;

words! {
    /// What the bank last said of a slip.
    pub enum SlipState {
        /// The creditor has numbered it; the bank does not know of it yet.
        Pending = "pending",
        /// It was sent to the bank, which has not answered.
        Sent = "sent",
        /// The bank did not take it.
        Rejected = "rejected",
        /// It can be paid at any bank until its limit date.
        Registered = "registered",
        /// It was paid.
        Paid = "paid",
        /// A newer slip of the same bill took its place.
        Replaced = "replaced",
        /// The bank closed it.
        Closed = "closed",
    }

    /// How a copy of a slip was handed out.
    pub enum Channel {
        /// Its line, barcode and Pix code on a screen.
        Screen = "screen",
        /// A PDF.
        Pdf = "pdf",
        /// A PDF by e-mail.
        Mail = "mail",
        /// By a member of staff, for the customer.
        Staff = "staff",
    }

    /// Why no copy is handed out.
    pub enum NoCopy {
        /// The last day on which banks accept it is over.
        PastLimit = "past_limit",
        /// It was paid, or the bill was.
        Paid = "paid",
        /// A newer slip took its place.
        Replaced = "replaced",
        /// The bank closed it.
        Closed = "closed",
        /// The bill is paid through an agreement.
        InAgreement = "in_agreement",
        /// The bill is disputed: its collection pauses.
        Disputed = "disputed",
        /// No slip is registered for the bill.
        NoSlip = "no_slip",
        /// The bank has not accepted boletos drawn by us for this carteira.
        NotDrawn = "not_drawn",
        /// More slips than one file holds.
        TooMany = "too_many",
        /// No e-mail address is on file.
        NoEmail = "no_email",
    }
}

impl SlipState {
    /// Whether the bank has yet to take it.
    #[must_use]
    pub const fn unregistered(self) -> bool {
        matches!(self, Self::Pending | Self::Sent | Self::Rejected)
    }
}

/// Whether a copy of a slip may be handed out today, for a bill of this standing. The limit day itself still counts.
///
/// ```
/// use domain::slips::{Channel, NoCopy, SlipState, may_copy};
/// use domain::statement::Standing;
/// let (limit, after) = ("2026-12-20".parse()?, "2026-12-21".parse()?);
/// assert_eq!(may_copy(SlipState::Registered, limit, Standing::Open, limit), Ok(()));
/// assert_eq!(may_copy(SlipState::Registered, limit, Standing::Open, after), Err(NoCopy::PastLimit));
/// // A bill inside an agreement is not paid by itself, whatever its slip says.
/// assert_eq!(may_copy(SlipState::Registered, limit, Standing::InAgreement, limit), Err(NoCopy::InAgreement));
/// // What is handed out is recorded with how it went.
/// assert_eq!(Channel::Screen.as_str(), "screen");
/// # Ok::<(), chrono::ParseError>(())
/// ```
///
/// # Errors
/// Why not; what cannot change any more comes before what can.
pub fn may_copy(state: SlipState, limit_on: NaiveDate, standing: Standing, today: NaiveDate) -> Result<(), NoCopy> {
    match (state, standing) {
        (SlipState::Paid, _) | (_, Standing::Settled) => Err(NoCopy::Paid),
        // Nothing that the bank does not know can be paid.
        (SlipState::Pending | SlipState::Sent | SlipState::Rejected, _) => Err(NoCopy::NoSlip),
        (SlipState::Replaced, _) => Err(NoCopy::Replaced),
        (SlipState::Closed, _) => Err(NoCopy::Closed),
        (SlipState::Registered, Standing::InAgreement) => Err(NoCopy::InAgreement),
        (SlipState::Registered, Standing::Disputed) => Err(NoCopy::Disputed),
        (SlipState::Registered, Standing::Open) if today > limit_on => Err(NoCopy::PastLimit),
        (SlipState::Registered, Standing::Open) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_registered_slip_of_an_open_bill_until_its_limit() {
        let limit: NaiveDate = "2026-12-20".parse().unwrap();
        let after = limit.succ_opt().unwrap();
        let mut copied = 0;
        for state in SlipState::ALL {
            for standing in Standing::ALL {
                for today in [limit, after] {
                    copied += usize::from(may_copy(*state, limit, *standing, today).is_ok());
                }
            }
        }
        assert_eq!(copied, 1);
        assert_eq!(may_copy(SlipState::Registered, limit, Standing::Open, limit), Ok(()));
        assert_eq!(may_copy(SlipState::Registered, limit, Standing::Open, after), Err(NoCopy::PastLimit));
        assert_eq!(may_copy(SlipState::Closed, limit, Standing::InAgreement, after), Err(NoCopy::Closed));
    }
}
