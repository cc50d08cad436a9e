import { LEGAL, OPERATOR, RECEIVABLES, another, expect, expectAccessible, ofProject, shot, signIn, signInStaff, test, tickOnly } from './helpers';

/** People with several late bills and nothing else, a different one for each way of walking. */
const someone = () => ofProject(['101.173.794-92', '101.189.632-01', '101.221.308-04', '101.284.660-14']);

test('a letter that asks for payment is written, read by its customer, and followed', async ({ page }) => {
  await signInStaff(page, RECEIVABLES);
  await page.goto('/equipe/acompanhamento/cartas');
  await expect(page.getByRole('heading', { level: 1, name: 'Cartas de cobrança' })).toBeVisible();
  await expect(page.getByRole('cell', { name: 'Prazo encerrado' }).first()).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'demands');

  await page.goto('/equipe/busca');
  await page.getByRole('searchbox').fill(someone());
  await page.getByRole('searchbox').press('Enter');
  await page.getByRole('main').locator('a[href^="/equipe/clientes/"]').first().click();
  await page.getByRole('link', { name: 'Carta de cobrança' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Carta de cobrança');
  await expectAccessible(page);
  await shot(page, 'demand-form');
  // A letter travels: tomorrow is too soon, and what was chosen stays.
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toLocaleDateString('sv-SE', { timeZone: 'America/Sao_Paulo' });
  const boxes = page.getByRole('checkbox');
  const bills = await boxes.count();
  await tickOnly(page, bills - 1);
  await page.getByLabel('Último dia para pagar').fill(day(1));
  await page.getByRole('button', { name: 'Escrever e enviar' }).click();
  await expect(page.getByRole('alert')).toContainText('Escolha um dia a partir de');
  await expect(page.getByRole('checkbox', { checked: true })).toHaveCount(bills - 1);
  await expectAccessible(page);
  await shot(page, 'demand-refused');
  await page.getByLabel('Último dia para pagar').fill(day(12));
  await page.getByRole('button', { name: 'Escrever e enviar' }).click();
  await expect(page.getByText('Carta registrada.')).toBeVisible();
  await expect(page.getByText('Sem prova ainda')).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'demand-written');
  const letter = await page.request.get((await page.getByRole('link', { name: /^Carta em PDF/ }).first().getAttribute('href'))!);
  expect((await letter.body()).subarray(0, 5).toString()).toBe('%PDF-');

  // Whoever gets it reads it on the portal, and that is its proof.
  const customer = await another(page);
  await signIn(customer, someone());
  await customer.goto('/avisos');
  await expect(customer.getByText('Contas em aberto: valores e como resolver').first()).toBeVisible();
  await customer.getByRole('button', { name: /[Ll]id[ao]/ }).first().click();
  await customer.context().close();
  await page.reload();
  await expect(page.getByText(/Lida no portal/)).toBeVisible();
  await expect(page.getByText('Pode pagar')).toBeVisible();
  const mine = page.url();

  const operator = await another(page);
  await signInStaff(operator, OPERATOR);
  await operator.goto(mine);
  await expect(operator.getByRole('button', { name: 'Escrever e enviar' })).toHaveCount(0);
  await expectAccessible(operator);
  await operator.context().close();
});

test('what came back without a payment is listed, and so is what was left with the creditor', async ({ page }) => {
  await signInStaff(page, RECEIVABLES);
  await page.goto('/equipe/acompanhamento/suspensoes');
  const back = page.getByRole('table', { name: 'Religados sem pagamento' });
  await expect(back.getByRole('row')).toHaveCount(2);
  await expectAccessible(page);
  await shot(page, 'suspensions');
  const csv = await page.request.get('/equipe/acompanhamento/suspensoes.csv');
  expect(await csv.text()).toContain('part;contract;customer;since;late;arranged');
  await back.getByRole('link').click();
  await expect(page.getByRole('heading', { name: 'Garantias e depósitos' })).toBeVisible();
  await page.goto('/equipe/busca');
  await page.getByRole('searchbox').fill('99.944.395/0001-48');
  await page.getByRole('searchbox').press('Enter');
  await page.getByRole('main').locator('a[href^="/equipe/clientes/"]').first().click();
  await expect(page.getByText(/^Termina em/)).toBeVisible();
  await expect(page.getByText(/AP-2026-0077/)).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'customer-guarantees');
});

test('what is owed in a proceeding, and money that lies idle', async ({ page }) => {
  await signInStaff(page, LEGAL);
  await page.goto('/equipe/acompanhamento/processos');
  await expectAccessible(page);
  await shot(page, 'proceedings');
  await page.getByRole('main').getByRole('table').getByRole('link').first().click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Demonstrativo de crédito');
  await expect(page.getByRole('table', { name: 'Existia no dia do pedido' })).toContainText('Soma');
  await expectAccessible(page);
  await shot(page, 'claim');
  const paper = await page.request.get((await page.getByRole('link', { name: 'Demonstrativo em PDF' }).getAttribute('href'))!);
  expect((await paper.body()).subarray(0, 5).toString()).toBe('%PDF-');
  expect((await page.goto('/equipe/acompanhamento/creditos'))?.status()).toBe(403);

  const receivables = await another(page);
  await signInStaff(receivables, RECEIVABLES);
  await receivables.goto('/equipe/acompanhamento/creditos?dias=0');
  await expect(receivables.getByRole('table', { name: 'Créditos parados' }).getByRole('row').nth(1)).toBeVisible();
  await expectAccessible(receivables);
  await shot(receivables, 'credits');
  await receivables.getByLabel('Parado há pelo menos (dias)').fill('3650');
  await receivables.getByRole('button', { name: 'Mostrar' }).click();
  await expect(receivables.getByText('Nenhum crédito parado há tanto tempo')).toBeVisible();
  await expectAccessible(receivables);
  const csv = await receivables.request.get('/equipe/acompanhamento/creditos.csv?dias=0');
  expect(await csv.text()).toContain('customer;bill;amount;since;protocol');
  await receivables.context().close();
});
