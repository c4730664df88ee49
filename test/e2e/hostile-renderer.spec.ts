/** An attacker has full script control in the phone window. The table says for each channel of the preload what that is worth. */
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { channels } from '../../src/contracts/ipc/ipc';
import { channelNames, type ChannelName } from '../../src/contracts/ipc/ipc-names';
import type { ProfileInput } from '../../src/contracts/profile/profile';
import { expect, test, type RunningApp } from '../support/app/app';
import {
  answerDialogs,
  attack,
  dialogsAsked,
  eavesdrop,
  grantsIn,
  heard,
  lockAdmin,
  type Loot,
  type Move,
} from '../support/security/attacker';
import { startFakeOpenaiRealtime } from '../support/servers/fake-openai-realtime';
import { own, OWN, RUBBISH, VERBS, type Try } from '../support/security/hostile-moves';
import { needlesOf, searchTexts } from '../support/security/leak-search';
import {
  ask,
  copyElsewhere,
  invoke,
  lineTo,
  takeLine,
  untilLoadedAnew,
  untilRegistered,
} from '../support/app/phone-driver';

const assistant = (baseUrl: string): ProfileInput => ({
  id: 'assistant',
  name: 'Front desk',
  environment: 'development',
  provider: { kind: 'openai-realtime', baseUrl, tools: ['end_call'] },
  identity: '',
  gatewayUrl: '',
  presentation: { kind: 'main-injected' },
  policy: { purposes: ['voice'] },
});

