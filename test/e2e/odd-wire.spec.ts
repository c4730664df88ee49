/** What other phones and gateways say oddly, said to the real app by a gateway of which the test says every word. */
import { expect, test, type RunningApp } from '../support/app/app';
import { BUTTON } from '../support/app/call-buttons';
import { joinOddLine, type OddLine } from '../support/app/odd-line';
import { callCard, press } from '../support/app/phone-driver';
import { answerTo, headerIn, webSdp, type RequestParts } from '../support/phones/gateway-words';
import { registered, type ScriptedGateway } from '../support/servers/scripted-gateway';

interface Case {
  readonly name: string;
  readonly play: (line: OddLine) => Promise<void>;
}

/** Plays the cases one after the other on one line. */
async function playAll(app: RunningApp, cases: readonly Case[]): Promise<void> {
  const line = await joinOddLine(app);
  try {
    for (const { name, play } of cases) await test.step(name, () => play(line));
  } finally {
    await line.gateway.close();
  }
}

/** The call rings, and its card shows `shown`. */
const rings = (name: string, parts: Partial<RequestParts>, shown: string | RegExp = ''): Case => ({
  name,
  play: async ({ page, invite, declines }) => {
    const request = await invite(parts);
    await expect(callCard(page, 'ringing')).toContainText(shown);
    await declines(request);
  },
});

/** The request is refused without a word to the agent. */
const refused = (name: string, parts: Omit<RequestParts, 'id' | 'target'>, answer: readonly RegExp[]): Case => ({
  name,
  play: async ({ page, gateway }) => {
    const request = await gateway.request({ id: name.replaceAll(/\W/g, ''), ...parts });
    const said = await gateway.answer(request);
    for (const pattern of answer) expect(said).toMatch(pattern);
    await expect(callCard(page)).toHaveCount(0);
  },
});

const MULTIPART = `--b\r\nContent-Type: application/sdp\r\n\r\n${webSdp()}\r\n--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n`;

/** Each boots the app once, and plays many cases. */
const TEST_MS = 180_000;
test.setTimeout(TEST_MS);

const FLOOD = 300;

/** Calls that come all at once. */
const flood: Case = {
  name: `${FLOOD} calls at once: four ring, the others are told so, and the live column has one row for them`,
  play: async ({ page, gateway }) => {
    const invites: string[] = [];
    for (let n = 0; n < FLOOD; n += 1)
      invites.push(await gateway.request({ method: 'INVITE', id: `flood${n}`, body: webSdp() }));
    const refusals = (): readonly string[] => gateway.received.filter((text) => /^SIP\/2\.0 (?:486|503) /.test(text));
    await expect.poll(() => refusals().length).toBe(FLOOD - 4);
    expect(refusals().every((text) => text.startsWith('SIP/2.0 486') || /^Retry-After: \d+\r$/m.test(text))).toBe(true);
    await expect(callCard(page, 'ringing')).toHaveCount(4);
    await expect(page.getByTestId('event-row').filter({ hasText: 'calls refused' })).toHaveText(
      new RegExp(`${FLOOD - 4} calls refused`),
    );
    for (let left = 3; left >= 0; left -= 1) {
      await callCard(page, 'ringing').first().getByRole('button', { name: BUTTON.decline }).click();
      await expect(callCard(page, 'ringing')).toHaveCount(left);
    }
    for (const invite of invites.slice(0, 4)) expect(await gateway.answer(invite)).toMatch(/^SIP\/2\.0 (?:486|603) /);
  },
};

const incoming: readonly Case[] = [
  {
    name: 'a binary frame, with a name in Latin-1',
    play: async ({ page, gateway, declines }) => {
      // Sent twice over: the text form would have been UTF-8.
      const request = await gateway.next((text) => text.startsWith('REGISTER '), 'REGISTER');
      const target = /<([^>]+)>/.exec(headerIn(request, 'Contact'))?.[1] ?? '';
      const invite = [
        `INVITE ${target} SIP/2.0`,
        'Via: SIP/2.0/WS gw.example.com;branch=z9hG4bKlatin',
        'Max-Forwards: 69',
        'From: "M\xfcller" <sip:1002@example.com>;tag=latin',
        'To: <sip:1001@practice.ringfence.local>',
        'Call-ID: latin@example.com',
        'CSeq: 1 INVITE',
        'Contact: <sip:1002@192.0.2.7:5060>',
        'Content-Type: application/sdp',
        `Content-Length: ${webSdp().length}`,
        '',
        webSdp(),
      ].join('\r\n');
      await gateway.send(Buffer.from(invite, 'latin1'));
      await expect(callCard(page, 'ringing')).toContainText('Müller');
      await declines(invite);
    },
  },
  {
    name: 'a binary frame, in UTF-8',
    play: async ({ page, gateway, declines }) => {
      const sent = gateway.send;
      let wire = '';
      gateway.send = async (message) => {
        wire = String(message);
        await sent(Buffer.from(wire, 'utf8'));
      };
      await gateway.request({ method: 'INVITE', id: 'utf8', body: webSdp(), from: '"Zoë" <sip:z@example.com>;tag=u' });
      gateway.send = sent;
      await expect(callCard(page, 'ringing')).toContainText('Zoë');
      await declines(wire);
    },
  },
  rings('To is a tel: URI', { to: '<tel:+254722000111>' }),
  rings('From is a tel: URI', { from: '<tel:+254722000112>;tag=t' }, /722\D?000\D?112/),
  rings('a name without quotes, in UTF-8', { from: 'Zoë Müller & Co <sip:z@example.com>;tag=n' }, 'Zoë Müller & Co'),
  rings('a multipart body', { body: MULTIPART, contentType: 'multipart/mixed;boundary=b' }),
  rings('a Content-Type with a parameter', { contentType: 'application/sdp;charset=utf-8' }),
  {
    name: 'a Contact whose host begins with a digit: answered, and BYE goes to that very URI',
    play: async ({ page, gateway, invite, answers, ends }) => {
      const own = 'sip:asterisk@019f9ae299f5:5060;transport=ws';
      const request = await invite({ contact: `<${own}>` });
      await answers(request);
      await press(page, 'end');
      const bye = await gateway.next((text) => text.startsWith('BYE '), 'BYE');
      expect(bye.split('\r\n')[0]).toBe(`BYE ${own} SIP/2.0`);
      await ends('You ended the call');
    },
  },
  refused(
    'Require of what we do not know',
    { method: 'INVITE', body: webSdp(), headers: ['Require: xxx-my-extension'] },
    [/^SIP\/2\.0 420 /, /^Unsupported: *xxx-my-extension\r$/m],
  ),
  refused('a Contact that is no SIP URI', { method: 'INVITE', body: webSdp(), contact: '<mailto:bob@example.com>' }, [
    /^SIP\/2\.0 400 /,
  ]),
  refused('MESSAGE', { method: 'MESSAGE', body: 'Hello', contentType: 'text/plain', contact: null }, [
    /^SIP\/2\.0 405 /,
    /^Allow: (?!.*MESSAGE)(?!.*SUBSCRIBE).*INVITE/m,
  ]),
  refused(
    'NOTIFY without a subscription',
    { method: 'NOTIFY', headers: ['Event: message-summary', 'Subscription-State: active'] },
    [/^SIP\/2\.0 481 /],
  ),
];

