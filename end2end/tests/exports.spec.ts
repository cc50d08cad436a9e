import type { Page } from '@playwright/test';
import { OPERATOR, RECEIVABLES, another, expect, expectAccessible, shot, signInStaff, test } from './helpers';

/** What a link hands over to be kept. */
async function taken(page: Page, name: string) {
  const href = await page.getByRole('link', { name, exact: true }).getAttribute('href');
  const answer = await page.request.get(href!);
  expect(answer.status()).toBe(200);
  const disposition = answer.headers()['content-disposition'];
  expect(disposition).toMatch(/^attachment; /);
  return { name: disposition.match(/filename="([^"]+)"/)![1], bytes: await answer.body() };
}

test('decisions of some days leave in three formats, and the list says who took them', async ({ page }) => {
  await signInStaff(page, RECEIVABLES);
  await page.goto('/equipe/exportacoes');
  await expect(page.getByRole('heading', { level: 1, name: 'Exportações' })).toBeVisible();
  await page.getByLabel('De', { exact: true }).fill('2026-01-01');
  await page.getByLabel('Até', { exact: true }).fill('2026-12-31');
  await page.getByRole('button', { name: 'Mostrar estes dias' }).click();
  await expect(page).toHaveURL(/de=2026-01-01&ate=2026-12-31/);
  const row = page.getByRole('row').filter({ hasText: 'Pedidos aprovados e recusados' });
  const count = Number((await row.getByRole('cell').first().innerText()).match(/\d+/)![0]);
  expect(count).toBeGreaterThan(0);
  await expectAccessible(page);
  await shot(page, 'exports');

  const csv = await taken(page, 'CSV: Decisões');
  expect(csv.name).toBe('decisoes_2026-01-01_2026-12-31.csv');
  const lines = csv.bytes.toString('utf8').trimEnd().split('\r\n');
  expect(lines[0]).toMatch(/^protocol;request;decision;/);
  expect(lines.length).toBeGreaterThan(count);
  const marked = await taken(page, 'CSV para planilhas: Decisões');
  expect(marked.bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
  const xlsx = await taken(page, 'Excel (XLSX): Decisões');
  expect(xlsx.name).toBe('decisoes_2026-01-01_2026-12-31.xlsx');
  expect(xlsx.bytes.subarray(0, 2).toString()).toBe('PK');

  await page.reload();
  const newest = page.getByRole('table', { name: 'Quem exportou o quê' }).getByRole('row').filter({ hasText: 'Decisões, Excel (XLSX)' }).first();
  await expect(newest).toContainText('Nádia');
  await expect(newest).toContainText(String(count));
  await expectAccessible(page);
});

test('days that are no period are told, and a role without business here is refused', async ({ page }) => {
  await signInStaff(page, RECEIVABLES);
  await page.goto('/equipe/exportacoes?de=2026-12-31&ate=2026-01-01');
  await expect(page.getByText('Estas datas não formam um período')).toBeVisible();
  await expectAccessible(page);
  const other = await another(page);
  await signInStaff(other, OPERATOR);
  const refused = await other.goto('/equipe/exportacoes');
  expect(refused?.status()).toBe(403);
  const file = await other.request.get('/equipe/exportacoes/arquivo?tipo=decisions&de=2026-01-01&ate=2026-12-31&formato=csv');
  expect(file.status()).toBe(403);
});
