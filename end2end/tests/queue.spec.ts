import type { Page } from '@playwright/test';
import {
  ADMINISTRATOR, LEGAL, OPERATOR, OTHER_OPERATOR, SUPERVISOR,
  another, ask, expect, expectAccessible, shot, signInStaff, spoken, test, tick, withJavaScript,
} from './helpers';

/** Opens a disclosure, if it is not open yet. */
async function disclose(page: Page, name: string) {
  const details = page.locator('details').filter({ has: page.locator('summary', { hasText: name }) }).first();
  if ((await details.getAttribute('open')) === null) await details.locator('summary').click();
  return details;
}

const everything = '/equipe/fila?tudo=1';
const questions = '/equipe/fila?tipo=question&situacao=received';

test('several are claimed at once, and what somebody else took first is told', async ({ page }) => {
  const [mine, theirs] = [await ask(page, 'Como mudo meu e-mail?'), await ask(page, 'Como mudo meu telefone?')];
  const [desk, other] = [await another(page), await another(page)];
  await signInStaff(desk, OPERATOR);
  await signInStaff(other, OTHER_OPERATOR);
  await desk.goto(questions);
  await other.goto(questions);
  // Nothing chosen, nothing done, and it is said at the place.
  await desk.getByRole('button', { name: 'Assumir os escolhidos' }).click();
  await expect(desk.getByRole('alert').getByRole('link', { name: 'Escolha uma das opções.' })).toBeVisible();
  await expectAccessible(desk);
  await other.getByRole('button', { name: `Assumir ${spoken(theirs)}` }).click();
  await expect(other.getByText('O pedido agora está com você.')).toBeVisible();
  for (const protocol of [mine, theirs]) await tick(desk.getByRole('checkbox', { name: `Escolher ${spoken(protocol)}` }));
  await desk.getByRole('button', { name: 'Assumir os escolhidos' }).click();
  await expect(desk.getByText('1 pedido assumido; 1 já com outra pessoa.')).toBeVisible();
  await expect(desk.getByRole('listitem').filter({ hasText: spoken(theirs) })).toContainText('está com Ciro');
  await expectAccessible(desk);
  await shot(desk, 'queue-several');

  // Refused with one reason; without a word nobody is.
  await desk.goto('/equipe/fila?tipo=question&quem=me');
  await tick(desk.getByRole('checkbox', { name: `Escolher ${spoken(mine)}` }));
  await (await disclose(desk, 'Não aprovar os escolhidos')).getByRole('button', { name: 'Não aprovar e avisar cada cliente' }).click();
  await expect(desk.getByRole('alert').getByRole('link', { name: 'Preencha este campo.' })).toBeVisible();
  await expect(desk.getByRole('checkbox', { name: `Escolher ${spoken(mine)}` })).toBeChecked();
  await (await disclose(desk, 'Não aprovar os escolhidos')).getByLabel('Motivo, para o cliente').fill('Fale conosco pelo telefone.');
  await desk.getByRole('button', { name: 'Não aprovar e avisar cada cliente' }).click();
  await expect(desk.getByText('1 pedido não aprovado.')).toBeVisible();
  await page.goto(`/pedidos/${mine}`);
  await expect(page.getByText('Fale conosco pelo telefone.').first()).toBeVisible();
  for (const one of [desk, other]) await one.context().close();
});

test('a supervisor gives work, keeps views and takes tables', async ({ page }) => {
  const protocol = await ask(page, 'Onde vejo minha carteirinha?');
  const desk = await another(page);
  await signInStaff(desk, SUPERVISOR);
  await desk.goto(everything);
  await expectAccessible(desk);
  await shot(desk, 'queue-full');
  await desk.goto(questions);
  await tick(desk.getByRole('checkbox', { name: `Escolher ${spoken(protocol)}` }));
  await desk.getByRole('combobox', { name: 'Passar para' }).selectOption({ index: 1 });
  await desk.getByRole('button', { name: 'Passar os escolhidos' }).click();
  await expect(desk.getByText('1 pedido passado.')).toBeVisible();
  await desk.goto(`/equipe/pedidos/${protocol}`);
  await expect(desk.getByText(/^Passado para uma pessoa para /)).toBeVisible();
  await expectAccessible(desk);

  const name = `Perguntas ${test.info().project.name}`;
  await desk.goto('/equipe/fila?tipo=question&prazo=week');
  let views = await disclose(desk, 'Visões guardadas');
  await views.getByLabel('Guardar esta parte da fila como').fill(name);
  await views.getByRole('button', { name: 'Guardar', exact: true }).click();
  await expect(desk.getByText('Visão guardada.')).toBeVisible();
  await desk.goto(everything);
  await desk.getByRole('navigation', { name: 'Partes da fila' }).getByRole('link', { name }).click();
  await expect(desk).toHaveURL('/equipe/fila?tipo=question&prazo=week');
  await expectAccessible(desk);
  views = await disclose(desk, 'Visões guardadas');
  await expectAccessible(desk);
  await views.getByRole('button', { name: `Apagar ${name}` }).click();
  await expect(desk.getByText('Visão apagada.')).toBeVisible();

  const table = await desk.request.get('/equipe/fila.csv?tipo=question');
  expect(table.headers()['content-disposition']).toContain('attachment');
  expect(await table.text()).toMatch(/^protocol;kind;kind_name;status;customer;/);
  await desk.goto('/equipe/prazos');
  await expect(desk.getByRole('heading', { level: 1, name: 'Prazos cumpridos' })).toBeVisible();
  await expectAccessible(desk);
  await shot(desk, 'deadlines');
  expect(await (await desk.request.get('/equipe/prazos.csv')).text()).toMatch(/^month;kind;/);
  await desk.context().close();
});

