import { expect, expectAccessible, ofProject, shot, signIn, test, tick } from './helpers';

test('a credit is asked back by Pix, to its holder alone', async ({ page }) => {
  // Many pages, each looked at by axe: more than the usual time on a slow machine.
  test.slow();
  const taxId = ofProject(['100.429.408-50', '100.437.327-98', '101.078.766-71', '101.197.551-30']);
  await signIn(page, taxId);
  await page.goto('/devolucao');
  await expectAccessible(page);
  await shot(page, 'refund');
  await tick(page.getByRole('radio').first());
  await tick(page.getByRole('radio', { name: 'Receber de volta' }));
  await page.getByRole('button', { name: 'Continuar' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Para onde devolver' })).toBeVisible();
  await expectAccessible(page);

  // An account whose digit follows no rule, of a third person: both are said.
  await tick(page.getByRole('radio', { name: 'Conta bancária' }));
  await page.getByLabel('Banco', { exact: true }).selectOption('001');
  await page.getByLabel('Agência').fill('1234');
  await page.getByLabel('Número da conta').fill('1238798');
  await page.getByLabel('Dígito', { exact: true }).fill('0');
  await tick(page.getByRole('radio', { name: 'Conta corrente' }));
  await page.getByLabel('CPF ou CNPJ do titular').fill('123.456.789-09');
  await page.getByRole('button', { name: 'Continuar' }).click();
  await expect(page.getByRole('alert')).toContainText('Este dígito não segue a regra do banco.');
  await expect(page.getByRole('alert')).toContainText('A conta precisa estar no nome de quem pagou');
  await expect(page.getByLabel('Número da conta')).toHaveValue('1238798');
  await expectAccessible(page);
  await shot(page, 'refund-destination');
  await expect(page.getByRole('checkbox', { name: 'Conferi: o dígito é este mesmo' })).toBeVisible();

  await tick(page.getByRole('radio', { name: 'Chave Pix' }));
  await page.getByLabel('Tipo da chave').selectOption('tax_id');
  await page.getByLabel('Chave', { exact: true }).fill(taxId);
  await page.getByLabel('CPF ou CNPJ do titular').fill(taxId);
  await page.getByRole('button', { name: 'Continuar' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Confira antes de pedir' })).toBeVisible();
  const digits = taxId.replace(/\D/g, '');
  await expect(page.getByText(`***.${digits.slice(3, 6)}.${digits.slice(6, 9)}-**`)).toBeVisible();
  expect(page.url()).not.toContain(digits);
  expect(await page.content()).not.toContain(digits);
  await expectAccessible(page);
  await shot(page, 'refund-check');
  await page.getByRole('button', { name: 'Pedir a devolução' }).click();
  await expect(page).toHaveURL(/\/recebido$/);
  await page.goto('/devolucao');
  await expect(page.getByText(/Já pedido, protocolo/)).toBeVisible();
  await expectAccessible(page);
});
