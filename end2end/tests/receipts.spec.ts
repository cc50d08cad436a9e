import { LATE, expect, expectAccessible, pdf, shot, signIn, test, tick } from './helpers';

test('a receipt is refused file by file, mended, and followed', async ({ page }) => {
  await signIn(page, LATE);
  await page.goto('/comprovante');
  await expectAccessible(page);
  await shot(page, 'receipt');
  const files = page.getByLabel('Comprovante', { exact: true });
  await tick(page.getByRole('checkbox').first());
  await page.getByLabel('Valor pago').fill('muito');
  await files.setInputFiles([{ name: 'programa.exe', mimeType: 'application/pdf', buffer: Buffer.from('MZ not a receipt') }, pdf('bom.pdf')]);
  await page.getByRole('button', { name: 'Enviar comprovante' }).click();
  await expect(page.getByRole('alert')).toContainText('programa.exe: Envie um PDF ou uma foto');
  await expect(page.getByRole('alert')).not.toContainText('bom.pdf');
  await expect(page.getByText('Escolha os arquivos de novo')).toBeVisible();
  await expect(page.getByRole('checkbox').first()).toBeChecked();
  await expect(page.getByLabel('Valor pago')).toHaveValue('muito');
  await expectAccessible(page);
  await shot(page, 'receipt-refused');

  await page.getByLabel('Valor pago').fill('354,88');
  await files.setInputFiles(pdf());
  await page.getByRole('button', { name: 'Enviar comprovante' }).click();
  await expect(page).toHaveURL(/\/pedidos\/\d{20}\/recebido$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Comprovante recebido' })).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'receipt-received');

  await page.getByRole('link', { name: 'Acompanhar o pedido' }).click();
  await expect(page.getByText('R$\u00a0354,88').first()).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'request');
  const file = await page.request.get((await page.getByRole('link', { name: 'comprovante.pdf' }).getAttribute('href'))!);
  expect(file.headers()['content-disposition']).toContain('attachment; filename="comprovante.pdf"');
  expect(file.headers()['content-security-policy']).toContain('sandbox');
  expect((await file.body()).subarray(0, 5).toString()).toBe('%PDF-');
});

test('a receipt without a file says what is missing', async ({ page }) => {
  await signIn(page, LATE);
  await page.goto('/comprovante');
  await page.getByRole('button', { name: 'Enviar comprovante' }).click();
  await expect(page.getByRole('alert')).toContainText('Escolha pelo menos uma conta.');
  await tick(page.getByRole('checkbox').first());
  await page.getByRole('button', { name: 'Enviar comprovante' }).click();
  await expect(page.getByRole('alert')).toContainText('Escolha pelo menos um arquivo.');
});
