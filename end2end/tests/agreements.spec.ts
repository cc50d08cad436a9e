// Agreements while they run: late and mended, ended, paid early.
import { OPERATOR, another, expect, expectAccessible, shot, signIn, signInStaff, test, tickOnly } from './helpers';

/** Was told until when to pay what is late. */
const TOLD = '102.725.918-90';
/** Whose agreement ended. */
const ENDED = '102.757.594-31';
/** Pays month by month, with interest. */
const KEEPS = '102.963.488-21';

test('what is late and until when it can be paid is told, and what ended', async ({ page }) => {
  await signIn(page, TOLD);
  await page.goto('/acordos');
  await expect(page.getByText(/^Pague até .* para continuar com o acordo$/)).toBeVisible();
  await expect(page.getByText('Vencida').or(page.getByText('Em atraso')).first()).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'agreement-late');
  await page.getByRole('link', { name: 'Pagar o que está em atraso' }).click();
  await expect(page).toHaveURL(/\/pagar/);

  const ended = await another(page);
  await signIn(ended, ENDED);
  await ended.goto('/acordos');
  await expect(ended.getByText(/^(Encerrado por atraso|Ended for late payment)$/)).toBeVisible();
  // Nothing is left to pay of its installments, and they were not paid.
  await expect(ended.getByText(/^(Não vale mais|No longer to be paid)$/)).toHaveCount(10);
  await expectAccessible(ended);
  await shot(ended, 'agreement-ended');
  await ended.goto('/avisos');
  await expect(ended.getByRole('heading', { name: /Seu acordo foi encerrado|Your agreement was ended/ })).toBeVisible();
  await ended.goto('/acordos');
  // A bill that came back says how.
  await ended.locator('ul.files').getByRole('link').first().click();
  await expect(ended.getByText(/Voltou do acordo|Back from the agreement/).first()).toBeVisible();
  await expectAccessible(ended);
  await shot(ended, 'agreement-came-back');

  await signInStaff(ended, OPERATOR);
  await ended.goto('/equipe/acompanhamento/acordos');
  for (const name of ['Avisados: ainda podem regularizar', 'Em atraso, sem consequência por enquanto', 'Encerrados nos últimos 30 dias']) {
    await expect(ended.getByRole('heading', { level: 2, name })).toBeVisible();
  }
  await expectAccessible(ended);
  await shot(ended, 'agreements-followed');
  await ended.context().close();
});

test('installments are paid early for less', async ({ page }) => {
  await signIn(page, KEEPS);
  await page.goto('/acordos');
  const choose = page.getByRole('link', { name: 'Pagar parcelas antes' });
  const taken = page.getByText(/^Pague R\$.* até /);
  await expect(choose.or(taken).first()).toBeVisible();
  await expectAccessible(page);
  // It is one agreement: what one walk takes, the others find taken.
  if (!(await choose.isVisible())) return;
  await choose.click();
  await expect(page.getByRole('heading', { level: 1, name: 'Pagar parcelas antes' })).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'agreement-early');
  const sum = page.locator('dl, table').filter({ hasText: 'Redução dos juros' });
  const all = await sum.innerText();
  await tickOnly(page, 1);
  await page.getByRole('button', { name: 'Atualizar os valores' }).click();
  await expect.poll(() => sum.innerText()).not.toBe(all);
  await expect(page.getByRole('checkbox').nth(1)).not.toBeChecked();
  if (test.info().project.name !== 'phone-nojs') return;
  await page.getByRole('button', { name: 'Aplicar a redução e pagar' }).click();
  await expect(page.getByText(/^Redução aplicada/)).toBeVisible();
  await expect(taken).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'agreement-early-taken');
});
