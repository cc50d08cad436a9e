import { ADMINISTRATOR, SUPERVISOR, another, expect, expectAccessible, shot, signInStaff, test, totp } from './helpers';

test('an administrator invites somebody, who joins by the letter; the letter is good once', async ({ page }) => {
  const email = `nova.${Date.now()}.${test.info().project.name}@vidaserena.example`;
  await signInStaff(page, ADMINISTRATOR);
  await page.goto('/equipe/pessoas');
  await expect(page.getByRole('heading', { level: 1, name: 'Equipe' })).toBeVisible();
  // What is missing is told at the field, and what was typed stays.
  await page.getByLabel('E-mail', { exact: true }).fill('nova@');
  await page.getByRole('button', { name: 'Enviar convite' }).click();
  await expect(page.getByText('Há algo a corrigir')).toBeVisible();
  await expect(page.getByLabel('E-mail', { exact: true })).toHaveValue('nova@');
  await expectAccessible(page);
  await shot(page, 'team-invalid');

  await page.getByLabel('Nome', { exact: true }).fill('Bianca Teles Amorim');
  await page.getByLabel('E-mail', { exact: true }).fill(email);
  await page.getByLabel('Papel', { exact: true }).last().selectOption('operator');
  await page.getByRole('button', { name: 'Enviar convite' }).click();
  await expect(page.getByText('Convite enviado.')).toBeVisible();
  await expect(page.getByText(email)).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'team');

  const theirs = await another(page);
  let letter: string | undefined;
  await expect
    .poll(async () => {
      await theirs.goto('/demo/caixa-de-correio');
      const mail = theirs.locator('article').filter({ hasText: email }).first();
      letter = (await mail.innerText().catch(() => '')).match(/\/equipe\/convite\/[0-9a-f]{64}/)?.[0];
      return letter;
    })
    .toBeTruthy();
  await theirs.goto(letter!);
  await expect(theirs.getByRole('heading', { level: 1, name: 'Bem-vindo à equipe' })).toBeVisible();
  await expectAccessible(theirs);
  await shot(theirs, 'team-join');
  const key = (await theirs.locator('code').innerText()).replaceAll(' ', '');
  await theirs.getByLabel('Senha').fill('curta');
  await theirs.getByLabel('Código do autenticador').fill(totp(key));
  await theirs.getByRole('button', { name: 'Entrar', exact: true }).click();
  await expect(theirs.getByText('12', { exact: false }).first()).toBeVisible();
  await expect(theirs).toHaveURL(letter!);
  expect((await theirs.locator('code').innerText()).replaceAll(' ', ''), 'the key stays').toBe(key);
  await theirs.getByLabel('Senha').fill('quatro palavras ao acaso');
  await theirs.getByLabel('Código do autenticador').fill(totp(key));
  await theirs.getByRole('button', { name: 'Entrar', exact: true }).click();
  await expect(theirs).toHaveURL(/\/equipe\/fila/);
  await expect(theirs.getByText('Bianca Teles Amorim, atendimento')).toBeVisible();

  const late = await another(page);
  await late.goto(letter!);
  await expect(late.getByText('Este convite não vale mais')).toBeVisible();
  await expectAccessible(late);

  // Gone at once.
  await page.reload();
  const row = page.getByRole('row').filter({ hasText: email });
  await row.getByText('Mudar o acesso de Bianca Teles Amorim').click();
  await expectAccessible(page);
  await row.getByRole('button', { name: 'Encerrar o acesso' }).click();
  await expect(page.getByText('Acesso encerrado.')).toBeVisible();
  await theirs.reload();
  await expect(theirs).toHaveURL(/\/equipe\/entrar/);
});

test('nobody else keeps the team', async ({ page }) => {
  await signInStaff(page, SUPERVISOR);
  expect((await page.goto('/equipe/pessoas'))?.status()).toBe(403);
  await expect(page.getByRole('link', { name: 'Equipe', exact: true })).toHaveCount(0);
});
