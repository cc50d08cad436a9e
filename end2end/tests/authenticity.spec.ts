import { LATE, expect, expectAccessible, shot, signIn, test, tickOnly } from './helpers';

const code = 'Linha digitável, código de barras, Pix copia e cola ou código de documento';

test('a code that is not ours is told apart, without signing in', async ({ page }) => {
  await page.goto('/e-nosso');
  await expectAccessible(page);
  await page.getByLabel(code).fill('00190.50095 40144.816069 06809.350314 3 37370000000100');
  await page.getByRole('button', { name: 'Conferir' }).click();
  await expect(page).toHaveURL('/e-nosso');
  await expect(page.getByText('Não foi emitido por nós. Não pague')).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'not-ours');
  // The answer belongs to the question: it is gone when the page is opened again.
  await page.goto('/e-nosso');
  await expect(page.getByText('Não foi emitido por nós. Não pague')).toBeHidden();
});

test('what cannot be read is told in its place, and kept to be mended', async ({ page }) => {
  await page.goto('/e-nosso');
  const typed = 'O0190.50095 40144.816069 06809.350314 3 37370000000100';
  await page.getByLabel(code).fill(typed);
  await page.getByRole('button', { name: 'Conferir' }).click();
  await expect(page.getByRole('alert')).toContainText('Na posição 1 há “O”. Talvez seja o número 0?');
  await expect(page.getByLabel(code)).toHaveValue(typed);
  await expectAccessible(page);
});

test('the line and the Pix code of a boleto of ours are', async ({ page }) => {
  await signIn(page, LATE);
  await page.goto('/pagar');
  await tickOnly(page, 1);
  await page.getByRole('button', { name: 'Ver boletos e Pix' }).click();
  const [line, pix] = [await page.locator('#linha-1').innerText(), (await page.locator('#pix-1').innerText()).trim()];
  for (const ours of [line, pix]) {
    await page.goto('/e-nosso');
    await page.getByLabel(code).fill(ours);
    await page.getByRole('button', { name: 'Conferir' }).click();
    await expect(page.getByText('É nosso e pode ser pago')).toBeVisible();
  }
});
