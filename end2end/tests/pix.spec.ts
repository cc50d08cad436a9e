import { OPERATOR, another, askForPix, expect, expectAccessible, ofProject, payPix, shot, signIn, signInStaff, test, withJavaScript } from './helpers';

/** People with late bills, whom no other journey needs. */
const PAYERS: [string, string, string, string] = ['100.136.405-85', '100.247.271-72', '100.358.137-41', '100.540.274-46'];
/** And with two of them. */
const SEVERAL: [string, string, string, string] = ['100.548.193-85', '100.690.735-11', '100.817.439-47', '100.864.953-80'];

test('a bill is paid with Pix, and the open page says so', async ({ page }) => {
  const taxId = ofProject(PAYERS);
  await signIn(page, taxId);
  const code = await askForPix(page, 1);
  expect(code).toMatch(/^000201.*6304[0-9A-F]{4}$/);
  await expect(page.getByRole('img', { name: /Código QR/ })).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'pix');
  const address = page.url();
  // Asked for again, it is the same.
  expect(await askForPix(page, 1)).toBe(code);
  expect(page.url()).toBe(address);
  if (withJavaScript()) {
    await expect(page.getByRole('status').filter({ hasText: 'Esta página muda sozinha' })).toBeVisible();
  } else {
    await expect(page.getByText('Esta página muda sozinha')).toBeHidden();
  }

  await payPix(page, code);
  const received = page.getByRole('heading', { level: 1, name: 'Pagamento recebido' });
  if (withJavaScript()) {
    await expect(received).toBeVisible();
  } else {
    await expect(async () => {
      await page.getByRole('link', { name: 'Ver se o pagamento chegou' }).click({ timeout: 1000 });
      await expect(received).toBeVisible({ timeout: 1000 });
    }).toPass();
  }
  await expect(page.getByText(/^E99999004\d{12}\w{11}$/)).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'pix-paid');
  // The bill itself is settled.
  await page.locator('main a[href^="/extrato/conta/"]').first().click();
  await expect(page.getByText('Não há nada a pagar nesta conta')).toBeVisible();

  // And staff see how it came.
  const desk = await another(page);
  await signInStaff(desk, OPERATOR);
  await desk.goto('/equipe/busca');
  await desk.getByLabel('O que procurar').fill(taxId);
  await desk.getByRole('button', { name: 'Buscar' }).click();
  await desk.locator('main a[href^="/equipe/clientes/"]').first().click();
  await expect(desk.getByRole('heading', { level: 2, name: 'Cobranças Pix' })).toBeVisible();
  await expectAccessible(desk);
  await shot(desk, 'pix-staff');
  await desk.context().close();
});

test('a code that a newer one has replaced is not shown', async ({ page }) => {
  await signIn(page, ofProject(SEVERAL));
  await askForPix(page, 1);
  const first = page.url();
  await askForPix(page, 2);
  await expect(page.getByText('O que este Pix paga')).toBeVisible();
  await page.goto(first);
  await expect(page.getByRole('heading', { level: 1, name: 'Este Pix não vale mais' })).toBeVisible();
  await expect(page.getByText('Há um Pix mais novo')).toBeVisible();
  await expect(page.locator('#pix')).toHaveCount(0);
  await expectAccessible(page);
  await shot(page, 'pix-cancelled');
});
