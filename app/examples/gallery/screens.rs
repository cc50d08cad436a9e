//! Whole screens, composed as the product's pages compose them.

use app::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use app::ui::amounts::{AmountHero, Bar, Bars, MoneyText};
use app::ui::forms::{Checkbox, Choice, ChoiceStyle, CodeField, Field, Filters, Kind, PostForm, Radios, Select, TextArea, Width};
use app::ui::icons::Icon;
use app::ui::layout::{CustomerLayout, PageTitle, PublicLayout, StaffLayout};
use app::ui::lists::{Event, Message, Pagination, Pair, Progress, Row, Rows, Steps, SummaryList, Tab, Tabs, Timeline};
use app::ui::panels::{Card, Confirmation, CopyBlock, Details, Notice, StatusTag};
use app::ui::tables::{Calculation, Column, DataTable, Part};
use app::ui::{Tone, Words};
use leptos::prelude::*;

use crate::samples::{acting, at, frame, money, on, rooms, sign_out, text, wings};

/// "https://exemplo.invalid/em-dia" as a QR code of 29 × 29 modules.
const QR: &str = "M0 0h7v1h-7zM8 0h3v1h-3zM12 0h1v1h-1zM16 0h1v1h-1zM18 0h3v1h-3zM22 0h7v1h-7zM0 1h1v1h-1zM6 1h1v1h-1zM9 1h1v1h-1zM11 1h1v1h-1zM13 1h4v1h-4zM20 1h1v1h-1zM22 1h1v1h-1zM28 1h1v1h-1zM0 2h1v1h-1zM2 2h3v1h-3zM6 2h1v1h-1zM10 2h1v1h-1zM13 2h4v1h-4zM20 2h1v1h-1zM22 2h1v1h-1zM24 2h3v1h-3zM28 2h1v1h-1zM0 3h1v1h-1zM2 3h3v1h-3zM6 3h1v1h-1zM10 3h3v1h-3zM14 3h4v1h-4zM19 3h1v1h-1zM22 3h1v1h-1zM24 3h3v1h-3zM28 3h1v1h-1zM0 4h1v1h-1zM2 4h3v1h-3zM6 4h1v1h-1zM8 4h1v1h-1zM10 4h1v1h-1zM12 4h1v1h-1zM18 4h3v1h-3zM22 4h1v1h-1zM24 4h3v1h-3zM28 4h1v1h-1zM0 5h1v1h-1zM6 5h1v1h-1zM8 5h1v1h-1zM10 5h2v1h-2zM13 5h3v1h-3zM22 5h1v1h-1zM28 5h1v1h-1zM0 6h7v1h-7zM8 6h1v1h-1zM10 6h1v1h-1zM12 6h1v1h-1zM14 6h1v1h-1zM16 6h1v1h-1zM18 6h1v1h-1zM20 6h1v1h-1zM22 6h7v1h-7zM11 7h1v1h-1zM16 7h1v1h-1zM18 7h1v1h-1zM1 8h7v1h-7zM9 8h1v1h-1zM12 8h1v1h-1zM14 8h1v1h-1zM16 8h2v1h-2zM19 8h1v1h-1zM23 8h2v1h-2zM28 8h1v1h-1zM1 9h1v1h-1zM3 9h1v1h-1zM5 9h1v1h-1zM7 9h1v1h-1zM9 9h1v1h-1zM14 9h1v1h-1zM17 9h3v1h-3zM21 9h6v1h-6zM28 9h1v1h-1zM1 10h2v1h-2zM4 10h6v1h-6zM13 10h3v1h-3zM20 10h5v1h-5zM26 10h1v1h-1zM0 11h1v1h-1zM2 11h1v1h-1zM4 11h1v1h-1zM12 11h1v1h-1zM14 11h2v1h-2zM20 11h3v1h-3zM25 11h1v1h-1zM27 11h1v1h-1zM0 12h1v1h-1zM3 12h2v1h-2zM6 12h1v1h-1zM8 12h1v1h-1zM10 12h2v1h-2zM15 12h1v1h-1zM17 12h1v1h-1zM19 12h3v1h-3zM23 12h1v1h-1zM25 12h4v1h-4zM0 13h1v1h-1zM2 13h1v1h-1zM5 13h1v1h-1zM7 13h1v1h-1zM9 13h5v1h-5zM16 13h2v1h-2zM19 13h4v1h-4zM24 13h2v1h-2zM27 13h2v1h-2zM0 14h1v1h-1zM2 14h1v1h-1zM4 14h1v1h-1zM6 14h2v1h-2zM10 14h2v1h-2zM13 14h3v1h-3zM18 14h1v1h-1zM20 14h1v1h-1zM23 14h1v1h-1zM1 15h1v1h-1zM5 15h1v1h-1zM7 15h3v1h-3zM13 15h1v1h-1zM15 15h1v1h-1zM20 15h2v1h-2zM24 15h2v1h-2zM2 16h6v1h-6zM10 16h2v1h-2zM15 16h1v1h-1zM17 16h1v1h-1zM21 16h1v1h-1zM25 16h4v1h-4zM0 17h2v1h-2zM5 17h1v1h-1zM7 17h1v1h-1zM10 17h2v1h-2zM15 17h2v1h-2zM18 17h8v1h-8zM27 17h2v1h-2zM0 18h1v1h-1zM2 18h5v1h-5zM10 18h4v1h-4zM18 18h1v1h-1zM20 18h1v1h-1zM22 18h1v1h-1zM24 18h1v1h-1zM26 18h1v1h-1zM0 19h1v1h-1zM2 19h3v1h-3zM7 19h1v1h-1zM9 19h6v1h-6zM16 19h1v1h-1zM18 19h1v1h-1zM20 19h1v1h-1zM22 19h2v1h-2zM25 19h1v1h-1zM27 19h2v1h-2zM0 20h1v1h-1zM2 20h1v1h-1zM4 20h1v1h-1zM6 20h2v1h-2zM9 20h3v1h-3zM14 20h1v1h-1zM17 20h1v1h-1zM20 20h5v1h-5zM26 20h1v1h-1zM28 20h1v1h-1zM8 21h1v1h-1zM10 21h1v1h-1zM13 21h2v1h-2zM18 21h1v1h-1zM20 21h1v1h-1zM24 21h2v1h-2zM27 21h2v1h-2zM0 22h7v1h-7zM8 22h1v1h-1zM11 22h1v1h-1zM14 22h3v1h-3zM18 22h3v1h-3zM22 22h1v1h-1zM24 22h1v1h-1zM0 23h1v1h-1zM6 23h1v1h-1zM8 23h1v1h-1zM10 23h3v1h-3zM14 23h1v1h-1zM16 23h1v1h-1zM19 23h2v1h-2zM24 23h2v1h-2zM27 23h2v1h-2zM0 24h1v1h-1zM2 24h3v1h-3zM6 24h1v1h-1zM8 24h7v1h-7zM18 24h1v1h-1zM20 24h7v1h-7zM28 24h1v1h-1zM0 25h1v1h-1zM2 25h3v1h-3zM6 25h1v1h-1zM8 25h1v1h-1zM11 25h3v1h-3zM15 25h1v1h-1zM17 25h5v1h-5zM23 25h1v1h-1zM0 26h1v1h-1zM2 26h3v1h-3zM6 26h1v1h-1zM8 26h1v1h-1zM10 26h1v1h-1zM12 26h1v1h-1zM14 26h2v1h-2zM19 26h7v1h-7zM27 26h1v1h-1zM0 27h1v1h-1zM6 27h1v1h-1zM8 27h1v1h-1zM10 27h2v1h-2zM14 27h2v1h-2zM18 27h1v1h-1zM20 27h1v1h-1zM22 27h1v1h-1zM24 27h2v1h-2zM27 27h1v1h-1zM0 28h7v1h-7zM9 28h1v1h-1zM11 28h3v1h-3zM15 28h1v1h-1zM17 28h1v1h-1zM19 28h1v1h-1zM22 28h1v1h-1zM24 28h1v1h-1zM26 28h1v1h-1z";

