// Holds pages against what every reader can rely on: rules of accessibility (axe-core), valid HTML
// (html-validate), a keyboard alone, a telephone's width, a quiet console, nothing from elsewhere,
// little weight. It knows no page and logs nobody in: whoever calls it says where and as whom.
//
//   node check.mjs CHROMIUM BASE_URL [COOKIE [LOOKS]] < PATHS
//
// COOKIE is what a browser would send (`name=value; name=value`), LOOKS which of the four looks are
// taken (`light 1280, dark 360`; all when it says nothing), PATHS a JSON list of paths. Each
// finding is a line of JSON on standard output: path, scheme, width, kind, what, and where known
// rule, impact, where, why, times. The exit status is 1 when one of them is `grave`, that is, shuts
// somebody out or is not HTML; 2 when nothing could be asked; otherwise 0. Weight alone is not grave.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { HtmlValidate } from 'html-validate';
import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const GRAVE = ['serious', 'critical'];
/** A page opens at once on a bad line when it weighs less than this many bytes. */
const HEAVIEST = 100 * 1024;
/** Nobody presses Tab more often than this; a page that takes more has a trap. */
const PRESSES = 800;
/** Stops within one control, at most: a mail in a frame has a dozen links. */
const STAYS = 60;
/** Milliseconds: a machine that runs other tests beside is slow, and no fault of the page. */
const PATIENCE = 120_000;
/** Colours and widths each have faults of their own, so a page is seen in all four if nobody says otherwise. */
const LOOKS = [
  { scheme: 'light', width: 1280 },
  { scheme: 'dark', width: 1280 },
  { scheme: 'light', width: 360 },
  { scheme: 'dark', width: 360 },
];

const html = new HtmlValidate({
  extends: ['html-validate:recommended'],
  rules: {
    // Matters of taste on which the pages decided otherwise, or which change nothing for a reader.
    'no-trailing-whitespace': 'off',
    'no-implicit-button-type': 'off',
    'no-implicit-input-type': 'off',
    'void-style': 'off',
    'long-title': 'off',
    'doctype-style': 'off',
    // A field that stands alone in its form sends it with Enter.
    'wcag/h32': 'off',
    'attribute-boolean-style': 'off',
    'attribute-empty-style': 'off',
    // Names of rules and sources stand in ids as they stand in addresses; HTML allows all but spaces.
    'valid-id': ['error', { relaxed: true }],
    // Tables that turn into cards on a telephone lose their meaning there without the roles.
    'no-redundant-role': 'off',
    'prefer-native-element': 'off',
    // Numbers of cases and of supply points look like telephone numbers to it.
    'tel-non-breaking': 'off',
  },
});

let worst = 0;

function tell(finding, isGrave) {
  if (isGrave) worst = 1;
  process.stdout.write(`${JSON.stringify({ ...finding, grave: isGrave })}\n`);
}

async function main() {
  const [executablePath, base, cookie = '', asked = ''] = process.argv.slice(2);
  const paths = executablePath && base ? JSON.parse(readFileSync(0, 'utf8')) : null;
  if (!Array.isArray(paths) || paths.length === 0) {
    const usage = 'node check.mjs CHROMIUM BASE_URL [COOKIE [LOOKS]], with a JSON list of paths on standard input';
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const looks = looksOf(asked);
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'],
  });
  try {
    for (const path of paths) {
      for (const [at, look] of looks.entries()) await see(browser, base, cookie, path, look, at === 0);
    }
  } finally {
    await browser.close();
  }
  return worst;
}

function looksOf(asked) {
  const named = asked.split(',').map((one) => one.trim()).filter(Boolean);
  if (named.length === 0) return LOOKS;
  return named.map((one) => {
    const look = LOOKS.find(({ scheme, width }) => one === `${scheme} ${width}`);
    if (!look) throw new Error(`no look is called \`${one}\``);
    return look;
  });
}

/** What no look changes (markup, weight, the way by keyboard) is asked for at the first alone. */
async function see(browser, base, cookie, path, { scheme, width }, isFirst) {
  const at = (more) => ({ path, scheme, width, ...more });
  // The longer words and the fields for dates of the language that most readers have.
  const reader = { colorScheme: scheme, viewport: { width, height: 900 }, locale: 'it-IT' };
  const context = await browser.newContext(reader);
  try {
    await context.addCookies(cookiesOf(cookie, base));
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on('console', (said) => {
      // A mail in a frame may not load its pixel, which would count as a reader: that is meant so.
      const isOwn = said.location().url === page.url() || !said.text().includes('Content Security Policy');
      const isStatus = said.location().url === page.url() && said.text().startsWith('Failed to load resource');
      if (said.type() === 'error' && isOwn && !isStatus) tell(at({ kind: 'console', what: said.text() }), true);
    });
    page.on('pageerror', (fault) => tell(at({ kind: 'console', what: fault.message }), true));
    page.on('request', (request) => {
      const isOwn = request.url().startsWith(new URL(base).origin) || request.url().startsWith('data:');
      if (!isOwn) tell(at({ kind: 'outside', what: request.url() }), true);
    });
    // Pages that follow what happens never fall silent, so `load` is all one can wait for.
    const answer = await page.goto(new URL(path, base).href, { waitUntil: 'load' });
    if (isFirst) await weigh(answer, at);
    await hold(page, at);
    if (width < 400) await measure(page, at);
    if (isFirst || width < 400) await walk(page, at);
  } catch (fault) {
    tell(at({ kind: 'failed', what: fault.message }), true);
  } finally {
    await context.close();
  }
}

