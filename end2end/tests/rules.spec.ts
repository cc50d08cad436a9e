import { ADMINISTRATOR, OPERATOR, SUPERVISOR, another, expect, expectAccessible, ofProject, shot, signInStaff, test } from './helpers';

test('a supervisor changes where requests go, and the version tells who did', async ({ page }) => {
  await signInStaff(page, SUPERVISOR);
  await page.goto('/equipe/regras');
  await expect(page.getByRole('heading', { level: 1, name: 'Regras dos pedidos' })).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'rules');
  // Limits are seen, and set by others.
  await expect(page.getByText('Só a administração altera')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Guardar como nova versão Alçadas' })).toHaveCount(0);
  const question = page.getByRole('group', { name: 'Pergunta' });
  await question.getByLabel('Dias úteis').first().fill('90');
  await page.getByLabel('Motivo da mudança').first().fill('Respostas mais calmas');
  await page.getByRole('button', { name: 'Guardar como nova versão Destino e prazo' }).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveCount(1);
  await expect(question.getByLabel('Dias úteis').first()).toHaveValue('90');
  await expectAccessible(page);
  await question.getByLabel('Dias úteis').first().fill('5');
  await page.getByRole('button', { name: 'Guardar como nova versão Destino e prazo' }).click();
  // Another walk may have been first: then that is told, and nothing is lost.
  await expect(page.getByText(/Regras guardadas: versão \d+\.|isto foi alterado por outra pessoa/)).toBeVisible();
});

test('an administrator sees the limits as a form, an operator no rules', async ({ page }) => {
  await signInStaff(page, OPERATOR);
  expect((await page.goto('/equipe/regras'))?.status()).toBe(403);
  const administrator = await another(page);
  await signInStaffThere(administrator);
  await administrator.goto('/equipe/regras');
  await expect(administrator.getByRole('group', { name: 'Devolução ou desconto de crédito' }).nth(1).getByLabel('Supervisão')).toBeVisible();
  await expectAccessible(administrator);
  await shot(administrator, 'rules-limits');
  await administrator.context().close();

  async function signInStaffThere(desk: typeof page) {
    await signInStaff(desk, ADMINISTRATOR);
  }
});

test('a holiday of the house is entered and taken out', async ({ page }) => {
  // So far ahead that no deadline of another journey meets it.
  const day = ofProject(['2028-09-12', '2028-09-13', '2028-09-14', '2028-09-15']);
  await signInStaff(page, SUPERVISOR);
  await page.goto('/equipe/feriados');
  await expect(page.getByRole('row').filter({ hasText: 'Natal' }).first()).toContainText('Nacional');
  await expectAccessible(page);
  await shot(page, 'holidays');
  await page.getByLabel('Nome').fill('Aniversário da cidade');
  await page.getByLabel('Dia', { exact: true }).fill('2027-12-25');
  await page.getByRole('button', { name: 'Incluir feriado' }).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveCount(1);
  await expect(page.getByLabel('Nome')).toHaveValue('Aniversário da cidade');
  await expectAccessible(page);
  await page.getByLabel('Dia', { exact: true }).fill(day);
  await page.getByRole('button', { name: 'Incluir feriado' }).click();
  await expect(page.getByText('O feriado foi incluído.')).toBeVisible();
  const row = page.getByRole('row').filter({ hasText: `${Number(day.slice(8))} de setembro de 2028` });
  await expect(row).toContainText('Aniversário da cidade');
  await row.getByRole('button', { name: 'Tirar' }).click();
  await expect(page.getByText('O feriado foi tirado.')).toBeVisible();
  await expect(row).toHaveCount(0);
});
