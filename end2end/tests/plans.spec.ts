import { askForCode, expect, expectAccessible, ofProject, shot, signIn, test, tick, typeCode, withJavaScript, wrongCode } from './helpers';

test('late bills are split, checked and accepted', async ({ page }) => {
  // Many pages, each looked at by axe: more than the usual time on a slow machine.
  test.slow();
  await signIn(page, ofProject(['100.239.352-35', '100.255.190-00', '100.516.517-34', '100.880.791-55']));
  await page.goto('/parcelar');
  await expectAccessible(page);
  await shot(page, 'plan-bills');
  await page.getByRole('button', { name: 'Continuar' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'O que aconteceu?' })).toBeVisible();
  await expectAccessible(page);
  // The reason may be skipped.
  await page.getByRole('button', { name: 'Continuar' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Como você quer pagar?' })).toBeVisible();
  if (withJavaScript()) await expect(page.locator('html[data-live]')).toBeAttached();
  await page.getByLabel('Quanto agora').fill('abc');
  if (!withJavaScript()) await page.getByRole('button', { name: 'Atualizar as opções' }).click();
  await expect(page.getByText('Digite um valor em reais').first()).toBeVisible();
  await page.getByLabel('Quanto agora').fill('600,00');
  if (!withJavaScript()) await page.getByRole('button', { name: 'Atualizar as opções' }).click();
  await tick(page.getByRole('radio', { name: /^3 parcelas/ }));
  if (withJavaScript()) await expect(page.getByText(/Agora: R\$\u00a0600,00/)).toBeVisible();
  const told = (await page.locator('label').filter({ hasText: /^3 parcelas/ }).innerText()).trim();
  await expectAccessible(page);
  await shot(page, 'plan-options');
  await page.getByRole('button', { name: 'Continuar' }).click();

  await expect(page.getByRole('heading', { level: 1, name: 'Confira seu acordo' })).toBeVisible();
  // The server comes to the same figures as the page before.
  await expect(page.getByText(told).first()).toBeVisible();
  expect(page.url()).not.toMatch(/600|parcelas/);
  await page.getByRole('button', { name: 'Fazer o acordo' }).click();
  await expect(page.getByRole('alert')).toContainText('marque que leu e aceita');
  await page.locator('summary').filter({ hasText: 'Como chegamos ao total' }).click();
  await expect(page.getByRole('rowheader', { name: 'Multa e juros por atraso' })).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'plan-check');
  await tick(page.getByRole('checkbox', { name: /Li e aceito/ }));
  const code = await askForCode(page, () => page.getByRole('button', { name: 'Fazer o acordo' }).click());
  // What is confirmed, and where the code went: in part.
  await expect(page.getByText(/^Acordo de R\$.* em 4 pagamentos$/)).toBeVisible();
  await expect(page.getByText(/Enviamos um código de 6 números para .•••@/)).toBeVisible();
  expect(page.url()).toMatch(/\/parcelar\/codigo\?confirmacao=[0-9a-f-]{36}$/);
  await expectAccessible(page);
  await shot(page, 'plan-code');
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectAccessible(page);
  await shot(page, 'plan-code-dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await typeCode(page, wrongCode(code));
  await expect(page.getByRole('alert')).toContainText('Você tem mais 4 tentativas');
  await expectAccessible(page);
  await shot(page, 'plan-code-wrong');
  // The way back keeps what was chosen, and the code stays good.
  await page.getByRole('link', { name: 'Voltar para conferir' }).first().click();
  await expect(page.getByText(told).first()).toBeVisible();
  await page.goBack();
  await typeCode(page, code);
  await expect(page.getByRole('heading', { level: 1, name: 'Acordo feito' })).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'plan-made');

  await page.goto('/acordos');
  await expect(page.getByText('Aguarda a entrada')).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'agreements');
  const calendar = await page.request.get((await page.getByRole('link', { name: 'Pôr as datas no calendário' }).getAttribute('href'))!);
  expect(calendar.headers()['content-type']).toContain('text/calendar');
  expect((await calendar.text()).match(/BEGIN:VEVENT/g)).toHaveLength(4);
  await page.goto('/parcelar');
  await expect(page.getByText('Você já tem um acordo em andamento.')).toBeVisible();
  await expectAccessible(page);
});

test('whoever cannot pay any installment talks to a person', async ({ page }) => {
  await signIn(page, ofProject(['100.476.922-94', '100.627.383-21', '100.730.330-14', '101.015.414-14']));
  await page.goto('/parcelar');
  await page.getByRole('button', { name: 'Continuar' }).click();
  await tick(page.getByRole('radio', { name: /superendividado/ }));
  await page.getByRole('button', { name: 'Continuar' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Fazer uma pergunta' })).toBeVisible();
  await expect(page.getByLabel('Sua pergunta')).toHaveValue(/conversar com uma pessoa/);
});

test('a code that was tried too often begins anew, with what was chosen', async ({ page }) => {
  test.slow();
  // Somebody who is not bound by any walk: nothing is made of it here.
  await signIn(page, ofProject(['100.476.922-94', '100.627.383-21', '100.730.330-14', '101.015.414-14']));
  await page.goto('/parcelar');
  for (const step of ['O que aconteceu?', 'Como você quer pagar?']) {
    await page.getByRole('button', { name: 'Continuar' }).click();
    await expect(page.getByRole('heading', { level: 1, name: step })).toBeVisible();
  }
  await tick(page.getByRole('radio', { name: /^[23] parcelas/ }).first());
  await page.getByRole('button', { name: 'Continuar' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Confira seu acordo' })).toBeVisible();
  const accept = async () => {
    await tick(page.getByRole('checkbox', { name: /Li e aceito/ }));
    await page.getByRole('button', { name: /Fazer o acordo|Pedir o acordo/ }).click();
  };
  const code = await askForCode(page, accept);
  for (let tries = 1; tries <= 5; tries++) await typeCode(page, wrongCode(code));
  await expect(page.getByText('Foram muitas tentativas com um código errado')).toBeVisible();
  await expect(page.getByLabel('Código de 6 números')).toHaveCount(0);
  await expectAccessible(page);
  await shot(page, 'plan-code-over');
  await page.getByRole('link', { name: 'Voltar para conferir' }).last().click();
  await expect(page.getByRole('heading', { level: 1, name: 'Confira seu acordo' })).toBeVisible();
  const another = await askForCode(page, accept);
  // One asked for anew takes the place of the one before.
  await page.locator('summary').filter({ hasText: 'O código não chegou?' }).click();
  const third = await askForCode(page, () => page.getByRole('button', { name: 'Enviar outro código' }).click());
  expect(third).not.toBe(another);
  await expect(page.getByText('Enviamos outro código. O anterior deixou de valer.')).toBeVisible();
  await page.goto('/acordos');
  await expect(page.getByText('Nenhum acordo')).toBeVisible();
});
