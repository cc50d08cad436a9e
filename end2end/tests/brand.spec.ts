import { ADMINISTRATOR, expect, expectAccessible, shot, signInStaff, test } from './helpers';

test('a colour that cannot be read is refused with the nearest one, and one that can reaches every page', async ({ page }) => {
  await signInStaff(page, ADMINISTRATOR);
  await page.goto('/equipe/marca');
  await expect(page.getByRole('heading', { level: 1, name: 'Marca' })).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'brand');
  const color = page.getByLabel('Cor', { exact: true });
  const was = await color.inputValue();
  await color.fill('#ffa500');
  await page.getByRole('button', { name: 'Gravar' }).click();
  await expect(page.getByRole('alert')).toContainText(/A mais próxima que serve: #[0-9a-f]{6}/);
  await expect(color).toHaveValue('#ffa500');
  await expectAccessible(page);
  await shot(page, 'brand-refused');
  // What other walks look at stays as it is: the same colour, saved again.
  await color.fill(was.toUpperCase());
  await page.getByRole('button', { name: 'Gravar' }).click();
  await expect(page.getByText('Marca gravada.')).toBeVisible();
  await expect(color).toHaveValue(was);
  const brand = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--hero').trim());
  expect(brand).toBe(was);
  const sheet = await page.request.get(`/marca/1-${was.slice(1)}.css`);
  expect(sheet.headers()['cache-control']).toContain('immutable');
  expect((await page.request.get('/marca/1-ffa500.css')).status()).toBe(404);
});
