import type { Page } from '@playwright/test';
import {
  PROVIDER, RECEIVABLES, SUPERVISOR, another, askForCode, askForPix, expect, expectAccessible, ofProject, payPix, shot, signIn, signInStaff, test, tick,
  typeCode, wrongCode,
} from './helpers';

/** People with late bills, whom no other journey needs: one who has it back, and one whose account is closed. */
const BACK: [string, string, string, string] = ['101.577.663-90', '100.983.738-97', '100.754.087-75', '100.928.305-79'];
const CLOSED: [string, string, string, string] = ['101.237.146-80', '101.363.850-60', '101.387.607-56', '101.450.959-91'];

/** Pays a bill with the same Pix twice; answers what is in the customer's favour now, once the portal has seen it. */
async function payTwice(page: Page) {
  const code = await askForPix(page, 1);
  await payPix(page, code);
  await payPix(page, code, 'Pagar mesmo já paga');
  await expect(async () => {
    await page.goto('/devolucao');
    await expect(page.getByRole('radio', { name: 'Receber na conta de onde veio o Pix' })).toBeVisible({ timeout: 1000 });
  }).toPass();
}

/** Asks for it back; answers the protocol. */
async function askBack(page: Page) {
  await page.getByRole('button', { name: 'Continuar' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Confira antes de pedir' })).toBeVisible();
  await expect(page.getByText('A conta de onde veio o Pix')).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'refund-origin-check');
  await page.getByRole('button', { name: 'Pedir o Pix de volta' }).click();
  await expect(page).toHaveURL(/\/recebido$/);
  return page.url().match(/\d{20}/)![0];
}

/** Two persons agree. */
async function agree(page: Page, protocol: string, picture = '') {
  const [prepares, approves] = [await another(page), await another(page)];
  await signInStaff(prepares, RECEIVABLES);
  await signInStaff(approves, SUPERVISOR);
  await prepares.goto(`/equipe/pedidos/${protocol}`);
  const claim = prepares.getByRole('button', { name: 'Assumir' });
  if (await claim.isVisible()) await claim.click();
  await prepares.getByRole('button', { name: 'Preparar para aprovação' }).click();
  await expect(prepares.getByText('Decisão preparada. Outra pessoa precisa aprovar.')).toBeVisible();
  await approves.goto(`/equipe/pedidos/${protocol}`);
  if (picture) {
    await expectAccessible(approves);
    await shot(approves, picture);
  }
  await approves.getByRole('button', { name: 'Aprovar e avisar o cliente' }).click();
  await expect(approves.getByText('Aprovado. O cliente foi avisado.')).toBeVisible();
  await prepares.context().close();
  return approves;
}

/** The customer's page of a request says so, within a few rounds of the portal's own work. */
async function comesToSay(page: Page, protocol: string, title: string) {
  await expect(async () => {
    await page.goto(`/pedidos/${protocol}`);
    await expect(page.getByText(title).first()).toBeVisible({ timeout: 1000 });
  }).toPass({ timeout: 60_000 });
}

test('a bill paid twice by Pix goes back to the account it came from', async ({ page }) => {
  test.slow();
  await signIn(page, ofProject(BACK));
  await payTwice(page);
  // It is what is proposed, and nothing else has to be said.
  await expect(page.getByRole('radio', { name: 'Receber na conta de onde veio o Pix' })).toBeChecked();
  await expectAccessible(page);
  await shot(page, 'refund-origin');
  const protocol = await askBack(page);
  const desk = await agree(page, protocol, 'desk-refund-origin');
  await comesToSay(page, protocol, 'O Pix voltou para a conta de onde veio');
  await expectAccessible(page);
  await shot(page, 'refund-returned');
  const id = (await page.getByText(/^[0-9a-f]{32}$/).innerText()).trim();
  await desk.reload();
  await expect(desk.getByText(id)).toBeVisible();
  await expect(desk.getByRole('main')).toContainText('Devolvido em');
  await expectAccessible(desk);
  await shot(desk, 'desk-refund-returned');
  // And so says the bank.
  const pix = (await desk.getByText(/^E99999004\d{12}\w{11}$/).first().innerText()).trim();
  await desk.goto(PROVIDER);
  await expect(desk.getByLabel(`Pagamento ${pix}`).getByText('Devolvido.')).toBeVisible();
  await desk.context().close();
  await page.goto('/devolucao');
  await expect(page.getByText('Nenhum valor a devolver')).toBeVisible();
});

test('what cannot go back goes to an account that the customer gives', async ({ page }) => {
  test.slow();
  const taxId = ofProject(CLOSED);
  await signIn(page, taxId);
  await payTwice(page);
  const protocol = await askBack(page);
  // The account of who paid was closed meanwhile.
  const bank = await another(page);
  const desk = await another(page);
  await signInStaff(desk, RECEIVABLES);
  await desk.goto(`/equipe/pedidos/${protocol}`);
  const pix = (await desk.getByText(/^E99999004\d{12}\w{11}$/).first().innerText()).trim();
  await bank.goto(PROVIDER);
  await bank.getByLabel(`Pagamento ${pix}`).getByRole('button', { name: 'Encerrar a conta de quem pagou' }).click();
  await expect(bank.getByLabel(`Pagamento ${pix}`)).toContainText('encerrada');
  await bank.context().close();
  await (await agree(page, protocol)).context().close();
  await comesToSay(page, protocol, 'continuam a seu favor');
  await expectAccessible(page);
  await shot(page, 'refund-not-returned');

  await desk.goto(`/equipe/pedidos/${protocol}`);
  await expect(desk.getByText('O Pix não voltou para a origem')).toBeVisible();
  await expect(desk.getByText('A conta de quem pagou foi encerrada.')).toBeVisible();
  await expectAccessible(desk);
  await shot(desk, 'desk-refund-not-returned');
  await desk.locator('summary', { hasText: /^Pedir mais informações$/ }).click();
  await desk.getByLabel('O que falta, para o cliente').fill('A conta de onde veio o Pix foi encerrada. Para onde devolvemos?');
  await desk.getByRole('button', { name: 'Pedir ao cliente' }).click();
  await expect(desk.getByText('O cliente foi avisado')).toBeVisible();
  await desk.context().close();

  await page.goto(`/pedidos/${protocol}`);
  await shot(page, 'refund-account-asked');
  await page.getByRole('link', { name: 'Informar uma conta ou chave Pix' }).click();
  await tick(page.getByRole('radio', { name: 'Chave Pix' }));
  await page.getByLabel('Tipo da chave').selectOption('tax_id');
  await page.getByLabel('Chave', { exact: true }).fill(taxId);
  await page.getByLabel('CPF ou CNPJ do titular').fill('123.456.789-09');
  await page.getByRole('button', { name: 'Continuar' }).click();
  await expect(page.getByRole('alert')).toContainText('A conta precisa estar no nome de quem pagou');
  await page.getByLabel('CPF ou CNPJ do titular').fill(taxId);
  await page.getByRole('button', { name: 'Continuar' }).click();
  await expectAccessible(page);
  await shot(page, 'refund-account-check');
  await typeCode(page, await askForCode(page, () => page.getByRole('button', { name: 'Enviar estes dados' }).click()));
  await expect(page).toHaveURL(`/pedidos/${protocol}`);
  await expect(page.getByText('Informei para onde devolver o valor.')).toBeVisible();
  await expect(page.getByText('Agora é com a nossa equipe.')).toBeVisible();
  await expectAccessible(page);
});

test('a Pix that nobody knows goes back, by two persons', async ({ page }) => {
  // One of an amount that no other walk pays.
  const amount = ofProject(['1.501,11', '1.502,22', '1.503,33', '1.504,44']);
  const bank = await another(page);
  await bank.goto(PROVIDER);
  await bank.getByLabel('Valor para a chave').fill(amount);
  await bank.getByRole('button', { name: 'Pagar a chave' }).click();
  await signInStaff(page, RECEIVABLES);
  const card = (room: Page) => room.locator('.card').filter({ hasText: amount });
  await expect(async () => {
    await page.goto('/equipe/retornos/nao-identificados');
    await expect(card(page)).toBeVisible({ timeout: 1000 });
  }).toPass();
  const pix = (await card(page).getByText(/^E99999004\d{12}\w{11}$/).innerText()).trim();
  await card(page).getByRole('link', { name: 'Escolher a conta ou devolver' }).click();
  await card(page).getByText('Não é de ninguém? Devolva').click();
  await card(page).getByRole('button', { name: 'Devolver à origem' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'unidentified-give-back');
  const opened = card(page).getByRole('group').filter({ hasText: 'Devolver à origem' });
  await opened.getByLabel('Por quê?').fill('Nenhum cliente tem conta com este valor.');
  await opened.getByRole('button', { name: 'Devolver à origem' }).click();
  await expect(page.getByText('Preparado. Outra pessoa precisa aprovar.')).toBeVisible();
  await expect(card(page).getByRole('button', { name: 'Aprovar a devolução' })).toBeDisabled();
  await expectAccessible(page);
  await shot(page, 'unidentified-return-prepared');
  const second = await another(page);
  await signInStaff(second, SUPERVISOR);
  await second.goto('/equipe/retornos/nao-identificados');
  await card(second).getByRole('button', { name: 'Aprovar a devolução' }).click();
  await expect(second.getByText('O Pix vai voltar para a conta de onde veio.')).toBeVisible();
  await second.context().close();
  await expect(async () => {
    await bank.goto(PROVIDER);
    await expect(bank.getByLabel(`Pagamento ${pix}`).getByText('Devolvido.')).toBeVisible({ timeout: 1000 });
  }).toPass({ timeout: 60_000 });
  await expect(async () => {
    await page.goto('/equipe/retornos/nao-identificados');
    await expect(card(page)).toHaveCount(0, { timeout: 1000 });
  }).toPass();
  await bank.context().close();
});

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
  const code = await askForCode(page, () => page.getByRole('button', { name: 'Pedir a devolução' }).click());
  await expect(page.getByText(/^Devolução de R\$/)).toContainText(`***.${digits.slice(3, 6)}`);
  expect(await page.content()).not.toContain(digits);
  await typeCode(page, wrongCode(code));
  await expect(page.getByRole('alert')).toContainText('Você tem mais 4 tentativas');
  await expectAccessible(page);
  await shot(page, 'refund-code');
  await typeCode(page, code);
  await expect(page).toHaveURL(/\/recebido$/);
  await page.goto('/devolucao');
  await expect(page.getByText(/Já pedido, protocolo/)).toBeVisible();
  await expectAccessible(page);
});