function cookiesOf(cookie, base) {
  return cookie
    .split(';')
    .map((one) => one.trim())
    .filter(Boolean)
    .map((one) => ({ name: one.slice(0, one.indexOf('=')), value: one.slice(one.indexOf('=') + 1), url: base }));
}

/** The answer as it came: its status, its weight, its markup before any script touched it. */
async function weigh(answer, at) {
  if (answer.status() >= 400) tell(at({ kind: 'status', what: `answered ${answer.status()}` }), true);
  const body = await answer.body();
  if (body.length > HEAVIEST) tell(at({ kind: 'weight', what: `${body.length} bytes` }), false);
  const report = await html.validateString(body.toString('utf8'), at({}).path);
  for (const said of report.results.flatMap((result) => result.messages)) {
    const where = `${said.line}:${said.column} ${said.selector ?? ''}`.trim();
    tell(at({ kind: 'html', rule: said.ruleId, what: said.message, where }), said.severity === 2);
  }
}

async function hold(page, at) {
  await page.evaluate(AXE);
  // Mails in frames are somebody else's page, and are shown without scripts: axe cannot look in.
  const order = { runOnly: RULES, iframes: false, resultTypes: ['violations'] };
  const { violations } = await page.evaluate((order) => window.axe.run(document, order), order);
  for (const { id, impact, help, nodes } of violations) {
    const where = nodes.slice(0, 5).map((node) => node.target.join(' '));
    const why = nodes[0].failureSummary.split('\n').slice(1).join(' ').trim();
    tell(at({ kind: 'axe', rule: id, impact, what: help, why, where, times: nodes.length }), GRAVE.includes(impact));
  }
}

async function measure(page, at) {
  const wide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return null;
    const out = [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > clientWidth);
    return { scrollWidth, out: out.slice(0, 5).map((one) => `${one.tagName.toLowerCase()}.${one.className}`) };
  });
  if (wide) tell(at({ kind: 'scroll', what: `${wide.scrollWidth} pixels wide`, where: wide.out }), true);
}

/** Presses Tab from the top: each control must be met, be seen to be met, and not be covered. */
async function walk(page, at) {
  await page.evaluate(() => {
    window.toMeet = new Set([...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
      .filter((one) => !one.disabled && one.type !== 'hidden' && one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }))
      // Where the page puts the focus by itself is met without a Tab.
      .filter((one) => one !== document.activeElement)
      // One Tab enters a group of radio buttons, at the chosen one or the first; arrows move within it.
      .filter((one) => {
        if (one.type !== 'radio') return true;
        const group = [...document.querySelectorAll(`input[type="radio"][name="${CSS.escape(one.name)}"]`)];
        return one === (group.find((other) => other.checked) ?? group[0]);
      }));
  });
  let first = null;
  let stays = 0;
  for (let press = 0; press < PRESSES; press += 1) {
    await page.keyboard.press('Tab');
    const met = await page.evaluate(meet);
    if (met === null) break;
    // A field for a date and a frame have stops of their own inside.
    stays = met.isSame ? stays + 1 : 0;
    if (stays > STAYS) tell(at({ kind: 'keyboard', what: 'Tab does not lead out', where: met.name }), true);
    if (stays > STAYS) break;
    first ??= met;
    for (const what of met.faults) tell(at({ kind: 'keyboard', what, where: met.name }), true);
    if (await page.evaluate(() => ![...window.toMeet].some((one) => one.isConnected))) break;
  }
  const left = await page.evaluate(() => [...window.toMeet].filter((one) => one.isConnected)
    .map((one) => one.outerHTML.slice(0, 120)));
  if (left.length > 0) tell(at({ kind: 'keyboard', what: 'not reached by Tab', where: left.slice(0, 5), times: left.length }), true);
  const hasMenu = await page.evaluate(() => document.querySelector('nav, header form') !== null);
  if (hasMenu && !first?.isSkip) tell(at({ kind: 'keyboard', what: 'the first control is no way past the menu' }), true);
}

/** Runs in the page: what has the focus, and what is wrong with how it shows it. */
function meet() {
  const one = document.activeElement;
  // On its way out of a frame, and past the end of the page, the focus is nowhere for one Tab.
  if (one === null || one === document.body) return { name: 'nowhere', faults: [], isSame: true };
  if (one === window.lastMet) return { name: one.outerHTML.slice(0, 120), faults: [], isSame: true };
  if (one.dataset.met) return null;
  one.dataset.met = 'yes';
  window.lastMet = one;
  window.toMeet.delete(one);
  const style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  const faults = [];
  const isOutlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  // A frame's inside has its own focus to show.
  if (!isOutlined && style.boxShadow === 'none' && one.tagName !== 'IFRAME') faults.push('focus does not show');
  const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 20)];
  const above = document.elementFromPoint(x, y);
  if (one.tagName === 'IFRAME') return { name: one.outerHTML.slice(0, 120), faults, isSkip: false, isSame: false };
  if (box.bottom < 0 || box.top > innerHeight || box.right < 0 || box.left > innerWidth) faults.push('focus is out of sight');
  else if (above && !one.contains(above) && !above.contains(one) && !above.closest('label')) {
    const by = above.closest('nav, header, [class]') ?? above;
    faults.push(`covered by ${by.tagName.toLowerCase()}.${by.className}`);
  }
  const isSkip = one.matches('a[href^="#"]') && document.getElementById(one.hash.slice(1)) !== null;
  return { name: one.outerHTML.slice(0, 120), faults, isSkip, isSame: false };
}

process.exitCode = await main().catch((fault) => {
  process.stderr.write(`${fault.message}\n`);
  return 2;
});
