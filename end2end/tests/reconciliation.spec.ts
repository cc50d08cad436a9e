import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { RECEIVABLES, SUPERVISOR, another, expect, expectAccessible, ofProject, shot, signIn, signInStaff, test, tick } from './helpers';

/** A company with thousands of bills: each way of walking takes its own. */
const COMPANY = '99.944.395/0001-48';
/** The demonstration's agreement with its bank, as a CNAB 240 header has it. */
const AGREEMENT = '001238798001417019';

type Title = { number: string; amount: number; due: Date };

/** The bills that fall due next, the number and amount of each read as a person does. */
async function bills(page: Page, from: number, count: number) {
  await signIn(page, COMPANY);
  await page.goto('/extrato?situacao=em-aberto');
  const links = await page.getByRole('main').locator('a[href^="/extrato/conta/"]').evaluateAll(all => all.map(a => a.getAttribute('href')!));
  const months = ['janeiro', 'fevereiro', 'março', 'abril', 'maio', 'junho', 'julho', 'agosto', 'setembro', 'outubro', 'novembro', 'dezembro'];
  const found: (Title & { href: string })[] = [];
  for (const href of links) {
    const row = page.getByRole('listitem').filter({ has: page.locator(`a[href="${href}"]`) });
    const words = (await row.innerText()).replace(/\s+/g, ' ');
    // What falls due today or tomorrow says so, without a date.
    const due = words.match(/(\d{1,2}) de (\p{L}+) de (\d{4}) · conta/u);
    if (!due) continue;
    found.push({
      href,
      number: words.match(/conta (\d+)/)![1],
      amount: Number(words.match(/R\$ ([\d.]+,\d\d)/)![1].replace(/\D/g, '')),
      due: new Date(Date.UTC(Number(due[3]), months.indexOf(due[2]), Number(due[1]))),
    });
    if (found.length === from + count) break;
  }
  return found.slice(from);
}

/** A return file of Banco do Brasil: each title paid in full today. */
function returnFile(sequence: number, titles: Title[]) {
  const day = (date: Date) => date.toISOString().slice(0, 10).split('-').reverse().join('');
  // The day at the creditor, which may be behind the machine's.
  const today = new Intl.DateTimeFormat('en-GB', { timeZone: 'America/Sao_Paulo' }).format().replaceAll('/', '');
  const line = (fields: [number, string][]) =>
    fields.reduce((text, [at, value]) => text.slice(0, at - 1) + value + text.slice(at - 1 + value.length), ' '.repeat(240));
  const cents = (amount: number) => String(amount).padStart(15, '0');
  const pair = ({ number, amount, due }: Title, at: number) => {
    const head = (segment: string, offset: number): [number, string][] =>
      [[1, '00100013'], [9, String(2 * at + offset).padStart(5, '0')], [14, segment], [16, '06']];
    return [
      line([...head('T', 1), [38, number], [74, day(due)], [82, cents(amount)], [199, cents(150)], [214, '0400000000']]),
      line([...head('U', 2), [18, cents(0)], [33, cents(0)], [48, cents(0)], [78, cents(amount)], [93, cents(amount - 150)], [138, today], [146, today]]),
    ];
  };
  const lines = [
    line([[1, '00100000'], [33, AGREEMENT], [143, '2'], [144, today], [158, String(sequence).padStart(6, '0')]]),
    line([[1, '00100011'], [9, 'T']]),
    ...titles.flatMap(pair),
    line([[1, '00100015'], [18, String(2 * titles.length + 2).padStart(6, '0')]]),
    line([[1, '00199999'], [18, '000001'], [24, String(2 * titles.length + 4).padStart(6, '0')]]),
  ];
  return { name: `retorno-${sequence}.ret`, mimeType: 'text/plain', buffer: Buffer.from(lines.join('\r\n') + '\r\n', 'latin1') };
}

