import { describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../../test/support/fake-clock';
import { createReinviteQueue, type DialogState, type ReinviteQueue } from './reinvite-queue';

interface Bench {
  readonly clock: FakeClock;
  readonly reinvites: ReinviteQueue;
  /** What was sent, in words. */
  readonly sent: string[];
  readonly dialog: DialogState[];
  readonly refused: (readonly [boolean, number])[];
  may: boolean;
  soundDown: boolean;
  busy: boolean;
}
function setUp(): Bench {
  const clock = createFakeClock();
  const sent: string[] = [];
  const dialog: DialogState[] = [];
  const refused: (readonly [boolean, number])[] = [];
  const bench: Bench = {
    clock,
    sent,
    dialog,
    refused,
    may: true,
    soundDown: false,
    busy: false,
    reinvites: createReinviteQueue({
      clock,
      random: () => 0,
      mayOffer: () => bench.may,
      ownsCallId: () => true,
      isHeldByPeer: () => false,
      isSoundDown: () => bench.soundDown,
      send: ({ hold, iceRestart }) => {
        if (bench.busy) return false;
        sent.push(`${hold}${iceRestart ? ' new path' : ''}`);
        return true;
      },
      onAgreed: () => undefined,
      onHoldRefused: (held, status) => refused.push([held, status]),
      onDialog: (state) => dialog.push(state),
    }),
  };
  return bench;
}

describe('offers', () => {
  it('sends nothing until something is wished, and nothing while it may not', () => {
    const bench = setUp();
    bench.reinvites.reconcile();
    bench.may = false;
    bench.reinvites.wantHeld(true);
    bench.reinvites.wantRefresh(0);
    expect(bench.sent).toEqual([]);
    bench.may = true;
    bench.reinvites.reconcile();
    expect(bench.sent).toEqual(['sendonly']);
  });
  it('has one offer on its way at a time; wishes that came meanwhile go together', () => {
    const { reinvites, sent } = setUp();
    reinvites.wantHeld(true);
    reinvites.wantHeld(false);
    reinvites.wantNewPath();
    expect(sent).toEqual(['sendonly']);
    reinvites.done(200);
    expect(sent).toEqual(['sendonly', 'none new path']);
    reinvites.done(200);
    reinvites.reconcile();
    expect(sent.length).toBe(2);
  });
  it('tries again in a moment while the stack is busy', async () => {
    const bench = setUp();
    bench.busy = true;
    bench.reinvites.wantRefresh(0);
    bench.busy = false;
    await bench.clock.advance(50);
    expect(bench.sent).toEqual(['none']);
  });
  it('gives the far end time to refresh first, and needs no refresh after that', async () => {
    const { clock, reinvites, sent } = setUp();
    reinvites.wantRefresh(500);
    await clock.advance(499);
    reinvites.heardOfPeer();
    await clock.advance(60_000);
    expect(sent).toEqual([]);
  });
  it('found nobody: tries again and again, ever more slowly, until somebody answers', async () => {
    const { clock, dialog, reinvites, sent } = setUp();
    reinvites.wantRefresh(0);
    const waits = [1000, 2000, 4000, 8000, 15_000, 15_000];
    for (const [index, wait] of waits.entries()) {
      reinvites.done(index % 2 === 0 ? 480 : 408);
      await clock.advance(wait - 1);
      expect(sent.length).toBe(index + 1);
      await clock.advance(1);
      expect(sent.length).toBe(index + 2);
    }
    expect(dialog).toEqual(['doubted']);
    reinvites.done(200);
    expect(dialog).toEqual(['doubted', 'known']);
    await clock.advance(60_000);
    expect(sent.length).toBe(waits.length + 1);
  });
  it('481: there is no dialog, and no offer any more, unless the far end sends one', async () => {
    const { clock, dialog, reinvites, sent } = setUp();
    reinvites.wantRefresh(0);
    reinvites.done(481);
    reinvites.wantNewPath();
    await clock.advance(60_000);
    expect([sent.length, dialog]).toEqual([1, ['gone']]);
    reinvites.heardOfPeer();
    reinvites.reconcile();
    expect([sent, dialog]).toEqual([
      ['none', 'none new path'],
      ['gone', 'known'],
    ]);
  });
  it('a refresh that the far end refuses has found it', async () => {
    const { clock, dialog, reinvites, sent } = setUp();
    reinvites.wantRefresh(0);
    reinvites.done(488);
    await clock.advance(60_000);
    expect([sent.length, dialog]).toEqual([1, []]);
  });
  it.each([488, 404, 481])('a hold that got %i is taken back', (status) => {
    const { reinvites, refused } = setUp();
    reinvites.wantHeld(true);
    reinvites.done(status);
    expect([reinvites.isHeld(), refused]).toEqual([false, [[false, status]]]);
  });
  it('doubts the dialog for what other requests got, and asks by an offer of its own', async () => {
    const { clock, dialog, reinvites, sent } = setUp();
    reinvites.doubt(500);
    expect(dialog).toEqual([]);
    reinvites.doubt(408);
    expect(dialog).toEqual(['doubted']);
    await clock.advance(1_000);
    expect(sent).toEqual(['none']);
  });
  it('glare: waits as the owner of the Call-ID does, a few times', async () => {
    const { clock, reinvites, sent } = setUp();
    reinvites.wantHeld(true);
    for (let times = 1; times <= 4; times += 1) {
      reinvites.done(491);
      await clock.advance(2_099);
      expect(sent.length).toBe(times);
      await clock.advance(1);
      expect(sent.length).toBe(times + 1);
    }
    reinvites.done(491);
    expect(reinvites.isHeld()).toBe(false);
  });
  it.each([488, 500, 600])(
    'a new path that got %i is asked for again as long as there is no sound, ever more slowly',
    async (status) => {
      const bench = setUp();
      bench.soundDown = true;
      bench.reinvites.wantNewPath();
      for (const [index, wait] of [1000, 2000, 4000].entries()) {
        bench.reinvites.done(status);
        await bench.clock.advance(wait - 1);
        expect(bench.sent.length).toBe(index + 1);
        await bench.clock.advance(1);
      }
      expect(bench.sent).toEqual(Array.from({ length: 4 }, () => 'none new path'));
      bench.reinvites.done(200);
      await bench.clock.advance(60_000);
      expect(bench.sent.length).toBe(4);
    },
  );
  it('a new path that met a glare for the fifth time is asked for again as long as there is no sound', async () => {
    const bench = setUp();
    bench.soundDown = true;
    bench.reinvites.wantNewPath();
    for (let times = 1; times <= 5; times += 1) {
      bench.reinvites.done(491);
      await bench.clock.advance(2_100);
    }
    expect(bench.sent.length).toBe(6);
  });
  it('a new path that was refused is forgotten where the sound is there', async () => {
    const { clock, reinvites, sent } = setUp();
    reinvites.wantNewPath();
    reinvites.done(488);
    await clock.advance(60_000);
    expect(sent.length).toBe(1);
  });
  it('a new path waits as long as the far end asks for (RFC 3261 section 14.2)', async () => {
    const { clock, reinvites, sent } = setUp();
    reinvites.wantNewPath();
    reinvites.done(500, 7_000);
    await clock.advance(6_999);
    expect(sent.length).toBe(1);
    await clock.advance(1);
    expect(sent).toEqual(['none new path', 'none new path']);
  });
  it.each([200, 488])('a new path that is wished while another one is on its way is offered after its %i', (status) => {
    const { reinvites, sent } = setUp();
    reinvites.wantNewPath();
    reinvites.wantNewPath();
    reinvites.done(status);
    expect(sent).toEqual(['none new path', 'none new path']);
    reinvites.done(200);
    expect(sent.length).toBe(2);
  });
  it('a new path that is wished while a hold is on its way outlives the refusal of that', () => {
    const { reinvites, sent } = setUp();
    reinvites.wantHeld(true);
    reinvites.wantNewPath();
    reinvites.done(488);
    expect(sent).toEqual(['sendonly', 'none new path']);
  });
  it('forgets the new path when the old one heals before the offer is sent', () => {
    const bench = setUp();
    bench.may = false;
    bench.reinvites.wantNewPath();
    bench.reinvites.pathHealed();
    bench.may = true;
    bench.reinvites.reconcile();
    expect(bench.sent).toEqual([]);
  });
});
