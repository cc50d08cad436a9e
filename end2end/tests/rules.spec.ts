import { ADMINISTRATOR, OPERATOR, SUPERVISOR, another, expect, expectAccessible, shot, signInStaff, test } from './helpers';

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
