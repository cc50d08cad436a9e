import { expect, expectAccessible, shot, signInAfresh, test } from './helpers';

// A customer of the demo that has a registered e-mail.
const CUSTOMER = '529.982.247-25';

test('a customer enters with a code from their e-mail', async ({ page }) => {
  await page.goto('/');
  await expect(page).toHaveURL('/entrar');
  await expectAccessible(page);
  await shot(page, 'sign-in');

  await signInAfresh(page, CUSTOMER);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'home');
});
