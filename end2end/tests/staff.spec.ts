import type { Page } from '@playwright/test';
import {
  ADMINISTRATOR, LEGAL, OPERATOR, OTHER_OPERATOR, RECEIVABLES, SUPERVISOR, UP_TO_DATE,
  another, askForCode, ask, expect, expectAccessible, ofProject, shot, signIn, signInStaff, spoken, test, tick, typeCode,
} from './helpers';

/** Opens a step of the panel, if it is not open yet. */
async function step(page: Page, name: string) {
  const details = page.locator('details').filter({ has: page.locator('summary', { hasText: new RegExp(`^${name}$`) }) });
  if ((await details.getAttribute('open')) === null) await details.locator('summary').click();
  return details;
}

test('the queue is narrowed, and a request taken out of it', async ({ page }) => {
  const protocol = await ask(page, 'Qual é o prazo de carência?');
  const desk = await another(page);
  await signInStaff(desk, OPERATOR);
  await expect(desk.getByRole('heading', { level: 1, name: 'Fila' })).toBeVisible();
  await expectAccessible(desk);
  await shot(desk, 'queue');
  await desk.goto('/equipe/fila?tipo=question&situacao=received');
  await expect(desk.getByRole('combobox', { name: 'Tipo' })).toHaveValue('question');
  await expect(desk.getByRole('link', { name: /^\d{6}\.\d{8}\.\d{6}$/ }).first()).toBeVisible();
  await desk.getByRole('button', { name: `Assumir ${spoken(protocol)}` }).click();
  await expect(desk).toHaveURL(`/equipe/pedidos/${protocol}`);
  await expect(desk.getByText('O pedido agora está com você.')).toBeVisible();
  await expectAccessible(desk);
  await shot(desk, 'desk-question');

  // Nothing is asked of a customer without words.
  const ask_more = await step(desk, 'Pedir mais informações');
  await ask_more.getByRole('button', { name: 'Pedir ao cliente' }).click();
  await expect(desk.getByRole('alert').getByRole('link')).toHaveCount(1);
  await expectAccessible(desk);
  await (await step(desk, 'Pedir mais informações')).getByLabel('O que falta, para o cliente').fill('De qual plano você fala?');
  await (await step(desk, 'Pedir mais informações')).getByRole('button', { name: 'Pedir ao cliente' }).click();
  await expect(desk.getByText('Aguardando o cliente', { exact: true })).toBeVisible();

  await page.goto(`/pedidos/${protocol}`);
  await expect(page.getByText('De qual plano você fala?').first()).toBeVisible();
  await page.getByLabel('Sua resposta').fill('Do Serena Essencial.');
  await page.getByRole('button', { name: 'Enviar resposta' }).click();

  await desk.reload();
  await expect(desk.getByText('Do Serena Essencial.')).toBeVisible();
  const refuse = await step(desk, 'Não aprovar');
  await refuse.getByLabel('Motivo, para o cliente').fill('A carência está no contrato, na cláusula 5.');
  await refuse.getByLabel('Anotação interna (opcional)').fill('Terceira vez que pergunta.');
  await refuse.getByRole('button', { name: 'Não aprovar e avisar o cliente' }).click();
  await expect(desk.getByText('Este pedido está encerrado.')).toBeVisible();
  await expect(desk.getByText('Terceira vez que pergunta.')).toBeVisible();

  await page.reload();
  await expect(page.getByText('A carência está no contrato, na cláusula 5.').first()).toBeVisible();
  await expect(page.getByText('Terceira vez que pergunta.')).toHaveCount(0);
  await desk.context().close();
});

