/** The real app on a line to a gateway of which the test says every word, and what the two of them do again and again. */
import { randomBytes } from 'node:crypto';
import { expect, type Page } from '@playwright/test';
import { headerIn, requestOf, webSdp, type RequestParts } from '../phones/gateway-words';
import { openScriptedGateway, usual, type ScriptedGateway } from '../servers/scripted-gateway';
import type { ProfileInput } from '../../../src/contracts/profile/profile';
import type { RunningApp } from './app';
import { callCard, dial, lineTo, press, takeLine, untilRegistered } from './phone-driver';

export interface OddLine {
  readonly page: Page;
  readonly gateway: ScriptedGateway;
  /** Sends an INVITE with a browser's offer, or what `parts` say. */
  readonly invite: (parts?: Partial<RequestParts>) => Promise<string>;
  /** The call rings; the agent declines it, and the caller is told so. */
  readonly declines: (invite: string) => Promise<void>;
  /** The call rings and is answered; resolves with the phone's 200, acknowledged. */
  readonly answers: (invite: string) => Promise<string>;
  /** The agent dials; resolves with the INVITE, which the gateway answers with these. */
  readonly calls: (typed: string, answers: (invite: string) => readonly string[]) => Promise<string>;
  /** The newest call has ended, and its card says so in these words; the card is put away. */
  readonly ends: (sentence: RegExp | string) => Promise<void>;
}

let line = 0;

/** Gives the app a line to a new gateway; close the gateway at the end. `prepare`: before the first REGISTER. */
export async function joinOddLine(
  app: RunningApp,
  prepare: (gateway: ScriptedGateway) => void = () => undefined,
  more: Partial<ProfileInput> = {},
): Promise<OddLine> {
  const gateway = await openScriptedGateway();
  prepare(gateway);
  line += 1;
  const profile = { ...lineTo(gateway.url, '1001'), id: `odd-${line}`, name: `Odd ${line}`, ...more };
  await takeLine(app, profile, randomBytes(32).toString('base64url'));
  const { page } = app;
  await gateway.next((text) => text.startsWith('REGISTER '), 'REGISTER', 20_000);
  await untilRegistered(page);
  let calls = 0;

  return {
    page,
    gateway,
    invite: async (parts = {}) => {
      calls += 1;
      return await gateway.request({ method: 'INVITE', id: `odd${line}-${calls}`, body: webSdp(), ...parts });
    },
    declines: async (invite) => {
      await expect(callCard(page, 'ringing')).toBeVisible();
      await press(page, 'decline');
      expect(await gateway.answer(invite)).toMatch(/^SIP\/2\.0 (?:486|603) /);
      await expect(callCard(page, 'ringing')).toHaveCount(0);
    },
    answers: async (invite) => {
      await expect(callCard(page, 'ringing')).toBeVisible();
      await press(page, 'answer');
      const ok = await gateway.answer(invite);
      expect(ok).toMatch(/^SIP\/2\.0 200 /);
      await gateway.send(
        requestOf({
          method: 'ACK',
          target: /<([^>]+)>/.exec(headerIn(ok, 'Contact'))?.[1] ?? '',
          id: `ack${line}-${calls}`,
          from: headerIn(ok, 'From'),
          to: headerIn(ok, 'To'),
          callId: headerIn(ok, 'Call-ID'),
          contact: null,
        }),
      );
      await expect(callCard(page, 'active')).toBeVisible();
      return ok;
    },
    calls: async (typed, answers) => {
      const before = gateway.received.length;
      gateway.onRequest = (request) => (request.startsWith('INVITE ') ? answers(request) : usual(request));
      await dial(page, typed);
      return await gateway.next(
        (text) => text.startsWith('INVITE ') && gateway.received.indexOf(text) >= before,
        'INVITE',
      );
    },
    ends: async (sentence) => {
      const card = callCard(page, 'ended').first();
      await expect(card).toContainText(sentence);
      await card.getByRole('button', { name: 'Dismiss' }).click();
      await expect(callCard(page)).toHaveCount(0);
    },
  };
}
