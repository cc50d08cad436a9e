import type { Page } from '@playwright/test';
import { OPERATOR, RECEIVABLES, SUPERVISOR, another, expect, expectAccessible, ofProject, pdf, shot, signInStaff, test, tick } from './helpers';

/** People with open bills of whom no other journey tells, a different one for each way of walking. */
const someone = () => ofProject(['102.163.669-09', '102.219.102-04', '102.322.049-00', '102.575.457-35']);

async function find(page: Page, taxId: string) {
  await page.goto('/equipe/busca');
  await page.getByLabel('O que procurar').fill(taxId);
  await page.getByRole('button', { name: 'Buscar' }).click();
  await page.getByRole('main').getByRole('listitem').getByRole('link').first().click();
  await expect(page).toHaveURL(/\/equipe\/clientes\/[0-9a-f-]{36}$/);
  return page.url();
}

test('one person proposes to give a bill up, another decides, and it is undone by two', async ({ page }) => {
  await signInStaff(page, RECEIVABLES);
  const customer = await find(page, someone());
  await page.getByRole('link', { name: 'Propor baixa' }).click();
  await page.getByRole('button', { name: 'Enviar para decisão' }).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveCount(2);
  await expectAccessible(page);
  await tick(page.getByRole('checkbox').first());
  await page.getByLabel('Motivo').selectOption({ label: 'Prescrita: cinco anos (CC, art. 206, § 5º, I)' });
  await page.getByLabel('Justificativa').fill('Carta devolvida duas vezes.');
  await page.getByRole('button', { name: 'Enviar para decisão' }).click();
  // Not five years old: told at the field, with what was typed kept.
  await expect(page.getByRole('alert').getByText('ainda não prescreveu')).toBeVisible();
  await expect(page.getByLabel('Justificativa')).toHaveValue('Carta devolvida duas vezes.');
  await expect(page.getByRole('checkbox').first()).toBeChecked();
  await expectAccessible(page);
  await page.getByLabel('Motivo').selectOption({ label: 'Valor pequeno: cobrar custa mais' });
  await page.getByLabel('Documentos').setInputFiles([pdf('carta-devolvida.pdf')]);
  await shot(page, 'write-off-proposed');
  await page.getByRole('button', { name: 'Enviar para decisão' }).click();
  await expect(page.getByText('Proposta enviada para decisão.')).toBeVisible();
  const proposal = page.url();
  await expect(page.getByText('quem pediu não decide')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Aprovar a baixa' })).toBeDisabled();
  await expectAccessible(page);
  await shot(page, 'write-off-waiting');

  const boss = await another(page);
  await signInStaff(boss, SUPERVISOR);
  await boss.goto('/equipe/baixas');
  await expectAccessible(boss);
  await shot(boss, 'write-offs');
  await boss.goto(proposal);
  const [paper] = await Promise.all([boss.waitForEvent('download'), boss.getByRole('link', { name: 'carta-devolvida.pdf' }).click()]);
  expect(paper.suggestedFilename()).toBe('carta-devolvida.pdf');
  await boss.getByText('Recusar', { exact: true }).first().click();
  await boss.getByRole('button', { name: 'Recusar' }).click();
  await expect(boss.getByRole('alert').getByRole('link')).toHaveCount(1);
  await expectAccessible(boss);
  await boss.getByRole('button', { name: 'Aprovar a baixa' }).click();
  await expect(boss.getByText('Baixa aprovada.')).toBeVisible();
  await expectAccessible(boss);
  await shot(boss, 'write-off-approved');
  const report = await boss.request.get('/equipe/baixas/relatorio/csv');
  expect(await report.text()).toContain('month;reason;reason_name;decisions;bills;amount;came_back');
  expect((await boss.request.get('/equipe/baixas/relatorio/xlsx')).ok()).toBe(true);
  await boss.goto(customer);
  await expect(boss.getByText('Valor pequeno: cobrar custa mais').first()).toBeVisible();
  await expectAccessible(boss);
  await shot(boss, 'customer-written-off');

  await page.goto(proposal);
  await page.getByText('Pedir estorno', { exact: true }).first().click();
  await page.getByLabel('Por que estornar').fill('O cliente voltou a pagar.');
  await page.getByRole('button', { name: 'Pedir estorno' }).click();
  await expect(page.getByText('Pedido de estorno enviado para decisão.')).toBeVisible();
  await expectAccessible(page);
  await boss.goto(proposal);
  await boss.getByRole('button', { name: 'Estornar a baixa' }).click();
  await expect(boss.getByText('Baixa estornada: o que restava voltou a ficar em aberto.')).toBeVisible();
  await expectAccessible(boss);
  await shot(boss, 'write-off-undone');
  await boss.context().close();

  const operator = await another(page);
  await signInStaff(operator, OPERATOR);
  expect((await operator.goto('/equipe/baixas'))?.status()).toBe(403);
  await operator.context().close();
});
