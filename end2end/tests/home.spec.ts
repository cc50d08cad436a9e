import { LATE, UP_TO_DATE, expect, expectAccessible, shot, signIn, test } from './helpers';

test('home says what is to be paid today, as of when, and leads to paying it', async ({ page }) => {
  await signIn(page, LATE);
  await expect(page.getByRole('heading', { level: 2, name: 'Total a pagar hoje' })).toBeVisible();
  await expect(page.getByText(/^Posição de \d{2}\/\d{2}\/\d{4} às \d{2}:\d{2}$/)).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'home');
  await page.getByRole('link', { name: 'Pagar', exact: true }).click();
  await expect(page).toHaveURL('/pagar');
});

test('home of somebody who owes nothing is calm', async ({ page }) => {
  await signIn(page, UP_TO_DATE);
  await expect(page.getByRole('heading', { level: 2, name: 'Você está em dia' })).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'home-up-to-date');
});

test('every page is there in English too', async ({ page }) => {
  await signIn(page, LATE);
  for (const path of ['/', '/extrato', '/extrato/lancamentos', '/pagar', '/documentos', '/avisos', '/conta', '/ajuda', '/privacidade', '/e-nosso']) {
    await page.goto(path);
    await page.getByRole('contentinfo').or(page.getByRole('banner')).getByRole('link', { name: 'English' }).first().click();
    await expect(page).toHaveURL(path);
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  }
});
