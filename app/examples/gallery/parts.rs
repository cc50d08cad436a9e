//! Each part in each of its states.

use app::ui::actions::{Actions, BackLink, Button, ButtonKind, ButtonLink};
use app::ui::amounts::{AmountHero, Bar, Bars, DateText, MoneyText};
use app::ui::forms::{
    Checkbox, Checkboxes, Choice, ChoiceStyle, CodeField, ErrorSummary, Field, Fieldset, FileField, Filters, Hidden, Kind, PostForm,
    Radios, Select, TextArea, Width,
};
use app::ui::icons::Icon;
use app::ui::layout::{PageTitle, PublicLayout};
use app::ui::lists::{Event, Message, Pagination, Pair, Progress, Row, Rows, Steps, SummaryList, Tab, Tabs, Timeline};
use app::ui::panels::{Card, Confirmation, CopyBlock, Details, Empty, Notice, StatusTag};
use app::ui::tables::{Calculation, Column, DataTable, Part};
use app::ui::{Str, Tone, Words};
use leptos::prelude::*;

use crate::samples::{at, frame, money, on, text};

pub(crate) fn actions() -> AnyView {
    view! {
        <PublicLayout frame=frame()>
            <BackLink href="index.html" label="Voltar"/>
            <PageTitle title="Botões" lede="Uma ação principal por tela; as outras em segundo plano."/>
            <PostForm action="#">
                <Actions>
                    <Button label="Pagar agora" icon=Icon::Barcode/>
                    <Button label="Enviar por e-mail" kind=ButtonKind::Secondary icon=Icon::Mail name="acao" value="email"/>
                    <Button label="Deixar para depois" kind=ButtonKind::Quiet/>
                    <Button label="Cancelar o pedido" kind=ButtonKind::Danger/>
                </Actions>
                <Actions>
                    <Button label="Aprovar" disabled_reason="Quem preparou a devolução não pode aprová-la."/>
                </Actions>
            </PostForm>
            <Actions>
                <ButtonLink href="#" label="Ver o extrato"/>
                <ButtonLink href="#" label="Baixar PDF" kind=ButtonKind::Secondary icon=Icon::Download download=true/>
                <ButtonLink href="#" label="Ver todos" kind=ButtonKind::Quiet/>
            </Actions>
        </PublicLayout>
    }
    .into_any()
}

fn banks() -> Vec<(Str, Words)> {
    vec![("".into(), "Escolha".into()), ("001".into(), "001 · Banco de exemplo".into()), ("756".into(), "756 · Outro banco".into())]
}

pub(crate) fn forms() -> AnyView {
    view! {
        <PublicLayout frame=frame()>
            <PageTitle title="Formulários"/>
            <PostForm action="#" upload=true>
                <Hidden name="chave" value="0192"/>
                <Field name="cpf" label="CPF ou CNPJ" hint="Só os números, ou com pontos e traço." kind=Kind::Digits width=Width::Twenty autocomplete="username"/>
                <Field name="email" label="E-mail" kind=Kind::Email autocomplete="email" value="maria@exemplo.invalid"/>
                <Field name="entrada" label="Quanto você pode pagar agora, em reais" prefix="R$" kind=Kind::Money width=Width::Ten value="150,00"/>
                <Field name="meses" label="Em quantas parcelas" suffix="parcelas" kind=Kind::Digits width=Width::Two value="6"/>
                <Field name="dia" label="Data do pagamento" kind=Kind::Date width=Width::Ten value="2025-12-05"/>
                <Field name="senha" label="Senha" kind=Kind::Password autocomplete="current-password" value="nunca volta"/>
                <Field name="fixo" label="Contrato" value="8812" readonly=true width=Width::Ten/>
                <CodeField name="codigo" label="Código de 6 números" hint="Vale por 10 minutos."/>
                <Select name="banco" label="Banco" options=banks() selected="756"/>
                <TextArea name="motivo" label="Conte o que aconteceu" hint="Não escreva sobre diagnósticos ou tratamentos." value="Paguei duas vezes em outubro."/>
                <FileField name="arquivos" label="Comprovantes" hint="PDF, JPEG, PNG ou HEIC, até 10 arquivos de 10 MB." accept=".pdf,image/*" multiple=true/>
                <Fieldset id="conta" legend="Conta para devolução" hint="Precisa estar no nome de quem pagou.">
                    <div class="inline-fields">
                        <Field name="agencia" label="Agência" kind=Kind::Digits width=Width::Four/>
                        <Field name="numero" label="Conta" kind=Kind::Digits width=Width::Ten/>
                        <Field name="digito" label="Dígito" kind=Kind::Code width=Width::Two/>
                    </div>
                </Fieldset>
                <Checkbox name="aceite" label="Li as condições do acordo" checked=true/>
            </PostForm>
            <Filters label="Filtrar" action="#" submit="Aplicar" clear=("#".into(), "Limpar".into()) open=true>
                <Field name="q" label="Procurar" kind=Kind::Search/>
                <Field name="de" label="De" kind=Kind::Date/>
                <Field name="ate" label="Até" kind=Kind::Date/>
                <Select name="situacao" label="Situação" options=vec![("".into(), "Todas".into()), ("a".into(), "Em aberto".into())]/>
            </Filters>
        </PublicLayout>
    }
    .into_any()
}

