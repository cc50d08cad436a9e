import { LATE, expect, expectAccessible, shot, signInAfresh, test } from './helpers';

test('a customer enters with a code from their e-mail', async ({ page }) => {
  await page.goto('/');
  await expect(page).toHaveURL('/entrar');
  await expectAccessible(page);
  await shot(page, 'sign-in');

  await signInAfresh(page, LATE);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expectAccessible(page);
});