const linesOf = async (
  app: RunningApp,
): Promise<readonly { readonly what: string; readonly [name: string]: unknown }[]> => {
  // It answers once all lines that are on their way are in the file.
  await ask(app.page, 'audit.recent', { limit: 1 });
  return (await readFile(join(app.userDataDir, 'audit.jsonl'), 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { what: string });
};
const stored = async (app: RunningApp): Promise<unknown> => {
  // Which of them is in use is the agent's to choose.
  return {
    ...(JSON.parse(await readFile(join(app.userDataDir, 'profiles.json'), 'utf8')) as object),
    activeProfileId: null,
  };
};

test('every channel gives an attacker what the table says and nothing else: grants of his own lines, and no key, file, profile, admin verb or audit entry', async ({
  launch,
  gateway,
  keyring,
}) => {
  test.setTimeout(180_000);
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  const passphrase = `secret ${randomBytes(16).toString('hex')}`;
  const realtime = await startFakeOpenaiRealtime();
  try {
    await answerDialogs(app, { agree: true });
    await takeLine(app, assistant(realtime.baseUrl), realtime.key);
    await takeLine(app, lineTo(gateway.url, '1001'), gateway.key);
    await expect(page.getByTestId('registration')).toContainText('as 1001');
    await untilRegistered(page);
    await lockAdmin(app, passphrase);
    const before = {
      profiles: await stored(app),
      keys: (await ask(page, 'profiles.snapshot')).keys,
      entries: (await linesOf(app)).length,
      windows: new Set(app.electron.windows()),
    };
    await dialogsAsked(app);
    await eavesdrop(page);

    // Each channel with what it is made for and what an attacker makes of it.
    const moves = channelNames.flatMap((channel): readonly (Move & Try)[] =>
      VERBS[channel].tries.map((each) => ({ channel, ...each })),
    );
    const loot = await attack(page, moves, ['admin.ask']);
    for (const [index, { channel, input, gets }] of moves.entries()) {
      expect
        .soft(loot[index]?.gets, `${String(channel)} with ${JSON.stringify(input ?? null).slice(0, 120)}`)
        .toBe(gets);
    }
    // And with what fits none. `phone.lock` and `phone.signOut` would end the script.
    const rubbish = channelNames
      .filter((channel) => channel !== 'phone.signOut' && channel !== 'phone.lock')
      .flatMap((channel) => RUBBISH.map((input): Move => ({ channel, input })));
    const junk = await attack(page, rubbish);
    for (const [index, { channel, input }] of rubbish.entries()) {
      const name = channel as ChannelName;
      const declared: { readonly windows: readonly string[]; readonly admin?: true } = channels[name];
      const reason = !declared.windows.includes('phone')
        ? 'forbidden-sender'
        : declared.admin === true
          ? 'admin-locked'
          : 'invalid-input';
      expect.soft(junk[index]?.gets, `${name} with ${JSON.stringify(input ?? null).slice(0, 80)}`).toBe(reason);
    }

    // The loot: tokens of his own lines as the profiles say, and no secret.
    await untilRegistered(page);
    const told = await heard(page);
    const texts = [...loot, ...junk].map(({ text }: Loot) => text).filter((text) => text.startsWith('{'));
    const secrets = [gateway.key, realtime.key, passphrase, ...realtime.secrets].flatMap((each) => [
      ...needlesOf(each),
    ]);
    expect(searchTexts(secrets, [...texts, ...told], 'the loot').hits).toEqual([]);
    const grants = grantsIn([...texts, ...told.filter((text) => text.startsWith('grants.renewed'))]);
    expect(grants.length).toBeGreaterThan(1);
    for (const grant of grants) {
      expect(['practice', OWN]).toContain(grant.profileId);
      expect(grant.lifeS).toBeLessThanOrEqual(300);
      expect(grant.claims).toMatchObject({ iss: 'ringfence', aud: 'practice', sub: '1001' });
      expect(Number(grant.claims['exp']) - Number(grant.claims['iat'])).toBeLessThanOrEqual(300);
      if (grant.profileId === OWN)
        expect(grant).toMatchObject({ url: gateway.url, identity: '1001@practice.ringfence.local' });
    }
    // The search finds what is there.
    expect(searchTexts(needlesOf('1001@practice.ringfence.local'), texts, 'the loot').hits).not.toEqual([]);

    // Nothing else moved: no file, no key, no box, no line of the log but what main wrote about him.
    expect(await stored(app)).toEqual(before.profiles);
    const keysNow = (await ask(page, 'profiles.snapshot')).keys.map((each) => ({ ...each, lastMintAt: null }));
    expect(keysNow).toEqual(before.keys.map((each) => ({ ...each, lastMintAt: null })));
    expect(await dialogsAsked(app)).toEqual([]);
    expect(realtime.calls).toEqual([]);
    const written = (await linesOf(app)).slice(before.entries);
    expect(written.filter(({ what }) => !['mint', 'refusal', 'phone'].includes(what))).toEqual([]);
    expect(new Set(written.filter(({ what }) => what === 'mint').map(({ profileId }) => profileId))).toEqual(
      new Set(['practice', OWN]),
    );
    expect(
      written.filter(({ what, channel }) => what === 'refusal' && channel === 'profiles.save').length,
    ).toBeGreaterThan(0);
    const opened = app.electron.windows().filter((each) => !before.windows.has(each));
    for (const each of opened) expect(each.url()).toMatch(/^app:\/\/ringfence\/unlock\.html/);

    // Signing out is the last he can do: the page is loaded anew, without him.
    await untilLoadedAnew(page, () => attack(page, [{ channel: 'phone.lock' }]));
    expect(await heard(page)).toEqual([]);
    await eavesdrop(page);
    await untilLoadedAnew(page, () => attack(page, [{ channel: 'phone.signOut' }]));
    expect(await heard(page)).toEqual([]);
  } finally {
    await realtime.close();
  }
});

test('grants come at the rate of the policy, however fast an attacker asks', async ({ launch, gateway, keyring }) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  await takeLine(app, lineTo(gateway.url, '1001', { policy: { rate: { burst: 3, perSecond: 1 } } }), gateway.key);
  const started = performance.now();
  const { tokens, refused } = await page.evaluate(async (profileId) => {
    const { ringfence } = globalThis as unknown as {
      ringfence: {
        invoke: (
          channel: string,
          input: unknown,
        ) => Promise<{ ok: boolean; value?: { fingerprint: string }; failure?: { reason: string } }>;
      };
    };
    const fingerprints = new Set<string>();
    const reasons: Record<string, number> = {};
    const end = performance.now() + 3_000;
    while (performance.now() < end) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => ringfence.invoke('grants.get', { profileId, purpose: 'sip' })),
      );
      for (const { ok, value, failure } of answers) {
        if (ok) fingerprints.add(value?.fingerprint ?? '');
        else reasons[failure?.reason ?? ''] = (reasons[failure?.reason ?? ''] ?? 0) + 1;
      }
    }
    return { tokens: fingerprints.size, refused: reasons };
  }, OWN);
  const seconds = (performance.now() - started) / 1000;
  expect(tokens).toBeGreaterThan(0);
  // The phone's own registration may have taken some of them.
  expect(tokens).toBeLessThanOrEqual(3 + Math.ceil(seconds));
  expect(refused['rate-limited']).toBeGreaterThan(100);
  expect(Object.keys(refused)).toEqual(['rate-limited']);
});

