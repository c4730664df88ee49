/** What an agent types and pastes, by real keys, and what arrives at a gateway of which the test says every word: addresses, digits, redirects, dial rules. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect, test, type RunningApp } from '../support/app/app';
import { BUTTON } from '../support/app/call-buttons';
import { joinOddLine, type OddLine } from '../support/app/odd-line';
import { ask, callCard, pasteNumber, press, typeNumber } from '../support/app/phone-driver';
import { CalledPhone } from '../support/phones/called-phone';
import { answerTo, headerIn } from '../support/phones/gateway-words';
import { bodyOf } from '../../src/renderer/phone/wire/sip-body';

const DOMAIN = 'pbx.example.com';
const LINE = { identity: `2001@${DOMAIN}` };
const EMERGENCY = 'This phone may not reach emergency services.';

type How = 'typed' | 'pasted';
interface Numbers extends OddLine {
  /** Request-URIs of the INVITEs that arrived, oldest first. */
  readonly called: () => string[];
  readonly enter: (how: How, text: string) => Promise<void>;
  /** Entered and called; resolves with the INVITE. */
  readonly places: (how: How, text: string) => Promise<string>;
  /** Resolves with the INVITE that comes after what is done. */
  readonly invites: (act: () => Promise<void>) => Promise<string>;
  readonly refuses: (invite: string, line: string, headers?: readonly string[]) => Promise<void>;
  /** The far end answers, with a phone that hears digits. */
  readonly answeredBy: (invite: string) => Promise<CalledPhone>;
}

const uriOf = (invite: string): string => /^INVITE (\S+) SIP/.exec(invite)?.[1] ?? '';
const dialler = (page: Page): Locator => page.locator('section[aria-label="Dialler"]');

/** A line to a gateway, and what all of these tests do on it. */
async function withNumbers(app: RunningApp, play: (line: Numbers) => Promise<void>): Promise<void> {
  const line = await joinOddLine(app, undefined, LINE);
  const { gateway, page } = line;
  const phones: CalledPhone[] = [];
  const invitesThere = (): string[] => gateway.received.filter((text) => text.startsWith('INVITE '));
  const enter = (how: How, text: string): Promise<void> =>
    how === 'typed' ? typeNumber(page, text) : pasteNumber(app, text);
  const invites = async (act: () => Promise<void>): Promise<string> => {
    const before = gateway.received.length;
    await act();
    return await gateway.next(
      (text) => text.startsWith('INVITE ') && gateway.received.indexOf(text) >= before,
      'INVITE',
    );
  };
  try {
    await play({
      ...line,
      called: () => invitesThere().map(uriOf),
      enter,
      invites,
      places: (how, text) =>
        invites(async () => {
          await enter(how, text);
          await page.keyboard.press('Enter');
        }),
      refuses: async (invite, status, headers = []) => {
        await gateway.send(answerTo(invite, status, { headers }));
      },
      answeredBy: async (invite) => {
        const phone = await CalledPhone.answer(bodyOf(invite));
        phones.push(phone);
        await gateway.send(answerTo(invite, '200 OK', { headers: ['Contact: <sip:bob@192.0.2.7>'], body: phone.sdp }));
        await expect(callCard(page, 'active')).toBeVisible();
        await phone.opened();
        return phone;
      },
    });
  } finally {
    for (const phone of phones) phone.close();
    await gateway.close();
  }
}

/** The dialler says why, the text stays, and nothing is called. */
async function refused({ page, enter, called }: Numbers, how: How, text: string, words: RegExp): Promise<void> {
  const before = called();
  await enter(how, text);
  await page.keyboard.press('Enter');
  const notice = dialler(page).getByRole('alert');
  await expect(notice).toContainText(words);
  await expect(callCard(page)).toHaveCount(0);
  await expect(page.getByRole('textbox', { name: 'Name or number' })).not.toHaveValue('');
  expect(called()).toEqual(before);
  await notice.getByRole('button', { name: 'Dismiss' }).click();
}

const own = (user: string): string => `sip:${user}@${DOMAIN}`;