fn customer(room: &str, body: impl IntoView + 'static) -> AnyView {
    let body = body.into_view().into_any();
    view! {
        <CustomerLayout frame=frame() rooms=rooms(room) rooms_label="Partes do portal" acting=acting() sign_out=sign_out()>
            {body}
        </CustomerLayout>
    }
    .into_any()
}

pub(crate) fn sign_in() -> AnyView {
    view! {
        <PublicLayout frame=frame()>
            <PageTitle title="Entrar" lede="Veja suas contas, pegue a segunda via do boleto e acompanhe seus pedidos."/>
            <PostForm action="code.html">
                <Field
                    name="documento"
                    label="CPF ou CNPJ"
                    hint="Do titular do contrato ou da empresa."
                    kind=Kind::Digits
                    width=Width::Twenty
                    autocomplete="username"
                />
                <Actions><Button label="Receber o código"/></Actions>
            </PostForm>
            <p class="soft narrow">"Enviamos um código para o e-mail do seu cadastro. Nunca pedimos senha de banco."</p>
            <Details summary="Não tenho mais aquele e-mail">
                <p>"Faça um pedido de atualização. A equipe confere seus dados e responde em até 2 dias úteis."</p>
            </Details>
            <Card title="Recebeu um boleto e ficou na dúvida?" quiet=true>
                <p>"Confira se ele é nosso antes de pagar. Não precisa entrar."</p>
                <p><a href="#">"É nosso? Conferir um boleto"</a></p>
            </Card>
        </PublicLayout>
    }
    .into_any()
}

