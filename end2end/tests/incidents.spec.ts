import type { Page } from '@playwright/test';
import { OPERATOR, SUPERVISOR, another, expect, expectAccessible, ofProject, shot, signIn, signInStaff, test } from './helpers';

/** People with late bills, a different one for each way of walking: what one is relieved of, another should not be. */
const someone = () => ofProject(['100.872.872-18', '100.326.461-19', '100.445.246-25', '100.706.573-78']);

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toLocaleDateString('sv-SE', { timeZone: 'America/Sao_Paulo' });

/** The number of the oldest late bill of the page's customer. */
async function lateBill(page: Page) {
  await page.goto('/extrato?situacao=vencidas');
  const link = page.getByRole('main').locator('a[href^="/extrato/conta/"]').last();
  await link.click();
  await expect(page).toHaveURL(/\/extrato\/conta\//);
  return { address: page.url(), number: (await page.getByRole('main').innerText()).match(/\b\d{10}\b/)![0] };
}

test('a supervisor relieves a bill of fine and interest, its customer sees why, and it is taken back', async ({ page }) => {
  await signIn(page, someone());
  const bill = await lateBill(page);
  const main = page.getByRole('main');
  await expect(main.getByRole('rowheader', { name: /^Multa/ })).toBeVisible();
  const reason = `O banco não aceitou o boleto ${bill.number}`;

  const desk = await another(page);
  await signInStaff(desk, SUPERVISOR);
  await desk.goto('/equipe/incidentes');
  await expect(desk.getByRole('heading', { level: 1, name: 'Incidentes' })).toBeVisible();
  await expectAccessible(desk);
  await desk.getByLabel('O que aconteceu').fill(reason);
  await desk.getByLabel('Ou uma lista de números de contas').fill('99999999999');
  await desk.getByLabel('Ou um arquivo com os números').setInputFiles({ name: 'contas.csv', mimeType: 'text/csv', buffer: Buffer.from(`conta;valor\r\n${bill.number};1,00\r\n`) });
  await desk.getByRole('button', { name: 'Ver as contas atingidas' }).click();
  // Nothing was said of what is given up: told at the field, with what was typed kept.
  await expect(desk.getByRole('alert')).toBeVisible();
  await expect(desk.getByLabel('O que aconteceu')).toHaveValue(reason);
  // What the file said stands where it can be seen, since a browser forgets its file.
  await expect(desk.getByLabel('Ou uma lista de números de contas')).toHaveValue(`99999999999\n${bill.number}`);
  await desk.getByLabel('Pode ser pago em até (partes mensais)').fill('3');
  await expectAccessible(desk);
  await shot(desk, 'incidents');
  await desk.getByLabel('Nada é cobrado até').fill(day(5));
  await desk.getByRole('button', { name: 'Ver as contas atingidas' }).click();
  await expect(desk).toHaveURL(/\/equipe\/incidentes\/[0-9a-f-]{36}$/);
  await expect(desk.getByRole('table', { name: 'Contas atingidas' })).toContainText(bill.number);
  await expect(desk.getByRole('table', { name: 'Números que não entraram' })).toContainText('Nenhuma conta tem este número');
  await expectAccessible(desk);
  await shot(desk, 'incident-waiting');
  await desk.getByRole('button', { name: 'Confirmar e avisar os clientes' }).click();
  await expect(desk.getByText('Incidente em vigor. Os clientes estão sendo avisados.')).toBeVisible();
  await expect(desk.getByText('1 por e-mail, 0 só no portal')).toBeVisible();
  await expectAccessible(desk);
  await shot(desk, 'incident-active');

  await page.goto('/');
  await main.getByRole('link', { name: 'Pagar em partes' }).click();
  await expect(main.getByRole('checkbox', { checked: true })).toHaveCount(1);
  await expectAccessible(page);
  await shot(page, 'incident-in-parts');
  await page.goto(bill.address);
  await expect(main.getByText(/Dispensado .* de multa e juros/).first()).toBeVisible();
  await expect(main.getByText(reason).first()).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'incident-bill');
  for (const address of ['/', '/extrato']) {
    await page.goto(address);
    await expect(main.getByText('Dispensa de multa e juros').first()).toBeVisible();
    await expect(main.getByText(reason).first()).toBeVisible();
    await expectAccessible(page);
  }
  await shot(page, 'incident-statement');
  await page.goto('/avisos');
  await expect(main.getByText('Não cobraremos multa e juros de contas suas').first()).toBeVisible();

  await desk.getByRole('button', { name: 'Encerrar o incidente' }).click();
  await expect(desk.getByText('Incidente encerrado. Os clientes estão sendo avisados.')).toBeVisible();
  await desk.goto('/equipe/incidentes');
  await expect(desk.getByRole('row').filter({ hasText: reason }).getByText('Encerrado')).toBeVisible();
  await expectAccessible(desk);
  await shot(desk, 'incidents-list');
  await page.goto(bill.address);
  await expect(main.getByText(/Dispensado .* de multa/)).toHaveCount(0);
  await expect(main.getByRole('rowheader', { name: /^Multa/ })).toBeVisible();

  const operator = await another(page);
  await signInStaff(operator, OPERATOR);
  expect((await operator.goto('/equipe/incidentes'))?.status()).toBe(403);
  await operator.context().close();
  await desk.context().close();
});