const CALLED: readonly (readonly [how: How, text: string, uri: string])[] = [
  ['typed', '1001@pbx.example.com', own('1001')],
  ['typed', '1001@other.example:5070', 'sip:1001@other.example:5070'],
  ['typed', 'tel:%2B254722000001', own('+254722000001')],
  ['pasted', 'tel:+254-722-000001', own('+254722000001')],
  ['typed', 'callto:+254722000001', own('+254722000001')],
  ['typed', '"Asha" <sip:1002@pbx.example.com>;tag=x', own('1002')],
  ['pasted', 'Asha N. <tel:+254722000001>', own('+254722000001')],
  // Marks of direction, a soft hyphen and a non-breaking one; digits of full width, and of Arabic.
  ['pasted', '\u202a+254\u00ad722\u2011000\u200e001\u202c', own('+254722000001')],
  [
    'pasted',
    '\uff0b\uff12\uff15\uff14\u3000\uff17\uff12\uff12\uff0d\uff10\uff10\uff10\uff10\uff10\uff11',
    own('+254722000001'),
  ],
  ['pasted', '\u0661\u0660\u0660\u0663', own('1003')],
  ['typed', '+44 (0)20 7946 0018', own('+442079460018')],
  ['pasted', '+44 (0) 20 7946 0018', own('+442079460018')],
  ['typed', '+39 (0)6 1234 5678', own('+390612345678')],
];

const REFUSED: readonly (readonly [how: How, text: string, words: RegExp])[] = [
  ['typed', '0722000001 or 0722000002', /are two numbers\. Leave one of them/],
  ['typed', '+254722000001, +254722000002', /are two numbers/],
  ['pasted', '1003\n1004', /are two numbers/],
  ['pasted', '+254722000001\t+254722000002', /are two numbers/],
  ['typed', '+00', /no country code begins with 0/],
  ['typed', '+00254722000001', /no country code begins with 0/],
  ['pasted', 'tel:%2B00254722000001', /no country code begins with 0/],
];

test('what is typed and pasted is called as it was meant, or refused in a sentence with nothing sent', async ({
  launch,
  keyring,
}) => {
  test.setTimeout(120_000);
  await withNumbers(await launch({ bus: keyring.bus }), async (line) => {
    for (const [how, text, uri] of CALLED)
      await test.step(`${how} ${JSON.stringify(text)}`, async () => {
        const invite = await line.places(how, text);
        expect(uriOf(invite)).toBe(uri);
        expect(headerIn(invite, 'To')).toBe(`<${uri}>`);
        await line.refuses(invite, '486 Busy Here');
        await line.ends('They are in another call.');
      });
    for (const [how, text, words] of REFUSED)
      await test.step(`refused: ${how} ${JSON.stringify(text)}`, () => refused(line, how, text, words));
    expect(line.called()).toEqual(CALLED.map(([, , uri]) => uri));
  });
});

/** A rule that allows nothing of these: only an emergency passes it. */
const EMERGENCIES: readonly (readonly [how: How, text: string, uri: string])[] = [
  ['typed', `911@${DOMAIN}`, own('911')],
  ['pasted', '\u200e\u206a112\u202c', own('112')],
  ['typed', '1-1-2', own('112')],
];

async function withRules(folder: string, dial: { readonly allow?: string[]; readonly deny?: string[] }) {
  const path = join(folder, 'admin-policy.json');
  await writeFile(path, JSON.stringify({ version: 1, all: { dial } }));
  return { RINGFENCE_POLICY_FILE: path };
}

test('an emergency number passes every rule however it is written, and only at the own domain', async ({
  launch,
  folder,
  keyring,
}) => {
  const env = await withRules(folder, { allow: ['10??'] });
  await withNumbers(await launch({ bus: keyring.bus, env }), async (line) => {
    for (const [how, text, uri] of EMERGENCIES) {
      const invite = await line.places(how, text);
      expect(uriOf(invite)).toBe(uri);
      await expect(line.page.getByTestId('phone-notice')).toContainText(EMERGENCY);
      await line.refuses(invite, '404 Not Found');
      await line.ends('This number or name does not exist.');
    }
    await refused(line, 'typed', '911@other.example', /its dial rules allow only 10\?\?/);
    expect(line.called()).toEqual(EMERGENCIES.map(([, , uri]) => uri));
  });
});

