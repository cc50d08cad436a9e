//! The house's own wording of the reminder that people asked for when they named a day: a first version, and one that says less.

use domain::actors::Role;
use domain::templates::notices::{Kind, TemplateForm};

use super::scenes::{ago, staff};
use crate::Server;
use crate::error::Result;
use crate::sessions::{self, Actors};
use crate::templates::versions;
use crate::texts::Locale;

const FIRST: (&str, &str, &str) = (
    "Lembrete: pagamento em {dia}",
    "Olá, {nome}.\n\nEste é um lembrete de que você escolheu pagar suas contas em {dia_por_extenso}.\n\nPara pagar: {link}\n\nEquipe da {credor}",
    "O lembrete passa a chamar a pessoa pelo nome",
);
const SECOND: (&str, &str, &str) = (
    "O dia que você escolheu: {dia}",
    "Olá, {nome}.\n\nVocê escolheu {dia_por_extenso} para pagar suas contas. Boleto e Pix estão aqui:\n{link}\n\nSe precisar de outro dia, escolha no mesmo lugar, ou fale com a gente: {contato}.\n\nEquipe da {credor}",
    "Sem “lembrete” no assunto, e com outro caminho para quem não vai conseguir",
);

/// Plays it once.
pub(super) async fn play(server: &Server) -> Result<()> {
    let administrator = staff(&ago(server, 60, 2), Role::Administrator).await?;
    for (base, days, (head, body, note)) in [(0, 60, FIRST), (1, 12, SECOND)] {
        let form = TemplateForm { head: head.into(), body: body.into(), note: note.into() };
        versions::save(&ago(server, days, 1), &administrator, Kind::Promise, Locale::PtBr, base, &form).await?;
    }
    sessions::close(server, &Actors::Staff(administrator)).await
}
