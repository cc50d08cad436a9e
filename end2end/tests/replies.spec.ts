import {
  OPERATOR, SUPERVISOR,
  another, ask, expect, expectAccessible, ofProject, shot, signInStaff, test,
} from './helpers';

test('a ready answer is written, filled in, changed and sent; the request goes to another area', async ({ page }) => {
  const title = `Carência, ${ofProject(['um', 'dois', 'três', 'quatro'])}`;
  const lead = await another(page);
  await signInStaff(lead, SUPERVISOR);
  await lead.goto('/equipe/respostas');
  await expect(lead.getByRole('link', { name: 'Comprovante de agendamento' })).toBeVisible();
  await expectAccessible(lead);
  await shot(lead, 'replies');
  await lead.getByRole('link', { name: 'Nova resposta' }).click();
  await lead.getByLabel('Nome, para a equipe').fill(title);
  await lead.getByLabel('Tipo de pedido').selectOption({ label: 'Pergunta' });
  await lead.getByLabel('Texto em Português').fill('Olá, {nom}. Sobre {protocolo}: veja a cláusula 5.');
  await lead.getByLabel('Texto em English (opcional)').fill('Hello, {nome}. About {protocolo}: see clause 5.');
  await lead.getByRole('button', { name: 'Guardar resposta' }).click();
  await expect(lead.getByText('Não existe a variável {nom} aqui (posição 6). Use as da lista, ou tire as chaves.').first()).toBeVisible();
  await expect(lead.getByLabel('Nome, para a equipe')).toHaveValue(title);
  await expectAccessible(lead);
  await lead.getByLabel('Texto em Português').fill('Olá, {nome}. Sobre {protocolo}: veja a cláusula 5.');
  await lead.getByRole('button', { name: 'Guardar resposta' }).click();
  await expect(lead.getByText('A resposta foi guardada.')).toBeVisible();
  await expect(lead.getByText('Hello, Ana Prado. About 123456.20261122.000123: see clause 5.')).toBeVisible();
  await expectAccessible(lead);
  await shot(lead, 'reply');

  const protocol = await ask(page, 'Qual é a carência do parto?');
  const desk = await another(page);
  await signInStaff(desk, OPERATOR);
  await desk.goto(`/equipe/pedidos/${protocol}`);
  await desk.getByRole('button', { name: 'Assumir', exact: true }).click();
  const note = desk.locator('details').filter({ has: desk.locator('summary', { hasText: /^Enviar mensagem ou anotar$/ }) });
  if ((await note.getAttribute('open')) === null) await note.locator('summary').click();
  await note.getByLabel('Anotação interna').fill('Fica como estava.');
  await note.getByLabel('Resposta pronta').selectOption({ label: title });
  await note.getByRole('button', { name: /^Usar/ }).click();
  await expect(desk.getByText('Confira o texto antes de enviar.')).toBeVisible();
  const told = note.getByLabel('Mensagem ao cliente (opcional)');
  await expect(told).toHaveValue(/^Olá, .+\. Sobre \d{6}\.\d{8}\.\d{6}: veja a cláusula 5\.$/);
  await expect(note.getByLabel('Anotação interna')).toHaveValue('Fica como estava.');
  await expectAccessible(desk);
  await shot(desk, 'desk-reply');
  await told.fill((await told.inputValue()).replace('cláusula 5', 'cláusula 6'));
  await note.getByRole('button', { name: 'Enviar ou anotar' }).click();
  await page.goto(`/pedidos/${protocol}`);
  await expect(page.getByText('veja a cláusula 6.').first()).toBeVisible();

  await desk.goto(`/equipe/pedidos/${protocol}`);
  const refer = desk.locator('details').filter({ has: desk.locator('summary', { hasText: /^Encaminhar a outra área$/ }) });
  await refer.locator('summary').click();
  await refer.getByRole('button', { name: 'Encaminhar e avisar o cliente' }).click();
  await expect(desk.getByRole('alert').getByRole('link')).toHaveCount(2);
  await expectAccessible(desk);
  await desk.getByLabel('Para qual área').selectOption({ label: 'Jurídico' });
  await desk.getByLabel('Por que outra área responde, para o cliente').fill('A cláusula é do contrato: o jurídico responde.');
  await desk.getByRole('button', { name: 'Encaminhar e avisar o cliente' }).click();
  await expect(desk.getByText('Encaminhado: Jurídico')).toBeVisible();
  await shot(desk, 'desk-referred');
  await page.reload();
  await expect(page.getByText('A cláusula é do contrato: o jurídico responde.').first()).toBeVisible();
  for (const each of [lead, desk]) await each.context().close();
});