pub(crate) fn code() -> AnyView {
    view! {
        <PublicLayout frame=frame()>
            <BackLink href="sign-in.html" label="Voltar"/>
            <PageTitle title="Digite o código" lede="Se o documento estiver cadastrado, enviamos um código de 6 números para o e-mail do cadastro."/>
            <PostForm action="home.html">
                <CodeField name="codigo" label="Código" hint="Vale por 10 minutos, até 14h42. Você pode colar o código aqui."/>
                <Actions>
                    <Button label="Entrar"/>
                    <Button label="Enviar outro código" kind=ButtonKind::Quiet name="acao" value="outro"/>
                </Actions>
            </PostForm>
            <Details summary="O código não chegou">
                <p>"Procure nas mensagens não desejadas. Pode demorar até 2 minutos."</p>
            </Details>
        </PublicLayout>
    }
    .into_any()
}

pub(crate) fn home() -> AnyView {
    customer(
        "Início",
        view! {
            <h1>"Olá, Maria"</h1>
            <AmountHero
                label="Total a pagar hoje"
                amount=money(109_725)
                as_of=at(14, 32, "Posição de 21 de novembro de 2025, 14h32")
                note="Duas contas vencidas, com multa e juros já somados."
            >
                <ButtonLink href="pay.html" label="Pagar agora"/>
                <ButtonLink href="plan.html" label="Parcelar" kind=ButtonKind::Secondary/>
            </AmountHero>
            <div class="columns">
                <div class="flow">
                    <Card title="Contas em aberto" link=("statement.html".into(), "Ver extrato".into())>
                        <Rows>
                            <Row title="Mensalidade de outubro" href="pay.html" meta="Venceu em 10 de outubro" amount=money(56_139) tone=Tone::Attention tag="Venceu há 42 dias"/>
                            <Row title="Mensalidade de novembro" href="pay.html" meta="Venceu em 10 de novembro" amount=money(53_586) tone=Tone::Attention tag="Venceu há 11 dias"/>
                            <Row title="Mensalidade de dezembro" href="pay.html" meta="Vence em 10 de dezembro" amount=money(52_347) tag="A vencer"/>
                        </Rows>
                    </Card>
                    <Card title="Já pagou, ou precisa de outra coisa?" quiet=true>
                        <Rows>
                            <Row title="Já paguei: enviar comprovante" href="#"/>
                            <Row title="Paguei duas vezes: pedir de volta" href="#"/>
                            <Row title="Não reconheço uma cobrança" href="#"/>
                        </Rows>
                    </Card>
                </div>
                <div class="flow">
                    <Card title="Em andamento" link=("request.html".into(), "Ver pedidos".into())>
                        <Rows>
                            <Row title="Comprovante de setembro" href="request.html" meta="Protocolo 2025-004812 · resposta até 26 de novembro" tone=Tone::Info tag="Em análise"/>
                            <Row title="Devolução em dobro" href="request.html" meta="Protocolo 2025-004655 · falta um dado seu" tone=Tone::Attention tag="Aguarda você"/>
                        </Rows>
                    </Card>
                    <Notice tone=Tone::Info title="O informe para o imposto de renda já está em Documentos"/>
                </div>
            </div>
        },
    )
}

pub(crate) fn nothing_due() -> AnyView {
    customer(
        "Início",
        view! {
            <h1>"Olá, Maria"</h1>
            <AmountHero
                label="Nada a pagar hoje"
                amount=money(0)
                as_of=at(14, 32, "Posição de 21 de novembro de 2025, 14h32")
                note="Está tudo em dia. A próxima conta vence em 10 de dezembro."
            >
                <ButtonLink href="pay.html" label="Adiantar a de dezembro" kind=ButtonKind::Secondary/>
            </AmountHero>
            <Card title="Próximas contas">
                <Rows><Row title="Mensalidade de dezembro" href="pay.html" meta="Vence em 10 de dezembro" amount=money(52_347) tag="A vencer"/></Rows>
            </Card>
        },
    )
}

