// load.mjs EMDIA: starts the binary EMDIA on demo data and tells, for each page, the processor's time per request
// (user + system of the server's process, over REQUESTS requests) and how long answers take for 1 and for 32 clients.
// Client and server share the machine, so the times at 32 clients include the client's own work.
// Before that, how fast BILLS bills are imported, and in how much memory; after it, how an archive of INVOICES invoices is made.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PORT = Number(process.env.EMDIA_BENCH_PORT ?? 3200);
const BILLS = Number(process.env.EMDIA_BENCH_BILLS ?? 100_000);
const REQUESTS = Number(process.env.EMDIA_BENCH_REQUESTS ?? 3000);
const INVOICES = Number(process.env.EMDIA_BENCH_INVOICES ?? 2000);
// A PDF of a note with its logo and QR code; noise, which does not compress, as the insides of a PDF do not.
const INVOICE_BYTES = 150_000;
// Of the demonstration of seed 1: somebody with late bills, a company with a full page of bills, and the one with 5,000.
const PERSON = '100.104.729-08';
const COMPANY = '99.99L.R6N/0001-66';
const LARGE_COMPANY = '99.944.395/0001-48';
const LARGE_COMPANY_ID = 'VS-E01';
const SIGN_IN = { page: '/entrar', taxId: 'form[tax_id]', code: 'form[code]', mailbox: '/demo/caixa-de-correio' };
// What `bill` finds on `path` is put in the place of `{}`.
const ROUTES = [
  { name: 'bare handler (floor)', path: '/health/live' },
  { name: 'sign-in page', path: '/entrar' },
  { name: 'home', path: '/', as: PERSON },
  { name: 'statement, 40 rows', path: '/extrato', as: COMPANY },
  { name: 'statement, of 5,000', path: '/extrato', as: LARGE_COMPANY },
  { name: 'second copy, PDF', path: '/pagar', bill: /name="conta"[^>]*value="([^"]+)"/, then: '/pagar/segunda-via.pdf?conta={}', as: PERSON },
];