pub(crate) fn errors() -> AnyView {
    let errors = vec![
        ("cpf".into(), "Digite o CPF com 11 números".into()),
        ("entrada".into(), "O valor de agora precisa ser de pelo menos R$ 50,00".into()),
        ("dia".into(), "Escolha o dia do vencimento".into()),
        ("codigo".into(), "O código não confere. Restam 3 tentativas".into()),
        ("arquivos".into(), "O arquivo “recibo.pdf” está protegido por senha".into()),
        ("aceite".into(), "Leia e aceite as condições para continuar".into()),
    ];
    view! {
        <PublicLayout frame=frame()>
            <ErrorSummary title="Falta corrigir:" errors=errors/>
            <PageTitle title="Formulários com erros"/>
            <PostForm action="#">
                <Field name="cpf" label="CPF" hint="São 11 números." error="Digite o CPF com 11 números" value="123.456" kind=Kind::Digits width=Width::Twenty/>
                <Field name="entrada" label="Valor de agora, em reais" prefix="R$" error="O valor de agora precisa ser de pelo menos R$ 50,00" value="10" kind=Kind::Money width=Width::Ten/>
                <Radios
                    name="dia"
                    legend="Dia do vencimento"
                    error="Escolha o dia do vencimento"
                    choices=vec![Choice::new("5", "Dia 5"), Choice::new("20", "Dia 20")]
                />
                <CodeField name="codigo" label="Código" error="O código não confere. Restam 3 tentativas"/>
                <Select name="banco" label="Banco" options=banks() error="Escolha o banco"/>
                <TextArea name="motivo" label="Motivo" error="Conte o que aconteceu" rows=3/>
                <FileField name="arquivos" label="Comprovantes" error="O arquivo “recibo.pdf” está protegido por senha"/>
                <Checkbox name="aceite" label="Li as condições do acordo" error="Leia e aceite as condições para continuar"/>
                <Button label="Continuar"/>
            </PostForm>
        </PublicLayout>
    }
    .into_any()
}