test('while the customer is asked, both sides see until when we wait', async ({ page }) => {
  const protocol = await ask(page, 'Por que o valor mudou?');
  const desk = await another(page);
  await signInStaff(desk, OTHER_OPERATOR);
  await desk.goto(`/equipe/pedidos/${protocol}`);
  await desk.getByRole('button', { name: 'Assumir' }).click();
  await (await disclose(desk, 'Pedir mais informações')).getByLabel('O que falta, para o cliente').fill('De qual mês?');
  await desk.getByRole('button', { name: 'Pedir ao cliente' }).click();
  await expect(desk.getByText(/esperando o cliente até/).first()).toBeVisible();
  await expectAccessible(desk);
  await desk.goto('/equipe/fila?situacao=waiting_customer');
  await expect(desk.getByText('Prazo parado').first()).toBeVisible();
  await expect(desk.getByText('Prazo vencido', { exact: true }).filter({ visible: true })).toHaveCount(0);
  await page.goto(`/pedidos/${protocol}`);
  await expect(page.getByText(/Esperamos sua resposta até/)).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel('Sua resposta').fill('Novembro.');
  await page.getByRole('button', { name: 'Enviar resposta' }).click();
  await desk.goto(`/equipe/pedidos/${protocol}`);
  await expect(desk.getByText(/^Parado de .* a .*: o prazo passou de/)).toBeVisible();
  await (await disclose(desk, 'Concluir')).getByLabel('Resposta ao cliente').fill('Pelo reajuste anual.');
  await desk.getByRole('button', { name: 'Concluir e avisar o cliente' }).click();
  await expect(desk.getByText('Este pedido está encerrado.')).toBeVisible();
  await desk.context().close();
});

test('the next is taken by one button', async ({ page }) => {
  await ask(page, 'Qual o horário de atendimento?');
  const desk = await another(page);
  await signInStaff(desk, OPERATOR);
  await desk.goto('/equipe/fila?tipo=question');
  await desk.getByRole('button', { name: 'Pegar o próximo' }).click();
  await expect(desk).toHaveURL(/\/equipe\/pedidos\/\d{20}$/);
  await expect(desk.getByText('O pedido agora está com você.')).toBeVisible();
  await desk.getByRole('button', { name: 'Devolver à fila' }).click();
  await desk.goto('/equipe/fila?tipo=question&de=900000');
  await expect(desk.getByText('Nada aqui agora')).toBeVisible();
  await expectAccessible(desk);
  await shot(desk, 'queue-empty');
  await desk.getByRole('button', { name: 'Pegar o próximo' }).click();
  await expect(desk.getByText('Nenhum pedido livre nesta parte da fila.')).toBeVisible();
  await desk.context().close();
});

