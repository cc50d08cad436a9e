import { LATE, PAST_LIMIT, codesOf, expect, expectAccessible, shot, signIn, test, tickOnly, withJavaScript } from './helpers';

test('bills are chosen, and their lines and Pix codes shown', async ({ page }) => {
  await signIn(page, LATE);
  await page.goto('/pagar');
  await expectAccessible(page);
  await shot(page, 'pay');
  await tickOnly(page, 0);
  await page.getByRole('button', { name: 'Ver boletos e Pix' }).click();
  await expect(page.getByRole('alert')).toContainText('Marque pelo menos uma conta.');
  await expectAccessible(page);
  await tickOnly(page, 1);
  await page.getByRole('button', { name: 'Ver boletos e Pix' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Segunda via do boleto' })).toBeVisible();
  const line = (await page.locator('#linha-1').innerText()).replace(/\D/g, '');
  expect(line).toHaveLength(47);
  await expectAccessible(page);
  await shot(page, 'second-copy');
  if (withJavaScript()) {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copiar a linha' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'Copiado.' })).toBeVisible();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(line);
  } else {
    await expect(page.getByRole('button', { name: 'Copiar a linha' })).toBeHidden();
  }
});

test('the PDF carries the same codes, read by a scanner', async ({ page }) => {
  await signIn(page, LATE);
  await page.goto('/pagar');
  await tickOnly(page, 1);
  await page.getByRole('button', { name: 'Ver boletos e Pix' }).click();
  const pix = (await page.locator('#pix-1').innerText()).trim();
  const answer = await page.request.get((await page.getByRole('link', { name: 'Baixar o boleto (PDF)' }).getAttribute('href'))!);
  expect(answer.headers()['content-disposition']).toContain('attachment');
  const codes = await codesOf(await answer.body());
  expect(codes).toContain(`QR-Code:${pix}`);
  expect(codes.some(code => /^I2\/5:\d{44}$/.test(code))).toBe(true);
});

test('the PDF goes to the e-mail on file', async ({ page }) => {
  await signIn(page, LATE);
  await page.goto('/pagar');
  await page.getByRole('button', { name: 'Ver boletos e Pix' }).click();
  await page.getByRole('button', { name: 'Enviar para meu e-mail' }).click();
  await expect(page.getByText(/Enviamos o PDF para .•••@/)).toBeVisible();
  await expect(page.getByRole('heading', { level: 1, name: /Segunda via/ })).toBeVisible();
});

test('a bill past its limit has no line, and offers to ask for a new boleto', async ({ page }) => {
  await signIn(page, PAST_LIMIT);
  await page.goto('/pagar');
  await expect(page.getByText('Precisa de novo boleto').or(page.getByText('Novo boleto pedido')).first()).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'past-limit');
});
