/** Script that an attacker runs in the phone window, with everything that the page itself could do, and what main's own dialogs were asked meanwhile. */
import { expect, type Page } from '@playwright/test';
import { notificationNames } from '../../../src/contracts/ipc/ipc-names';
import type { RunningApp } from '../app/app';
import { ask } from '../app/phone-driver';

/** One call of the bridge. */
export interface Move {
  readonly channel: unknown;
  readonly input?: unknown;
}

/** What came of it. */
export interface Loot {
  /** `ok`, main's reason, `thrown`, or `pending`: main has not answered, because a person would have to act first. */
  readonly gets: string;
  /** All that came back, as JSON. */
  readonly text: string;
}

/** How long an answer is waited for, ms: only what a person has to answer takes longer. */
const ANSWERS_WITHIN_MS = 10_000;
const PERSON_ANSWERS_MS = 500;

/** Makes the moves one after the other. Those to `pendingChannels` are not waited for. */
export async function attack(
  page: Page,
  moves: readonly Move[],
  pendingChannels: readonly string[] = [],
): Promise<readonly Loot[]> {
  return await page.evaluate(
    async ({ moves, pendingChannels, long, short }) => {
      const { ringfence } = globalThis as unknown as {
        ringfence: {
          invoke: (channel: unknown, input: unknown) => Promise<{ ok: boolean; failure?: { reason: string } }>;
        };
      };
      const loot: { gets: string; text: string }[] = [];
      for (const { channel, input } of moves) {
        const late = new Promise<'pending'>((resolve) =>
          setTimeout(() => resolve('pending'), pendingChannels.includes(String(channel)) ? short : long),
        );
        try {
          const answer = await Promise.race([ringfence.invoke(channel, input), late]);
          if (answer === 'pending') loot.push({ gets: 'pending', text: '' });
          else
            loot.push({
              gets: answer.ok ? 'ok' : (answer.failure?.reason ?? 'no reason'),
              text: JSON.stringify(answer),
            });
        } catch (error) {
          loot.push({ gets: 'thrown', text: String(error) });
        }
      }
      return loot;
    },
    {
      moves: moves as { channel: unknown; input?: unknown }[],
      pendingChannels: [...pendingChannels],
      long: ANSWERS_WITHIN_MS,
      short: PERSON_ANSWERS_MS,
    },
  );
}

/** Subscribes to everything that main may tell a window. */
export async function eavesdrop(page: Page): Promise<void> {
  await page.evaluate(
    (names) => {
      const all = globalThis as unknown as {
        ringfence: { subscribe: (name: string, listener: (payload: unknown) => void) => void };
        heard: string[];
      };
      all.heard = [];
      for (const name of names)
        all.ringfence.subscribe(name, (payload) => all.heard.push(`${name} ${JSON.stringify(payload)}`));
    },
    [...notificationNames],
  );
}

/** All that was told since, as JSON. */
export async function heard(page: Page): Promise<readonly string[]> {
  return await page.evaluate(() => (globalThis as unknown as { heard?: string[] }).heard ?? []);
}

/** Stands in for the person at main's native dialogs: `agree` presses the second button; file dialogs give these paths, or nothing. */
export async function answerDialogs(
  { electron }: RunningApp,
  { agree, open = null }: { readonly agree: boolean; readonly open?: string | null },
): Promise<void> {
  await electron.evaluate(
    ({ dialog }, { agree, open }) => {
      const all = globalThis as unknown as { dialogs?: string[] };
      const asked = (all.dialogs ??= []);
      const note = (kind: string, given: unknown[]): void =>
        void asked.push(`${kind}: ${JSON.stringify(given.at(-1))}`);
      Object.assign(dialog, {
        showMessageBox: (...given: unknown[]) => (
          note('message', given),
          Promise.resolve({ response: agree ? 1 : 0, checkboxChecked: false })
        ),
        showOpenDialog: (...given: unknown[]) => (
          note('open', given),
          Promise.resolve({ canceled: open === null, filePaths: open === null ? [] : [open] })
        ),
        showSaveDialog: (...given: unknown[]) => (
          note('save', given),
          Promise.resolve({ canceled: true, filePath: '' })
        ),
      });
    },
    { agree, open },
  );
}

/** What the dialogs were asked since the last time: `message: {...}`. */
export async function dialogsAsked({ electron }: RunningApp): Promise<readonly string[]> {
  return await electron.evaluate(() => (globalThis as unknown as { dialogs?: string[] }).dialogs?.splice(0) ?? []);
}

/** Sets a passphrase through the small window, as an admin does, and locks. */
export async function lockAdmin(app: RunningApp, passphrase: string): Promise<void> {
  const small = await smallWindow(app, 'set-passphrase');
  void small
    .evaluate(
      (wanted) =>
        (
          globalThis as unknown as { ringfence: { invoke: (channel: string, input: unknown) => Promise<unknown> } }
        ).ringfence.invoke('admin.setPassphrase', { current: null, wanted }),
      passphrase,
    )
    .catch(() => undefined);
  await expect.poll(async () => (await ask(app.page, 'admin.state')).unlocked).toBe(true);
  await ask(app.page, 'admin.lock');
}
async function smallWindow(app: RunningApp, question: string): Promise<Page> {
  const opened = app.electron.waitForEvent('window');
  void app.page.evaluate(
    (asked) =>
      void (
        globalThis as unknown as { ringfence: { invoke: (channel: string, input: unknown) => Promise<unknown> } }
      ).ringfence.invoke('admin.ask', { question: asked }),
    question,
  );
  const small = await opened;
  await small.waitForLoadState('load');
  return small;
}

/** Every SIP grant in what was taken. */
export function grantsIn(texts: readonly string[]): {
  readonly profileId: string;
  readonly url: string;
  readonly identity: string;
  readonly lifeS: number;
  readonly claims: Record<string, unknown>;
}[] {
  return texts.flatMap((text) => {
    const start = text.indexOf('{');
    const whole = JSON.parse(text.slice(Math.max(0, start))) as { value?: unknown };
    const grant = (whole.value ?? whole) as {
      profileId: string;
      url: string;
      identity: string;
      issuedAt: number;
      expiresAt: number;
      presentation?: { token?: string };
    };
    const token = (grant as { presentation?: { token?: string } } | null)?.presentation?.token;
    if (token === undefined) return [];
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
      string,
      unknown
    >;
    return [
      {
        profileId: grant.profileId,
        url: grant.url,
        identity: grant.identity,
        lifeS: (grant.expiresAt - grant.issuedAt) / 1000,
        claims,
      },
    ];
  });
}