pub(crate) fn choices() -> AnyView {
    view! {
        <PublicLayout frame=frame()>
            <PostForm action="#">
                <Radios
                    name="ajuda"
                    legend="Como podemos ajudar?"
                    hint="Escolha uma opção."
                    page_title=true
                    selected="parcelar"
                    choices=vec![
                        Choice::new("recibo", "Já paguei"),
                        Choice::new("parcelar", "Quero parcelar").hint("Até 12 parcelas, com entrada."),
                        Choice::new("devolver", "Paguei duas vezes").off("Não encontramos pagamento repetido. Se houver, envie o comprovante."),
                    ]
                />
                <Radios
                    name="via"
                    legend="Onde receber o código"
                    style=ChoiceStyle::Inline
                    choices=vec![Choice::new("email", "E-mail"), Choice::new("sms", "SMS")]
                />
                <Checkboxes
                    name="contas"
                    legend="Quais contas você quer pagar?"
                    style=ChoiceStyle::Cards
                    selected=vec!["1".into()]
                    choices=vec![
                        Choice::new("1", "Mensalidade de outubro").hint("Venceu em 10 de outubro").aside(view! { <MoneyText amount=money(56_213)/> }),
                        Choice::new("2", "Mensalidade de novembro").hint("Venceu em 10 de novembro").aside(view! { <MoneyText amount=money(53_512)/> }),
                        Choice::new("3", "Coparticipação de setembro").aside(view! { <MoneyText amount=money(8_740)/> }).off("Em análise pelo pedido 2025-004812"),
                    ]
                />
            </PostForm>
        </PublicLayout>
    }
    .into_any()
}

pub(crate) fn display() -> AnyView {
    view! {
        <PublicLayout frame=frame()>
            <PageTitle title="Valores, avisos e painéis"><StatusTag tone=Tone::Info words="Em análise"/></PageTitle>
            <p>
                <StatusTag words="Encerrado"/>" "<StatusTag tone=Tone::Info words="Em análise"/>" "
                <StatusTag tone=Tone::Good words="Pago"/>" "<StatusTag tone=Tone::Attention words="Venceu há 11 dias"/>
            </p>
            <p>"Valor: "<MoneyText amount=money(123_456)/>", crédito: "<MoneyText amount=money(-5_000)/>", em "<DateText when=on(11, 21, "21 de novembro de 2025")/>"."</p>
            <AmountHero label="Total a pagar" amount=money(109_725) as_of=at(14, 32, "Posição de 21 de novembro de 2025, 14h32") note="Inclui multa e juros de duas contas vencidas.">
                <ButtonLink href="#" label="Pagar agora"/>
                <ButtonLink href="#" label="Parcelar" kind=ButtonKind::Secondary/>
                <ButtonLink href="#" label="Já paguei" kind=ButtonKind::Quiet/>
            </AmountHero>
            <Notice tone=Tone::Info title="O boleto pode levar até 2 dias úteis para constar como pago"/>
            <Notice tone=Tone::Good title="Recebemos seu comprovante" live=true><p>"Respondemos até 26 de novembro."</p></Notice>
            <Notice tone=Tone::Attention title="Sua sessão termina em 2 minutos" live=true>
                <p>"O que você digitou está guardado."</p>
                <p><a href="#">"Continuar conectada"</a></p>
            </Notice>
            <div class="columns columns-even">
                <Card title="Próximo vencimento" link=("#".into(), "Ver todos".into())><p>"Mensalidade de dezembro, em 10 de dezembro."</p></Card>
                <Card title="Sem sombra" quiet=true><p>"Para o que pesa menos."</p></Card>
            </div>
            <CopyBlock
                id="linha"
                label="Linha digitável"
                groups=["34191.79001", "01043.510047", "91020.150008", "6", "12690000053512"].map(String::from).to_vec()
                hint="Toque na linha para selecionar tudo."
            >
                <button class="button button-secondary" type="button">"Copiar a linha"</button>
            </CopyBlock>
            <Details summary="Como chegamos a este valor?"><p>"Multa de 2% e juros de 1% ao mês."</p></Details>
            <Details summary="Aberto desde o início" open=true><p>"Conteúdo."</p></Details>
            <Empty icon=Icon::Tray title="Nenhum pedido por aqui" text="Quando você pedir algo, o andamento aparece nesta página."><p><a href="#">"Fazer um pedido"</a></p></Empty>
            <Confirmation title="Pedido recebido" number_label="Protocolo" number="2025-004812"><p>"Enviamos uma cópia para m•••@exemplo.invalid."</p></Confirmation>
        </PublicLayout>
    }
    .into_any()
}

