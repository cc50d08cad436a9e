// What every journey needs: a quiet page, a customer signed in, a page that everybody can use, a picture of it.
import { execFileSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { AxeBuilder } from '@axe-core/playwright';
import { type BrowserContext, type Locator, type Page, expect, test as base } from '@playwright/test';

/** Playwright's test, failing also when the page throws, is refused something by its own policy, or writes an error. */
export const test = base.extend<{ quiet: void }>({
  quiet: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on('pageerror', error => complaints.push(String(error)));
      page.on('console', message => {
        // Chromium also writes every answer of 400 and above here; a form refused with 422 is no fault.
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
      });
      await use();
      expect(complaints, 'errors in the browser').toEqual([]);
    },
    { auto: true },
  ],
});
export { expect };

// People of the demonstration, as `emdia demo` makes them with its usual seed.
/** Somebody with late bills. */
export const LATE = '100.104.729-08';
/** Somebody whose boleto is past the last day on which banks accept it. */
export const PAST_LIMIT = '100.120.567-74';
/** Somebody who acts for others as well. */
export const ACTS_FOR_OTHERS = '100.128.486-03';
/** Somebody with nothing to pay. */
export const UP_TO_DATE = '100.144.324-12';

// Staff of the demonstration, by their mailboxes.
/** Works the queue. */
export const OPERATOR = 'iara.operadora';
/** Works the queue too. */
export const OTHER_OPERATOR = 'ciro.operador';
/** Prepares refunds. */
export const RECEIVABLES = 'nadia.recebiveis';
/** Approves them. */
export const SUPERVISOR = 'otto.supervisor';
/** Reads, and decides nothing. */
export const LEGAL = 'lia.juridico';
/** Keeps users and rules, and sees no customer. */
export const ADMINISTRATOR = 'davi.administrador';

/** Whether this walk is one with JavaScript. */
export const withJavaScript = () => test.info().project.use.javaScriptEnabled !== false;

type Cookies = Awaited<ReturnType<BrowserContext['cookies']>>;
const sessions = new Map<string, Cookies>();

/**
 * Signs the page's visitor in as the customer of this CPF or CNPJ, and leaves them on the home page.
 * One session per customer is kept and used again (codes are throttled per customer); `signInAfresh` makes a new one.
 */
export async function signIn(page: Page, taxId: string) {
  const known = sessions.get(taxId);
  if (known) {
    await page.context().addCookies(known);
    await page.goto('/');
  } else {
    await signInAfresh(page, taxId);
    sessions.set(taxId, await page.context().cookies());
  }
}

/** Signs in by the form and the code in the demo mailbox, as a person does. */
export async function signInAfresh(page: Page, taxId: string) {
  await alone('sign-in', async () => {
    const before = await newestCode(page);
    await page.goto('/entrar');
    await page.getByLabel('CPF ou CNPJ').fill(taxId);
    await page.getByRole('button', { name: 'Receber código' }).click();
    let code = before;
    // Mail leaves by the outbox, a moment after the answer.
    await expect.poll(async () => (code = await newestCode(page)), { message: 'a code in the mailbox' }).not.toBe(before);
    await page.getByLabel('Código de 6 números').fill(code);
    await page.getByRole('button', { name: 'Entrar', exact: true }).click();
    await expect(page).toHaveURL('/');
  });
}

/** Asks for something that a code confirms; gives the code that came, with the page that waits for it open. */
export async function askForCode(page: Page, ask: () => Promise<void>) {
  let code = '';
  await alone('sign-in', async () => {
    const before = await newestCode(page);
    await ask();
    await expect(page.getByRole('heading', { level: 1, name: 'Confirme com o código' })).toBeVisible();
    await expect.poll(async () => (code = await newestCode(page)), { message: 'a code in the mailbox' }).not.toBe(before);
  });
  return code;
}

/** Types a code, as it came or a wrong one. */
export async function typeCode(page: Page, code: string) {
  await page.getByLabel('Código de 6 números').fill(code);
  await page.getByRole('button', { name: 'Confirmar', exact: true }).click();
}

/** A code that is another. */
export const wrongCode = (code: string) => (code === '000000' ? '111111' : '000000');

/**
 * Signs the page's visitor in as this member of staff, and leaves them at the queue. A code of the authenticator serves once, so
 * that all walks share one session a person, kept in a file.
 */
export async function signInStaff(page: Page, mailbox: string) {
  const kept = join(tmpdir(), `emdia-${mailbox}-${new URL(test.info().project.use.baseURL!).port}.json`);
  await alone(mailbox, async () => {
    const known = await readFile(kept, 'utf8').then(text => JSON.parse(text) as Cookies, () => []);
    await page.context().addCookies(known);
    await page.goto('/equipe/fila');
    if (!page.url().endsWith('/equipe/entrar')) return;
    await page.getByLabel('E-mail').fill(`${mailbox}@vidaserena.example`);
    await page.getByLabel('Senha').fill(`demo ${mailbox}`);
    await page.getByLabel('Código do autenticador').fill(authenticator(mailbox));
    await page.getByRole('button', { name: 'Entrar', exact: true }).click();
    // An administrator begins with the team, everybody else with the queue.
    await expect(page).toHaveURL(/\/equipe\/(fila|pessoas)$/);
    await writeFile(kept, JSON.stringify(await page.context().cookies()));
  });
}

