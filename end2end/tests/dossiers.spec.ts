import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { Page } from '@playwright/test';
import { LATE, LEGAL, OPERATOR, another, expect, expectAccessible, shot, signIn, signInStaff, test, unpacked } from './helpers';

/** Opens the page of the customer of this CPF. */
async function customer(page: Page, taxId: string) {
  await page.goto('/equipe/busca');
  await page.getByLabel('O que procurar').fill(taxId);
  await page.getByLabel('O que procurar').press('Enter');
  await page.getByRole('main').getByRole('listitem').getByRole('link').first().click();
  await expect(page).toHaveURL(/\/equipe\/clientes\/[0-9a-f-]{36}$/);
}

const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** The entries of a dossier, after each was held against the list of sums. */
function checked(zip: Buffer) {
  const files = unpacked(zip);
  const sums = files.get('SHA256SUMS')!.toString().trimEnd().split('\n').map(line => line.split('  '));
  expect(sums.map(([, name]) => name).sort()).toEqual([...files.keys()].filter(name => name !== 'SHA256SUMS').sort());
  for (const [told, name] of sums) expect(sum(files.get(name)!), name).toBe(told);
  return files;
}

/** What page 1 of a PDF says. */
const firstPage = (pdf: Buffer) => execFileSync('pdftotext', ['-raw', '-l', '1', '-', '-'], { input: pdf, encoding: 'utf8' }).replaceAll('\u00a0', ' ');

test('legal takes the dossier of a customer, checks it, and takes the same again', async ({ page }) => {
  await signInStaff(page, LEGAL);
  await customer(page, LATE);
  await expectAccessible(page);
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Baixar dossiê (ZIP)' }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toMatch(/^dossie-[0-9a-f]{6}-\d{8}-\d{6}\.zip$/);

  await page.getByRole('link', { name: 'Dossiê de outra data, e os já retirados' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Dossiê' })).toBeVisible();
  const newest = page.getByRole('table', { name: 'Dossiês retirados' }).getByRole('row').nth(1);
  await expect(newest).toContainText('Lia');
  await expectAccessible(page);
  await shot(page, 'dossiers');
  const again = await page.request.get((await newest.getByRole('link').getAttribute('href'))!);
  expect(again.headers()['content-disposition']).toContain('attachment');
  const bytes = await again.body();
  const files = checked(bytes);
  expect([...files.keys()].slice(0, 4)).toEqual(['00-indice.pdf', '01-cliente-e-contratos.pdf', '02-contas-e-lancamentos.pdf', '03-calculo.pdf']);
  const first = firstPage(files.get('00-indice.pdf')!);
  expect(first).toContain(LATE);
  for (const words of ['Lacunas', 'Aviso sem prova de entrega ou de leitura', 'Conta vencida sem boleto entregue', '03-calculo.csv']) expect(first).toContain(words);
  expect(await (await page.request.get((await newest.getByRole('link').getAttribute('href'))!)).body()).toEqual(bytes);

  // A moment that is not over comes back with a word about it, and with what was typed.
  await page.getByLabel('Posição').fill('2099-01-01T10:00');
  await page.getByRole('main').getByRole('button', { name: 'Baixar dossiê (ZIP)' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByLabel('Posição')).toHaveValue(/^2099-01-01T10:00/);
  await expectAccessible(page);
  await shot(page, 'dossiers-refused');
});

test('the customer sees that a dossier was taken, and an operator takes none', async ({ page }) => {
  const desk = await another(page);
  await signInStaff(desk, LEGAL);
  await customer(desk, LATE);
  const address = desk.url();
  expect((await desk.request.get(`${address}/dossie.zip`)).status()).toBe(200);
  await desk.context().close();
  await signIn(page, LATE);
  await page.goto('/conta');
  await expect(page.getByText('Retirada de tudo sobre você em um arquivo, para uso jurídico').first()).toBeAttached();

  const operator = await another(page);
  await signInStaff(operator, OPERATOR);
  await operator.goto(address);
  await expect(operator.getByRole('link', { name: 'Baixar dossiê (ZIP)' })).toHaveCount(0);
  expect((await operator.request.get(`${address}/dossie.zip`)).status()).toBe(403);
  expect((await operator.goto(`${address}/dossie`))?.status()).toBe(403);
});
