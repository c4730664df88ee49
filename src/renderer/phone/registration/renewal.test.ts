import { expect, it } from 'vitest';
import { createFakeClock } from '../../../../test/support/fake-clock';
import { grantWithToken } from '../../../../test/support/phones/grants';
import { ok } from '../../../contracts/base/result';
import { createRenewal } from './renewal';
import { createUntriedKey } from './untried-key';

it.each([
  [3_000, [5_000]],
  [8_000, [5_000, 10_000]],
  [15_000, [5_000, 10_000, 20_000]],
])(
  'a gateway that takes %i ms to accept gets the flow of the next token beside the one that lives',
  async (acceptsAfterMs, waited) => {
    const clock = createFakeClock();
    const asked: number[] = [];
    const moved: string[] = [];
    const grant = (n: number) =>
      grantWithToken(`token ${n}`, { url: 'wss://pbx.example.com/', expiresAt: clock.now() + 600_000 });
    const renewal = createRenewal({
      clock,
      random: () => 0.5,
      onEvent: () => undefined,
      untried: createUntriedKey({
        now: clock.now,
        random: () => 0.5,
        onEvent: () => undefined,
        onAccepted: () => undefined,
      }),
      onUnknownKey: () => undefined,
      grants: { get: () => Promise.resolve(ok(grant(2))), onRenewed: () => () => undefined },
      socket: {
        isUp: () => true,
        connect: (_grant, ms = 0) =>
          new Promise((resolve) => {
            asked.push(ms);
            clock.after(Math.min(ms, acceptsAfterMs), () => resolve(acceptsAfterMs < ms));
          }),
      },
      inUse: () => grant(0),
      isRunning: () => true,
      isRegistered: () => true,
      onThisFlow: () => undefined,
      onNewFlow: ({ fingerprint }) => void moved.push(fingerprint),
    });
    renewal.with(grant(1));
    for (let passed = 0; passed < 120_000; passed += 500) await clock.advance(500);
    renewal.stop();
    expect([asked, moved.length]).toEqual([waited, 1]);
  },
);
