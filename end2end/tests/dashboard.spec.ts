import { OPERATOR, RECEIVABLES, SUPERVISOR, another, expect, expectAccessible, shot, signInStaff, test } from './helpers';

test('a supervisor sees the house in figures, and takes them along', async ({ page }) => {
  await signInStaff(page, SUPERVISOR);
  await page.getByRole('link', { name: 'Painel', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Painel' })).toBeVisible();
  for (const name of ['Por vencimento', 'Recebido por mês', 'Pedidos em aberto', 'Acordos', 'Equipe']) {
    await expect(page.getByRole('table', { name, exact: true })).toBeVisible();
  }
  // The bar's total is the table's.
  const ageing = page.getByRole('table', { name: 'Por vencimento' });
  const amounts = await ageing.locator('tbody td:nth-of-type(2) data').evaluateAll(all => all.map(one => Number(one.getAttribute('value'))));
  const total = Number(await ageing.locator('tfoot td:nth-of-type(2) data').getAttribute('value'));
  expect(amounts.reduce((sum, one) => sum + one, 0)).toBeCloseTo(total, 2);
  expect(total).toBeGreaterThan(0);
  await expect(page.getByRole('table', { name: 'Equipe' }).getByRole('row').filter({ hasText: 'supervisão' })).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'dashboard');

  const csv = await page.request.get((await page.getByRole('link', { name: /^Baixar Contas em aberto/ }).getAttribute('href'))!);
  expect(csv.headers()['content-disposition']).toMatch(/painel_vencimento_.*\.csv/);
  const lines = (await csv.text()).trimEnd().split('\r\n');
  expect(lines[0]).toBe('\ufeffVencimento;Contas;Em aberto;Disso, contestado;Disso, em acordo');
  // Other journeys pay meanwhile: the lines are held against the page, and the sums are not.
  const ages = await ageing.locator('tbody th').allInnerTexts();
  expect(lines.slice(1).map(line => line.split(';')[0])).toEqual(ages);
  expect(lines.slice(1).every(line => /^[^;]+;\d+;\d+\.\d{2};\d+\.\d{2};\d+\.\d{2}$/.test(line))).toBe(true);
  const xlsx = await page.request.get((await page.getByRole('link', { name: /planilha/ }).getAttribute('href'))!);
  expect((await xlsx.body()).subarray(0, 2).toString()).toBe('PK');
});

test('who carries what is for supervisors, and an operator sees no figures', async ({ page }) => {
  await signInStaff(page, RECEIVABLES);
  await page.goto('/equipe/painel');
  await expect(page.getByRole('table', { name: 'Acordos' })).toBeVisible();
  await expect(page.getByRole('table', { name: 'Equipe' })).toHaveCount(0);
  expect((await page.request.get('/equipe/painel/arquivo?quadro=equipe&formato=csv')).status()).toBe(404);
  expect((await page.request.get('/equipe/painel/arquivo?quadro=x&formato=csv')).status()).toBe(404);
  const other = await another(page);
  await signInStaff(other, OPERATOR);
  expect((await other.goto('/equipe/painel'))?.status()).toBe(403);
  await expect(other.getByRole('link', { name: 'Painel', exact: true })).toHaveCount(0);
});