test('a return file settles a bill by itself, and money nobody knows waits for two persons', async ({ page }) => {
  const walk = ofProject([0, 1, 2, 3]);
  // The dearer one is nobody's at first: large amounts take two persons.
  const [paid, other] = (await bills(page, 2 * walk, 2)).sort((one, two) => one.amount - two.amount);
  const file = returnFile(walk + 1, [
    { ...paid, number: `1238798${paid.number}` },
    // Another system's number: only amount and due date are those of a bill.
    { ...other, number: `99999990000000${walk}01` },
  ]);
  const desk = await another(page);
  await signInStaff(desk, RECEIVABLES);
  await desk.goto('/equipe/retornos');
  await expectAccessible(desk);
  await shot(desk, 'return-files');
  const late = desk.getByRole('checkbox', { name: 'Este arquivo faltava' });

  await desk.getByRole('button', { name: 'Aplicar' }).click();
  await expect(desk.getByRole('alert')).toBeVisible();
  await desk.getByLabel('Arquivo de retorno').setInputFiles({ ...file, name: 'cortado.ret', buffer: file.buffer.subarray(0, 242 * 4) });
  await desk.getByRole('button', { name: 'Aplicar' }).click();
  await expect(desk.getByText('cortado.ret não foi aplicado')).toBeVisible();
  await expectAccessible(desk);
  await shot(desk, 'return-file-refused');

  await desk.getByLabel('Arquivo de retorno').setInputFiles(file);
  await tick(late);
  await desk.getByRole('button', { name: 'Só conferir' }).click();
  await expect(desk.getByText(`O que ${file.name} faria`)).toBeVisible();
  await expectAccessible(desk);
  await shot(desk, 'return-file-preview');
  await page.goto(paid.href);
  await expect(page.getByRole('main')).not.toContainText('Quitada');

  await desk.getByLabel('Arquivo de retorno').setInputFiles(file);
  await tick(late);
  await desk.getByRole('button', { name: 'Aplicar' }).click();
  await expect(desk.getByText(`${file.name} foi aplicado.`)).toBeVisible();
  await expectAccessible(desk);
  await shot(desk, 'return-file-applied');
  const [original] = await Promise.all([desk.waitForEvent('download'), desk.getByRole('link', { name: 'Baixar o arquivo como chegou' }).click()]);
  expect(await readFile(await original.path())).toEqual(file.buffer);
  await page.goto(paid.href);
  await expect(page.getByRole('main')).toContainText('Quitada');
  // What is known of the money, and as of when.
  await expect(page.getByRole('main')).toContainText('Compensado');
  await expect(page.getByRole('main')).toContainText('O banco nos avisa em lotes; o último chegou em');
  await expectAccessible(page);
  await shot(page, 'bill-paid');

  // The bank says it once more in another file: no second payment, unless somebody knows better.
  await desk.goto('/equipe/retornos');
  await desk.getByLabel('Arquivo de retorno').setInputFiles(returnFile(walk + 101, [{ ...paid, number: `1238798${paid.number}` }]));
  await tick(late);
  await desk.getByRole('button', { name: 'Aplicar' }).click();
  await expect(desk.getByRole('heading', { name: 'Linhas iguais a pagamentos já recebidos' })).toBeVisible();
  await expectAccessible(desk);
  await shot(desk, 'return-file-repeated');
  await desk.getByRole('button', { name: 'É outro pagamento' }).click();
  await expect(desk.getByText('Está na fila. Escolha a conta.')).toBeVisible();
  await expect(desk.locator('.card').filter({ hasText: `1238798${paid.number}` })).toBeVisible();

  await desk.goto('/equipe/retornos');
  await desk.getByLabel('Arquivo de retorno').setInputFiles(file);
  await tick(late);
  await desk.getByRole('button', { name: 'Aplicar' }).click();
  await expect(desk.getByText(`${file.name} não foi aplicado`)).toBeVisible();

  await desk.goto('/equipe/retornos/nao-identificados');
  const waiting = (room: Page) => room.locator('.card').filter({ hasText: `99999990000000${walk}01` });
  await expectAccessible(desk);
  await waiting(desk).getByRole('link', { name: 'Escolher a conta' }).click();
  await shot(desk, 'unidentified');
  await waiting(desk).getByRole('button', { name: 'Alocar nesta conta' }).click();
  await expect(desk.getByRole('alert')).toBeVisible();
  await expectAccessible(desk);
  await tick(waiting(desk).getByRole('radio', { name: other.number }));
  await waiting(desk).getByLabel('Por quê?').fill('Mesmo valor e vencimento; o cliente enviou o comprovante.');
  await waiting(desk).getByRole('button', { name: 'Alocar nesta conta' }).click();
  await expect(desk.getByText('Preparado. Outra pessoa precisa aprovar.')).toBeVisible();
  await expectAccessible(desk);
  await shot(desk, 'unidentified-prepared');
  await expect(waiting(desk).getByRole('button', { name: 'Aprovar' })).toBeDisabled();
  const second = await another(page);
  await signInStaff(second, SUPERVISOR);
  await second.goto('/equipe/retornos/nao-identificados');
  await waiting(second).getByRole('button', { name: 'Aprovar' }).click();
  await expect(second.getByText('O pagamento está na conta.')).toBeVisible();
  await expect(waiting(second)).toHaveCount(0);
  await page.goto(other.href);
  await expect(page.getByRole('main')).toContainText('Quitada');
});