/** The far end answers with this; the agent reads the sentence. */
const ended = (
  name: string,
  line: string,
  sentence: string | RegExp,
  more: { readonly headers?: readonly string[]; readonly body?: string } = {},
): Case => ({
  name,
  play: async ({ calls, ends }) => {
    await calls('1002', (invite) => [answerTo(invite, line, more)]);
    await ends(sentence);
  },
});

const outgoing: readonly Case[] = [
  ended(
    '480 with brackets in its phrase',
    '480 Temporarily Unavailable [call Processing Released]',
    'could not get through',
  ),
  ended('603 of an analytics engine', '603 Network Blocked', 'blocked the call', {
    headers: ['Reason: Q.850;cause=21;text="v=analytics1;url=https://example.com/redress";location=LN'],
  }),
  ended('302 to a mail address', '302 Moved Temporarily', 'They send their calls on', {
    headers: ['Contact: <mailto:bob@example.com>'],
  }),
  {
    name: 'a Contact with a number sign: ACK goes to that very URI',
    play: async ({ page, gateway, calls, ends }) => {
      const own = 'sip:*#9240@192.0.2.9:5060;transport=udp';
      const invite = await calls('1002', (request) => [
        answerTo(request, '200 OK', { headers: [`Contact: <${own}>`], body: webSdp({ setup: 'active' }) }),
      ]);
      const ack = await gateway.next(
        (text) => text.startsWith('ACK ') && headerIn(text, 'Call-ID') === headerIn(invite, 'Call-ID'),
        'ACK',
      );
      expect(ack.split('\r\n')[0]).toBe(`ACK ${own} SIP/2.0`);
      await press(page, 'end');
      await ends('You ended the call');
    },
  },
];

test('calls that come in oddly ring or are refused as RFC 3261 says', async ({ launch, keyring }) => {
  await playAll(await launch({ bus: keyring.bus }), incoming);
});

test('a flood of calls makes four cards and one row', async ({ launch, keyring }) => {
  await playAll(await launch({ bus: keyring.bus }), [flood]);
});

test('calls that go out and are answered oddly end with a sentence', async ({ launch, keyring }) => {
  await playAll(await launch({ bus: keyring.bus }), outgoing);
});

/** What a REGISTER is answered with; its own Contact is `own`. */
const registerAnswers: readonly (readonly [name: string, headers: (own: string) => readonly string[]])[] = [
  ['expires in quotes', (own) => [`Contact: ${own};expires="300"`]],
  ['expires of letters', (own) => [`Contact: ${own};expires=abc`]],
  ['expires of 4294967295', (own) => [`Contact: ${own};expires=4294967295`]],
  ['expires of thirty days', (own) => [`Contact: ${own};expires=2592000`]],
  [
    'another phone with a number sign',
    (own) => [`Contact: ${own};expires=300,<sip:PBX#1000@192.0.2.4>;expires=2519533`],
  ],
  ['no Contact', () => []],
];

test('no answer to REGISTER floods the gateway', async ({ launch, keyring }) => {
  const app = await launch({ bus: keyring.bus });
  for (const [name, headers] of registerAnswers)
    await test.step(name, async () => {
      const { gateway } = await joinOddLine(app, (odd: ScriptedGateway) => {
        odd.onRegister = (request) => {
          const own = headerIn(request, 'Contact').replace(/;expires=\d+/, '');
          return own.includes(';expires=0') || /^Expires: 0\r$/m.test(request)
            ? registered(request)
            : answerTo(request, '200 OK', { headers: headers(own) });
        };
      });
      // A flood was 100 a second: two seconds show it.
      const since = Date.now();
      await expect.poll(() => Date.now() - since, { intervals: [100] }).toBeGreaterThan(2_000);
      expect(gateway.registers.length).toBeLessThanOrEqual(4);
      await gateway.close();
    });
});