test('the queue is worked by keyboard alone', async ({ page }) => {
  test.skip(!withJavaScript(), 'keys are the script’s; every one has its button');
  const protocol = await ask(page, 'Posso pagar com cartão?');
  const desk = await another(page);
  await signInStaff(desk, OTHER_OPERATOR);
  await desk.goto('/equipe/fila?tipo=question&situacao=received');
  await expect(desk.locator('html[data-desk=live]')).toBeVisible();
  const links = desk.locator('main .table a.number');
  const press = (...keys: string[]) => keys.reduce((before, key) => before.then(() => desk.keyboard.press(key)), Promise.resolve());
  await press('j');
  await expect(links.first()).toBeFocused();
  const count = await links.count();
  await press(...Array.from({ length: count + 1 }, () => 'j'));
  await expect(links.last()).toBeFocused();
  await press('k');
  if (count > 1) await expect(links.nth(count - 2)).toBeFocused();
  await press('ArrowDown');
  await expect(links.last()).toBeFocused();

  // To the one that was asked just now, checked and unchecked.
  const row = desk.locator('main .table tbody tr').filter({ hasText: spoken(protocol) });
  await row.locator('a.number').focus();
  await press('x');
  await expect(row.getByRole('checkbox')).toBeChecked();
  await press('x');
  await expect(row.getByRole('checkbox')).not.toBeChecked();

  // In a field keys are letters.
  await press('/');
  await expect(desk.locator('#find')).toBeFocused();
  await desk.keyboard.type('jxcn?gq');
  await expect(desk.locator('#find')).toHaveValue('jxcn?gq');
  await expect(desk.getByRole('dialog')).toHaveCount(0);
  await desk.locator('#find').fill('');
  await row.locator('a.number').focus();

  await press('?');
  await expect(desk.getByRole('dialog', { name: 'Teclas da fila' })).toBeVisible();
  await expectAccessible(desk);
  await shot(desk, 'queue-keys');
  await press('j', 'Escape');
  await expect(desk.getByRole('dialog')).toHaveCount(0);

  await row.locator('a.number').focus();
  await press('c');
  await expect(desk).toHaveURL(`/equipe/pedidos/${protocol}`);
  await expect(desk.getByText('O pedido agora está com você.')).toBeVisible();
  await press('g', 'q');
  await expect(desk).toHaveURL('/equipe/fila');
  await desk.goto('/equipe/fila?tipo=question&quem=me');
  await desk.locator('main .table a.number', { hasText: spoken(protocol) }).focus();
  await press('Enter');
  await expect(desk).toHaveURL(`/equipe/pedidos/${protocol}`);
  await desk.getByRole('button', { name: 'Devolver à fila' }).press('Enter');
  await expect(desk.getByText('O pedido voltou para a fila.')).toBeVisible();
  await desk.context().close();
});

test('keys can be switched off', async ({ page }) => {
  test.skip(!withJavaScript() || test.info().project.name !== 'desktop-js', 'one person’s setting: one walk changes it');
  await signInStaff(page, LEGAL);
  await page.goto(everything);
  await page.getByRole('button', { name: 'Teclas' }).click();
  await page.getByRole('button', { name: 'Desligar as teclas' }).click();
  await expect(page.getByText('Teclas desligadas.')).toBeVisible();
  await expect(page.locator('html[data-desk=live]')).toBeVisible();
  await page.keyboard.press('j');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.locator('main .table a.number:focus')).toHaveCount(0);
  await page.getByRole('button', { name: 'Teclas' }).click();
  await page.getByRole('button', { name: 'Ligar as teclas' }).click();
  await expect(page.getByText('Teclas ligadas.')).toBeVisible();
  await expect(page.locator('html[data-desk=live]')).toBeVisible();
  await page.keyboard.press('j');
  await expect(page.locator('main .table a.number').first()).toBeFocused();
});

test('counts stay fresh, quietly', async ({ page }) => {
  test.skip(!withJavaScript(), 'a page without JavaScript is loaded again');
  const desk = await another(page);
  await desk.clock.install();
  await signInStaff(desk, LEGAL);
  await desk.goto(everything);
  await expect(desk.locator('html[data-desk=live]')).toBeVisible();
  const open = desk.locator('.figure-value[data-count=open]');
  await expect(open).toHaveText(/^\d+$/);
  await open.evaluate(element => { element.textContent = '?'; });
  await desk.clock.runFor(21_000);
  await expect(open).toHaveText(/^\d+$/);
  // Nothing of it is read aloud.
  expect(await open.evaluate(element => element.closest('[aria-live], [role=status], [role=alert]') === null)).toBe(true);
  await desk.context().close();
});

test('who works no requests has no buttons, and an administrator no queue', async ({ page }) => {
  await signInStaff(page, LEGAL);
  await page.goto(everything);
  await expect(page.getByRole('button', { name: 'Pegar o próximo' })).toHaveCount(0);
  await expect(page.getByRole('checkbox', { name: /^Escolher/ })).toHaveCount(0);
  await expectAccessible(page);
  expect((await page.request.get('/equipe/fila.csv')).status()).toBe(403);
  const administrator = await another(page);
  await signInStaff(administrator, ADMINISTRATOR);
  for (const path of ['/equipe/fila', '/equipe/fila.csv', '/equipe/fila/contagens', '/equipe/prazos']) {
    expect((await administrator.request.get(path)).status(), path).toBe(403);
  }
  await administrator.context().close();
});
