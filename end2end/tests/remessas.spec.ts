import type { Page } from '@playwright/test';
import { OPERATOR, RECEIVABLES, alone, another, expect, expectAccessible, shot, signInStaff, test, tick } from './helpers';

const room = '/equipe/exportacoes';
const card = (page: Page) => page.locator('section').filter({ has: page.getByRole('heading', { name: 'Banco Demonstração · VS-BANCO' }) });

/** How many slips wait to be registered. */
async function waiting(page: Page) {
  return Number((await card(page).getByText(/esperam? o registro/).innerText()).match(/^\d+/)![0]);
}

test('a file to the bank is written, comes again byte for byte, and is taken back when the bank never got it', async ({ page }) => {
  test.slow();
  await signInStaff(page, RECEIVABLES);
  // What one walk sends is not there for another, until it is taken back.
  await alone('remessas', async () => {
    await page.goto(room);
    await expect(page.getByRole('heading', { level: 2, name: 'Remessas para o banco' })).toBeVisible();
    const before = await waiting(page);
    const leftOut = card(page).getByText(/ficam? de fora/);
    const left = Number((await leftOut.innerText()).match(/^\d+/)![0]);
    expect(before).toBeGreaterThan(left);
    await leftOut.click();
    await expect(card(page).getByText('número do documento: tem um caractere que não pode ter').first()).toBeVisible();
    await expectAccessible(page);
    await shot(page, 'remessas');

    await card(page).getByRole('button', { name: /Gerar a remessa/ }).click();
    await expect(page).toHaveURL(/\/equipe\/exportacoes\/remessas\/[0-9a-f-]{36}$/);
    await expect(page.getByText(/Remessa \d+ gerada\. \d+ boletos? fic\w+ de fora/)).toBeVisible();
    const number = (await page.getByRole('heading', { level: 1 }).innerText()).match(/\d+/)![0];
    await expect(page.getByRole('table', { name: 'O que aconteceu com os boletos' })).toContainText('sem resposta do banco');
    await expectAccessible(page);
    await shot(page, 'remessa');

    const href = await page.getByRole('link', { name: 'Baixar a remessa' }).getAttribute('href');
    const take = async () => {
      const answer = await page.request.get(href!);
      expect(answer.headers()['content-disposition']).toContain(`remessa-VS-BANCO-${number.padStart(6, '0')}.rem`);
      return (await answer.body()).toString('latin1');
    };
    const text = await take();
    expect(await take()).toBe(text);
    const lines = text.split('\r\n').slice(0, -1);
    expect(lines.every(line => line.length === 240)).toBe(true);
    expect(lines[0].slice(157, 163)).toBe(number.padStart(6, '0'));
    const entries = lines.filter(line => line[13] === 'P' && line.slice(15, 17) === '01').length;
    expect(entries).toBe(before - left);

    // In the list, and nothing more can be sent.
    await page.goto(room);
    const row = page.getByRole('table', { name: 'Remessas geradas' }).getByRole('row').filter({ hasText: `Remessa ${number}` });
    await expect(row).toContainText('Nádia');
    await expect(card(page).getByRole('button', { name: /Gerar a remessa/ })).toBeDisabled();
    await expect(card(page).getByText('Nenhum dos boletos que esperam pode sair como está.')).toBeVisible();
    await row.getByRole('link').click();

    await page.getByRole('button', { name: 'Marcar como não recebida' }).click();
    await expect(page.getByRole('alert')).toContainText('É preciso marcar para continuar.');
    await expectAccessible(page);
    await tick(page.getByRole('checkbox', { name: 'Confirmei com o banco' }));
    await page.getByRole('button', { name: 'Marcar como não recebida' }).click();
    await expect(page.getByText(/Marcada como não recebida\. \d+ boletos? volt/)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Marcar como não recebida' })).toHaveCount(0);
    await expectAccessible(page);
    await shot(page, 'remessa-lost');
    await page.goto(room);
    expect(await waiting(page)).toBe(before);
  }, 150_000);

  const other = await another(page);
  await signInStaff(other, OPERATOR);
  expect((await other.goto(page.url()))?.status()).toBe(403);
  const refused = await other.request.post('/api/equipe/remessas/gerar', { form: { agreement: '' }, headers: { origin: new URL(page.url()).origin }, maxRedirects: 0 });
  expect(refused.status()).not.toBe(500);
});
