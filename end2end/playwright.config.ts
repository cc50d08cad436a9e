import { defineConfig, type PlaywrightTestOptions } from '@playwright/test';

// Every journey of a customer is walked four times: on a desk and on a cheap phone, with JavaScript and without. Staff's rooms are
// walked twice, which is every screen and every script once: on a desk with JavaScript, and on a phone without.
const port = Number(process.env.EMDIA_TEST_PORT ?? 3100);
const desktop = { viewport: { width: 1280, height: 800 } };
const STAFF = /\/(absences|audit|brand|dashboard|demands|dossiers|exports|follow_up|incidents|placements|policies|proofs|queue|reconciliation|remessas|replies|rules|staff|systems|team|templates|write-offs)\.spec\.ts$/;
// Pictures are drawn with JavaScript, on both.
const testIgnore = process.env.EMDIA_SCREENSHOTS ? [] : [STAFF];
const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

export default defineConfig<PlaywrightTestOptions>({
  testDir: 'tests',
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  // A test that passes only sometimes tells nothing: it is mended, not repeated.
  retries: 0,
  // Axe reads whole pages of a company; a busy machine with two cores takes its time.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  workers: 2,
  reporter: 'list',
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    locale: 'pt-BR',
    timezoneId: 'America/Sao_Paulo',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.EMDIA_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'desktop-js', use: desktop },
    { name: 'phone-js', use: phone, testIgnore },
    { name: 'desktop-nojs', use: { ...desktop, javaScriptEnabled: false }, testIgnore },
    { name: 'phone-nojs', use: { ...phone, javaScriptEnabled: false } },
  ],
  webServer: {
    command: `./serve ${port}`,
    url: `http://127.0.0.1:${port}/health/ready`,
    reuseExistingServer: false,
    timeout: 60_000,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 },
    stderr: 'pipe',
  },
});
