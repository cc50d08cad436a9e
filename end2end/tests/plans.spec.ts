import { expect, expectAccessible, ofProject, shot, signIn, test, tick, withJavaScript } from './helpers';

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
  await page.getByRole('button', { name: 'Fazer o acordo' }).click();
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