/** What the authenticator of a member of the demonstration's staff shows now: RFC 6238, SHA-1, 30 seconds, 6 digits. */
function authenticator(mailbox: string) {
  return codeOf(createHash('sha1').update(`emdia demo ${mailbox}@vidaserena.example`).digest());
}

/** What an authenticator that was given this key (base32, RFC 4648) shows now. */
export function totp(key: string) {
  const bits = [...key].map(letter => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return codeOf(Buffer.from(bits.match(/[01]{8}/g)!.map(byte => Number.parseInt(byte, 2))));
}

function codeOf(secret: Buffer) {
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac('sha1', secret).update(step).digest();
  const code = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff;
  return String(code % 1_000_000).padStart(6, '0');
}

/** A question that a customer asks now; gives the digits of its protocol. */
export async function ask(page: Page, text: string) {
  await signIn(page, UP_TO_DATE);
  await page.goto('/pedidos/nova-pergunta');
  await page.getByLabel('Sua pergunta').fill(text);
  await page.getByRole('button', { name: 'Enviar pergunta' }).click();
  await expect(page).toHaveURL(/\/pedidos\/\d{20}\/recebido$/);
  return page.url().match(/\d{20}/)![0];
}

/** A protocol as people read it aloud. */
export const spoken = (protocol: string) => protocol.replace(/^(\d{6})(\d{8})(\d{6})$/, '$1.$2.$3');

/** The page of somebody else, in a browser of their own. */
export async function another(page: Page) {
  const context = await page.context().browser()!.newContext({ ...test.info().project.use });
  return context.newPage();
}

/** The six digits of the newest mail with a code in the demo mailbox, which lists mails newest first; empty when there is none. */
async function newestCode(page: Page) {
  const answer = await page.request.get('/demo/caixa-de-correio');
  expect(answer.ok(), 'the demo mailbox answers').toBe(true);
  const mails = (await answer.text()).split('<article').slice(1);
  // The code stands alone on a line; no other mail has such a line.
  const codes = mails.map(mail => mail.replace(/<[^>]*>/g, '\n').match(/^\d{6}$/m)?.[0]);
  return codes.find(code => code) ?? '';
}

/**
 * Runs `act` while no other worker does the same: two codes asked for at once could not be told apart in the mailbox. It takes no
 * longer than so many milliseconds.
 */
export async function alone(name: string, act: () => Promise<void>, longest = 30_000) {
  const lock = join(tmpdir(), `emdia-${name}-${new URL(test.info().project.use.baseURL!).port}.lock`);
  await expect.poll(() => mkdir(lock).then(() => true, () => abandoned(lock, longest)), { timeout: longest, message: `waiting for ${lock}` }).toBe(true);
  try {
    await act();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

/** A test killed in the middle leaves its lock; one older than anything takes is nobody's. */
async function abandoned(lock: string, longest: number) {
  const made = await stat(lock).then(it => it.mtimeMs, () => Date.now());
  if (Date.now() - made > longest) await rm(lock, { recursive: true, force: true });
  return false;
}

/** Leaves only so many of the page's first checkboxes ticked, by keyboard. */
export async function tickOnly(page: Page, first: number) {
  for (const [at, box] of (await page.getByRole('checkbox').all()).entries()) {
    if ((await box.isChecked()) !== at < first) await box.press('Space');
  }
}

/** Chooses a radio or ticks a box by keyboard: the label lies over it, so that all of a card can be touched. */
export async function tick(box: Locator) {
  await box.focus();
  if (!(await box.isChecked())) await box.press('Space');
  await expect(box).toBeChecked();
}

/** One of four, a different one for each way of walking: what is asked for once by one customer cannot be asked for again. */
export function ofProject<T>(four: [T, T, T, T]): T {
  return four[['desktop-js', 'phone-js', 'desktop-nojs', 'phone-nojs'].indexOf(test.info().project.name)] ?? four[0];
}

/** The provider that this server asks for charges, where whoever pays pastes the code. */
export const PROVIDER = `http://127.0.0.1:${Number(process.env.EMDIA_TEST_PORT ?? 3100) + 500}`;

/** Pays a code as somebody does in their bank's program. */
export async function payPix(page: Page, code: string, button = 'Pagar o código') {
  const bank = await another(page);
  await bank.goto(PROVIDER);
  await bank.getByLabel('Pix copia e cola').fill(code);
  await bank.getByRole('button', { name: button }).click();
  await expect(bank.getByRole('heading', { level: 2, name: 'Pagamentos' })).toBeVisible();
  await bank.context().close();
}

/** Asks for one Pix for so many of the bills that can be paid. */
export async function askForPix(page: Page, bills: number) {
  await page.goto('/pagar');
  await tickOnly(page, bills);
  await page.getByRole('button', { name: 'Ver boletos e Pix' }).click();
  await page.getByRole('button', { name: bills > 1 ? 'Pagar com um Pix só' : 'Pagar com Pix' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Pagar com Pix' })).toBeVisible();
  return (await page.locator('#pix').innerText()).trim();
}

/** A small PDF, whole, unlike any other. */
export function pdf(name = 'comprovante.pdf', lines: string[] = []) {
  let text = `%PDF-1.4\n% ${Math.random()}\n`;
  const offsets: number[] = [];
  const content = `BT /F1 11 Tf 40 380 Td 16 TL ${lines.map(line => `(${line.replace(/[()\\]/g, '\\$&')}) Tj T*`).join(' ')} ET`;
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 420]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    `<</Length ${content.length}>>stream\n${content}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>',
  ];
  objects.forEach((object, at) => {
    offsets.push(text.length);
    text += `${at + 1} 0 obj${object}endobj\n`;
  });
  const table = text.length;
  const rows = offsets.map(offset => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  text += `xref\n0 6\n0000000000 65535 f \n${rows}trailer<</Size 6/Root 1 0 R>>\nstartxref\n${table}\n%%EOF\n`;
  return { name, mimeType: 'application/pdf', buffer: Buffer.from(text, 'latin1') };
}

/** The files of a ZIP, as its directory lists them (APPNOTE 4.3.12): its sizes stand nowhere else in one made on the way. */
export function unpacked(zip: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const end = zip.lastIndexOf('PK\x05\x06');
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [size, name, extra, comment] = [zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32)];
    const local = zip.readUInt32LE(at + 42);
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    files.set(zip.toString('utf8', at + 46, at + 46 + name), inflateRawSync(zip.subarray(from, from + size)));
    at += 46 + name + extra + comment;
  }
  return files;
}

/** No violation that axe can find (WCAG 2.2 AA and best practice), and nothing wider than the screen. */
export async function expectAccessible(page: Page) {
  const found = await (withJavaScript() ? examine(page) : examineCopy(page));
  const told = found.violations.map(it => `${it.id}: ${it.help}\n${it.nodes.map(node => `  ${node.html}`).join('\n')}`);
  expect(told, page.url()).toEqual([]);
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(beyond, `pixels beyond the screen's edge at ${page.url()}`).toBeLessThanOrEqual(0);
}

function examine(page: Page) {
  return new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
}

/** axe itself needs JavaScript: it is given a copy of the page as it stands, without the page's own scripts. */
async function examineCopy(page: Page) {
  const body = (await page.content()).replace(/<script\b[^]*?<\/script>|<\/?noscript>/g, '');
  const context = await page.context().browser()!.newContext({ ...test.info().project.use, javaScriptEnabled: true });
  try {
    const copy = await context.newPage();
    await copy.route(page.url(), route => route.fulfill({ contentType: 'text/html; charset=utf-8', body }));
    await copy.goto(page.url());
    return await examine(copy);
  } finally {
    await context.close();
  }
}

/** What the README shows: just what somebody sees at first. */
const FRONT = ['home-phone', 'second-copy-phone', 'plan-options-phone', 'queue-desktop'];

/** Keeps a picture of the whole page when pictures are asked for (`make screenshots`). */
export async function shot(page: Page, name: string) {
  const folder = process.env.EMDIA_SCREENSHOTS;
  if (!folder) return;
  const device = test.info().project.name.split('-')[0];
  const picture = `${name}-${device}.png`;
  if (FRONT.includes(`${name}-${device}`)) await page.screenshot({ path: join(folder, picture), scale: 'css', animations: 'disabled' });
  await page.screenshot({ path: join(folder, 'all', picture), fullPage: true, animations: 'disabled' });
}

/** What a scanner reads from the first page of a PDF drawn at 100 dpi: each code as `KIND:data`, sorted. */
export async function codesOf(pdf: Buffer) {
  const folder = await mkdtemp(join(tmpdir(), 'emdia-codes-'));
  try {
    const file = join(folder, 'slip.pdf');
    await writeFile(file, pdf);
    execFileSync('pdftoppm', ['-r', '100', '-png', '-f', '1', '-l', '1', file, join(folder, 'page')]);
    const picture = (await readdir(folder)).find(name => name.endsWith('.png'))!;
    const read = execFileSync('zbarimg', ['--quiet', join(folder, picture)], { encoding: 'utf8' });
    return read.trim().split('\n').sort();
  } finally {
    await rm(folder, { recursive: true });
  }
}