fn november() -> impl IntoView {
    view! {
        <Calculation
            caption="Cálculo da mensalidade de novembro"
            parts=vec![
                Part::new("Valor da conta", money(52_347)),
                Part::new("Multa", money(1_047)).how("R$ 523,47 × 2%"),
                Part::new("Juros", money(192)).how("R$ 523,47 × 1% ÷ 30 × 11 dias"),
            ]
            total=Part::new("Total em 21 de novembro", money(53_586))
            note="Cada parte é arredondada ao centavo. Regra de cobrança 3, em vigor desde 1º de janeiro de 2025."
        />
    }
}

pub(crate) fn statement() -> AnyView {
    customer(
        "Extrato",
        view! {
            <PageTitle title="Extrato" lede="Posição de 21 de novembro de 2025, 14h32."/>
            <Actions>
                <ButtonLink href="pay.html" label="Pagar"/>
                <ButtonLink href="#" label="Baixar PDF" kind=ButtonKind::Secondary icon=Icon::Download download=true/>
                <ButtonLink href="#" label="Planilha (CSV)" kind=ButtonKind::Quiet/>
            </Actions>
            <div class="columns">
                <div class="flow">
                    <Tabs label="Partes do extrato" tabs=vec![Tab::new("#", "Em aberto", true).count("3"), Tab::new("#", "Lançamentos", false), Tab::new("#", "Pagas", false)]/>
                    <Filters label="Filtrar" action="#" submit="Aplicar">
                        <Field name="de" label="De" kind=Kind::Date/>
                        <Field name="ate" label="Até" kind=Kind::Date/>
                        <Field name="posicao" label="Posição em" kind=Kind::Date value="2025-11-21"/>
                    </Filters>
                    <Rows>
                        <Row title="Mensalidade de outubro" href="#" meta="Contrato 8812 · venceu em 10 de outubro" amount=money(56_139) tone=Tone::Attention tag="Venceu há 42 dias">
                            <Details summary="Como chegamos a este valor?">{november()}</Details>
                        </Row>
                        <Row title="Mensalidade de novembro" href="#" meta="Contrato 8812 · venceu em 10 de novembro" amount=money(53_586) tone=Tone::Attention tag="Venceu há 11 dias">
                            <Details summary="Como chegamos a este valor?" open=true>{november()}</Details>
                        </Row>
                        <Row title="Mensalidade de dezembro" href="#" meta="Contrato 8812 · vence em 10 de dezembro" amount=money(52_347) tag="A vencer"/>
                    </Rows>
                    <DataTable
                        caption="Lançamentos"
                        columns=vec![Column::new("Lançamento"), Column::new("Data"), Column::amount("Valor"), Column::amount("Saldo")]
                        rows=vec![
                            entry("Mensalidade de novembro", "01/11/2025", 52_347, 104_694),
                            entry("Pagamento por Pix", "12/09/2025", -52_347, 52_347),
                            entry("Mensalidade de outubro", "01/10/2025", 52_347, 104_694),
                        ]
                    />
                    <Pagination label="Páginas do extrato" newer=None older=Some(("#".into(), "Mais antigos".into()))/>
                </div>
                <Card title="Por idade">
                    <Bars>
                        <Bar label="A vencer" amount=money(52_347) permille=323/>
                        <Bar label="Vencidas até 30 dias" amount=money(53_586) permille=330 tone=Tone::Attention/>
                        <Bar label="De 31 a 60 dias" amount=money(56_139) permille=347 tone=Tone::Attention/>
                        <Bar label="Mais de 60 dias" amount=money(0) permille=0/>
                    </Bars>
                </Card>
            </div>
        },
    )
}

fn entry(name: &'static str, day: &'static str, amount: i64, balance: i64) -> Vec<AnyView> {
    vec![
        text(name),
        text(day),
        view! { <MoneyText amount=money(amount)/> }.into_any(),
        view! { <MoneyText amount=money(balance)/> }.into_any(),
    ]
}

