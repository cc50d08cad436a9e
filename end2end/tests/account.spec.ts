import { ACTS_FOR_OTHERS, LATE, expect, expectAccessible, shot, signIn, signInAfresh, test } from './helpers';

test('the account hides contacts in part and lists where one is signed in', async ({ page }) => {
  await signIn(page, LATE);
  await page.goto('/conta');
  await expect(page.getByText(/^.•••@/)).toBeVisible();
  await expect(page.getByText('este', { exact: true })).toBeVisible();
  await page.getByText('Ver as operações').click();
  await expect(page.getByRole('rowheader', { name: 'Entrada' }).first()).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'account');
});

test('one sees the bills of somebody one acts for, and goes back', async ({ page }) => {
  await signInAfresh(page, ACTS_FOR_OTHERS);
  await page.goto('/conta');
  const other = page.getByRole('button', { name: /^Ver as contas de / }).first();
  const name = (await other.innerText()).replace('Ver as contas de ', '');
  await other.click();
  await expect(page).toHaveURL('/');
  await expect(page.locator('.acting-name')).toHaveText(name);
  await page.goto('/conta');
  await expect(page.getByRole('button', { name: `Ver as contas de ${name}` })).toBeHidden();
});

test('notices are read', async ({ page }) => {
  await signIn(page, LATE);
  await page.goto('/avisos');
  await expectAccessible(page);
  await shot(page, 'notices');
});

test('help and privacy are there for everybody', async ({ page }) => {
  await page.goto('/ajuda');
  await page.getByText('Já paguei e a conta continua em aberto').click();
  await expect(page.getByRole('link', { name: 'Envie o comprovante' })).toBeVisible();
  await expectAccessible(page);
  await page.goto('/privacidade');
  await expect(page.getByRole('heading', { name: 'Seus direitos' })).toBeVisible();
  await expectAccessible(page);
});
