import { execFileSync } from 'node:child_process';
import type { Page } from '@playwright/test';

import { LATE, OPERATOR, UP_TO_DATE, another, expect, expectAccessible, shot, signIn, signInStaff, test, unpacked } from './helpers';

/** A company with an establishment for every contract. */
const COMPANY = '99.944.395/0001-48';
/** Somebody who pays in installments. */
const IN_AGREEMENT = '100.152.243-50';

const year = new Date().getFullYear() - 1;

/** Opens the filters, unless they are open. */
async function openFilters(page: Page) {
  const filters = page.locator('details.filters');
  if (!(await filters.evaluate(details => (details as HTMLDetailsElement).open))) await filters.locator('summary').click();
}

test('documents are listed, narrowed, and kept as files', async ({ page }) => {
  await signIn(page, UP_TO_DATE);
  await page.goto('/documentos');
  await expectAccessible(page);
  await shot(page, 'documents');
  const first = page.getByRole('main').getByRole('listitem').getByRole('link').first();
  const answer = await page.request.get((await first.getAttribute('href'))!);
  expect(answer.headers()['content-disposition']).toContain('attachment');
  expect(answer.headers()['content-security-policy']).toContain('sandbox');
  await page.goto('/documentos?de=01/1999&ate=02/1999');
  await expect(page.getByText('Nenhum documento aqui')).toBeVisible();
  await expectAccessible(page);
});

test('a company narrows its invoices to a branch, and downloads them with their table in one file', async ({ page }) => {
  await signIn(page, COMPANY);
  await page.goto('/documentos');
  await expect(page.getByRole('main').getByRole('listitem').filter({ hasText: 'Cancelada' }).first()).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'documents-company');
  await openFilters(page);
  await page.getByLabel('Tipo').selectOption({ label: 'Nota fiscal (XML)' });
  await page.getByLabel('Contrato').selectOption({ index: 2 });
  await page.getByRole('button', { name: 'Aplicar' }).click();
  const rows = page.getByRole('main').getByRole('listitem').filter({ hasText: 'Nota fiscal (XML)' });
  await expect(rows).toHaveCount(6);
  await expectAccessible(page);
  await shot(page, 'documents-branch');
  const link = page.getByRole('link', { name: 'Baixar em um arquivo (ZIP)' });
  const answer = await page.request.get((await link.getAttribute('href'))!);
  expect(answer.headers()['content-disposition']).toMatch(/documentos-\d{4}-\d\d-\d{4}-\d\d\.zip/);
  const files = unpacked(await answer.body());
  expect(files.size).toBe(7);
  const notes = [...files.keys()].filter(name => /^\d{4}-\d\d\/NFS-e \d+\.xml$/.test(name));
  expect(notes).toHaveLength(6);
  for (const note of notes) expect(files.get(note)!.toString()).toContain('<nNFSe>');
  const table = files.get('indice.csv')!.toString();
  expect(table.trim().split('\r\n')).toHaveLength(7);
  expect(table).toContain('Chave de acesso');
});

test('whoever keeps the books of a branch reads its documents and nothing else of the company', async ({ page }) => {
  await signIn(page, UP_TO_DATE);
  await page.goto('/documentos');
  await openFilters(page);
  const whose = page.getByLabel('De quem');
  await whose.selectOption({ index: 1 });
  await page.getByRole('button', { name: 'Aplicar' }).click();
  await expect(page.getByText('filiais que a empresa liberou')).toBeVisible();
  await expect(page.getByLabel('Contrato').getByRole('option')).toHaveCount(3);
  await expect(page.getByRole('main').getByRole('listitem').filter({ hasText: 'Nota fiscal (XML)' }).first()).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'documents-limited');
  // Of the rest of the company there is nothing: one's own statement stays one's own.
  await page.goto('/conta');
  await expect(page.getByRole('button', { name: /^Ver as contas de/ })).toHaveCount(0);
});

test('the income-tax statement is made, and whoever holds it can check it', async ({ page }) => {
  await signIn(page, UP_TO_DATE);
  await page.goto('/documentos');
  const link = page.getByRole('link', { name: `Baixar o informe de ${year} (PDF)` });
  const answer = await page.request.get((await link.getAttribute('href'))!);
  expect(answer.headers()['content-disposition']).toContain(`imposto-de-renda-${year}.pdf`);
  const text = execFileSync('pdftotext', ['-raw', '-', '-'], { input: await answer.body() }).toString();
  expect(text).toContain(`ano-calendário ${year}`);
  const code = text.match(/\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b/)![0];
  await page.goto('/e-nosso');
  await page.getByLabel('código de documento').fill(code);
  await page.getByRole('button', { name: 'Conferir' }).click();
  await expect(page.getByText('É nosso e continua valendo')).toBeVisible();
  await expect(page.getByText(`Informe para o imposto de renda de ${year}`)).toBeVisible();
  await expectAccessible(page);
});

