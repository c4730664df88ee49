/** What an attacker in the phone window makes of keys that people copy, make and choose for other lines: main asks a person first, in a box of the system. */
import { randomBytes } from 'node:crypto';
import type { ProfileInput } from '../../src/contracts/profile/profile';
import { expect, test } from '../support/app/app';
import { answerDialogs, attack, dialogsAsked, type Move } from '../support/security/attacker';
import { answerJson, openHttpServer } from '../support/servers/hostile-http-server';
import { openSettings } from '../support/app/unlock-window';
import { own } from '../support/security/hostile-moves';
import { fingerprintOf } from '../../src/main/secrets/secret';
import { ask, copyElsewhere, lineTo, takeLine, untilRegistered } from '../support/app/phone-driver';

test("a text becomes a key only where a person says so: what was copied or made here goes to no line of an attacker's own", async ({
  launch,
  gateway,
  keyring,
}) => {
  const server = await openHttpServer(answerJson(200, { token: 'a-token-of-its-own' }));
  try {
    const app = await launch({ bus: keyring.bus });
    const { page } = app;
    await takeLine(app, lineTo(gateway.url, '1001'), gateway.key);
    await answerDialogs(app, { agree: false });
    const evil: ProfileInput = {
      ...lineTo(gateway.url, '1001'),
      id: 'evil',
      provider: {
        kind: 'generic-http',
        url: `${server.url}/take`,
        headers: [{ name: 'x-key', value: '<key>' }],
        token: '/token',
      },
    };
    await ask(page, 'profiles.save', evil);
    const paste: Move = { channel: 'keys.pasteFromClipboard', input: { profileId: 'evil', slot: 'active' } };
    const grant: Move = { channel: 'grants.get', input: { profileId: 'evil', purpose: 'sip' } };
    const clipboard = (): Promise<string> => app.electron.evaluate(({ clipboard: board }) => board.readText());

    const copied = randomBytes(32).toString('base64url');
    await copyElsewhere(app, copied);
    expect((await attack(page, [paste, grant])).map(({ gets }) => gets)).toEqual(['cancelled', 'key-absent']);
    expect(await clipboard(), 'still there').toBe(copied);
    const [box = '', ...more] = await dialogsAsked(app);
    expect(more).toEqual([]);
    for (const text of [
      // Of the very text, so that a person sees when a page has copied another one.
      `Its fingerprint: ${fingerprintOf(copied)}`,
      '(evil)',
      `The key is sent to: ${new URL(server.url).host}`,
      '"defaultId":0',
      '"cancelId":0',
    ])
      expect(box).toContain(text);
    expect(
      (await ask(page, 'audit.recent', { limit: 20 })).filter(
        (entry) => entry.what === 'refusal' && entry.reason === 'cancelled',
      ),
    ).toMatchObject([{ profileId: 'evil', purpose: 'key' }]);

    // The same with a key that an admin has just made, and that is on the clipboard for its gateway.
    await answerDialogs(app, { agree: true });
    await expect
      .poll(
        async () => (await attack(page, [{ channel: 'keys.generate', input: { ...own, slot: 'next' } }]))[0]?.gets,
        {
          timeout: 15_000,
        },
      )
      .toBe('ok');
    await answerDialogs(app, { agree: false });
    expect((await attack(page, [paste, grant])).map(({ gets }) => gets)).toEqual(['cancelled', 'key-absent']);
    expect((await clipboard()).length).toBeGreaterThan(30);
    expect(server.requests).toEqual([]);

    // The server would have taken it. (After a no nobody is asked for a while.)
    await answerDialogs(app, { agree: true });
    await copyElsewhere(app, copied);
    await expect.poll(async () => (await attack(page, [paste]))[0]?.gets, { timeout: 15_000 }).toBe('ok');
    expect((await attack(page, [grant])).map(({ gets }) => gets)).toEqual(['ok']);
    expect(server.requests.map(({ headers }) => headers['x-key'])).toEqual([copied]);
  } finally {
    await server.close();
  }
});