pub(crate) fn lists() -> AnyView {
    let columns = || vec![Column::new("Parcela"), Column::new("Vencimento"), Column::new("Situação"), Column::amount("Valor")];
    let rows = || {
        (1..=3)
            .map(|number| {
                vec![
                    format!("{number} de 3").into_any(),
                    format!("10/{:02}/2026", number).into_any(),
                    view! { <StatusTag words="A vencer"/> }.into_any(),
                    view! { <MoneyText amount=money(36_575)/> }.into_any(),
                ]
            })
            .collect::<Vec<_>>()
    };
    let total = || vec![text("Total"), ().into_any(), ().into_any(), view! { <MoneyText amount=money(109_725)/> }.into_any()];
    view! {
        <PublicLayout frame=frame()>
            <PageTitle title="Listas e tabelas"/>
            <Steps words="Passo 2 de 4: Suas parcelas" labels=["Motivo", "Suas parcelas", "Conferir", "Pronto"].map(Words::from).to_vec() current=1/>
            <Tabs
                label="Partes do extrato"
                tabs=vec![Tab::new("#", "Em aberto", true).count("3"), Tab::new("#", "Lançamentos", false), Tab::new("#", "Pagas", false).count("27")]
            />
            <SummaryList pairs=vec![
                Pair::new("Entrada", view! { <MoneyText amount=money(15_000)/> }).change("#", "Alterar", "a entrada"),
                Pair::new("Parcelas", "6 vezes de R$ 162,40").change("#", "Alterar", "o número de parcelas"),
                Pair::new("Contrato", "8812"),
            ]/>
            <Rows>
                <Row title="Mensalidade de dezembro" href="#" meta="Vence em 10 de dezembro" amount=money(52_347)/>
                <Row title="Mensalidade de novembro" href="#" meta="Venceu em 10 de novembro" amount=money(53_512) tone=Tone::Attention tag="Venceu há 11 dias">
                    <Details summary="Como chegamos a este valor?"><p>"Multa e juros."</p></Details>
                </Row>
                <Row title="Informe para o imposto de renda de 2024" meta="PDF, 48 KB" tag="Novo" tone=Tone::Info/>
            </Rows>
            <DataTable caption="Parcelas do acordo" columns=columns() rows=rows() total=total()/>
            <DataTable caption="A mesma tabela, larga" columns=columns() rows=rows() wide=true/>
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
            <Bars>
                <Bar label="A vencer" amount=money(52_347) permille=323/>
                <Bar label="Vencidas até 30 dias" amount=money(53_586) permille=330 tone=Tone::Attention/>
                <Bar label="Crédito a seu favor" amount=money(-5_000) permille=31 tone=Tone::Good/>
            </Bars>
            <Timeline>
                <Event title="Recebido" when=on(11, 19, "19 de novembro, 10h05") by="por você"/>
                <Event title="Em análise" when=on(11, 20, "20 de novembro, 9h12") by="Equipe de contas a receber" progress=Progress::Now><p>"Estamos conferindo com o banco."</p></Event>
                <Event title="Resposta" when=on(11, 26, "até 26 de novembro") progress=Progress::Next/>
            </Timeline>
            <div>
                <Message from="Você" when=on(11, 19, "19 de novembro, 10h05") mine=true><p>"Segue o comprovante de outubro."</p></Message>
                <Message from="Equipe" when=on(11, 20, "20 de novembro, 9h12")><p>"Obrigada. Respondemos até o dia 26."</p></Message>
            </div>
            <Pagination label="Páginas" newer=Some(("#".into(), "Mais novos".into())) older=Some(("#".into(), "Mais antigos".into()))/>
            <Pagination label="Primeira página" newer=None older=Some(("#".into(), "Mais antigos".into()))/>
        </PublicLayout>
    }
    .into_any()
}