const emdia = process.argv[2];
if (!emdia) throw new Error('usage: load.mjs EMDIA');
const folder = mkdtempSync(join(tmpdir(), 'emdia-bench-'));
const database = `sqlite://${folder}/emdia.db`;
const env = { ...process.env, EMDIA_FILES: `${folder}/files`, EMDIA_LOG_LEVEL: 'warn', EMDIA_THROTTLE: '1000000' };
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
let server;
let failed = false;
try {
  execFileSync(emdia, ['demo', '--database', database], { env, stdio: 'ignore' });
  await importBills();
  importInvoices();
  const started = performance.now();
  server = spawn(emdia, ['serve', '--demo', '--database', database, '--listen', `127.0.0.1:${PORT}`], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  await firstAnswer(agent);
  console.log(`first answer ${Math.round(performance.now() - started)} ms after start, ${memory('VmRSS')} MB resident`);
  const cookies = {};
  for (const taxId of [PERSON, COMPANY, LARGE_COMPANY]) cookies[taxId] = await signIn(agent, taxId);

  console.log(`\n${REQUESTS} requests each   CPU ms/request     1 client, ms      32 clients, ms`);
  console.log('page                    1 client   32       p50     p99       p50     p99   requests/s   bytes');
  for (const route of ROUTES) {
    const headers = route.as ? { cookie: cookies[route.as] } : {};
    let path = route.path;
    if (route.bill) {
      const page = await ask(agent, path, { headers });
      const bill = page.body.match(route.bill)?.[1];
      if (!bill) { failed = true; console.log(`${route.name.padEnd(24)} no ${route.bill} on ${route.path} (${page.status})`); continue; }
      path = route.then.replace('{}', bill);
    }
    const first = await ask(agent, path, { headers });
    if (first.status !== 200) { failed = true; console.log(`${route.name.padEnd(24)} ${path} answered ${first.status}`); continue; }
    await load(path, headers, 4, 300);
    const one = await load(path, headers, 1, REQUESTS);
    const many = await load(path, headers, 32, REQUESTS);
    console.log(route.name.padEnd(23), [one.cpu, many.cpu].map(it => it.toFixed(3).padStart(7)).join('  '),
      ...[one.p50, one.p99, many.p50, many.p99].map(it => it.toFixed(2).padStart(8)),
      Math.round(many.rate).toString().padStart(12), first.bytes.toString().padStart(7));
  }
  console.log(`\n${memory('VmRSS')} MB resident after it, ${memory('VmHWM')} MB at most`);
  await archive(cookies[LARGE_COMPANY]);
} finally {
  server?.kill('SIGTERM');
  if (server) await new Promise(resolve => (server.exitCode === null ? server.once('exit', resolve) : resolve()));
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

/** One request; the body as text. Redirects are not followed. */
function ask(agent, path, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const sent = http.request({ host: '127.0.0.1', port: PORT, path, method, agent, headers: { 'accept-encoding': 'identity', ...headers } }, answer => {
      const parts = [];
      answer.on('data', part => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const whole = Buffer.concat(parts);
        resolve({ status: answer.statusCode, headers: answer.headers, body: whole.toString(), bytes: whole.length });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Imports BILLS bills into a database of its own. */
async function importBills() {
  const own = `sqlite://${folder}/import.db`;
  execFileSync(emdia, ['demo', '--database', own, '--files', `${folder}/import-files`], { env, stdio: 'ignore' });
  const lines = ['external_id;contract;number;nature;competence;description;issued_on;due_on;amount'];
  for (let n = 0; n < BILLS; n += 1) {
    const [contract, month, day] = [n % 500 + 1, n % 11 + 1, n % 28 + 1].map(it => String(it));
    lines.push(`B-${n};VS-${contract.padStart(6, '0')}-C;B${n};monthly;${month.padStart(2, '0')}/2025;Mensalidade do plano;` +
      `20/${month.padStart(2, '0')}/2025;2025-12-${day.padStart(2, '0')};1.${String(n % 1000).padStart(3, '0')},${String(n % 100).padStart(2, '0')}`);
  }
  writeFileSync(`${folder}/bills.csv`, `${lines.join('\n')}\n`);
  const started = performance.now();
  const importing = spawn(emdia, ['import', 'bills', `${folder}/bills.csv`, '--database', own], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let peak = '?';
  const watching = setInterval(() => { try { peak = memory('VmHWM', importing.pid); } catch { /* it has just ended */ } }, 10);
  let told = '';
  importing.stderr.on('data', part => { told += part; });
  const code = await new Promise(resolve => importing.once('close', resolve));
  clearInterval(watching);
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) { failed = true; console.log(told); }
  console.log(`${BILLS} bills imported in ${seconds.toFixed(2)} s: ${Math.round(BILLS / seconds)} lines/s, ${peak} MB at most`);
}

/** Gives the company with the most bills INVOICES invoices of one month. */
function importInvoices() {
  mkdirSync(`${folder}/invoices`);
  const lines = ['external_id;customer;kind;number;name;competence;issued_on;file'];
  for (let n = 1; n <= INVOICES; n += 1) {
    writeFileSync(`${folder}/invoices/${n}.pdf`, Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(INVOICE_BYTES)]));
    lines.push(`N-${n};${LARGE_COMPANY_ID};nfse_pdf;${n};Nota ${n}.pdf;01/2020;15/01/2020;${n}.pdf`);
  }
  writeFileSync(`${folder}/invoices/documents.csv`, `${lines.join('\n')}\n`);
  const started = performance.now();
  execFileSync(emdia, ['import', 'documents', `${folder}/invoices/documents.csv`, '--database', database], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  console.log(`${INVOICES} invoices of ${INVOICE_BYTES / 1000} KB imported in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  rmSync(`${folder}/invoices`, { recursive: true });
}

/** Fetches those invoices as one ZIP, watching what it costs the server; the bytes are counted, and let go. */
async function archive(cookie) {
  let peak = 0;
  const before = Number(memory('VmRSS'));
  const watching = setInterval(() => { peak = Math.max(peak, Number(memory('VmRSS'))); }, 20);
  const cpuBefore = cpuSeconds();
  const asked = performance.now();
  let first;
  let bytes = 0;
  const status = await new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port: PORT, path: '/documentos.zip?de=2020-01&ate=2020-01', headers: { cookie } }, answer => {
      answer.on('data', part => { first ??= performance.now() - asked; bytes += part.length; });
      answer.on('error', reject);
      answer.on('end', () => resolve(answer.statusCode));
    }).on('error', reject);
  });
  clearInterval(watching);
  const seconds = (performance.now() - asked) / 1000;
  if (status !== 200 || bytes < INVOICES * INVOICE_BYTES) { failed = true; console.log(`the archive answered ${status} with ${bytes} bytes`); return; }
  console.log(`archive of ${INVOICES} invoices: ${Math.round(bytes / 1e6)} MB in ${seconds.toFixed(1)} s, first byte after ${Math.round(first)} ms, ` +
    `${(cpuSeconds() - cpuBefore).toFixed(1)} s of processor; ${before} MB resident before it, ${peak} MB at most during it`);
}

async function firstAnswer(agent) {
  for (;;) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    try { if ((await ask(agent, '/health/live')).status === 200) return; } catch { /* not listening yet */ }
    if (performance.now() > 60_000) throw new Error('the server does not answer');
    await new Promise(resolve => setTimeout(resolve, 2));
  }
}

/** `count` requests by so many clients at once, each asking again as soon as it is answered. */
async function load(path, headers, clients, count) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: clients });
  const times = [];
  let left = count;
  const client = async () => {
    while (left-- > 0) {
      const asked = performance.now();
      const answer = await ask(agent, path, { headers });
      if (answer.status !== 200) throw new Error(`${path} answered ${answer.status} under load`);
      times.push(performance.now() - asked);
    }
  };
  const cpuBefore = cpuSeconds();
  const began = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  const took = performance.now() - began;
  const cpu = ((cpuSeconds() - cpuBefore) * 1000) / count;
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = share => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return { cpu, p50: at(0.5), p99: at(0.99), rate: (count * 1000) / took };
}

/** User and system time of the server's process: fields 14 and 15 of proc(5)'s stat, counted after the name in brackets. */
function cpuSeconds() {
  const fields = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ').pop().split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function memory(what, pid = server.pid) {
  const kilobytes = readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`${what}:\\s+(\\d+)`))[1];
  return (Number(kilobytes) / 1024).toFixed(1);
}

/** Signs in by the forms and the demo mailbox; returns the session's cookies. */
async function signIn(agent, taxId) {
  const jar = new Map();
  const visit = async (path, options = {}) => {
    const origin = { accept: 'text/html', origin: `http://127.0.0.1:${PORT}`, 'sec-fetch-site': 'same-origin' };
    const cookie = [...jar].map(pair => pair.join('=')).join('; ');
    const answer = await ask(agent, path, { ...options, headers: { ...origin, ...(cookie && { cookie }), ...options.headers } });
    for (const set of answer.headers['set-cookie'] ?? []) {
      const [name, value] = set.split(';')[0].split(/=(.*)/s);
      jar.set(name, value);
    }
    const next = answer.headers.location;
    return next ? visit(new URL(next, `http://127.0.0.1:${PORT}${path}`).href.replace(`http://127.0.0.1:${PORT}`, '')) : { ...answer, path };
  };
  /** Sends the form of `page` that has `field`, with its hidden fields as they are. */
  const submit = (page, field, value) => {
    const form = page.body.match(/<form\b[^]*?<\/form>/g)?.find(it => attribute(it, field));
    if (!form) throw new Error(`no form with ${field} at ${page.path}`);
    const fields = new URLSearchParams([[field, value]]);
    for (const [input] of form.matchAll(/<input\b[^>]*>/g)) {
      if (/type="?hidden/.test(input)) fields.append(input.match(/name="?([^"\s>]+)/)[1], input.match(/value="([^"]*)"/)?.[1] ?? '');
    }
    const action = form.match(/^<form\b[^>]*\baction="?([^"\s>]+)/)?.[1] ?? page.path;
    return visit(action, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: fields.toString() });
  };
  const attribute = (html, name) => html.includes(`name="${name}"`);

  // Mail leaves a moment after the answer: the newest code may still be an older one.
  const newest = async () => {
    const mail = (await visit(SIGN_IN.mailbox)).body.split('<article').slice(1).find(text => /código/i.test(text)) ?? '';
    return mail.replace(/<[^>]*>/g, ' ').match(/\b\d{6}\b/)?.[0];
  };
  const before = await newest();
  const asked = await submit(await visit(SIGN_IN.page), SIGN_IN.taxId, taxId);
  let code;
  for (let tries = 0; (!code || code === before) && tries < 100; tries += 1) {
    code = await newest();
    if (!code || code === before) await new Promise(resolve => setTimeout(resolve, 50));
  }
  if (!code) throw new Error(`no code came to ${SIGN_IN.mailbox}`);
  const home = await submit(asked, SIGN_IN.code, code);
  if (home.status !== 200 || home.path !== '/') throw new Error(`signing in ended at ${home.path} (${home.status})`);
  return [...jar].map(pair => pair.join('=')).join('; ');
}