test('of two who claim at once, one is told', async ({ page }) => {
  const protocol = await ask(page, 'Como atualizo meu endereço?');
  const [one, other] = [await another(page), await another(page)];
  await signInStaff(one, OPERATOR);
  await signInStaff(other, OTHER_OPERATOR);
  for (const desk of [one, other]) await desk.goto(`/equipe/pedidos/${protocol}`);
  await one.getByRole('button', { name: 'Assumir' }).click();
  await expect(one.getByText('O pedido agora está com você.')).toBeVisible();
  await other.getByRole('button', { name: 'Assumir' }).click();
  await expect(other.getByText('Enquanto você olhava, isto foi alterado por outra pessoa.')).toBeVisible();
  await expect(other.getByText('Iara Monteiro Brito').first()).toBeVisible();
  await expect(other.getByRole('button', { name: 'Concluir' })).toBeDisabled();
  await expect(other.getByText('Primeiro assuma o pedido.').first()).toBeVisible();
  await expectAccessible(other);
  const answer = await step(one, 'Concluir');
  await answer.getByLabel('Resposta ao cliente').fill('Em Conta, no menu.');
  await answer.getByRole('button', { name: 'Concluir e avisar o cliente' }).click();
  await page.goto(`/pedidos/${protocol}`);
  await expect(page.getByText('Em Conta, no menu.').first()).toBeVisible();
  for (const desk of [one, other]) await desk.context().close();
});

test('a refund takes two people', async ({ page }) => {
  const taxId = ofProject(['101.965.694-86', '102.108.236-82', '102.393.320-91', '102.733.837-28']);
  await signIn(page, taxId);
  await page.goto('/devolucao');
  await tick(page.getByRole('radio').first());
  await tick(page.getByRole('radio', { name: 'Receber de volta' }));
  await page.getByRole('button', { name: 'Continuar' }).click();
  await tick(page.getByRole('radio', { name: 'Chave Pix' }));
  await page.getByLabel('Tipo da chave').selectOption('tax_id');
  await page.getByLabel('Chave', { exact: true }).fill(taxId);
  await page.getByLabel('CPF ou CNPJ do titular').fill(taxId);
  await page.getByRole('button', { name: 'Continuar' }).click();
  await typeCode(page, await askForCode(page, () => page.getByRole('button', { name: 'Pedir a devolução' }).click()));
  await expect(page).toHaveURL(/\/recebido$/);
  const protocol = page.url().match(/\d{20}/)![0];

  const [prepares, approves] = [await another(page), await another(page)];
  await signInStaff(prepares, RECEIVABLES);
  await signInStaff(approves, SUPERVISOR);
  await prepares.goto(`/equipe/pedidos/${protocol}`);
  await prepares.getByRole('button', { name: 'Assumir' }).click();
  await expect(prepares.getByRole('button', { name: 'Aprovar', exact: true })).toBeDisabled();
  await expect(prepares.getByText('Precisa de duas pessoas')).toBeVisible();
  await prepares.getByRole('button', { name: 'Preparar para aprovação' }).click();
  await expect(prepares.getByText('Decisão preparada. Outra pessoa precisa aprovar.')).toBeVisible();
  await expect(prepares.getByRole('button', { name: 'Aprovar', exact: true })).toBeDisabled();
  await expect(prepares.getByText('Você preparou esta decisão.')).toBeVisible();
  // How the destination was confirmed; from which address, only those see who answer for what is claimed.
  await expect(prepares.getByText('Os endereços de rede são vistos pela supervisão')).toBeVisible();
  await expect(prepares.getByText('Endereço de rede', { exact: true })).toHaveCount(0);
  await approves.goto(`/equipe/pedidos/${protocol}`);
  await expect(approves.getByRole('heading', { name: 'Registro da confirmação' })).toBeVisible();
  await expect(approves.getByText('127.0.0.1', { exact: true })).toBeVisible();
  await expectAccessible(approves);
  await shot(approves, 'desk-refund-confirmed');
  // Nobody of the desk needs the whole key.
  const evidence = await prepares.locator('main :is(.desk-asked, .desk-files, .desk-rest)').allTextContents();
  expect(evidence.length).toBeGreaterThan(1);
  expect(evidence.join()).not.toContain(taxId.replace(/\D/g, ''));
  await expectAccessible(prepares);
  await shot(prepares, 'desk-refund');

  await approves.goto(`/equipe/pedidos/${protocol}`);
  await approves.getByRole('button', { name: 'Aprovar e avisar o cliente' }).click();
  await expect(approves.getByText('Aprovado. O cliente foi avisado.')).toBeVisible();
  await approves.goto('/equipe/devolucoes');
  await expect(approves.getByRole('link', { name: spoken(protocol) })).toBeVisible();
  await expectAccessible(approves);
  await shot(approves, 'refund-orders');

  // The file for the bank; only what left in it can be said to be paid. Other walks may have put this order into theirs.
  const make = approves.getByRole('button', { name: 'Gerar o arquivo' });
  if (await make.isEnabled()) await make.click();
  const paid = approves.getByRole('button', { name: `O banco pagou ${spoken(protocol)}` });
  await expect(paid).toBeVisible();
  const href = await approves.getByRole('link', { name: /^Baixar devolucoes-/ }).first().getAttribute('href');
  const file = await approves.request.get(href!);
  expect(file.headers()['content-disposition']).toContain('attachment');
  expect(file.headers()['cache-control']).toContain('no-store');
  expect(await file.text()).toMatch(/^protocol;amount;holder;/);
  await paid.click();
  await expect(approves.getByText('Devolução concluída. O cliente foi avisado.')).toBeVisible();
  await page.goto(`/pedidos/${protocol}`);
  await expect(page.getByText('Concluído').first()).toBeVisible();
  for (const desk of [prepares, approves]) await desk.context().close();
});