/** All of these mean a number that the rule denies; the sentence names it as it was dialled. */
const AROUND: readonly (readonly [how: How, text: string])[] = [
  ['typed', '+254722000001'],
  ['typed', '+254 (0)722 000001'],
  ['typed', '*67+254722000001'],
  ['typed', '*31#+254722000001'],
  ['typed', '#31#+254722000001'],
  ['typed', '011254722000001'],
  ['typed', '00254722000001'],
  ['typed', '*67011254722000001'],
  ['typed', '*6700254722000001'],
  ['typed', 'tel:%2B254722000001'],
  ['typed', '+254722000001@other.example'],
  ['typed', 'sip:%2B254722000001@pbx.example.com'],
  ['typed', '+254722000001,,1'],
  ['pasted', '\u202a+254\u00ad722\u2011000001\u202c'],
  ['pasted', '\uff0b\uff12\uff15\uff14\uff17\uff12\uff12\uff10\uff10\uff10\uff10\uff10\uff11'],
  ['pasted', '*31#\u200e+254722000001'],
];

test('no spelling gets around a dial rule, and nothing is sent', async ({ launch, folder, keyring }) => {
  test.setTimeout(120_000);
  const env = await withRules(folder, { deny: ['+254*', '+1900*'] });
  await withNumbers(await launch({ bus: keyring.bus, env }), async (line) => {
    const denied = /^This line may not call \S+: its dial rule "\+254\*" denies that\./;
    for (const [how, text] of AROUND)
      await test.step(`${how} ${JSON.stringify(text)}`, () => refused(line, how, text, denied));
    for (const text of ['+00254722000001', '*67+00254722000001', '*31#+00254722000001'])
      await test.step(`typed ${text}`, () => refused(line, 'typed', text, /no country code begins with 0/));
    expect(line.called()).toEqual([]);
    // Refusals within seconds of each other are one entry, which is written with its count when those are over.
    const refusals = async () =>
      (await ask(line.page, 'audit.recent', { limit: 50 })).filter((entry) => entry.what === 'refusal');
    await expect
      .poll(async () => (await refusals()).reduce((sum, { count = 1 }) => sum + count, 0), { timeout: 15_000 })
      .toBe(AROUND.length);
    for (const entry of await refusals()) expect(entry).toMatchObject({ purpose: 'call', rule: 'dial.deny +254*' });

    await test.step('a call that is sent on to a denied number ends with the sentence, and goes nowhere', async () => {
      const invite = await line.places('typed', '1002');
      await line.refuses(invite, '302 Moved Temporarily', ['Contact: <tel:+1-900-123-4567;ext=45>']);
      const card = callCard(line.page, 'ended');
      await expect(card).toContainText('They send their calls on to a number that this line may not call.');
      await card.getByText('Details').click();
      await expect(card.getByText('its dial rule "+1900*" denies that.')).toBeVisible();
      await line.ends('may not call');
      expect(line.called()).toEqual([own('1002')]);
    });
  });
});

const PREVIEWS: readonly (readonly [typed: string, words: string])[] = [
  ['1002;ext=45', 'Calls 1002, then "Send 45"'],
  ['1002x123', 'Calls 1002, then "Send 123"'],
  ['1002,,123#', 'Calls 1002, then 123# after 4 s'],
  ['+44 (0)20 7946 0018p9w45', 'Calls +44 20 7946 0018, then 9 after 2 s, then "Send 45"'],
];