test('native dialogs come one at a time, and a flood of questions neither stalls main nor keeps anybody out', async ({
  launch,
}) => {
  const app = await launch();
  const { page } = app;
  await untilRegistered(page);
  await app.electron.evaluate(({ dialog }) => {
    const all = globalThis as unknown as { opened: number; closeBox: () => void };
    all.opened = 0;
    // A person who takes a while.
    const box = (): Promise<{ canceled: boolean; filePaths: string[] }> =>
      new Promise((resolve) => ((all.opened += 1), (all.closeBox = () => resolve({ canceled: true, filePaths: [] }))));
    Object.assign(dialog, { showOpenDialog: box, showSaveDialog: box });
  });
  const opened = (): Promise<number> =>
    app.electron.evaluate(() => (globalThis as unknown as { opened: number }).opened);
  /** `heard`: so many answers are waited for. */
  const flood = async (
    channel: string,
    input: unknown,
    times: number,
    heard: number,
  ): Promise<Readonly<Record<string, number>>> =>
    page.evaluate(
      async ({ channel, input, times, heard }) => {
        const { ringfence } = globalThis as unknown as {
          ringfence: {
            invoke: (channel: string, input: unknown) => Promise<{ ok: boolean; failure?: { reason: string } }>;
          };
        };
        const counted: Record<string, number> = {};
        let awaited = heard;
        return await new Promise<Record<string, number>>((resolve) => {
          for (let sent = 0; sent < times; sent += 1) {
            void ringfence.invoke(channel, input ?? undefined).then(({ ok, failure }) => {
              const gets = ok ? 'ok' : (failure?.reason ?? '');
              counted[gets] = (counted[gets] ?? 0) + 1;
              awaited -= 1;
              if (awaited === 0) resolve(counted);
            });
          }
        });
      },
      { channel, input, times, heard },
    );
  // One of them has the box, which stays open.
  expect(await flood('profiles.import', null, 30, 29)).toEqual({ cancelled: 29 });
  expect(await opened()).toBe(1);
  expect(
    (
      await attack(page, [
        { channel: 'profiles.export' },
        { channel: 'keys.loadFromFile', input: { profileId: 'practice', slot: 'next' } },
      ])
    ).map(({ gets }) => gets),
  ).toEqual(['cancelled', 'cancelled']);
  expect(await opened()).toBe(1);
  await app.electron.evaluate(() => (globalThis as unknown as { closeBox: () => void }).closeBox());

  const counted = await flood('audit.query', { limit: 500 }, 3_000, 3_000);
  expect(Object.keys(counted).sort()).toEqual(['ok', 'rate-limited']);
  expect(counted['rate-limited']).toBeGreaterThan(1_000);
  // Whoever asks afterwards is answered.
  await ask(page, 'audit.recent', { limit: 1 });
  await untilRegistered(page);
});

test('a key that a page copies over the one that main made is found out, and the person is told in a box of the system', async ({
  launch,
  gateway,
  keyring,
}) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  await takeLine(app, lineTo(gateway.url, '1001'), gateway.key);
  await answerDialogs(app, { agree: true });
  const { next } = await ask(page, 'keys.generate', { ...own, slot: 'next' });
  const fingerprint = next?.fingerprint ?? '';
  const asked = await dialogsAsked(app);
  expect(asked).toHaveLength(1);
  for (const text of ['the key that Ringfence has just made', `Its fingerprint: ${fingerprint}`])
    expect(asked[0]).toContain(text);
  const made = await app.electron.evaluate(({ clipboard }) => clipboard.readText());
  expect(fingerprintOf(made)).toBe(fingerprint);
  // A real click lets a page copy.
  await page.evaluate((text) => {
    const button = Object.assign(document.createElement('button'), { id: 'evil', textContent: 'x' });
    Object.assign(button.style, { position: 'fixed', left: '200px', top: '200px', zIndex: '99999' });
    button.onclick = () => void navigator.clipboard.writeText(text);
    document.body.append(button);
  }, randomBytes(32).toString('base64url'));
  await page.locator('#evil').click();
  const boxes: string[] = [];
  await expect.poll(async () => boxes.push(...(await dialogsAsked(app))), { timeout: 15_000 }).toBeGreaterThan(0);
  expect(boxes[0]).toContain(`The clipboard does not hold key ${fingerprint} any more`);
});

test('the public key is shown and copied by a box of the system: no window gets it', async ({
  launch,
  gateway,
  keyring,
}) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  const line: ProfileInput = {
    ...lineTo(gateway.url, '1001'),
    provider: { kind: 'local-jwt', issuer: 'ringfence', audience: 'practice', algorithm: 'EdDSA' },
  };
  await ask(page, 'profiles.save', line);
  const { active } = await ask(page, 'keys.generate', { ...own, slot: 'active' });
  await answerDialogs(app, { agree: true });
  await openSettings(app, 'Keys');
  await page.getByRole('radio', { name: line.name }).check();
  await page.getByRole('button', { name: 'Show public key...' }).first().click();
  const boxes: string[] = [];
  await expect.poll(async () => boxes.push(...(await dialogsAsked(app)))).toBe(1);
  for (const text of ['BEGIN PUBLIC KEY', `has the fingerprint ${active?.fingerprint ?? '-'}`, '"defaultId":0'])
    expect(boxes[0]).toContain(text);
  // The second button was pressed.
  const clipboard = (): Promise<string> => app.electron.evaluate(({ clipboard: board }) => board.readText());
  await expect.poll(clipboard).toMatch(/^-----BEGIN PUBLIC KEY-----/);
  const body = (await clipboard()).split('\n')[1] ?? '-';
  expect((await app.ipcSeen()).filter(({ payload }) => payload.includes(body))).toEqual([]);
  expect(await page.content()).not.toContain(body);
});