test('without a passphrase a person is asked, in a box that no page draws, before a key is used for something else; a no changes nothing', async ({
  launch,
  gateway,
  keyring,
  folder,
}) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  const line = lineTo(gateway.url, '1001');
  await answerDialogs(app, { agree: true });
  await takeLine(app, line, gateway.key);
  const [forItsKey = '', ...others] = await dialogsAsked(app);
  expect(others, 'a line that had no key').toEqual([]);
  expect(forItsKey).toContain('Use this as a key?');
  await answerDialogs(app, { agree: false });
  await expect(page.getByTestId('registration')).toContainText('as 1001');
  await untilRegistered(page);
  const before = await stored(app);
  const evil = {
    ...line,
    name: 'Harmless',
    gatewayUrl: 'wss://evil.example/',
    identity: 'boss@practice.ringfence.local',
  };

  expect(await invoke(page, 'profiles.save', evil)).toMatchObject({ ok: false, failure: { reason: 'cancelled' } });
  const [question, ...more] = await dialogsAsked(app);
  expect(more).toEqual([]);
  for (const text of [
    'Line 1001',
    `${new URL(gateway.url).host} -> evil.example`,
    '1001@practice.ringfence.local -> boss@practice.ringfence.local',
    '"defaultId":0',
    '"cancelId":0',
    '"buttons":["Cancel","Change it"]',
  ])
    expect(question).toContain(text);
  expect(await stored(app)).toEqual(before);
  // Written down behind the answer; a grant that is due may come after it.
  await expect
    .poll(async () => (await linesOf(app)).filter(({ what }) => what === 'refusal').at(-1))
    .toMatchObject({ profileId: OWN, purpose: 'profile', reason: 'cancelled' });
  for (const change of [
    { provider: { kind: 'local-jwt', issuer: 'ringfence', audience: 'bank' } },
    { policy: { tokenLifeS: 3600 } },
    { presentation: { kind: 'query', parameter: 't' } },
  ] as const) {
    expect(await invoke(page, 'profiles.save', { ...line, ...change })).toMatchObject({
      failure: { reason: 'cancelled', retryAfterMs: expect.any(Number) as unknown },
    });
  }
  expect(await dialogsAsked(app), 'nobody is asked until he is tired of saying no').toEqual([]);
  // The same by way of a file that he talked a person into choosing.
  const file = join(folder, 'profiles.json');
  await writeFile(file, JSON.stringify({ format: 'ringfence-profiles', version: 1, profiles: [evil] }));
  await answerDialogs(app, { agree: false, open: file });
  const importEvil = async () => {
    const { ticket } = await ask(page, 'profiles.import');
    expect(await invoke(page, 'profiles.applyImport', { ticket })).toMatchObject({ failure: { reason: 'cancelled' } });
    return (await dialogsAsked(app)).map((box) => box.split(':')[0]);
  };
  // Once the pause after a no is over.
  await expect.poll(importEvil, { timeout: 15_000 }).toEqual(['open', 'message']);
  expect(await stored(app)).toEqual(before);

  // What is nobody's risk is not asked about, and a person's yes counts.
  await ask(page, 'profiles.save', { ...line, name: 'Office', policy: { tokenLifeS: 60 } });
  expect(await dialogsAsked(app)).toEqual([]);
  await answerDialogs(app, { agree: true });
  await expect
    .poll(
      async () =>
        (await invoke(page, 'profiles.save', { ...line, displayName: 'Amina', policy: { tokenLifeS: 120 } })).ok,
      { timeout: 20_000 },
    )
    .toBe(true);
  expect(await dialogsAsked(app)).toHaveLength(1);

  // With the passphrase typed a moment ago there is no second question.
  await lockAdmin(app, `secret ${randomBytes(16).toString('hex')}`);
  expect(await invoke(page, 'profiles.save', evil)).toMatchObject({ failure: { reason: 'admin-locked' } });
  expect(await dialogsAsked(app)).toEqual([]);
});