test('digits behind a number: shown before the call, heard by the far end after the answer', async ({
  launch,
  keyring,
}) => {
  test.setTimeout(120_000);
  await withNumbers(await launch({ bus: keyring.bus }), async (line) => {
    const { page, places, answeredBy, ends, enter, called } = line;
    const sendButton = (digits: string): Locator => page.getByRole('button', { name: `Send ${digits}`, exact: true });
    const hangUp = async (): Promise<void> => {
      await press(page, 'end');
      await ends('You ended the call');
    };
    for (const [typed, words] of PREVIEWS) {
      await enter('typed', typed);
      await expect(dialler(page).getByRole('status')).toHaveText(words);
    }
    expect(called()).toEqual([]);

    await test.step('behind commas and p they are sent by themselves, in order, after the pause', async () => {
      const invite = await places('typed', '1002,,123#p45');
      expect(uriOf(invite)).toBe(own('1002'));
      const answered = performance.now();
      const phone = await answeredBy(invite);
      await expect(page.getByText('After the answer:')).toHaveCount(0);
      await expect.poll(() => phone.digits, { timeout: 20_000 }).toBe('123#45');
      // The clocks of two processes may differ a little.
      expect((phone.heard[0]?.at ?? 0) - answered).toBeGreaterThan(3_900);
      // Two seconds behind a digit of 170 ms. The browser may begin a digit some 100 ms late: without a pause these are 170 ms.
      expect(phone.between(3, 4)).toBeGreaterThan(1_500);
      expect(phone.between(4, 5)).toBeLessThan(1_000);
      await hangUp();
    });

    for (const [typed, by] of [
      ['1002;ext=45', 'button'],
      ['1002x46', 'key'],
      ['1002w47', 'key'],
    ] as const)
      await test.step(`those of ${typed} wait for the ${by}, which is gone afterwards`, async () => {
        const digits = typed.slice(-2);
        const invite = await places('typed', typed);
        expect(uriOf(invite)).toBe(own('1002'));
        const button = sendButton(digits);
        await expect(button).toBeDisabled();
        const phone = await answeredBy(invite);
        await expect(button).toBeEnabled();
        expect(phone.digits).toBe('');
        if (by === 'button') await button.click();
        else await page.keyboard.press('s');
        await expect(button).toHaveCount(0);
        await expect.poll(() => phone.digits, { timeout: 20_000 }).toBe(digits);
        // Once more, the key means nothing.
        await page.keyboard.press('s');
        await hangUp();
        expect(phone.digits).toBe(digits);
      });
  });
});

test('a call that is sent on to a number: its digits are kept for after the answer, and "Call again" begins anew', async ({
  launch,
  keyring,
}) => {
  test.setTimeout(120_000);
  await withNumbers(await launch({ bus: keyring.bus }), async (line) => {
    const { page, places, refuses, answeredBy, ends, gateway, invites, called } = line;
    const sentOn = (contact: string): Promise<string> =>
      invites(async () => {
        const first = await places('typed', '1002');
        expect(uriOf(first)).toBe(own('1002'));
        await refuses(first, '302 Moved Temporarily', [`Contact: ${contact}`]);
        await gateway.next(
          (text) =>
            text.startsWith('INVITE ') &&
            text !== first &&
            gateway.received.indexOf(text) > gateway.received.indexOf(first),
          'the INVITE to where it was sent on',
        );
      }).then(() => gateway.received.findLast((text) => text.startsWith('INVITE ')) ?? '');

    const number = await sentOn('<tel:+254-722-000001;ext=45>');
    expect(uriOf(number)).toBe(own('+254722000001'));
    const byKey = await answeredBy(number);
    await page.keyboard.press('s');
    await expect.poll(() => byKey.digits, { timeout: 20_000 }).toBe('45');
    await press(page, 'end');

    await test.step('"Call again" calls what was dialled', async () => {
      const again = await invites(() =>
        callCard(page, 'ended').getByRole('button', { name: BUTTON.callAgain }).click(),
      );
      expect(uriOf(again)).toBe(own('1002'));
      await refuses(again, '486 Busy Here');
      await ends('They are in another call.');
    });

    const paused = await sentOn('<sip:1005,7#@pbx.example.com;user=phone>;q=0.5, <tel:+00>');
    expect(uriOf(paused)).toBe(`${own('1005')};user=phone`);
    const byItself = await answeredBy(paused);
    await expect.poll(() => byItself.digits, { timeout: 20_000 }).toBe('7#');
    await press(page, 'end');
    await ends('You ended the call');

    await test.step('"Call again" reads what was typed once more, digits included', async () => {
      const before = called().length;
      const first = await places('pasted', '\u202a+44 (0)20\u00a07946\u00ad0018 x45\u202c');
      await refuses(first, '486 Busy Here');
      const again = await invites(() =>
        callCard(page, 'ended').getByRole('button', { name: BUTTON.callAgain }).click(),
      );
      expect(called().slice(before)).toEqual([own('+442079460018'), own('+442079460018')]);
      const phone = await answeredBy(again);
      await page.getByRole('button', { name: 'Send 45', exact: true }).click();
      await expect.poll(() => phone.digits, { timeout: 20_000 }).toBe('45');
      await press(page, 'end');
      await ends('You ended the call');
    });
  });
});
