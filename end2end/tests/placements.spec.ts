import type { Page } from '@playwright/test';
import { ADMINISTRATOR, OPERATOR, SUPERVISOR, another, expect, expectAccessible, ofProject, shot, signIn, signInStaff, test, tick } from './helpers';

/** People with late bills of whom no other journey tells, a different one for each way of walking. */
const someone = () => ofProject(['102.535.862-75', '102.599.214-83', '102.622.971-59', '101.300.498-16']);

const today = () => new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/Sao_Paulo' }).format(new Date());

/** Opens the page of the customer with this CPF. */
async function find(page: Page, taxId: string) {
  await page.goto('/equipe/busca');
  await page.getByLabel('O que procurar').fill(taxId);
  await page.getByRole('button', { name: 'Buscar' }).click();
  await page.getByRole('main').getByRole('listitem').getByRole('link').first().click();
  await expect(page).toHaveURL(/\/equipe\/clientes\/[0-9a-f-]{36}$/);
  return page.url();
}

test('late bills go to an agency, their customer knows who speaks, results come in, and all of it is taken back', async ({ page }) => {
  await signInStaff(page, SUPERVISOR);
  await page.goto('/equipe/cobranca/assessorias');
  await page.getByRole('button', { name: 'Cadastrar' }).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveCount(3);
  await expectAccessible(page);
  const agency = `Assessoria ${test.info().project.name}`;
  await page.getByLabel('Nome').fill(agency);
  await page.getByLabel('O que é').selectOption({ label: 'Assessoria de cobrança' });
  await page.getByLabel('E-mail').fill('atendimento@assessoria.example');
  await page.getByLabel('Telefone').fill('(41) 3333-0199');
  await shot(page, 'agencies');
  await page.getByRole('button', { name: 'Cadastrar' }).click();
  await expect(page.getByText('Cadastro feito.')).toBeVisible();
  // Said anew: refused with what was typed kept, then taken.
  await page.getByRole('link', { name: `Alterar ${agency}` }).click();
  await expect(page.getByRole('heading', { level: 2, name: `Alterar ${agency}` })).toBeVisible();
  await page.getByLabel('E-mail').fill('atendimento');
  await page.getByRole('button', { name: 'Guardar' }).click();
  await expect(page.getByLabel('E-mail')).toHaveValue('atendimento');
  await expect(page.getByLabel('Nome')).toHaveValue(agency);
  await expectAccessible(page);
  await shot(page, 'agency-change');
  await page.getByLabel('E-mail').fill('contato@assessoria.example');
  await page.getByRole('button', { name: 'Guardar' }).click();
  await expect(page.getByText('Cadastro alterado.')).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: agency })).toContainText('contato@assessoria.example');

  const customer = await find(page, someone());
  await page.getByRole('link', { name: 'Entregar ou recolher' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Entregar contas' })).toBeVisible();
  await page.getByRole('button', { name: 'Ver as contas' }).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveCount(2);
  await expectAccessible(page);
  await page.getByLabel('Para quem').selectOption({ label: `${agency} · Assessoria de cobrança` });
  await tick(page.getByRole('checkbox').first());
  await shot(page, 'placement-of-customer');
  await page.getByRole('button', { name: 'Ver as contas' }).click();
  await expect(page.getByText('Entrega preparada. Confira as contas.')).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'placement-waiting');
  const bill = (await page.getByRole('table', { name: 'Contas da entrega' }).innerText()).match(/\b\d{10}\b/)![0];
  await page.getByRole('button', { name: 'Entregar as contas' }).click();
  await expect(page.getByText('Contas entregues.')).toBeVisible();
  await expectAccessible(page);
  await page.goto(customer);
  await expect(page.getByText(`Com ${agency}`).first()).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'customer-placed');

  // The customer reads who speaks, and may pay all the same.
  const home = await another(page);
  await signIn(home, someone());
  for (const address of ['/', '/extrato']) {
    await home.goto(address);
    await expect(home.getByText(`${agency} fala em nosso nome sobre 1 conta.`)).toBeVisible();
    await expect(home.getByText('o pagamento feito aqui quita a conta da mesma forma')).toBeVisible();
    await expectAccessible(home);
    await shot(home, address === '/' ? 'home-placed' : 'statement-placed');
  }
  await home.goto('/pagar');
  await expect(home.getByRole('checkbox').first()).toBeVisible();
  await home.goto('/avisos');
  await expect(home.getByText('Quem cuida das suas contas vencidas').first()).toBeVisible();
  await home.context().close();

  await page.goto('/equipe/cobranca');
  await expect(page.getByRole('table', { name: 'Com quem estão as contas' })).toContainText(agency);
  await expectAccessible(page);
  await shot(page, 'placements');
  await page.getByRole('table', { name: 'Com quem estão as contas' }).getByRole('link', { name: agency }).click();
  await expect(page.getByRole('heading', { level: 1, name: agency })).toBeVisible();
  await expectAccessible(page);
  const list = await page.request.get(`${page.url()}/lista/csv`);
  const text = await list.text();
  expect(text).toContain('customer;tax_id;phone;email;contract;bill;due_on;placed_on;amount_placed;open;to_pay_today');
  expect(text).toContain(bill);

  // What the agency did comes as a file: one line is taken, the other given back with its reason.
  const lines = `bill;on;channel;code;promised_on;note\n${bill};${today()};phone;paid_claimed;;Diz que pagou ontem\n${bill};${today()};pombo;contacted;;\n`;
  await page.getByRole('button', { name: 'Enviar o arquivo' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByLabel('Arquivo CSV').setInputFiles({ name: 'retorno.csv', mimeType: 'text/csv', buffer: Buffer.from(lines) });
  await page.getByRole('button', { name: 'Enviar o arquivo' }).click();
  await expect(page.getByText('Arquivo retorno.csv: 1 registrados, 0 já conhecidos, 1 recusados')).toBeVisible();
  await expect(page.getByRole('table', { name: 'Linhas recusadas' })).toContainText('Canal que falta ou não existe');
  await expectAccessible(page);
  await shot(page, 'agency-results');
  await page.goto(customer);
  await expect(page.getByText('Cliente diz que já pagou').first()).toBeVisible();
  await expect(page.getByText('Diz que pagou ontem')).toBeVisible();

  await page.getByRole('link', { name: 'Entregar ou recolher' }).click();
  await page.getByText('Recolher as contas deste cliente').first().click();
  await page.getByRole('button', { name: 'Recolher as contas deste cliente' }).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveCount(1);
  await expectAccessible(page);
  await page.getByLabel('Por que voltam').fill('Vamos tratar direto com o cliente.');
  await page.getByRole('button', { name: 'Recolher as contas deste cliente' }).click();
  await expect(page.getByText('1 conta recolhida.')).toBeVisible();
  await expect(page.getByText('Vamos tratar direto com o cliente.')).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'placement-recalled');
});

