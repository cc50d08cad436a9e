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

const LANGUAGES = [['English', 'en'], ['Español', 'es'], ['Română', 'ro']] as const;

for (const [name, tag] of LANGUAGES) {
  test(`every page is there in ${name} too`, async ({ page }) => {
    const { name: project } = test.info().project;
    test.skip(project === 'desktop-nojs' || project === 'phone-js', 'words do not change with JavaScript');
    await signIn(page, LATE);
    await page.goto('/');
    await page.getByRole('contentinfo').or(page.getByRole('banner')).getByRole('link', { name }).first().click();
    const pages = ['/', '/extrato', '/extrato/lancamentos', '/pagar', '/documentos', '/avisos', '/conta', '/ajuda', '/privacidade', '/e-nosso', '/pedidos', '/parcelar'];
    for (const path of pages) {
      await page.goto(path);
      await expect(page.locator('html')).toHaveAttribute('lang', tag);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      // Longer words must not push the page wider than the screen.
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
    }
    await expectAccessible(page);
  });
}