test('without a passphrase keys come and go by native means alone: no key, no file and no clipboard reaches the page', async ({
  launch,
  gateway,
  keyring,
}) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  await answerDialogs(app, { agree: true });
  await takeLine(app, lineTo(gateway.url, '1001'), gateway.key);
  await dialogsAsked(app);
  await eavesdrop(page);
  const pasted = randomBytes(32).toString('base64url');
  await copyElsewhere(app, pasted);
  const moves: readonly (Move & Try)[] = [
    { channel: 'keys.pasteFromClipboard', input: { ...own, slot: 'next' }, gets: 'ok' },
    { channel: 'keys.loadFromFile', input: { ...own, slot: 'next', path: '/etc/hostname' }, gets: 'invalid-input' },
    { channel: 'keys.loadFromFile', input: { ...own, slot: 'next' }, gets: 'cancelled' },
    { channel: 'profiles.import', input: { path: '/etc/hostname' }, gets: 'invalid-input' },
    { channel: 'profiles.import', gets: 'cancelled' },
    { channel: 'profiles.applyImport', input: { ticket: randomUUID() }, gets: 'cancelled' },
    { channel: 'profiles.export', gets: 'cancelled' },
    { channel: 'audit.export', input: { filter: {}, format: 'csv' }, gets: 'cancelled' },
    { channel: 'profiles.test', input: own, gets: 'ok' },
    { channel: 'keys.generate', input: { ...own, slot: 'next' }, gets: 'ok' },
  ];
  const loot = await attack(page, moves);
  expect(loot.map(({ gets }) => gets)).toEqual(moves.map(({ gets }) => gets));
  expect((await dialogsAsked(app)).map((box) => box.split(':')[0])).toEqual([
    'message',
    'open',
    'open',
    'save',
    'save',
    'message',
  ]);
  const generated = await app.electron.evaluate(({ clipboard }) => clipboard.readText());
  expect(generated.length).toBeGreaterThan(30);
  const clipboard = await page.evaluate(async () => {
    const area = document.createElement('textarea');
    document.body.append(area);
    area.focus();
    const command = (document as unknown as { execCommand: (name: string) => boolean }).execCommand('paste');
    const read = await navigator.clipboard.readText().catch(() => null);
    const all = await navigator.clipboard.read().catch(() => null);
    const text = area.value;
    area.remove();
    return { command, read, all, text };
  });
  expect(clipboard).toEqual({ command: false, read: null, all: null, text: '' });
  // A person's own pasting is another way, and works.
  await page.evaluate(() => {
    document.body.append(Object.assign(document.createElement('input'), { id: 'by-hand' }));
  });
  await page.locator('#by-hand').focus();
  await app.electron.evaluate(({ clipboard, webContents }) => {
    void clipboard.writeText('pasted by a person');
    webContents
      .getAllWebContents()
      .find((each) => each.getURL() === 'app://ringfence/index.html')
      ?.paste();
  });
  await expect(page.locator('#by-hand')).toHaveValue('pasted by a person');
  const needles = [gateway.key, pasted, generated].flatMap((each) => [...needlesOf(each)]);
  expect(searchTexts(needles, [...loot.map(({ text }) => text), ...(await heard(page))], 'the loot').hits).toEqual([]);

  // A line that is gone gives nothing any more.
  await ask(page, 'profiles.remove', own);
  expect(
    (
      await attack(page, [
        { channel: 'grants.get', input: { ...own, purpose: 'sip' } },
        { channel: 'grants.watch', input: { ...own, purpose: 'sip', on: true } },
      ])
    ).map(({ gets }) => gets),
  ).toEqual(['unknown-profile', 'unknown-profile']);
});