pub(crate) fn pay() -> AnyView {
    customer(
        "Extrato",
        view! {
            <BackLink href="statement.html" label="Extrato"/>
            <PageTitle title="Pagar a mensalidade de novembro"><StatusTag tone=Tone::Attention words="Venceu há 11 dias"/></PageTitle>
            <div class="columns">
                <div class="flow">
                    <Card>
                        <p class="small soft">"Valor para pagar hoje, 21 de novembro"</p>
                        <p class="amount-large"><MoneyText amount=money(53_586)/></p>
                        <Details summary="Como chegamos a este valor?">{november()}</Details>
                    </Card>
                    <h2>"Com o boleto"</h2>
                    <CopyBlock
                        id="linha"
                        label="Linha digitável"
                        groups=["34191.79001", "01043.510047", "91020.150008", "6", "12690000052347"].map(String::from).to_vec()
                        hint="Toque na linha para selecionar tudo. O banco soma multa e juros sozinho."
                    >
                        <button class="button button-primary" type="button">"Copiar a linha"</button>
                    </CopyBlock>
                    <Actions>
                        <ButtonLink href="#" label="Baixar o boleto (PDF)" kind=ButtonKind::Secondary icon=Icon::Download download=true/>
                        <ButtonLink href="#" label="Enviar para meu e-mail" kind=ButtonKind::Quiet/>
                    </Actions>
                </div>
                <div class="flow">
                    <h2>"Com Pix"</h2>
                    <svg class="qr" viewBox="0 0 29 29" role="img" aria-label="QR Code do Pix"><path d=QR></path></svg>
                    <CopyBlock
                        id="pix"
                        label="Pix copia e cola"
                        groups=vec!["00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865406535.865802BR5913SERRA CLARA6008SAO JOAO62070503***6304ABCD".into()]
                    >
                        <button class="button button-secondary" type="button">"Copiar o código"</button>
                    </CopyBlock>
                    <SummaryList pairs=vec![
                        Pair::new("Recebe", "Cooperativa de Saúde Serra Clara"),
                        Pair::new("Pode pagar até", "10 de dezembro de 2025"),
                        Pair::new("Nosso número", "109/00001043-5"),
                    ]/>
                </div>
            </div>
            <Notice tone=Tone::Info title="Depois de pagar">
                <p>"Pix aparece aqui em minutos. Boleto, em até 2 dias úteis. Se já pagou, "<a href="#">"envie o comprovante"</a>"."</p>
            </Notice>
        },
    )
}

fn plan_labels() -> Vec<Words> {
    ["Contas", "Suas parcelas", "Conferir", "Pronto"].map(Words::from).to_vec()
}

pub(crate) fn plan() -> AnyView {
    customer(
        "Pedidos",
        view! {
            <BackLink href="home.html" label="Voltar"/>
            <Steps words="Passo 2 de 4: Suas parcelas" labels=plan_labels() current=1/>
            <PageTitle title="Como fica melhor para você?" lede="Contas escolhidas: R$\u{a0}1.097,25. Nada é contratado até você conferir e aceitar."/>
            <PostForm action="check.html">
                <Field name="entrada" label="Quanto você pode pagar agora, em reais" hint="Pelo menos R$ 109,73." prefix="R$" kind=Kind::Money width=Width::Ten value="150,00"/>
                <Radios
                    name="dia"
                    legend="Melhor dia para as parcelas"
                    style=ChoiceStyle::Inline
                    selected="10"
                    choices=vec![Choice::new("5", "Dia 5"), Choice::new("10", "Dia 10"), Choice::new("20", "Dia 20")]
                />
                <Actions><Button label="Atualizar as opções" kind=ButtonKind::Secondary name="acao" value="simular"/></Actions>
                <Radios
                    name="parcelas"
                    legend="Escolha uma opção"
                    style=ChoiceStyle::Cards
                    selected="6"
                    choices=vec![
                        Choice::new("3", "3 parcelas de R$\u{a0}315,75").hint("Termina em março de 2026. Sem acréscimo.").aside("R$\u{a0}1.097,25"),
                        Choice::new("6", "6 parcelas de R$\u{a0}162,40").hint("Termina em junho de 2026. Acréscimo de R$\u{a0}27,15 (CET 1,02% ao mês).").aside("R$\u{a0}1.124,40"),
                        Choice::new("12", "12 parcelas de R$\u{a0}84,20").hint("Termina em dezembro de 2026. Acréscimo de R$\u{a0}63,15 (CET 1,02% ao mês).").aside("R$\u{a0}1.160,40"),
                        Choice::new("18", "18 parcelas").off("A parcela ficaria menor que o mínimo de R$\u{a0}80,00."),
                    ]
                />
                <Actions>
                    <Button label="Continuar"/>
                    <ButtonLink href="home.html" label="Guardar e sair" kind=ButtonKind::Quiet/>
                </Actions>
            </PostForm>
        },
    )
}

