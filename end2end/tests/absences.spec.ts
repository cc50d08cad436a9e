import { LEGAL, SUPERVISOR, another, expect, expectAccessible, shot, signInStaff, test } from './helpers';

test('a supervisor marks an absence, hands over, and ends it', async ({ page }) => {
  await signInStaff(page, SUPERVISOR);
  await page.goto('/equipe/ausencias');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Marcar', exact: true }).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveCount(2);
  await expectAccessible(page);
  // Years ahead, so that nobody of the other walks is away; a day of its own for each walk.
  const day = `${new Date().getFullYear() + 1}-0${['desktop-js', 'phone-js', 'desktop-nojs', 'phone-nojs'].indexOf(test.info().project.name) + 1}-15`;
  const [year, month, date] = day.split('-');
  await page.getByRole('combobox', { name: 'Quem', exact: true }).selectOption({ label: 'Você' });
  await page.getByLabel('Primeiro dia').fill(day);
  await page.getByLabel('Último dia').fill(day);
  await page.getByRole('button', { name: 'Marcar', exact: true }).click();
  await expect(page.getByText('Ausência marcada.')).toBeVisible();
  const row = page.getByRole('row').filter({ hasText: `de ${date}/${month}/${year} a ${date}/${month}/${year}` });
  await expect(row).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'absences');
  await page.getByRole('button', { name: 'Passar tudo' }).click();
  await expect(page.getByText(/\d+ pedidos? passados?\./)).toBeVisible();
  await row.getByRole('button', { name: /^Encerrar a ausência/ }).click();
  await expect(page.getByText('Ausência encerrada.')).toBeVisible();
  await expect(row).toHaveCount(0);
  const legal = await another(page);
  await signInStaff(legal, LEGAL);
  expect((await legal.goto('/equipe/ausencias'))?.status()).toBe(403);
  await legal.context().close();
});
