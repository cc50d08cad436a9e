import { LATE, OPERATOR, another, expect, expectAccessible, pdf, shot, signIn, signInStaff, test, tick, tickOnly } from './helpers';

test('a paper is drawn for staff, with what was read on it held against the bill', async ({ page }) => {
  await signIn(page, LATE);
  await page.goto('/pagar');
  await tickOnly(page, 1);
  const amount = (await page.getByRole('checkbox', { checked: true }).locator('xpath=ancestor::*[contains(@class,"choice")][1]').innerText())
    .match(/[\d.]+,\d{2}/)![0];
  await page.getByRole('button', { name: 'Ver boletos e Pix' }).click();
  const line = (await page.locator('#linha-1').innerText()).trim();
  await page.goto('/comprovante');
  await tick(page.getByRole('checkbox').first());
  const transfer = `E18236120202611101022${Math.random().toString(36).slice(2, 13).padEnd(11, '0')}`;
  const paper = pdf('comprovante.pdf', [
    'Banco de Demonstração', 'Comprovante de agendamento', `Linha digitável ${line}`, `Valor pago R$ ${amount}`, 'Data do pagamento 10/11/2026', `ID da transação ${transfer}`,
  ]);
  await page.getByLabel('Comprovante', { exact: true }).setInputFiles([paper, photo()]);
  await page.getByRole('button', { name: 'Enviar comprovante' }).click();
  await expect(page).toHaveURL(/\/pedidos\/\d{20}\/recebido$/);
  const protocol = page.url().match(/\d{20}/)![0];

  // The customer is told at once what they can mend.
  await page.goto(`/pedidos/${protocol}`);
  await expect(page.getByText('Pelo que lemos, o pagamento ainda está agendado.')).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'receipt-scheduled');

  const desk = await another(page);
  await signInStaff(desk, OPERATOR);
  await desk.goto(`/equipe/pedidos/${protocol}`);
  await expect(desk.getByText('A linha é do boleto desta conta')).toBeVisible();
  await expect(desk.getByText('O texto é de um agendamento ou diz que não é comprovante.')).toBeVisible();
  await expect(desk.getByRole('row').filter({ hasText: 'Transação Pix' })).toContainText(transfer);
  for (const name of ['comprovante.pdf, página 1', 'foto.jpg, página 1']) {
    const picture = desk.getByRole('img', { name });
    await picture.scrollIntoViewIfNeeded();
    await expect.poll(() => picture.evaluate((it: HTMLImageElement) => it.complete && it.naturalWidth)).toBeGreaterThan(10);
  }
  await expectAccessible(desk);
  await shot(desk, 'desk-proof');
  if (desk.viewportSize()!.width > 1000) {
    await desk.setViewportSize({ width: 1680, height: 1000 });
    await expectAccessible(desk);
    await shot(desk, 'desk-proof-wide');
  }
  const picture = await desk.request.get((await desk.getByRole('img', { name: 'comprovante.pdf, página 1' }).getAttribute('src'))!);
  expect(picture.headers()['content-type']).toBe('image/png');
  expect(picture.headers()['content-security-policy']).toContain('sandbox');
  expect(picture.headers()['cache-control']).toContain('no-store');
  // Nobody else sees it.
  expect((await page.request.get(picture.url())).url()).toContain('/equipe/entrar');
  await desk.context().close();
});

/** A photo of 16 × 12 pixels in one colour, unlike any other: a file is taken once for a bill. */
function photo() {
  const remark = Buffer.from(Math.random().toString());
  const buffer = Buffer.concat([PHOTO.subarray(0, 2), Buffer.from([0xff, 0xfe, 0, remark.length + 2]), remark, PHOTO.subarray(2)]);
  return { name: 'foto.jpg', mimeType: 'image/jpeg', buffer };
}

const PHOTO = Buffer.from(
  '/9j/4AAQSkZJRgABAgAAAQABAAD/wAARCAAMABADAREAAhEBAxEB/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpKPjM2RjcsLUBXQUZMTlJTUj'
  + 'I+WmFaUGBKUVJP/9sAQwEODg4TERMmFRUmTzUtNU9PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09P/8QAHwAAAQUBAQEBAQEAAAAA'
  + 'AAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRk'
  + 'dISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3'
  + '+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNO'
  + 'El8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU'
  + '1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwDfrzDpCgAoAKAP/9k=',
  'base64',
);