pub(crate) fn check() -> AnyView {
    customer(
        "Pedidos",
        view! {
            <BackLink href="plan.html" label="Voltar"/>
            <Steps words="Passo 3 de 4: Conferir" labels=plan_labels() current=2/>
            <PageTitle title="Confira seu acordo"/>
            <SummaryList pairs=vec![
                Pair::new("Contas", "Outubro e novembro, R$ 1.097,25").change("#", "Alterar", "as contas"),
                Pair::new("Agora", "R$ 150,00, até 24 de novembro").change("plan.html", "Alterar", "o valor de agora"),
                Pair::new("Parcelas", "6 de R$ 162,40, todo dia 10").change("plan.html", "Alterar", "as parcelas"),
                Pair::new("Total", view! { <MoneyText amount=money(112_440)/> }),
            ]/>
            <Details summary="Ver as 6 parcelas">
                <DataTable
                    caption="Parcelas"
                    columns=vec![Column::new("Parcela"), Column::new("Vencimento"), Column::amount("Valor")]
                    rows=(1..=6)
                        .map(|n| vec![format!("{n}ª").into_any(), format!("10/{n:02}/2026").into_any(), view! { <MoneyText amount=money(16_240)/> }.into_any()])
                        .collect()
                    total=vec![text("Total"), ().into_any(), view! { <MoneyText amount=money(97_440)/> }.into_any()]
                />
            </Details>
            <Notice tone=Tone::Attention title="Se uma parcela atrasar mais de 30 dias, o acordo deixa de valer">
                <p>"O que você pagou é descontado, e as contas voltam ao valor do dia."</p>
            </Notice>
            <PostForm action="done.html">
                <Checkbox name="aceite" label="Li e aceito as condições deste acordo"/>
                <Actions><Button label="Fazer o acordo"/><ButtonLink href="#" label="Ler as condições (PDF)" kind=ButtonKind::Quiet/></Actions>
            </PostForm>
        },
    )
}

pub(crate) fn done() -> AnyView {
    customer(
        "Pedidos",
        view! {
            <Confirmation title="Acordo pedido" number_label="Protocolo" number="2025-004901">
                <p>"Enviamos uma cópia para m•••@exemplo.invalid."</p>
            </Confirmation>
            <h2>"O que acontece agora"</h2>
            <Timeline>
                <Event title="Pedido recebido" when=at(14, 40, "hoje, 14h40")/>
                <Event title="A equipe confere" when=on(11, 25, "até 25 de novembro") progress=Progress::Now><p>"Enquanto isso, as duas contas não recebem nova cobrança."</p></Event>
                <Event title="Você recebe o boleto da entrada" when=on(11, 25, "até 25 de novembro") progress=Progress::Next/>
            </Timeline>
            <Actions>
                <ButtonLink href="request.html" label="Acompanhar o pedido" kind=ButtonKind::Secondary/>
                <ButtonLink href="#" label="Guardar em PDF" kind=ButtonKind::Quiet/>
            </Actions>
        },
    )
}

pub(crate) fn request() -> AnyView {
    customer(
        "Pedidos",
        view! {
            <BackLink href="#" label="Pedidos"/>
            <PageTitle title="Comprovante da mensalidade de setembro"><StatusTag tone=Tone::Attention words="Aguarda você"/></PageTitle>
            <Notice tone=Tone::Attention title="Precisamos de um dado seu">
                <p>"O arquivo mostra só o agendamento. Envie o comprovante do pagamento até 28 de novembro."</p>
            </Notice>
            <div class="columns">
                <div class="flow">
                    <h2>"Andamento"</h2>
                    <Timeline>
                        <Event title="Recebido" when=on(11, 19, "19 de novembro, 10h05") by="por você"/>
                        <Event title="Em análise" when=on(11, 20, "20 de novembro, 9h12") by="Contas a receber"/>
                        <Event title="Aguarda você" when=on(11, 21, "21 de novembro, 11h30") by="resposta até 28 de novembro" progress=Progress::Now/>
                        <Event title="Resposta final" when=on(12, 2, "até 2 dias úteis depois da sua resposta") progress=Progress::Next/>
                    </Timeline>
                    <h2>"Mensagens"</h2>
                    <div>
                        <Message from="Você" when=on(11, 19, "19 de novembro, 10h05") mine=true><p>"Segue o comprovante de setembro."</p></Message>
                        <Message from="Contas a receber" when=on(11, 21, "21 de novembro, 11h30")><p>"Olá, Maria. O arquivo mostra um pagamento agendado. Pode enviar o comprovante depois de pago?"</p></Message>
                    </div>
                    <PostForm action="#" upload=true>
                        <TextArea name="mensagem" label="Sua resposta" rows=4/>
                        <app::ui::forms::FileField name="arquivos" label="Arquivos" hint="PDF ou foto, até 10 MB cada." multiple=true/>
                        <Actions><Button label="Enviar resposta"/></Actions>
                    </PostForm>
                </div>
                <Card title="Sobre o pedido">
                    <SummaryList pairs=vec![
                        Pair::new("Protocolo", "2025-004812"),
                        Pair::new("Conta", "Mensalidade de setembro"),
                        Pair::new("Valor informado", view! { <MoneyText amount=money(52_347)/> }),
                        Pair::new("Arquivos", view! { <a href="#">"comprovante.pdf"</a> }),
                    ]/>
                    <PostForm action="#"><Button label="Desistir do pedido" kind=ButtonKind::Danger/></PostForm>
                </Card>
            </div>
        },
    )
}

