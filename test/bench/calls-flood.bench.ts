/** 300 INVITEs at once: how long the window keeps its agent waiting. */
import { expect, test } from '../support/app/app';
import { joinOddLine } from '../support/app/odd-line';
import { callCard } from '../support/app/phone-driver';
import { headerIn, requestOf, webSdp } from '../support/phones/gateway-words';
import { watchFrames } from './frame-watch';
import { createReport } from './report';

const INVITES = 300;
const ROUNDS = 10;
const LONGEST_BLOCK_MS = 100;
/** What PerformanceObserver calls a long task, ms: shorter ones are not told. */
const SHORTEST_TOLD_MS = 50;

const report = createReport();

test('300 INVITEs at once', async ({ launch, keyring }) => {
  const app = await launch({ bus: keyring.bus, bare: true });
  const { page, gateway } = await joinOddLine(app);
  try {
    const register = gateway.received.find((text) => text.startsWith('REGISTER ')) ?? '';
    const target = /<([^>]+)>/.exec(headerIn(register, 'Contact'))?.[1] ?? '';
    const blocks: number[] = [];
    const frames: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const invites = Array.from({ length: INVITES }, (_, n) =>
        requestOf({ method: 'INVITE', target, id: `flood${round}-${n}`, body: webSdp() }),
      );
      const before = gateway.received.length;
      const answered = (): number =>
        gateway.received.slice(before).filter((text) => /^SIP\/2\.0 (?:486|503) /.test(text)).length;
      const stop = await watchFrames(page);
      for (const invite of invites) await gateway.send(invite);
      await expect.poll(answered).toBe(INVITES - 4);
      const answeredAt = performance.now();
      await expect(callCard(page, 'ringing')).toHaveCount(4);
      const watched = await stop();
      blocks.push(Math.max(SHORTEST_TOLD_MS, ...watched.longTasks));
      frames.push(Math.max(...watched.frames));
      for (const [n, invite] of invites.entries()) {
        const callId = headerIn(invite, 'Call-ID');
        const rings = gateway.received.some(
          (text) => text.startsWith('SIP/2.0 180') && headerIn(text, 'Call-ID') === callId,
        );
        if (rings) await gateway.send(requestOf({ method: 'CANCEL', target, id: `flood${round}-${n}`, contact: null }));
      }
      await expect(callCard(page, 'ringing')).toHaveCount(0);
      // The next second's INVITEs are looked at again.
      await expect.poll(() => performance.now() - answeredAt).toBeGreaterThan(1_000);
    }
    report.add(
      '300 INVITEs at once: longest task',
      'ms',
      blocks,
      LONGEST_BLOCK_MS,
      `${SHORTEST_TOLD_MS}: none was longer`,
    );
    report.add('300 INVITEs at once: longest time between two frames', 'ms', frames);
  } finally {
    await gateway.close();
  }
});

test.afterAll(() => report.finish());
