import { LATE, expect, expectAccessible, shot, signIn, test } from './helpers';

test('a late bill opens to its calculation, line by line', async ({ page }) => {
  await signIn(page, LATE);
  await page.goto('/extrato');
  await expectAccessible(page);
  await shot(page, 'statement');
  await page.getByText('Filtrar', { exact: true }).click();
  await page.getByLabel('Situação').selectOption('Vencidas');
  await page.getByRole('button', { name: 'Aplicar' }).click();
  await expect(page).toHaveURL(/situacao=vencidas/);
  const late = page.getByRole('listitem').filter({ hasText: /Venceu há \d+ dia/ }).first();
  await late.getByText('Como chegamos a este valor?').click();
  await expect(late.getByRole('rowheader', { name: /^Multa/ })).toContainText('2%');
  await expect(late.getByRole('rowheader', { name: /^Juros/ })).toContainText(/1% ao mês ÷ 30 × \d+ dia/);
  await expectAccessible(page);
  await late.getByRole('link').first().click();
  await expect(page).toHaveURL(/\/extrato\/conta\//);
  await expect(page.getByRole('heading', { level: 2, name: 'Lançamentos' })).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'bill');
});

test('a bill costs more on a later day', async ({ page }) => {
  await signIn(page, LATE);
  await page.goto('/extrato?situacao=vencidas');
  await page.getByRole('listitem').filter({ hasText: /Venceu há \d+ dia/ }).getByRole('link').first().click();
  const total = page.locator('.amount-large data');
  const today = Number(await total.getAttribute('value'));
  await page.getByText('E se eu pagar em outro dia?').click();
  const later = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel('Dia do pagamento').fill(later);
  await page.getByRole('button', { name: 'Calcular' }).click();
  await expect(page).toHaveURL(new RegExp(`dia=${later}`));
  expect(Number(await total.getAttribute('value'))).toBeGreaterThan(today);
});

test('the statement can be seen as of a day that is over, and kept as PDF and table', async ({ page }) => {
  await signIn(page, LATE);
  await page.goto('/extrato');
  await page.getByText('Filtrar', { exact: true }).click();
  const before = new Date(Date.now() - 60 * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel('Posição em').fill(before);
  await page.getByRole('button', { name: 'Aplicar' }).click();
  await expect(page.getByText('Você está vendo uma posição do passado')).toBeVisible();
  const pdf = await page.request.get((await page.getByRole('link', { name: 'Baixar em PDF' }).getAttribute('href'))!);
  expect(pdf.headers()['content-disposition']).toContain('attachment');
  expect((await pdf.body()).subarray(0, 5).toString()).toBe('%PDF-');
  const csv = await page.request.get((await page.getByRole('link', { name: 'Planilha (CSV)' }).getAttribute('href'))!);
  expect(csv.headers()['content-type']).toContain('text/csv');
  expect((await csv.text()).split('\n')[0]).toContain('Número;Contrato');
});

test('the ledger carries its balance from line to line', async ({ page }) => {
  await signIn(page, LATE);
  await page.goto('/extrato');
  await page.getByRole('link', { name: 'Lançamentos' }).click();
  await expect(page).toHaveURL('/extrato/lancamentos');
  await expectAccessible(page);
  await shot(page, 'ledger');
  const cents = async (row: number, cell: number) =>
    Math.round(Number(await page.getByRole('row').nth(row).getByRole('cell').nth(cell).locator('data').getAttribute('value')) * 100);
  // Newest first: the balance after the second line, and the first line's amount, give the balance after the first.
  expect((await cents(2, 2)) + (await cents(1, 1))).toBe(await cents(1, 2));
});

test('somebody else’s bill is not found', async ({ page }) => {
  await signIn(page, LATE);
  const answer = await page.goto('/extrato/conta/0193b3c4-7a6e-7cc3-98c4-dc0c0c07398f');
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1, name: 'Não encontramos esta página' })).toBeVisible();
});