fn staff(room: &str, body: impl IntoView + 'static) -> AnyView {
    let body = body.into_view().into_any();
    let search = view! {
        <form class="find" role="search" action="#">
            <input class="input" type="search" name="q" aria-label="Procurar" placeholder="Nome, CPF, protocolo, linha, valor"/>
            <Button label="Procurar" kind=ButtonKind::Secondary/>
        </form>
    }
    .into_any();
    view! {
        <StaffLayout frame=frame() wings=wings(room) rooms_label="Salas" person="Rita Campos · supervisora" sign_out=sign_out() search=search>
            {body}
        </StaffLayout>
    }
    .into_any()
}

fn figure(value: &'static str, label: &'static str) -> impl IntoView {
    view! { <div class="figure"><p class="figure-value">{value}</p><p class="figure-label">{label}</p></div> }
}

type Queued = (&'static str, &'static str, &'static str, &'static str, i64, &'static str, Tone, &'static str, Tone);

pub(crate) fn staff_queue() -> AnyView {
    let lines: [Queued; 7] = [
        (
            "2025-004655",
            "Devolução",
            "José Carlos de Almeida",
            "•••.432.118-••",
            52_347,
            "Vence hoje",
            Tone::Attention,
            "Em análise",
            Tone::Info,
        ),
        (
            "2025-004702",
            "Comprovante",
            "Maria Aparecida Souza",
            "•••.771.902-••",
            53_586,
            "Vence hoje",
            Tone::Attention,
            "Recebido",
            Tone::Neutral,
        ),
        (
            "2025-004733",
            "Acordo",
            "Transportes Vila Nova Ltda.",
            "12.•••.•••/0001-••",
            1_842_210,
            "1 dia útil",
            Tone::Neutral,
            "Em análise",
            Tone::Info,
        ),
        (
            "2025-004741",
            "Contestação",
            "Ana Beatriz Moura",
            "•••.120.556-••",
            8_740,
            "2 dias úteis",
            Tone::Neutral,
            "Aguarda cliente",
            Tone::Neutral,
        ),
        (
            "2025-004812",
            "Comprovante",
            "Paulo Henrique Lima",
            "•••.908.334-••",
            61_090,
            "3 dias úteis",
            Tone::Neutral,
            "Recebido",
            Tone::Neutral,
        ),
        (
            "2025-004820",
            "Documento",
            "Padaria Estrela do Sul ME",
            "45.•••.•••/0001-••",
            0,
            "4 dias úteis",
            Tone::Neutral,
            "Recebido",
            Tone::Neutral,
        ),
        (
            "2025-004901",
            "Acordo",
            "Maria Aparecida Souza",
            "•••.771.902-••",
            109_725,
            "4 dias úteis",
            Tone::Neutral,
            "Aguarda aprovação",
            Tone::Info,
        ),
    ];
    let rows = lines
        .into_iter()
        .map(|(protocol, kind, name, document, amount, left, left_tone, state, tone)| {
            vec![
                view! { <a href="staff-request.html" class="number nowrap">{protocol}</a> }.into_any(),
                text(kind),
                view! { {name}<br/><span class="small number">{document}</span> }.into_any(),
                view! { <MoneyText amount=money(amount)/> }.into_any(),
                if left_tone == Tone::Attention { view! { <StatusTag tone=left_tone words=left/> }.into_any() } else { text(left) },
                view! { <StatusTag tone words=state/> }.into_any(),
                text("livre"),
                view! { <PostForm action="#"><Button label="Assumir" kind=ButtonKind::Quiet name="protocolo" value=protocol/></PostForm> }
                    .into_any(),
            ]
        })
        .collect();
    staff(
        "Fila",
        view! {
            <PageTitle title="Fila"><ButtonLink href="#" label="Assumir o próximo"/></PageTitle>
            <div class="figures">
                {figure("42", "abertos")}{figure("2", "vencem hoje")}{figure("0", "fora do prazo")}{figure("96%", "no prazo, 30 dias")}{figure("1,4", "dias úteis até a resposta")}
            </div>
            <Tabs label="Visões" tabs=vec![Tab::new("#", "Todos", true).count("42"), Tab::new("#", "Meus", false).count("5"), Tab::new("#", "Sem dono", false).count("19"), Tab::new("#", "Aguardam cliente", false).count("8")]/>
            <Filters label="Filtrar" action="#" submit="Aplicar" clear=("#".into(), "Limpar".into()) open=true>
                <Select name="tipo" label="Tipo" options=vec![("".into(), "Todos".into()), ("c".into(), "Comprovante".into())]/>
                <Select name="situacao" label="Situação" options=vec![("".into(), "Todas".into())]/>
                <Field name="de" label="Recebido desde" kind=Kind::Date/>
                <Field name="minimo" label="Valor a partir de" prefix="R$" kind=Kind::Money/>
            </Filters>
            <DataTable
                caption="Pedidos abertos, pelo prazo"
                caption_hidden=true
                wide=true
                columns=vec![
                    Column::new("Protocolo"), Column::new("Tipo"), Column::new("Cliente"), Column::amount("Valor"), Column::new("Prazo"),
                    Column::new("Situação"), Column::new("Com quem"), Column::new("Ação"),
                ]
                rows=rows
            />
            <Pagination label="Páginas da fila" newer=None older=Some(("#".into(), "Próximos".into()))/>
        },
    )
}