test('a customer is found by what is at hand, and seen whole', async ({ page }) => {
  await signInStaff(page, OPERATOR);
  await page.goto('/equipe/busca');
  await page.getByLabel('O que procurar').fill('a');
  await page.getByRole('button', { name: 'Buscar' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel('O que procurar').fill(UP_TO_DATE);
  await page.getByRole('button', { name: 'Buscar' }).click();
  // What was typed stands in no address.
  await expect(page).toHaveURL('/equipe/busca');
  await expectAccessible(page);
  await shot(page, 'search');
  await page.getByRole('link', { name: 'Lázaro Peçanha Simões' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Lázaro Peçanha Simões' })).toBeVisible();
  await expect(page.getByRole('heading', { level: 2, name: 'Tudo o que aconteceu' })).toBeVisible();
  await expect(page.getByText('Cadastro consultado pela equipe').locator('visible=true').first()).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'customer');
});

test('each role sees its own part, and is told so in words', async ({ page }) => {
  await signInStaff(page, LEGAL);
  await page.getByRole('link', { name: /^\d{6}\.\d{8}\.\d{6}$/ }).first().click();
  await expect(page.getByRole('heading', { level: 2, name: 'Decidir' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Assumir' })).toHaveCount(0);
  await expectAccessible(page);
  const orders = await page.goto('/equipe/devolucoes');
  expect(orders?.status()).toBe(403);
  await expect(page.getByRole('heading', { level: 1, name: 'Esta página não é para o seu perfil' })).toBeVisible();
  await expectAccessible(page);

  const administrator = await another(page);
  await signInStaff(administrator, ADMINISTRATOR);
  for (const path of ['/equipe/fila', '/equipe/devolucoes', '/equipe/busca']) expect((await administrator.goto(path))?.status()).toBe(403);
  await expect(administrator.getByRole('heading', { level: 1, name: 'Esta página não é para o seu perfil' })).toBeVisible();
  await administrator.context().close();
});

test('the demonstration says how to enter', async ({ page }) => {
  await page.goto('/demo');
  await expect(page.getByRole('heading', { level: 1, name: 'Acessos da demonstração' })).toBeVisible();
  await expect(page.getByRole('cell', { name: /\d{6}$/ }).first()).toBeVisible();
  await expect(page.getByRole('link', { name: 'Caixa de correio da demonstração' })).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'demo');
});
