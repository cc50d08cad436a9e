import { expect, expectAccessible, ofProject, shot, signIn, test, tick } from './helpers';

test('a bill is disputed, and the dispute taken back', async ({ page }) => {
  await signIn(page, ofProject(['100.476.922-94', '100.627.383-21', '100.730.330-14', '101.015.414-14']));
  await page.goto('/contestar');
  await page.getByRole('button', { name: 'Enviar contestação' }).click();
  await expect(page.getByRole('alert')).toContainText('Escolha a conta.');
  await expect(page.getByRole('alert')).toContainText('Escolha o que está errado.');
  await expectAccessible(page);
  await shot(page, 'dispute');
  await tick(page.getByRole('radio', { name: /^Mensalidade/ }).first());
  await tick(page.getByRole('radio', { name: 'O valor é outro' }));
  await page.getByLabel('Conte o que aconteceu').fill('O valor do contrato é menor.');
  await page.getByRole('button', { name: 'Enviar contestação' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Contestação recebida' })).toBeVisible();
  await expectAccessible(page);

  await page.goto('/contestar');
  await expect(page.getByText('Já está em contestação.')).toBeVisible();
  await page.goto('/pedidos');
  await page.getByRole('link', { name: 'Contestação de conta' }).first().click();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Desistir do pedido' }).click();
  await page.getByRole('button', { name: 'Sim, desistir' }).click();
  await page.goto('/contestar');
  await expect(page.getByText('Já está em contestação.')).toHaveCount(0);
});
