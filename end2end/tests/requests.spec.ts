import { UP_TO_DATE, expect, expectAccessible, pdf, shot, signIn, test } from './helpers';

test('a question is asked, added to, and taken back', async ({ page }) => {
  await signIn(page, UP_TO_DATE);
  await page.goto('/pedidos');
  await expectAccessible(page);
  await shot(page, 'requests');
  await page.getByRole('link', { name: 'Fazer uma pergunta' }).click();
  await page.getByRole('button', { name: 'Enviar pergunta' }).click();
  await expect(page.getByRole('alert')).toContainText('Preencha este campo.');
  await expectAccessible(page);
  await page.getByLabel('Sua pergunta').fill('Posso mudar o dia do vencimento?');
  await page.getByRole('button', { name: 'Enviar pergunta' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Pergunta recebida' })).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('link', { name: 'Acompanhar o pedido' }).click();
  await expect(page.getByText('Posso mudar o dia do vencimento?')).toBeVisible();
  await expect(page.getByText(/Respondemos até/)).toBeVisible();
  await page.getByLabel('Acrescentar uma mensagem').fill('Prefiro o dia 20.');
  await page.getByLabel('Arquivos').setInputFiles(pdf('contracheque.pdf'));
  await page.getByRole('button', { name: 'Enviar mensagem' }).click();
  await expect(page.getByText('Mensagem enviada.')).toBeVisible();
  await expect(page.getByText('Prefiro o dia 20.')).toBeVisible();
  await expect(page.getByRole('link', { name: 'contracheque.pdf' })).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('link', { name: 'Desistir do pedido' }).click();
  await expectAccessible(page);
  await shot(page, 'request-withdrawal');
  await page.getByRole('button', { name: 'Sim, desistir' }).click();
  await expect(page.getByText('Você desistiu do pedido. O histórico continua aqui.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Enviar mensagem' })).toHaveCount(0);
});

test('somebody else’s request is not there', async ({ page }) => {
  await signIn(page, UP_TO_DATE);
  const answer = await page.goto('/pedidos/99999920200101000001');
  expect(answer?.status()).toBe(404);
});
