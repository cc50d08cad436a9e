import { ADMINISTRATOR, OPERATOR, another, expect, expectAccessible, shot, signInStaff, test } from './helpers';

test('an administrator reads the trail, narrows it and checks the chain', async ({ page }) => {
  const other = await another(page);
  await signInStaff(other, OPERATOR);
  expect((await other.goto('/equipe/auditoria'))?.status()).toBe(403);

  await signInStaff(page, ADMINISTRATOR);
  await page.goto('/equipe/auditoria');
  await expect(page.getByRole('heading', { level: 1, name: 'Auditoria' })).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'audit');
  await page.getByRole('link', { name: 'Mais antigos' }).click();
  await expect(page).toHaveURL(/antes=\d+/);
  await page.getByText('Filtrar', { exact: true }).click();
  await page.getByLabel('Parte do portal').selectOption('sessions');
  await page.getByRole('button', { name: 'Mostrar', exact: true }).click();
  await expect(page).toHaveURL(/parte=sessions/);
  await expect(page.getByText('sessions.open').first()).toBeVisible();
  await page.getByRole('button', { name: 'Conferir a corrente' }).click();
  await expect(page.getByText('A corrente está inteira')).toBeVisible();
  await expectAccessible(page);
});