test('payments of a period are put on paper, and a period that none has is said', async ({ page }) => {
  await signIn(page, UP_TO_DATE);
  await page.goto('/documentos');
  await page.getByRole('link', { name: 'Fazer um extrato de pagamentos' }).click();
  await expectAccessible(page);
  await shot(page, 'payments-paper');
  await page.getByLabel('Primeiro dia').fill('2001-01-01');
  await page.getByRole('button', { name: 'Baixar o extrato (PDF)' }).click();
  await expect(page.getByRole('alert')).toContainText('período de até um ano');
  await expectAccessible(page);
  const answer = await page.request.get(`/documentos/pagamentos.pdf?de=${year}-01-01&ate=${year}-12-31`);
  expect(answer.headers()['content-type']).toBe('application/pdf');
  const text = execFileSync('pdftotext', ['-raw', '-', '-'], { input: await answer.body() }).toString();
  expect(text).toContain(`Extrato de pagamentos de 01/01/${year} a 31/12/${year}`);
});

test('a notice is taken as a letter, by its customer and by staff, and whoever holds it can check it', async ({ page }) => {
  await signIn(page, LATE);
  await page.goto('/avisos');
  const subject = await page.getByRole('heading', { level: 2 }).first().innerText();
  const link = page.getByRole('link', { name: `Baixar carta em PDF ${subject}` }).first();
  const answer = await page.request.get((await link.getAttribute('href'))!);
  expect(answer.headers()['content-type']).toBe('application/pdf');
  const letter = await answer.body();
  const text = execFileSync('pdftotext', ['-raw', '-', '-'], { input: letter }).toString();
  expect(text).toContain(subject);
  // A page that is read aloud: the letter is tagged, and says its language and its title.
  expect(execFileSync('pdfinfo', ['-'], { input: letter }).toString()).toMatch(/Title:\s+\S[^]*Tagged:\s+yes/);
  const code = text.match(/\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b/)![0];
  await page.goto('/e-nosso');
  await page.getByLabel('código de documento').fill(code);
  await page.getByRole('button', { name: 'Conferir' }).click();
  await expect(page.getByText('É nosso e continua valendo')).toBeVisible();
  await expect(page.getByText('Carta de aviso')).toBeVisible();

  const desk = await another(page);
  await signInStaff(desk, OPERATOR);
  await desk.goto('/equipe/busca');
  await desk.getByLabel('O que procurar').fill(LATE);
  await desk.getByRole('button', { name: 'Buscar' }).click();
  await desk.locator('main a[href^="/equipe/clientes/"]').first().click();
  await desk.locator('summary').filter({ hasText: 'Avisos enviados' }).click();
  const same = desk.getByRole('link', { name: `Baixar carta em PDF ${subject}` }).first();
  const taken = await desk.request.get((await same.getAttribute('href'))!);
  expect((await taken.body()).equals(letter), 'the very same').toBe(true);
  await expectAccessible(desk);
  await shot(desk, 'customer-notices');
  await desk.context().close();
});

test('an agreement has its term on paper', async ({ page }) => {
  await signIn(page, IN_AGREEMENT);
  await page.goto('/acordos');
  const link = page.getByRole('link', { name: 'Baixar o termo (PDF)' }).first();
  const answer = await page.request.get((await link.getAttribute('href'))!);
  const text = execFileSync('pdftotext', ['-raw', '-', '-'], { input: await answer.body() }).toString();
  expect(text).toContain('Condições aceitas, palavra por palavra');
  await expectAccessible(page);
});

test('a paid year is declared on paper, and whoever holds the paper can check it', async ({ page }) => {
  await signIn(page, UP_TO_DATE);
  await page.goto('/documentos');
  await expect(page.getByText('Todas pagas').first()).toBeVisible();
  const link = page.getByRole('link', { name: `Baixar a declaração de ${year} (PDF)` });
  const answer = await page.request.get((await link.getAttribute('href'))!);
  expect(answer.headers()['content-disposition']).toContain(`quitacao-${year}.pdf`);
  const text = execFileSync('pdftotext', ['-raw', '-', '-'], { input: await answer.body() }).toString();
  expect(text).toContain('Lei nº 12.007/2009');
  const code = text.match(/\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b/)![0];
  await page.goto('/e-nosso');
  await page.getByLabel('código de documento').fill(code.toLowerCase().replaceAll('-', ' '));
  await page.getByRole('button', { name: 'Conferir' }).click();
  await expect(page.getByText('É nosso e continua valendo')).toBeVisible();
  await expect(page.getByText(`Declaração anual de quitação de ${year}`)).toBeVisible();
  expect(page.url()).not.toContain(code);
  await expectAccessible(page);
  await shot(page, 'document-checked');
  await page.getByLabel('código de documento').fill('0123-4567-89AB-CDEF');
  await page.getByRole('button', { name: 'Conferir' }).click();
  await expect(page.getByText('Nenhum documento nosso tem este código')).toBeVisible();
  await expectAccessible(page);
});

test('the years that can be declared stand below documents, also where there are none', async ({ page }) => {
  await signIn(page, LATE);
  await page.goto('/documentos');
  await expect(page.getByText('Ainda não há documentos')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Declaração anual de quitação' })).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'documents-none');
  expect((await page.request.get(`/documentos/quitacao/${year + 1}`)).status()).toBe(404);
});
