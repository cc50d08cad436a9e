import { execFileSync } from 'node:child_process';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { ADMINISTRATOR, OPERATOR, another, expect, expectAccessible, ofProject, shot, signIn, signInStaff, test, LATE } from './helpers';

/** A key, as the administrator makes one at a terminal. */
function makeKey(name: string, scopes: string[]) {
  const folder = join(tmpdir(), `emdia-end2end-${userInfo().uid}-${new URL(test.info().project.use.baseURL!).port}`);
  const words = ['keys', 'create', name, '--database', `sqlite://${folder}/emdia.db`, '--files', `${folder}/files`];
  const said = execFileSync(process.env.EMDIA_BIN!, [...words, ...scopes.flatMap(scope => ['--scope', scope])], { encoding: 'utf8', stdio: 'pipe' });
  return said.trim();
}

/** A CPF of nobody, with its check digits. */
function cpf(nine: string) {
  const digit = (digits: string) => {
    const sum = [...digits].reduce((sum, figure, at) => sum + Number(figure) * (digits.length + 1 - at), 0);
    return ((sum * 10) % 11) % 10;
  };
  const ten = nine + digit(nine);
  return ten + digit(ten);
}

async function call(page: Page, key: string, method: string, path: string, data?: unknown) {
  const answer = await page.request.fetch(`/api/v1${path}`, { method, data, headers: { authorization: `Bearer ${key}` } });
  return { status: answer.status(), body: await answer.json().catch(() => null) };
}

test('programmers read how systems speak with the portal', async ({ page }) => {
  await page.goto('/desenvolvedores');
  await expect(page.getByRole('heading', { level: 1, name: 'Para os sistemas do credor' })).toBeVisible();
  await expect(page.getByText('422 refused')).toBeVisible();
  await page.getByText('PUT /bills/{external_id}').click();
  await expect(page.getByRole('table', { name: 'Corpo, application/json' }).filter({ hasText: 'competence' }).first()).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'developers');
  const document = await page.request.get('/api/v1/openapi.json');
  expect((await document.json()).openapi).toMatch(/^3\.1/);
});

test('an administrator keeps keys and webhooks, and nobody else does', async ({ page }) => {
  test.slow();
  const own = ofProject(['1', '2', '3', '4']);
  const key = makeKey(`ERP ${own}`, ['customers:write', 'contracts:write', 'bills:write', 'bills:read', 'payments:write', 'webhooks']);
  // Nothing listens there: what is sent cannot arrive.
  const url = `http://127.0.0.1:9/erp-${own}`;
  expect((await call(page, key, 'POST', '/webhooks', { url, topics: ['bill.settled'] })).status).toBe(201);
  const put = async (path: string, data: unknown) => expect((await call(page, key, 'PUT', path, data)).status).toBe(201);
  await put(`/customers/E2E-${own}`, { tax_id: cpf(`98765432${own}`), name: 'Pessoa do Sistema', email: `sistema${own}@example.org` });
  await put(`/contracts/E2E-${own}`, { customer: `E2E-${own}`, number: `E2E-${own}`, kind: 'individual', plan_name: 'Plano', starts_on: '2024-01-01' });
  await put(`/bills/E2E-${own}`, {
    contract: `E2E-${own}`, number: `E2E-${own}`, nature: 'monthly', competence: '2026-01', issued_on: '2026-01-02', due_on: '2026-01-10', amount: 12345,
  });
  await put(`/payments/E2E-${own}`, { bill: `E2E-${own}`, paid_on: '2026-01-10', amount: 12345, method: 'pix' });
  expect((await call(page, key, 'GET', `/bills/E2E-${own}`)).body.bill.standing).toBe('settled');
  // Neither a cookie nor another origin opens anything here.
  await signIn(page, LATE);
  expect((await page.request.get('/api/v1/bills')).status()).toBe(401);
  await page.context().clearCookies();

  await signInStaff(page, ADMINISTRATOR);
  const line = () => page.getByRole('row').filter({ hasText: url });
  await expect(async () => {
    await page.goto('/equipe/integracoes');
    await expect(line().first()).toContainText('Não foi possível alcançar.');
  }).toPass();
  await expect(page.getByRole('row').filter({ hasText: `ERP ${own}` })).toContainText('payments:write');
  await expectAccessible(page);
  await shot(page, 'systems');
  await line().first().getByRole('button', { name: 'Enviar de novo' }).click();
  await expect(page.getByText('Será entregue mais uma vez.')).toBeVisible();

  await page.getByRole('row').filter({ hasText: `ERP ${own}` }).getByText('Revogar', { exact: true }).click();
  await page.getByRole('row').filter({ hasText: `ERP ${own}` }).getByRole('button', { name: 'Revogar esta chave' }).click();
  await expect(page.getByText('A chave foi revogada.')).toBeVisible();
  expect((await call(page, key, 'GET', '/key')).status).toBe(401);
  await page.getByRole('listitem').filter({ hasText: url }).getByText('Retirar', { exact: true }).click();
  await page.getByRole('listitem').filter({ hasText: url }).getByRole('button', { name: 'Retirar este endereço' }).click();
  await expect(page.getByRole('main').getByText('O endereço foi retirado.').first()).toBeVisible();
  await expectAccessible(page);

  const operator = await another(page);
  await signInStaff(operator, OPERATOR);
  expect((await operator.goto('/equipe/integracoes'))?.status()).toBe(403);
  await operator.context().close();
});
