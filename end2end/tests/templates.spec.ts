import { ADMINISTRATOR, OPERATOR, SUPERVISOR, another, expect, expectAccessible, ofProject, shot, signInStaff, test } from './helpers';

test('an administrator writes a notice in the words of the house, sees it as its reader does, and goes back', async ({ page }) => {
  const [slug, name] = ofProject([
    ['pedido-desistencia', 'Desistência de um pedido'],
    ['pedido-mensagem', 'Mensagem no pedido'],
    ['pedido-concluido', 'Pedido concluído'],
    ['pedido-aprovado', 'Pedido aprovado'],
  ]);
  const address = `/equipe/avisos/${slug}/pt-BR`;
  await signInStaff(page, ADMINISTRATOR);
  await page.goto('/equipe/avisos');
  await expect(page.getByRole('heading', { level: 1, name: 'Textos de avisos' })).toBeVisible();
  await expect(page.getByText('Texto da casa').first()).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'templates');
  await page.getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  // Somebody else has the same page open from before.
  const other = await another(page);
  await signInStaff(other, ADMINISTRATOR);
  await other.goto(address);
  await expect(page.getByRole('heading', { name: 'Como a pessoa lê hoje' })).toBeVisible();
  await expect(page.getByText('Protocolo: 123456.20261122.000123')).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'template');

  // What cannot be is told at its field, with its reason, and everything typed is kept.
  const [subject, body, note] = [page.getByLabel('Assunto'), page.getByLabel('Mensagem', { exact: true }), page.getByLabel('Motivo')];
  await subject.fill('Seu pedido {protoclo}');
  await body.fill('Olá, {nome}.\n\nEntre em https://golpe.example/entrar e confirme seus dados.\n\n{credor}');
  await page.getByRole('button', { name: 'Pôr em uso' }).click();
  await expect(page.getByRole('alert')).toContainText('parece um endereço fora do portal');
  await expect(page.getByRole('alert')).toContainText('Não existe a variável {protoclo} aqui');
  await expect(body).toHaveValue(/golpe\.example/);
  await expectAccessible(page);
  await shot(page, 'template-refused');
  await body.fill('Olá, {nome}.\n\nVeja aqui: {link}\n\n{credor}');
  await page.getByRole('button', { name: 'Pôr em uso' }).click();
  await expect(page.getByRole('alert')).toContainText('Não existe a variável {protoclo} aqui');
  await expect(page.getByRole('alert')).toContainText('Falta no texto: {protocolo}.');
  await expect(subject).toHaveValue('Seu pedido {protoclo}');

  // Looked at first, by the key that sends a form: nothing is kept yet.
  await subject.fill('Sobre o pedido {protocolo}');
  await body.fill('Olá, {nome}.\n\nVeja aqui o que mudou no pedido {protocolo}:\n{link}\n\nEquipe da {credor}');
  await note.fill('Mais curto');
  await subject.press('Enter');
  await expect(page.getByText('Nada foi guardado ainda')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Como a pessoa leria' })).toBeVisible();
  await expect(page.getByText('Sobre o pedido 123456.20261122.000123')).toBeVisible();
  await expect(page.getByText('Olá, Ana Prado.')).toBeVisible();
  await expect(note).toHaveValue('Mais curto');
  await expectAccessible(page);
  await shot(page, 'template-looked');
  await page.getByRole('button', { name: 'Pôr em uso' }).click();
  await expect(page.getByText('O texto está em uso a partir de agora')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Versões' })).toBeVisible();

  // The second is told, and what they typed is there.
  await other.getByLabel('Assunto').fill('Outro assunto {protocolo}');
  await other.getByLabel('Motivo').fill('Eu também');
  await other.getByRole('button', { name: 'Pôr em uso' }).click();
  await expect(other.getByText('Enquanto você olhava, isto foi alterado por outra pessoa.')).toBeVisible();
  await expect(other.getByLabel('Assunto')).toHaveValue('Outro assunto {protocolo}');
  await expect(other.getByText('Mais curto')).toBeVisible();
  await other.context().close();

  // Back to the built-in words; the house's stay in the history.
  await page.goto(address);
  await page.getByText('Voltar ao texto original').click();
  await page.getByRole('button', { name: 'Usar o texto original' }).click();
  await expect(page.getByRole('alert').getByRole('link')).toHaveCount(1);
  const back = page.locator('details').filter({ hasText: 'O texto da casa fica no histórico.' });
  await back.getByLabel('Motivo').fill('Fim do teste');
  await page.getByRole('button', { name: 'Usar o texto original' }).click();
  await expect(page.getByText('O texto original está em uso a partir de agora.')).toBeVisible();
  const newest = page.getByRole('listitem').filter({ hasText: 'Fim do teste' });
  await newest.locator('summary').click();
  await expect(newest.locator('del').first()).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'template-history');
});

test('around a letter of the law the house has its say, and the law keeps its own', async ({ page }) => {
  await signInStaff(page, ADMINISTRATOR);
  await page.goto('/equipe/avisos/notificacao-carta/pt-BR');
  await page.getByLabel('Depois do texto da lei (opcional)').fill('Conte com a {credor}, {nome}: {contato}.');
  await page.getByRole('button', { name: 'Ver como fica' }).click();
  await expect(page.getByText(/Conte com a Cooperativa Vida Serena, Ana Prado: /)).toBeVisible();
  await expect(page.getByText(/o contrato pode ser suspenso ou encerrado/)).toBeVisible();
  await expectAccessible(page);
  await shot(page, 'template-letter');
});

test('a supervisor looks and changes nothing, an operator does not enter', async ({ page }) => {
  await signInStaff(page, SUPERVISOR);
  await page.goto('/equipe/avisos/promessa/pt-BR');
  await expect(page.getByRole('heading', { name: 'Versões' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Pôr em uso' })).toHaveCount(0);
  await page.getByRole('link', { name: 'Română' }).click();
  await expect(page.getByText('Texto original').first()).toBeVisible();
  expect((await page.goto('/equipe/avisos/convite/en'))?.status()).toBe(404);
  const operator = await another(page);
  await signInStaff(operator, OPERATOR);
  expect((await operator.goto('/equipe/avisos'))?.status()).toBe(403);
  await operator.context().close();
});
