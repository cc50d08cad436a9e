import { execFileSync } from 'node:child_process';

import { LATE, UP_TO_DATE, expect, expectAccessible, shot, signIn, test } from './helpers';

const year = new Date().getFullYear() - 1;

test('documents are listed, narrowed, and kept as files', async ({ page }) => {
  await signIn(page, UP_TO_DATE);
  await page.goto('/documentos');
  await expectAccessible(page);
  await shot(page, 'documents');
  const first = page.getByRole('main').getByRole('listitem').getByRole('link').first();
  const answer = await page.request.get((await first.getAttribute('href'))!);
  expect(answer.headers()['content-disposition']).toContain('attachment');
  expect(answer.headers()['content-security-policy']).toContain('sandbox');
  await page.goto('/documentos?mes=1999-01');
  await expect(page.getByText('Nenhum documento aqui')).toBeVisible();
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