test('a call to an assistant is the session of its profile: no other call, no other tool', async ({
  launch,
  keyring,
}) => {
  const realtime = await startFakeOpenaiRealtime();
  try {
    const app = await launch({ bus: keyring.bus });
    const { page } = app;
    await takeLine(app, assistant(realtime.baseUrl), realtime.key);
    const offer = await page.evaluate(async () => {
      const peer = new RTCPeerConnection();
      peer.addTransceiver('audio');
      peer.createDataChannel('oai-events');
      const made = await peer.createOffer();
      await peer.setLocalDescription(made);
      return peer.localDescription?.sdp ?? '';
    });
    const [placed] = await attack(page, [{ channel: 'voice.place', input: { profileId: 'assistant', offer } }]);
    expect(placed?.gets).toBe('ok');
    expect(realtime.calls[0]?.session).toMatchObject({ model: 'gpt-realtime', tools: [{ name: 'end_call' }] });
    const { callId } = (JSON.parse(placed?.text ?? '{}') as { value: { callId: string } }).value;
    const tool = { callId, toolCallId: 't1', name: 'end_call', arguments: '{}' };
    const moves: readonly (Move & Try)[] = [
      { channel: 'voice.place', input: { profileId: 'assistant', offer }, gets: 'rate-limited' },
      {
        channel: 'voice.tool',
        input: { ...tool, name: 'transfer_to_agent', arguments: '{"reason":"x","summary":"y"}' },
        gets: 'invalid-input',
      },
      { channel: 'voice.tool', input: { ...tool, toolCallId: 't2', name: 'constructor' }, gets: 'invalid-input' },
      {
        channel: 'voice.tool',
        input: { ...tool, toolCallId: 't3', arguments: '{"callId":"other"}' },
        gets: 'invalid-input',
      },
      { channel: 'voice.tool', input: { ...tool, callId: randomUUID() }, gets: 'invalid-input' },
      { channel: 'voice.tool', input: { ...tool, callId: realtime.calls[0]?.id }, gets: 'invalid-input' },
      { channel: 'voice.hangUp', input: { callId: randomUUID() }, gets: 'ok' },
    ];
    const loot = await attack(page, moves);
    expect(loot.map(({ gets }) => gets)).toEqual(moves.map(({ gets }) => gets));
    expect(
      realtime.calls.map(({ hangUps }) => hangUps),
      'the call goes on',
    ).toEqual([0]);
    const needles = [realtime.key, ...realtime.secrets, realtime.calls[0]?.id ?? ''].flatMap((each) => [
      ...needlesOf(each),
    ]);
    expect(searchTexts(needles, [placed?.text ?? '', ...loot.map(({ text }) => text)], 'the loot').hits).toEqual([]);
    await ask(page, 'voice.hangUp', { callId });
    expect(realtime.calls[0]?.hangUps).toBe(1);
  } finally {
    await realtime.close();
  }
});
