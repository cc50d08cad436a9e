import { ADMINISTRATOR, OPERATOR, SUPERVISOR, another, expect, expectAccessible, ofProject, shot, signInStaff, test } from './helpers';

test('a supervisor writes the next policy of plans, sees its effect, and what grants more waits for another', async ({ page }) => {
  await signInStaff(page, SUPERVISOR);
  await page.goto('/equipe/politicas');
  await expect(page.getByRole('heading', { level: 1, name: 'Políticas' })).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'policies');
  await page.getByRole('link', { name: 'Acordos e parcelamento' }).click();
  await expect(page.getByRole('heading', { name: 'Versões' })).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'policy-plans');

  // What cannot be is told at its field, and everything typed is kept.
  await page.getByRole('link', { name: 'Escrever a próxima versão' }).click();
  const first = page.getByRole('group', { name: 'Faixa 1', exact: true });
  await first.getByLabel('Na hora: até quantas parcelas').fill('13');
  await page.getByRole('button', { name: 'Ver o efeito' }).click();
  // Its own limit, and the reason that is missing: both at once.
  await expect(page.getByRole('alert').getByRole('link')).toHaveCount(2);
  await page.getByLabel('Motivo').fill('Teste da jornada');
  await page.getByRole('button', { name: 'Ver o efeito' }).click();
  await expect(page.getByRole('alert')).toContainText('não pode ir além');
  await expect(first.getByLabel('Na hora: até quantas parcelas')).toHaveValue('13');
  await expect(page.getByLabel('Motivo')).toHaveValue('Teste da jornada');
  await expectAccessible(page);
  await shot(page, 'policy-form');

  const note = `Mais parcelas (${ofProject(['a', 'b', 'c', 'd'])})`;
  await first.getByLabel('Na hora: até quantas parcelas').fill('12');
  await page.getByLabel('Motivo').fill(note);
  await page.getByRole('button', { name: 'Ver o efeito' }).click();
  // Another walk may have made a version meanwhile: then that is told, and what was typed is there to be sent again.
  await expect(page.getByRole('heading', { level: 1, name: 'Rascunho: Acordos e parcelamento' })).toBeVisible();
  await expect(page.getByText(/pedidos de acordo dos últimos 90 dias/)).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Casos que mudam' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Pôr em vigor' })).toBeDisabled();
  await expectAccessible(page);
  await shot(page, 'policy-draft');
  await page.getByRole('link', { name: '365 dias' }).click();
  await expect(page.getByText(/dos últimos 365 dias/)).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Todos em uma planilha' }).click();
  expect((await download).suggestedFilename()).toMatch(/^casos_.*\.csv$/);

  // Somebody else may put it into force; this walk drops it, so that others find what they expect.
  const other = await another(page);
  await signInStaff(other, ADMINISTRATOR);
  await other.goto(page.url());
  await expect(other.getByText('é você quem confirma')).toBeVisible();
  await expect(other.getByRole('button', { name: 'Pôr em vigor' })).toBeEnabled();
  await other.getByRole('button', { name: 'Descartar' }).click();
  await expect(other.getByText('Rascunho descartado.')).toBeVisible();
  await other.context().close();
  expect((await page.reload())?.status()).toBe(404);
});

test('whoever answers customers sees what holds, and changes nothing', async ({ page }) => {
  await signInStaff(page, OPERATOR);
  await page.goto('/equipe/politicas/acordos');
  await expect(page.getByRole('heading', { name: 'O que vale hoje' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Escrever a próxima versão' })).toHaveCount(0);
  expect((await page.goto('/equipe/politicas/acordos/nova'))?.status()).toBe(403);
});

test('an administrator sees what other levels would have made of the past', async ({ page }) => {
  await signInStaff(page, ADMINISTRATOR);
  await page.goto('/equipe/regras');
  await page.getByRole('button', { name: 'Ver o efeito Alçadas' }).click();
  await expect(page.getByText(/aprovações dos últimos 90 dias/)).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'rules-effect');
});