test('many bills are looked at by age, with what stays and why, and nothing goes by itself', async ({ page }) => {
  await signInStaff(page, SUPERVISOR);
  await page.goto('/equipe/cobranca');
  await page.getByRole('button', { name: 'Ver as contas' }).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveCount(2);
  await page.getByLabel('Para quem').selectOption({ label: 'Assessoria Ponte Clara · Assessoria de cobrança' });
  await page.getByLabel('Vencidas há pelo menos').fill('30');
  await page.getByLabel('Soma mínima das contas do cliente').fill('200,00');
  await page.getByRole('button', { name: 'Ver as contas' }).click();
  await expect(page.getByRole('table', { name: 'Ficam com a casa' })).toContainText('Soma do cliente abaixo do mínimo');
  await expectAccessible(page);
  await shot(page, 'placement-by-age');
  await page.getByRole('button', { name: 'Descartar' }).click();
  await expect(page.getByText('Entrega descartada.')).toBeVisible();

  const operator = await another(page);
  await signInStaff(operator, OPERATOR);
  expect((await operator.goto('/equipe/cobranca'))?.status()).toBe(403);
  await operator.context().close();
  // Whoever keeps the installation keeps the agencies, and sees no customer of theirs.
  const keeper = await another(page);
  await signInStaff(keeper, ADMINISTRATOR);
  expect((await keeper.goto('/equipe/cobranca'))?.status()).toBe(403);
  await keeper.goto('/equipe/cobranca/assessorias');
  await expect(keeper.getByRole('heading', { level: 1, name: 'Assessorias e advogados' })).toBeVisible();
  await expectAccessible(keeper);
  await keeper.context().close();
});
