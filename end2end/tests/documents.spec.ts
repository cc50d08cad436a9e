import { UP_TO_DATE, expect, expectAccessible, shot, signIn, test } from './helpers';

test('documents are listed, narrowed, and kept as files', async ({ page }) => {
  await signIn(page, UP_TO_DATE);
  await page.goto('/documentos');
  await expectAccessible(page);
  await shot(page, 'documents');
  const first = page.getByRole('main').getByRole('listitem').getByRole('link').first();
  const answer = await page.request.get((await first.getAttribute('href'))!);
  expect(answer.headers()['content-disposition']).toContain('attachment');
  expect(answer.headers()['content-security-policy']).toContain('sandbox');
  await page.goto('/documentos?mes=1999-01');
  await expect(page.getByText('Nenhum documento aqui')).toBeVisible();
  await expectAccessible(page);
});