pub(crate) fn staff_request() -> AnyView {
    let bills = vec![
        vec![
            text("Mensalidade de outubro"),
            text("10/10/2025"),
            view! { <MoneyText amount=money(56_139)/> }.into_any(),
            view! { <StatusTag tone=Tone::Attention words="42 dias"/> }.into_any(),
        ],
        vec![
            text("Mensalidade de novembro"),
            text("10/11/2025"),
            view! { <MoneyText amount=money(53_586)/> }.into_any(),
            view! { <StatusTag tone=Tone::Attention words="11 dias"/> }.into_any(),
        ],
        vec![
            text("Mensalidade de dezembro"),
            text("10/12/2025"),
            view! { <MoneyText amount=money(52_347)/> }.into_any(),
            view! { <StatusTag words="a vencer"/> }.into_any(),
        ],
    ];
    staff(
        "Fila",
        view! {
            <BackLink href="staff-queue.html" label="Fila"/>
            <PageTitle title="Comprovante de Maria Aparecida Souza" lede="2025-004702 · recebido em 19 de novembro · responder até hoje, 18h">
                <StatusTag tone=Tone::Info words="Em análise, com você"/>
            </PageTitle>
            <div class="columns">
                <div class="flow">
                    <Card title="O que foi enviado">
                        <SummaryList pairs=vec![
                            Pair::new("Arquivo", view! { <a href="#">"comprovante.pdf"</a>" (PDF, 84 KB, sem senha)" }),
                            Pair::new("Lido no arquivo", view! { <MoneyText amount=money(53_586)/>", 20/11/2025, Pix E0000…4812" }),
                            Pair::new("Combina com", view! { <a href="#">"Mensalidade de novembro"</a>" " <StatusTag tone=Tone::Good words="valor e linha iguais"/> }),
                            Pair::new("No banco", "Ainda não consta no retorno de 20/11"),
                        ]/>
                    </Card>
                    <Card title="Contas do cliente" link=("#".into(), "Ver o cliente".into())>
                        <DataTable
                            caption="Contas em aberto"
                            caption_hidden=true
                            wide=true
                            columns=vec![Column::new("Conta"), Column::new("Vencimento"), Column::amount("Valor hoje"), Column::new("Atraso")]
                            rows=bills
                        />
                    </Card>
                    <Card title="Histórico">
                        <Timeline>
                            <Event title="Enviado" when=on(11, 19, "19/11/2025 10:05") by="Maria Aparecida Souza"/>
                            <Event title="Assumido" when=on(11, 20, "20/11/2025 09:12") by="Rita Campos" progress=Progress::Now/>
                        </Timeline>
                    </Card>
                </div>
                <div class="decide">
                    <Card title="Decidir">
                        <PostForm action="#">
                            <Radios
                                name="decisao"
                                legend="O que fazer"
                                choices=vec![
                                    Choice::new("aguardar", "Aguardar o banco").hint("Avisa o cliente e confere de novo no próximo retorno."),
                                    Choice::new("aceitar", "Aceitar e pausar a cobrança"),
                                    Choice::new("pedir", "Pedir mais informação"),
                                    Choice::new("recusar", "Recusar"),
                                ]
                            />
                            <TextArea name="resposta" label="O que o cliente vai ler" rows=4 value="Olá, Maria. Recebemos seu comprovante e aguardamos a confirmação do banco, até 25 de novembro."/>
                            <Actions><Button label="Decidir e avisar"/><Button label="Devolver à fila" kind=ButtonKind::Quiet name="acao" value="devolver"/></Actions>
                        </PostForm>
                    </Card>
                </div>
            </div>
        },
    )
}
